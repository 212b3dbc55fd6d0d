/**
 * Who may connect and register, and how fast (PROTOCOL.md §3, §18).
 *
 * Each address has a bucket of tokens: a connection takes one, a wrong code a whole second's worth, and a
 * second brings `newPerSecond`. Addresses are forgotten once their bucket is full and nobody is connected.
 */
import type { Millis } from "../platform/clock.ts"
import { labelledHash } from "../crypto/hash.ts"
import type { RelayLimits } from "./config.ts"

interface Caller {
  connected: number
  tokens: number
  at: Millis
}

/** Seconds of patience an address can save up. */
const BURST_SECONDS = 2

export class AddressGate {
  readonly #limits: RelayLimits
  readonly #callers = new Map<string, Caller>()

  constructor(limits: RelayLimits) {
    this.#limits = limits
  }

  /** Counts the connection when it is let in: each true is followed by one `left`. */
  enter(remote: string, now: Millis): boolean {
    const caller = this.#caller(remote, now)
    if (caller !== undefined) {
      if (caller.connected >= this.#limits.connectionsPerAddress || caller.tokens < 1) return false
      caller.connected++
      caller.tokens--
    }
    return true
  }

  left(remote: string, now: Millis): void {
    const caller = this.#caller(remote, now)
    if (caller !== undefined) caller.connected--
  }

  /** Guessing codes is paid for like a second of connections. */
  wrongCode(remote: string, now: Millis): void {
    const caller = this.#caller(remote, now)
    if (caller !== undefined) caller.tokens -= this.#limits.newPerSecond
  }

  sweep(now: Millis): void {
    for (const [address, caller] of this.#callers) {
      this.#refill(caller, now)
      if (caller.connected === 0 && caller.tokens >= this.#capacity) this.#callers.delete(address)
    }
  }

  get #capacity(): number {
    return this.#limits.newPerSecond * BURST_SECONDS
  }

  #caller(remote: string, now: Millis): Caller | undefined {
    const address = addressOf(remote)
    if (this.#limits.loopbackExempt && isLoopback(address)) return undefined
    let caller = this.#callers.get(address)
    if (caller === undefined) {
      caller = { connected: 0, tokens: this.#capacity, at: now }
      this.#callers.set(address, caller)
    }
    this.#refill(caller, now)
    return caller
  }

  #refill(caller: Caller, now: Millis): void {
    const seconds = Math.max(0, now - caller.at) / 1_000
    caller.tokens = Math.min(this.#capacity, caller.tokens + seconds * this.#limits.newPerSecond)
    caller.at = now
  }
}

/** `1.2.3.4:5`, `[::1]:5` and bare addresses, without their port. */
export function addressOf(remote: string): string {
  const bracketed = /^\[(.*)\](?::\d+)?$/.exec(remote)
  if (bracketed !== null) return bracketed[1]!
  return remote.replace(/^([^:]+):\d+$/, "$1")
}

export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address)
}

/**
 * Whether an admission code opens the door, in a time that does not depend on the code.
 * @param hash of the right code; undefined for an open relay.
 */
export function admits(hash: Uint8Array | undefined, code: Uint8Array): boolean {
  if (hash === undefined) return true
  const offered = labelledHash("admission", code)
  let difference = hash.length ^ offered.length
  for (let at = 0; at < offered.length; at++) difference |= offered[at]! ^ (hash[at] ?? 0)
  return difference === 0
}
