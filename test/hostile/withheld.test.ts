/** A relay that keeps entries back from one person (PROTOCOL.md §13.5, §13.6): it is noticed, said and repaired. */
import { expect, test } from "vitest"
import type { Of } from "../../src/protocol/messages.ts"
import { arrived, type Guest, HostileWorld, MINUTE, stateOf } from "../support/hostile.ts"

type Entry = Of<"entry">

/** Leaves out the message entries that `drops` picks and numbers what follows as if they had never been there. */
function withholds(guest: Guest, drops: (entry: Entry, index: number) => boolean): () => number {
  const missing = new Map<number, number>()
  let index = 0
  let dropped = 0
  guest.wire.down = (message) => {
    if (message.type !== "entry") return [message]
    const shift = missing.get(message.handle) ?? 0
    if (message.entry[0] === 1 && drops(message, index++)) {
      missing.set(message.handle, shift + 1)
      dropped++
      return []
    }
    return [{ ...message, seq: message.seq - shift }]
  }
  return () => dropped
}

test("a message that the relay leaves out is asked for, brought by its author, and its line goes", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  let isDue = true
  const dropped = withholds(bob, () => isDue && !(isDue = false))
  await alice.write("bob", "left out")
  await alice.write("bob", "seen")
  await world.until(() => arrived(bob, "alice", "seen"), "the message after it")
  expect(dropped()).toBe(1)
  expect(bob.notices("alice")).toContain("gap")
  expect(bob.events).toContainEqual(expect.objectContaining({ type: "gap.detected", missing: 1 }))
  await world.until(() => arrived(bob, "alice", "left out"), "what was left out")
  expect(bob.notices("alice")).not.toContain("gap")
  expect(bob.texts("alice").slice(-2)).toEqual(["left out", "seen"])
  await world.until(() => stateOf(alice, "bob", "left out") === "delivered", "its receipt")
})

test("until it is here, nobody is told that it is", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  // Everything that alice brings afterwards is kept back as well.
  let seen = 0
  withholds(bob, () => seen++ !== 1)
  await alice.write("bob", "left out")
  await alice.write("bob", "seen")
  await world.run(10 * MINUTE)
  expect(bob.notices("alice")).toContain("gap")
  expect([stateOf(alice, "bob", "left out"), stateOf(alice, "bob", "seen")]).toEqual(["relayed", "relayed"])
})

test("in a room, another member brings what its author cannot", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  const carol = await world.join("carol")
  await world.run(MINUTE)
  await alice.write("#everyone", "first")
  await world.until(() => arrived(carol, "#everyone", "first"), "the first")
  await world.run(2 * MINUTE)
  let isDue = true
  withholds(carol, (entry) => isDue && entry.entry.length > 0 && !(isDue = false))
  await alice.write("#everyone", "left out")
  await world.until(() => arrived(bob, "#everyone", "left out"), "the other member's copy")
  await bob.write("#everyone", "who has seen it?")
  await world.stop(alice)
  await world.until(() => arrived(carol, "#everyone", "left out"), "what was left out", 30 * MINUTE)
  expect(carol.notices("#everyone")).not.toContain("gap")
  // What showed the gap stays where it was, below what filled it.
  expect(carol.texts("#everyone").slice(-2)).toEqual(["left out", "who has seen it?"])
  const line = carol.client
    .transcript(carol.client.findRoom("#everyone").id, 100)
    .find((each) => each.kind === "message" && each.message.text === "left out")
  expect(line).toMatchObject({ message: { from: { name: "alice" } } })
})

test("a tail that is kept back is noticed by the next beacon", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  let isDue = true
  withholds(bob, () => isDue && !(isDue = false))
  await alice.write("bob", "the last word")
  await world.run(16 * MINUTE)
  await world.until(() => arrived(bob, "alice", "the last word"), "what was kept back", 5 * MINUTE)
})

test("who is online and confirms nothing is said to the author", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  withholds(bob, () => true)
  await alice.write("bob", "into silence")
  await world.run(17 * MINUTE)
  expect(alice.notices("bob")).toContain("unconfirmed")
  expect(stateOf(alice, "bob", "into silence")).toBe("relayed")
})

test("two who share a room that the relay shows differently learn of it in their own chat", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  const room = () => bob.client.findRoom("#everyone").id
  await alice.write("#everyone", "for all")
  await world.until(() => arrived(bob, "#everyone", "for all"), "the room")
  expect(room()).toBeDefined()
  withholds(bob, (entry) => entry.entry.length > 0 && entry.handle === everyone(bob))
  await alice.write("#everyone", "kept from bob")
  await alice.write("bob", "just us")
  await world.run(40 * MINUTE)
  const notices = [...alice.notices("#everyone"), ...bob.notices("#everyone")]
  expect(notices).toContain("differs")
})

function everyone(guest: Guest): number {
  const opened = guest.wire.heard.filter((message): message is Of<"opened"> => message.type === "opened")
  // The room has the longest log of those that were opened.
  return opened.toSorted((a, b) => b.nextPosition - a.nextPosition)[0]!.handle
}

test("more holes than are kept apart: nothing counts as delivered before it is here, and all of it comes", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  const texts = Array.from({ length: 44 }, (_, i) => `text ${i}`)
  let left = texts.length
  withholds(bob, () => left > 0 && left-- % 2 === 0)
  for (const text of texts) await alice.write("bob", text)
  await world.until(() => arrived(bob, "alice", "text 43"), "the last")
  await world.until(() => texts.every((text) => arrived(bob, "alice", text)), "all of it", 30 * MINUTE)
  expect(bob.notices("alice")).not.toContain("gap")
})
