/**
 * Notices a relay that has gone silent (PROTOCOL.md §3.4): a pulled cable closes no connection by itself.
 * One timer per connection; it moves with what is heard and costs nothing in between.
 */
import type { Clock, Millis } from "../platform/clock.ts"

/** After this much silence the relay is asked whether it is there … */
export const PING_AFTER_SILENCE_MS: Millis = 25_000
/** … and after this much the connection is given up; also the longest that a greeting may take. */
export const LOST_AFTER_SILENCE_MS: Millis = 50_000

export class Keepalive {
  readonly #clock: Clock
  readonly #ping: () => void
  readonly #lost: () => void
  #heardAt: Millis
  #cancel: () => void = () => {}

  constructor(clock: Clock, ping: () => void, lost: () => void) {
    this.#clock = clock
    this.#ping = ping
    this.#lost = lost
    this.#heardAt = clock.now()
    this.#wakeAt(this.#heardAt + PING_AFTER_SILENCE_MS)
  }

  heard(): void {
    this.#heardAt = this.#clock.now()
  }

  stop(): void {
    this.#cancel()
  }

  #wakeAt(at: Millis): void {
    this.#cancel = this.#clock.wakeAt(at, () => this.#look())
  }

  #look(): void {
    const silence = this.#clock.now() - this.#heardAt
    if (silence >= LOST_AFTER_SILENCE_MS) return this.#lost()
    if (silence < PING_AFTER_SILENCE_MS) return this.#wakeAt(this.#heardAt + PING_AFTER_SILENCE_MS)
    this.#ping()
    this.#wakeAt(this.#heardAt + LOST_AFTER_SILENCE_MS)
  }
}
