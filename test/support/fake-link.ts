/** A relay link, and a context around it, that a test holds in its hands: nothing travels, time stands still. */
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import type { Answer, Context, Question, RelayLink } from "../../src/client/context.ts"
import { updater } from "../../src/client/context.ts"
import type { StampedEvent } from "../../src/client/events.ts"
import { createProfile, readIdentity } from "../../src/client/profile.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import type { Clock, Millis } from "../../src/platform/clock.ts"
import { silentLog } from "../../src/platform/log.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import type { ClientMessage } from "../../src/protocol/messages.ts"

export class FakeLink implements RelayLink {
  online = true
  readonly sent: ClientMessage[] = []
  readonly distrusted: string[] = []
  readonly #asked: { question: Question; answered: (answer: Answer) => Promise<void> | void }[] = []

  send(message: ClientMessage): void {
    this.sent.push(message)
  }

  ask(question: Question, answered: (answer: Answer) => Promise<void> | void): void {
    this.#asked.push({ question, answered })
  }

  leave(): void {
    this.online = false
  }

  giveUp(why: string): void {
    this.distrusted.push(why)
  }

  distrust(detail: string): void {
    this.distrusted.push(detail)
  }

  /** Questions that wait for their answers, oldest first. */
  get questions(): readonly Question[] {
    return this.#asked.map(({ question }) => question)
  }

  /** Answers the oldest question. */
  async answer(make: Answer | ((question: Question) => Answer)): Promise<void> {
    const next = this.#asked.shift()
    if (!next) throw new RangeError("nothing was asked")
    await next.answered(typeof make === "function" ? make(next.question) : make)
  }
}

/** Nobody tells or hears of the directory, or of what was sealed. */
export const quiet = {
  heads: () => ({ toTell: () => undefined, hear: () => {}, isDistrusted: false, compare: () => {} }),
  sealed: () => {},
}

/** Wakes whoever is due when it is moved. */
export class HandClock implements Clock {
  #now: Millis
  #waiting: { at: Millis; wake: () => void }[] = []

  constructor(start: Millis) {
    this.#now = start
  }

  now(): Millis {
    return this.#now
  }

  wakeAt(at: Millis, wake: () => void): () => void {
    const entry = { at, wake }
    this.#waiting.push(entry)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry)
    }
  }

  /** When the next wake-up is due, from now on. */
  get next(): Millis | undefined {
    return this.#waiting.length === 0 ? undefined : Math.min(...this.#waiting.map(({ at }) => at)) - this.#now
  }

  pass(ms: Millis): void {
    this.#now += ms
    const due = this.#waiting.filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at)
    this.#waiting = this.#waiting.filter(({ at }) => at > this.#now)
    for (const { wake } of due) wake()
  }
}

export interface FakeContext extends Context {
  readonly link: FakeLink
  readonly clock: HandClock
  readonly disk: MemoryDisk
  readonly told: StampedEvent[]
}

/** Somebody called `name`, whose relay is the test. */
export async function fakeContext(name = "alice", disk = new MemoryDisk()): Promise<FakeContext> {
  await sodiumReady()
  const store = disk.open()
  const clock = new HandClock(Date.now())
  if (store.count("meta", {}) === 0) createProfile(store, { random: systemRandom, clock }, name)
  const told: StampedEvent[] = []
  const link = new FakeLink()
  const relayId = new Uint8Array(32).fill(7)
  return {
    store,
    disk,
    clock,
    random: systemRandom,
    primitives: nodePrimitives,
    engine: createMlsEngine(nodePrimitives, systemRandom),
    log: silentLog,
    identity: readIdentity(store),
    relayId: () => relayId,
    link,
    told,
    update: updater(store, clock, (stamped) => void told.push(stamped)),
    rooms: () => [],
    mayTalk: () => link.online,
    verifier: () => ({ heard: () => {}, placed: () => {} }),
    ...quiet,
    later: (at, action) => clock.wakeAt(at, () => void action()),
  }
}
