/** What somebody may do in a channel follows from the tokens that they have shown (PROTOCOL.md §5.7). */
import { expect, test } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { MAX_UNCONFIRMED } from "../../src/relay/tokens.ts"
import { openTokenOf, proofAt, ROOM } from "../support/channels.ts"
import { encodeDirectoryEntry } from "../../src/protocol/directory-entry.ts"
import {
  ADMISSION,
  CoreBench,
  describe as line,
  handshake,
  open,
  upload,
  type Wire,
} from "../support/core-bench.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"

const SECOND = 1_000
const GARBAGE = { tokenHash: new Uint8Array(32).fill(9) }

/** People whose tokens are shown by hand, in a room whose position 0 is confirmed. */
async function hall(...names: string[]) {
  const bench = new CoreBench()
  const wires: Wire[] = []
  let handle = 0
  for (const name of names) {
    const { wire } = await bench.join(name)
    wire.proves = false
    handle = (await wire.expect(open(ROOM), "opened")).handle
    wires.push(wire)
  }
  const opening: Of<"proveOpening"> = { type: "proveOpening", handle, token: openTokenOf(ROOM)! }
  const commit = (position: number, more: Partial<Of<"handshake">> = {}) =>
    handshake(handle, position, sealedEntry(bench.random, { kind: "handshake" }), more)
  const prove = (position: number) => proofAt(handle, ROOM, position)
  const say = (position: number) => upload(handle, position, sealedEntry(bench.random))
  const confirmed = () => bench.store.findChannel(ROOM)!.confirmed
  for (const wire of wires) await wire.ask(opening)
  await wires[0]!.ask(commit(0))
  for (const wire of wires) await wire.ask(prove(0))
  for (const wire of wires) wire.take()
  return { bench, wires: wires as [Wire, Wire, Wire], handle, opening, commit, prove, say, confirmed }
}

const answers = async (wire: Wire, message: Parameters<Wire["ask"]>[0]) =>
  (await wire.ask(message)).map(line).filter((each) => each !== "entry" && each !== "ping")
const UNPROVEN = [`rejected ${REFUSALS.unproven}`]

test("nobody reads before a token was shown, and a wrong one is none", async () => {
  const { bench, handle, opening } = await hall("alice", "bob")
  const { wire: eve } = await bench.join("eve")
  eve.proves = false
  expect((await eve.ask(open(ROOM))).map(line)).toEqual(["opened"])
  expect((await eve.ask({ ...opening, token: new Uint8Array(32) })).map(line)).toEqual([])
  expect(
    (await eve.ask({ type: "prove", handle, position: 0, token: new Uint8Array(32) })).map(line),
  ).toEqual([])
  expect((await eve.ask(opening)).map(line)).toEqual(["entry"])
})

test("what was shown on one connection counts on no other, and not after opening again", async () => {
  const { wires, handle, prove, say, opening } = await hall("alice", "bob")
  const [alice, bob] = wires
  expect(await answers(alice, say(0))).toEqual(["accepted"])
  await bob.ask({ type: "close", handle })
  // The very frame that alice sent, where nothing is open, and where something is.
  expect(await answers(bob, prove(0))).toEqual([])
  expect(await answers(bob, say(0))).toEqual([`rejected ${REFUSALS["unknown-channel"]}`])
  await bob.ask(open(ROOM))
  await bob.ask(opening)
  expect(await answers(bob, say(0))).toEqual(["stale"])
  await bob.ask(prove(0))
  expect(await answers(bob, say(0))).toEqual(["accepted"])
})

test("a removed member is refused for messages at once, and for handshakes when a second member has read it", async () => {
  const { wires, commit, prove, say, confirmed } = await hall("alice", "bob", "mallory")
  const [alice, bob, mallory] = wires
  expect(confirmed()).toBe(0)
  await alice.ask(commit(1))
  expect(await answers(mallory, say(1))).toEqual(["stale"])
  expect(await answers(mallory, say(0))).toEqual(["stale"])
  // Not the author's own word, for who would believe that?
  await alice.ask(prove(1))
  expect(confirmed()).toBe(0)
  expect(await answers(mallory, commit(2, GARBAGE))).toEqual(["accepted"])
  await bob.ask(prove(1))
  expect(confirmed()).toBe(1)
  expect(await answers(mallory, commit(3))).toEqual(UNPROVEN)
  const header = { headerId: ROOM, headerBlob: new Uint8Array(32), header: new Uint8Array(9) }
  const put = { type: "putHeader" as const, rid: 5, handle: commit(3).handle, expect: 3, ...header }
  expect(await answers(mallory, put)).toEqual([`refused ${REFUSALS.unproven}`])
  expect(await answers(bob, commit(3))).toEqual(["accepted"])
})

