/**
 * What a connection has still to write. Small things are joined as they come: a reader that does not read may be told
 * thousands of things of a few bytes, and each of them alone would take twenty times its size.
 */

/** Less than this is copied: as much again for each thing that waits would be too much. */
const SMALL_BYTES = 1_024
const NOTHING = new Uint8Array(0)

export class Backlog {
  readonly #writeBytes: number
  /** Oldest first. */
  #pieces: Uint8Array[] = []
  /** Behind them, of which so much is filled; never more than twice that. */
  #joined = NOTHING
  #used = 0

  /** @param writeBytes of one write at most, whatever else is asked for. */
  constructor(writeBytes: number) {
    this.#writeBytes = writeBytes
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0 && this.#used === 0
  }

  /** @param bytes nobody changes them afterwards. If they are a small piece of more memory, that is not kept. */
  add(bytes: Uint8Array): void {
    if (bytes.length < SMALL_BYTES) return this.#join(bytes)
    this.#seal()
    this.#pieces.push(bytes.length * 2 < bytes.buffer.byteLength ? bytes.slice() : bytes)
  }

  /** Takes what goes into one write off the front; undefined when nothing waits. @param most bytes, at least 1. */
  next(most = this.#writeBytes): Uint8Array | undefined {
    this.#seal()
    const pieces = this.#pieces
    const [first] = pieces
    if (first === undefined) return undefined
    if (first.length > most) {
      pieces[0] = first.subarray(most)
      return first.subarray(0, most)
    }
    let count = 0
    let size = 0
    while (count < pieces.length && size + pieces[count]!.length <= most) size += pieces[count++]!.length
    const taken = pieces.splice(0, count)
    return count === 1 ? first : Buffer.concat(taken, size)
  }

  clear(): void {
    this.#pieces = []
    this.#joined = NOTHING
    this.#used = 0
  }

  #join(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#writeBytes) this.#seal()
    const used = this.#used + bytes.length
    if (used > this.#joined.length) {
      const grown = new Uint8Array(Math.max(used, Math.min(2 * this.#used, this.#writeBytes)))
      grown.set(this.#joined)
      this.#joined = grown
    }
    this.#joined.set(bytes, this.#used)
    this.#used = used
  }

  #seal(): void {
    if (this.#used === 0) return
    this.#pieces.push(this.#joined.subarray(0, this.#used))
    this.#joined = NOTHING
    this.#used = 0
  }
}
