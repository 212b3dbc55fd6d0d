/** Floods and frozen readers: whoever asks too fast waits in their own memory, and nobody else notices. */
import { expect, test } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS, type RelayLimits } from "../../src/relay/config.ts"
import { SLOW_BYTES } from "../../src/relay/effects.ts"
import { Bucket, costOf, Fairness } from "../../src/relay/fairness.ts"
import {
  CoreBench,
  describe as line,
  handshake,
  open,
  START,
  upload,
  type Wire,
} from "../support/core-bench.ts"
import { ROOM } from "../support/channels.ts"
import { sealedEntry } from "../support/relay-people.ts"

const ping = { type: "ping", token: 1 } as const

test("a bucket gives what it holds, and then as much as runs in", () => {
  const bucket = new Bucket(100, START)
  expect(bucket.take(100, 10, START)).toBe(0)
  expect(bucket.take(5, 10, START)).toBe(500)
  expect(bucket.take(5, 10, START)).toBe(1_000)
  expect(bucket.take(10, 10, START + 2_000)).toBe(0)
  // What nobody took is kept for ten seconds and no longer.
  expect(bucket.take(100, 10, START + 3_600_000)).toBe(0)
  expect(bucket.take(1, 10, START + 3_600_000)).toBe(100)
  // A clock that was set back gives nothing, and takes nothing away.
  expect(bucket.take(0, 10, START)).toBe(100)
  expect(bucket.take(0, 10, START + 100)).toBe(0)
})

test("what costs more counts more", () => {
  const channelIds = Array.from({ length: 1_000 }, () => ROOM)
  expect(costOf({ type: "look", rid: 1, channelIds })).toBe(51)
  expect(costOf({ type: "sees", rid: 1, from: 0 })).toBeGreaterThan(
    costOf({ type: "getHead", rid: 1, known: [] }),
  )
})

const flood = (wire: Wire, count: number) => {
  for (let i = 0; i < count; i++) wire.post(ping)
}
const readings = async (bench: CoreBench, wire: Wire) =>
  (await bench.settle()).flatMap((effect) =>
    effect.kind === "reading" && effect.id === wire.id ? [effect.isOn] : [],
  )

test("a connection that asks too fast is not read for a while, and then goes on; others are not touched", async () => {
  const bench = new CoreBench({ limits: { requestsPerSecond: 100 } })
  const { wire: loud } = await bench.join("loud")
  const { wire: calm } = await bench.join("calm")
  flood(loud, 900)
  expect(await readings(bench, loud)).toEqual([])
  flood(loud, 300)
  expect(await readings(bench, loud)).toEqual([false])
  expect(await calm.ask(ping)).toHaveLength(1)
  // What was under way already is answered, late.
  expect(loud.of("pong")).toHaveLength(1_200)
  expect(bench.relay.nextTick).toBeLessThan(bench.now + 5_001)
  bench.now = Math.ceil(bench.relay.nextTick)
  bench.relay.step({ kind: "tick" }, bench.now)
  const first = await readings(bench, loud)
  bench.now += 5_000
  bench.relay.step({ kind: "tick" }, bench.now)
  expect([...first, ...(await readings(bench, loud))]).toEqual([true])
  expect(loud.closed).toBe(false)
})

