/**
 * The handshake turn of one channel (PROTOCOL.md §6): whoever wants to commit waits here, first come, first
 * served, so that a hundred joiners waste no commit. It is advice: the position alone decides what is accepted.
 *
 *     nobody ──take──▶ queued ──step──▶ holding (lease) ──leave, lease over──▶ nobody
 */
import type { Millis } from "../platform/clock.ts"

const LEASE_MS = 1_000
/** A joiner must fetch and read the header first; one of 300 KB takes a third of a second more. */
const LEASE_MS_PER_KB = 1

export function leaseFor(headerBytes: number): Millis {
  return LEASE_MS + Math.ceil(headerBytes / 1_024) * LEASE_MS_PER_KB
}

/** `Owner` is compared by identity; each is in the queue once. */
export class TurnQueue<Owner> {
  /** Undefined as long as nobody ever waited, which is the most of channels. */
  #waiting: Set<Owner> | undefined
  #holder: { owner: Owner; from: Millis; until: Millis } | undefined

  /** Queues the owner; asking again changes nothing, also while holding. @returns whether it waits from now on. */
  take(owner: Owner): boolean {
    if (this.#holder?.owner === owner || this.isWaiting(owner)) return false
    this.#waiting ??= new Set()
    this.#waiting.add(owner)
    return true
  }

  /** The owner is through, gone, or did its handshake. @returns whether it was still waiting. */
  leave(owner: Owner): boolean {
    if (this.#holder?.owner === owner) this.#holder = undefined
    return this.#waiting?.delete(owner) ?? false
  }

  isWaiting(owner: Owner): boolean {
    return this.#waiting?.has(owner) ?? false
  }

  /** Gives the turn to the next one when it is free. @returns who got it just now. */
  step(lease: () => Millis, now: Millis): { owner: Owner; leaseMs: Millis } | undefined {
    // A lease that begins later than now is from before the clock was set back.
    if (this.#holder !== undefined && this.#holder.until > now && this.#holder.from <= now) return undefined
    this.#holder = undefined
    const [next] = this.#waiting ?? []
    if (next === undefined) return undefined
    this.#waiting?.delete(next)
    const leaseMs = lease()
    this.#holder = { owner: next, from: now, until: now + leaseMs }
    return { owner: next, leaseMs }
  }

  /** When `step` has something to do again by itself: the end of a lease that somebody waits for. */
  get nextStep(): Millis | undefined {
    return this.#waiting !== undefined && this.#waiting.size > 0 ? (this.#holder?.until ?? 0) : undefined
  }
}
