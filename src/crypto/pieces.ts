/** Reads what comes in pieces of any size in pieces of the sizes that are asked for: files, and streams in chunks. */
import { concat } from "../bytes.ts"

export class Pieces {
  readonly #input: Iterator<Uint8Array>
  #held: Uint8Array = new Uint8Array(0)
  #at = 0

  constructor(input: Iterable<Uint8Array>) {
    this.#input = input[Symbol.iterator]()
  }

  /** The next `length` bytes, fewer only at the end. A copy. */
  take(length: number): Uint8Array {
    if (this.#held.length - this.#at < length) this.#gather(length)
    const taken = this.#held.slice(this.#at, this.#at + length)
    this.#at += taken.length
    return taken
  }

  #gather(length: number): void {
    const parts = [this.#held.subarray(this.#at)]
    for (let total = parts[0]!.length; total < length;) {
      const next = this.#input.next()
      if (next.done) break
      parts.push(next.value)
      total += next.value.length
    }
    this.#held = concat(...parts)
    this.#at = 0
  }
}
