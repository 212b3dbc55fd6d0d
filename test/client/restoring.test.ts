/** A profile made of a keepsake (PROTOCOL.md §15.2): whole or not at all, and another device. */
import { beforeAll, expect, test } from "vitest"
import { concat, u64, utf8 } from "../../src/bytes.ts"
import { type Kept, keepsake, rowsOf } from "../../src/client/keepsake.ts"
import {
  createProfile,
  isSuccessor,
  LISTENED,
  markRegistered,
  readIdentity,
  readProfile,
} from "../../src/client/profile.ts"
import {
  type ConversationRecord,
  encodeRecord,
  getRecord,
  linePlace,
  type LineRecord,
  messageKey,
  newConversation,
} from "../../src/client/records.ts"
import { isSound, restoreProfile } from "../../src/client/restoring.ts"
import { type ClientStore, TABLES } from "../../src/client/store.ts"
import { MemoryDisk, openMemoryStore } from "../../src/client/store-memory.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import { createAccount } from "../../src/crypto/identity.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { entryOf } from "../support/entries.ts"
import { HandClock } from "../support/fake-link.ts"

beforeAll(sodiumReady)

const deps = { random: systemRandom, clock: new HandClock(1_000) }
const ROOM = new Uint8Array(32).fill(7)
const BOB = new Uint8Array(32).fill(8)
const MESSAGE = new Uint8Array(16).fill(9)
const LINE: LineRecord = {
  kind: "message",
  at: 5,
  account: BOB,
  own: false,
  messageId: MESSAGE,
  text: "hello",
  sentAt: 5,
  state: undefined,
  place: undefined,
}
const codeOf = (code: string) => expect.objectContaining({ code }) as Error

/** A registered profile with one line, and everything that must stay behind. */
function lived(): ClientStore {
  const store = openMemoryStore()
  createProfile(store, deps, "alice")
  store.transaction("synced", (tx) => {
    markRegistered(tx)
    tx.put("meta", LISTENED, utf8("c_7"))
    const record = {
      ...newConversation(ROOM, "direct", BOB, undefined),
      member: true,
      counter: 2,
      cursor: 40,
    }
    tx.put("conversation", ROOM, encodeRecord(record))
    tx.put("line", concat(ROOM, linePlace(12, 0)), encodeRecord(LINE))
    for (const table of TABLES) {
      if (!["meta", "person", "conversation", "line", "journal"].includes(table))
        tx.put(table, concat(ROOM, u64(1)), utf8("secret"))
    }
  })
  return store
}

const rowsIn = (store: ClientStore): Kept[] => [...keepsake(rowsOf(store))]

test("the person is the same, the device another, and no group comes along", () => {
  const before = lived()
  const store = openMemoryStore()
  restoreProfile(store, deps, rowsIn(before))
  expect(readProfile(store)).toEqual(readProfile(before))
  const [old, fresh] = [readIdentity(before), readIdentity(store)]
  expect(fresh.account.accountId).toEqual(old.account.accountId)
  expect(fresh.device.deviceId).not.toEqual(old.device.deviceId)
  expect(fresh.device.auth.public).not.toEqual(old.device.auth.public)
  expect(fresh.inboxId).not.toEqual(old.inboxId)
  expect(isSuccessor(store)).toBe(true)
  expect(isSuccessor(before)).toBe(false)
  // Or a bot would answer everything once more.
  expect(store.get("meta", LISTENED)).toEqual(utf8("c_7"))
  const kept = TABLES.filter((table) => store.count(table, {}) > 0)
  expect(kept.sort()).toEqual(["conversation", "line", "message", "meta"])
  const record = getRecord<ConversationRecord>(store, "conversation", ROOM)!
  expect([record.member, record.counter, record.cursor, record.chain]).toEqual([false, 2, 0, undefined])
  // By its name a message that comes again is known.
  expect(store.get("message", messageKey(ROOM, BOB, MESSAGE))).toEqual(linePlace(12, 0))
})

test("once the relay knows it, the device succeeds nobody any more", () => {
  const store = openMemoryStore()
  restoreProfile(store, deps, rowsIn(lived()))
  store.transaction("synced", markRegistered)
  expect(isSuccessor(store)).toBe(false)
})

test("a conversation from before a field existed gets the field, and one that says it has a group has none", () => {
  const rows = rowsIn(lived()).map((row): Kept => {
    if (row.table !== "conversation") return row
    const { life: _life, nextLocal: _nextLocal, ...older } = newConversation(ROOM, "direct", BOB, undefined)
    return { ...row, value: encodeRecord({ ...older, member: true }) }
  })
  const store = openMemoryStore()
  restoreProfile(store, deps, rows)
  const record = getRecord<ConversationRecord>(store, "conversation", ROOM)!
  expect([record.life, record.nextLocal, record.member]).toEqual([0, 1, false])
})

