/** A key that the operator gave to somebody who lost theirs: nobody is asked to believe it, and nobody is cut off. */
import { expect, test } from "vitest"
import { arrived, type Guest, HostileWorld, MINUTE, stateOf } from "../support/hostile.ts"
import { CODE, linesOf, replace, trustOf } from "../support/succession.ts"

/** Bob has verified alice and carol has not; alice then loses everything. */
async function lost(seed = 1) {
  const world = await HostileWorld.create(seed)
  const [alice, bob] = await world.pair()
  const carol = await world.join("carol")
  await bob.client.markVerified(trustOf(bob, "alice").id)
  await carol.write("alice", "hello from carol")
  await bob.write("#everyone", "all here")
  for (const each of [alice, carol])
    await world.until(() => arrived(each, "#everyone", "all here"), "the room")
  await world.until(() => arrived(alice, "carol", "hello from carol"), "carol's hello")
  await world.stop(alice)
  return { world, alice, bob, carol }
}

async function changed(seed = 1) {
  const { world, alice, bob, carol } = await lost(seed)
  await bob.write("alice", "for the old key")
  await world.run(10_000)
  const next = await replace(world, "alice")
  for (const each of [bob, carol])
    await world.until(() => trustOf(each, "alice").mustDecide, `${each.name} to hear of it`)
  await world.run(MINUTE)
  return { world, former: alice, alice: next, bob, carol }
}

const roomOf = (guest: Guest, to: string) => guest.client.room(guest.client.findRoom(to).id)

function sends(guest: Guest, to: string, text: string): Promise<string> {
  return guest.write(to, text)
}

test("everybody sees it; nothing is sent to the new key, and a room stops for whoever had verified the old one", async () => {
  const { bob, carol, alice } = await changed()
  for (const each of [bob, carol]) {
    expect(trustOf(each, "alice")).toMatchObject({ trust: "changed", mustDecide: true })
    expect(each.notices("alice")).toContain("key-changed")
    expect(roomOf(each, "alice")).toMatchObject({ state: "stopped", problem: "key-changed" })
    await expect(sends(each, "alice", "no")).rejects.toMatchObject({ code: "key-changed" })
    expect(each.events.find(({ type }) => type === "person.keyChanged")).toMatchObject({ how: "replaced" })
  }
  expect(roomOf(bob, "#everyone")).toMatchObject({ state: "stopped", problem: "key-changed" })
  await expect(sends(bob, "#everyone", "no")).rejects.toMatchObject({ code: "key-changed" })
  expect(roomOf(carol, "#everyone")).toMatchObject({ state: "open", problem: undefined })
  expect(alice.client.self().name).toBe("alice")
  // Names do not clash: there is one alice, with two keys in her history.
  expect(bob.client.people().map(({ name, ambiguous }) => [name, ambiguous])).toEqual([
    ["alice", false],
    ["carol", false],
  ])
  const states = bob.client.keys.history(trustOf(bob, "alice").id).map(({ began, state }) => [began, state])
  expect(states).toEqual([
    ["replaced", "current"],
    ["registered", "replaced"],
  ])
}, 300_000)

test("whoever has another key counts once, and the old key is named as one that was replaced", async () => {
  const { world, carol, former, alice: newAlice } = await changed()
  const members = () => roomOf(carol, "#everyone").members
  await world.until(() => members().some(({ person }) => person.trust === "changed"), "alice's new key")
  const alice = members().filter(({ person }) => person.name === "alice")
  expect(alice).toHaveLength(1)
  expect(members()).toHaveLength(2)
  const said = linesOf(carol, "alice").find((line) => line.kind === "message" && !line.message.own)
  if (said?.kind === "message") expect(said.message.from.trust).toBe("replaced")
  const old = former.client.self().tag
  for (const { tag, trust } of alice[0]!.former) expect([tag, trust]).toEqual([old, "replaced"])
  // Whoever has lost a key counts once for themselves, too.
  const hers = newAlice.client.room(newAlice.client.findRoom("#everyone").id)
  expect(hers.members.map(({ person }) => person.name).toSorted()).toEqual(["bob", "carol"])
  expect(hers.ownFormer?.map(({ tag, trust }) => [tag, trust])).toEqual([[old, "replaced"]])
  await newAlice.write("#everyone", "I am back")
  const back = linesOf(newAlice, "#everyone").findLast((line) => line.kind === "message" && line.message.own)
  if (back?.kind === "message")
    expect(newAlice.client.receipts(hers.id, back.message.id).map(({ person }) => person.name)).not.toContain(
      "alice",
    )
  await carol.write("#everyone", "how many are we?")
  const own = () =>
    linesOf(carol, "#everyone").findLast((line) => line.kind === "message" && line.message.own)
  await world.until(() => {
    const line = own()
    return line?.kind === "message" && line.message.receipts?.read !== undefined
  }, "the count")
  const line = own()
  if (line?.kind !== "message") throw new Error("nothing was said")
  expect(line.message.receipts).toMatchObject({ of: 2 })
  const people = carol.client.receipts(roomOf(carol, "#everyone").id, line.message.id)
  expect(people.map(({ person }) => person.name).toSorted()).toEqual(["alice", "bob"])
}, 300_000)

