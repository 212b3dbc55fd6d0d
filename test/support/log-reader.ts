/** A reader of one channel who believes nothing: what it keeps is what a careful client would have. */
import { toHex } from "../../src/bytes.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import type { Of, RelayMessage } from "../../src/protocol/messages.ts"
import { eidOf, open, type Wire } from "./core-bench.ts"

const HANDSHAKE = 2

export class LogReader {
  incarnation: Uint8Array = new Uint8Array(16)
  cursor = 0
  head: Uint8Array = EMPTY_HEAD
  /** Unknown before the first entry of a log that does not begin with its first. */
  nextPosition: number | undefined = 0
  /** Entries by number, in hex. */
  readonly entries = new Map<number, string>()
  readonly damaged: [number, number][] = []
  opened: Of<"opened"> | undefined

  /** Opens from where it is, and reads all there is. @returns undefined when it may not. */
  async read(wire: Wire, channelId: Uint8Array): Promise<Of<"opened"> | undefined> {
    const { incarnation, cursor, head } = this
    this.opened = undefined
    wire.take()
    wire.post(open(channelId, { incarnation, cursor, head }))
    await wire.bench.settle()
    for (let rounds = 0; rounds < 10_000; rounds++) {
      const before = this.cursor
      for (const message of wire.take()) this.#take(message)
      if (wire.closed || this.isDone) break
      await wire.drained()
      if (this.cursor === before) await wire.bench.pass(20)
    }
    return this.opened
  }

  /** Whether it has read what there was when it opened, or was not let in. */
  get isDone(): boolean {
    return this.cursor >= (this.opened?.lastSeq ?? 0)
  }

  #take(message: RelayMessage): void {
    if (message.type === "opened") return this.#begin(message)
    if (message.type === "entry") return this.#entry(message)
    if (message.type === "damaged") return this.#gap(message)
  }

  #begin(opened: Of<"opened">): void {
    this.opened = opened
    this.incarnation = opened.incarnation
    if (opened.resumed) return
    this.cursor = opened.firstSeq - 1
    this.head = opened.head
    this.nextPosition = undefined
  }

  #entry({ seq, time, position, entry }: Of<"entry">): void {
    if (seq !== this.cursor + 1) throw new Error(`entry ${seq} after ${this.cursor}`)
    const isHandshake = entry[0] === HANDSHAKE
    const expected = isHandshake ? this.nextPosition : (this.nextPosition ?? position + 1) - 1
    if (position !== (expected ?? position)) throw new Error(`entry ${seq} says position ${position}`)
    this.nextPosition = position + 1
    this.head = nextHead(this.head, seq, entry[0]!, eidOf(entry), time)
    this.cursor = seq
    this.entries.set(seq, toHex(entry))
  }

  #gap({ from, to, head, nextPosition }: Of<"damaged">): void {
    if (from !== this.cursor + 1 || to < from)
      throw new Error(`damaged ${from} to ${to} after ${this.cursor}`)
    this.damaged.push([from, to])
    this.cursor = to
    this.head = head
    this.nextPosition = nextPosition
  }
}
