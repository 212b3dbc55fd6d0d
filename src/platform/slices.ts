/**
 * Does what nobody waits for a little at a time, and in between whatever has come from the network: a thousand
 * connections that end at one moment hold up nobody who stays.
 */

/** A hundred microseconds of closing connections. */
const AT_A_TIME = 2

export class Slices {
  readonly #waiting: (() => void)[] = []
  #isDue = false

  add(run: () => void): void {
    this.#waiting.push(run)
    this.#due()
  }

  /** Everything that waits, at once. */
  finish(): void {
    for (const run of this.#waiting.splice(0)) run()
  }

  #due(): void {
    if (this.#isDue || this.#waiting.length === 0) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      for (const run of this.#waiting.splice(0, AT_A_TIME)) run()
      this.#due()
    })
  }
}
