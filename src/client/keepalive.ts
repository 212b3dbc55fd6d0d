/**
 * Notices a relay that has gone silent (PROTOCOL.md §3.4): a pulled cable closes no connection by itself. Also one
 * that talks and leaves a question open: whoever asked waits for the answer before it does anything else.
 * One timer per connection; it moves with what is heard and costs nothing in between.
 */
import type { Clock, Millis } from "../platform/clock.ts"

/** After this much silence the relay is asked whether it is there … */
export const PING_AFTER_SILENCE_MS: Millis = 25_000
/** … and after this much the connection is given up; also the longest that a greeting may take. */
export const LOST_AFTER_SILENCE_MS: Millis = 50_000

/** How long an answer may take. */
export const ANSWER_WITHIN_MS: Millis = 60_000

export interface KeepaliveOwner {
  ping(): void
  /** When the oldest question was asked that is still open. */
  openSince(): Millis | undefined
  lost(): void
  /** It is there and does not answer. */
  ignored(): void
}

export class Keepalive {
  readonly #clock: Clock
  readonly #owner: KeepaliveOwner
  #heardAt: Millis
  /** When the ping went out that has no answer yet. */
  #pingedAt: Millis | undefined
  #hasPonged = false
  #roundTrip: Millis | undefined
  #cancel: () => void = () => {}

  constructor(clock: Clock, owner: KeepaliveOwner) {
    this.#clock = clock
    this.#owner = owner
    this.#heardAt = clock.now()
    this.#wakeAt(this.#heardAt + PING_AFTER_SILENCE_MS)
  }

  heard(): void {
    this.#heardAt = this.#clock.now()
  }

  /** How long the relay takes: to the last ping, and before the first one to whatever it answered soonest. */
  get roundTrip(): Millis | undefined {
    return this.#roundTrip
  }

  answered(askedAt: Millis): void {
    const took = this.#clock.now() - askedAt
    if (!this.#hasPonged) this.#roundTrip = Math.min(this.#roundTrip ?? took, took)
  }

  ponged(): void {
    if (this.#pingedAt === undefined) return
    this.#roundTrip = this.#clock.now() - this.#pingedAt
    this.#pingedAt = undefined
    this.#hasPonged = true
  }

  stop(): void {
    this.#cancel()
  }

  #wakeAt(at: Millis): void {
    this.#cancel = this.#clock.wakeAt(at, () => this.#look())
  }

  #look(): void {
    const now = this.#clock.now()
    const silence = now - this.#heardAt
    if (silence >= LOST_AFTER_SILENCE_MS) return this.#owner.lost()
    if (now - (this.#owner.openSince() ?? now) >= ANSWER_WITHIN_MS) return this.#owner.ignored()
    if (silence < PING_AFTER_SILENCE_MS) return this.#wakeAt(this.#heardAt + PING_AFTER_SILENCE_MS)
    this.#pingedAt = now
    this.#owner.ping()
    this.#wakeAt(this.#heardAt + LOST_AFTER_SILENCE_MS)
  }
}
