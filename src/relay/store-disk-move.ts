/**
 * Brings a database whose entries are in its table, as earlier versions and copies have them, forward to one with a log
 * beside it. The log is written first; then one transaction says that it counts and empties the table. Cut short, the
 * database is the old one, and the next start makes the log anew.
 */
import { toHex } from "../bytes.ts"
import type { SegmentFolder } from "../platform/segment-files.ts"
import { StoreError } from "./errors.ts"
import { type LogRecord, MAX_ENTRY_LENGTH, SIZES } from "./log-format.ts"
import { asLogError } from "./log-state.ts"
import { EntryLog } from "./log.ts"
import type { DiskStoreOptions } from "./store-disk.ts"
import type { SqliteRelayStore } from "./store-sqlite.ts"

/** Written and synced at a time. */
const STEP_BYTES = 4_194_304
const NAME_BYTES = 8

/** What the folder of a log is called: each log has its own, so that one is never taken for another. */
export function logName(secret: Uint8Array): string {
  return `entries-${toHex(secret.subarray(0, Math.min(NAME_BYTES, SIZES.logId)))}`
}

/** @throws StoreError `damaged`. */
export function secretOf(note: Uint8Array | undefined): Uint8Array {
  if (note instanceof Uint8Array && note.length === SIZES.secret) return note
  throw new StoreError("damaged", "the database does not say which log of entries is its own")
}

/** @returns the new log's secret. @throws StoreError; then the database is as it was. */
export function moveEntries(sql: SqliteRelayStore, options: DiskStoreOptions): Uint8Array {
  if (!sql.isWhole) throw new StoreError("damaged", "the database is of an earlier version, and damaged")
  const { beside } = sql
  const coming = beside.coming()
  const secret = coming === undefined ? options.random.bytes(SIZES.secret) : secretOf(coming)
  if (coming === undefined) beside.begin(secret)
  try {
    const folder = options.folderOf(logName(secret))
    for (const segment of folder.list()) folder.remove(segment)
    const log = new EntryLog({ ...options, folder, secret }, () => undefined, 0)
    const count = filled(log, sql, folder)
    log.close()
    beside.moved(secret, log.number)
    if (count > 0) beside.shrink()
    return secret
  } catch (cause) {
    throw asLogError(cause)
  }
}

/** @throws StoreError; then nothing is left of the log, and the disk has its room back. */
function filled(log: EntryLog, sql: SqliteRelayStore, folder: SegmentFolder): number {
  try {
    return writeAll(sql, log)
  } catch (cause) {
    log.close()
    for (const segment of folder.list()) folder.remove(segment)
    throw cause
  }
}

function writeAll(sql: SqliteRelayStore, log: EntryLog): number {
  let [after, count, bytes] = [0, 0, 0]
  let records: LogRecord[] = []
  const write = () => {
    if (records.length > 0) log.writeCopies(records)
    records = []
    bytes = 0
  }
  for (;;) {
    const rows = sql.beside.entries(after)
    if (rows.length === 0) break
    for (const { row, blobHash, ...rest } of rows) {
      after = row
      const record = { ...rest, blobHash: blobHash ?? undefined }
      // What cannot be an entry was none before either: readers are told that it is damaged.
      if (!isRecord(record)) continue
      records.push(record)
      count++
      bytes += record.bytes.length
      if (bytes >= STEP_BYTES) write()
    }
  }
  write()
  return count
}

function isRecord({
  ref,
  seq,
  time,
  position,
  weight,
  check,
  eid,
  before,
  blobHash,
  bytes,
}: LogRecord): boolean {
  const hashes = blobHash === undefined ? [eid, before] : [eid, before, blobHash]
  return (
    [ref, seq, time, position, weight].every((each) => Number.isSafeInteger(each) && each >= 0) &&
    ref < 2 ** 32 &&
    seq > 0 &&
    hashes.every((each) => each instanceof Uint8Array && each.length === 32) &&
    check instanceof Uint8Array &&
    check.length === 8 &&
    bytes instanceof Uint8Array &&
    bytes.length <= MAX_ENTRY_LENGTH
  )
}
