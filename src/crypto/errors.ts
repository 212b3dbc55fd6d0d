import { CodedError } from "../errors.ts"

export class CryptoError extends CodedError<
  | "bad-key" // a key of the wrong length, or an X25519 key of low order
  | "bad-signature" // a signature or certificate that does not verify
  | "bad-seal" // an AEAD that does not open
  | "bad-passphrase" // the vault does not open with it
  | "bad-vault" // the vault's header is damaged, or its limits are below the floor or above the ceiling
  | "bad-words" // the words do not open the backup
  | "bad-backup" // no backup, or one that is altered or cut off
  | "backup-newer" // a backup of a later format
  | "bad-group" // stored group state that cannot be loaded
  | "bad-package" // a key package that may not be added
  | "bad-join" // a Welcome or group information that fails a check of PROTOCOL.md §11 or §12
  | "shut-out" // a room that is sound and does not let this account in: it is banned, or the link is closed
  | "not-allowed" // a commit of our own that PROTOCOL.md §10.4 forbids
> {}