test("a handshake of whose token nobody knows locks nobody out", async () => {
  const { wires, commit, prove, say, confirmed } = await hall("alice", "bob", "mallory")
  const [alice, bob, mallory] = wires
  await mallory.ask(commit(1, GARBAGE))
  for (const each of [alice, bob]) expect(await answers(each, say(1))).toEqual(["stale"])
  expect(await answers(alice, commit(2))).toEqual(["accepted"])
  for (const each of [alice, bob, mallory]) await each.ask(prove(2))
  expect(confirmed()).toBe(2)
  for (const each of [alice, bob]) expect(await answers(each, say(2))).toEqual(["accepted"])
})

test("one member and a newcomer who believes their header confirm nothing", async () => {
  const { bench, wires, commit, prove, confirmed, opening } = await hall("alice", "bob", "mallory")
  const [alice, bob, mallory] = wires
  await mallory.ask(commit(1))
  const { wire: newcomer } = await bench.join("newcomer")
  newcomer.proves = false
  await newcomer.ask(open(ROOM))
  // All that it knows is in the header.
  await newcomer.ask(opening)
  await newcomer.ask(prove(1))
  expect(await answers(newcomer, commit(2))).toEqual(["accepted"])
  await newcomer.ask(prove(2))
  for (const position of [1, 2]) await mallory.ask(prove(position))
  expect(confirmed()).toBe(0)
  for (const [at, each] of [alice, bob].entries())
    expect(await answers(each, commit(3 + at))).toEqual(["accepted"])
})

test("after a restart two accounts have to show what was not confirmed", async () => {
  const { bench, wires, commit, confirmed } = await hall("alice", "bob")
  await wires[0].ask(commit(1))
  bench.store.crash("kept")
  const again = new CoreBench({ disk: bench.disk, seed: 2 })
  again.now = bench.now
  const ref = again.store.findChannel(ROOM)!.ref
  const people = []
  for (const name of ["carol", "dave"]) people.push((await again.join(name)).wire)
  for (const [at, wire] of people.entries()) {
    wire.proves = false
    const { handle } = await wire.expect(open(ROOM), "opened")
    for (const position of [0, 1]) await wire.ask(proofAt(handle, ROOM, position))
    expect(again.store.findChannel(ROOM)!.confirmed).toBe(at)
  }
  expect([confirmed(), again.store.countTokens(ref, 0)]).toEqual([1, 1])
})

test("what one member made up and a newcomer believed counts only when nobody has gone over it for ten minutes", async () => {
  const { bench, wires, commit, prove, confirmed, opening } = await hall("alice", "bob", "mallory")
  const mallory = wires[2]
  await mallory.ask(commit(1))
  const { wire: newcomer } = await bench.join("newcomer")
  newcomer.proves = false
  await newcomer.ask(open(ROOM))
  for (const message of [prove(1), opening, commit(2), prove(2)]) await newcomer.ask(message)
  await mallory.ask(prove(1))
  await mallory.ask(prove(2))
  expect(confirmed()).toBe(0)
  for (let n = 0; n < 601; n++) {
    for (const wire of [...wires, newcomer]) wire.post({ type: "pong", token: 0 })
    await bench.pass(SECOND)
  }
  await newcomer.ask(commit(3))
  await mallory.ask(prove(3))
  expect(confirmed()).toBe(3)
})

test("whoever shows the first position before the opening confirms it all the same", async () => {
  const bench = new CoreBench()
  const [{ wire: alice }, { wire: bob }] = [await bench.join("alice"), await bench.join("bob")]
  for (const wire of [alice, bob]) wire.proves = false
  const { handle } = await alice.expect(open(ROOM), "opened")
  await bob.ask(open(ROOM))
  const opening: Of<"proveOpening"> = { type: "proveOpening", handle, token: openTokenOf(ROOM)! }
  await alice.ask(opening)
  await alice.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
  await alice.ask(proofAt(handle, ROOM, 0))
  expect(bench.store.findChannel(ROOM)!.confirmed).toBe(-1)
  await bob.ask(proofAt(handle, ROOM, 0))
  expect(bench.store.findChannel(ROOM)!.confirmed).toBe(-1)
  await bob.ask(opening)
  expect(bench.store.findChannel(ROOM)!.confirmed).toBe(0)
})

