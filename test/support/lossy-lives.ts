/**
 * Lives with everything that can happen (`losses.ts`). Afterwards the faults end, everybody says two more words
 * everywhere, and then: whatever was promised is on its author's screen once, on the screens of those who were there
 * once, in its author's order; no gap is left, nobody is called a liar, and no key has sealed two things.
 */
import { expect } from "vitest"
import { toHex } from "../../src/bytes.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import type { Random } from "../../src/platform/random.ts"
import { engineMaker, type EngineKind, isCalm } from "./lives.ts"
import { Losses, type LossTally, stop } from "./losses.ts"
import { SimPerson } from "./sim-people.ts"
import { SimRelay } from "./sim-relay.ts"
import { World } from "./sim.ts"

const NAMES = ["alice", "bob", "carol"]
/** The group library compares lifetimes with the real clock; with the stand-in one seed is one story. */
const STARTS: Readonly<Record<EngineKind, number>> = { real: Date.now(), fast: 1_800_000_000_000 }
const MINUTE = 60_000
const LOOK_MS = 500

interface Said {
  author: string
  to: string
  text: string
  /** Who was in the conversation when it was said, as its author saw it. */
  readers: readonly string[]
}

export interface LossyTally extends LossTally {
  seeds: number
  crashes: number
  relayCrashes: number
  cuts: number
  messages: number
  seals: number
}

/** How much happens: a short life of two costs less, and very many of them find what few long ones do not. */
export interface LifeSize {
  people: number
  steps: number
  /** What everybody says everywhere at the end. */
  words: readonly string[]
}

const WHOLE: LifeSize = { people: 3, steps: 36, words: ["again", "at last"] }
export const SHORT: LifeSize = { people: 2, steps: 8, words: ["at last"] }

export async function liveLossy(seed: number, kind: EngineKind, size: LifeSize = WHOLE): Promise<LossyTally> {
  const world = new World(seed, { start: STARTS[kind], cutChance: 0.002, slowestMs: 40 })
  const watch = new KeyWatch(engineMaker(kind))
  const secrets = { admission: new Uint8Array(16).fill(7), roomSecret: new Uint8Array(32).fill(9) }
  const people: SimPerson[] = []
  // The relay is there before the people whom things happen to.
  const faults: { current: Losses | undefined } = { current: undefined }
  const relay = new SimRelay(world, {
    admission: secrets.admission,
    syncMs: world.chance.below(4),
    failAt: () => faults.current?.relayFault(),
  })
  await relay.start()
  for (const name of NAMES.slice(0, size.people)) {
    const options = { crashAfterSave: 0.002, familiar: true, ...watch.options() }
    people.push(await SimPerson.create(world, relay, secrets, name, options))
  }
  const losses = new Losses(world, relay, people)
  faults.current = losses
  for (const someone of people) await someone.start()
  await world.run(5_000)
  const said: Said[] = []
  let relayCrashes = 0
  for (let step = 0; step < size.steps; step++) {
    const someone = world.chance.pick(people)
    const dice = world.chance.below(100)
    if (!someone.isUp) await start(someone)
    else if (dice < 55) await speak(world, someone, `${someone.name}.${step}`, people, said)
    else if (dice < 60) someone.crash()
    else if (dice < 63) await stop(someone)
    else if (dice < 66) world.network.cutAll()
    else if (dice < 69 && relay.isUp) {
      relay.crash(world.chance.chance(0.5) ? "lost" : "kept")
      relayCrashes++
    } else await losses.act()
    if (!relay.isUp && world.chance.chance(0.6)) await relay.start()
    await world.run(world.chance.below(world.chance.chance(0.1) ? 120_000 : 3_000))
  }
  await settle(world, relay, people, losses, said, size.words)
  await judge(seed, kind, people, losses, said, watch)
  for (const someone of people) await someone.stop()
  const crashes = people.reduce((sum, { crashes: own }) => sum + own, 0)
  return {
    ...losses.tally,
    seeds: 1,
    crashes,
    relayCrashes,
    cuts: world.network.cuts,
    messages: said.length,
    seals: watch.seals,
  }
}

