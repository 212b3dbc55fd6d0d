/** The round of a whole room as a machine (PROTOCOL.md §14.5): forty people, every way to lie, a thousand times. */
import { beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { type Chance, seeded } from "../support/sim.ts"
import {
  honestDirectory,
  idOf,
  NAMES,
  rollOn,
  room,
  RoomModel,
  toWords,
  wordsOn,
} from "../support/verify-model.ts"

const RUNS = process.env["SLOW"] === undefined ? 15 : 1_000
const PEOPLE = NAMES.length

beforeAll(sodiumReady)

/** Two people of one name, and all others, as one person's directory has them. */
function swapped(names: readonly string[], who: string, ghost: string): Map<string, string> {
  const directory = honestDirectory(names)
  directory.delete(toHex(idOf(who)))
  directory.set(toHex(idOf(ghost)), who)
  return directory
}

test(`${RUNS} honest rounds of ${PEOPLE}: the same words and the same roll on every screen, and nobody fails`, () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const { model, people, leader } = room(seed)
    toWords(model, leader)
    expect(new Set(people.map(wordsOn)).size, `seed ${seed}`).toBe(1)
    expect(people.map(({ state }) => state!.step)).toEqual(people.map(() => "compare"))
    for (const person of people) expect(rollOn(person).sort()).toEqual(NAMES)
    for (const person of people) {
      expect(person.marks).toEqual([])
      model.do(person, { type: "answered", matches: true })
    }
    model.settle()
    for (const person of people) {
      expect(person.state!.step).toBe("verified")
      expect(person.marks).toEqual([{ kind: "verify", bySelf: true }])
      expect(person.state!.saidYes).toHaveLength(PEOPLE - 1)
      expect([...person.reveals.values()]).toEqual([1])
    }
  }
})

/**
 * A relay that stands between one person and the room: that one is alone with ghosts, and a ghost sits in the room in
 * their place. All the ghosts run the real protocol, as well as anybody could.
 */
function between(chance: Chance, seed: number) {
  const model = new RoomModel(seeded(seed))
  const [main, apart] = [model.branch("main"), model.branch("apart")]
  const victim = chance.pick(NAMES.slice(1))
  const ghost = (name: string) => `ghost of ${name}`
  const inRoom = NAMES.map((name) => {
    const id = name === victim ? ghost(name) : name
    return model.add(id, main, swapped(NAMES, victim, ghost(victim)))
  })
  const alone = new Map(NAMES.map((name) => [toHex(idOf(name === victim ? name : ghost(name))), name]))
  const inside = NAMES.map((name) => model.add(name === victim ? name : ghost(name), apart, alone))
  return { model, inRoom, inside, victim }
}

test(`${RUNS} rounds of ${PEOPLE} with the relay between one person and the rest: every time the odd screen shows other words`, () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const chance = seeded(seed + 77)
    const { model, inRoom, inside, victim } = between(chance, seed)
    for (const side of [inRoom, inside]) toWords(model, side[0]!)
    const at = NAMES.indexOf(victim)
    const odd = inside[at]!
    const others = inRoom.filter((_, index) => index !== at)
    const said = new Set(others.map(wordsOn))
    expect(said.size, `seed ${seed}`).toBe(1)
    expect(said.has(wordsOn(odd)), `seed ${seed}`).toBe(false)
    expect(rollOn(odd).sort()).toEqual(NAMES)
  }
})

test(`${RUNS} rounds in which one person's directory has another key for one name: that person's program says so`, () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const { model, people, leader } = room(seed)
    const chance = seeded(seed + 99)
    const victim = people[1 + chance.below(PEOPLE - 1)]!
    const who = chance.pick(NAMES.filter((name) => toHex(idOf(name)) !== toHex(victim.id)))
    victim.directory = swapped(NAMES, who, "mallory")
    toWords(model, leader)
    expect(victim.state, `seed ${seed}`).toMatchObject({ step: "failed", why: "unknown-person" })
    expect(victim.state!.culprits.map(toHex)).toEqual([toHex(idOf(who))])
    expect(victim.marks).toEqual([])
    expect(victim.reveals.size).toBe(0)
  }
})

test(`${RUNS} rounds in which one person sees another name: the words differ`, () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const { model, people, leader } = room(seed)
    const chance = seeded(seed + 55)
    const victim = people[1 + chance.below(PEOPLE - 1)]!
    victim.directory.set(toHex(idOf(chance.pick(NAMES))), "somebody else")
    toWords(model, leader)
    expect(new Set(people.filter((each) => each !== victim).map(wordsOn)).size).toBe(1)
    expect(wordsOn(victim)).toBeDefined()
    expect(wordsOn(victim)).not.toBe(wordsOn(leader))
  }
})

test("a ghost that every list contains is one screen too many, and a name that nobody claims", () => {
  const { model, leader } = room(1, [...NAMES, "ghost"])
  toWords(model, leader)
  expect(new Set(model.parties.map(wordsOn)).size).toBe(1)
  expect(leader.state!.list).toHaveLength(PEOPLE + 1)
  expect(rollOn(leader)).toContain("ghost")
})

test("the epoch counts: two halves of a forked room have other words, whatever the rest", () => {
  const model = new RoomModel(seeded(3))
  const [one, other] = [model.branch("one"), model.branch("other")]
  other.channelId = one.channelId
  const directory = honestDirectory(["a", "b"])
  const [a, b] = [model.add("a", one, directory), model.add("b", other, directory)]
  model.lead(a)
  // A relay that hands each entry to both halves.
  const copy = () => {
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const)
      for (const entry of from.entries) if (!to.entries.includes(entry)) to.entries.push(entry)
  }
  for (let i = 0; i < 6; i++) {
    model.settle()
    copy()
    if (i === 2) model.do(a, { type: "closed" })
  }
  expect(wordsOn(a)).toBeDefined()
  expect(wordsOn(b)).toBeDefined()
  expect(wordsOn(a)).not.toBe(wordsOn(b))
})
