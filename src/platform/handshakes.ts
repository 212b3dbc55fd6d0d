/**
 * Who begins a TLS handshake next (PROTOCOL.md §18.2). It is the dearest thing that a stranger can ask for, so whoever has
 * connected waits, unread but for the first bytes, until it is their turn: addresses take turns, none gets more a second
 * than it may, and the caller begins one at a time and looks after everybody else in between.
 *
 *     enter ──▶ silent ──spoke──▶ ready ──next──▶ begun ──left──▶
 *
 * Places are shared fairly, both those to wait and those of handshakes in progress: when all are taken, a newcomer takes
 * the oldest one of the address that holds the most, unless that is its own. So whoever opens connections and says nothing,
 * or stops halfway, keeps out nobody else.
 */
import type { Millis } from "./clock.ts"

export interface HandshakeLimits {
  /** In progress. */
  handshakes: number
  /** Connections that wait for theirs. */
  waitingHandshakes: number
}

interface Guest {
  from: Caller
  cut: () => void
}

interface Caller {
  address: string
  /** By the name of the connection, oldest first. */
  waiting: Map<string, Guest>
  begun: Map<string, Guest>
  /** Of those that wait: whose first bytes are here. */
  ready: Set<string>
  /** Handshakes that it may begin now. */
  tokens: number
  at: Millis
}

/** Seconds of patience that an address can save up. */
const BURST_SECONDS = 2
const SWEEP_EVERY_MS: Millis = 10_000

export class Handshakes {
  readonly #limits: HandshakeLimits
  readonly #perSecond: (address: string) => number
  readonly #callers = new Map<string, Caller>()
  readonly #guests = new Map<string, Guest>()
  /** Addresses with somebody who is ready, in the order of their turns. */
  readonly #turns = new Set<Caller>()
  #waiting = 0
  #begun = 0
  #sweptAt: Millis = 0

  /**
   * @param limits are looked at anew each time.
   * @param perSecond handshakes a second that an address may begin; Infinity for no limit.
   */
  constructor(limits: HandshakeLimits, perSecond: (address: string) => number) {
    this.#limits = limits
    this.#perSecond = perSecond
  }

  /**
   * @param end names the connection.
   * @param cut ends it when its place is taken.
   * @returns whether there is a place; then `left` follows, sooner or later.
   */
  enter(end: string, address: string, cut: () => void, now: Millis): boolean {
    this.#sweep(now)
    const isFull = this.#waiting >= this.#limits.waitingHandshakes
    if (isFull && !this.#makeRoom("waiting", this.#callers.get(address))) return false
    let from = this.#callers.get(address)
    if (from === undefined) {
      const tokens = this.#perSecond(address) * BURST_SECONDS
      from = { address, waiting: new Map(), begun: new Map(), ready: new Set(), tokens, at: now }
      this.#callers.set(address, from)
    }
    const guest = { from, cut }
    from.waiting.set(end, guest)
    this.#guests.set(end, guest)
    this.#waiting++
    return true
  }

  /** Its first bytes are here. */
  spoke(end: string): void {
    const from = this.#guests.get(end)?.from
    if (from === undefined || !from.waiting.has(end)) return
    from.ready.add(end)
    this.#turns.add(from)
  }

  /** @returns whose handshake begins now; undefined when nobody's can. */
  next(now: Millis): string | undefined {
    for (const from of this.#turns) {
      if (this.#refill(from, now) < 1) continue
      if (this.#begun >= this.#limits.handshakes && !this.#makeRoom("begun", from)) continue
      const [end] = from.ready
      const guest = from.waiting.get(end!)!
      this.#leaveWaiting(end!, from)
      from.begun.set(end!, guest)
      this.#begun++
      from.tokens--
      // Behind the others.
      if (this.#turns.delete(from) && from.ready.size > 0) this.#turns.add(from)
      return end
    }
    return undefined
  }

  /** When somebody who is ready may begin by the mere passing of time; Infinity when nobody waits for that. */
  wakeAt(now: Millis): Millis {
    let at = Infinity
    for (const from of this.#turns) {
      const missing = 1 - this.#refill(from, now)
      if (missing > 0) at = Math.min(at, now + (missing / this.#perSecond(from.address)) * 1_000)
    }
    return at
  }

  /** Its handshake is done, or it is gone. */
  left(end: string): void {
    const guest = this.#guests.get(end)
    if (guest === undefined) return
    const { from } = guest
    this.#guests.delete(end)
    if (from.begun.delete(end)) this.#begun--
    else this.#leaveWaiting(end, from)
  }

  #leaveWaiting(end: string, from: Caller): void {
    from.waiting.delete(end)
    this.#waiting--
    if (from.ready.delete(end) && from.ready.size === 0) this.#turns.delete(from)
  }

  #makeRoom(where: "waiting" | "begun", newcomer: Caller | undefined): boolean {
    let most: Caller | undefined
    for (const from of this.#callers.values())
      if (most === undefined || from[where].size > most[where].size) most = from
    if (most === undefined || (newcomer?.[where].size ?? 0) + 1 >= most[where].size) return false
    for (const [end, { cut }] of most[where]) {
      this.left(end)
      cut()
      return true
    }
    return false
  }

  /** @returns how many it may begin. */
  #refill(from: Caller, now: Millis): number {
    const perSecond = this.#perSecond(from.address)
    const seconds = Math.max(0, now - from.at) / 1_000
    from.at = now
    if (perSecond === Infinity) return (from.tokens = Infinity)
    return (from.tokens = Math.min(perSecond * BURST_SECONDS, from.tokens + seconds * perSecond))
  }

  /** Forgets addresses of which nobody is here, once they have saved up all they can. */
  #sweep(now: Millis): void {
    if (now < this.#sweptAt + SWEEP_EVERY_MS) return
    this.#sweptAt = now
    for (const [address, from] of this.#callers) {
      const isAway = from.waiting.size + from.begun.size === 0
      const isWhole = this.#refill(from, now) >= this.#perSecond(address) * BURST_SECONDS
      if (isAway && isWhole) this.#callers.delete(address)
    }
  }
}
