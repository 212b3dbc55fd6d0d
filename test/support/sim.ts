/**
 * A world with no real time, no real chance and no real sockets: same seed, same run, same trace.
 *
 * Time moves only when nothing more happens at the present instant. Between two wake-ups every promise that can go on
 * goes on, so code full of them runs as it does in life; it only must not wait for real disks or threads.
 */
import { createHash } from "node:crypto"
import type { Clock, Millis } from "../../src/platform/clock.ts"
import type { Random } from "../../src/platform/random.ts"
import type { Soon } from "../../src/platform/soon.ts"
import { type LinkQuality, SimNetwork } from "./sim-network.ts"

export interface Chance {
  /** 0 to `n`−1. */
  below(n: number): number
  /** True with probability `p`. */
  chance(p: number): boolean
  pick<T>(from: readonly T[]): T
}

/** Small seeded generator (splitmix32). For tests only: predictable is the point. */
export function seeded(seed: number): Chance {
  let state = seed | 0
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    let t = state ^ (state >>> 16)
    t = Math.imul(t, 0x21f0aaad)
    t ^= t >>> 15
    t = Math.imul(t, 0x735a2d97)
    return ((t ^ (t >>> 15)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return { below, chance: (p) => next() < p, pick: (from) => from[below(from.length)]! }
}

export function seededRandom(chance: Chance): Random {
  return {
    bytes(length) {
      const bytes = new Uint8Array(length)
      // Four at a time: a simulated life asks for a hundred thousand bytes.
      for (let at = 0; at < length; at += 4) {
        const four = chance.below(2 ** 32)
        bytes[at] = four
        if (at + 1 < length) bytes[at + 1] = four >>> 8
        if (at + 2 < length) bytes[at + 2] = four >>> 16
        if (at + 3 < length) bytes[at + 3] = four >>> 24
      }
      return bytes
    },
  }
}

interface Wake {
  at: Millis
  wake: () => void
}

/** Characters of the trace that are hashed together. */
const HASHED_AT_ONCE = 16_384
/** So often the real event loop gets a turn. */
const TURNS_TO_BREATHE = 1_000
/** More wake-ups than this at one instant are a timer that sets itself again at once. */
const MAX_WAKES_AT_ONCE = 100_000

export class SimClock implements Clock {
  #now: Millis
  /** Soonest first; of one instant, in the order they were asked for. */
  readonly #wakes: Wake[] = []
  #asked = 0
  #atThisInstant = 0

  constructor(start: Millis) {
    this.#now = start
  }

  now = () => this.#now

  /** How many wake-ups were ever asked for: unchanged means nothing happened. */
  get asked(): number {
    return this.#asked
  }

  wakeAt(at: Millis, wake: () => void): () => void {
    const entry = { at: Math.max(at, this.#now), wake }
    this.#asked++
    let low = 0
    let high = this.#wakes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#wakes[middle]!.at <= entry.at) low = middle + 1
      else high = middle
    }
    this.#wakes.splice(low, 0, entry)
    return () => {
      const index = this.#wakes.indexOf(entry)
      if (index >= 0) this.#wakes.splice(index, 1)
    }
  }

  /** Runs the next wake-up due by `end`, jumping to its instant. False when there is none. */
  runNext(end: Millis): boolean {
    const next = this.#wakes[0]
    if (next === undefined || next.at > end) return false
    this.#wakes.shift()
    this.#atThisInstant = next.at === this.#now ? this.#atThisInstant + 1 : 0
    if (this.#atThisInstant > MAX_WAKES_AT_ONCE) throw new Error(`time stands still at ${this.#now}`)
    this.#now = next.at
    next.wake()
    return true
  }

  jumpTo(at: Millis): void {
    this.#now = Math.max(this.#now, at)
  }
}

/** A program on a machine of the world: it can die, and then nothing of it ever happens again. */
export class SimProcess {
  readonly name: string
  readonly clock: Clock
  readonly soon: Soon
  readonly random: Random
  readonly network: ReturnType<SimNetwork["of"]>
  readonly #world: World
  #alive = true

  constructor(world: World, name: string) {
    this.#world = world
    this.name = name
    this.random = seededRandom(world.chance)
    this.network = world.network.of(this)
    this.clock = {
      now: () => world.clock.now(),
      wakeAt: (at, wake) => (this.#alive ? world.clock.wakeAt(at, () => this.#run(wake)) : () => {}),
    }
    this.soon = (run) => void this.clock.wakeAt(world.clock.now(), run)
  }

  get alive(): boolean {
    return this.#alive
  }

  /** kill -9: its timers never fire, its connections break, its handlers are not called any more. */
  kill(): void {
    if (!this.#alive) return
    this.#alive = false
    this.#world.note(`${this.name} dies`)
    this.#world.network.processDied(this)
  }

  #run(wake: () => void): void {
    if (this.#alive) wake()
  }
}

export interface WorldOptions extends Partial<LinkQuality> {
  /** The instant it begins at. The group library asks the real clock once: use real time where it takes part. */
  start?: Millis
}

export class World {
  readonly seed: number
  readonly chance: Chance
  readonly clock: SimClock
  readonly network: SimNetwork
  readonly start: Millis
  readonly #trace = createHash("sha256")
  #notes: string[] = []
  #unhashed = ""
  #turns = 0

  constructor(seed: number, options: WorldOptions = {}) {
    this.seed = seed
    this.start = options.start ?? 1_800_000_000_000
    this.chance = seeded(seed)
    this.clock = new SimClock(this.start)
    this.network = new SimNetwork(this, { fastestMs: 1, slowestMs: 20, cutChance: 0, ...options })
  }

  process(name: string): SimProcess {
    return new SimProcess(this, name)
  }

  /** Runs promises until nothing more happens at this instant. */
  async settle(): Promise<void> {
    let asked
    do {
      asked = this.clock.asked
      // A test runner has its own work to do in the same thread.
      await (++this.#turns % TURNS_TO_BREATHE === 0 ? eventLoopTurn() : promisesDone())
    } while (this.clock.asked !== asked)
  }

  /** Lets `ms` pass. */
  async run(ms: Millis): Promise<void> {
    const end = this.clock.now() + ms
    await this.settle()
    while (this.clock.runNext(end)) await this.settle()
    this.clock.jumpTo(end)
  }

  /**
   * Lets time pass until `isSo`, at most `ms`. @returns whether it came to be so.
   * @param everyMs how long it may have been so before it is noticed: looking costs more than most events.
   */
  async runUntil(isSo: () => boolean, ms: Millis, everyMs: Millis = 0): Promise<boolean> {
    const end = this.clock.now() + ms
    let lookAt = this.clock.now()
    await this.settle()
    for (;;) {
      if (this.clock.now() >= lookAt) {
        if (isSo()) return true
        lookAt = this.clock.now() + everyMs
      }
      if (!this.clock.runNext(end)) {
        this.clock.jumpTo(end)
        return isSo()
      }
      await this.settle()
    }
  }

  /** Puts a line into the trace, with the time since the start. */
  note(text: string): void {
    const line = `${this.clock.now() - this.start} ${text}`
    this.#unhashed += `${line}\n`
    if (this.#unhashed.length > HASHED_AT_ONCE) this.#hashNotes()
    this.#notes.push(line)
    if (this.#notes.length > 20_000) this.#notes = this.#notes.slice(-10_000)
  }

  /** The last lines of the trace, for a failing test's message. */
  get notes(): readonly string[] {
    return this.#notes
  }

  /** Hash of the whole trace so far: two runs of one seed have the same. */
  get traceHash(): string {
    this.#hashNotes()
    return this.#trace.copy().digest("hex")
  }

  #hashNotes(): void {
    this.#trace.update(this.#unhashed)
    this.#unhashed = ""
  }
}

/** Every promise that can go on has gone on: a tick asked for among promises comes when none of them is left. */
function promisesDone(): Promise<void> {
  return new Promise((resolve) => void process.nextTick(resolve))
}

/** The same, and a turn of the real event loop, which costs ten times as much. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
