/**
 * Reads the whole log at the start: makes the index, cuts off what a crash left at its end, and finds what is damaged.
 * Nothing else is changed: damaged pieces stay where they are.
 */
import type { Checksum, SegmentFile, SegmentFolder } from "../platform/segment-files.ts"
import { EMPTY_HEAD, nextHead } from "../crypto/hash.ts"
import { ENTRY_KINDS } from "../protocol/envelope.ts"
import { StoreError } from "./errors.ts"
import { checkHead, type LogEnd, type LogRecord, MAX_BATCH_LENGTH, segmentHead, SIZES } from "./log-format.ts"
import { PlaceList } from "./log-index.ts"
import { type Findings, scanSegment } from "./log-scan.ts"
import { asLogError, type LogChannel, LogState, type Segment } from "./log-state.ts"
import type { LogDamage } from "./store.ts"

/** A channel as the database has it, which may be behind the log. */
export interface KnownChannel extends LogEnd {
  firstSeq: number
}
/** What the database has of a channel; undefined when it has none of that number. */
export type RowOf = (ref: number) => KnownChannel | undefined

export interface OpenedLog {
  state: LogState
  /** Of the newest batch. */
  number: number
  damage: LogDamage
  /** Channels of which the log knows more than the database. */
  ahead: Set<number>
}

/** What cannot be read at all is read around, in pieces of a disk's block. */
const BLOCK_BYTES = 4_096
const MAX_SEGMENT_BYTES = 2 * MAX_BATCH_LENGTH
/** No log has holes of such a size: a number beyond it is not one. */
const MAX_AHEAD = 10_000_000

/**
 * @param known batches up to this number were on the disk, as the database says.
 * @throws StoreError `damaged` when the database is older than the log, `unsuitable` for a later version's, `failed`.
 */
export function openLog(
  setup: { folder: SegmentFolder; secret: Uint8Array; checksum: Checksum },
  rowOf: RowOf,
  known: number,
): OpenedLog {
  try {
    return new Opening(setup, rowOf, known).run()
  } catch (cause) {
    throw asLogError(cause)
  }
}

class Opening {
  readonly #folder: SegmentFolder
  readonly #checksum: Checksum
  readonly #rowOf: RowOf
  readonly #known: number
  readonly #state: LogState
  readonly #damage = { pieces: 0, bytes: 0, batches: 0, entries: 0 }
  readonly #ahead = new Set<number>()
  /** Channels of whose last entry nothing has said yet what the row is after it, and that entry. */
  readonly #unended = new Map<LogChannel, LogRecord>()
  #segment = 0
  /** What the disk said instead of giving all of the segment before. */
  #trouble: unknown

  constructor(
    { folder, secret, checksum }: { folder: SegmentFolder; secret: Uint8Array; checksum: Checksum },
    rowOf: RowOf,
    known: number,
  ) {
    this.#folder = folder
    this.#checksum = checksum
    this.#rowOf = rowOf
    this.#known = known
    this.#state = new LogState(folder, secret)
  }

