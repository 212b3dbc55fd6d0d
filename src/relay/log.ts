/**
 * The log of entries: append-only segments, one write and one sync for all that a commit stages.
 *
 *     staged ──write──▶ written ──finish──▶ kept
 *        └──────────rollBack◀──cutOff──┘
 *
 * What is staged is read like what is kept. Between `write` and `finish` or `cutOff` the database commits its part, if
 * it has one: then the batch is *joint*, and counts after a crash only if the database knows its number.
 */
import type { Millis } from "../platform/clock.ts"
import { equalBytes } from "../bytes.ts"
import { StoreError } from "./errors.ts"
import { BATCH_FLAGS, type LogEnd, type LogRecord } from "./log-format.ts"
import { NOWHERE, type Place, PlaceList, STAGED } from "./log-index.ts"
import { type OpenedLog, openLog, type RowOf } from "./log-open.ts"
import { type LogChannel, type LogSetup, type LogState, MAX_LOG_ENTRIES } from "./log-state.ts"
import { LogWriter, type Written } from "./log-writer.ts"

/** Neighbours on the disk are read together up to this. */
const RUN_BYTES = 1_048_576
/** Entries that are read at once. */
const MAX_RUN = 256

export class EntryLog {
  readonly damage: OpenedLog["damage"]
  readonly #state: LogState
  readonly #writer: LogWriter
  readonly #maxEntries: number
  #staged: LogRecord[] = []
  /** What the touched channels were before this batch; undefined for those that are new. */
  #before = new Map<number, LogEnd | undefined>()
  /** Where logs begin when this batch is kept. */
  readonly #drops = new Map<number, number>()
  /** The same of batches that are kept, while somebody copies the log. */
  readonly #hidden = new Map<number, number>()
  #holds = 0
  #written: Written | undefined
  /** Channels whose row is behind what is here. */
  readonly #dirty: Set<number>

  /** @throws StoreError, see `openLog`. */
  constructor(setup: LogSetup, rowOf: RowOf, known: number) {
    this.#maxEntries = setup.maxEntries ?? MAX_LOG_ENTRIES
    const { state, number, damage, ahead } = openLog(setup, rowOf, known)
    this.#state = state
    this.#writer = new LogWriter(setup, state, number)
    this.damage = damage
    this.#dirty = ahead
  }

  /** Of the newest batch. */
  get number(): number {
    return this.#writer.number
  }

  get staged(): boolean {
    return this.#staged.length > 0
  }

  get state(): LogState {
    return this.#state
  }

  /** The segment that batches go to; it is neither copied nor deleted. */
  get activeSegment(): number {
    return this.#writer.segment
  }

  get newestSegment(): number {
    return this.#writer.newest
  }

  /** What comes goes to a new segment. Only between batches. */
  seal(): void {
    this.#writer.seal()
  }

