/**
 * Four people, a relay that crashes, links that die, clients that die between save and send. Then the faults end,
 * and whatever `send` promised must be shown once to everybody, in one order.
 */
import { expect } from "vitest"
import type { MessageView } from "../../src/client/events.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Random } from "../../src/platform/random.ts"
import { Adversary } from "./adversary.ts"
import { createFastEngine } from "./fast-engine.ts"
import { SimPerson } from "./sim-people.ts"
import { SimRelay } from "./sim-relay.ts"
import { seededRandom, World } from "./sim.ts"

const NAMES = ["alice", "bob", "carol", "dave"]
const STEPS = 40
/** The group library compares lifetimes with the real clock when it adds somebody; the stand-in knows no clock. */
const STARTS: Readonly<Record<EngineKind, number>> = { real: Date.now(), fast: 1_800_000_000_000 }
const MINUTE = 60_000
/** How often it is looked whether everything has drained. */
const LOOK_MS = 100

export type EngineKind = "real" | "fast"

export interface Tally {
  crashes: number
  cuts: number
  relayCrashes: number
  messages: number
  /** Edits, deletions, reactions and replies that were tried. */
  remarks: number
  /** What an adversary did. */
  harm: number
}

/**
 * @param company `adversary`: somebody who holds the link posts noise and damaged commits all the while.
 * @param kind `fast`: everybody has the stand-in engine, which costs a tenth and forges nothing.
 */
export async function live(
  seed: number,
  company: "honest" | "adversary" = "honest",
  kind: EngineKind = "real",
): Promise<{ world: World; relay: SimRelay; people: SimPerson[]; tally: Tally }> {
  const engine = engineMaker(kind)
  const world = new World(seed, { start: STARTS[kind], cutChance: 0.004, slowestMs: 40 })
  const random = seededRandom(world.chance)
  const admission = random.bytes(16)
  const relay = new SimRelay(world, { admission, syncMs: world.chance.below(6), crashInSync: 0.006 })
  await relay.start()
  const people: SimPerson[] = []
  for (const name of NAMES) {
    people.push(
      await SimPerson.create(world, relay, { admission, roomSecret: seededSecret(admission) }, name, {
        crashAfterSave: 0.003,
        engine,
        familiar: true,
      }),
    )
  }
  const secrets = { admission, roomSecret: seededSecret(admission) }
  const adversary =
    company === "adversary" ? await Adversary.create(world, relay, secrets, engine) : undefined
  // Three begin; the fourth comes when the others are talking.
  for (const someone of people.slice(0, 3)) await someone.start()
  await world.run(world.chance.below(20_000))
  let relayCrashes = 0
  let remarks = 0
  for (let step = 0; step < STEPS; step++) {
    const someone = world.chance.pick(people)
    const dice = world.chance.below(100)
    if (!someone.isUp) await someone.start()
    else if (dice < 48) await speak(world, someone, `${someone.name} ${step}`)
    else if (dice < 60) {
      remarks++
      await remark(world, someone, step)
    } else if (dice < 66) someone.crash()
    else if (dice < 70) await someone.stop()
    else if (dice < 75) world.network.cutAll()
    else if (dice < 80 && relay.isUp) {
      relay.crash(world.chance.chance(0.5) ? "lost" : "kept")
      relayCrashes++
    } else await world.run(world.chance.below(30_000))
    if (adversary && world.chance.chance(0.4)) await adversary.act()
    if (!relay.isUp && world.chance.chance(0.5)) await relay.start()
    await world.run(world.chance.below(2_000))
  }
  // The faults end; everybody comes back, and everything must drain.
  world.network.quality = { ...world.network.quality, cutChance: 0 }
  relay.immortal = true
  if (!relay.isUp) await relay.start()
  for (const someone of people) {
    someone.immortal = true
    if (!someone.isUp) await someone.start()
  }
  await adversary?.person.stop()
  await world.runUntil(() => people.every((someone) => someone.isUp && isCalm(someone)), 60 * MINUTE, LOOK_MS)
  await world.run(MINUTE)
  const messages = people.reduce((sum, { promised }) => sum + promised.length, 0)
  const crashes = people.reduce((sum, someone) => sum + someone.crashes, 0)
  const harm = (adversary?.noises ?? 0) + (adversary?.spoiled ?? 0)
  relayCrashes += relay.crashesInSync
  const tally = { crashes, cuts: world.network.cuts, relayCrashes, messages, remarks, harm }
  return { world, relay, people, tally }
}

