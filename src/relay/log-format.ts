/**
 * What stands in a segment of the log of entries, big-endian, everything at a multiple of 8 bytes:
 *
 *     segment = head 64 ‖ batch ‖ batch ‖ …
 *     head    = "scSEGM" ‖ version u16 ‖ segment u32 ‖ check u32 ‖ log id 16 ‖ zeros
 *     batch   = mark u32 ‖ check u32 ‖ flags u16 ‖ number u48 ‖ length u32 ‖ records u32 ‖ ends u32 ‖ crc u32 ‖ record … ‖ end …
 *     record  = mark u32 ‖ check u32 ‖ ref u32 ‖ length u32 ‖ seq ‖ time ‖ position ‖ weight (u64 each) ‖ checkOf 8 ‖
 *               eid 32 ‖ before 32 ‖ [blob hash 32] ‖ entry ‖ zeros
 *     end     = mark u32 ‖ check u32 ‖ ref u32 ‖ zeros 4 ‖ lastSeq ‖ nextPosition ‖ weight (u64 each) ‖ head 32
 *
 * A batch is what one commit wrote; its CRC covers all that follows it. `check` covers the fields of its own part only:
 * when a batch is damaged, what is whole in it can still be found. Marks and seeds come from a secret of the log, so
 * that no client can upload an entry in which a search would find records.
 */
import type { Millis } from "../platform/clock.ts"
import type { Checksum } from "../platform/segment-files.ts"
import { equalBytes, utf8 } from "../bytes.ts"

/** In bytes. `secret` is the log's id and what the marks are made of. */
export const SIZES: Readonly<Record<"head" | "batch" | "record" | "end" | "logId" | "secret", number>> = {
  head: 64,
  batch: 32,
  record: 120,
  end: 72,
  logId: 16,
  secret: 32,
}
/** No entry comes near it; what claims more is not one. */
export const MAX_ENTRY_LENGTH = 1_048_576
export const MAX_BATCH_LENGTH = 1_073_741_824
export const LOG_VERSION = 1

const MAGIC = utf8("scSEGM")
const HASH_BYTES = 32
const CHECK_BYTES = 8
/** The top bit of a record's length: the hash of a blob comes before the entry. */
const WITH_BLOB = 0x8000_0000

export const BATCH_FLAGS = {
  /** The database has a part of it: it counts only if the database says so. */
  joint: 1,
  /** Copies of records out of a segment that is given up. */
  moved: 2,
} as const

/** One entry, as it is stored. */
export interface LogRecord {
  ref: number
  seq: number
  time: Millis
  position: number
  weight: number
  check: Uint8Array
  eid: Uint8Array
  before: Uint8Array
  blobHash: Uint8Array | undefined
  bytes: Uint8Array
}

/** What a channel's row says after a batch. */
export interface LogEnd {
  ref: number
  lastSeq: number
  nextPosition: number
  weight: number
  head: Uint8Array
}

export interface BatchHead {
  flags: number
  number: number
  /** All of it, this head included. */
  length: number
  records: number
  ends: number
}

/** What is special about one segment of one log. */
export interface Keys {
  id: Uint8Array
  segment: number
  batch: number
  record: number
  end: number
  seed: number
}

export function keysOf(secret: Uint8Array, segment: number): Keys {
  const view = viewOf(secret)
  const draw = (nth: number) => mixed(mix(segment, nth), view, SIZES.logId, SIZES.secret)
  return {
    id: secret.subarray(0, SIZES.logId),
    segment,
    batch: draw(1),
    record: draw(2),
    end: draw(3),
    seed: draw(4),
  }
}

/** @param version only tests name another one. */
export function segmentHead({ id, segment, seed }: Keys, version: number = LOG_VERSION): Uint8Array {
  const head = new Uint8Array(SIZES.head)
  const view = viewOf(head)
  head.set(MAGIC)
  view.setUint16(6, version)
  view.setUint32(8, segment)
  head.set(id, 16)
  view.setUint32(12, headCheck(view, seed))
  return head
}

/**
 * `later`: a later version of this program wrote it, which keeps to this head; it must not be touched.
 * `begun`: a crash came before all of it was on the disk.
 */