test("somebody about to be removed fills the places for headers in vain", async () => {
  const { bench, wires, commit, prove } = await hall("alice", "bob", "mallory")
  const [alice, bob, mallory] = wires
  const header = (n: number) => ({
    headerId: new Uint8Array(32).fill(n),
    headerBlob: new Uint8Array(32),
    header: new Uint8Array(9),
  })
  const put = (n: number, next: number) => ({
    type: "putHeader" as const,
    rid: n,
    handle: commit(1).handle,
    expect: next,
    ...header(n),
  })
  // The link is closed; mallory is in the group still.
  await alice.ask(commit(1))
  for (const each of [alice, mallory]) await each.ask(prove(1))
  for (const n of [1, 2, 3, 4]) expect(await answers(mallory, put(n, 2))).toEqual(["done"])
  expect(await answers(mallory, put(5, 2))).toEqual([`refused ${REFUSALS.quota}`])
  expect(await answers(alice, commit(2, header(9)))).toEqual(["accepted"])
  await bob.ask(prove(1))
  await bob.ask(prove(2))
  expect(bench.store.findHeader(header(9).headerId)).toBeDefined()
  expect(await answers(mallory, put(6, 3))).toEqual([`refused ${REFUSALS.unproven}`])
})

test("looking in for a moment now and then is no way to read on", async () => {
  const { wires, bench, commit, prove, opening, handle } = await hall("alice", "bob", "mallory")
  const [alice, bob, mallory] = wires
  await alice.ask(commit(1))
  await bob.ask(prove(1))
  await alice.ask(prove(1))
  const seen: number[] = []
  for (let look = 0; look < 20; look++) {
    await mallory.ask(open(ROOM))
    const heard = [...(await mallory.ask(prove(0))), ...(await mallory.ask(opening))]
    for (const wire of wires) wire.post({ type: "pong", token: 0 })
    await bench.pass(SECOND)
    seen.push([...heard, ...mallory.take()].filter(({ type }) => type === "entry").length)
    await mallory.ask({ type: "close", handle })
  }
  expect(seen[0]).toBe(2)
  expect(seen.slice(12)).toEqual(Array.from({ length: 8 }, () => 0))
})

test("with too many positions unconfirmed only those may go on who wrote none", async () => {
  const { wires, commit } = await hall("alice", "bob", "mallory")
  const [alice, , mallory] = wires
  for (let at = 1; at <= MAX_UNCONFIRMED; at++)
    expect(await answers(mallory, commit(at, GARBAGE))).toEqual(["accepted"])
  expect(await answers(mallory, commit(MAX_UNCONFIRMED + 1, GARBAGE))).toEqual([`rejected ${REFUSALS.busy}`])
  expect(await answers(alice, commit(MAX_UNCONFIRMED + 1))).toEqual(["accepted"])
})

test("whoever reads on old tokens is cut after a minute, and gains nothing by opening again", async () => {
  const { bench, wires, commit, prove, opening } = await hall("alice", "bob", "mallory")
  const [alice, bob, mallory] = wires
  const pass = async (seconds: number) => {
    for (let n = 0; n < seconds; n++) {
      for (const wire of wires) wire.post({ type: "pong", token: 0 })
      await bench.pass(SECOND)
    }
  }
  await alice.ask(commit(1))
  await bob.ask(prove(1))
  await alice.ask(prove(1))
  await pass(40)
  await mallory.ask(open(ROOM))
  await mallory.ask(opening)
  mallory.take()
  await pass(25)
  expect(
    mallory
      .take()
      .map(line)
      .filter((each) => each !== "ping"),
  ).toEqual(["cut"])
  await mallory.ask(open(ROOM))
  // Nothing is sent; what was on its way may still come.
  expect((await mallory.ask(opening)).map(line)).toEqual([])
  await pass(8)
  expect(mallory.of("cut").length).toBe(1)
  mallory.take()
  for (const wire of [alice, bob]) expect(wire.of("cut")).toEqual([])
  await mallory.ask(open(ROOM))
  expect(await answers(mallory, prove(1))).toEqual([])
  expect(mallory.of("cut")).toEqual([])
})

