/** How often each of many may do something within an hour. In memory only: nobody's doings are kept. */
import type { Millis } from "../platform/clock.ts"

const HOUR_MS: Millis = 3_600_000

export class HourlyLimit {
  readonly #most: () => number
  /** Who → when. Pruned by `sweep`. */
  readonly #done = new Map<string, Millis[]>()

  /** @param most asked each time where it may change. */
  constructor(most: number | (() => number)) {
    this.#most = typeof most === "number" ? () => most : most
  }

  allows(who: string, now: Millis): boolean {
    return this.#recent(who, now).length < this.#most()
  }

  count(who: string, now: Millis): void {
    this.#done.set(who, [...this.#recent(who, now), now])
  }

  /** What is remembered of everybody whose name begins so: who, and how often in all. */
  of(prefix: string, now: Millis): { who: number; times: number } {
    let [who, times] = [0, 0]
    for (const name of this.#done.keys()) {
      const count = name.startsWith(prefix) ? this.#recent(name, now).length : 0
      if (count > 0) who++
      times += count
    }
    return { who, times }
  }

  /** Forgets whoever did nothing within the hour. */
  sweep(now: Millis): void {
    for (const who of this.#done.keys()) if (this.#recent(who, now).length === 0) this.#done.delete(who)
  }

  /** What lies ahead was done before the clock was set back, and is forgiven. */
  #recent(who: string, now: Millis): Millis[] {
    return (this.#done.get(who) ?? []).filter((at) => at > now - HOUR_MS && at <= now)
  }
}
