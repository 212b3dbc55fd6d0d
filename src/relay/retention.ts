/**
 * Retention (PROTOCOL.md §5.5): what is older than the limit, 30 days, by the relay's clock goes, an hourly pass over all
 * channels in steps that hold nobody up. The log's end, its hash and its positions stay, also when it is empty.
 */
import type { Millis } from "../platform/clock.ts"
import type { Channels } from "./channel.ts"
import type { Core } from "./core.ts"
import { isDamage } from "./errors.ts"
import { headAfter } from "./damage.ts"
import type { ChannelRow, OldEntry } from "./store.ts"

/** How often a pass begins. Also how long nothing goes after the start and after a leap of the clock. */
export const RETENTION_EVERY_MS: Millis = 3_600_000
/** Between two steps of a pass. */
export const RETENTION_STEP_MS: Millis = 50
/** A pass whose deletions were not kept, because the disk is full, begins again after this. */
const RETRY_MS: Millis = 60_000
/** Entries dropped and channels looked at in one step. */
export const RETENTION_STEP_ENTRIES = 512
const CHANNELS_A_STEP = 512
const CHANNELS_A_READ = 64
/** Where the base falls on damaged rows, it moves to the next earlier place that can be read. */
const BASE_TRIES = 8
const BEFORE_THE_FIRST = -1

export class Retention {
  readonly #core: Core
  readonly #channels: Channels
  /** Undefined until the clock is known. */
  #next: Millis | undefined
  /** The channel that the pass has done last. */
  #done = BEFORE_THE_FIRST
  /** Whether this batch drops something. */
  #isStaged = false

  constructor(core: Core, channels: Channels) {
    this.#core = core
    this.#channels = channels
  }

  /** When `step` is due. */
  get nextStep(): Millis {
    return this.#next ?? 0
  }

  /** The clock leapt: if that was a mistake, somebody may set it right before anything is gone. */
  postpone(now: Millis): void {
    this.#next = now + RETENTION_EVERY_MS
  }

  step(): void {
    const { now } = this.#core
    if (this.#next === undefined) return this.postpone(now)
    if (now < this.#next) return
    this.#next = now + (this.#isPassOver() ? RETENTION_EVERY_MS : RETENTION_STEP_MS)
  }

  /** After a batch. */
  settle(committed: boolean): void {
    if (this.#isStaged && !committed) {
      this.#done = BEFORE_THE_FIRST
      this.#next = this.#core.now + RETRY_MS
    }
    this.#isStaged = false
  }

  #isPassOver(): boolean {
    const { store, now } = this.#core
    let room = RETENTION_STEP_ENTRIES
    const changed = new Set<number>()
    try {
      for (let looked = 0; looked < CHANNELS_A_STEP; looked += CHANNELS_A_READ) {
        const rows = store.channelsAfter(this.#done, CHANNELS_A_READ)
        if (rows.length === 0) {
          this.#done = BEFORE_THE_FIRST
          return true
        }
        for (const row of rows) {
          const dropped = this.#drop(row, now - this.#core.config.limits.retentionMs, room)
          if (dropped > 0) changed.add(row.ref)
          room -= dropped
          if (room === 0) return false
          this.#done = row.ref
        }
      }
      return false
    } finally {
      if (changed.size > 0) {
        this.#isStaged = true
        this.#channels.shortened(changed)
      }
    }
  }

  /** @returns how many entries it dropped; a log that cannot be read there is left as it is. */
  #drop(row: ChannelRow, before: Millis, most: number): number {
    const { store, now } = this.#core
    if (row.firstSeq > row.lastSeq) return 0
    try {
      const { dropped, base } = this.#upToBase(row, store.oldEntries(row.ref, before, most))
      if (base === undefined) return 0
      let weight = 0
      for (const entry of dropped) {
        weight += entry.weight
        if (entry.blobHash !== undefined) store.pinBlob(entry.blobHash, -1, now)
      }
      store.dropEntries(row.ref, dropped.at(-1)!.seq, base, weight)
      return dropped.length
    } catch (cause) {
      if (isDamage(cause)) return 0
      throw cause
    }
  }

  #upToBase(row: ChannelRow, old: OldEntry[]): { dropped: OldEntry[]; base: Uint8Array | undefined } {
    const { store, primitives } = this.#core
    for (let count = old.length; count > 0 && count > old.length - BASE_TRIES; count--) {
      const base = headAfter(store, primitives, row.ref, row, old[count - 1]!.seq)
      if (base !== undefined) return { dropped: old.slice(0, count), base }
    }
    return { dropped: [], base: undefined }
  }
}
