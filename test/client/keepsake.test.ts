/** What a keepsake holds, what it never holds, and what it makes of a store that cannot be read everywhere. */
import { expect, test } from "vitest"
import { concat, fromUtf8, u16, u64, utf8 } from "../../src/bytes.ts"
import { keepsake, type Kept, type Loss, rowsOf } from "../../src/client/keepsake.ts"
import { createProfile } from "../../src/client/profile.ts"
import {
  type ConversationRecord,
  decodeRecord,
  type LineRecord,
  newConversation,
  putRecord,
} from "../../src/client/records.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { TABLES } from "../../src/client/store.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { seeded, seededRandom } from "../support/sim.ts"

await sodiumReady()
const random = seededRandom(seeded(4))
const room = random.bytes(32)
const clock = { now: () => 1_700_000_000_000, wakeAt: () => () => {} }

function lineKey(n: number): Uint8Array {
  return concat(room, u64(n), u16(0))
}

function profile(lines = 20): MemoryDisk {
  const disk = new MemoryDisk()
  const store = disk.open()
  createProfile(store, { random, clock }, "mara")
  store.transaction("synced", (tx) => {
    for (const table of TABLES) if (table !== "meta") tx.put(table, random.bytes(40), random.bytes(40))
    const record = newConversation(room, "everyone", undefined, { secret: random.bytes(32), generation: 0 })
    const busy = {
      member: true,
      cursor: 44,
      nextPosition: 7,
      hintDue: true,
      unread: 3,
      lastAt: 5,
      nextLocal: 9,
    }
    putRecord(tx, "conversation", room, { ...record, ...busy })
    for (let n = 0; n < lines; n++) {
      const line: LineRecord = {
        kind: "message",
        at: n,
        account: random.bytes(32),
        own: true,
        messageId: random.bytes(16),
        text: `text ${n}`,
        sentAt: n,
        state: n < 10 ? "relayed" : "queued",
        place: undefined,
      }
      putRecord(tx, "line", lineKey(n), line)
    }
    putRecord(tx, "journal", u64(7), { at: 1, type: "room.joined", room })
    tx.put("meta", utf8("directory"), u64(12))
    tx.put("meta", utf8("journal"), u64(5))
  })
  store.close()
  return disk
}

function taken(disk: MemoryDisk): { rows: Kept[]; loss: Loss } {
  const store = disk.open()
  const rows: Kept[] = []
  const walk = keepsake(rowsOf(store))
  for (;;) {
    const next = walk.next()
    if (next.done) {
      store.close()
      return { rows, loss: next.value }
    }
    rows.push(next.value)
  }
}

const namesIn = (rows: readonly Kept[]) =>
  rows.filter(({ table }) => table === "meta").map(({ key }) => fromUtf8(key))

test("it holds the account, the history and the way to it; no key of a device and no group", () => {
  const { rows, loss } = taken(profile())
  // The garbage in person, conversation, line, remark and journal is no record, and is not carried.
  expect(loss).toEqual({ places: 5, account: false })
  expect(namesIn(rows).toSorted()).toEqual(["account", "format", "journal", "name"])
  expect(new Set(rows.map(({ table }) => table))).toEqual(
    new Set(["meta", "conversation", "line", "journal"]),
  )
  const lines = rows
    .filter(({ table }) => table === "line")
    .map(({ value }) => decodeRecord<LineRecord>(value))
  expect(lines.map((line) => line.kind === "message" && line.text)).toEqual(
    Array.from({ length: 20 }, (_, n) => `text ${n}`),
  )
  // What had not left says so: another device does not seal it a second time.
  const states = lines.map((line) => (line.kind === "message" ? line.state : undefined))
  expect(states).toEqual([...Array<string>(10).fill("relayed"), ...Array<string>(10).fill("failed")])
  const conversation = decodeRecord<ConversationRecord>(
    rows.find(({ table }) => table === "conversation")!.value,
  )
  expect(conversation).toMatchObject({ kind: "everyone", unread: 3, lastAt: 5, nextLocal: 9 })
  expect(conversation).toMatchObject({ member: false, cursor: 0, nextPosition: 0, hintDue: false })
  const counter = rows.find(({ table, key }) => table === "meta" && fromUtf8(key) === "journal")!
  expect(counter.value).toEqual(u64(7))
})

test("damaged rows cost themselves, and what lies between two of them", () => {
  const disk = profile()
  disk.damage("line", lineKey(4))
  const one = taken(disk)
  expect(one.rows.filter(({ table }) => table === "line")).toHaveLength(19)
  expect(one.loss.places).toBe(6)
  disk.damage("line", lineKey(8))
  const two = taken(disk)
  const left = two.rows.filter(({ table }) => table === "line").map(({ key }) => key.at(-3))
  expect(left).toEqual([0, 1, 2, 3, ...Array.from({ length: 11 }, (_, i) => i + 9)])
})

test("with the account's row the whole is lost, and that is said", () => {
  const disk = profile()
  disk.damage("meta", utf8("account"))
  const { rows, loss } = taken(disk)
  expect(loss.account).toBe(true)
  expect(namesIn(rows)).not.toContain("account")
})

test("a long history comes whole, in order", () => {
  const { rows } = taken(profile(1_300))
  const lines = rows
    .filter(({ table }) => table === "line")
    .map(({ value }) => decodeRecord<LineRecord>(value).at)
  expect(lines).toEqual(Array.from({ length: 1_300 }, (_, n) => n))
})
