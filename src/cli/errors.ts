import { CodedError } from "../errors.ts"

/** A command cannot be done. The message is a sentence for the person who typed it; `exit-codes.ts` has the number. */
export class CliError extends CodedError<CliErrorCode> {}

export type CliErrorCode =
  | "usage" // the command line does not make sense
  | "lines-not-done" // of those that a pipe said to the chat
  | "bad-keys" // the file of the person's own keys
  | "unreachable" // nobody answers at the relay's address
  | "wrong-pin" // somebody else answers there
  | "not-verified" // `--require-verified`, and the person is not
  | "not-matching" // `--expect`, and the number is another
  | "too-slow" // not in the asked-for state in time
  | "profile-in-use" // another process has the folder
  | "wrong-passphrase"
  | "left" // the person did not want to be asked
  | "no-passphrase" // one is needed, and there is neither a terminal nor `--passphrase-fd`
  | "wrong-invitation" // the relay does not accept it, or it cannot be read
  | "name-taken"
  | "name-lost" // another key has this profile's name, or nobody has it any more
  | "not-approved" // the operator's code is not taken
  | "revoked" // the account lives on another device now
  | "directory-split" // the relay was caught, and the person has not decided
  | "bad-config" // `relay.json` says something that cannot be
  | "no-such-invitation" // `relay revoke` of one that is not good anyway
  | "no-such-person" // the operator named somebody whom the relay does not know
  | "banned" // the operator has shut this person out
  | "awaiting" // the operator has not yet let this person in
  | "not-your-role" // an operator who comes by a shared socket asks for more than it is for
  | "relay-refused" // the relay refuses for another reason
  | "relay-not-running" // `relay stop` without a relay
  | "relay-damaged" // the relay's folder lacks something that cannot be made again
  | "no-words" // a backup's words can be neither shown nor asked for
  | "folder-not-empty" // a backup is restored into a new folder only
  | "output-exists" // never overwritten
  | "verify-ended" // neither yes nor no: time ran out, or somebody gave up
  | "bad-image" // no picture, or no QR code on it
  | "image-too-large"
  | "attack-succeeded" // `doctor --attack`: something that must be caught was not
  | "relay-differs" // `sees`: the relay holds something else than it must
  | "demonstration" // not everything arrived, or a plaintext was found
