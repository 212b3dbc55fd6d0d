/**
 * What a full disk means (PROTOCOL.md §16.3). Below the low mark new entries and blobs are refused, so that deleting,
 * and the database's own tidying, always find the space that they need; all the rest goes on. Should the disk fill up
 * all the same, a ballast is given up, and laid out again when there is plenty.
 *
 *     roomy ──less than the low mark──▶ low ──a quarter more than the low mark──▶ roomy
 */
import type { Millis } from "../platform/clock.ts"
import type { RelayLimits } from "./config.ts"
import type { Effects } from "./effects.ts"

export interface DiskRoom {
  /** What the relay may still write to the file system, and what the database has free inside. */
  freeBytes: number
  reusableBytes: number
  /** The whole file system. */
  totalBytes: number
  /** What the store takes of it. */
  storeBytes: number
}

/** A tenth of a small disk; of a large one the limit `lowDiskBytes`, which a busy relay does not fill between two looks. */
const LOW_SHARE = 10
/** Without a gap between the two marks, one entry more or less would say low and roomy in turn. */
const ROOMY_FACTOR = 1.25
const BALLAST_SHARE = 8
const BALLAST_MOST_BYTES = 33_554_432
const SEGMENT_SHARE = 32
const LEAST_SEGMENT_BYTES = 262_144
const MOST_SEGMENT_BYTES = 33_554_432
const BLOCK_BYTES = 4_096
/** Where the system promises space that writes do not get, a quota say, not every batch has to find that out. */
const FULL_REST_MS: Millis = 3_000
/** A ballast that had to go was needed: it does not come and go with every batch. */
const BALLAST_REST_MS: Millis = 60_000
/** Bytes that are added are in the journal first, and in their place as well once they are moved there. */
const WRITTEN_TWICE = 2

export function lowMark(totalBytes: number, mostBytes: number): number {
  return Math.min(mostBytes, Math.floor(totalBytes / LOW_SHARE))
}

/** What may gather in the journal: half a ballast, so that giving it up always leaves room to move the journal. */
export function journalSize(totalBytes: number): number {
  return ballastSize(totalBytes) / 2
}

/** How long a segment of the log of entries gets: on a small disk shorter, so that deleting gives room soon. */
export function segmentSize(totalBytes: number): number {
  return Math.max(LEAST_SEGMENT_BYTES, Math.min(MOST_SEGMENT_BYTES, Math.floor(totalBytes / SEGMENT_SHARE)))
}

export function ballastSize(totalBytes: number): number {
  const size = Math.min(BALLAST_MOST_BYTES, totalBytes / BALLAST_SHARE)
  return size - (size % BLOCK_BYTES)
}

export class DiskWatch {
  readonly #effects: Pick<Effects, "report">
  /** The relay's own, which change while it runs. */
  readonly #limits: Pick<RelayLimits, "lowDiskBytes">
  #room: DiskRoom | undefined
  #isLow = false
  #fullAt: Millis | undefined
  /** What to do with the ballast, if anything; doing it twice changes nothing. */
  ballast: "take" | "release" | undefined

  constructor(effects: Pick<Effects, "report">, limits: Pick<RelayLimits, "lowDiskBytes">) {
    this.#effects = effects
    this.#limits = limits
  }

  /** The operator hears of each change once. */
  look(room: DiskRoom, now: Millis): void {
    this.#room = room
    const free = room.freeBytes + room.reusableBytes
    const mark = lowMark(room.totalBytes, this.#limits.lowDiskBytes)
    if (free < mark) this.#setLow(true, free)
    else if (free >= mark * ROOMY_FACTOR && !this.#wasFull(FULL_REST_MS, now)) this.#setLow(false, free)
    this.ballast = this.#hasBallastRoom(room, now) ? "take" : undefined
  }

  /** As of the last look. */
  get state(): { freeBytes: number; totalBytes: number; isLow: boolean } {
    const { freeBytes = 0, totalBytes = 0 } = this.#room ?? {}
    return { freeBytes, totalBytes, isLow: this.#isLow }
  }

  /** A write found no space: what else waits must not eat up the ballast before the next look. */
  full(now: Millis): void {
    this.#fullAt = now
    if (this.#room !== undefined) this.#setLow(true, 0)
    this.ballast = "release"
  }

  /** Whether so many bytes may be added. Always, as long as nobody has looked. */
  hasRoom(bytes: number): boolean {
    if (this.#room === undefined) return true
    return !this.#isLow && bytes * WRITTEN_TWICE <= this.#room.freeBytes + this.#room.reusableBytes
  }

  #setLow(isLow: boolean, freeBytes: number): void {
    if (this.#isLow === isLow) return
    this.#isLow = isLow
    this.#effects.report({ type: isLow ? "storage.low" : "storage.ok", freeBytes })
  }

  /** Less than `ms` ago. A time that is still to come is from before the clock was set back. */
  #wasFull(ms: Millis, now: Millis): boolean {
    return this.#fullAt !== undefined && now >= this.#fullAt && now - this.#fullAt < ms
  }

  #hasBallastRoom({ freeBytes, totalBytes }: DiskRoom, now: Millis): boolean {
    if (this.#wasFull(BALLAST_REST_MS, now)) return false
    return freeBytes >= ballastSize(totalBytes) + 2 * lowMark(totalBytes, this.#limits.lowDiskBytes)
  }
}
