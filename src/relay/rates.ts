/** How much happened in each of the last seconds: a ring of sums, so that a rate costs neither memory nor a log. */
import type { Millis } from "../platform/clock.ts"

const SECOND_MS: Millis = 1_000
/** Whole seconds that are remembered. */
export const RATE_SECONDS = 60

export class Rate {
  /** By second modulo the ring's length, which has a place for the present one too. */
  readonly #sums = new Float64Array(RATE_SECONDS + 1)
  #second = -1
  #total = 0

  /** @param amount is not negative. */
  add(amount: number, now: Millis): void {
    this.#turnTo(now)
    this.#sums[this.#second % this.#sums.length]! += amount
    this.#total += amount
  }

  /** Since the start. */
  get total(): number {
    return this.#total
  }

  /** What came in a second, on average over the last `seconds` whole ones: 1 to `RATE_SECONDS`. */
  perSecond(seconds: number, now: Millis): number {
    this.#turnTo(now)
    let sum = 0
    for (let back = 1; back <= seconds; back++)
      sum += this.#sums[(this.#second - back + RATE_SECONDS + 1) % this.#sums.length]!
    return sum / seconds
  }

  /** Empties what is too old. A clock that was set back begins anew. */
  #turnTo(now: Millis): void {
    const second = Math.max(0, Math.floor(now / SECOND_MS))
    const ahead = second - this.#second
    if (ahead === 0) return
    if (ahead < 0 || ahead > RATE_SECONDS || this.#second < 0) this.#sums.fill(0)
    else for (let step = 1; step <= ahead; step++) this.#sums[(this.#second + step) % this.#sums.length] = 0
    this.#second = second
  }
}