  run(): OpenedLog {
    const numbers = this.#folder.list()
    if (numbers.length === 0 && this.#known > 0)
      throw new StoreError("damaged", "the log of entries is gone; put it back from a copy of the folder")
    let number = 0
    for (const [nth, segment] of numbers.entries()) {
      const found = this.#read(segment, number, nth === numbers.length - 1)
      if (found.isAhead)
        throw new StoreError("damaged", "the database is older than the log of entries beside it")
      number = found.number
    }
    // What a process wrote that was killed, and did not sync, is there now: before anybody is told of it, it stays.
    const newest = numbers.at(-1)
    if (newest !== undefined) {
      this.#state.file(newest).syncNow()
      this.#folder.syncNames()
    }
    const missing = Math.max(0, this.#known - number)
    this.#damage.batches += missing
    this.#damage.entries -= this.#state.count
    for (const [ref, { places, lastSeq }] of this.#state.channels) {
      this.#damage.entries += Math.max(0, lastSeq + 1 - places.first)
      if (places.isEmpty && !this.#ahead.has(ref)) this.#state.channels.delete(ref)
    }
    return { state: this.#state, number: number + missing, damage: this.#damage, ahead: this.#ahead }
  }

  #read(number: number, before: number, isLast: boolean): Findings {
    const state = this.#state
    const file = state.file(number)
    const keys = state.keys(number)
    const { bytes, trouble } = readWhole(file)
    if (isLast && trouble !== undefined) throw notGiven(trouble)
    const head = checkHead(bytes, keys)
    if (head === "later")
      throw new StoreError("unsuitable", "the log of entries was written by a later version of this program")
    this.#segment = number
    const segment: Segment = {
      number,
      size: SIZES.head,
      live: 0,
      lastBatch: before,
      since: undefined,
      isDamaged: false,
    }
    state.segments.set(number, segment)
    // A file of something else is no torn write.
    const mayBeTorn = isLast && head !== "damaged"
    const [checksum, known] = [this.#checksum, this.#known]
    const scan = { keys, checksum, next: before + 1, known, isLast, mayBeTorn }
    const found = scanSegment(bytes, scan, {
      record: (record, at, size) => this.#record(record, at, size),
      end: (end) => this.#end(end),
    })
    // Where the disk does not give the end of a segment, the next one's batches say how far it went.
    const lately = trouble ?? this.#trouble
    if (lately !== undefined && found.number > this.#known) throw notGiven(lately)
    this.#trouble = trouble
    this.#concludeUnended()
    for (const { from, to } of found.damaged) {
      this.#damage.pieces++
      this.#damage.bytes += to - from
    }
    // What comes is written at a multiple of 8 bytes.
    segment.size = Math.ceil(found.end / 8) * 8
    segment.lastBatch = found.number
    segment.isDamaged = found.damaged.length > 0 || head === "damaged"
    if (isLast && !found.isAhead && bytes.length > found.end) file.truncate(found.end)
    if (mayBeTorn && head !== "ours" && found.end === SIZES.head) file.write(0, segmentHead(keys))
    else if (head !== "ours") this.#damage.pieces++
    return found
  }

  #record(record: LogRecord, at: number, size: number): void {
    const { ref, seq, eid, time, weight } = record
    const channel = this.#channel(ref)
    const segment = this.#state.segments.get(this.#segment)!
    // Some may be copies of older ones: then the segment is given up sooner.
    segment.since = Math.min(segment.since ?? time, time)
    if (channel === undefined || seq < channel.places.first || seq > channel.lastSeq + MAX_AHEAD) return
    this.#state.place(channel, seq, this.#segment, at, size)
    this.#state.names.add(ref, eid, seq, this.#state.isKept, this.#state.count)
    if (seq <= channel.lastSeq) return
    channel.lastSeq = seq
    channel.weight += weight
    this.#ahead.add(ref)
    this.#unended.set(channel, record)
  }

  #end({ ref, lastSeq, nextPosition, weight, head }: LogEnd): void {
    const channel = this.#channel(ref)
    if (channel === undefined || lastSeq > channel.lastSeq + MAX_AHEAD) return
    // The row is as new: of what it says, only the weight may have changed since.
    const isSame = lastSeq === channel.lastSeq && !this.#unended.has(channel)
    if (isSame) return void Object.assign(channel, { nextPosition, head })
    if (lastSeq < channel.lastSeq) return
    Object.assign(channel, { lastSeq, nextPosition, weight, head })
    this.#ahead.add(ref)
    this.#unended.delete(channel)
  }

  #channel(ref: number): LogChannel | undefined {
    const found = this.#state.channels.get(ref)
    const row = found === undefined ? this.#rowOf(ref) : undefined
    if (row === undefined) return found
    const { firstSeq, ...end } = row
    const first = isCount(firstSeq) && firstSeq > 0 ? firstSeq : 1
    const channel = { ...whole(end), places: new PlaceList(first) }
    this.#state.channels.set(ref, channel)
    return channel
  }

  /** Where the batch says nothing of a channel, because it is damaged, its last entry does. */
  #concludeUnended(): void {
    for (const [channel, { before, seq, bytes, eid, time, position }] of this.#unended) {
      channel.head = nextHead(before, seq, bytes[0] ?? 0, eid, time)
      if (bytes[0] === ENTRY_KINDS.handshake) channel.nextPosition = position + 1
    }
    this.#unended.clear()
  }
}

/** Of a row that is damaged nothing counts: the log may say it better. */
function whole(end: LogEnd): LogEnd {
  const { ref, lastSeq, nextPosition, weight, head } = end
  const isWhole = [lastSeq, nextPosition, weight].every(isCount) && head instanceof Uint8Array
  return isWhole ? end : { ref, lastSeq: 0, nextPosition: 0, weight: 0, head: EMPTY_HEAD }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

/** What rows may not know yet must be read, or else entries that come would get the numbers of those that are there. */
function notGiven(cause: unknown): StoreError {
  return new StoreError(
    "failed",
    "the disk does not give the newest entries of the log; put it right, or put back a copy",
    { cause },
  )
}

/** @returns `trouble`: what the disk said where it does not give the bytes. */
function readWhole(file: SegmentFile): { bytes: Uint8Array; trouble?: unknown } {
  const { size } = file
  if (size > MAX_SEGMENT_BYTES)
    throw new StoreError("damaged", "a segment of the log is longer than any can be")
  const bytes = new Uint8Array(size)
  try {
    return { bytes: bytes.subarray(0, file.read(0, bytes)) }
  } catch (trouble) {
    // Blocks that cannot be read stay zeros, which nothing that was written looks like.
    for (let at = 0; at < size; at += BLOCK_BYTES) readBlock(file, bytes, at)
    return { bytes, trouble }
  }
}

function readBlock(file: SegmentFile, bytes: Uint8Array, at: number): void {
  try {
    file.read(at, bytes.subarray(at, Math.min(at + BLOCK_BYTES, bytes.length)))
  } catch {
    bytes.fill(0, at, at + BLOCK_BYTES)
  }
}
