/** What the operator can watch: counts that are right, events that are bounded, and nothing about who talks with whom. */
import { expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { MAX_EVENTS, Monitor, type MonitorEvent, tagOf } from "../../src/relay/monitor.ts"
import { Rate } from "../../src/relay/rates.ts"
import { CoreBench, handshake, open, START, upload } from "../support/core-bench.ts"
import { ROOM } from "../support/channels.ts"
import { sealedEntry } from "../support/relay-people.ts"

test("a rate is the mean of whole seconds, and what is older does not count", () => {
  const rate = new Rate()
  for (let second = 0; second < 20; second++) rate.add(second < 10 ? 7 : 3, START + second * 1_000)
  const now = START + 20_000
  expect([rate.perSecond(10, now), rate.perSecond(20, now), rate.total]).toEqual([3, 5, 100])
  // The present second is not over.
  rate.add(1_000, now + 1)
  expect(rate.perSecond(10, now + 2)).toBe(3)
  expect([rate.perSecond(60, now + 60_999), rate.perSecond(60, now + 61_000)]).toEqual([1_000 / 60, 0])
  expect([rate.perSecond(60, now + 10 ** 9), rate.total]).toEqual([0, 1_100])
})

test("a clock that was set back empties a rate, and it counts on", () => {
  const rate = new Rate()
  rate.add(5, START)
  rate.add(6, START - 3_600_000)
  expect(rate.perSecond(10, START - 3_600_000 + 1_000)).toBe(0.6)
  expect(rate.total).toBe(11)
})

test("connections, people, entries, bytes and refusals are counted as they happen", async () => {
  const bench = new CoreBench()
  const { wire: alice, person } = await bench.join("alice")
  const { wire: bob } = await bench.join("bob")
  const stranger = await bench.connect("10.0.0.9")
  const { handle } = await alice.expect(open(ROOM), "opened")
  const entry = sealedEntry(bench.random)
  await alice.expect(upload(handle, 0, entry), "stale")
  await alice.ask({ type: "getHeader", rid: 3, headerId: new Uint8Array(32) })
  await bob.ask({ type: "ping", token: 1 })
  const seen = () => bench.relay.monitor.snapshot(bench.now)
  expect(seen()).toMatchObject({
    startedAt: START,
    connections: { open: 3, members: 2, most: 3, opened: 3 },
    online: 2,
    people: 2,
    entries: { accepted: 0, stale: 1, conflict: 0 },
    refused: { "unknown-channel": 1 },
    cut: {},
    notices: {},
  })
  const before = seen().bytes
  await bob.ask({ type: "ping", token: 1 })
  // A ping and its pong: length, type, token.
  expect([seen().bytes.in - before.in, seen().bytes.out - before.out]).toEqual([9, 9])
  await bench.pass(10_000)
  expect(seen().cut).toEqual({ late: 1 })
  await stranger.drop()
  await alice.drop()
  expect(seen().connections).toEqual({ open: 1, members: 1, most: 3, opened: 3 })
  expect(bench.relay.monitor.online(9).map(({ tag }) => tag)).not.toContain(tagOf(person.accountId))
  expect(seen().rates.tenSeconds.opened).toBe(0.3)
})

test("what is durable counts as accepted, once, whoever reads it", async () => {
  const bench = new CoreBench()
  const { wire: alice } = await bench.join("alice")
  const { wire: bob } = await bench.join("bob")
  const { handle } = await alice.expect(open(ROOM), "opened")
  await bob.expect(open(ROOM), "opened")
  const entry = sealedEntry(bench.random, { kind: "handshake" })
  await alice.ask(handshake(handle, 0, entry))
  await alice.ask(handshake(handle, 0, entry))
  expect(bench.relay.monitor.snapshot(bench.now).entries).toMatchObject({ accepted: 1, conflict: 0 })
  expect(bench.relay.monitor.snapshot(bench.now).entries.bytes).toBeGreaterThan(entry.length)
})

test("two devices are one person, and a device that comes again is not two", async () => {
  const bench = new CoreBench()
  const { person, wire } = await bench.join("alice")
  await bench.comeBack(person)
  const { online, connections } = bench.relay.monitor.snapshot(bench.now)
  expect([online, connections.members]).toEqual([1, 2])
  await wire.drop()
  expect(bench.relay.monitor.online(9)).toEqual([{ tag: tagOf(person.accountId), devices: 1, since: START }])
  expect(bench.relay.monitor.snapshot(bench.now).cut).toEqual({ superseded: 1 })
})

test("events: bounded, in order, repeats counted, and a flood of refusals pushes no login out", async () => {
  let now = START
  const monitor = new Monitor(() => now++, START)
  const told: MonitorEvent[] = []
  monitor.subscribe((event) => void told.push(event))
  monitor.arrived(new Uint8Array(32).fill(1), "10.0.0.1")
  for (let i = 0; i < 1_000; i++) monitor.turnedAway("10.0.0.2", "not-allowed")
  for (let i = 0; i < 1_000; i++) monitor.turnedAway(`10.0.${i}.3`, "busy")
  const events = monitor.recent()
  expect(events[0]).toMatchObject({ kind: "connected", remote: "10.0.0.1" })
  expect(events).toHaveLength(1 + MAX_EVENTS)
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort((a, b) => a - b))
  expect(told).toHaveLength(1_002)
  monitor.turnedAway("10.0.999.3", "busy")
  expect(monitor.recent().at(-1)).toMatchObject({ kind: "refused", times: 2 })
})

test("a subscriber that throws is dropped, and the others go on", () => {
  const monitor = new Monitor(() => START, START)
  let told = 0
  monitor.subscribe(() => {
    throw new Error("no screen any more")
  })
  const end = monitor.subscribe(() => void told++)
  for (let i = 0; i < 3; i++) monitor.arrived(new Uint8Array(32).fill(i), "10.0.0.1")
  end()
  monitor.left(new Uint8Array(32), "10.0.0.1")
  expect(told).toBe(3)
})

test("syncs fall under every bound that holds them", () => {
  const monitor = new Monitor(() => START, START)
  for (const ms of [0, 1, 3, 700, 5_000]) monitor.synced(ms)
  const { sync } = monitor.snapshot(START)
  expect([sync.count, sync.totalMs, sync.lastMs, sync.mostMs]).toEqual([5, 5_704, 5_000, 5_000])
  expect(sync.upTo.map(({ count }) => count)).toEqual([2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 5])
})

test("neither names nor channels nor whole accounts are in anything that can be watched", async () => {
  const bench = new CoreBench()
  const { wire: alice, person } = await bench.join("alice of the tests")
  const { handle } = await alice.expect(open(ROOM), "opened")
  await alice.ask(upload(handle, 0, sealedEntry(bench.random)))
  await bench.join("bob of the tests")
  await alice.drop()
  const { monitor } = bench.relay
  const all = JSON.stringify([monitor.snapshot(bench.now), monitor.online(99), monitor.recent()])
  for (const secret of ["of the tests", toHex(ROOM), toHex(person.accountId), "d3d3"])
    expect(all).not.toContain(secret)
})