/** One whole life, looked at afterwards. @throws with the seed, to live it again. */
export async function liveWell(seed: number, kind: EngineKind): Promise<Tally> {
  const { world, people, tally } = await live(seed, "honest", kind)
  const why = `SEED=${seed} (${kind} engine)`
  if (!people.every(isCalm)) {
    const states = people.map((someone) => ({
      name: someone.name,
      connection: someone.client.connection(),
      out: someone.client.outboxCount(),
      rooms: someone.client.rooms().map(({ name, state, problem }) => `${name} ${state} ${problem}`),
    }))
    const last = world.notes.slice(-30).join("\n")
    throw new Error(`${why}: not everything drained\n${JSON.stringify(states, undefined, 1)}\n${last}`)
  }
  check(people, why)
  for (const someone of people) await someone.stop()
  return tally
}

export function addTally(total: Tally, more: Tally): void {
  for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += more[key]
}

export function noTally(): Tally {
  return { crashes: 0, cuts: 0, relayCrashes: 0, messages: 0, remarks: 0, harm: 0 }
}

/** For tests that look at much besides the engine: every third seed has the real one. */
export function engineKindOf(seed: number): EngineKind {
  return seed % 3 === 0 ? "real" : "fast"
}

/** Makes the engine of each process; the stand-ins of one world verify each certificate once. */
export function engineMaker(kind: EngineKind): (random: Random) => MlsEngine {
  if (kind === "real") return (random) => createMlsEngine(nodePrimitives, random)
  const certificates = new Map<string, boolean>()
  return (random) => createFastEngine(nodePrimitives, random, certificates)
}

/** The room's secret must not depend on what chance said before, or two worlds of one seed would differ. */
function seededSecret(admission: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => admission[i % 16]! ^ i)
}

async function speak(world: World, someone: SimPerson, text: string): Promise<void> {
  const others = NAMES.filter((name) => name !== someone.name)
  const to = world.chance.chance(0.6) ? "#everyone" : world.chance.pick(others)
  try {
    await someone.say(to, to === "#everyone" ? text : `${text} to ${to}`)
  } catch {
    // Not registered yet, nobody of that name yet, or dead between the save and its answer: nothing was promised.
  }
}

const ACTS = ["edit", "delete", "react", "react", "reply"] as const
const REACTIONS = ["\u{1f44d}", "\u{2764}\u{fe0f}", ":yes:"]

/** Says something about what was said. */
export async function remark(world: World, someone: SimPerson, step: number): Promise<void> {
  const { chance } = world
  const others = NAMES.filter((name) => name !== someone.name && hasChat(someone, name))
  const to = chance.chance(0.6) || others.length === 0 ? "#everyone" : chance.pick(others)
  const act = chance.pick(ACTS)
  const word = {
    edit: `rather ${step}`,
    delete: "",
    react: chance.pick(REACTIONS),
    reply: `${someone.name} ${step} re`,
  }
  // Of the last few: what is new is still on its way to somebody.
  const pick = (among: readonly MessageView[]) =>
    among[among.length - 1 - chance.below(Math.min(4, among.length))]!
  try {
    await someone.remark(to, act, word[act], pick)
  } catch {
    // Not in the room yet, or dead between the save and its answer: nothing was promised.
  }
}

export function isCalm({ client }: SimPerson): boolean {
  return (
    client.connection().state === "online" &&
    client.outboxCount() === 0 &&
    client.rooms().every(({ state }) => state === "open")
  )
}

export function check(people: readonly SimPerson[], why: string): void {
  const byLength = people.map((someone) => someone.texts("#everyone")).sort((a, b) => b.length - a.length)
  const longest = byLength[0]!
  for (const someone of people) {
    const texts = someone.texts("#everyone")
    // Who came later sees a later beginning of the same story.
    expect(texts, `${why}: ${someone.name} reads the room`).toEqual(
      longest.slice(longest.length - texts.length),
    )
    const bad = [
      ...someone.notices("#everyone"),
      ...NAMES.flatMap((name) =>
        name === someone.name || !hasChat(someone, name) ? [] : someone.notices(name),
      ),
    ]
    expect(
      bad.filter((code) =>
        ["unreadable", "fork", "gap", "void-commit", "log-reset", "rejoined"].includes(code),
      ),
      `${why}: ${someone.name}`,
    ).toEqual([])
  }
  expect(new Set(longest).size, `${why}: shown twice`).toBe(longest.length)
  checkRemarks(people, why)
  checkPromises(people, why)
}

