/**
 * Whose turn it is (PROTOCOL.md §18.2). In each round a connection gets its share and no more, and what else it has sent
 * waits for the next one: so whoever sends a thousand requests at once makes nobody else wait for all of them. A round ends
 * when the others' waiting bytes have been looked at, and with each commit; who is alone with its requests has one round
 * after the other. Of those who have not logged in, some have a few frames each in a round, and the others wait for theirs:
 * a thousand hellos that come at once, each with a signature to check, are not one turn of the event loop.
 */
import { FRAME_HEADER_BYTES } from "../protocol/framing.ts"
import { MESSAGE_NUMBERS } from "../protocol/messages.ts"
import type { RelayEvent } from "./relay.ts"

/** Of one connection in one round: 32 entries of 1 KiB, 64 small requests, or one frame of the largest kind. */
export const SHARE = 64
/** A frame weighs 1, and 1 more for so many bytes. */
const UNIT_BYTES = 1_024
/** Of those who have not logged in, in one round: a signature to check, and what is asked of the database. */
export const NEWCOMERS_A_ROUND = 1
/** Of one of them: a hello and a registration. */
const NEWCOMER_SHARE = 4
/** Frames of one of them that wait: it has nothing to say before it is answered, and with more it is ended. */
export const NEWCOMER_WAITING = 16
/** With more than this waiting, nothing more is read from there until it has had its turn. */
export const MOST_WAITING = 2 * SHARE

interface Queue {
  events: RelayEvent[]
  weight: number
}

export class Rounds {
  readonly #isNewcomer: (id: number) => boolean
  /** By connection: what it had in this round. */
  readonly #had = new Map<number, number>()
  /** Newcomers who were heard in this round. */
  #newcomers = 0
  /** Whoever is here waits, oldest first. */
  readonly #waiting = new Map<number, Queue>()

  /** @param isNewcomer whether this connection has not logged in. */
  constructor(isNewcomer: (id: number) => boolean = () => false) {
    this.#isNewcomer = isNewcomer
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  isWaiting(id: number): boolean {
    return this.#waiting.has(id)
  }

  /** Whether so much of it waits that nothing more should be read. */
  isFull(id: number): boolean {
    return (this.#waiting.get(id)?.weight ?? 0) > MOST_WAITING
  }

  /** How much of it waits, in events. */
  count(id: number): number {
    return this.#waiting.get(id)?.events.length ?? 0
  }

  /** What waits of it is never taken. */
  forget(id: number): void {
    this.#waiting.delete(id)
  }

  /** What this connection has sent, in order. @returns what of it may be taken in this round; the rest waits. */
  offer(id: number, events: readonly RelayEvent[]): readonly RelayEvent[] {
    const isNew = this.#isNew(id, events)
    const isHeard = isNew && !this.#had.has(id)
    if (this.#waiting.has(id) || (isHeard && this.#newcomers >= NEWCOMERS_A_ROUND)) {
      this.keep(id, events)
      return []
    }
    if (isHeard) this.#newcomers++
    const count = this.#share(id, events, isNew ? NEWCOMER_SHARE : SHARE)
    if (count === events.length) return events
    this.keep(id, events.slice(count))
    return events.slice(0, count)
  }

  /** For a later round, behind what waits. */
  keep(id: number, events: readonly RelayEvent[]): void {
    const queue = this.#waiting.get(id) ?? { events: [], weight: 0 }
    this.#waiting.set(id, queue)
    for (const event of events) {
      queue.events.push(event)
      queue.weight += weightOf(event)
    }
  }

  /** A new round begins. @param newcomers are heard. @returns everybody's share of it. */
  next(newcomers = NEWCOMERS_A_ROUND): RelayEvent[] {
    this.#had.clear()
    this.#newcomers = 0
    const taken: RelayEvent[] = []
    const again: [number, Queue][] = []
    for (const [id, queue] of this.#waiting) {
      const isNew = this.#isNew(id, queue.events)
      if (isNew && this.#newcomers >= newcomers) continue
      if (isNew) this.#newcomers++
      for (const event of queue.events.splice(
        0,
        this.#share(id, queue.events, isNew ? NEWCOMER_SHARE : SHARE),
      )) {
        taken.push(event)
        queue.weight -= weightOf(event)
      }
      if (queue.events.length > 0 && !isNew) continue
      this.#waiting.delete(id)
      if (queue.events.length > 0) again.push([id, queue])
    }
    // Whoever says more stands behind those who have not been heard.
    for (const [id, queue] of again) this.#waiting.set(id, queue)
    return taken
  }

  /** Everything that waits, of each connection in order. */
  all(): RelayEvent[] {
    const taken = [...this.#waiting.values()].flatMap(({ events }) => events)
    this.#waiting.clear()
    return taken
  }

  /** That somebody is gone is taken at once. */
  #isNew(id: number, [first]: readonly RelayEvent[]): boolean {
    return first !== undefined && first.kind !== "disconnected" && this.#isNewcomer(id)
  }

  /** @returns how many of the first events this connection may have now; they count as taken. */
  #share(id: number, events: readonly RelayEvent[], share: number): number {
    let had = this.#had.get(id) ?? 0
    let count = 0
    // What weighs nothing goes with what stands before it.
    while (count < events.length && (had < share || weightOf(events[count]!) === 0))
      had += weightOf(events[count++]!)
    this.#had.set(id, had)
    return count
  }
}

function weightOf(event: RelayEvent): number {
  if (event.kind !== "frame") return 0
  const units = 1 + Math.floor(event.frame.length / UNIT_BYTES)
  // Each of its ids is looked up on the disk.
  return event.frame[FRAME_HEADER_BYTES] === MESSAGE_NUMBERS.look ? 2 * units : units
}
