import { expect, test } from "vitest"
import { arrived, distrusts, HostileWorld, MINUTE, saidOf, stateOf } from "../support/hostile.ts"

async function pair() {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  return { world, alice, bob, bobsId: alice.client.findPerson("bob").id }
}

test("both sides show the same number, whoever asks, and nobody else's is the same", async () => {
  const { world, alice, bob, bobsId } = await pair()
  const carol = await world.join("carol")
  const number = alice.client.safetyNumber(bobsId)
  expect(number).toMatch(/^(\d{5} ){11}\d{5}$/)
  expect(bob.client.safetyNumber(bob.client.findPerson("alice").id)).toBe(number)
  expect(carol.client.safetyNumber(carol.client.findPerson("bob").id)).not.toBe(number)
})

test("verifying works before the first message, stands on every line, and outlives a restart", async () => {
  const world = await HostileWorld.create()
  const bob = await world.join("bob")
  const alice = await world.join("alice")
  await alice.client.markVerified(alice.client.findPerson("bob").id)
  expect(alice.events.find((event) => event.type === "verify.done")).toMatchObject({
    person: { name: "bob", trust: "verified" },
  })
  await bob.write("alice", "hello")
  await world.until(() => arrived(alice, "bob", "hello"), "the message")
  expect(alice.events.find((event) => event.type === "message.received")).toMatchObject({
    from: { trust: "verified" },
  })
  await world.stop(alice)
  const back = await world.start("alice", { disk: alice.disk })
  expect(back.client.findPerson("bob").trust).toBe("verified")
  expect(bob.client.findPerson("alice").trust).toBe("unverified")
})

test("numbers that differ stop sending, receipts included, until they have been compared again", async () => {
  const { world, alice, bob, bobsId } = await pair()
  const room = alice.client.findRoom("bob").id
  await alice.client.markMismatch(bobsId)
  expect(alice.client.room(room)).toMatchObject({ state: "stopped", problem: "keys-differ" })
  await expect(alice.client.send(room, "no")).rejects.toMatchObject({ code: "keys-differ" })
  await bob.write("alice", "are you there?")
  await world.run(MINUTE)
  expect(arrived(alice, "bob", "are you there?")).toBe(true)
  expect(stateOf(bob, "alice", "are you there?")).toBe("relayed")
  await alice.client.markVerified(bobsId)
  await world.until(() => stateOf(bob, "alice", "are you there?") === "delivered", "the receipt")
  await alice.client.send(room, "yes")
  await world.until(() => arrived(bob, "alice", "yes"), "the answer")
  expect(alice.notices("bob").slice(-2)).toEqual(["mismatch", "verified"])
})

test("what waited when the numbers differed waits on, and goes out when they fit", async () => {
  const { world, alice, bob, bobsId } = await pair()
  alice.wire.up = (message) => (message.type === "entry" ? [] : [message])
  await alice.write("bob", "waiting")
  await world.run(1_000)
  await alice.client.markMismatch(bobsId)
  alice.wire.up = (message) => [message]
  world.world.network.cutAll()
  await world.run(MINUTE)
  expect(stateOf(alice, "bob", "waiting")).toBe("queued")
  expect(bob.texts("alice")).not.toContain("waiting")
  await alice.client.markVerified(bobsId)
  await world.until(() => arrived(bob, "alice", "waiting"), "the message")
})

test("no chat is opened with somebody whose number differed", async () => {
  const world = await HostileWorld.create()
  const alice = await world.join("alice")
  const bob = await world.join("bob")
  await world.until(() => alice.client.people().length === 1, "them to meet")
  await world.run(MINUTE)
  alice.wire.up = (message) => (message.type === "takePackage" ? [] : [message])
  await alice.write("bob", "too early")
  await world.run(1_000)
  await alice.client.markMismatch(alice.client.findPerson("bob").id)
  alice.wire.up = (message) => [message]
  world.world.network.cutAll()
  const before = saidOf(alice.wire, "handshake").length
  await world.run(3 * MINUTE)
  expect(saidOf(alice.wire, "handshake")).toHaveLength(before)
  expect(bob.client.rooms().filter(({ kind }) => kind === "direct")).toEqual([])
  await alice.client.markVerified(alice.client.findPerson("bob").id)
  await world.until(() => arrived(bob, "alice", "too early"), "the message", 10 * MINUTE)
})

test("a person's own doubts are theirs: a room with both in it goes on", async () => {
  const { world, alice, bob, bobsId } = await pair()
  await alice.client.markMismatch(bobsId)
  await alice.write("#everyone", "still together")
  await world.until(() => arrived(bob, "#everyone", "still together"), "the message")
})

test("decisions about nobody are refused", async () => {
  const { alice } = await pair()
  for (const id of ["u_nobody", "", alice.client.self().id]) {
    expect(() => alice.client.safetyNumber(id)).toThrow(expect.objectContaining({ code: "unknown-name" }))
    await expect(alice.client.markVerified(id)).rejects.toMatchObject({ code: "unknown-name" })
  }
})

test("a guest that throws harms neither the engine nor the other guests", async () => {
  const { world, alice, bob } = await pair()
  const seen: string[] = []
  alice.client.on(() => {
    throw new Error("a guest's own bug")
  })
  alice.client.on(({ event }) => void seen.push(event.type))
  for (const text of ["one", "two", "three"]) {
    await bob.write("alice", text)
    await alice.write("bob", `re: ${text}`)
  }
  await world.until(
    () => arrived(bob, "alice", "re: three") && arrived(alice, "bob", "three"),
    "the messages",
  )
  expect(seen.filter((type) => type === "message.received")).toHaveLength(3)
  expect([distrusts(alice), distrusts(bob)]).toEqual([0, 0])
  expect(alice.events.filter((event) => event.type === "error")).toEqual([])
})

test("a guest that left hears nothing more", async () => {
  const { world, alice, bob } = await pair()
  const seen: string[] = []
  const leave = alice.client.on(({ event }) => void seen.push(event.type))
  leave()
  await bob.write("alice", "psst")
  await world.until(() => arrived(alice, "bob", "psst"), "the message")
  expect(seen).toEqual([])
})
