/** Rows of one's own database that make no sense: each costs what it held, and nothing else. */
import { expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import { decodeRecord, decodeRecordIfSound, encodeRecord } from "../../src/client/records.ts"
import type { ClientStore, Row, TableName } from "../../src/client/store.ts"
import { arrived, type Guest, HostileWorld, MINUTE } from "../support/hostile.ts"

const JUNK = utf8("{no record")

async function pair(): Promise<{ world: HostileWorld; alice: Guest; bob: Guest }> {
  const world = await HostileWorld.create()
  const [alice, bob] = await world.pair()
  await world.run(MINUTE)
  return { world, alice, bob }
}

/** Stops the person, writes junk over the rows that `choose` takes, and starts them again. */
async function withJunk(
  world: HostileWorld,
  guest: Guest,
  table: TableName,
  choose: (rows: readonly Row[]) => readonly Row[],
): Promise<Guest> {
  await world.stop(guest)
  const store: ClientStore = guest.disk.open()
  const chosen = choose(store.range(table, {}))
  expect(chosen.length).toBeGreaterThan(0)
  store.transaction("synced", (tx) => {
    for (const { key } of chosen) tx.put(table, key, JUNK)
  })
  store.close()
  return world.start(guest.name, { disk: guest.disk })
}

test("a line that makes no sense stands as a damaged one among the others", async () => {
  const { world, alice, bob } = await pair()
  const back = await withJunk(world, bob, "line", (rows) =>
    rows.filter(({ value }) => decodeRecord<{ text?: string }>(value).text === "hello bob"),
  )
  expect(back.texts("alice")).toEqual(["hello alice"])
  expect(back.notices("alice")).toContain("damaged")
  await alice.write("bob", "one more")
  await world.until(() => arrived(back, "alice", "one more"), "the next message")
  await back.write("alice", "and back")
  await world.until(() => arrived(alice, "bob", "and back"), "the answer")
  expect(back.client.eventsSince(undefined, 1_000).length).toBeGreaterThan(2)
})

test("kept events that make no sense are passed over", async () => {
  const { world, bob } = await pair()
  const before = bob.client.eventsSince(undefined, 1_000).length
  const back = await withJunk(world, bob, "journal", (rows) => rows.slice(1, 3))
  expect(back.client.eventsSince(undefined, 1_000).length).toBe(before - 2)
})

test("group state that makes no sense costs that conversation its group, and it comes in again", async () => {
  const { world, alice, bob } = await pair()
  const everyone = bob.client.findRoom("#everyone").id
  const back = await withJunk(world, bob, "group", (rows) => rows)
  await world.until(
    () => back.client.room(everyone).state === "open",
    "bob to be in the room again",
    10 * MINUTE,
  )
  await back.write("#everyone", "here again")
  await world.until(() => arrived(alice, "#everyone", "here again"), "bob's word", 10 * MINUTE)
  await alice.write("bob", "can you read this")
  await world.until(() => arrived(back, "alice", "can you read this"), "alice's word", 10 * MINUTE)
})

test("a person whose row makes no sense is learnt again; a conversation, joined again", async () => {
  const { world, alice, bob } = await pair()
  const known = await withJunk(world, bob, "person", (rows) => rows.slice(0, 1))
  await world.until(() => known.client.people().length === 1, "bob to know alice again")
  await world.run(MINUTE)
  const back = await withJunk(world, known, "conversation", (rows) => rows)
  await alice.write("#everyone", "hello all")
  await world.until(() => arrived(back, "#everyone", "hello all"), "the room", 10 * MINUTE)
})

test("what is no record is `database-damaged`, whatever is wrong with it", () => {
  for (const bytes of [
    JUNK,
    utf8(""),
    utf8("7"),
    utf8("null"),
    utf8('{"a":{"~":"*"}}'),
    Uint8Array.of(0xff, 0xfe),
  ]) {
    expect(() => decodeRecord(bytes)).toThrow(expect.objectContaining({ code: "database-damaged" }))
    expect(decodeRecordIfSound(bytes)).toBeUndefined()
  }
  expect(decodeRecordIfSound(encodeRecord({ a: Uint8Array.of(1) }))).toEqual({ a: Uint8Array.of(1) })
})