export function checkHead(bytes: Uint8Array, keys: Keys): "ours" | "later" | "begun" | "damaged" {
  const found = bytes.subarray(0, SIZES.head)
  const ours = segmentHead(keys)
  if (equalBytes(found, ours)) return "ours"
  if (found.every((byte, at) => byte === 0 || byte === ours[at])) return "begun"
  const version = found.length < SIZES.head ? 0 : viewOf(found).getUint16(6)
  return version > LOG_VERSION && equalBytes(found, segmentHead(keys, version)) ? "later" : "damaged"
}

function headCheck(view: DataView, seed: number): number {
  return mixed(mixed(seed, view, 0, 12), view, 16, SIZES.head)
}

export function recordSize(length: number, hasBlob: boolean): number {
  return padded(SIZES.record + (hasBlob ? HASH_BYTES : 0) + length)
}

export function batchSize(records: readonly LogRecord[], ends: number): number {
  let size = SIZES.batch + ends * SIZES.end
  for (const { bytes, blobHash } of records) size += recordSize(bytes.length, blobHash !== undefined)
  return size
}

/**
 * @param into at least `batchSize` bytes, which are overwritten.
 * @param places gets, for each record, its offset in the batch and its size. @returns the batch.
 */
export function encodeBatch(
  into: Uint8Array,
  keys: Keys,
  { flags, number }: { flags: number; number: number },
  records: readonly LogRecord[],
  ends: readonly LogEnd[],
  checksum: Checksum,
  places: number[],
): Uint8Array {
  const view = viewOf(into)
  let at = SIZES.batch
  for (const record of records) {
    const size = putRecord(into, view, at, keys.record, keys.seed, record)
    places.push(at, size)
    at += size
  }
  for (const end of ends) {
    putEnd(into, view, at, keys, end)
    at += SIZES.end
  }
  const batch = into.subarray(0, at)
  view.setUint32(0, keys.batch)
  putU64(view, 8, number)
  view.setUint16(8, flags)
  view.setUint32(16, at)
  view.setUint32(20, records.length)
  view.setUint32(24, ends.length)
  view.setUint32(28, checksum(batch.subarray(SIZES.batch), keys.seed))
  view.setUint32(4, mixed(keys.seed, view, 8, SIZES.batch))
  return batch
}

function putRecord(
  into: Uint8Array,
  view: DataView,
  at: number,
  mark: number,
  seed: number,
  record: LogRecord,
): number {
  const { ref, seq, time, position, weight, check, eid, before, blobHash, bytes } = record
  if (bytes.length > MAX_ENTRY_LENGTH) throw new RangeError(`an entry of ${bytes.length} bytes`)
  view.setUint32(at, mark)
  view.setUint32(at + 8, ref)
  view.setUint32(at + 12, blobHash === undefined ? bytes.length : bytes.length + WITH_BLOB)
  putU64(view, at + 16, seq)
  putU64(view, at + 24, time)
  putU64(view, at + 32, position)
  putU64(view, at + 40, weight)
  into.set(sized(check, CHECK_BYTES), at + 48)
  into.set(sized(eid, HASH_BYTES), at + 56)
  into.set(sized(before, HASH_BYTES), at + 88)
  let end = at + SIZES.record
  if (blobHash !== undefined) {
    into.set(sized(blobHash, HASH_BYTES), end)
    end += HASH_BYTES
  }
  view.setUint32(at + 4, mixed(seed, view, at + 8, end))
  into.set(bytes, end)
  end += bytes.length
  const next = at + padded(end - at)
  into.fill(0, end, next)
  return next - at
}

function putEnd(into: Uint8Array, view: DataView, at: number, keys: Keys, end: LogEnd): void {
  view.setUint32(at, keys.end)
  view.setUint32(at + 8, end.ref)
  view.setUint32(at + 12, 0)
  putU64(view, at + 16, end.lastSeq)
  putU64(view, at + 24, end.nextPosition)
  putU64(view, at + 32, end.weight)
  into.set(sized(end.head, HASH_BYTES), at + 40)
  view.setUint32(at + 4, mixed(keys.seed, view, at + 8, at + SIZES.end))
}