  /** Whether batches after this one are in a segment that gets no more. */
  sealedAfter(number: number): boolean {
    for (const segment of this.#state.segments.values())
      if (segment.number !== this.activeSegment && segment.lastBatch > number) return true
    return false
  }

  /** As the last entry, staged or not, left it; undefined when none is here: then the channel's row says it. */
  end(ref: number): LogEnd | undefined {
    return this.#state.channels.get(ref)
  }

  /** The same without what is staged. */
  keptEnd(ref: number): LogEnd | undefined {
    return this.#before.has(ref) ? this.#before.get(ref) : this.#state.channels.get(ref)
  }

  /** @throws StoreError `full` when the memory has no room for another entry. */
  append(record: LogRecord, { head, nextPosition }: Pick<LogEnd, "head" | "nextPosition">): void {
    const { ref, seq, eid, weight } = record
    if (this.#state.weight + this.#staged.length >= this.#maxEntries)
      throw new StoreError("full", "the index of the log is as large as it may be")
    const channel = this.#touch(ref, seq)
    const { places, lastSeq } = channel
    if (seq !== lastSeq + 1) throw new StoreError("damaged", `entry ${seq} after ${lastSeq} of a log`)
    places.set(seq, STAGED, this.#staged.length, 0)
    this.#staged.push(record)
    this.#state.names.add(ref, eid, seq, this.#state.isKept, this.#state.count + this.#staged.length)
    channel.lastSeq = seq
    channel.head = head
    channel.nextPosition = nextPosition
    channel.weight += weight
  }

  /** The log begins after `seq` from now on. @returns what the channel's row says then. */
  drop(ref: number, seq: number, weight: number): LogEnd | undefined {
    if (!this.#state.channels.has(ref)) return undefined
    const channel = this.#touch(ref, seq)
    channel.weight = Math.max(channel.weight - weight, 0)
    this.#drops.set(ref, Math.max(seq + 1, this.#first(channel)))
    return channel
  }

  find(ref: number, eid: Uint8Array): { seq: number; time: Millis } | undefined {
    const channel = this.#state.channels.get(ref)
    if (channel === undefined) return undefined
    for (const seq of this.#state.names.find(ref, eid)) {
      if (seq < this.#first(channel)) continue
      const record = this.#recordAt(channel.places.get(seq))
      if (record?.ref === ref && record.seq === seq && equalBytes(record.eid, eid))
        return { seq, time: record.time }
    }
    return undefined
  }

  /** @returns undefined when it is not there as it was written. @throws StoreError `failed`. */
  read(ref: number, seq: number): LogRecord | undefined {
    const channel = this.#state.channels.get(ref)
    if (channel === undefined || seq < this.#first(channel)) return undefined
    const record = this.#recordAt(channel.places.get(seq))
    return record?.ref === ref && record.seq === seq ? record : undefined
  }

  /** Those from `from` on that can be found: at most `count`, at most `maxBytes` together, but one if there is one. */
  readFrom(ref: number, from: number, count: number, maxBytes: number): LogRecord[] {
    const channel = this.#state.channels.get(ref)
    if (channel === undefined) return []
    const found: LogRecord[] = []
    let bytes = 0
    let seq = Math.max(from, this.#first(channel))
    while (seq < channel.places.next && found.length < count) {
      const run = this.#run(channel, seq, Math.min(count - found.length, MAX_RUN), maxBytes - bytes)
      for (const record of this.#readRun(channel, seq, run)) {
        bytes += record.bytes.length
        if (bytes > maxBytes && found.length > 0) return found
        found.push(record)
      }
      seq += run
    }
    return found
  }

  /** From now on nothing is taken from under whoever copies the log, until `release`. */
  hold(): void {
    this.#holds++
  }

  release(): void {
    if (--this.#holds > 0) return
    for (const [ref, first] of this.#hidden) this.#dropBefore(ref, first)
    this.#hidden.clear()
  }

  get isHeld(): boolean {
    return this.#holds > 0
  }

  /** The same as `readFrom`, also of entries that were dropped since `hold`; at most `MAX_RUN`. */
  readHeld(ref: number, from: number, to: number): LogRecord[] {
    const places = this.#state.channels.get(ref)?.places
    return Array.from({ length: Math.min(to - from + 1, MAX_RUN) }, (_, nth) => from + nth).flatMap((seq) => {
      const record = this.#recordAt(places?.get(seq))
      return record?.ref === ref && record.seq === seq ? [record] : []
    })
  }

  /** The oldest entry's number. */
  first(ref: number): number {
    const channel = this.#state.channels.get(ref)
    return channel === undefined ? 1 : this.#first(channel)
  }

  /**
   * Puts what is staged on the disk. @param joint the database has a part of the batch as well.
   * @throws StoreError `full` (nothing was written), `failed` (stop the process).
   */
  async write(joint: boolean): Promise<void> {
    if (!this.staged) return
    this.#written = this.#writer.put(this.#staged, this.#ends(), joint ? BATCH_FLAGS.joint : 0)
    await this.#writer.sync(this.#written)
  }

  /** The same for copies of records that are kept, waited for. Only between batches. @returns their places. */
  writeCopies(records: readonly LogRecord[]): Place[] {
    return this.#writer.copy(records)
  }

  /** Takes back what `write` wrote. @throws StoreError `failed`. */
  cutOff(): void {
    if (this.#written !== undefined) this.#writer.cutOff(this.#written)
    this.#written = undefined
  }

  /** What was staged is kept. */
  finish(): void {
    const { segment, at, places } = this.#written ?? {}
    this.#written = undefined
    for (const [nth, { ref, seq }] of this.#staged.entries()) {
      const channel = this.#state.channels.get(ref)!
      this.#state.place(channel, seq, segment!.number, at! + places![2 * nth]!, places![2 * nth + 1]!)
    }
    for (const ref of this.#before.keys()) this.#dirty.add(ref)
    for (const [ref, first] of this.#drops) {
      if (this.#holds > 0) this.#hidden.set(ref, first)
      else this.#dropBefore(ref, first)
    }
    this.#clear()
  }

  /** What was staged never was. */
  rollBack(): void {
    for (const [ref, before] of this.#before) {
      const channel = this.#state.channels.get(ref)!
      if (before === undefined) this.#state.channels.delete(ref)
      else {
        Object.assign(channel, before)
        channel.places.dropFrom(before.lastSeq + 1)
      }
    }
    this.#clear()
  }

  /** Channels that changed since the last time. Only between batches. */
  takeDirty(): number[] {
    const refs = [...this.#dirty]
    this.#dirty.clear()
    return refs
  }

  close(): void {
    this.#state.close()
  }

  #clear(): void {
    this.#staged = []
    this.#before = new Map()
    this.#drops.clear()
  }

  #dropBefore(ref: number, first: number): void {
    const channel = this.#state.channels.get(ref)!
    this.#state.dropBefore(channel, first)
    if (!channel.places.isEmpty) return
    // Its row was written when its last entry was dropped, and nothing has come since.
    this.#state.channels.delete(ref)
    this.#dirty.delete(ref)
  }

  #first({ ref, places }: LogChannel): number {
    return this.#drops.get(ref) ?? this.#hidden.get(ref) ?? places.first
  }

  #touch(ref: number, seq: number): LogChannel {
    let channel = this.#state.channels.get(ref)
    const isNew = channel === undefined
    if (channel === undefined) {
      const nothing = { lastSeq: seq - 1, nextPosition: 0, weight: 0, head: new Uint8Array(0) }
      channel = { ref, ...nothing, places: new PlaceList(seq) }
      this.#state.channels.set(ref, channel)
    }
    if (this.#before.has(ref)) return channel
    const { lastSeq, nextPosition, weight, head } = channel
    this.#before.set(ref, isNew ? undefined : { ref, lastSeq, nextPosition, weight, head })
    return channel
  }

  #ends(): LogEnd[] {
    const refs = new Set(this.#staged.map(({ ref }) => ref))
    return [...refs].map((ref) => this.#state.channels.get(ref)!)
  }

  #recordAt(place: Place | undefined): LogRecord | undefined {
    if (place === undefined || place.segment === NOWHERE) return undefined
    return place.segment === STAGED ? this.#staged[place.at] : this.#state.read(place)
  }

  /** How many entries from `seq` on stand one behind the other on the disk. */
  #run({ places }: LogChannel, seq: number, most: number, maxBytes: number): number {
    const first = places.get(seq)!
    let end = first.at + first.size
    let run = 1
    for (; run < most; run++) {
      const next = places.get(seq + run)
      if (next?.segment !== first.segment || next.at !== end || first.segment === STAGED) break
      end += next.size
      if (end - first.at > Math.min(RUN_BYTES, maxBytes + first.size)) break
    }
    return run
  }

  #readRun(channel: LogChannel, seq: number, run: number): LogRecord[] {
    const { ref, places } = channel
    const first = places.get(seq)!
    if (first.segment === NOWHERE) return []
    const last = places.get(seq + run - 1)!
    const isMany = run > 1
    const bytes = isMany && this.#state.readBytes(first.segment, first.at, last.at + last.size - first.at)
    return Array.from({ length: run }, (_, nth) => places.get(seq + nth)!).flatMap((place, nth) => {
      const at = place.at - first.at
      // Where they cannot be read together, some can be read alone.
      const record = bytes
        ? this.#state.decode(first.segment, bytes.subarray(at, at + place.size))
        : this.#recordAt(place)
      return record?.ref === ref && record.seq === seq + nth ? [record] : []
    })
  }
}
