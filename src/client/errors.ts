import { CodedError } from "../errors.ts"
import type { ClientEvent } from "./events.ts"

/** What a guest asked for cannot be done. The message says what happened and what to do. */
export class ClientError extends CodedError<ClientErrorCode> {}

export type ClientErrorCode =
  | "unknown-name" // nobody, or no room, is called so
  | "ambiguous-name" // more than one person is called so
  | "message-too-long"
  | "message-empty"
  | "unknown-message" // no message here has this id
  | "not-yours" // only its author may change a message
  | "message-deleted"
  | "bad-reaction" // neither an emoji nor a :word:, or too many of them
  | "not-joined" // the profile has no relay yet
  | "already-joined" // the profile belongs to another relay
  | "bad-name" // not a name that may be taken
  | "alias-taken" // somebody else's name looks like it
  | "name-taken" // the relay, or this profile, knows somebody whose name looks like it
  | "too-many-names" // one person has so many in all and no more
  | "bad-invitation" // twelve words that are none
  | "key-changed" // sending stopped until the person decides
  | "keys-differ" // they were compared, and did not match: sending stopped until they do
  | "blocked"
  | "verify-busy" // a verification with this person, or in this room, is open
  | "verify-too-soon" // they were asked less than half a minute ago
  | "verify-over" // it has ended, or this step of it has passed
  | "verify-too-few" // a round with fewer than two people
  | "not-in-room" // of a link room that we are not in
  | "link-closed" // a moderator is replacing the link: nobody comes in meanwhile
  | "not-allowed" // only a moderator may, or nobody
  | "removed" // a moderator has taken us out of the room
  | "inviter-unheard" // whoever invited us has not been heard in the room; a person may go on without
  | "closed" // this person has closed their account
  | "not-now" // it needs a connection, or something to end first
  | "database-damaged" // bytes on the disk are not what was written
  | "storage" // the disk is full: what was asked for did not happen, and may work later
  | "storage-failed" // writing or syncing failed: nobody knows what is on the disk, and the process must end
  | "profile-newer" // written by a newer version
  | "no-answer" // the relay does not answer a question, or is not there

/** Whether nothing more may be done with this store: nobody knows what is on the disk, or it is not what was written. */
export function endsTheProcess(cause: unknown): cause is ClientError {
  return cause instanceof ClientError && isFatal(cause.code)
}

/** The error that ends a program which hears this event; undefined for events after which it goes on. */
export function fatalError(event: ClientEvent): ClientError | undefined {
  return event.type === "error" && isFatal(event.code) ? new ClientError(event.code, event.detail) : undefined
}

function isFatal(code: string): code is "storage-failed" | "database-damaged" {
  return code === "storage-failed" || code === "database-damaged"
}
