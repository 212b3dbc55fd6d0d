/**
 * What everybody is told of: who came and went, and that the directory has grown (PROTOCOL.md §3.4). Each telling is a
 * write to every connection, so what happens soon after the last one is gathered: a thousand people who come back at
 * once are one telling of a thousand, not a thousand of one.
 */
import { joined } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import { encodeFrame } from "../protocol/framing.ts"
import { encodeMessage } from "../protocol/messages.ts"
import type { Core } from "./core.ts"
import type { Member, Session } from "./session.ts"

/** A write to each costs about 10 µs, so telling them takes a tenth of the time at most. */
const NEWS_EVERY_MS_PER_MEMBER: Millis = 0.1
/** So few are told at once, this often in quick succession; from then on what happens is gathered. */
const FEW_MEMBERS = 64
const TOLD_AT_ONCE = 16
const FEW_EVERY_MS: Millis = 50

export class News {
  readonly #core: Core
  readonly #members: ReadonlyMap<string, Session>
  /** By account: what others were not told of yet. */
  readonly #changed = new Map<string, { accountId: Uint8Array; online: boolean }>()
  #directorySize: number | undefined
  #nextAt: Millis = 0

  /** @param members everybody who has logged in, as it is at the time. */
  constructor(core: Core, members: ReadonlyMap<string, Session>) {
    this.#core = core
    this.#members = members
  }

  /** When `settle` has something to tell by itself; Infinity when nothing waits. */
  get due(): Millis {
    return this.#changed.size === 0 && this.#directorySize === undefined ? Infinity : this.#nextAt
  }

  /** Somebody's first connection was made, or their last one ended. */
  presence({ accountId, accountKey }: Member, online: boolean): void {
    const before = this.#changed.get(accountKey)
    // Gone and back before anybody heard of it.
    if (before !== undefined && before.online !== online) this.#changed.delete(accountKey)
    else this.#changed.set(accountKey, { accountId, online })
  }

  directoryGrew(size: number): void {
    this.#directorySize = size
  }

  /** After the outcomes of a batch. */
  settle(): void {
    const { now } = this.#core
    // A clock that was set back keeps nobody waiting.
    this.#nextAt = Math.min(this.#nextAt, now + this.#interval)
    if (now < this.due) return
    const saved = this.#members.size <= FEW_MEMBERS ? TOLD_AT_ONCE * FEW_EVERY_MS : 0
    this.#nextAt = Math.max(this.#nextAt, now - saved) + this.#interval
    const { all, places } = this.#tidings()
    for (const session of this.#members.values()) {
      const own = places.get(session.member!.accountKey)
      // Nobody is told of themselves: they get what stands before and behind it, of the same memory.
      const parts = own === undefined ? [all] : [all.subarray(0, own.from), all.subarray(own.to)]
      for (const part of parts) if (part.length > 0) this.#core.effects.sendFrame(session, part)
    }
  }

  /** All frames in one piece, and where in it each account's own one is. */
  #tidings(): { all: Uint8Array; places: ReadonlyMap<string, { from: number; to: number }> } {
    const frames: Uint8Array[] = []
    const places = new Map<string, { from: number; to: number }>()
    let at = 0
    for (const [key, change] of this.#changed) {
      const frame = presenceFrame(change)
      frames.push(frame)
      places.set(key, { from: at, to: (at += frame.length) })
    }
    const size = this.#directorySize
    if (size !== undefined) frames.push(encodeFrame(encodeMessage({ type: "directoryGrew", size })))
    this.#changed.clear()
    this.#directorySize = undefined
    return { all: joined(frames), places }
  }

  get #interval(): Millis {
    const { size } = this.#members
    return size <= FEW_MEMBERS ? FEW_EVERY_MS : Math.ceil(size * NEWS_EVERY_MS_PER_MEMBER)
  }
}

export function presenceFrame({ accountId, online }: { accountId: Uint8Array; online: boolean }): Uint8Array {
  return encodeFrame(encodeMessage({ type: "presence", accountId, online }))
}