test("later: sending goes on with the mark, and what was meant for the old key is not given to the new one", async () => {
  const { world, alice, bob } = await changed(2)
  await bob.client.keys.decideLater(trustOf(bob, "alice").id)
  expect(trustOf(bob, "alice")).toMatchObject({ trust: "changed", mustDecide: false })
  await bob.write("alice", "for the new key")
  await world.until(() => arrived(alice, "bob", "for the new key"), "the message", 10 * MINUTE)
  await bob.write("#everyone", "and for the room")
  await world.until(() => arrived(alice, "#everyone", "and for the room"), "the room's")
  await alice.write("bob", "thank you")
  await world.until(() => arrived(bob, "alice", "thank you"), "the answer")
  expect(stateOf(bob, "alice", "for the old key")).toBe("failed")
  expect(alice.texts("bob")).not.toContain("for the old key")
  // The mark stands on the line, after a restart too.
  await world.stop(bob)
  const back = await world.join("bob", { disk: bob.disk })
  const last = linesOf(back, "alice").findLast((line) => line.kind === "message")
  expect(last).toMatchObject({ message: { text: "thank you", from: { trust: "changed" } } })
  expect(trustOf(back, "alice")).toMatchObject({ trust: "changed", mustDecide: false })
  await back.write("alice", "still there")
  await world.until(() => arrived(alice, "bob", "still there"), "the last")
}, 300_000)

test("verified: what waited goes out as well", async () => {
  const { world, alice, bob } = await changed(3)
  const { id } = trustOf(bob, "alice")
  expect(bob.client.safetyNumber(id)).toBe(alice.client.safetyNumber(trustOf(alice, "bob").id))
  await bob.client.markVerified(id)
  await world.until(() => arrived(alice, "bob", "for the old key"), "what waited", 10 * MINUTE)
  expect(trustOf(bob, "alice")).toMatchObject({ trust: "verified", mustDecide: false })
  expect(bob.client.keys.history(id)[0]).toMatchObject({ state: "current", verified: { how: "number" } })
  expect(roomOf(bob, "#everyone").state).toBe("open")
}, 300_000)

test("blocked: nothing is shown or sent, it is counted, and it ends without bringing anything back", async () => {
  const { world, alice, bob, carol } = await changed(4)
  const { id } = trustOf(bob, "alice")
  await bob.client.keys.block(id)
  expect(trustOf(bob, "alice")).toMatchObject({ trust: "blocked", mustDecide: false, hidden: 0 })
  expect(roomOf(bob, "alice")).toMatchObject({ state: "stopped", problem: "blocked" })
  await expect(sends(bob, "alice", "no")).rejects.toMatchObject({ code: "blocked" })
  await alice.write("#everyone", "can you hear me")
  await world.until(() => arrived(carol, "#everyone", "can you hear me"), "carol to hear")
  await bob.write("#everyone", "the room goes on")
  await world.until(() => arrived(alice, "#everyone", "the room goes on"), "the room")
  await world.until(() => trustOf(bob, "alice").hidden === 1, "the count")
  expect(bob.texts("#everyone")).not.toContain("can you hear me")
  await world.stop(bob)
  const back = await world.join("bob", { disk: bob.disk })
  expect(trustOf(back, "alice")).toMatchObject({ trust: "blocked", hidden: 1 })
  await back.client.keys.unblock(id)
  expect(trustOf(back, "alice")).toMatchObject({ trust: "changed", mustDecide: true })
  expect(back.texts("#everyone")).not.toContain("can you hear me")
}, 300_000)

