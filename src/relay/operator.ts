/**
 * What the operator may be told: a closed union of counts and of what the directory says anyway.
 * Never a content, a channel, or who writes to whom; `cli` prints these events as they are.
 */
import type { Refusal } from "../protocol/errors.ts"
import type { LogDamage } from "./store.ts"

export type OperatorEvent =
  /** `online` counts people, not devices, this one included. */
  | { type: "client.connected"; name: string; remote: string; online: number }
  | { type: "client.disconnected"; name: string; remote: string; online: number }
  | { type: "client.refused"; remote: string; code: Refusal }
  | { type: "person.registered"; name: string; people: number }
  /** The disk is full or unreadable in part: `refused` requests got no place; reading goes on. */
  | { type: "storage.trouble"; refused: number }
  /** Too little space is left to take more (`storage.low`), or enough again; said once when it changes. */
  | { type: "storage.low" | "storage.ok"; freeBytes: number }
  /** The database's structure is damaged: what can be read is served, and nothing new is taken. */
  | { type: "storage.readonly" }
  /** The store is not the one whose head was signed last, or somebody had a newer head: the directory's next log began. */
  | { type: "directory.reopened"; log: number; former: number }
  /** Somebody has a head that was signed with this relay's key and is not of this directory. */
  | { type: "directory.contradicted" }
  /** The start found pieces of the log of entries that are not as they were written, or batches that are not there. */
  | ({ type: "storage.log-damaged" } & LogDamage)
  /** So many entries in a row of one channel cannot be read any more; said once for each such place. */
  | { type: "storage.damaged"; entries: number }
