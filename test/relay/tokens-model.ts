/**
 * Tokens against a list: whatever four people show, write and try, in whatever order, also across a restart, the relay
 * lets each do what the list of handshakes and of what was shown allows, and no more (PROTOCOL.md §5.7).
 */
import fc from "fast-check"
import { expect } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { ClientMessage, RelayMessage } from "../../src/protocol/messages.ts"
import { MemoryDisk } from "../../src/relay/store-memory-disk.ts"
import { openTokenOf, proofAt, ROOM } from "../support/channels.ts"
import { CoreBench, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { seeded, seededRandom } from "../support/sim.ts"
import {
  type Act,
  below,
  count,
  expected,
  isReading,
  type Model,
  nextOf,
  noteLack,
  nothing,
  opened,
  SETTLED_MS,
} from "./tokens-list.ts"

const PEOPLE = ["alice", "bob", "carol", "mallory"]
const DEADLINE_MS = 60_000
const REOPENED_MS = 5_000
const NOBODY_KNOWS = new Uint8Array(32).fill(9)
const NO_HASH = new Uint8Array(32)
const HEADER = new Uint8Array(32).fill(7)
const PUT_RID = 70

const random = seededRandom(seeded(31))
const people = PEOPLE.map((name) => new RelayPerson(name, random))
let registered: ReturnType<MemoryDisk["snapshot"]> | undefined

export interface Real {
  bench: CoreBench
  wires: Wire[]
  handle: number
}

function messageOf(model: Model, { handle }: Real, act: Act): ClientMessage {
  const next = nextOf(model)
  switch (act.kind) {
    case "opening":
      return { type: "proveOpening", handle, token: openTokenOf(ROOM)! }
    case "prove": {
      const proof = proofAt(handle, ROOM, below(next, 1 + act.back))
      return act.isRight ? proof : ({ ...proof, token: NOBODY_KNOWS } as ClientMessage)
    }
    case "say":
      return upload(handle, below(next, 1 + act.back), sealedEntry(random, {}, 40))
    case "put": {
      const place = below(next, act.back)
      return {
        type: "putHeader",
        rid: PUT_RID,
        handle,
        expect: place,
        headerId: HEADER,
        headerBlob: NO_HASH,
        header: HEADER,
      }
    }
    case "commit": {
      const entry = sealedEntry(random, { kind: "handshake" }, 40)
      return handshake(handle, below(next, act.back), entry, act.isKnown ? {} : { tokenHash: NOBODY_KNOWS })
    }
  }
}

function answerOf(message: RelayMessage): string[] {
  const isAnswer = ["accepted", "stale", "conflict", "rejected", "done", "refused"].includes(message.type)
  if (!isAnswer) return []
  const name = "code" in message && Object.entries(REFUSALS).find(([, code]) => code === message.code)?.[0]
  return [name === false ? message.type : `${message.type} ${name}`]
}

type Step = fc.AsyncCommand<Model, Real>

/** Several in one batch. */
class Batch implements Step {
  readonly #acts: readonly { who: number; act: Act }[]

  constructor(acts: readonly { who: number; act: Act }[]) {
    this.#acts = acts
  }

  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    const owed = PEOPLE.map((): string[] => [])
    for (const { who, act } of this.#acts) {
      real.wires[who]!.post(messageOf(model, real, act))
      const answer = expected(model, who, act, real.bench.now)
      if (answer === undefined) continue
      owed[who]!.push(answer)
      count(`${act.kind} ${answer}`)
    }
    await settle(model, real, owed)
  }

  toString = () => this.#acts.map(({ who, act }) => `${PEOPLE[who]} ${JSON.stringify(act)}`).join(", ")
}

/** What was shown counts no longer. */
class Turn implements Step {
  readonly #who: number
  readonly #isOpen: boolean

