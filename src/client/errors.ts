import { CodedError } from "../errors.ts"

/** What a guest asked for cannot be done. The message says what happened and what to do. */
export class ClientError extends CodedError<ClientErrorCode> {}

export type ClientErrorCode =
  | "unknown-name" // nobody, or no room, is called so
  | "ambiguous-name" // more than one person is called so
  | "message-too-long"
  | "message-empty"
  | "not-joined" // the profile has no relay yet
  | "already-joined" // the profile belongs to another relay
  | "bad-name" // not a name that may be taken
  | "bad-invitation" // twelve words that are none
  | "key-changed" // sending stopped until the person decides
  | "blocked"
  | "database-damaged" // bytes on the disk are not what was written
  | "storage" // the disk is full: what was asked for did not happen, and may work later
  | "storage-failed" // writing or syncing failed: nobody knows what is on the disk, and the process must end
  | "profile-newer" // written by a newer version
