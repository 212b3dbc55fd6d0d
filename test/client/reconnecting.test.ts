/** What survives links that die, relays that stop and programs that end, and in which order it arrives. */
import { expect, test } from "vitest"
import { arrived, distrusts, type Guest, HostileWorld, MINUTE, saidOf, stateOf } from "../support/hostile.ts"

const ROOM = "#everyone"

async function strangers(...names: string[]): Promise<{ world: HostileWorld; guests: Guest[] }> {
  const world = await HostileWorld.create()
  const guests: Guest[] = []
  for (const name of names) guests.push(await world.join(name))
  for (const guest of guests)
    await world.until(() => guest.client.people().length === names.length - 1, "them to meet")
  await world.run(MINUTE)
  return { world, guests }
}

test("two people who open a chat at the same instant meet in one, and everything arrives once", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  await Promise.all([
    alice.write("bob", "a1"),
    bob.write("alice", "b1"),
    alice.write("bob", "a2"),
    bob.write("alice", "b2"),
  ])
  const all = ["a1", "a2", "b1", "b2"]
  await world.until(
    () => all.every((text) => arrived(alice, "bob", text) && arrived(bob, "alice", text)),
    "all four",
  )
  await world.run(MINUTE)
  expect(alice.texts("bob")).toEqual(bob.texts("alice"))
  expect(alice.texts("bob").toSorted()).toEqual(all)
  expect(["a1", "a2"].map((text) => stateOf(alice, "bob", text))).toEqual(["delivered", "delivered"])
  // One of the two openings was in vain, and both know it.
  const openings = guests.flatMap(({ wire }) =>
    saidOf(wire, "handshake").filter(
      (message) => message.expect === 0 && message.headerId.every((byte) => byte === 0),
    ),
  )
  expect(openings).toHaveLength(2)
  expect(alice.notices("bob").filter((code) => code === "chat-opened")).toHaveLength(1)
  expect(guests.map(distrusts)).toEqual([0, 0])
})

test("somebody who was away gets everything, in order, and the sender learns of it", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  await world.stop(bob)
  for (const text of ["one", "two", "three"]) await alice.write("bob", text)
  await world.until(() => stateOf(alice, "bob", "three") === "relayed", "the relay to have them")
  await world.run(10 * MINUTE)
  expect(stateOf(alice, "bob", "one")).toBe("relayed")
  const back = await world.start("bob", { disk: bob.disk })
  await world.until(() => stateOf(alice, "bob", "three") === "delivered", "the receipt")
  expect(back.texts("alice")).toEqual(["one", "two", "three"])
  expect(["one", "two"].map((text) => stateOf(alice, "bob", text))).toEqual(["delivered", "delivered"])
  expect(back.client.room(back.client.findRoom("alice").id).unread).toBe(3)
  await back.client.markRead(back.client.findRoom("alice").id)
  await world.until(() => stateOf(alice, "bob", "one") === "read", "the second receipt")
  expect(back.client.room(back.client.findRoom("alice").id).unread).toBe(0)
})

test("what is written without a relay goes out when there is one, once and in order", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  await alice.write("bob", "before")
  await world.until(() => arrived(bob, "alice", "before"), "the first")
  world.relay.crash("kept")
  const texts = Array.from({ length: 12 }, (_, i) => `queued ${i}`)
  for (const text of texts) await alice.write("bob", text)
  await world.run(MINUTE)
  expect(alice.client.outboxCount()).toBe(12)
  expect(alice.client.connection().state).not.toBe("online")
  await world.relay.start()
  await world.until(() => arrived(bob, "alice", "queued 11"), "the last")
  expect(bob.texts("alice")).toEqual(["before", ...texts])
  await world.until(() => alice.client.outboxCount() === 0, "alice to see them in the log")
})

