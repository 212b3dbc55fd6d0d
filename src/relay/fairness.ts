/**
 * How fast somebody may ask (PROTOCOL.md §18.2): a bucket of tokens for each connection, person and address, and one of
 * bytes for each connection. Whoever has emptied one is not refused anything: the relay just does not read from that
 * connection until the bucket has filled up again, so a flood waits in its own sender's memory, and costs others nothing.
 */
import type { Millis } from "../platform/clock.ts"
import type { ClientMessage } from "../protocol/messages.ts"
import type { RelayLimits } from "./config.ts"
import type { Session } from "./session.ts"

/**
 * So many seconds' worth can be saved up: catching up after a night asks a lot at once. Others wait for no more than a
 * share of it (`rounds.ts`).
 */
const BURST_SECONDS = 10
/** Nobody is made to wait longer at a time: by then the other side asks itself whether we are there. */
const LONGEST_PAUSE_MS: Millis = 5_000

export class Bucket {
  #tokens: number
  #at: Millis

  constructor(capacity: number, now: Millis) {
    this.#tokens = capacity
    this.#at = now
  }

  /** @returns how long to wait until what was taken is paid for, 0 as long as there was enough. */
  take(amount: number, perSecond: number, now: Millis): Millis {
    this.#refill(perSecond, now)
    this.#tokens -= amount
    return this.#tokens >= 0 ? 0 : (-this.#tokens / perSecond) * 1_000
  }

  isFull(perSecond: number, now: Millis): boolean {
    this.#refill(perSecond, now)
    return this.#tokens >= perSecond * BURST_SECONDS
  }

  #refill(perSecond: number, now: Millis): void {
    const seconds = Math.max(0, now - this.#at) / 1_000
    this.#tokens = Math.min(perSecond * BURST_SECONDS, this.#tokens + seconds * perSecond)
    this.#at = now
  }
}

/** Of one connection; it goes with the session. */
export interface ConnectionBuckets {
  requests: Bucket
  bytes: Bucket
}

export class Fairness {
  readonly #limits: RelayLimits
  readonly #people = new Map<string, Bucket>()
  readonly #addresses = new Map<string, Bucket>()
  readonly #connections = new WeakMap<Session, ConnectionBuckets>()

  constructor(limits: RelayLimits) {
    this.#limits = limits
  }

  /** A request has come. @param bytes of its frame. @returns for how long nothing more is to be read from there. */
  take(session: Session, message: ClientMessage, bytes: number, now: Millis): Millis {
    const { requestsPerSecond, personRequestsPerSecond, addressRequestsPerSecond, bytesPerSecond } =
      this.#limits
    const cost = costOf(message)
    const own = this.#ofConnection(session, now)
    let wait = own.requests.take(cost, requestsPerSecond, now)
    wait = Math.max(wait, own.bytes.take(bytes, bytesPerSecond, now))
    if (session.member !== undefined) {
      const person = bucketOf(this.#people, session.member.root, personRequestsPerSecond, now)
      wait = Math.max(wait, person.take(cost, personRequestsPerSecond, now))
    }
    if (!(this.#limits.loopbackExempt && session.isLocal)) {
      const all = bucketOf(this.#addresses, session.address, addressRequestsPerSecond, now)
      wait = Math.max(wait, all.take(cost, addressRequestsPerSecond, now))
    }
    return Math.min(LONGEST_PAUSE_MS, Math.ceil(wait))
  }

  /** Forgets whoever has asked for nothing lately. */
  sweep(now: Millis): void {
    for (const [key, bucket] of this.#people)
      if (bucket.isFull(this.#limits.personRequestsPerSecond, now)) this.#people.delete(key)
    for (const [key, bucket] of this.#addresses)
      if (bucket.isFull(this.#limits.addressRequestsPerSecond, now)) this.#addresses.delete(key)
  }

  #ofConnection(session: Session, now: Millis): ConnectionBuckets {
    let buckets = this.#connections.get(session)
    if (buckets === undefined) {
      const { requestsPerSecond, bytesPerSecond } = this.#limits
      buckets = {
        requests: new Bucket(requestsPerSecond * BURST_SECONDS, now),
        bytes: new Bucket(bytesPerSecond * BURST_SECONDS, now),
      }
      this.#connections.set(session, buckets)
    }
    return buckets
  }
}

function bucketOf(all: Map<string, Bucket>, key: string, perSecond: number, now: Millis): Bucket {
  let bucket = all.get(key)
  if (bucket === undefined) {
    bucket = new Bucket(perSecond * BURST_SECONDS, now)
    all.set(key, bucket)
  }
  return bucket
}

/** In requests of the ordinary kind, by what they make the relay read, check or write. */
export function costOf(message: ClientMessage): number {
  switch (message.type) {
    case "look":
      return 1 + message.channelIds.length / 20
    case "hello":
    case "register":
    case "showApproval":
      return 10
    case "sees":
      return 50
    case "getDirectory":
    case "getBlob":
    case "putBlob":
      return 4
    case "takePackage":
    case "putPackages":
    case "open":
      return 2
    default:
      return 1
  }
}
