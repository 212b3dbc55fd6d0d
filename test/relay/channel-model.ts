/**
 * The relay's log against a list: whatever is appended, repeated, refused, lost with a full disk or a crash, the log is
 * what the list says, and every reader may go on exactly where the list says so (PROTOCOL.md §5).
 */
import fc from "fast-check"
import { expect } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { RelayMessage } from "../../src/protocol/messages.ts"
import { RETENTION_MS } from "../../src/relay/config.ts"
import { RETENTION_EVERY_MS } from "../../src/relay/retention.ts"
import { MemoryDisk } from "../../src/relay/store-memory-disk.ts"
import { CoreBench, eidOf, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { ROOM } from "../support/room-bench.ts"
import { seeded, seededRandom } from "../support/sim.ts"

const MOST_ENTRIES = 5
const DAY_MS = 86_400_000
/** The answers that were given, so that none goes untested. */
export const answered = new Set<string>()
const random = seededRandom(seeded(11))
const people = ["alice", "bob"].map((name) => new RelayPerson(name, random))

interface Logged {
  bytes: Uint8Array
  position: number
  time: number
}

interface Log {
  /** Everything that was ever appended and kept. */
  log: Logged[]
  nextPosition: number
  /** How many of the oldest have expired. */
  expired: number
}

/** The simple truth: a list, and how far it is on the disk. */
interface Model extends Log {
  /** What a commit that fails goes back to. */
  durable: Log
  /** What each of the two is to be told after the commit, and what when it fails. */
  owed: { to: number; kept: Answer; lost: Answer }[]
  /** Everything that was ever uploaded. */
  uploaded: { bytes: Uint8Array; isHandshake: boolean }[]
}

type Answer = Record<string, unknown>

/** The relay as it is: two people connected, the room open for both. */
interface Real {
  disk: MemoryDisk
  bench: CoreBench
  wires: Wire[]
  handle: number
  isFull: boolean
}

type Step = fc.AsyncCommand<Model, Real>

/** Appends as the list would. */
function append(
  model: Model,
  now: number,
  bytes: Uint8Array,
  isHandshake: boolean,
  position: number,
): Answer {
  const eid = toHex(eidOf(bytes))
  const found = model.log.findIndex((each, i) => i >= model.expired && toHex(eidOf(each.bytes)) === eid)
  if (found >= 0) return { type: "accepted", eid, seq: found + 1, time: model.log[found]!.time }
  const { nextPosition } = model
  // Who begins a log, or fills it again, says at which position.
  const isFirst = isHandshake && model.log.length === 0
  if (isHandshake && !isFirst && position !== nextPosition) return { type: "conflict", eid, nextPosition }
  if (!isHandshake && position !== nextPosition - 1) return { type: "stale", eid, nextPosition }
  if (model.log.length - model.expired >= MOST_ENTRIES) return { type: "rejected", eid, code: REFUSALS.quota }
  model.log.push({ bytes, position, time: now })
  if (isHandshake) model.nextPosition = position + 1
  return { type: "accepted", eid, seq: model.log.length, time: now }
}

function post(
  model: Model,
  real: Real,
  to: number,
  bytes: Uint8Array,
  isHandshake: boolean,
  position: number,
) {
  const { bench, handle, wires } = real
  const kept = append(model, bench.now, bytes, isHandshake, position)
  const lost = { type: "rejected", eid: kept["eid"], code: REFUSALS.storage }
  model.owed.push({ to, kept, lost })
  wires[to]!.post((isHandshake ? handshake : upload)(handle, position, bytes))
}

class Upload implements Step {
  readonly #to: number
  readonly #isHandshake: boolean
  readonly #distance: number

  /** @param distance of its position from the right one. */
  constructor(to: number, isHandshake: boolean, distance: number) {
    this.#to = to
    this.#isHandshake = isHandshake
    this.#distance = distance
  }

  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    const kind = this.#isHandshake ? "handshake" : "message"
    const bytes = sealedEntry(real.bench.random, { kind }, 40)
    const right = this.#isHandshake ? model.nextPosition : model.nextPosition - 1
    model.uploaded.push({ bytes, isHandshake: this.#isHandshake })
    post(model, real, this.#to, bytes, this.#isHandshake, Math.max(0, right + this.#distance))
  }

  toString = () =>
    `${this.#to ? "bob" : "alice"} ${this.#isHandshake ? "commits" : "speaks"} ${this.#distance}`
}

class Repeat implements Step {
  readonly #to: number
  readonly #which: number

  constructor(to: number, which: number) {
    this.#to = to
    this.#which = which
  }

  check = (model: Readonly<Model>) => model.uploaded.length > 0

  async run(model: Model, real: Real): Promise<void> {
    const { bytes, isHandshake } = model.uploaded[this.#which % model.uploaded.length]!
    const right = isHandshake ? model.nextPosition : model.nextPosition - 1
    post(model, real, this.#to, bytes, isHandshake, Math.max(0, right))
  }

  toString = () => `${this.#to ? "bob" : "alice"} repeats ${this.#which}`
}

/** The batch ends: on the disk, or, when that is full, nowhere. */
class Commit implements Step {
  readonly #isFull: boolean

  constructor(isFull: boolean) {
    this.#isFull = isFull
  }

  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    const hasWritten = model.log.length > model.durable.log.length
    real.isFull = this.#isFull
    await real.bench.settle()
    real.isFull = false
    const isKept = !this.#isFull || !hasWritten
    const from = model.durable.log.length
    settle(model, isKept)
    for (const [to, wire] of real.wires.entries()) {
      const owed = model.owed.filter((each) => each.to === to).map(({ kept, lost }) => (isKept ? kept : lost))
      for (const answer of owed) answered.add(`${String(answer["type"])} ${String(answer["code"])}`)
      const heard = wire.take()
      same(heard.filter(({ type }) => type !== "entry").map(plain), owed)
      same(heard.filter(({ type }) => type === "entry").map(plain), entries(model, from))
    }
    model.owed = []
  }

  toString = () => (this.#isFull ? "the disk is full" : "commit")
}

/** The power goes, before the sync or after it; both come back to what the disk holds. */
class Crash implements Step {
  readonly #staged: "lost" | "kept"

  constructor(staged: "lost" | "kept") {
    this.#staged = staged
  }

  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    settle(model, this.#staged === "kept")
    model.owed = []
    real.bench.store.crash(this.#staged)
    await connect(real)
    for (const wire of real.wires) same(wire.take().map(plain), entries(model, model.expired))
  }

  toString = () => `power cut, ${this.#staged}`
}

/** Somebody comes with a place in the log, right or wrong. */
class Open implements Step {
  readonly #cursor: number
  readonly #spoiled: "nothing" | "head" | "incarnation"

  constructor(cursor: number, spoiled: "nothing" | "head" | "incarnation") {
    this.#cursor = cursor
    this.#spoiled = spoiled
  }

  check = (model: Readonly<Model>) => model.owed.length === 0

  async run(model: Model, real: Real): Promise<void> {
    const { bench, wires, handle } = real
    const cursor = this.#cursor % (model.log.length + 2)
    const isThere = cursor <= model.log.length
    const head = headAt(model, Math.min(cursor, model.log.length)).slice()
    const incarnation = bench.store.incarnation.slice()
    if (this.#spoiled === "head") head[5]! ^= 1
    if (this.#spoiled === "incarnation") incarnation[5]! ^= 1
    const isKnown = isThere && cursor >= model.expired && this.#spoiled === "nothing"
    const resumed = cursor === 0 ? model.expired === 0 : isKnown
    const confirmed = bench.store.findChannel(ROOM)?.confirmed ?? -1
    const [opened, ...rest] = await wires[1]!.ask(open(ROOM, { incarnation, cursor, head }))
    same(opened, {
      type: "opened",
      rid: 7,
      handle,
      resumed,
      firstSeq: model.expired + 1,
      head: headAt(model, model.expired),
      lastSeq: model.log.length,
      nextPosition: model.nextPosition,
      incarnation: bench.store.incarnation,
      nextUnconfirmed: confirmed + 1,
    })
    same(rest.map(plain), entries(model, resumed ? cursor : model.expired))
  }

  toString = () => `bob opens at ${this.#cursor}, ${this.#spoiled} spoiled`
}

class TimePasses implements Step {
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
  }

  check = () => true

  async run(_: Model, real: Real): Promise<void> {
    real.bench.now += this.#ms
  }

  toString = () => `${this.#ms} ms`
}

/** Days go by, and the relay forgets what is too old. */
class DaysPass implements Step {
  readonly #days: number

  constructor(days: number) {
    this.#days = days
  }

  check = (model: Readonly<Model>) => model.owed.length === 0

  async run(model: Model, { bench, wires }: Real): Promise<void> {
    // Nobody stops reading for so long.
    for (const wire of wires) await wire.drained()
    // It waits for an hour after a leap of the clock; nobody is silent for so long.
    for (const ms of [this.#days * DAY_MS, RETENTION_EVERY_MS]) {
      bench.now += ms
      for (const wire of wires) wire.post({ type: "ping", token: 0 })
      await bench.pass(0)
    }
    const isOld = ({ time }: Logged) => time < bench.now - RETENTION_MS
    model.expired = model.log.filter(isOld).length
    model.durable.expired = model.expired
    if (model.expired > 0) answered.add("expired")
    for (const wire of wires)
      same(
        wire.take().map(({ type }) => type),
        ["pong", "pong"],
      )
  }

  toString = () => `${this.#days} days`
}

function same(actual: unknown, wanted: unknown): void {
  expect(actual).toEqual(wanted)
}

function settle(model: Model, isKept: boolean): void {
  const { log, nextPosition, expired } = isKept ? model : model.durable
  model.durable = { log: [...log], nextPosition, expired }
  Object.assign(model, { log: [...log], nextPosition })
}

function headAt(model: Model, seq: number): Uint8Array {
  return model.log
    .slice(0, seq)
    .reduce((head, { bytes, time }, i) => nextHead(head, i + 1, bytes[0]!, eidOf(bytes), time), EMPTY_HEAD)
}

function entries(model: Model, after: number): Answer[] {
  return model.log.slice(after).map(({ bytes, position, time }, i) => ({
    type: "entry",
    seq: after + i + 1,
    time,
    position,
    eid: toHex(eidOf(bytes)),
  }))
}

/** What matters of a message, so that two of them can be compared. */
function plain(message: RelayMessage): Answer {
  switch (message.type) {
    case "entry": {
      const { type, seq, time, position, entry } = message
      return { type, seq, time, position, eid: toHex(eidOf(entry)) }
    }
    case "accepted":
    case "stale":
    case "conflict":
    case "rejected": {
      const { handle: _, eid, ...rest } = message
      return { ...rest, eid: toHex(eid) }
    }
    default:
      return { ...message }
  }
}

/** A relay on the same disk, with both people in the room; what they hear at once is left for the caller. */
async function connect(real: Real): Promise<void> {
  const isNew = real.disk.directory.length === 0
  const now = real.bench?.now
  real.bench = new CoreBench({
    disk: real.disk,
    limits: { channelEntries: MOST_ENTRIES },
    failAt: () => (real.isFull ? "full" : undefined),
  })
  real.bench.now = now ?? real.bench.now
  real.wires = []
  for (const person of people) {
    const { wire } = isNew
      ? await real.bench.join(person.name, person)
      : { wire: await real.bench.comeBack(person) }
    real.wires.push(wire)
  }
  for (const wire of real.wires) wire.take()
  for (const wire of real.wires) {
    wire.post(open(ROOM))
    await real.bench.settle()
    real.handle = wire.of("opened")[0]!.handle
    wire.inbox = wire.inbox.filter(({ type }) => type === "entry")
  }
}

const writer = fc.nat({ max: 1 })
const uploads = fc
  .tuple(writer, fc.boolean(), fc.constantFrom(0, 0, 0, 0, -1, 1))
  .map((args) => new Upload(...args))
export const commands = [
  uploads,
  uploads,
  fc.tuple(writer, fc.nat({ max: 40 })).map((args) => new Repeat(...args)),
  fc.constantFrom(false, false, false, false, true).map((isFull) => new Commit(isFull)),
  fc.constantFrom("lost" as const, "kept" as const).map((staged) => new Crash(staged)),
  fc
    .tuple(fc.nat({ max: 20 }), fc.constantFrom("nothing" as const, "head" as const, "incarnation" as const))
    .map((args) => new Open(...args)),
  fc.nat({ max: 1_000 }).map((ms) => new TimePasses(ms)),
  fc.constantFrom(1, 10, 29, 30).map((days) => new DaysPass(days)),
]

/** A relay that has just begun, and what is known of it. */
export async function beginning(): Promise<{ model: Model; real: Real }> {
  const model: Model = {
    log: [],
    nextPosition: 0,
    expired: 0,
    durable: { log: [], nextPosition: 0, expired: 0 },
    owed: [],
    uploaded: [],
  }
  const real = { disk: new MemoryDisk(new Uint8Array(16).fill(3)), isFull: false } as Real
  await connect(real)
  return { model, real }
}
