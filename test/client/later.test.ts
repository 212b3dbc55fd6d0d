/** Messages that go at a time: once, at their time, never long after it, and not at all when they may not. */
import { expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import { ClientError } from "../../src/client/errors.ts"
import { LATE_MS, Laters, MAX_AHEAD_MS, MAX_LATER } from "../../src/client/later.ts"
import { arrived, HostileWorld, MINUTE } from "../support/hostile.ts"
import { fakeContext } from "../support/fake-link.ts"

const laterOf = (guest: { client: { desk: { later: Laters | object } } }) => guest.client.desk.later as Laters

test("a message goes at its time and not before, once, and can be taken back until then", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  const chat = alice.client.findRoom("bob").id
  const at = (minutes: number) => world.world.clock.now() + minutes * MINUTE
  const second = await laterOf(alice).plan(chat, "second", at(30))
  const first = await laterOf(alice).plan(chat, "first", at(10))
  const never = await laterOf(alice).plan(chat, "never", at(20))
  expect(
    laterOf(alice)
      .all()
      .map(({ text }) => text),
  ).toEqual(["first", "never", "second"])
  expect(new Set([first.number, second.number, never.number]).size).toBe(3)
  expect(await laterOf(alice).cancel(never.number)).toMatchObject({ text: "never" })
  await world.run(9 * MINUTE)
  expect(arrived(bob, "alice", "first")).toBe(false)
  await world.run(2 * MINUTE)
  expect(bob.texts("alice").filter((text) => text === "first")).toHaveLength(1)
  await world.run(60 * MINUTE)
  expect(bob.texts("alice").slice(-2)).toEqual(["first", "second"])
  expect(laterOf(alice).all()).toEqual([])
})

test("it goes after a restart, but not when the program did not run at its time", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  const chat = alice.client.findRoom("bob").id
  await laterOf(alice).plan(chat, "kept over the restart", world.world.clock.now() + 20 * MINUTE)
  await laterOf(alice).plan(chat, "too late", world.world.clock.now() + 40 * MINUTE)
  await laterOf(alice).plan(chat, "just in time", world.world.clock.now() + 40 * MINUTE + LATE_MS)
  await world.stop(alice)
  await world.run(MINUTE)
  const again = await world.start("alice", { disk: alice.disk })
  await world.run(20 * MINUTE)
  expect(arrived(bob, "alice", "kept over the restart")).toBe(true)
  await world.stop(again)
  await world.run(20 * MINUTE + LATE_MS)
  const last = await world.start("alice", { disk: alice.disk })
  await world.run(5 * MINUTE)
  expect(bob.texts("alice")).not.toContain("too late")
  expect(bob.texts("alice").filter((text) => text === "just in time")).toHaveLength(1)
  expect(laterOf(last).all()).toMatchObject([{ text: "too late", why: "missed" }])
  // It is told once, and nothing of it happens again.
  await world.run(3 * 60 * MINUTE)
  expect(laterOf(last).all()).toMatchObject([{ text: "too late", why: "missed" }])
  expect(bob.texts("alice")).not.toContain("too late")
  await laterOf(last).cancel(laterOf(last).all()[0]!.number)
  expect(laterOf(last).all()).toEqual([])
})

test("what may not be sent when its time comes is kept, told and not sent", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  const chat = alice.client.findRoom("bob").id
  const told: string[] = []
  alice.client.on(({ event }) => void (event.type === "error" && told.push(event.detail)))
  await laterOf(alice).plan(chat, "to somebody blocked", world.world.clock.now() + 10 * MINUTE)
  await alice.client.keys.block(alice.client.findPerson("bob").id)
  await world.run(20 * MINUTE)
  expect(laterOf(alice).all()).toMatchObject([{ text: "to somebody blocked", why: "refused" }])
  expect(told).toEqual([expect.stringContaining("is blocked; the message that was to go now was not sent")])
  await alice.client.keys.unblock(alice.client.findPerson("bob").id)
  await world.run(60 * MINUTE)
  expect(bob.texts("alice")).not.toContain("to somebody blocked")
  await expect(laterOf(alice).plan(chat, "  ", world.world.clock.now() + 1)).rejects.toThrow(
    "nothing in this message",
  )
})

test("bounds: the past, too far ahead, too many, no such number; rows that somebody else wrote are none", async () => {
  const context = await fakeContext()
  const byId = () => ({ record: {}, contacts: {} }) as never
  const later = new Laters(context, { byId }, { run: async (action) => action(), tell: () => {} })
  const now = context.clock.now()
  for (const at of [now, now - 1, now + MAX_AHEAD_MS + 1, Number.NaN, Number.POSITIVE_INFINITY])
    await expect(later.plan("r_x", "text", at)).rejects.toThrow(RangeError)
  await expect(later.cancel(1)).rejects.toMatchObject({ code: "unknown-message" })
  context.update("ordered", ({ tx }) => {
    tx.put("meta", utf8("later "), Uint8Array.of(1))
    tx.put("meta", utf8("later abcd"), Uint8Array.of(0xff, 0xff))
    tx.put("meta", utf8("later abcdefgh"), Uint8Array.of(1, 2, 3))
  })
  expect(later.all()).toEqual([])
  expect(MAX_LATER).toBe(100)
  expect(() => later.look()).not.toThrow(ClientError)
})