test("whoever asks for the relay, or says something, does not wait for the next try, and cannot press it to death", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice] = guests as [Guest]
  world.relay.crash("kept")
  await world.run(2 * MINUTE)
  const failed = () => alice.events.filter(({ type }) => type === "relay.disconnected").length
  const before = failed()
  for (let pressed = 0; pressed < 1_000; pressed++) {
    alice.client.start()
    await world.run(5)
  }
  // One try a second, for five seconds.
  expect(failed() - before).toBeLessThanOrEqual(6)
  expect(failed() - before).toBeGreaterThanOrEqual(4)
  await world.relay.start()
  const { state } = alice.client.connection()
  expect(state).not.toBe("online")
  alice.client.start()
  await world.run(1_500)
  expect(alice.client.connection().state).toBe("online")
})

test("a link that dies after every few frames loses and doubles nothing", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  world.world.network.quality = { ...world.world.network.quality, cutChance: 0.05 }
  const texts = Array.from({ length: 20 }, (_, i) => `word ${i}`)
  for (const text of texts) {
    await alice.write("bob", text)
    await world.run(500)
  }
  world.world.network.quality = { ...world.world.network.quality, cutChance: 0 }
  await world.until(() => arrived(bob, "alice", "word 19"), "the last word", 30 * MINUTE)
  expect(bob.texts("alice")).toEqual(texts)
  expect(world.world.network.cuts).toBeGreaterThan(3)
  expect(bob.notices("alice").filter((code) => code !== "chat-opened" && code !== "chat-reopened")).toEqual(
    [],
  )
})

test("a message that was sealed before somebody joined is sealed again, and everybody reads it once", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  // Alice's words reach the relay only after carol's join.
  const held: Parameters<Guest["wire"]["ask"]>[0][] = []
  alice.wire.up = (message) => {
    if (message.type !== "entry") return [message]
    held.push(message)
    return []
  }
  await alice.write(ROOM, "sealed too early")
  await world.run(100)
  const carol = await world.join("carol")
  alice.wire.up = (message) => [message]
  for (const message of held) alice.wire.ask(message)
  await world.until(() => [bob, carol].every((guest) => arrived(guest, ROOM, "sealed too early")), "the word")
  const entries = saidOf(alice.wire, "entry").filter(({ entry }) => entry[0] === 1)
  expect(entries.length).toBeGreaterThan(held.length)
  expect(alice.wire.heard.some(({ type }) => type === "stale")).toBe(true)
  expect(alice.texts(ROOM)).toEqual(["sealed too early"])
})

test("whoever came in by a Welcome renews their keys, and the chat goes on", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  await alice.write("bob", "hello")
  await world.until(() => arrived(bob, "alice", "hello"), "the message")
  await world.run(MINUTE)
  const renewals = saidOf(bob.wire, "handshake").filter(
    (message) => message.expect === 1 && message.headerId.every((byte) => byte === 0),
  )
  expect(renewals).toHaveLength(1)
  await bob.write("alice", "under new keys")
  await alice.write("bob", "me too")
  await world.until(() => arrived(alice, "bob", "under new keys") && arrived(bob, "alice", "me too"), "both")
  expect([...alice.notices("bob"), ...bob.notices("alice")]).toEqual(["chat-opened", "chat-opened"])
})

test("keys are renewed each day, by whoever is there", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  await alice.write("bob", "hello")
  await world.until(() => arrived(bob, "alice", "hello"), "the message")
  await world.run(MINUTE)
  const count = () => guests.flatMap(({ wire }) => saidOf(wire, "handshake")).length
  const before = count()
  await world.run(26 * 60 * MINUTE)
  await alice.write("bob", "a day later")
  await bob.write("alice", "indeed")
  await world.until(() => arrived(bob, "alice", "a day later") && arrived(alice, "bob", "indeed"), "both")
  await world.run(MINUTE)
  expect(count()).toBeGreaterThan(before)
  expect(guests.map(distrusts)).toEqual([0, 0])
})

