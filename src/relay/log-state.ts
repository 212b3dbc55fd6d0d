/** What the log of entries knows in memory: channels with the places of their entries, and the segments. */
import type { Millis } from "../platform/clock.ts"
import type { PlatformCode } from "../platform/errors.ts"
import type { Checksum, SegmentFile, SegmentFolder } from "../platform/segment-files.ts"
import { StoreError } from "./errors.ts"
import { type Keys, keysOf, type LogEnd, type LogRecord, recordAt, viewOf } from "./log-format.ts"
import { NOWHERE, type Place, type PlaceList } from "./log-index.ts"
import { NameTable } from "./name-table.ts"

/** As its newest batch left it. */
export interface LogChannel extends LogEnd {
  places: PlaceList
}

export interface Segment {
  number: number
  /** Where the next batch goes. */
  size: number
  /** Bytes of records that somebody may still read. */
  live: number
  /** Its newest batch. */
  lastBatch: number
  /** When its first entry came; undefined while it has none. */
  since: Millis | undefined
  /** The start could not make out all of it: there may be entries in it that the disk gives another time. */
  isDamaged: boolean
}

export interface LogSetup {
  folder: SegmentFolder
  /** 32 bytes: the log's id, and the secret that marks are made of. */
  secret: Uint8Array
  checksum: Checksum
  /** A segment that has so many bytes gets no more batches. */
  segmentBytes?: number
  /** So much fits into the memory (`LogState.weight`); then new entries are refused. */
  maxEntries?: number
}

export const SEGMENT_BYTES = 33_554_432
export const MAX_LOG_ENTRIES = 10_000_000
/** A channel takes the memory of so many entries. */
const CHANNEL_ENTRIES = 10
/** Descriptors that stay open for reading. */
const MAX_OPEN = 64
const EXHAUSTED: PlatformCode = "exhausted"
/** What the disk says of a place that it cannot give back. */
const DAMAGE: ReadonlySet<unknown> = new Set<PlatformCode>(["disk-failed", "not-found"])

export class LogState {
  /** Those that have entries here; of the others their rows say all. */
  readonly channels = new Map<number, LogChannel>()
  readonly segments = new Map<number, Segment>()
  readonly names: NameTable
  /** Entries that have a place. */
  count = 0
  /** How often one lost its place: without that there is nothing to tidy. */
  released = 0
  readonly #folder: SegmentFolder
  readonly #secret: Uint8Array
  readonly #keys = new Map<number, Keys>()
  readonly #open = new Map<number, SegmentFile>()
  #newest = 0

  constructor(folder: SegmentFolder, secret: Uint8Array) {
    this.#folder = folder
    this.#secret = secret
    this.names = new NameTable(viewOf(secret).getUint32(secret.length - 4))
  }

  keys(segment: number): Keys {
    let keys = this.#keys.get(segment)
    if (keys === undefined) this.#keys.set(segment, (keys = keysOf(this.#secret, segment)))
    return keys
  }

  /** Open for reading and writing. @throws PlatformError. */
  file(segment: number): SegmentFile {
    const known = this.#open.get(segment)
    if (known !== undefined) {
      this.#open.delete(segment)
      this.#open.set(segment, known)
      return known
    }
    // The newest may be in the middle of a sync.
    return this.#opened(segment, this.#newest, () => this.#folder.open(segment))
  }

  /** An empty one, behind all others. Only between batches. @throws PlatformError. */
  create(segment: number): SegmentFile {
    return this.#opened(segment, undefined, () => this.#folder.create(segment))
  }

  /** @param busy is not closed to make room. */
  #opened(segment: number, busy: number | undefined, open: () => SegmentFile): SegmentFile {
    if (this.#open.size >= MAX_OPEN) this.#letOneGo(busy)
    let file: SegmentFile
    try {
      file = open()
    } catch (cause) {
      // Connections have the descriptors: one of ours makes room.
      if (codeOf(cause) !== EXHAUSTED || !this.#letOneGo(busy)) throw cause
      file = open()
    }
    this.#open.set(segment, file)
    this.#newest = Math.max(this.#newest, segment)
    return file
  }

  #letOneGo(busy: number | undefined): boolean {
    for (const oldest of this.#open.keys()) {
      if (oldest === busy) continue
      this.letGo(oldest)
      return true
    }
    return false
  }

  /** The segment is gone. */
  forget(segment: number): void {
    this.segments.delete(segment)
    this.#keys.delete(segment)
  }

  /** It was created for nothing. */
  takeBack(segment: number): void {
    this.letGo(segment)
    this.#newest = segment - 1
  }

  letGo(segment: number): void {
    const file = this.#open.get(segment)
    this.#open.delete(segment)
    file?.close()
  }

  /** How many entries have the room that entries and channels take of the memory. */
  get weight(): number {
    return this.count + CHANNEL_ENTRIES * this.channels.size
  }

  /** What the segments take of the disk. */
  get bytes(): number {
    let bytes = 0
    for (const { size } of this.segments.values()) bytes += size
    return bytes
  }

  close(): void {
    for (const segment of this.#open.keys()) this.letGo(segment)
    this.#folder.close()
  }

  isKept = (ref: number, seq: number): boolean => {
    const places = this.channels.get(ref)?.places
    return places !== undefined && seq >= places.first && seq < places.next
  }

  /** Notes where an entry is, and is no more. */
  place(channel: LogChannel, seq: number, segment: number, at: number, size: number): void {
    const { places } = channel
    this.#release(places.get(seq))
    places.set(seq, segment, at, size)
    this.count++
    const found = this.segments.get(segment)
    if (found !== undefined) found.live += size
  }

  /** Forgets the entries before `seq`. */
  dropBefore({ places }: LogChannel, seq: number): void {
    for (let each = places.first; each < Math.min(seq, places.next); each++) this.#release(places.get(each))
    places.dropBefore(seq)
  }

  #release(place: Place | undefined): void {
    const segment = place && this.segments.get(place.segment)
    if (place === undefined || segment === undefined) return
    segment.live -= place.size
    this.released++
    this.count--
  }

  /** The record there, with byte fields of its own; undefined when it is not what was written. @throws StoreError `failed`. */
  read({ segment, at, size }: Place): LogRecord | undefined {
    if (segment === NOWHERE || !this.segments.has(segment)) return undefined
    const bytes = this.readBytes(segment, at, size)
    return bytes && this.decode(segment, bytes)
  }

  decode(segment: number, bytes: Uint8Array): LogRecord | undefined {
    return recordAt(bytes, viewOf(bytes), 0, this.keys(segment))
  }

  /**
   * As many of the bytes as there are; undefined where the disk does not give them.
   * @throws StoreError `failed` when the file could not even be asked: that says nothing of the bytes.
   */
  readBytes(segment: number, at: number, size: number): Uint8Array | undefined {
    const bytes = new Uint8Array(size)
    try {
      return bytes.subarray(0, this.file(segment).read(at, bytes))
    } catch (cause) {
      if (DAMAGE.has(codeOf(cause))) return undefined
      throw asLogError(cause)
    }
  }
}

/** What a failed operation on a file of the log means to the relay. */
export function asLogError(cause: unknown): unknown {
  if (cause instanceof StoreError || !(cause instanceof Error) || !("code" in cause)) return cause
  const code = codeOf(cause) === "disk-full" ? "full" : "failed"
  return new StoreError(code, cause.message, { cause })
}

/** Of a PlatformError. */
function codeOf(cause: unknown): unknown {
  return cause instanceof Error && "code" in cause ? cause.code : undefined
}