/** A disk that refuses may refuse a start as well: then it is tried again later. */
async function start(someone: SimPerson): Promise<void> {
  try {
    await someone.start()
  } catch {
    someone.crash()
    someone.disk.crash(someone.disk.unsynced)
  }
}

async function speak(
  world: World,
  someone: SimPerson,
  text: string,
  people: readonly SimPerson[],
  said: Said[],
): Promise<void> {
  const others = people.map(({ name }) => name).filter((name) => name !== someone.name)
  const to = world.chance.chance(0.6) ? "#everyone" : world.chance.pick(others)
  const before = someone.promised.length
  try {
    const readers = readersOf(someone, to, people)
    await someone.say(to, text)
    if (someone.promised.length > before) said.push({ author: someone.name, to, text, readers })
  } catch {
    // Not registered yet, nobody of that name yet, a full disk, or dead on the way: nothing was promised.
  }
}

/** By id: the name of a member whose directory entry has not been read yet is not known. */
function readersOf({ client, name }: SimPerson, to: string, people: readonly SimPerson[]): string[] {
  if (to !== "#everyone") return [name, to]
  const members = client.rooms().find(({ kind }) => kind === "everyone")?.members ?? []
  const isListed = (someone: SimPerson) =>
    members.some(({ person }) => person.id === someone.client.self().id)
  return [name, ...people.filter(isListed).map((someone) => someone.name)]
}

async function settle(
  world: World,
  relay: SimRelay,
  people: readonly SimPerson[],
  losses: Losses,
  said: Said[],
  words: readonly string[],
): Promise<void> {
  losses.end()
  world.network.quality = { ...world.network.quality, cutChance: 0 }
  await world.run(6_000)
  if (!relay.isUp) await relay.start()
  losses.end()
  for (const someone of people) {
    someone.immortal = true
    if (!someone.isUp) await someone.start()
  }
  const isQuiet = () => people.every((someone) => someone.isUp && isCalm(someone))
  await world.runUntil(isQuiet, 60 * MINUTE, LOOK_MS)
  // Whoever has to join again asks for a minute before a chat is opened anew.
  await world.run(75_000)
  // What a log has lost comes back by itself.
  // Where two groups stand side by side, they find together by what is said.
  const doubts = people.flatMap((someone) => chatsOf(someone).flatMap((to) => someone.notices(to)))
  const isOne = !doubts.some((code) => ["unreadable", "void-commit", "rejoined"].includes(code))
  const isReadable = isOne && losses.tally.relayDamaged === 0 && losses.rolledBack.size === 0
  if (isReadable) judgePromises(`SEED=${world.seed}, before anything more is said`, people, losses, said)
  // What was missed at the end of a chain is only known by what comes after it.
  for (const word of isOne ? words : [...words, "more", "still more"]) {
    for (const someone of people) {
      for (const to of [
        "#everyone",
        ...NAMES.filter((name) => name !== someone.name && knows(someone, name)),
      ])
        await speakPlainly(someone, to, `${someone.name}.${word} to ${to}`, people, said)
    }
    await world.runUntil(isQuiet, 30 * MINUTE, LOOK_MS)
    await world.run(15_000)
  }
  await world.runUntil(() => isQuiet() && people.every((someone) => !hasGap(someone)), 30 * MINUTE, LOOK_MS)
}

async function speakPlainly(
  someone: SimPerson,
  to: string,
  text: string,
  people: readonly SimPerson[],
  said: Said[],
): Promise<void> {
  const readers = readersOf(someone, to, people)
  await someone.say(to, text)
  said.push({ author: someone.name, to, text, readers })
}

function knows(someone: SimPerson, name: string): boolean {
  return someone.client.people().some((person) => person.name === name)
}

function hasGap(someone: SimPerson): boolean {
  return chatsOf(someone).some((to) => someone.notices(to).includes("gap"))
}

function chatsOf({ client }: SimPerson): string[] {
  return client.rooms().map(({ kind, name }) => (kind === "everyone" ? "#everyone" : name))
}

