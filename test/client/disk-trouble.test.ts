/** A client whose disk fills up, fails, or gives back other bytes: what it does, says and sends then. */
import { expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import { endsTheProcess, fatalError } from "../../src/client/errors.ts"
import type { ClientStore } from "../../src/client/store.ts"
import { arrived, type Guest, HostileWorld, MINUTE, stateOf } from "../support/hostile.ts"

const SECOND = 1_000

async function pair(): Promise<{ world: HostileWorld; alice: Guest; bob: Guest }> {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  return { world, alice, bob }
}

const connectionOf = ({ client }: Guest) => client.connection() as { state: string; why?: string }
const errorsOf = ({ events }: Guest) =>
  events.flatMap((event) => (event.type === "error" ? [event.code] : []))

test("a full disk: nothing is taken, which is said, and once there is room everything goes on by itself", async () => {
  const { world, alice, bob } = await pair()
  bob.disk.fill(true)
  const texts = ["one", "two", "three"]
  for (const text of texts) await alice.write("bob", text)
  await world.run(10 * SECOND)
  expect(connectionOf(bob)).toMatchObject({ state: "waiting", why: "storage" })
  await expect(bob.write("alice", "in vain")).rejects.toMatchObject({ code: "storage" })
  // However long it lasts: nobody is dialled, and the guests are told once.
  const before = { dials: bob.wire.dials, told: bob.events.length }
  await world.run(30 * MINUTE)
  expect({ dials: bob.wire.dials, told: bob.events.length }).toEqual(before)
  expect(bob.texts("alice")).toEqual(["hello bob", "hello alice"])
  expect(texts.map((text) => stateOf(alice, "bob", text))).toEqual(["relayed", "relayed", "relayed"])
  expect(errorsOf(bob)).toEqual([])

  bob.disk.fill(false)
  await world.until(() => arrived(bob, "alice", "three"), "the mail that waited", 7 * SECOND)
  expect(bob.texts("alice")).toEqual(["hello bob", "hello alice", ...texts])
  await bob.write("alice", "back again")
  await world.until(() => arrived(alice, "bob", "back again"), "the answer")
  await world.until(() => stateOf(alice, "bob", "three") === "delivered", "the receipt")
  expect(alice.texts("bob")).toEqual(["hello bob", "hello alice", ...texts, "back again"])
})

test("a disk that is full again and again loses nothing and doubles nothing", async () => {
  const { world, alice, bob } = await pair()
  const texts: string[] = []
  for (let n = 0; n < 12; n++) {
    // Some transactions get through before it is full again.
    bob.disk.failAt(bob.disk.writes + 1 + 7 * n)
    texts.push(`text ${n}`)
    await alice.write("bob", `text ${n}`)
    await world.run(20 * SECOND)
    bob.disk.fill(false)
    await world.run(8 * SECOND)
  }
  await world.until(() => arrived(bob, "alice", texts.at(-1)!), "the last")
  expect(bob.texts("alice").slice(2)).toEqual(texts)
  expect(bob.notices("alice").filter((code) => code !== "chat-opened")).toEqual([])
})

test("a failing disk: the guests are told, nothing is sent any more, and nothing is closed over it", async () => {
  for (const fails of ["write", "sync"] as const) {
    const { world, alice, bob } = await pair()
    if (fails === "write") bob.disk.failAt(bob.disk.writes + 1, "failed")
    else bob.disk.failSyncAt(bob.disk.syncs + 1)
    const said = bob.wire.said.length
    // Somebody who writes at that moment is told, and so is everybody else.
    await expect(bob.write("alice", "never kept")).rejects.toMatchObject({ code: "storage-failed" })
    await world.run(SECOND)
    expect(errorsOf(bob)).toEqual(["storage-failed"])
    expect(bob.events.map(fatalError).filter((error) => error?.code === "storage-failed")).toHaveLength(1)
    bob.disk.failAt(undefined)
    bob.disk.failSyncAt(undefined)
    await alice.write("bob", "to nobody")
    await world.run(30 * MINUTE)
    expect(bob.wire.said.length).toBe(said)
    expect(connectionOf(bob).state).toBe("offline")
    await expect(bob.write("alice", "still not")).rejects.toThrow("stopped")
    expect(() => bob.client.transcript(bob.client.rooms()[0]!.id, 10)).toThrow(
      expect.objectContaining({ code: "storage-failed" }),
    )
    await world.stop(bob)
    // The next process finds what is there and goes on.
    bob.disk.crash(0)
    const back = await world.start("bob", { disk: bob.disk })
    await world.until(() => arrived(back, "alice", "to nobody"), "the mail")
    await back.write("alice", "here again")
    await world.until(() => arrived(alice, "bob", "here again"), "the answer")
    expect(alice.texts("bob")).not.toContain("never kept")
  }
})

test("a disk that fails while mail comes in ends the client as well", async () => {
  const { world, alice, bob } = await pair()
  bob.disk.failAt(bob.disk.writes + 3, "failed")
  await alice.write("bob", "one")
  await world.run(MINUTE)
  expect(errorsOf(bob)).toEqual(["storage-failed"])
  expect(connectionOf(bob).state).toBe("offline")
  await expect(bob.write("alice", "no")).rejects.toThrow("stopped")
})

test("bytes that are not what was written end the client too, and are not touched", async () => {
  const { world, alice, bob } = await pair()
  bob.disk.damage("meta", utf8("inbox place"))
  const rows = bob.store.count("line", {})
  // Letters are what makes it look there.
  const carol = await world.join("carol")
  await carol.write("bob", "hello")
  await world.run(MINUTE)
  expect(errorsOf(bob)).toEqual(["database-damaged"])
  expect(connectionOf(bob).state).toBe("offline")
  expect(bob.store.count("line", {})).toBeGreaterThanOrEqual(rows)
  expect(stateOf(alice, "bob", "hello bob")).toBe("delivered")
})

test("the log is emptied every hour, and a full disk does not make a quarrel of it", async () => {
  const world = await HostileWorld.create()
  let tidied = 0
  const counting = (real: ClientStore): ClientStore => ({
    get: (table, key) => real.get(table, key),
    range: (table, range) => real.range(table, range),
    count: (table, range) => real.count(table, range),
    transaction: (durability, body) => real.transaction(durability, body),
    shrink: (body) => real.shrink(body),
    close: () => real.close(),
    tidy: () => {
      tidied++
      real.tidy()
    },
  })
  const bob = await world.join("bob", { store: counting })
  await world.run(190 * MINUTE)
  expect(tidied).toBe(3)
  bob.disk.fill(true)
  await world.run(60 * MINUTE)
  expect(tidied).toBe(4)
  expect(errorsOf(bob)).toEqual([])
  bob.disk.fill(false)
  await world.stop(bob)
  expect(tidied).toBe(5)
})

test("what ends a process", () => {
  expect(endsTheProcess(new Error("storage-failed"))).toBe(false)
  expect(fatalError({ type: "error", code: "storage", detail: "" })).toBeUndefined()
  expect(fatalError({ type: "error", code: "database-damaged", detail: "x" })).toMatchObject({
    code: "database-damaged",
    message: "x",
  })
})
