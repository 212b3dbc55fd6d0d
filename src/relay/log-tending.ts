/**
 * Gives back what dropped entries took: a segment of which nothing is read any more is deleted; of one that is hardly
 * read, what is left is copied to the end of the log first. A little at a time, between batches.
 */
import type { SegmentFolder } from "../platform/segment-files.ts"
import type { EntryLog } from "./log.ts"
import { type LogRecord, recordAt, viewOf, SIZES } from "./log-format.ts"
import { asLogError, type Segment } from "./log-state.ts"

/** What one step reads at most, and copies. */
const STEP_BYTES = 1_048_576
/** A segment is copied when less than this share of it is read. */
const SPARSE = 0.5
/** The newest segment waits until it is full, unless so much of it is read no more, or nothing of it is. */
const SEAL_BYTES = 1_048_576

/** A segment in which only an empty batch is. */
const EMPTY_BYTES = SIZES.head + SIZES.batch

interface Copying {
  segment: Segment
  /** How far it is done. */
  at: number
}

export class LogTending {
  readonly #log: EntryLog
  readonly #folder: SegmentFolder
  #copying: Copying | undefined
  /** As of the last step that found nothing to do. */
  #seen = { released: -1, known: -1 }
  /** Segments of which something cannot be read: they stay as they are. */
  readonly #stuck = new Set<number>()

  constructor(log: EntryLog, folder: SegmentFolder) {
    this.#log = log
    this.#folder = folder
  }

  /**
   * @param known batches up to this one have left what they say of channels in the database.
   * @returns whether there is more to do. @throws StoreError `full` or `failed`.
   */
  step(known: number): boolean {
    const { state } = this.#log
    const isIdle =
      this.#copying === undefined && this.#seen.released === state.released && this.#seen.known === known
    if (isIdle || this.#log.isHeld || this.#log.staged) return false
    this.#sealSparse()
    const isMore = this.#work(known)
    if (!isMore) this.#seen = { released: state.released, known }
    return isMore
  }

  #work(known: number): boolean {
    try {
      for (const segment of this.#sealed(known)) if (this.#isOver(segment)) return this.#remove(segment)
      const copying = (this.#copying ??= this.#sparsest(known))
      if (copying === undefined) return false
      this.#copy(copying)
      return true
    } catch (cause) {
      throw asLogError(cause)
    }
  }

  #sealSparse(): void {
    const newest = this.#log.state.segments.get(this.#log.activeSegment)
    if (newest === undefined) return
    const { size, live } = newest
    const isEmptied = live === 0 && size > EMPTY_BYTES
    if (isEmptied || (size - live > SEAL_BYTES && live < size * SPARSE)) this.#log.seal()
  }

  #sealed(known: number): Segment[] {
    const { state, activeSegment } = this.#log
    return [...state.segments.values()].filter(
      ({ number, lastBatch }) => number !== activeSegment && lastBatch <= known && !this.#stuck.has(number),
    )
  }

  /**
   * Whether nothing of it is read any more. Of a damaged one nobody knows, until the next one, of which entries came later,
   * is gone as well.
   */
  #isOver({ live, isDamaged, number }: Segment): boolean {
    const { state, newestSegment } = this.#log
    return live === 0 && (!isDamaged || (number < newestSegment && !state.segments.has(number + 1)))
  }

  #remove({ number }: Segment): boolean {
    const { state } = this.#log
    if (this.#copying?.segment.number === number) this.#copying = undefined
    // There is always a segment, whose batch says how far the log was: a start tells that from a log that is gone.
    if (number === this.#log.newestSegment) this.#log.writeCopies([])
    state.letGo(number)
    this.#folder.remove(number)
    state.forget(number)
    return true
  }

  #sparsest(known: number): Copying | undefined {
    const share = ({ live, size }: Segment) => live / size
    const [sparsest] = this.#sealed(known)
      .filter(({ isDamaged }) => !isDamaged)
      .sort((a, b) => share(a) - share(b))
    if (sparsest === undefined || share(sparsest) >= SPARSE) return undefined
    return { segment: sparsest, at: SIZES.head }
  }

  #copy(copying: Copying): void {
    const { state } = this.#log
    const { segment, at } = copying
    const bytes = state.readBytes(segment.number, at, Math.min(2 * STEP_BYTES, segment.size - at))
    if (bytes === undefined) {
      // It is kept for those who can read it some day, and for what is whole in it.
      this.#stuck.add(segment.number)
      this.#copying = undefined
      return
    }
    const { records, places, next } = this.#liveIn(copying, bytes)
    if (records.length > 0) {
      const copies = this.#log.writeCopies(records)
      for (const [nth, { ref, seq }] of records.entries()) {
        const channel = state.channels.get(ref)!
        // Where it was is where it still is: nothing else runs in between.
        if (channel.places.get(seq)?.at === places[nth])
          state.place(channel, seq, copies[nth]!.segment, copies[nth]!.at, copies[nth]!.size)
      }
    }
    copying.at = next
    if (next < segment.size) return
    this.#copying = undefined
    if (segment.live > 0) this.#stuck.add(segment.number)
  }

  /** Records of a piece of the segment that somebody may still read. */
  #liveIn(
    { segment, at }: Copying,
    bytes: Uint8Array,
  ): { records: LogRecord[]; places: number[]; next: number } {
    const { state } = this.#log
    const isRest = at + bytes.length >= segment.size || bytes.length < STEP_BYTES
    const view = viewOf(bytes)
    const keys = state.keys(segment.number)
    const [records, places]: [LogRecord[], number[]] = [[], []]
    let from = 0
    const end = isRest ? bytes.length : STEP_BYTES
    while (from + SIZES.record <= end) {
      const record = recordAt(bytes, view, from, keys)
      if (record === undefined) {
        from += 8
        continue
      }
      const place = state.channels.get(record.ref)?.places.get(record.seq)
      if (place?.segment === segment.number && place.at === at + from) {
        records.push(record)
        places.push(place.at)
      }
      from += record.size
    }
    return { records, places, next: isRest ? segment.size : at + from }
  }
}
