/** What is kept of one account in the directory (PROTOCOL.md §14.2): table `person`. */
import type { Millis } from "../platform/clock.ts"
import type { Verified } from "./events.ts"

/**
 * What this person holds of an account. `mismatch`: the numbers differed; `changed`: its key was replaced and nothing has
 * been decided; both stop sending. `later`: replaced, and sending goes on all the same.
 */
export type StoredTrust = "unverified" | "verified" | "mismatch" | "changed" | "later"

/** One account. Fields of older versions are missing: none was rotated, replaced or blocked then. */
export interface PersonRecord {
  /** The newest directory entry, encoded. */
  entry: Uint8Array
  trust: StoredTrust
  firstSeenAt: Millis
  /** The account whose place this one took, and whether that one has signed it. */
  origin?: { kind: "rotate" | "replace"; account: Uint8Array }
  /** The account that has taken this one's place. */
  successor?: Uint8Array
  /** When and how this key, or the one that handed over to it, was compared. */
  verified?: Verified | undefined
  /** Of `changed` and `later`: the key before the replacement was verified. */
  wasVerified?: boolean | undefined
  isBlocked?: boolean | undefined
  /** What this person calls them; nobody else knows. */
  alias?: string | undefined
  /** Names that the account went by before, the last eight; no honest relay gives one of them to somebody else. */
  formerNames?: readonly string[] | undefined
  /** Who went by the name of this account, or one like it, before it was given to this one. */
  nameWasOf?: Uint8Array | undefined
  /** This key has handed over twice, and that was said: once is enough. */
  isDoubted?: boolean | undefined
  /** Messages that were not kept, because their author was blocked. */
  hidden?: number | undefined
}
