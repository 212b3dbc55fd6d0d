/** The life of a connection: presence, deadlines, limits, and peers that do not keep to the protocol. */
import { channelOf } from "../support/channels.ts"
import { expect, test } from "vitest"
import { concat, toHex } from "../../src/bytes.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { encodeFrame } from "../../src/protocol/framing.ts"
import { STUCK_STRANGER_BYTES } from "../../src/relay/effects.ts"
import { CoreBench, describe as line, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"

test("the same device again: the old connection is told and closed", async () => {
  const bench = new CoreBench()
  const { person, wire: first } = await bench.join("alice")
  const { wire: other } = await bench.join("bob")
  first.take()
  other.take()
  await bench.comeBack(person)
  expect(first.closed).toBe(true)
  expect(first.take().map(line)).toEqual([`refused ${REFUSALS.superseded}`])
  await first.drop()
  // To the others nothing happened.
  expect(other.take()).toEqual([])
})

test("presence: a newcomer learns who is there, the others learn of the newcomer", async () => {
  const bench = new CoreBench()
  const { person: alice, wire: one } = await bench.join("alice")
  one.take()
  const { person: bob, wire: two } = await bench.join("bob")
  const told = (wire: Wire) =>
    wire.of("presence").map(({ accountId, online }): [string, boolean] => [toHex(accountId), online])
  expect(told(one)).toEqual([[toHex(bob.accountId), true]])
  const three = await bench.connect()
  await three.ask(bench.hello(three, bench.person("carol")))
  expect(told(three)).toEqual([])
  one.take()
  const again = await bench.connect()
  again.post(bench.hello(again, alice))
  await bench.settle()
  expect(new Map(told(again))).toEqual(
    new Map([
      [toHex(alice.accountId), true],
      [toHex(bob.accountId), true],
    ]),
  )
  await one.drop()
  two.take()
  await again.drop()
  expect(told(two)).toEqual([[toHex(alice.accountId), false]])
  expect(bench.events.at(-1)).toEqual({
    type: "client.disconnected",
    name: "alice",
    remote: "127.0.0.1",
    online: 1,
  })
})

test("deadlines: a stranger has ten seconds, and again for registering", async () => {
  const bench = new CoreBench()
  const silent = await bench.connect()
  const greeted = await bench.connect()
  await bench.pass(9_000)
  await greeted.ask(bench.hello(greeted, bench.person("alice")))
  await bench.pass(1_000)
  expect([silent.closed, greeted.closed]).toEqual([true, false])
  await bench.pass(8_000)
  expect(greeted.closed).toBe(false)
  await bench.pass(1_000)
  expect(greeted.closed).toBe(true)
})

test("a silent member is pinged after 20 seconds and dropped after 45; any frame counts as life", async () => {
  const bench = new CoreBench()
  const { wire: silent } = await bench.join("alice")
  const { wire: lively } = await bench.join("bob")
  for (const wire of [silent, lively]) wire.take()
  const seen: string[] = []
  for (let second = 1; second <= 46; second++) {
    await bench.pass(1_000)
    for (const ping of lively.take())
      if (ping.type === "ping") lively.post({ type: "pong", token: ping.token })
    for (const message of silent.take()) seen.push(`${second} ${message.type}`)
    if (silent.closed) seen.push(`${second} closed`)
    if (silent.closed) break
  }
  expect(seen).toEqual(["20 ping", "40 ping", "45 closed"])
  expect(lively.closed).toBe(false)
})

test.each<[string, (wire: Wire, bench: CoreBench) => void]>([
  [
    "an unknown type",
    (wire, bench) =>
      bench.relay.step({ kind: "frame", id: wire.id, frame: encodeFrame(Uint8Array.of(255)) }, bench.now),
  ],
  [
    "a message of the relay's",
    (wire, bench) =>
      bench.relay.step({ kind: "frame", id: wire.id, frame: encodeFrame(Uint8Array.of(65)) }, bench.now),
  ],
  [
    "a body that is cut short",
    (wire, bench) =>
      bench.relay.step({ kind: "frame", id: wire.id, frame: encodeFrame(Uint8Array.of(1, 0)) }, bench.now),
  ],
  [
    "bytes that are no frames",
    (wire, bench) => bench.relay.step({ kind: "malformed", id: wire.id }, bench.now),
  ],
  ["a member's message", (wire) => wire.post({ type: "getDirectory", rid: 1, from: 0 })],
  [
    "a large frame",
    (wire, bench) =>
      bench.relay.step(
        { kind: "frame", id: wire.id, frame: encodeFrame(new Uint8Array(4_097).fill(1)) },
        bench.now,
      ),
  ],
])("a stranger who sends %s is refused and closed", async (_, send) => {
  const bench = new CoreBench()
  const wire = await bench.connect()
  send(wire, bench)
  // What it sends after that is not looked at.
  wire.post({ type: "ping", token: 1 })
  await bench.settle()
  expect(wire.take().map(line)).toEqual([`refused ${REFUSALS["bad-request"]}`])
  expect(wire.closed).toBe(true)
})

test("limits: connections from one address, and in one second", async () => {
  const bench = new CoreBench({ limits: { connectionsPerAddress: 2, newPerSecond: 3 } })
  const from = async (remote: string) => (await bench.connect(remote)).closed
  const one = [await from("10.0.0.1"), await from("10.0.0.1"), await from("10.0.0.1:99")]
  expect(one).toEqual([false, false, true])
  expect([await from("[::1]:4"), await from("127.0.0.1"), await from("::1")]).toEqual([false, false, false])
  expect(await from("10.0.0.2")).toBe(false)
  await [...bench.wires.values()][0]!.drop()
  expect(await from("10.0.0.1")).toBe(false)
})

test("a refused connection does not count as one when it goes", async () => {
  const bench = new CoreBench({ limits: { connectionsPerAddress: 1 } })
  await bench.connect("10.0.0.1")
  for (let n = 0; n < 3; n++) await (await bench.connect("10.0.0.1")).drop()
  expect((await bench.connect("10.0.0.1")).closed).toBe(true)
})

test("the directory is read in pages that fit a frame", async () => {
  const bench = new CoreBench({ open: true })
  const entries: string[] = []
  for (let n = 0; n < 18; n++) {
    const { person } = await bench.join(`person ${n}`)
    entries.push(toHex(person.registration()))
  }
  const wire = await bench.comeBack((await bench.join("reader")).person)
  const first = await wire.expect({ type: "getDirectory", rid: 3, from: 0 }, "directory")
  const second = await wire.expect({ type: "getDirectory", rid: 3, from: first.entries.length }, "directory")
  expect([first.size, first.entries.length, second.entries.length]).toEqual([19, 16, 3])
  expect([...first.entries, ...second.entries].map(toHex).slice(0, 18)).toEqual(entries)
  const beyond = await wire.expect({ type: "getDirectory", rid: 3, from: 99 }, "directory")
  expect(beyond.entries).toEqual([])
  expect(concat(...first.entries).length).toBeLessThan(60_000)
})

test("a stranger that asks and never reads is dropped before it costs anything", async () => {
  const bench = new CoreBench()
  const stranger = await bench.connect()
  const { wire: member } = await bench.join("alice")
  const pings = (wire: Wire) => {
    for (let n = 0; n < 8_000; n++) wire.post({ type: "ping", token: n })
  }
  pings(stranger)
  pings(member)
  await bench.settle()
  expect([stranger.closed, member.closed]).toEqual([true, false])
  expect(concat(...stranger.frames).length).toBeLessThanOrEqual(STUCK_STRANGER_BYTES)
})

test("a clock set a year ahead and back leaves deadlines, pings, turns and the times of entries in order", async () => {
  const bench = new CoreBench()
  const year = 365 * 86_400_000
  const room = channelOf(9)
  await bench.pass(year)
  const { wire: alice } = await bench.join("alice")
  const { wire: bob } = await bench.join("bob")
  const { handle } = await alice.expect(open(room), "opened")
  await bob.expect(open(room), "opened")
  const first = await alice.expect(
    handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })),
    "accepted",
  )
  await alice.expect({ type: "turn", handle }, "granted")
  await bob.ask({ type: "turn", handle })
  await bench.pass(-year)
  expect(bob.of("granted")).toHaveLength(1)
  expect([alice.closed, bob.closed]).toEqual([false, false])
  const second = await alice.expect(upload(handle, 0, sealedEntry(bench.random)), "accepted")
  expect(second.time).toBe(first.time)
  const silent = await bench.connect()
  expect(bench.relay.nextTick).toBeLessThanOrEqual(bench.now + 1_000)
  await bench.pass(10_000)
  expect(silent.closed).toBe(true)
  await bench.pass(11_000)
  expect(alice.of("ping")).toHaveLength(1)
})
