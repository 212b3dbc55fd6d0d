/**
 * Numbers of entries by channel and eid (`log-index.ts` says where they are). An answer may be wrong, so that nothing need
 * be taken out when an entry goes; what is out of date is left behind when the table grows.
 *
 * It grows while it is used: each entry that comes takes some of the old table along into the new one, since all at once
 * would make everybody wait, a second for every three million.
 */
import { mix } from "./log-format.ts"

const FIRST_SLOTS = 1_024
/** More than so many eighths of the slots taken, and looking becomes slow. */
const FULL_EIGHTHS = 5
/** Half of that is taken at most when everything has moved in. */
const ROOMY_SIXTEENTHS = FULL_EIGHTHS

/** @returns whether an entry is still there. */
type IsKept = (ref: number, seq: number) => boolean

/** Open addressing with linear probing; nothing is ever taken out. */
class Slots {
  readonly prints: Uint32Array
  readonly refs: Uint32Array
  /** 0 for a free slot: entries count from 1. */
  readonly seqs: Float64Array
  taken = 0

  /** @param count a power of two. */
  constructor(count: number) {
    this.prints = new Uint32Array(count)
    this.refs = new Uint32Array(count)
    this.seqs = new Float64Array(count)
  }

  get count(): number {
    return this.seqs.length
  }

  get isFull(): boolean {
    return (this.taken + 1) * 8 > this.count * FULL_EIGHTHS
  }

  put(print: number, ref: number, seq: number): void {
    const last = this.count - 1
    let slot = print & last
    for (; this.seqs[slot] !== 0; slot = (slot + 1) & last)
      if (this.prints[slot] === print && this.refs[slot] === ref && this.seqs[slot] === seq) return
    this.prints[slot] = print
    this.refs[slot] = ref
    this.seqs[slot] = seq
    this.taken++
  }

  /** The same with twice as many. */
  doubled(): Slots {
    const wider = new Slots(2 * this.count)
    for (let slot = 0; slot < this.count; slot++)
      if (this.seqs[slot] !== 0) wider.put(this.prints[slot]!, this.refs[slot]!, this.seqs[slot]!)
    return wider
  }

  /** Adds the numbers that are not in `found`. */
  find(print: number, ref: number, found: number[]): void {
    const last = this.count - 1
    for (let slot = print & last; this.seqs[slot] !== 0; slot = (slot + 1) & last) {
      const seq = this.seqs[slot]!
      if (this.prints[slot] === print && this.refs[slot] === ref && !found.includes(seq)) found.push(seq)
    }
  }
}

export class NameTable {
  readonly #seed: number
  #slots = new Slots(FIRST_SLOTS)
  /** What the table was before it grew, until all of it has moved; it is still looked into. */
  #old: Slots | undefined
  /** Slots of it that have moved, and how many do with each entry. */
  #moved = 0
  #step = 0

  /** @param seed a secret: whoever chooses eids must not choose slots. */
  constructor(seed: number) {
    this.#seed = seed
  }

  /** Those of the old table with them. */
  get slots(): number {
    return this.#slots.count + (this.#old?.count ?? 0)
  }

  /** @param kept how many entries there are: what the table grows for. */
  add(ref: number, eid: Uint8Array, seq: number, isKept: IsKept, kept: number): void {
    this.#move(this.#step, isKept)
    if (this.#slots.isFull) this.#grow(isKept, kept)
    this.#slots.put(this.#print(ref, eid), ref, seq)
  }

  /** In no order. */
  find(ref: number, eid: Uint8Array): number[] {
    const found: number[] = []
    const print = this.#print(ref, eid)
    this.#slots.find(print, ref, found)
    this.#old?.find(print, ref, found)
    return found
  }

  #grow(isKept: IsKept, kept: number): void {
    // Usually it has moved long before.
    this.#move(Infinity, isKept)
    let count = FIRST_SLOTS
    while (count * ROOMY_SIXTEENTHS < kept * 16) count *= 2
    this.#old = this.#slots
    this.#slots = new Slots(count)
    this.#moved = 0
    // Everything has moved when half of the new table's room for new entries is used.
    this.#step = Math.ceil((this.#old.count * 32) / (count * ROOMY_SIXTEENTHS))
  }

  #move(most: number, isKept: IsKept): void {
    const old = this.#old
    if (old === undefined) return
    const end = Math.min(this.#moved + most, old.count)
    for (let slot = this.#moved; slot < end; slot++) {
      const [ref, seq] = [old.refs[slot]!, old.seqs[slot]!]
      if (seq === 0 || !isKept(ref, seq)) continue
      // More are kept than was said: entries that never came to the disk have left names behind.
      if (this.#slots.isFull) this.#slots = this.#slots.doubled()
      this.#slots.put(old.prints[slot]!, ref, seq)
    }
    this.#moved = end
    if (end === old.count) this.#old = undefined
  }

  #print(ref: number, eid: Uint8Array): number {
    let state = mix(this.#seed, ref)
    // No view of it: that would give these few bytes memory outside of the heap.
    for (let at = 0; at < 16; at += 4)
      state = mix(state, (eid[at]! << 24) | (eid[at + 1]! << 16) | (eid[at + 2]! << 8) | eid[at + 3]!)
    return mix(state, this.#seed) >>> 0
  }
}