/** Whoever has a message sees it as everybody else does. */
export function checkRemarks(people: readonly SimPerson[], why: string): void {
  const first = new Map<string, string>()
  for (const someone of people) {
    const names = NAMES.filter((name) => name !== someone.name && hasChat(someone, name))
    for (const to of ["#everyone", ...names]) {
      for (const line of someone.lines(to)) {
        if (line.kind !== "message") continue
        const { id, text, edited, deleted, reactions, unsent, replyTo } = line.message
        const said = (reactions ?? []).map(({ reaction, people: by }) => [
          reaction,
          by.map((each) => each.id).sort(),
        ])
        // A newcomer does not have what is answered: who was meant is the same.
        const seen = JSON.stringify({ text, edited, deleted, said, unsent, re: replyTo?.id })
        const known = first.get(id) ?? seen
        first.set(id, known)
        if (known !== seen) expect(seen, `${why}: message ${id} at ${someone.name} in ${to}`).toBe(known)
      }
    }
  }
}

/** Everybody is heard again, nothing is shown twice or in another order, and what was promised is shown. */
export async function checkAmongNoise(
  world: World,
  people: readonly SimPerson[],
  why: string,
): Promise<void> {
  // Whoever is still in a room of mallory's making notices by what the others say.
  for (const word of ["again", "at last"]) {
    for (const someone of people) await someone.say("#everyone", `${someone.name} ${word}`)
    await world.run(MINUTE)
  }
  const isHeard = () =>
    people.every((reader) =>
      people.every(({ name }) => reader.texts("#everyone").includes(`${name} at last`)),
    )
  await world.runUntil(isHeard, 5 * MINUTE)
  for (const reader of people) {
    const texts = reader.texts("#everyone")
    expect(texts, `${why}: ${reader.name} hears everybody`).toEqual(
      expect.arrayContaining(people.map(({ name }) => `${name} at last`)),
    )
    expect(new Set(texts).size, `${why}: shown twice to ${reader.name}`).toBe(texts.length)
    // What was missed and asked for stands where it was missed; each author's words stand in their order.
    for (const { name } of people) {
      const numbers = texts.flatMap((text) => {
        const [author, number] = text.split(" ")
        return author === name && /^\d+$/.test(number!) ? [Number(number)] : []
      })
      const sorted = numbers.toSorted((one, other) => one - other)
      expect(numbers, `${why}: the words of ${name} at ${reader.name}`).toEqual(sorted)
    }
  }
  checkPromises(people, why)
}

function checkPromises(people: readonly SimPerson[], why: string): void {
  const known = new Map<string, string[]>()
  /** A room is read once, however many promises it holds. */
  const textsOf = (reader: SimPerson, where: string) => {
    const place = `${reader.name} ${where}`
    const texts = known.get(place) ?? reader.texts(where)
    known.set(place, texts)
    return texts
  }
  for (const someone of people) {
    for (const { room, text } of someone.promised) {
      const readers = room === "#everyone" ? [someone] : [someone, people.find(({ name }) => name === room)!]
      for (const reader of readers) {
        const where = room === "#everyone" ? room : reader === someone ? room : someone.name
        const shown = textsOf(reader, where).filter((each) => each === text)
        // Asked only when it is wrong: the runner takes as long to agree as the reader to read.
        if (shown.length !== 1) expect(shown, `${why}: "${text}" at ${reader.name}`).toEqual([text])
      }
    }
  }
  for (const [i, one] of people.entries()) {
    for (const other of people.slice(i + 1)) {
      expect(textsWith(other, one.name), `${why}: ${one.name} and ${other.name}`).toEqual(
        textsWith(one, other.name),
      )
    }
  }
}

/** A chat may have been begun by somebody who died before the first word: the other one knows nothing of it. */
function textsWith(someone: SimPerson, name: string): string[] {
  return hasChat(someone, name) ? someone.texts(name) : []
}

function hasChat(someone: SimPerson, name: string): boolean {
  return someone.client.rooms().some((room) => room.kind === "direct" && room.name === name)
}
