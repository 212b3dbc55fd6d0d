/** What is kept of the relay's directory besides its index (PROTOCOL.md §8.6), and what an alarm says. */
import { utf8 } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { AlarmReason } from "./events.ts"
import type { SignedHead } from "../protocol/tree-head.ts"
import { decodeRecordIfSound, encodeRecord } from "./records.ts"
import type { StoreReader, StoreWriter } from "./store.ts"

/** Rows of `meta` that outlive the device: what was believed must not be forgotten by restoring a backup. */
export const LOG_ROW = utf8("directory log")
export const ALARM_ROW = utf8("directory alarm")
const TOLD_ROW = utf8("directory heads told")

/** The log that the relay shows us. */
export interface LogRecord {
  log: number
  opening: Uint8Array
  /** The relay's own key. */
  relayPublic: Uint8Array
  /** The newest head whose root we have computed ourselves; undefined while the log is read for the first time. */
  head: SignedHead | undefined
  /** The last heads that were believed of the logs before, newest first. */
  former: readonly SignedHead[]
  readAt: Millis
}

export interface AlarmRecord {
  why: AlarmReason
  at: Millis
  /** Who told us the other head; undefined: the relay. */
  from: Uint8Array | undefined
  relayPublic: Uint8Array
  /** The newest head that we believed. */
  ours: SignedHead | undefined
  theirs: SignedHead
  /** The person has seen it and goes on with this relay. */
  accepted: boolean
  /** Once somebody's list has been compared with ours. */
  difference?: DifferenceRecord
}

/** The first place at which two lists differ, as it is shown. */
export interface ShownDifference {
  /** Whether ours has something else there, or nothing. */
  kind: "other" | "more"
  /** Number of the leaf, from 0. */
  place: number
  /** Whose list was compared with ours. */
  by: Uint8Array
  /** Whose entry stands there in our list; undefined: nobody's that we know. */
  ours: Uint8Array | undefined
  /** What stands there in the other; undefined: only its hash is known, or it is no entry. */
  theirs: { name: string; tag: string } | undefined
}

/** With all that shows it to somebody else: both are leaves under heads that the relay has signed. */
export interface DifferenceRecord extends ShownDifference {
  theirLeaf: ProvenLeaf
  ourLeaf: ProvenLeaf | undefined
}

export interface ProvenLeaf {
  head: SignedHead
  leaf: Uint8Array
  path: Uint8Array[]
  /** The entry; empty: only its hash is known. */
  entry: Uint8Array
}

export interface ToldRecord {
  account: Uint8Array
  head: SignedHead
  at: Millis
  /** `unknown`: the relay has to explain it yet. */
  verdict: "fits" | "unknown"
}

/** Heads of others that are kept, one of each person and log. */
const MAX_TOLD = 64

/**
 * What the relay has to explain yet is kept before all that fits, and what has waited longest first: else many could
 * tell of what fits until that is forgotten. @param told newest first.
 */
export function keptTold(told: readonly ToldRecord[]): ToldRecord[] {
  const isOpen = ({ verdict }: ToldRecord) => verdict === "unknown"
  const open = told.filter(isOpen).slice(-MAX_TOLD)
  return [...open, ...told.filter((each) => !isOpen(each))].slice(0, MAX_TOLD)
}

export const readLog = (store: StoreReader) => readRow<LogRecord>(store, LOG_ROW)
export const readAlarm = (store: StoreReader) => readRow<AlarmRecord>(store, ALARM_ROW)
export const readTold = (store: StoreReader) => readRow<ToldRecord[]>(store, TOLD_ROW) ?? []

export function putLog(tx: StoreWriter, log: LogRecord): void {
  tx.put("meta", LOG_ROW, encodeRecord(log))
}

export function putAlarm(tx: StoreWriter, alarm: AlarmRecord): void {
  tx.put("meta", ALARM_ROW, encodeRecord(alarm))
}

export function putTold(tx: StoreWriter, told: readonly ToldRecord[]): void {
  tx.put("meta", TOLD_ROW, encodeRecord(told))
}

/** Undefined as well for a row that makes no sense. */
function readRow<T>(store: StoreReader, key: Uint8Array): T | undefined {
  const row = store.get("meta", key)
  return row && decodeRecordIfSound<T>(row)
}
