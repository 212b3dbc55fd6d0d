/**
 * Who makes TLS of the next stranger (PROTOCOL.md §18.2): the thread that serves everybody, or another process of ours
 * (`overflow.ts`). Half a millisecond of that thread for each is nothing, as long as it is for people: they log in as
 * soon as they are through. So while others are served, a few are begun here at a time, and the next ones when those have
 * logged in. Strangers who do not, since they say nothing or were refused, are what nobody here has time for.
 */
import type { Millis } from "./clock.ts"

/** `here`: now, by this thread; `wait`: for one of those who have been begun; `elsewhere`: by another process. */
export type Verdict = "here" | "wait" | "elsewhere"

/** Begun here, and not logged in yet, while others are served. */
export const WINDOW = 32
/** Whoever has not logged in after that is no hurried client. */
const PATIENCE_MS: Millis = 1_000
/** So many who left without a login within `MEMORY_MS`, and nobody else is begun here. */
export const MOST_FAILURES = 16
export const MEMORY_MS: Millis = 30_000
/** Whoever was heard within this time is being served. */
export const SERVED_MS: Millis = 10_000

export class Strangers {
  /** Begun here and not logged in, by the name of the connection, oldest first; with the time. */
  readonly #open = new Map<string, Millis>()
  /** When the last ones left without a login; the next one takes the place of the oldest. */
  readonly #failures: Millis[] = Array.from({ length: MOST_FAILURES }, () => -Infinity)
  #oldest = 0
  #servedAt: Millis = -Infinity

  /** Somebody who was here before has said something. */
  served(now: Millis): void {
    this.#servedAt = now
  }

  begun(end: string, now: Millis): void {
    this.#open.set(end, now)
  }

  loggedIn(end: string): void {
    this.#open.delete(end)
  }

  /** It is gone. Of no account once it has logged in. */
  gone(end: string, now: Millis): void {
    if (!this.#open.delete(end)) return
    this.#failures[this.#oldest] = now
    this.#oldest = (this.#oldest + 1) % MOST_FAILURES
  }

  verdict(now: Millis): Verdict {
    if (now - this.#servedAt > SERVED_MS) return "here"
    if (now - this.#failures[this.#oldest]! <= MEMORY_MS) return "elsewhere"
    if (this.#open.size < WINDOW) return "here"
    return now >= this.patienceEndsAt() ? "elsewhere" : "wait"
  }

  /** When `wait` becomes another verdict by the mere passing of time; Infinity while nobody is waited for. */
  patienceEndsAt(): Millis {
    const [oldest = Infinity] = this.#open.values()
    return oldest + PATIENCE_MS
  }
}
