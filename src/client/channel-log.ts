/**
 * Reading one channel of the relay (PROTOCOL.md §5): where we are, and whether what comes is what comes next.
 * A relay that skips, repeats with other bytes or renumbers is caught here; nothing it says is skipped silently.
 */
import { EMPTY_HEAD, nextHead } from "../crypto/hash.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Of } from "../protocol/messages.ts"
import type { RelayLink } from "./context.ts"

/** A reader's place in a channel's log; saved with whatever the entry changed. */
export interface LogPlace {
  /** 16 bytes: which life of the log this is; zeros before the first answer. */
  incarnation: Uint8Array
  /** Number of the last entry read. */
  cursor: number
  /** Running hash over all entries up to the cursor, 32 bytes. */
  head: Uint8Array
}

export const START_OF_LOG: LogPlace = { incarnation: new Uint8Array(16), cursor: 0, head: EMPTY_HEAD }

/** No log gets there: a relay that says so would lead the numbers of our lines out of their fields, for good. */
export const MAX_SEQ = 2 ** 32

export class ChannelLog {
  readonly #link: RelayLink
  readonly #primitives: Primitives
  readonly channelId: Uint8Array
  #handle: number | undefined
  #asking = false
  /** The relay's newest entry when the channel was opened. */
  #lastSeq = 0
  #nextPosition = 0

  constructor(link: RelayLink, primitives: Primitives, channelId: Uint8Array) {
    this.#link = link
    this.#primitives = primitives
    this.channelId = channelId
  }

  /** The relay's name for the channel on this connection; undefined until it is open. */
  get handle(): number | undefined {
    return this.#handle
  }

  /** Where the next handshake went when the channel was opened. */
  get nextPosition(): number {
    return this.#nextPosition
  }

  /** True while the relay has been asked and has not answered. */
  get isOpening(): boolean {
    return this.#asking
  }

  /** True when everything that was in the log when it was opened has been read. */
  isCaughtUp(place: LogPlace): boolean {
    return this.#handle !== undefined && place.cursor >= this.#lastSeq
  }

  /** The connection is gone. */
  forget(): void {
    this.#handle = undefined
    this.#asking = false
    this.#lastSeq = 0
  }

  /** Subscribes from `place` on, once; `opened` is told what the relay holds. */
  open(place: LogPlace, opened: (answer: Of<"opened"> | Of<"refused">) => Promise<void> | void): void {
    if (this.#asking || this.#handle !== undefined || !this.#link.online) return
    this.#asking = true
    const { incarnation, cursor, head } = place
    this.#link.ask({ type: "open", channelId: this.channelId, incarnation, cursor, head }, (answer) => {
      this.#asking = false
      if (answer.type === "opened") {
        const { firstSeq, lastSeq } = answer
        if (firstSeq < 1 || firstSeq > lastSeq + 1 || lastSeq > MAX_SEQ)
          return this.#link.distrust("a log of impossible numbers")
        this.#handle = answer.handle
        this.#lastSeq = answer.lastSeq
        this.#nextPosition = answer.nextPosition
        return opened(answer)
      }
      if (answer.type === "refused") return opened(answer)
      return this.#link.distrust("an answer that is none")
    })
  }

  /** Stops the stream; a later `open` starts again at the saved place. */
  close(): void {
    if (this.#handle !== undefined) this.#link.send({ type: "close", handle: this.#handle })
    this.#handle = undefined
  }

  /** The next place and the entry's name; undefined when the relay broke the log's order. */
  next(place: LogPlace, message: Of<"entry">): { place: LogPlace; eid: Uint8Array } | undefined {
    const { seq, time, entry } = message
    if (seq !== place.cursor + 1 || entry.length === 0) return undefined
    const eid = this.#primitives.sha("sha256", entry)
    return { eid, place: { ...place, cursor: seq, head: nextHead(place.head, seq, entry[0]!, eid, time) } }
  }
}
