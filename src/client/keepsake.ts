/**
 * What of a profile outlives its device (PROTOCOL.md §15): the account's keys, the relay, people with their trust,
 * what a conversation must know to be joined again, and history. A backup holds this, and a salvage brings this.
 *
 * Never group state, pending commits, payload chains, key packages, the outbox or the device's keys: two devices
 * that hold one ratchet would use its keys twice. Whoever gets a keepsake is a new device and joins again.
 */
import { ByteReader, concat, equalBytes, u64 } from "../bytes.ts"
import { DIRECTORY_CURSOR } from "./contacts.ts"
import { JOURNAL_COUNTER } from "./context.ts"
import { ClientError } from "./errors.ts"
import { ACCOUNT_ROWS, hasAccount } from "./profile.ts"
import {
  type ConversationRecord,
  decodeRecord,
  encodeRecord,
  type LineRecord,
  newConversation,
} from "./records.ts"
import type { RemarkRecord } from "./remarks.ts"
import { isSound } from "./restoring.ts"
import type { Row, StoreReader, TableName } from "./store.ts"

/** A table's rows in key order; `undefined` stands for a stretch of unknown length that cannot be read. */
export type RowSource = (table: TableName) => Iterable<Row | undefined>

/** A row for the new store, to be put as it is. The receiver owns the bytes. */
export interface Kept extends Row {
  table: TableName
}

export interface Loss {
  /** Stretches and records that could not be read; each may have been many rows. */
  places: number
  /** True when the account's keys are not among what was read: no profile can be made of the rest. */
  account: boolean
}

const BATCH = 256

/**
 * Goes through what is to be kept. Rows come in key order within a table; none is ever made up, and one that is
 * kept is either as it was or, for conversations and lines, what its new device must find.
 *
 * @returns what was lost on the way, once everything has been taken.
 */
export function* keepsake(source: RowSource): Generator<Kept, Loss> {
  const loss: Loss = { places: 0, account: true }
  const readable = function* (table: TableName): Generator<Row> {
    for (const row of source(table)) {
      // What makes no sense here would make none there, and stop the whole.
      if (row && isSound({ table, ...row })) yield row
      else loss.places++
    }
  }
  let directory: Row | undefined
  let journal: Row | undefined
  for (const row of readable("meta")) {
    if (equalBytes(row.key, DIRECTORY_CURSOR)) directory = row
    else if (equalBytes(row.key, JOURNAL_COUNTER)) journal = row
    else if (ACCOUNT_ROWS.some((key) => equalBytes(key, row.key))) {
      if (hasAccount(row)) loss.account = false
      yield { table: "meta", ...row }
    }
  }

  const before = loss.places
  for (const row of readable("person")) yield { table: "person", ...row }
  // Where people are missing the directory is read again, from its beginning.
  if (directory && loss.places === before) yield { table: "meta", ...directory }

  for (const { key, value } of readable("conversation")) {
    const record = decodeRecord<ConversationRecord>(value)
    yield { table: "conversation", key, value: encodeRecord(withoutGroup(record)) }
  }
  for (const row of readable("line")) yield { table: "line", key: row.key, value: settled(row.value) }

  for (const { key, value } of readable("remark"))
    yield { table: "remark", key, value: encodeRecord(stopped(decodeRecord<RemarkRecord>(value))) }

  let last = journal ? new ByteReader(journal.value).u64() : 0
  for (const row of readable("journal")) {
    last = Math.max(last, new ByteReader(row.key).u64())
    yield { table: "journal", ...row }
  }
  if (last > 0) yield { table: "meta", key: JOURNAL_COUNTER, value: u64(last) }
  return loss
}

/**
 * The rows of a store. Where the store says `database-damaged` it is read from both ends, so that one bad place
 * costs itself; what lies between two bad places is lost to this way of reading.
 */
export function rowsOf(reader: StoreReader): RowSource {
  return (table) => tolerantRows(reader, table)
}

function* tolerantRows(reader: StoreReader, table: TableName): Generator<Row | undefined> {
  let from: Uint8Array | undefined
  for (let limit = BATCH; limit >= 1;) {
    const rows = unlessDamaged(() => reader.range(table, { ...(from ? { from } : {}), limit }))
    if (!rows) {
      limit = Math.floor(limit / 4)
      continue
    }
    yield* rows
    if (rows.length < limit) return
    from = concat(rows.at(-1)!.key, Uint8Array.of(0))
  }
  yield undefined
  const behind: Row[] = []
  let to: Uint8Array | undefined
  for (let limit = BATCH; limit >= 1;) {
    const ends = { ...(from ? { from } : {}), ...(to ? { to } : {}) }
    const rows = unlessDamaged(() => reader.range(table, { ...ends, limit, reverse: true }))
    if (!rows) {
      limit = Math.floor(limit / 4)
      continue
    }
    behind.push(...rows)
    if (rows.length < limit) break
    to = rows.at(-1)!.key
  }
  yield* behind.toReversed()
}

function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof ClientError && cause.code === "database-damaged") return undefined
    throw cause
  }
}

/** As if the conversation had just been heard of, at the same place on the screen. */
function withoutGroup(record: ConversationRecord): ConversationRecord {
  const { room, channelId, counter, orderBase, unread, lastAt, nextLocal } = record
  return {
    ...newConversation(channelId, record.kind, record.peer, record.link),
    room,
    counter,
    orderBase,
    unread,
    lastAt,
    nextLocal,
  }
}

/** What has not reached the relay yet never will. Its payloads stay behind. */
function stopped(record: RemarkRecord): RemarkRecord {
  const { unsent } = record
  return { ...record, places: [], unsent: unsent && { ...unsent, failed: true } }
}

/** What was still on its way stays visible and says that it did not go: nobody may seal the same payload twice. */
function settled(value: Uint8Array): Uint8Array {
  const line = decodeRecord<LineRecord>(value)
  if (line.kind !== "message" || line.state !== "queued") return value
  return encodeRecord({ ...line, state: "failed" } satisfies LineRecord)
}
