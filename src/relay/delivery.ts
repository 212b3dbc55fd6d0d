/**
 * Delivery (PROTOCOL.md §5): what is durable goes to whoever follows the channel, in order. A reader that keeps up
 * gets the frames of this batch; every other one is *behind* and is fed from the log, a slice whenever what it was
 * given has left. So no queue grows with a slow reader: what it has not read yet lies in the log.
 */
import type { Millis } from "../platform/clock.ts"
import { ByteWriter, joined, setU32, setU64 } from "../bytes.ts"
import { FRAME_HEADER_BYTES } from "../protocol/framing.ts"
import type { Refusal } from "../protocol/errors.ts"
import { MESSAGE_NUMBERS } from "../protocol/messages.ts"
import type { Channel, Subscription } from "./channel.ts"
import type { Core } from "./core.ts"
import { Damage, isServable, readIntact } from "./damage.ts"
import { type Effects, SLOW_BYTES, STUCK_BYTES } from "./effects.ts"
import { isDamage, StoreError } from "./errors.ts"
import type { Session } from "./session.ts"
import type { LogEntry, StoredEntry } from "./store.ts"

/** How much of the log is on its way to one connection at a time. */
export const SLICE_BYTES = 262_144
const SLICE_ENTRIES = 64
/** When the end of a damaged place is looked for again. */
export const SEARCH_EVERY_MS: Millis = 10

export class Delivery {
  readonly #core: Core
  readonly #effects: Effects
  readonly #damage: Damage
  readonly #behind = new Set<Subscription>()
  /** Ephemeral frames, in the order in which they came. */
  #passing: Run[] = []
  #isSearching = false

  constructor(core: Core) {
    this.#core = core
    this.#effects = core.effects
    this.#damage = new Damage(core)
  }

  /** Whether somebody is behind. */
  get isFeeding(): boolean {
    return this.#behind.size > 0
  }

  /** Whether the end of a damaged place is still looked for: `pump` again soon. */
  get isSearching(): boolean {
    return this.#isSearching
  }

  /** A subscription whose `next` is not yet at the end of the log. */
  catchUp(subscription: Subscription): void {
    this.#behind.add(subscription)
  }

  forget(subscription: Subscription): void {
    this.#behind.delete(subscription)
  }

  /** An ephemeral frame that came from there: it goes out with the others of this batch. */
  pass(from: Subscription, { buffer, byteOffset, length }: Uint8Array): void {
    const run = this.#passing.at(-1)
    if (run?.from === from && run.buffer === buffer && run.end === byteOffset) run.end += length
    else this.#passing.push({ from, buffer, start: byteOffset, end: byteOffset + length })
  }