  constructor(who: number, isOpen: boolean) {
    this.#who = who
    this.#isOpen = isOpen
  }

  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    const wire = real.wires[this.#who]!
    const { firstLack, opened: times } = model.people[this.#who]!
    const isOpen = this.#isOpen
    model.people[this.#who] = { ...nothing(), isOpen, firstLack, opened: times + Number(isOpen) }
    wire.post(this.#isOpen ? open(ROOM) : { type: "close", handle: real.handle })
    await real.bench.settle()
    if (this.#isOpen) {
      const answer = wire.of("opened")[0]!
      real.handle = answer.handle
      same(answer.nextUnconfirmed, model.confirmed + 1, "what the relay says is confirmed")
    }
    await settle(
      model,
      real,
      PEOPLE.map(() => []),
    )
  }

  toString = () => `${PEOPLE[this.#who]} ${this.#isOpen ? "opens" : "closes"}`
}

/** As a member does it: what was confirmed, or was before, and the newest. */
class ComesIn implements Step {
  readonly #who: number
  readonly #back: number

  constructor(who: number, back: number) {
    this.#who = who
    this.#back = back
  }

  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    const who = this.#who
    await new Turn(who, true).run(model, real)
    const prove = (back: number): Act => ({ kind: "prove", back, isRight: true })
    const shown: Act[] = [
      prove(below(nextOf(model), 1 + model.confirmed)),
      { kind: "opening" },
      prove(this.#back),
    ]
    await new Batch(shown.map((act) => ({ who, act }))).run(model, real)
  }

  toString = () => `${PEOPLE[this.#who]} comes in, ${this.#back} behind`
}

class TimePasses implements Step {
  readonly #ms: number

  constructor(ms: number) {
    this.#ms = ms
  }

  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    real.bench.now += this.#ms
    for (const wire of real.wires) wire.post({ type: "ping", token: 0 })
    await real.bench.pass(0)
    await settle(
      model,
      real,
      PEOPLE.map((): string[] => []),
    )
    for (const [who, { lackingSince = real.bench.now }] of model.people.entries())
      same(real.bench.now - lackingSince <= DEADLINE_MS, true, `${PEOPLE[who]} is cut in time`)
  }

  toString = () => `${this.#ms} ms`
}

/** What is in memory only is gone. */
class Restart implements Step {
  check = () => true

  async run(model: Model, real: Real): Promise<void> {
    const { disk, headFile, now } = real.bench
    real.bench.store.crash("kept")
    Object.assign(real, await connect(new CoreBench({ open: true, disk, headFile, now })))
    for (const each of model.log) Object.assign(each, { isForgotten: true, witness: undefined })
    model.knownSince = undefined
    model.people = PEOPLE.map(opened)
  }

  toString = () => "the relay begins anew"
}

function same(actual: unknown, wanted: unknown, what: string): void {
  expect({ [what]: actual }).toEqual({ [what]: wanted })
}

/** Compares what came, and what is on the disk, with what should be there. */
async function settle(model: Model, real: Real, owed: readonly string[][]): Promise<void> {
  const { bench, wires } = real
  await bench.settle()
  for (const wire of wires) await wire.drained()
  for (const [who, wire] of wires.entries()) {
    const shown = model.people[who]!
    const heard = wire.take()
    same(heard.flatMap(answerOf), owed[who], `${PEOPLE[who]} is told`)
    shown.got += heard.filter(({ type }) => type === "entry").length
    if (heard.some(({ type }) => type === "cut")) wasCut(model, who, bench.now)
    noteLack(model, who, bench.now)
  }
  expect(bench.store.findChannel(ROOM)?.confirmed ?? -1, "what is confirmed").toBe(model.confirmed)
  for (const [who, shown] of model.people.entries()) {
    const { got, firstLack } = shown
    if (!isReading(shown)) expect(shown.isOpen ? got : 0, `${PEOPLE[who]} was sent`).toBe(0)
    else if (firstLack === undefined) expect(got, `${PEOPLE[who]} has read`).toBe(model.entries)
  }
}

function wasCut(model: Model, who: number, now: number): void {
  const shown = model.people[who]!
  const { firstLack, opened: times } = shown
  expect(isReading(shown) && shown.position < model.confirmed, `${PEOPLE[who]} was cut`).toBe(true)
  expect(now - firstLack! + times * REOPENED_MS, "not too early").toBeGreaterThanOrEqual(DEADLINE_MS)
  count("cut")
  model.people[who] = { ...nothing(), firstLack, opened: times }
}

async function connect(bench: CoreBench): Promise<Real> {
  const wires: Wire[] = []
  for (const person of people) {
    const wire = await bench.comeBack(person)
    wire.proves = false
    wires.push(wire)
  }
  let handle = 0
  for (const wire of wires) handle = (await wire.expect(open(ROOM), "opened")).handle
  return { bench, wires, handle }
}

/** Four people who have the channel open; nobody has written or shown anything. */
export async function beginning(): Promise<{ model: Model; real: Real }> {
  const disk = new MemoryDisk(new Uint8Array(16).fill(4))
  if (registered) disk.restore(registered)
  const bench = new CoreBench({ open: true, disk })
  if (!registered) {
    for (const [at, name] of PEOPLE.entries()) await bench.join(name, people[at])
    registered = disk.snapshot()
    return beginning()
  }
  const model = { log: [], entries: 0, confirmed: -1, knownSince: undefined, people: PEOPLE.map(opened) }
  return { model, real: await connect(bench) }
}

const back = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat({ max: 3 }) })
const mostly = fc.nat({ max: 3 }).map((n) => n > 0)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: "opening" as const }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("prove" as const), back, isRight: mostly }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("commit" as const), back, isKnown: mostly }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("say" as const, "put" as const), back }) },
)
const who = fc.nat({ max: PEOPLE.length - 1 })
const batch = fc.array(fc.record({ who, act }), { minLength: 1, maxLength: 4 }).map((acts) => new Batch(acts))
const pass = fc.constantFrom(100, 5_000, 31_000, 61_000, SETTLED_MS).map((ms) => new TimePasses(ms))

const opens = who.map((n) => new Turn(n, true))
const closes = who.map((n) => new Turn(n, false))
/** Somebody goes on where somebody else was, who then says that it is good. */
const chain = fc.tuple(who, who).map(([a, b]) => {
  const commit: Act = { kind: "commit", back: 0, isKnown: true }
  const prove: Act = { kind: "prove", back: 0, isRight: true }
  return new Batch([
    { who: a, act: commit },
    { who: b, act: prove },
    { who: b, act: commit },
    { who: a, act: prove },
  ])
})
const comesIn = fc.record({ who, back }).map((one) => new ComesIn(one.who, one.back))
const restart = fc.constant(new Restart())

export const commands = [
  fc.oneof(
    { weight: 6, arbitrary: comesIn },
    { weight: 14, arbitrary: batch },
    { weight: 3, arbitrary: pass },
    { weight: 2, arbitrary: chain },
    { weight: 1, arbitrary: fc.oneof(opens, closes) },
    { weight: 1, arbitrary: restart },
  ),
]
