/** The round of a whole room as a machine (PROTOCOL.md §14.5), with a leader or a member that breaks its rules. */
import { beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import type { VerificationContent } from "../../src/protocol/content.ts"
import { seeded } from "../support/sim.ts"
import {
  honestDirectory,
  idOf,
  MINUTE,
  type Party,
  room,
  RoomModel,
  toWords,
  wordsOn,
} from "../support/verify-model.ts"

beforeAll(sodiumReady)

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
  // The leader has closed the list meanwhile; nobody has read it in time.
  expect(people.map(({ state }) => state!.step)).toEqual(["gathering", "timed-out", "timed-out"])
  model.pass(5 * MINUTE)
  expect(leader.state).toMatchObject({ step: "timed-out", why: "you-were-offline" })
  const next = room(14, ["a", "b", "c"])
  toWords(next.model, next.leader)
  next.model.do(next.people[1]!, { type: "restarted" })
  expect(next.people[1]!.state).toMatchObject({ step: "cancelled", why: "you-restarted" })
  next.model.pass(5 * MINUTE)
  expect(next.leader.state).toMatchObject({ step: "timed-out", why: "you-did-not-answer" })
})

test("the list is closed when all who were asked and are connected are in, and a moment has passed", () => {
  const { model, people, leader } = room(15, ["a", "b", "c", "d"])
  const [, b, c] = people.map(({ id }) => toHex(id))
  const gone = new Set([c!])
  model.isOnline = (id) => !gone.has(toHex(id))
  model.lead(leader)
  model.settle(people.filter(({ id }) => toHex(id) !== b && toHex(id) !== c))
  model.pass(10_000)
  model.settle(people.filter(({ id }) => toHex(id) !== b && toHex(id) !== c))
  // One who is connected has not come in.
  expect(leader.state).toMatchObject({ step: "gathering", isClosing: false })
  model.settle(people.filter(({ id }) => toHex(id) !== c))
  expect(leader.state).toMatchObject({ step: "gathering", isClosing: false })
  // In that moment the last one connects: they are waited for.
  gone.clear()
  model.pass(3_000)
  expect(leader.state).toMatchObject({ step: "gathering", isClosing: false })
  model.settle()
  model.pass(2_999)
  expect(leader.state).toMatchObject({ step: "gathering", isClosing: false })
  model.pass(1)
  model.settle()
  expect(people.map(({ state }) => state!.step)).toEqual(people.map(() => "compare"))
  expect(leader.state!.list).toHaveLength(4)
})

test("who is connected and does not come in keeps the others for four minutes at most", () => {
  const { model, people, leader } = room(16, ["a", "b", "c"])
  const absent = people[1]!
  const here = people.filter((each) => each !== absent)
  model.isOnline = () => true
  model.lead(leader)
  model.settle(here)
  model.pass(4 * MINUTE - 1)
  expect(leader.state!.isClosing).toBe(false)
  model.pass(1)
  model.settle(here)
  expect(here.map(({ state }) => state!.step)).toEqual(["compare", "compare"])
  model.settle()
  expect(absent.state).toMatchObject({ step: "cancelled", why: "not-on-the-list" })
})

test("somebody who is said to be connected and is not, or not to be and is, changes nothing but the wait", () => {
  const { model, people, leader } = room(17, ["a", "b", "c"])
  model.isOnline = (id) => toHex(id) === toHex(leader.id)
  model.lead(leader)
  model.settle()
  model.pass(4 * MINUTE)
  model.settle()
  expect(people.map(({ state }) => state!.step)).toEqual(["compare", "compare", "compare"])
})