  /** Sends what was passed on; a slow reader does without. */
  forward(): void {
    if (this.#passing.length === 0) return
    for (const { from, buffer, start, end } of this.#passing) {
      let run = new Uint8Array(buffer, start, end - start)
      let readers = 0
      for (const { session } of from.channel.followers) {
        if (session === from.session || session.outBytes > SLOW_BYTES) continue
        // Several may keep it waiting: one piece of memory for all of them, and not the chunk that it came in.
        if (++readers === 2) run = run.slice()
        this.#effects.sendFrame(session, run)
      }
    }
    this.#passing = []
  }

  /** Sends a channel's fresh entries, now that they are durable. */
  deliver(channel: Channel): void {
    const first = channel.fresh[0]
    if (first === undefined) return
    let size = 0
    for (const { frame } of channel.fresh) {
      this.#core.monitor.entry(frame.length)
      size += frame.length
    }
    // So much at once would end readers that keep up: it is in the log, from which it comes in slices.
    const mostBefore = Math.min(SLOW_BYTES, STUCK_BYTES / 2 - size)
    let frames: Uint8Array | undefined
    for (const subscription of channel.followers) {
      const { session } = subscription
      if (subscription.next === first.seq && session.outBytes <= mostBefore) {
        // One piece of memory for everybody, however many entries it holds, and none of the chunks that they came in.
        frames ??= joined(channel.fresh.map(({ frame }) => frame))
        this.#effects.sendFrame(session, frames)
        subscription.next = channel.lastSeq + 1
      } else if (subscription.next <= channel.lastSeq) {
        this.#behind.add(subscription)
      }
    }
    channel.fresh = []
  }

  /** Feeds everybody who is behind and has room. Only between batches: it reads what is durable. */
  pump(): void {
    this.#isSearching = false
    for (const subscription of this.#behind) {
      try {
        this.#feed(subscription)
      } catch (cause) {
        if (!(cause instanceof StoreError)) throw cause
        this.#drop(subscription, "storage")
      }
    }
  }

  #feed(subscription: Subscription): void {
    const { session, channel } = subscription
    while (hasRoom(session) && subscription.next <= channel.lastSeq) {
      // What it was about to read has expired: it opens again and is told where the log begins.
      if (subscription.next < channel.firstSeq) return this.#drop(subscription, "busy")
      const entries = this.#readable(channel, subscription.next, SLICE_BYTES - session.outBytes)
      for (const entry of entries) this.#effects.sendFrame(session, entryFrame(channel.handle, entry))
      subscription.next += entries.length
      if (entries.length > 0) continue
      const range = this.#damage.rangeFrom(channel, subscription.next)
      if (range === undefined) {
        this.#isSearching = true
        return
      }
      this.#effects.send(session, { type: "damaged", handle: channel.handle, ...range })
      subscription.next = range.to + 1
    }
    if (subscription.next > channel.lastSeq || session.state.kind === "closed")
      this.#behind.delete(subscription)
  }

  /** Entries from a number on, up to the first that is not as it was written; a slice at most. */
  #readable({ ref }: Channel, from: number, maxBytes: number): StoredEntry[] {
    const { store, primitives } = this.#core
    let rows: StoredEntry[]
    try {
      rows = store.readEntries(ref!, from - 1, SLICE_ENTRIES, maxBytes)
    } catch (cause) {
      if (!isDamage(cause)) throw cause
      const first = readIntact(store, primitives, ref!, from)
      rows = first === undefined ? [] : [first]
    }
    const end = rows.findIndex((row, at) => !isServable(this.#core, row, from + at))
    return end < 0 ? rows : rows.slice(0, end)
  }

  #drop(subscription: Subscription, code: Refusal): void {
    this.#behind.delete(subscription)
    this.#effects.refuse(subscription.session, 0, code)
    this.#effects.close(subscription.session, "expired")
  }
}

/** Neighbouring frames of one connection and channel, as they stand in what was read: from `start` to `end`. */
interface Run {
  from: Subscription
  buffer: ArrayBufferLike
  start: number
  end: number
}

function hasRoom(session: Session): boolean {
  return session.outBytes < SLICE_BYTES && session.state.kind !== "closed"
}

const FIELDS_BYTES = 29 // type 1, handle 4, seq 8, time 8, position 8

/** An `entry` message in its frame, from what the store holds. */
export function entryFrame(handle: number, { seq, time, position, bytes }: LogEntry): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + FIELDS_BYTES + bytes.length)
  setU32(frame, 0, FIELDS_BYTES + bytes.length)
  frame[4] = MESSAGE_NUMBERS.entry
  setU32(frame, 5, handle)
  setU64(frame, 9, seq)
  setU64(frame, 17, time)
  setU64(frame, 25, position)
  frame.set(bytes, FRAME_HEADER_BYTES + FIELDS_BYTES)
  return frame
}

const ACCEPTED_BYTES = 53 // type 1, handle 4, eid 32, seq 8, time 8

/** An `accepted` message in its frame: the answer to every single entry, so it is written in one go. */
export function acceptedFrame(
  handle: number,
  eid: Uint8Array,
  { seq, time }: Pick<LogEntry, "seq" | "time">,
): Uint8Array {
  return new ByteWriter(FRAME_HEADER_BYTES + ACCEPTED_BYTES)
    .u32(ACCEPTED_BYTES)
    .u8(MESSAGE_NUMBERS.accepted)
    .u32(handle)
    .raw(eid)
    .u64(seq)
    .u64(time)
    .done()
}
