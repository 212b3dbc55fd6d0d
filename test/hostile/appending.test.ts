/** A relay that lies about what was appended: it is believed in nothing that does not stand in the log. */
import { expect, test } from "vitest"
import { systemRandom } from "../../src/platform/random.ts"
import { arrived, distrusts, type Guest, HostileWorld, MINUTE, saidOf, stateOf } from "../support/hostile.ts"

async function pairOf(): Promise<{ world: HostileWorld; alice: Guest; bob: Guest }> {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  // Receipts and healing are over: what comes from here on is what the test sends.
  await world.run(MINUTE)
  return { world, alice, bob }
}

test("an acceptance alone proves nothing: a message is relayed when it stands in the log", async () => {
  const { world, alice } = await pairOf()
  alice.wire.up = (message) => {
    if (message.type !== "entry") return [message]
    alice.wire.say({ type: "accepted", handle: message.handle, eid: new Uint8Array(32), seq: 9, time: 9 })
    return []
  }
  await alice.write("bob", "swallowed")
  await world.run(10 * MINUTE)
  expect(stateOf(alice, "bob", "swallowed")).toBe("queued")
  alice.wire.up = (message) => [message]
  world.world.network.cutAll()
  await world.until(
    () => stateOf(alice, "bob", "swallowed") === "delivered",
    "the message on the next connection",
  )
})

test("a relay that calls everything stale is given up instead of being asked for ever", async () => {
  const { world, alice } = await pairOf()
  const positions = new Set<number>()
  alice.wire.up = (message) => {
    if (message.type !== "entry") return [message]
    positions.add(message.position)
    const eid = world.eidOf(message.entry)
    alice.wire.say({ type: "stale", handle: message.handle, eid, nextPosition: message.position + 1 })
    return []
  }
  await alice.write("bob", "never fresh")
  await world.run(2 * MINUTE)
  // One commit, in case that the relay has lost a token.
  expect(positions.size).toBeLessThanOrEqual(2)
  expect(saidOf(alice.wire, "entry").length).toBeLessThan(60)
  expect(distrusts(alice)).toBeGreaterThan(0)
  alice.wire.up = (message) => [message]
  await world.until(
    () => stateOf(alice, "bob", "never fresh") === "delivered",
    "the message, from an honest relay",
    10 * MINUTE,
  )
})

test("stale at a place that never comes: waits, and sends on the next connection", async () => {
  const { world, alice } = await pairOf()
  let lied = false
  alice.wire.up = (message) => {
    if (message.type !== "entry" || lied) return [message]
    lied = true
    alice.wire.say({
      type: "stale",
      handle: message.handle,
      eid: world.eidOf(message.entry),
      nextPosition: Number.MAX_SAFE_INTEGER,
    })
    return []
  }
  await alice.write("bob", "patient")
  await world.run(MINUTE)
  world.world.network.cutAll()
  await world.until(() => stateOf(alice, "bob", "patient") === "delivered", "the message")
})

test("answers for entries that were never offered change nothing", async () => {
  const { world, alice, bob } = await pairOf()
  const handle = saidOf(alice.wire, "entry").at(-1)!.handle
  const eid = systemRandom.bytes(32)
  for (let i = 0; i < 50; i++) {
    alice.wire.say(
      { type: "accepted", handle, eid, seq: i, time: 0 },
      { type: "stale", handle, eid, nextPosition: 99 },
      { type: "conflict", handle, eid, nextPosition: 99 },
      { type: "rejected", handle, eid, code: 6 },
      { type: "granted", handle, nextPosition: 99, leaseMs: 4_000_000_000 },
      { type: "ephemeral", handle, body: systemRandom.bytes(100) },
      { type: "accepted", handle: 77_777, eid, seq: i, time: 0 },
    )
  }
  await alice.write("bob", "unmoved")
  await world.until(() => arrived(bob, "alice", "unmoved"), "the message")
  expect(distrusts(alice)).toBe(0)
})

const CODES = { "too-large": 5, quota: 6, storage: 7, "bad-request": 11 }

function refusesEntries(world: HostileWorld, { wire }: Guest, code: keyof typeof CODES): void {
  wire.up = (message) => {
    if (message.type !== "entry") return [message]
    const eid = world.eidOf(message.entry)
    wire.say({ type: "rejected", handle: message.handle, eid, code: CODES[code] })
    return []
  }
}

for (const code of ["quota", "storage"] as const) {
  test(`a message refused with ${code} is offered again, a few times a minute, and goes out in the end`, async () => {
    const { world, alice } = await pairOf()
    const before = saidOf(alice.wire, "entry").length
    refusesEntries(world, alice, code)
    await alice.write("bob", "again and again")
    await world.run(2 * MINUTE)
    const offers = saidOf(alice.wire, "entry").length - before
    expect(offers).toBeGreaterThan(1)
    expect(offers).toBeLessThan(40)
    alice.wire.up = (message) => [message]
    await world.until(() => stateOf(alice, "bob", "again and again") === "delivered", "the message")
  })
}

for (const code of ["too-large", "bad-request"] as const) {
  test(`a message refused with ${code} has failed, says so, and holds nothing up`, async () => {
    const { world, alice, bob } = await pairOf()
    refusesEntries(world, alice, code)
    await alice.write("bob", "never taken")
    await world.until(() => stateOf(alice, "bob", "never taken") === "failed", "the message to fail")
    alice.wire.up = (message) => [message]
    await alice.write("bob", "taken")
    await world.until(() => stateOf(alice, "bob", "taken") === "delivered", "the next one")
    expect(alice.client.outboxCount()).toBe(0)
    expect(alice.texts("bob").slice(-2)).toEqual(["never taken", "taken"])
    expect(bob.texts("alice")).not.toContain("never taken")
    expect(bob.notices("alice")).toContain("gap")
  })
}
