/** The round of a whole room as a machine (PROTOCOL.md §14.5): forty people, every way to lie, a thousand times. */
import { beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import type { VerificationContent } from "../../src/protocol/content.ts"
import { type Chance, seeded } from "../support/sim.ts"
import {
  honestDirectory,
  idOf,
  MINUTE,
  type Party,
  rollOn,
  RoomModel,
  wordsOn,
} from "../support/verify-model.ts"

const RUNS = process.env["SLOW"] === undefined ? 15 : 1_000
const PEOPLE = 40
const NAMES = Array.from({ length: PEOPLE }, (_, at) => `p${String(at).padStart(2, "0")}`)

beforeAll(sodiumReady)

function room(seed: number, names: readonly string[] = NAMES) {
  const model = new RoomModel(seeded(seed))
  const main = model.branch("main")
  const people = names.map((name) => model.add(name, main, honestDirectory(names)))
  return { model, main, people, leader: people[0]! }
}

function toWords(model: RoomModel, leader: Party): void {
  model.lead(leader)
  model.settle()
  model.do(leader, { type: "closed" })
  model.settle()
}

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

// ── leaders and members that lie ─────────────────────────────────────────────────────────────────

test("a leader that closes twice has failed, and is named; nobody shows a second part", () => {
  const { model, main, people, leader } = room(4, ["a", "b", "c"])
  model.lead(leader)
  model.settle()
  leader.forge = (content) =>
    content.type === "roundClose" ? [content, { ...content, people: content.people.slice(1) }] : [content]
  model.do(leader, { type: "closed" })
  model.settle()
  for (const person of people.slice(1)) {
    expect(person.state).toMatchObject({ step: "failed", why: "two-lists", culprits: [leader.id] })
    expect([...person.reveals.values()]).toEqual([1])
  }
  expect(main.entries.length).toBeGreaterThan(0)
})

test("a leader that shows two lists to two halves: whoever is on one sees other words than whoever is on the other", () => {
  const model = new RoomModel(seeded(5))
  const [one, other] = [model.branch("one"), model.branch("other")]
  Object.assign(other, { channelId: one.channelId, authenticator: one.authenticator })
  const directory = honestDirectory(["a", "b", "c", "leader"])
  const [a, b, leader] = [
    model.add("a", one, directory),
    model.add("b", other, directory),
    model.add("leader", one, directory),
  ]
  model.lead(leader)
  model.settle()
  other.entries.push(...one.entries)
  model.settle()
  one.entries.push(...other.entries.filter((entry) => !one.entries.includes(entry)))
  model.settle()
  const close = (own: Party, put: typeof one) => {
    const people = [leader, own]
      .map(({ id }) => ({ id, commitment: commitOf(one.entries.concat(other.entries), id) }))
      .sort((x, y) => (toHex(x.id) < toHex(y.id) ? -1 : 1))
    put.entries.push({ from: leader.id, content: { type: "roundClose", sid: leader.state!.sid, people } })
  }
  close(a, one)
  close(b, other)
  model.settle()
  other.entries.push(...one.entries.filter(({ content }) => content.type === "roundReveal"))
  one.entries.push(
    ...other.entries.filter(({ from, content }) => content.type === "roundReveal" && from === b.id),
  )
  model.settle()
  expect(wordsOn(a)).toBeDefined()
  expect(wordsOn(b)).toBeDefined()
  expect(wordsOn(a)).not.toBe(wordsOn(b))
})

function commitOf(entries: readonly { from: Uint8Array; content: VerificationContent }[], id: Uint8Array) {
  for (const { from, content } of entries)
    if (content.type === "roundCommit" && toHex(from) === toHex(id)) return content.commitment
  throw new Error("nobody has committed to that")
}

const falseLists: readonly (readonly [
  string,
  (content: VerificationContent & { type: "roundClose" }) => object,
])[] = [
  [
    "with a commitment that nobody said",
    ({ people }) => ({
      people: people.map((each, at) => (at === 0 ? { ...each, commitment: new Uint8Array(32) } : each)),
    }),
  ],
  [
    "with somebody who said nothing",
    ({ people }) => ({
      people: [...people, { id: new Uint8Array(32).fill(255), commitment: new Uint8Array(32) }],
    }),
  ],
  ["with one twice", ({ people }) => ({ people: [people[0]!, ...people] })],
  ["in another order", ({ people }) => ({ people: people.toReversed() })],
  ["of one", ({ people }) => ({ people: people.slice(0, 1) })],
  ["of nobody", () => ({ people: [] })],
]

for (const [what, forge] of falseLists) {
  test(`a list ${what} ends it: nobody shows their part`, () => {
    const { model, people, leader } = room(6, ["a", "b", "c"])
    model.lead(leader)
    model.settle()
    leader.forge = (content) =>
      content.type === "roundClose" ? [{ ...content, ...forge(content) }] : [content]
    model.do(leader, { type: "closed" })
    model.settle()
    for (const person of people.slice(1)) {
      expect(person.state).toMatchObject({ step: "failed", why: "wrong-list", culprits: [leader.id] })
      expect(person.reveals.size).toBe(0)
    }
  })
}

test("who is not on the list is told so, is not verified and verifies nobody", () => {
  const { model, people, leader } = room(7, ["a", "b", "c"])
  const left = people[2]!
  model.lead(leader)
  model.settle()
  leader.forge = (content) =>
    content.type === "roundClose"
      ? [{ ...content, people: content.people.filter(({ id }) => toHex(id) !== toHex(left.id)) }]
      : [content]
  model.do(leader, { type: "closed" })
  model.settle()
  expect(left.state).toMatchObject({ step: "cancelled", why: "not-on-the-list" })
  model.do(left, { type: "answered", matches: true })
  expect(left.marks).toEqual([])
  expect(left.reveals.size).toBe(0)
  expect(wordsOn(people[1]!)).toBe(wordsOn(leader))
})

test("another device of the same person does not take this one's place on the list", () => {
  const { model, main, people, leader } = room(20, ["a", "b", "c"])
  const both = people[2]!
  model.lead(leader)
  model.settle([leader])
  // It commits before this one does, and this one's is heard second.
  const other = {
    type: "roundCommit" as const,
    sid: leader.state!.sid,
    commitment: new Uint8Array(32).fill(3),
  }
  main.entries.push({ from: both.id, content: other })
  model.settle()
  model.do(leader, { type: "closed" })
  model.settle()
  expect(both.state).toMatchObject({ step: "cancelled", why: "not-on-the-list" })
  expect(both.reveals.size).toBe(0)
})

test("who withholds their part is named, and the third attempt is the last", () => {
  const { model, people, leader } = room(8, ["a", "b", "c", "d"])
  const refuser = people[3]!
  refuser.forge = (content) => (content.type === "roundReveal" ? [] : [content])
  toWords(model, leader)
  const attempts = new Set<string>()
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(people[1]!.state).toMatchObject({ step: "exchanging", attempt })
    attempts.add(toHex(people[1]!.state!.sid))
    model.pass(MINUTE)
    expect(people[1]!.state!.culprits.map(toHex)).toEqual([toHex(refuser.id)])
    model.settle()
    model.pass(16_000)
    model.settle()
  }
  for (const person of people.slice(0, 3)) {
    expect(person.state).toMatchObject({ step: "failed", why: "three-attempts" })
    expect(person.marks).toEqual([])
    expect([...person.reveals.values()]).toEqual([1, 1, 1])
  }
  expect(attempts.size).toBe(3)
})