test("a blocked person who was trusted is trusted again, and what they say in a chat is not kept meanwhile", async () => {
  const world = await HostileWorld.create(5)
  const [alice, bob] = await world.pair()
  const { id } = trustOf(bob, "alice")
  await bob.client.markVerified(id)
  await bob.client.keys.block(id)
  await alice.write("bob", "hidden")
  await world.until(() => trustOf(bob, "alice").hidden === 1, "the count")
  await bob.client.keys.unblock(id)
  expect(trustOf(bob, "alice").trust).toBe("verified")
  await alice.write("bob", "seen")
  await world.until(() => arrived(bob, "alice", "seen"), "the next")
  expect(bob.texts("alice")).not.toContain("hidden")
  expect(bob.notices("alice").slice(-2)).toEqual(["blocked", "unblocked"])
  await world.until(() => stateOf(alice, "bob", "seen") === "delivered", "the receipt")
}, 300_000)

test("without the operator nobody takes a name, with a code or without", async () => {
  const { world, bob } = await lost(6)
  for (const approval of [undefined, new Uint8Array(16).fill(9)]) {
    const thief = await world.start("alice", approval ? { approval } : {})
    await world.run(MINUTE)
    expect(thief.client.connection()).toMatchObject({
      state: "refused",
      why: approval ? "not-approved" : "name-taken",
    })
  }
  expect(trustOf(bob, "alice")).toMatchObject({ trust: "verified", mustDecide: false })
}, 300_000)

test("whoever lost the name is told, and can say nothing more", async () => {
  const { world, former, bob } = await changed(7)
  const back = await world.start("alice", { disk: former.disk })
  await world.run(MINUTE)
  expect(back.client.connection()).toMatchObject({ state: "refused", why: "replaced" })
  const thief = await world.start("alice", { approval: CODE })
  await world.run(MINUTE)
  // A code is good once.
  expect(thief.client.connection()).toMatchObject({ state: "refused", why: "not-approved" })
  expect(bob.client.people()).toHaveLength(2)
}, 300_000)

test("an account that was closed is nobody's: its chat stops, its name stays taken", async () => {
  const world = await HostileWorld.create(8)
  const [alice, bob] = await world.pair()
  let isClosed = false
  void alice.client.keys.close().then(() => (isClosed = true))
  await world.until(() => isClosed, "the end")
  await world.until(() => bob.client.people().length === 0, "bob to hear of it")
  const chat = bob.client.rooms().find(({ kind }) => kind === "direct")!
  expect(chat).toMatchObject({ name: "alice", problem: "closed", state: "stopped" })
  await expect(bob.client.send(chat.id, "hello?")).rejects.toMatchObject({ code: "closed" })
  expect(() => bob.client.findPerson("alice")).toThrow(expect.objectContaining({ code: "unknown-name" }))
  await world.stop(alice)
  const back = await world.start("alice", { disk: alice.disk })
  const namesake = await world.start("Alice")
  await world.run(MINUTE)
  expect(back.client.connection()).toMatchObject({ state: "refused", why: "closed" })
  expect(namesake.client.connection()).toMatchObject({ state: "refused", why: "name-taken" })
}, 300_000)

test("words and a code to show need a chat with the new key: the refusal says what does not", async () => {
  const { world, bob, alice } = await changed()
  const { id } = trustOf(bob, "alice")
  for (const ask of [bob.client.verification.askWords(id), bob.client.verification.qrText(id)])
    await expect(ask).rejects.toMatchObject({
      code: "key-changed",
      message: expect.stringMatching(
        /given to another key.*Compare the 60 digits.*or read the code off their screen/u,
      ) as string,
    })
  expect(bob.client.verification.all()).toEqual([])
  // What it says works: the other side shows its code, and it is read here.
  const shown = await alice.client.verification.qrText(alice.client.findPerson("bob").id)
  await bob.client.verification.readQr(id, shown.qr!)
  expect(trustOf(bob, "alice").trust).toBe("verified")
  await sends(bob, "alice", "to the new key")
  await world.until(() => arrived(alice, "bob", "to the new key"), "the message")
  await bob.client.verification.askWords(id)
})

test("putting off is about the key that was on the screen, not about one that came since", async () => {
  const { world, alice, bob } = await changed()
  const { id } = trustOf(bob, "alice")
  await world.stop(alice)
  await replace(world, "alice", new Uint8Array(16).fill(0xd0))
  await world.until(() => trustOf(bob, "alice").id !== id, "bob to hear of the third key")
  await expect(bob.client.keys.decideLater(id)).rejects.toMatchObject({ code: "key-changed" })
  expect(trustOf(bob, "alice")).toMatchObject({ trust: "changed", mustDecide: true })
  await expect(sends(bob, "alice", "no")).rejects.toMatchObject({ code: "key-changed" })
  await bob.client.keys.decideLater(trustOf(bob, "alice").id)
  expect(trustOf(bob, "alice").mustDecide).toBe(false)
})