test("all devices of a person share one bucket, and all connections of an address another", () => {
  const limits: RelayLimits = { ...DEFAULT_LIMITS, personRequestsPerSecond: 10, addressRequestsPerSecond: 20 }
  const fairness = new Fairness(limits)
  const session = (root: string | undefined, address: string) =>
    ({
      member: root === undefined ? undefined : { root },
      address,
      isLocal: address === "127.0.0.1",
    }) as Parameters<Fairness["take"]>[0]
  const [one, two, other] = [session("a", "10.0.0.1"), session("a", "10.0.0.2"), session("b", "10.0.0.3")]
  for (let i = 0; i < 100; i++) expect(fairness.take(i % 2 ? one : two, ping, 9, START)).toBe(0)
  expect([one, two, other].map((each) => fairness.take(each, ping, 9, START) > 0)).toEqual([
    true,
    true,
    false,
  ])
  const strangers = Array.from({ length: 210 }, () => session(undefined, "10.0.0.9"))
  const waits = strangers.map((each) => fairness.take(each, ping, 9, START))
  expect([waits[199], waits[200]! > 0]).toEqual([0, true])
  // The machine's own users are not one another's flood.
  const local = Array.from({ length: 500 }, () => session(undefined, "127.0.0.1"))
  expect(Math.max(...local.map((each) => fairness.take(each, ping, 9, START)))).toBe(0)
})

test("nobody is paused for longer than five seconds at a time, and a pause is no silence", async () => {
  const bench = new CoreBench({ limits: { requestsPerSecond: 10 } })
  const { wire } = await bench.join("loud")
  flood(wire, 2_000)
  expect(await readings(bench, wire)).toEqual([false])
  await bench.pass(4_999)
  expect(wire.closed).toBe(false)
  expect(bench.relay.nextTick).toBeLessThanOrEqual(bench.now + 1)
  await bench.pass(1)
  // It has 20 seconds again from here.
  wire.take()
  await bench.pass(19_000)
  expect(wire.take().map(({ type }) => type)).toEqual([])
})

async function reader(limits: Partial<RelayLimits>) {
  const bench = new CoreBench({ limits })
  const { wire: alice } = await bench.join("alice")
  const { handle } = await alice.expect(open(ROOM), "opened")
  await alice.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
  const frozen: Wire[] = []
  for (const name of ["b", "c", "d"]) frozen.push((await bench.join(name)).wire)
  for (const wire of frozen) await wire.expect(open(ROOM), "opened")
  const write = async (bytes: number) => {
    for (let left = bytes; left > 0; left -= 60_000) {
      await alice.ask(upload(handle, 0, sealedEntry(bench.random, {}, 60_000)))
      await alice.drained()
    }
  }
  return { bench, alice, frozen, write }
}

test("a reader that reads nothing for two minutes is told so and cut, however lively it is; others are not", async () => {
  const { bench, alice, frozen, write } = await reader({})
  await frozen[1]!.drained()
  await frozen[2]!.drained()
  await write(600_000)
  await frozen[1]!.drained()
  for (let second = 0; second < 125; second += 5) {
    await bench.pass(5_000)
    for (const wire of [alice, ...frozen]) wire.post(ping)
    await bench.settle()
    for (const wire of [alice, frozen[1]!]) await wire.drained()
  }
  expect([alice, ...frozen].map(({ closed }) => closed)).toEqual([false, true, false, true])
  expect(frozen[0]!.take().map(line).at(-1)).toBe(`refused ${REFUSALS.busy}`)
  expect(bench.relay.monitor.snapshot(bench.now).cut).toEqual({ slow: 2 })
})

test("what waits for all slow readers together is bounded: those with the most go first", async () => {
  const { bench, alice, frozen, write } = await reader({ unreadBytes: 2.5 * SLOW_BYTES })
  await write(700_000)
  await frozen[2]!.drained()
  await write(400_000)
  await bench.pass(1_000)
  expect([alice, ...frozen].map(({ closed }) => closed)).toEqual([false, false, false, false])
  await write(600_000)
  await bench.pass(1_000)
  expect([alice, ...frozen].filter(({ closed }) => closed).length).toBeGreaterThan(0)
  expect([alice.closed, frozen[2]!.closed]).toEqual([false, false])
})

test("every limit has a value within its bounds, and words", () => {
  for (const name of LIMIT_NAMES) {
    const { value, least, most, words } = LIMITS[name]
    expect([name, least <= value && value <= most, words.length > 10]).toEqual([name, true, true])
  }
})
