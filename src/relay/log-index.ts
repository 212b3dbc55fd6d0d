/**
 * Where each entry of the log is: in memory, a few dozen bytes an entry, made anew at every start.
 *
 *     channel ─▶ seq ─▶ segment, offset, size      (PlaceList)
 *     channel, eid ─▶ seqs that may have this name  (NameTable), which the bytes on the disk decide
 */
import { mix } from "./log-format.ts"

export interface Place {
  /** `NOWHERE`: that entry cannot be found; `STAGED`: `at` is its number in the batch. */
  segment: number
  at: number
  size: number
}

export const NOWHERE = 0
export const STAGED = 2 ** 32 - 1
const FIELDS = 3
const LEAST_ROOM = 4

/** Places of consecutive entries; forgets from the front and from the end. */
export class PlaceList {
  /** Number of the first entry that has a place. */
  first: number
  #places = new Uint32Array(0)
  /** Entries in front of `first` whose room is not yet given back. */
  #gone = 0
  #count = 0

  constructor(first: number) {
    this.first = first
  }

  /** One more than the last one's number. */
  get next(): number {
    return this.first + this.#count
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  get(seq: number): Place | undefined {
    if (seq < this.first || seq >= this.next) return undefined
    const at = (this.#gone + seq - this.first) * FIELDS
    return { segment: this.#places[at]!, at: this.#places[at + 1]!, size: this.#places[at + 2]! }
  }

  /** @param seq from `first` on; those that are left out are nowhere. */
  set(seq: number, segment: number, at: number, size: number): void {
    if (seq < this.first) throw new RangeError(`entry ${seq} is before ${this.first}`)
    if (seq >= this.next) this.#grow(seq + 1 - this.first)
    const place = (this.#gone + seq - this.first) * FIELDS
    this.#places[place] = segment
    this.#places[place + 1] = at
    this.#places[place + 2] = size
  }

  /** Forgets the entries before `seq`. */
  dropBefore(seq: number): void {
    const count = Math.min(Math.max(seq - this.first, 0), this.#count)
    this.#gone += count
    this.#count -= count
    this.first = Math.max(this.first, seq)
    if (this.#count === 0) {
      this.#gone = 0
      this.#places = new Uint32Array(0)
    }
  }

  /** Forgets the entries from `seq` on. */
  dropFrom(seq: number): void {
    this.#count = Math.min(this.#count, Math.max(0, seq - this.first))
  }

  #grow(count: number): void {
    if ((this.#gone + count) * FIELDS > this.#places.length) {
      const grown = new Uint32Array(Math.max(LEAST_ROOM, count + (count >> 1)) * FIELDS)
      grown.set(this.#places.subarray(this.#gone * FIELDS, (this.#gone + this.#count) * FIELDS))
      this.#places = grown
      this.#gone = 0
    } else {
      const from = (this.#gone + this.#count) * FIELDS
      this.#places.fill(0, from, (this.#gone + count) * FIELDS)
    }
    this.#count = count
  }
}

const FIRST_SLOTS = 1_024
/** More than so many eighths of the slots taken, and looking becomes slow. */
const FULL_EIGHTHS = 5

/**
 * Numbers of entries by channel and eid. An answer may be wrong, so that nothing need be taken out when an entry goes;
 * what is out of date is left behind when the table grows.
 */
export class NameTable {
  readonly #seed: number
  #prints = new Uint32Array(FIRST_SLOTS)
  #refs = new Uint32Array(FIRST_SLOTS)
  /** 0 for a free slot: entries count from 1. */
  #seqs = new Float64Array(FIRST_SLOTS)
  #taken = 0

  /** @param seed a secret: whoever chooses eids must not choose slots. */
  constructor(seed: number) {
    this.#seed = seed
  }

  get slots(): number {
    return this.#seqs.length
  }

  /** @param isKept whether an entry is still there; asked when the table grows. */
  add(ref: number, eid: Uint8Array, seq: number, isKept: (ref: number, seq: number) => boolean): void {
    if ((this.#taken + 1) * 8 > this.slots * FULL_EIGHTHS) this.#rebuild(isKept)
    this.#put(this.#print(ref, eid), ref, seq)
  }

  /** Newest last. */
  find(ref: number, eid: Uint8Array): number[] {
    const found: number[] = []
    const print = this.#print(ref, eid)
    const last = this.slots - 1
    for (let slot = print & last; this.#seqs[slot] !== 0; slot = (slot + 1) & last)
      if (this.#prints[slot] === print && this.#refs[slot] === ref) found.push(this.#seqs[slot]!)
    return found
  }

  #put(print: number, ref: number, seq: number): void {
    const last = this.slots - 1
    let slot = print & last
    for (; this.#seqs[slot] !== 0; slot = (slot + 1) & last)
      if (this.#prints[slot] === print && this.#refs[slot] === ref && this.#seqs[slot] === seq) return
    this.#prints[slot] = print
    this.#refs[slot] = ref
    this.#seqs[slot] = seq
    this.#taken++
  }

  #rebuild(isKept: (ref: number, seq: number) => boolean): void {
    const [prints, refs, seqs] = [this.#prints, this.#refs, this.#seqs]
    const kept: number[] = []
    for (let slot = 0; slot < seqs.length; slot++)
      if (seqs[slot] !== 0 && isKept(refs[slot]!, seqs[slot]!)) kept.push(slot)
    let slots = FIRST_SLOTS
    while (slots * FULL_EIGHTHS < (kept.length + 1) * 16) slots *= 2
    this.#prints = new Uint32Array(slots)
    this.#refs = new Uint32Array(slots)
    this.#seqs = new Float64Array(slots)
    this.#taken = 0
    for (const slot of kept) this.#put(prints[slot]!, refs[slot]!, seqs[slot]!)
  }

  #print(ref: number, eid: Uint8Array): number {
    let state = mix(this.#seed, ref)
    // No view of it: that would give these few bytes memory outside of the heap.
    for (let at = 0; at < 16; at += 4)
      state = mix(state, (eid[at]! << 24) | (eid[at + 1]! << 16) | (eid[at + 2]! << 8) | eid[at + 3]!)
    return mix(state, this.#seed) >>> 0
  }
}
