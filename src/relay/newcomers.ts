/**
 * Connections that are through TLS and have not logged in yet (PROTOCOL.md §18.2): strangers, those who register, and
 * those who were refused and do not hang up. Anybody can make them, so they have places of their own, and few. When all
 * are taken, the oldest one of the address that holds the most gives up its place, also to another one of that address:
 * an honest client says its hello at once and needs none for long, and whoever waits for nothing keeps nobody out.
 */
import type { RelayLimits } from "./config.ts"
import type { Session } from "./session.ts"

export class Newcomers {
  readonly #limits: RelayLimits
  /** By address, oldest first. */
  readonly #callers = new Map<string, Set<Session>>()
  #count = 0

  constructor(limits: RelayLimits) {
    this.#limits = limits
  }

  /** @returns whose places are taken for it, or because the limit was lowered; they are forgotten here. */
  enter(session: Session): Session[] {
    const from = this.#callers.get(session.address)
    if (from === undefined) this.#callers.set(session.address, new Set([session]))
    else from.add(session)
    this.#count++
    const displaced: Session[] = []
    while (this.#count > this.#limits.newcomers) {
      const oldest = this.#oldestOfMost()
      this.left(oldest)
      displaced.push(oldest)
    }
    return displaced
  }

  /** It has logged in, or is gone. */
  left(session: Session): void {
    const from = this.#callers.get(session.address)
    if (from?.delete(session) !== true) return
    this.#count--
    if (from.size === 0) this.#callers.delete(session.address)
  }

  /** Of addresses that hold as many, the one that has held a place for longest. */
  #oldestOfMost(): Session {
    let oldest: Session | undefined
    let most = 0
    for (const from of this.#callers.values()) {
      if (from.size < most) continue
      const [first] = from
      if (from.size > most || first!.id < oldest!.id) oldest = first
      most = from.size
    }
    return oldest!
  }
}
