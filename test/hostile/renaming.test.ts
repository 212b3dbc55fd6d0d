/** Somebody takes another name: with an honest relay, and with one that makes of it what it can. */
import { expect, test } from "vitest"
import type { Notice } from "../../src/client/events.ts"
import type { Of, RelayMessage } from "../../src/protocol/messages.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { arrived, distrusts, type Guest, HostileWorld, MINUTE, saidOf, Wire } from "../support/hostile.ts"
import { lieTo } from "../support/lying-directory.ts"
import { linesOf, rotate, trustOf } from "../support/succession.ts"

const coded = (code: string) => ({ name: "ClientError", code })

async function renamed(world: HostileWorld, guest: Guest, name: string): Promise<void> {
  const done = guest.client.keys.rename(name)
  let isDone = false
  void done.then(
    () => (isDone = true),
    () => (isDone = true),
  )
  await world.until(() => isDone, `an answer about ${name}`)
  await done
}

const renames = (guest: Guest, to: string): (Notice & { code: "renamed" })[] =>
  linesOf(guest, to).flatMap((line) =>
    line.kind === "notice" && line.notice.code === "renamed" ? [line.notice] : [],
  )

test("a person takes another name: everybody is told, trust and chat stay, and the old name is nobody's", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await bob.client.markVerified(bob.client.findPerson("alice").id)
  await renamed(world, alice, "  Anna ")
  expect(alice.client.self().name).toBe("Anna")
  expect(alice.events.filter((event) => event.type === "person.renamed")).toMatchObject([
    { person: { name: "Anna", trust: "self" }, before: "alice", by: "you" },
  ])
  await world.until(() => bob.client.people()[0]?.name === "Anna", "bob to know")
  expect(trustOf(bob, "Anna").trust).toBe("verified")
  expect(() => bob.client.findPerson("alice")).toThrow(expect.objectContaining({ code: "unknown-name" }))
  for (const to of ["Anna", "#everyone"])
    expect(renames(bob, to)).toMatchObject([{ before: "alice", name: "Anna", person: { trust: "verified" } }])
  const kept = bob.client.eventsSince(undefined, 1_000).map(({ event }) => event)
  expect(kept.filter((event) => event.type === "person.renamed")).toMatchObject([
    { before: "alice", person: { name: "Anna" }, by: "them" },
  ])
  await alice.write("bob", "still me")
  await world.until(() => arrived(bob, "Anna", "still me"), "the message")
  await expect(renamed(world, bob, "alice")).rejects.toMatchObject(coded("name-taken"))
  // The way back is open.
  await renamed(world, alice, "alice")
  expect(alice.client.self().name).toBe("alice")
  await world.stop(alice)
  const back = await world.start("alice", { disk: alice.disk })
  expect(back.client.self().name).toBe("alice")
  expect([distrusts(alice), distrusts(bob)]).toEqual([0, 0])
})

test("whoever was away learns every name in its order, and one's own alias stays", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await bob.client.setAlias(bob.client.findPerson("alice").id, "Teacher")
  await world.stop(bob)
  await renamed(world, alice, "Anna")
  await renamed(world, alice, "Anne")
  const back = await world.start("bob", { disk: bob.disk, wire: new Wire() })
  await world.until(() => renames(back, "#everyone").length === 2, "both names")
  expect(renames(back, "#everyone")).toMatchObject([
    { before: "alice", name: "Anna" },
    { before: "Anna", name: "Anne" },
  ])
  expect(back.client.people()).toMatchObject([{ name: "Teacher", registeredName: "Anne" }])
  expect(back.client.findPerson("teacher").id).toBe(back.client.findPerson("anne").id)
})

test.each([
  ["", "bad-name"],
  ["every\u200bone", "bad-name"],
  ["b0b", "name-taken"],
  ["BOB", "name-taken"],
])("the name %j is not even asked for", async (name, code) => {
  const world = await HostileWorld.create()
  const [alice] = await world.pair()
  const before = saidOf(alice.wire, "register").length
  await expect(renamed(world, alice, name)).rejects.toMatchObject(coded(code))
  expect(saidOf(alice.wire, "register")).toHaveLength(before)
  expect(alice.client.self().name).toBe("alice")
})

