/**
 * Where each entry of the log is: in memory, a few dozen bytes an entry, made anew at every start.
 *
 *     channel ─▶ seq ─▶ segment, offset, size      (PlaceList)
 *     channel, eid ─▶ seqs that may have this name  (NameTable, `name-table.ts`), which the bytes on the disk decide
 */
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
