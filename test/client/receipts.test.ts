import { expect, test } from "vitest"
import type { Payload } from "../../src/protocol/content.ts"
import { arrived, forging, type Guest, HostileWorld, MINUTE, stateOf } from "../support/hostile.ts"

function states(guest: Guest, to: string): (string | undefined)[] {
  return guest.client
    .transcript(guest.client.findRoom(to).id, 1_000)
    .flatMap((line) => (line.kind === "message" && line.message.own ? [line.message.state] : []))
}

const LETTERS: Record<string, string> = { relayed: "r", delivered: "d", read: "R" }

test("a receipt marks what it says, and never takes anything back", async () => {
  const world = await HostileWorld.create()
  let chainId: Uint8Array = new Uint8Array(16)
  let claim: { delivered: number; read: number } | undefined
  let step = 0
  const claiming = forging((payload): Payload => {
    const { content, n } = payload
    if (content.type === "receipt") chainId = content.chains[0]!.chainId
    if (claim === undefined) return payload
    // Far ahead in its own chain, so that no claim has to build on the one before.
    const receipt = { type: "receipt" as const, chains: [{ chainId, ...claim }] }
    return { ...payload, frontier: [], n: n + 1_000 * ++step, content: receipt }
  })
  const [alice, bob] = await world.pair({}, { engine: claiming })
  await world.run(MINUTE)
  claim = { delivered: 0, read: 0 }
  for (const text of ["one", "two", "three", "four"]) await alice.write("bob", text)
  await world.until(() => arrived(bob, "alice", "four"), "four")
  await world.run(MINUTE)
  const now = () =>
    states(alice, "bob")
      .map((state) => LETTERS[state!])
      .join("")
  const first = now()
  // "hello bob" took number 0, alice's receipt for "hello alice" number 1, the four texts those after.
  const steps = [
    [4, 0],
    [1, 0],
    [5, 1],
    [5, 0],
    [99, 3],
    [0, 5],
    [6, 99],
    [6, 0],
  ] as const
  const seen: string[] = []
  for (const [delivered, read] of steps) {
    claim = { delivered, read }
    await bob.write("alice", "whatever")
    await world.run(2_000)
    seen.push(now())
  }
  expect([first, ...seen]).toEqual([
    "drrrr",
    "dddrr",
    "dddrr",
    "Rdddr",
    "Rdddr",
    "RRddd",
    "RRRRd",
    "RRRRR",
    "RRRRR",
  ])
})

test("a receipt costs what is new, not what was ever said", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  for (let i = 0; i < 50; i++) await alice.write("bob", `text ${i}`)
  await world.until(() => stateOf(alice, "bob", "text 49") === "delivered", "the receipts")
  const { store } = alice
  const get = store.get.bind(store)
  let reads = 0
  store.get = (table, key) => {
    if (table === "payload") reads++
    return get(table, key)
  }
  await alice.write("bob", "one more")
  await world.until(() => stateOf(alice, "bob", "one more") === "delivered", "its receipt")
  expect(reads).toBeLessThan(10)
  expect(bob.texts("alice")).toHaveLength(53)
})

test("whoever turned receipts off is shown as having a message, and nothing more, until they turn them on again", async () => {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  const chat = bob.client.findRoom("alice").id
  await bob.client.desk.change({ receipts: false })
  await alice.write("bob", "secretly read")
  await world.until(() => stateOf(alice, "bob", "secretly read") === "delivered", "its receipt")
  expect(bob.client.room(chat).unread).toBeGreaterThan(0)
  await bob.client.markRead(chat)
  expect(bob.client.room(chat).unread).toBe(0)
  await bob.write("alice", "an answer tells nothing of what was read")
  await world.run(10 * MINUTE)
  expect(stateOf(alice, "bob", "secretly read")).toBe("delivered")
  // What is not turned on again says nothing later either.
  await alice.write("bob", "read in the open")
  await bob.client.desk.change({ receipts: true })
  await world.run(MINUTE)
  expect(stateOf(alice, "bob", "secretly read")).toBe("delivered")
  await bob.client.markRead(chat)
  await world.until(() => stateOf(alice, "bob", "read in the open") === "read", "a receipt again")
  expect(stateOf(alice, "bob", "secretly read")).toBe("read")
})
