/** A person's next key, signed by the one before: what was trusted is trusted, and talk goes on. */
import { expect, test } from "vitest"
import { arrived, type Guest, HostileWorld, lastWish, MINUTE, stateOf } from "../support/hostile.ts"
import { rotate, trustOf } from "../support/succession.ts"

const SECOND = 1_000

/** Alice, bob who has verified her, and both in the room. */
async function friends(seed = 1) {
  const world = await HostileWorld.create(seed)
  const [alice, bob] = await world.pair()
  await bob.client.markVerified(trustOf(bob, "alice").id)
  await bob.write("#everyone", "room")
  await world.until(() => arrived(alice, "#everyone", "room"), "the room")
  await world.run(MINUTE)
  return { world, alice, bob }
}

async function talk(world: HostileWorld, a: Guest, b: Guest, what: string) {
  for (const to of ["#everyone", undefined]) {
    const [there, back] = [`${what} there ${to}`, `${what} back ${to}`]
    await a.write(to ?? b.name, there)
    await world.until(() => arrived(b, to ?? a.name, there), there)
    await b.write(to ?? a.name, back)
    await world.until(() => arrived(a, to ?? b.name, back), back)
  }
}

function membersOf(guest: Guest) {
  const { id } = guest.client.findRoom("#everyone")
  return guest.client.room(id).members.map(({ person }) => `${person.name} ${person.trust}`)
}

test("what was verified stays verified, a line says so, and both go on talking", async () => {
  const { world, alice, bob } = await friends()
  const before = trustOf(bob, "alice")
  const next = await rotate(world, alice)
  await world.until(() => bob.notices("alice").includes("key-rotated"), "the line")
  await talk(world, next, bob, "after")
  const after = trustOf(bob, "alice")
  expect(after).toMatchObject({ trust: "verified", mustDecide: false, ambiguous: false })
  expect(after.id).not.toBe(before.id)
  expect(after.tag).not.toBe(before.tag)
  expect(bob.client.people()).toHaveLength(1)
  expect([membersOf(bob), membersOf(next)]).toEqual([["alice verified"], ["bob unverified"]])
  expect(bob.notices("#everyone")).not.toContain("left")
  expect(bob.notices("alice")).not.toContain("chat-reopened")
  expect(bob.client.rooms().filter(({ kind }) => kind === "direct")).toHaveLength(1)
  expect(
    bob.client.keys.history(before.id).map(({ began, state, verified }) => [began, state, verified?.how]),
  ).toEqual([
    ["rotated", "current", "number"],
    ["registered", "handed-over", "number"],
  ])
  // Lines of before are still hers, and her own are still her own.
  expect(next.texts("bob").slice(0, 2)).toEqual(["hello bob", "hello alice"])
  expect(stateOf(next, "bob", "hello bob")).toBeDefined()
  expect(bob.client.safetyNumber(after.id)).toBe(next.client.safetyNumber(trustOf(next, "bob").id))
}, 300_000)

test("while somebody is away: what waited on both sides arrives once", async () => {
  const { world, alice, bob } = await friends(2)
  await world.stop(bob)
  await alice.write("bob", "written before")
  await alice.write("#everyone", "to all before")
  await world.run(10 * SECOND)
  const next = await rotate(world, alice)
  await next.write("bob", "written after")
  await world.run(2 * MINUTE)
  const back = await world.start("bob", { disk: bob.disk })
  await back.write("alice", "written offline")
  for (const text of ["written before", "written after"])
    await world.until(() => arrived(back, "alice", text), text, 10 * MINUTE)
  await world.until(() => arrived(back, "#everyone", "to all before"), "the room's")
  await world.until(() => arrived(next, "bob", "written offline"), "bob's", 10 * MINUTE)
  expect(trustOf(back, "alice").trust).toBe("verified")
  await talk(world, next, back, "at last")
}, 300_000)

test("twice in a row, and both of two people at the same time", async () => {
  const { world, alice, bob } = await friends(3)
  const second = await rotate(world, alice)
  await talk(world, second, bob, "second")
  await world.run(MINUTE)
  const [third, other] = [await rotate(world, second), await rotate(world, bob)]
  await world.run(2 * MINUTE)
  await talk(world, third, other, "third")
  expect(trustOf(other, "alice").trust).toBe("verified")
  expect(other.client.keys.history(trustOf(other, "alice").id)).toHaveLength(3)
  expect([membersOf(other), membersOf(third)]).toEqual([["alice verified"], ["bob unverified"]])
}, 300_000)

test("a process that dies right after the save is the new account when it comes back", async () => {
  const { world, alice, bob } = await friends(5)
  await world.stop(alice)
  const wish = lastWish()
  const again = await world.join("alice", { disk: alice.disk, store: wish.store })
  await world.run(MINUTE)
  wish.arm(1, () => world.crash(again))
  void again.client.keys.rotate().catch(() => {})
  await world.world.settle()
  expect(again.process.alive).toBe(false)
  const next = await world.join("alice", { disk: alice.disk })
  await world.until(() => bob.notices("alice").includes("key-rotated"), "the line")
  await talk(world, next, bob, "after")
}, 300_000)

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "a process that dies after its save %i with the new key is believed when it comes back",
  async (saves) => {
    const { world, alice, bob } = await friends(10 + saves)
    const done = alice.client.keys.rotate()
    await world.world.settle()
    await done
    await world.stop(alice)
    const wish = lastWish()
    // Armed before it starts: the first save is made before there is a client to be killed.
    const victim: { guest?: Guest } = {}
    wish.arm(saves, () => victim.guest?.process.kill())
    const dies = await world.start("alice", { disk: alice.disk, store: wish.store })
    victim.guest = dies
    await world.run(20 * SECOND)
    if (dies.process.alive) world.crash(dies)
    else alice.disk.crash(0)
    const next = await world.join("alice", { disk: alice.disk })
    await world.until(() => trustOf(bob, "alice").id === next.client.self().id, "the new key")
    expect(trustOf(bob, "alice").trust).toBe("verified")
    await talk(world, next, bob, "after")
  },
  60_000,
)

test("nothing is rotated without a connection", async () => {
  const { world, alice } = await friends(4)
  world.relay.crash()
  await world.run(10 * SECOND)
  await expect(alice.client.keys.rotate()).rejects.toMatchObject({ code: "not-now" })
})