test("nobody confirms what they wrote by handing over to another key, and so locks all others out", async () => {
  const { bench, wires, commit, prove, opening, confirmed } = await hall("alice", "bob")
  const person = bench.person("mallory")
  const { wire } = await bench.join("mallory", person)
  wire.proves = false
  await wire.ask(open(ROOM))
  for (const message of [opening, prove(0), commit(1), prove(1)]) await wire.ask(message)
  expect(confirmed()).toBe(0)
  const next = new RelayPerson("mallory", bench.random)
  const other = await bench.connect()
  other.proves = false
  await other.ask(bench.hello(other, next))
  const entry = next.rotation(person, person.registration(), 1)
  await other.expect({ type: "register", rid: 1, admission: new Uint8Array(16), entry }, "ready")
  await other.ask(open(ROOM))
  for (const message of [prove(0), opening, prove(1)]) await other.ask(message)
  expect(confirmed()).toBe(0)
  expect(await answers(wires[0], commit(2))).toEqual(["accepted"])
})

test("another key is no other day: what a person may add is counted for all of their keys", async () => {
  const bench = new CoreBench({ limits: { accountEntries: 3 } })
  const person = bench.person("mallory")
  const { wire } = await bench.join("mallory", person)
  const { handle } = await wire.expect(open(ROOM), "opened")
  const change = (position: number) =>
    handshake(handle, position, sealedEntry(bench.random, { kind: "handshake" }))
  for (const position of [0, 1, 2]) expect(await answers(wire, change(position))).toEqual(["accepted"])
  expect(await answers(wire, change(3))).toEqual([`rejected ${REFUSALS.quota}`])
  const next = new RelayPerson("mallory", bench.random)
  const other = await bench.connect()
  await other.ask(bench.hello(other, next))
  const entry = next.rotation(person, person.registration(), 1)
  await other.expect({ type: "register", rid: 1, admission: new Uint8Array(16), entry }, "ready")
  await other.ask(open(ROOM))
  expect(await answers(other, change(3))).toEqual([`rejected ${REFUSALS.quota}`])
})

test("whoever takes one device after the other reads no longer than with two", async () => {
  const { bench, wires, commit, prove, say } = await hall("alice", "bob")
  const [alice, bob] = wires
  const person = bench.person("mallory")
  const devices = [person.device, ...Array.from({ length: 4 }, () => person.anotherDevice())]
  const wire = await bench.connect()
  await wire.ask(bench.hello(wire, person))
  const entry = encodeDirectoryEntry(person.entry({}, devices))
  await wire.expect({ type: "register", rid: 1, admission: ADMISSION, entry }, "ready")
  await alice.ask(commit(1))
  await bob.ask(prove(1))
  await alice.ask(prove(1))
  const read: number[] = []
  for (const device of devices) {
    const mallory = await bench.comeBack(person, device)
    mallory.proves = false
    await mallory.ask(open(ROOM))
    await mallory.ask(prove(0))
    mallory.take()
    let seconds = 0
    for (; seconds < 100 && mallory.of("cut").length === 0; seconds++) {
      for (const each of [...wires, mallory]) each.post({ type: "pong", token: 0 })
      await alice.ask(say(1))
      await bench.pass(SECOND)
    }
    read.push(mallory.of("entry").length)
  }
  expect(read.filter((entries) => entries > 0)).toHaveLength(1)
})

test("whoever has used up their time has it again in an hour, though they try on", async () => {
  const { wires, bench, commit, prove, opening } = await hall("alice", "bob", "carol")
  const [alice, bob, carol] = wires
  await alice.ask(commit(1))
  await bob.ask(prove(1))
  await alice.ask(prove(1))
  const pass = async (seconds: number) => {
    for (let n = 0; n < seconds; n++) {
      for (const wire of wires) wire.post({ type: "ping", token: 0 })
      await bench.pass(SECOND)
    }
  }
  await pass(62)
  expect(carol.take().map(line)).toContain("cut")
  const sent: boolean[] = []
  for (let tries = 0; tries < 110; tries++) {
    carol.take()
    await carol.ask(open(ROOM))
    for (const message of [prove(0), opening]) carol.post(message)
    await pass(35)
    sent.push(carol.take().some(({ type }) => type === "entry"))
  }
  expect([sent.indexOf(true) > 95, sent.includes(true)]).toEqual([true, true])
})