/** Undefined unless the head of a batch stands there as it was written. Says nothing of what follows it. */
export function batchHeadAt(view: DataView, at: number, keys: Keys): BatchHead | undefined {
  if (at + SIZES.batch > view.byteLength || view.getUint32(at) !== keys.batch) return undefined
  if (view.getUint32(at + 4) !== mixed(keys.seed, view, at + 8, at + SIZES.batch)) return undefined
  const length = view.getUint32(at + 16)
  if (length < SIZES.batch || length > MAX_BATCH_LENGTH || length % 8 !== 0) return undefined
  const number = view.getUint16(at + 10) * 2 ** 32 + view.getUint32(at + 12)
  return {
    flags: view.getUint16(at + 8),
    number,
    length,
    records: view.getUint32(at + 20),
    ends: view.getUint32(at + 24),
  }
}

/** Whether all of the batch with this head is there as it was written. */
export function isWholeBatch(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  { length }: BatchHead,
  keys: Keys,
  checksum: Checksum,
): boolean {
  if (at + length > bytes.length) return false
  return checksum(bytes.subarray(at + SIZES.batch, at + length), keys.seed) === view.getUint32(at + 28)
}

/**
 * The record that begins there. Its entry may have been altered, its fields not. Byte fields are views.
 * @returns undefined when none does; `size` is what it takes.
 */
export function recordAt(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  keys: Keys,
): (LogRecord & { size: number }) | undefined {
  if (at + SIZES.record > bytes.length || view.getUint32(at) !== keys.record) return undefined
  const marked = view.getUint32(at + 12)
  const hasBlob = marked >= WITH_BLOB
  const length = hasBlob ? marked - WITH_BLOB : marked
  const begin = at + SIZES.record + (hasBlob ? HASH_BYTES : 0)
  const size = recordSize(length, hasBlob)
  if (length > MAX_ENTRY_LENGTH || at + size > bytes.length) return undefined
  if (view.getUint32(at + 4) !== mixed(keys.seed, view, at + 8, begin)) return undefined
  const [seq, time, position, weight] = [
    getU64(view, at + 16),
    getU64(view, at + 24),
    getU64(view, at + 32),
    getU64(view, at + 40),
  ]
  return {
    ref: view.getUint32(at + 8),
    seq,
    time,
    position,
    weight,
    check: bytes.subarray(at + 48, at + 56),
    eid: bytes.subarray(at + 56, at + 88),
    before: bytes.subarray(at + 88, at + 120),
    blobHash: hasBlob ? bytes.subarray(at + SIZES.record, begin) : undefined,
    bytes: bytes.subarray(begin, begin + length),
    size,
  }
}

export function endAt(bytes: Uint8Array, view: DataView, at: number, keys: Keys): LogEnd | undefined {
  if (at + SIZES.end > bytes.length || view.getUint32(at) !== keys.end) return undefined
  if (view.getUint32(at + 4) !== mixed(keys.seed, view, at + 8, at + SIZES.end)) return undefined
  return {
    ref: view.getUint32(at + 8),
    lastSeq: getU64(view, at + 16),
    nextPosition: getU64(view, at + 24),
    weight: getU64(view, at + 32),
    head: bytes.slice(at + 40, at + 72),
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** One step of a hash of 32 bits: for a given state, no two words lead to the same one. */
export function mix(state: number, word: number): number {
  const product = Math.imul(state ^ word, 0x85eb_ca6b)
  return product ^ (product >>> 15)
}

/** Over whole words of 4 bytes. */
function mixed(seed: number, view: DataView, from: number, to: number): number {
  let state = seed
  for (let at = from; at < to; at += 4) state = mix(state, view.getUint32(at))
  return mix(state, to - from) >>> 0
}

function padded(length: number): number {
  return (length + 7) & ~7
}

function putU64(view: DataView, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no number of a log`)
  view.setUint32(at, Math.floor(value / 2 ** 32))
  view.setUint32(at + 4, value >>> 0)
}

/** At most 2^53, so that it can be told from what is none. */
function getU64(view: DataView, at: number): number {
  return view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
}

function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes instead of ${length}`)
  return bytes
}
