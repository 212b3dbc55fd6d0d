import { CodedError } from "../errors.ts"

/** The peer broke PROTOCOL.md. Always fatal to that one connection or item, never to the process. */
export class ProtocolError extends CodedError<
  | "frame-too-large" // §2: a length above what this state of the connection allows
  | "frame-empty" // §2: a frame without a type
  | "unknown-message" // §4: a type that this side does not accept
  | "bad-message" // §4: a body that is not of its type's shape
  | "bad-entry" // §9: an entry that is not of the entry's shape
  | "bad-payload" // §13: an opened payload that is not of its shape
  | "bad-directory-entry" // §8
  | "bad-address" // §17: an invitation that cannot be read
> {}

/**
 * Why the relay refused something, as it travels (PROTOCOL.md §4.3). Numbers are for ever.
 * To a stranger every refused login is `not-allowed`.
 */
export const REFUSALS = {
  "not-allowed": 1, // wrong or revoked admission, unknown device, bad signature
  "name-taken": 2,
  "unknown-person": 3,
  "no-package": 4, // the device has no key package left
  "too-large": 5,
  quota: 6,
  storage: 7, // the relay's disk is full or failing; try again later
  "missing-blob": 8,
  "unknown-channel": 9, // a handle or header that does not exist
  superseded: 10, // the same device connected again
  "bad-request": 11, // well-formed, but makes no sense now
  busy: 12, // too many of something; try again later
  "bad-version": 13,
  "bad-directory-entry": 14,
  banned: 15, // the operator has shut this person out
  awaiting: 16, // the operator is asked whether this person may come in; try again later
  unproven: 17, // no token was shown that is as new as the confirmed position
} as const
export type Refusal = keyof typeof REFUSALS

/** The name of a refusal number; an unknown number is `bad-request`, so that newer relays stay usable. */
export function refusalName(code: number): Refusal {
  for (const [name, number] of Object.entries(REFUSALS)) if (number === code) return name as Refusal
  return "bad-request"
}
