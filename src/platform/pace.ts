/**
 * How much of its time a busy server gives to newcomers: as long as others are served as well, no more than half. What is
 * done for the others in between counts as their half, so a crowd is held up only where the server would be idle.
 */
import type { Millis } from "./clock.ts"

/** Whoever was heard within this time is being served. */
const RECENT_MS: Millis = 250
/** Shorter waits are put off until they have added up: no timer is more exact. */
const LEAST_WAIT_MS: Millis = 1

export class Pace {
  #heardAt: Millis = -Infinity
  #owed: Millis = 0
  #doneAt: Millis = 0

  /** Somebody who was here before has said something. */
  heard(now: Millis): void {
    this.#heardAt = now
  }

  /** Something was done for a newcomer, from `began` until now. @param times it will have taken in all. */
  done(began: Millis, now: Millis, times: number = 1): void {
    this.#owed = this.#owedAt(began) + times * Math.max(0, now - began)
    this.#doneAt = now
  }

  /** @returns for how long no newcomer is served. */
  wait(now: Millis): Millis {
    if (now - this.#heardAt > RECENT_MS) return 0
    const owed = this.#owedAt(now)
    return owed < LEAST_WAIT_MS ? 0 : owed
  }

  #owedAt(now: Millis): Millis {
    return now - this.#heardAt > RECENT_MS ? 0 : Math.max(0, this.#owed - Math.max(0, now - this.#doneAt))
  }
}