test("who comes back in time is in the next attempt, which succeeds", () => {
  const { model, people, leader } = room(9, ["a", "b", "c", "d"])
  const slow = people[3]!
  slow.forge = (content) => (content.type === "roundReveal" ? [] : [content])
  toWords(model, leader)
  slow.forge = (content) => [content]
  model.pass(MINUTE)
  model.settle()
  model.pass(16_000)
  model.settle()
  expect(people.map(({ state }) => [state!.step, state!.attempt])).toEqual(people.map(() => ["compare", 2]))
  expect(new Set(people.map(wordsOn)).size).toBe(1)
})

test("a part that comes too late, a second one, a false one and one before the list count for nothing", () => {
  for (const when of ["late", "twice", "false", "early"] as const) {
    const { model, main, people, leader } = room(10, ["a", "b", "c"])
    const liar = people[2]!
    const kept: VerificationContent[] = []
    liar.forge = (content) => {
      if (content.type === "roundCommit" && when === "early")
        return [content, { type: "roundReveal", sid: content.sid, random: liar.state!.random! }]
      if (content.type !== "roundReveal") return [content]
      if (when === "late") kept.push(content)
      if (when === "twice") return [content, { ...content, random: new Uint8Array(32) }]
      return when === "false" ? [{ ...content, random: new Uint8Array(32) }] : []
    }
    toWords(model, leader)
    const honest = people[1]!
    if (when === "late") {
      leader.forge = () => []
      model.pass(MINUTE)
      main.entries.push(...kept.map((content) => ({ from: liar.id, content })))
      model.settle()
      expect(honest.state).toMatchObject({ step: "failed", why: "withheld" })
    } else {
      expect(honest.state, `a part that is ${when}`).toMatchObject({
        step: "failed",
        why: "broken-rules",
        culprits: [liar.id],
      })
    }
    expect(honest.marks).toEqual([])
    model.do(honest, { type: "answered", matches: true })
    expect(honest.marks).toEqual([])
  }
})

test("one no is everybody's, before and after one's own yes", () => {
  const { model, people, leader } = room(11, ["a", "b", "c", "d"])
  toWords(model, leader)
  model.do(people[1]!, { type: "answered", matches: true })
  model.settle()
  model.do(people[2]!, { type: "answered", matches: false })
  model.settle()
  for (const person of people) {
    expect(person.state!.step).toBe("mismatch")
    const said = person === people[2] ? [] : [toHex(people[2]!.id)]
    expect(person.state!.saidNo.map(toHex)).toEqual(said)
    model.do(person, { type: "answered", matches: true })
    expect(person.state!.step).toBe("mismatch")
  }
  expect(people[1]!.marks.map(({ kind }) => kind)).toEqual(["verify", "take-back"])
})

test("nobody outside the list answers for it", () => {
  const { model, main, people, leader } = room(12, ["a", "b"])
  toWords(model, leader)
  const content = {
    type: "verifyAnswer" as const,
    sid: leader.state!.sid,
    matches: false,
    heads: new Uint8Array(0),
  }
  main.entries.push({ from: idOf("stranger"), content })
  model.settle()
  expect(people.map(({ state }) => state!.step)).toEqual(["compare", "compare"])
})

test("time ends every step, and a crash every open one", () => {
  const { model, people, leader } = room(13, ["a", "b", "c"])
  model.lead(leader)
  model.settle()
  model.pass(5 * MINUTE)
  expect(people.map(({ state }) => state!.step)).toEqual(["timed-out", "timed-out", "timed-out"])
  const next = room(14, ["a", "b", "c"])
  toWords(next.model, next.leader)
  next.model.do(next.people[1]!, { type: "restarted" })
  expect(next.people[1]!.state).toMatchObject({ step: "cancelled", why: "you-restarted" })
  next.model.pass(5 * MINUTE)
  expect(next.leader.state).toMatchObject({ step: "timed-out", why: "you-did-not-answer" })
})