test("a name that somebody gave up is not to be had, the ninth is refused, and an old one is still one's own", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await renamed(world, bob, "robert")
  await expect(renamed(world, alice, "b0b")).rejects.toMatchObject(coded("name-taken"))
  for (const name of ["aa", "ab", "ac", "ad", "ae", "af", "ag"]) await renamed(world, alice, name)
  await expect(renamed(world, alice, "ah")).rejects.toMatchObject(coded("too-many-names"))
  await renamed(world, alice, "alice")
  expect(alice.client.self().name).toBe("alice")
})

test("an alias that one has given is nobody's name to take, one's own least of all", async () => {
  const world = await HostileWorld.create()
  const [alice] = await world.pair()
  await alice.client.setAlias(alice.client.findPerson("bob").id, "Anna")
  await expect(renamed(world, alice, "anna")).rejects.toMatchObject(coded("name-taken"))
})

test("without a connection, twice at once, or beside an open verification, it waits", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  const view = await alice.client.verification.askWords(alice.client.findPerson("bob").id)
  await expect(renamed(world, alice, "Anna")).rejects.toMatchObject(coded("not-now"))
  await alice.client.verification.cancel(view.id)
  const both = Promise.allSettled([alice.client.keys.rename("Anna"), alice.client.keys.rename("Anne")])
  await world.run(MINUTE)
  expect(await both).toMatchObject([
    { status: "fulfilled" },
    { status: "rejected", reason: coded("not-now") },
  ])
  await world.run(MINUTE)
  expect(bob.client.people()[0]!.name).toBe("Anna")
  await world.relay.stop()
  await world.run(1_000)
  await expect(alice.client.keys.rename("Ada")).rejects.toMatchObject(coded("not-now"))
})

test("a relay that says yes and shows nothing is not believed, and the name stays", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  alice.wire.up = (message) => {
    if (message.type !== "register") return [message]
    alice.wire.say({ type: "done", rid: message.rid })
    return []
  }
  await expect(renamed(world, alice, "Anna")).rejects.toMatchObject(coded("no-answer"))
  expect([alice.client.self().name, bob.client.people()[0]!.name]).toEqual(["alice", "alice"])
  alice.wire.up = (message) => [message]
  await renamed(world, alice, "Anna")
  expect(alice.client.self().name).toBe("Anna")
})

test("a relay that refuses, and registers all the same, renames nobody unnoticed: both sides say so", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  let rid = 0
  alice.wire.up = (message) => {
    if (message.type === "register") ({ rid } = message)
    return [message]
  }
  const lie = (message: RelayMessage): RelayMessage =>
    message.type === "done" && message.rid === rid
      ? { type: "refused", rid, code: REFUSALS["name-taken"], detail: 0 }
      : message
  alice.wire.down = (message) => [lie(message)]
  await expect(renamed(world, alice, "Anna")).rejects.toMatchObject(coded("name-taken"))
  await world.run(MINUTE)
  expect(alice.client.self().name).toBe("Anna")
  expect(alice.events.filter((event) => event.type === "person.renamed")).toHaveLength(1)
  expect(renames(bob, "#everyone")).toMatchObject([{ before: "alice", name: "Anna" }])
})

test("a process that ends between the question and the answer is called what the directory says", async () => {
  const world = await HostileWorld.create()
  const [alice] = await world.pair()
  alice.wire.down = () => []
  void alice.client.keys.rename("Anna").catch(() => {})
  await world.run(1_000)
  world.crash(alice)
  const back = await world.start("alice", { disk: alice.disk, wire: new Wire() })
  expect(back.client.self().name).toBe("alice")
  await world.until(() => back.client.self().name === "Anna", "the name")
})