test("in every phase of a chat's opening the program may end, and what was written arrives once", async () => {
  // Ends after so many messages from the relay, and starts again from the disk.
  for (let phase = 1; phase <= 24; phase += 1) {
    const { world, guests } = await strangers("alice", "bob")
    const [alice, bob] = guests as [Guest, Guest]
    let heard = 0
    let isOver = false
    alice.wire.down = (message) => {
      if (++heard >= phase) isOver = true
      return isOver ? [] : [message]
    }
    await alice.write("bob", "whatever happens")
    await world.run(2_000)
    world.crash(alice)
    const back = await world.start("alice", { disk: alice.disk })
    await world.until(
      () => arrived(bob, "alice", "whatever happens"),
      `the message, ended after ${phase}`,
      10 * MINUTE,
    )
    await world.until(
      () => stateOf(back, "bob", "whatever happens") === "delivered",
      "the receipt",
      10 * MINUTE,
    )
    await bob.write("alice", "and back")
    await world.until(() => arrived(back, "bob", "and back"), "the answer")
    expect(bob.texts("alice")).toEqual(["whatever happens", "and back"])
  }
})

test("a room is read on after a restart, and its unread count with it", async () => {
  const { world, guests } = await strangers("alice", "bob", "carol")
  const [alice, bob] = guests as [Guest, Guest]
  await alice.write(ROOM, "one")
  await world.until(() => arrived(bob, ROOM, "one"), "one")
  await world.stop(bob)
  await alice.write(ROOM, "two")
  await world.run(MINUTE)
  const back = await world.start("bob", { disk: bob.disk })
  expect(back.texts(ROOM)).toEqual(["one"])
  await world.until(() => arrived(back, ROOM, "two"), "two")
  expect(back.client.room(back.client.findRoom(ROOM).id).unread).toBe(2)
  await back.write(ROOM, "three")
  await world.until(() => arrived(alice, ROOM, "three"), "three")
})

test("kept events can be asked for again by cursor, across a restart, without one missing or doubled", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  for (const text of ["one", "two"]) await alice.write("bob", text)
  await world.until(() => arrived(bob, "alice", "two"), "two")
  const first = bob.client.eventsSince(undefined, 1_000)
  const cursor = first.at(-1)!.cursor
  expect(bob.client.eventsSince(cursor, 1_000)).toEqual([])
  await world.stop(bob)
  await alice.write("bob", "three")
  await world.run(MINUTE)
  const back = await world.start("bob", { disk: bob.disk })
  await world.until(() => arrived(back, "alice", "three"), "three")
  const texts = (stamped: typeof first) =>
    stamped.flatMap(({ event }) => (event.type === "message.received" ? [event.message.text] : []))
  expect(texts(back.client.eventsSince(cursor, 1_000))).toEqual(["three"])
  expect(texts(back.client.eventsSince(undefined, 1_000))).toEqual(["one", "two", "three"])
})

test("everybody who stands in the room's list is here once they have signed something", async () => {
  const { world, guests } = await strangers("alice", "bob", "carol", "dave")
  const here = (guest: Guest) =>
    guest.client.room(guest.client.findRoom(ROOM).id).members.map((member) => member.here)
  await world.run(MINUTE)
  for (const guest of guests) expect(here(guest)).toEqual([true, true, true])
})

test("nothing is sent twice by a start that was clean", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice, bob] = guests as [Guest, Guest]
  await alice.write("bob", "once")
  await world.until(() => stateOf(alice, "bob", "once") === "delivered", "the receipt")
  await world.stop(alice)
  const back = await world.start("alice", { disk: alice.disk })
  await world.run(MINUTE)
  expect(saidOf(back.wire, "entry")).toEqual([])
  expect(saidOf(back.wire, "handshake")).toEqual([])
  expect(back.events.some((event) => event.type === "sync.done")).toBe(true)
  expect(bob.texts("alice")).toEqual(["once"])
})

test("stopping twice is stopping once, and what is asked for afterwards is refused", async () => {
  const { world, guests } = await strangers("alice", "bob")
  const [alice] = guests as [Guest]
  const room = alice.client.findRoom(ROOM).id
  const both = Promise.all([alice.client.stop(), alice.client.stop()])
  await world.world.settle()
  await both
  await expect(alice.client.send(room, "too late")).rejects.toThrow("stopped")
})
