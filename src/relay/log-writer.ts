/** Puts batches at the end of the newest segment of the log, begins new segments, and takes a last batch back. */
import type { Millis } from "../platform/clock.ts"
import { StoreError } from "./errors.ts"
import {
  BATCH_FLAGS,
  batchSize,
  encodeBatch,
  type LogEnd,
  type LogRecord,
  MAX_BATCH_LENGTH,
  segmentHead,
  SIZES,
} from "./log-format.ts"
import type { Place } from "./log-index.ts"
import { asLogError, type LogSetup, type LogState, type Segment, SEGMENT_BYTES } from "./log-state.ts"

/** What is deleted is gone with its segment: none gathers entries for longer. */
const SEGMENT_AGE_MS: Millis = 86_400_000
const FIRST_SCRATCH_BYTES = 262_144
/** A batch larger than this leaves no memory behind. */
const MOST_SCRATCH_BYTES = 8_388_608

/** A batch in the newest segment. */
export interface Written {
  segment: Segment
  at: number
  /** Offset in the batch and size of each record. */
  places: number[]
}

export class LogWriter {
  /** Of the newest batch. */
  number: number
  readonly #setup: LogSetup
  readonly #state: LogState
  readonly #segmentBytes: number
  #active: Segment | undefined
  /** The newest segment, when it gets no more batches. */
  #sealed = 0
  #scratch = new Uint8Array(FIRST_SCRATCH_BYTES)

  constructor(setup: LogSetup, state: LogState, number: number) {
    this.#setup = setup
    this.#state = state
    this.#segmentBytes = setup.segmentBytes ?? SEGMENT_BYTES
    this.number = number
    this.#active = [...state.segments.values()].at(-1)
  }

  get newest(): number {
    return this.#active?.number ?? 0
  }

  /** The segment that batches go to; 0 when the next one begins another. */
  get segment(): number {
    return this.newest === this.#sealed ? 0 : this.newest
  }

  /** What comes goes to a new segment, so that this one can be tidied. Only between batches. */
  seal(): void {
    this.#sealed = this.newest
  }

  /** @throws StoreError `failed`: whatever the reason, nobody knows what is on the disk. */
  async sync({ segment }: Written): Promise<void> {
    try {
      await this.#state.file(segment.number).sync()
    } catch (cause) {
      throw new StoreError("failed", "the log of entries could not be synced", { cause })
    }
  }

  /** Writes copies of records and waits for the sync. @returns their places. @throws StoreError. */
  copy(records: readonly LogRecord[]): Place[] {
    const { segment, at, places } = this.put(records, [], BATCH_FLAGS.moved)
    try {
      this.#state.file(segment.number).syncNow()
    } catch (cause) {
      throw new StoreError("failed", "the log of entries could not be synced", { cause })
    }
    return records.map((_, nth) => ({
      segment: segment.number,
      at: at + places[2 * nth]!,
      size: places[2 * nth + 1]!,
    }))
  }

  /** @param written the last one. @throws StoreError `failed`. */
  cutOff({ segment, at }: Written): void {
    try {
      const file = this.#state.file(segment.number)
      file.truncate(at)
      file.syncNow()
    } catch (cause) {
      throw new StoreError("failed", "the log of entries could not be cut", { cause })
    }
    segment.size = at
    segment.lastBatch = --this.number
  }

  /** Writes a batch and does not sync it. @throws StoreError `full` (nothing was written) or `failed`. */
  put(records: readonly LogRecord[], ends: readonly LogEnd[], flags: number): Written {
    const number = this.number + 1
    try {
      const segment = this.#segmentFor(flags === BATCH_FLAGS.moved ? undefined : records[0]?.time)
      const file = this.#state.file(segment.number)
      const places: number[] = []
      const size = batchSize(records, ends.length)
      if (size > MAX_BATCH_LENGTH) throw new StoreError("full", "more was staged than one batch may hold")
      const keys = this.#state.keys(segment.number)
      const { checksum } = this.#setup
      const scratch = this.#scratchOf(size)
      const batch = encodeBatch(scratch, keys, { flags, number }, records, ends, checksum, places)
      const at = segment.size
      try {
        file.write(at, batch)
      } catch (cause) {
        file.truncate(at)
        throw cause
      }
      segment.size += batch.length
      segment.lastBatch = number
      this.number = number
      return { segment, at, places }
    } catch (cause) {
      throw asLogError(cause)
    }
  }

  #scratchOf(size: number): Uint8Array {
    if (size > MOST_SCRATCH_BYTES) return new Uint8Array(size)
    if (size > this.#scratch.length) this.#scratch = new Uint8Array(2 * size)
    return this.#scratch
  }

  /** @param time undefined for copies, which may be of any time. */
  #segmentFor(time: Millis | undefined): Segment {
    const active = this.#active
    const since = active?.since ?? time
    const age = time === undefined || since === undefined ? 0 : Math.abs(time - since)
    const isOld = age > SEGMENT_AGE_MS
    const isOpen = active !== undefined && active.number !== this.#sealed
    if (isOpen && active.size < this.#segmentBytes && !isOld) {
      active.since = since
      return active
    }
    const number = (active?.number ?? 0) + 1
    const { folder } = this.#setup
    const file = this.#state.create(number)
    try {
      file.write(0, segmentHead(this.#state.keys(number)))
      folder.syncNames()
    } catch (cause) {
      this.#state.takeBack(number)
      folder.remove(number)
      throw cause
    }
    this.#active = {
      number,
      size: SIZES.head,
      live: 0,
      lastBatch: this.number,
      since: time,
      isDamaged: false,
    }
    this.#state.segments.set(number, this.#active)
    return this.#active
  }
}