test("a name goes on with the next key", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await renamed(world, alice, "Anna")
  const next = await rotate(world, alice)
  expect(next.client.self().name).toBe("Anna")
  await next.write("bob", "with a new key")
  await world.until(() => arrived(bob, "Anna", "with a new key"), "the message")
  await renamed(world, next, "Anne")
  await world.until(() => bob.client.people().some(({ name }) => name === "Anne"), "bob to know")
  expect(trustOf(bob, "Anne").trust).toBe("unverified")
})

/** Alice asks for a name; the relay says no and keeps what she signed. Then she makes a new key. */
async function refusedThenRotated() {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  let offered: Of<"register"> | undefined
  alice.wire.up = (message) => {
    if (message.type !== "register" || offered) return [message]
    offered = message
    alice.wire.say({ type: "refused", rid: message.rid, code: REFUSALS["name-taken"], detail: 0 })
    return []
  }
  await expect(renamed(world, alice, "Anna")).rejects.toMatchObject(coded("name-taken"))
  /** What the relay had refused is registered after all. */
  const register = () => void alice.wire.ask({ ...offered!, rid: 1_000_000 })
  const held = () => offered!.entry
  const rotated = async () => {
    let isDone = false
    const done = alice.client.keys.rotate()
    void done.then(
      () => (isDone = true),
      () => (isDone = true),
    )
    await world.until(() => isDone, "the new key")
    return done
  }
  const back = async () => {
    await world.stop(alice)
    const next = await world.start("alice", { disk: alice.disk, wire: new Wire() })
    await world.until(() => next.events.some(({ type }) => type === "sync.done"), "alice with her new key")
    return next
  }
  return { world, alice, bob, register, held, rotated, back }
}

async function expectHers(world: HostileWorld, next: Guest, bob: Guest, name: string) {
  await next.write("bob", "with a new key")
  await world.until(() => arrived(bob, name, "with a new key"), "the message")
  expect(bob.client.people()).toMatchObject([{ name, trust: "unverified" }])
  expect(bob.notices("#everyone")).not.toContain("key-changed")
  expect(distrusts(next)).toBe(0)
}

test("a name that was refused and is shown after a new key changes nothing: its number is taken before", async () => {
  const { world, bob, held, rotated, back } = await refusedThenRotated()
  await rotated()
  lieTo(world, bob.wire, { entries: (real) => [...real, held()] })
  const next = await back()
  await world.run(MINUTE)
  await expectHers(world, next, bob, "alice")
  expect(bob.client.directory.view().head?.size).toBe(6)
})

test("a name that was refused, is registered, and is hidden from its owner goes with the new key", async () => {
  const { world, alice, bob, register, rotated, back } = await refusedThenRotated()
  alice.wire.down = (message) => (message.type === "directoryGrew" ? [] : [message])
  register()
  await world.until(() => bob.client.people().some(({ name }) => name === "Anna"), "bob to read of it")
  expect(alice.client.self().name).toBe("alice")
  await rotated()
  await expectHers(world, await back(), bob, "Anna")
})

test("a name that was refused and is registered before the new key is made goes with it", async () => {
  const { world, bob, register, rotated, back } = await refusedThenRotated()
  register()
  await world.run(MINUTE)
  await rotated()
  await expectHers(world, await back(), bob, "Anna")
})

test("while the relay leaves it open whether a name was registered, no key is thrown away", async () => {
  const { world, alice, bob, rotated, back } = await refusedThenRotated()
  alice.wire.up = (message) => (message.type === "register" ? [] : [message])
  await expect(rotated()).rejects.toMatchObject(coded("no-answer"))
  const again = await back()
  // Also after a restart, and then it goes.
  let isDone = false
  void again.client.keys.rotate().then(() => (isDone = true))
  await world.until(() => isDone, "the new key")
  await world.stop(again)
  const next = await world.start("alice", { disk: again.disk, wire: new Wire() })
  await expectHers(world, next, bob, "alice")
  expect(bob.client.keys.history(trustOf(bob, "alice").id)).toHaveLength(2)
})