test("rows that end in an error, or without an account, leave nothing behind", () => {
  const rows = rowsIn(lived())
  const failing = function* (): Generator<Kept> {
    yield* rows
    throw new CryptoError("bad-backup", "cut off")
  }
  const isAccount = ({ table, key }: Kept) => table === "meta" && Buffer.from(key).toString() === "account"
  const garbled = rows.map((row) => (isAccount(row) ? { ...row, value: Uint8Array.of(1, 2) } : row))
  const withMeta = (name: string, value: Uint8Array): Kept[] => [
    ...rows,
    { table: "meta", key: utf8(name), value },
  ]
  const odd = [
    withMeta("relay", utf8("{")),
    withMeta("name", Uint8Array.of(255)),
    withMeta("name", utf8("a\nb")),
    withMeta("directory", Uint8Array.of(1)),
    withMeta("journal", new Uint8Array(8).fill(255)),
  ]
  for (const bad of [failing(), rows.filter((row) => !isAccount(row)), garbled, ...odd]) {
    const store = openMemoryStore()
    expect(() => restoreProfile(store, deps, bad)).toThrow(codeOf("bad-backup"))
    expect(TABLES.filter((table) => store.count(table, {}) > 0)).toEqual([])
  }
})

test("nothing is restored over a profile", () => {
  const store = openMemoryStore()
  createProfile(store, deps, "bob")
  expect(() => restoreProfile(store, deps, rowsIn(lived()))).toThrow(codeOf("already-joined"))
  expect(readProfile(store)!.name).toBe("bob")
})

test("a profile of a newer version is refused, and a disk that is full leaves nothing", () => {
  const newer = rowsIn(lived()).map((row) =>
    row.table === "meta" && Buffer.from(row.key).toString() === "format"
      ? { ...row, value: Uint8Array.of(99) }
      : row,
  )
  expect(() => restoreProfile(openMemoryStore(), deps, newer)).toThrow(codeOf("profile-newer"))
  const disk = new MemoryDisk()
  const store = disk.open()
  disk.failAt(4)
  expect(() => restoreProfile(store, deps, rowsIn(lived()))).toThrow(codeOf("storage"))
  disk.failAt(undefined)
  expect(readProfile(store)).toBeUndefined()
})

test("rows that the engine could not read are refused, not found out about later", () => {
  const rows = rowsIn(lived())
  const key42 = concat(ROOM, linePlace(12, 0))
  const bad: Record<string, Kept> = {
    "a line that is no record": { table: "line", key: key42, value: utf8("{") },
    "a line of nobody": { table: "line", key: key42, value: utf8('{"kind":"message","text":"x"}') },
    "a line without its notice": {
      table: "line",
      key: key42,
      value: utf8('{"kind":"notice","notice":null}'),
    },
    "a line at a short place": { table: "line", key: ROOM, value: encodeRecord(LINE) },
    "a conversation under another name": {
      table: "conversation",
      key: BOB,
      value: encodeRecord(newConversation(ROOM, "direct", BOB, undefined)),
    },
    "a conversation that is a number": { table: "conversation", key: ROOM, value: utf8("7") },
    "a person without an entry": { table: "person", key: BOB, value: utf8('{"trust":"verified"}') },
    "a person with a damaged one": {
      table: "person",
      key: BOB,
      value: encodeRecord({ entry: new Uint8Array(9), trust: "verified", firstSeenAt: 1 }),
    },
    "an event at no place": { table: "journal", key: ROOM, value: utf8('{"type":"person.joined","at":1}') },
    "an event of no type": { table: "journal", key: u64(1), value: utf8("{}") },
    "a row of a group": { table: "group", key: ROOM, value: utf8("{}") },
  }
  const mallory = createAccount(systemRandom)
  const person = (verified: object) => ({
    table: "person" as const,
    key: mallory.accountId,
    value: encodeRecord({ entry: entryOf(mallory), trust: "verified", firstSeenAt: 1, verified }),
  })
  bad["a person verified in a way that there is not"] = person({ how: "magic", at: 1 })
  bad["a person verified at no time"] = person({ how: "qr", at: "x" })
  const good = openMemoryStore()
  restoreProfile(good, deps, [...rows, person({ how: "qr", at: 1 })])
  for (const [what, row] of Object.entries(bad)) {
    const store = openMemoryStore()
    expect(() => restoreProfile(store, deps, [...rows, row]), `with ${what}`).toThrow(codeOf("bad-backup"))
    expect(readProfile(store)).toBeUndefined()
  }
})

const about = { at: 5, text: "x" }
const REMARK = { edit: about, gone: undefined, reaction: undefined, places: [], unsent: undefined }
const remarkKey = new Uint8Array(80).fill(7)
test.each<[string, Kept["table"], Uint8Array, object, boolean]>([
  ["a remark", "remark", remarkKey, REMARK, true],
  ["a remark under a short key", "remark", remarkKey.slice(1), REMARK, false],
  ["an edit without words", "remark", remarkKey, { ...REMARK, edit: { at: 5 } }, false],
  [
    "a reaction that is none",
    "remark",
    remarkKey,
    { ...REMARK, reaction: { at: 5, reactions: ["x"] } },
    false,
  ],
  ["a place that is none", "remark", remarkKey, { ...REMARK, places: [{ n: 1 }] }, false],
  [
    "an answer",
    "line",
    concat(ROOM, linePlace(1, 0)),
    { ...LINE, replyTo: { author: BOB, messageId: MESSAGE } },
    true,
  ],
  [
    "an answer to nothing",
    "line",
    concat(ROOM, linePlace(1, 0)),
    { ...LINE, replyTo: { author: MESSAGE } },
    false,
  ],
])("whether %s is one", (_, table, key, record, isOne) => {
  expect(isSound({ table, key, value: encodeRecord(record) })).toBe(isOne)
})