async function judge(
  seed: number,
  kind: EngineKind,
  people: readonly SimPerson[],
  losses: Losses,
  said: readonly Said[],
  watch: KeyWatch,
): Promise<void> {
  const why = `SEED=${seed} (${kind} engine, ${JSON.stringify(losses.tally)})`
  const states = people.map((someone) => [
    someone.name,
    someone.client.connection().state,
    someone.client.outboxCount(),
    someone.client.rooms().map(({ name, state, problem }) => `${name} ${state} ${problem ?? ""}`),
  ])
  expect(people.every(isCalm), `${why}: not everything drained: ${JSON.stringify(states)}`).toBe(true)
  for (const someone of people) {
    for (const to of chatsOf(someone)) {
      const here = `${why}: ${someone.name} in ${to}`
      const texts = someone.texts(to)
      expect(texts.length - new Set(texts).size, `${here}: shown twice: ${texts.join(", ")}`).toBe(0)
      const wrong = ["fork", "gap", ...falseAlarms(losses, someone)]
      const bad = someone.notices(to).filter((code) => wrong.includes(code))
      expect(bad, `${here}: ${someone.notices(to).join(", ")}`).toEqual([])
    }
  }
  judgePromises(why, people, losses, said)
  expect(watch.twice, `${why}: keys that sealed two things`).toEqual([])
}

function judgePromises(
  why: string,
  people: readonly SimPerson[],
  losses: Losses,
  said: readonly Said[],
): void {
  const isKept = ({ author, text }: Said) => {
    const own = people.find(({ name }) => name === author)!
    return !losses.rolledBack.has(own) || own.promised.some((promise) => promise.text === text)
  }
  for (const promise of said.filter(isKept)) {
    for (const name of promise.readers) {
      const reader = people.find((someone) => someone.name === name)!
      // Whoever puts an old profile back has given away what the newer one had read.
      if (losses.rolledBack.has(reader) && !/again|at last|more/.test(promise.text)) continue
      const to = promise.to === "#everyone" || name === promise.author ? promise.to : promise.author
      const texts = chatsOf(reader).includes(to) ? reader.texts(to) : []
      expect(
        texts.filter((text) => text === promise.text),
        `${why}: "${promise.text}" to ${promise.to} at ${name}, who has ${texts.join(", ")}`,
      ).toEqual([promise.text])
    }
  }
}

/** What nothing that happened in this life is a reason to say. */
function falseAlarms({ tally, rolledBack }: Losses, someone: SimPerson): string[] {
  const isRelayLost = tally.relayRestored + tally.relayReplaced > 0
  return [
    ...(rolledBack.has(someone) ? [] : ["rolled-back"]),
    // A relay that cannot read the end of its log may not know our place in it.
    ...(isRelayLost || tally.relayDamaged > 0 ? [] : ["log-reset"]),
    // Two who went on apart after a loss do see different histories until one of them joins again.
    ...(isRelayLost ? [] : ["differs"]),
    ...(tally.relayDamaged > 0 ? [] : ["lost-entries"]),
  ]
}

/** Notes what each key (group, epoch, leaf key, generation) has sealed, once the seal is saved: before, it never leaves. */
class KeyWatch {
  seals = 0
  readonly twice: string[] = []
  readonly #make: (random: Random) => MlsEngine
  readonly #used = new Map<string, string>()

  constructor(make: (random: Random) => MlsEngine) {
    this.#make = make
  }

  /** For one person. */
  options(): { engine: (random: Random) => MlsEngine; saved: (isKept: boolean) => void } {
    let sealed: { key: string; bytes: string } | undefined
    return {
      saved: (isKept) => {
        if (sealed && isKept) this.#use(sealed)
        sealed = undefined
      },
      engine: (random) => {
        const real = this.#make(random)
        return {
          ...real,
          seal: async (state, plain, authenticatedData) => {
            const made = await real.seal(state, plain, authenticatedData)
            const { leafKey } = state.members.find(({ leaf }) => leaf === state.ownLeaf)!
            const parts = [state.groupId, state.epochAuthenticator, leafKey].map(toHex)
            sealed = { key: [...parts, made.generation].join(" "), bytes: toHex(made.bytes) }
            return made
          },
        }
      },
    }
  }

  #use({ key, bytes }: { key: string; bytes: string }): void {
    if ((this.#used.get(key) ?? bytes) !== bytes) this.twice.push(key)
    this.#used.set(key, bytes)
    this.seals++
  }
}
