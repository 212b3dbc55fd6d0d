import { concat, u64 } from "../../src/bytes.ts"
import { beforeEach, expect, test } from "vitest"
import { Contacts } from "../../src/client/contacts.ts"
import { cursorNumber, cursorText } from "../../src/client/context.ts"
import type { RoomRef } from "../../src/client/events.ts"
import { type JournalRecord, keptEvents } from "../../src/client/journal.ts"
import { linePlace, type LineRecord, messageKey, putRecord, UNPLACED } from "../../src/client/records.ts"
import { type FakeContext, fakeContext } from "../support/fake-link.ts"

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const ROOM = fill(32, 1)
const refOf = (room: Uint8Array): RoomRef => ({ id: `r${room[0]}`, name: "somewhere", kind: "direct" })

let context: FakeContext
let contacts: Contacts
beforeEach(async () => {
  context = await fakeContext()
  contacts = new Contacts(context)
})

function line(text: string, own: boolean, place: Uint8Array): Uint8Array {
  const messageId = fill(16, text.length)
  const account = own ? context.identity.account.accountId : fill(32, 9)
  const record: LineRecord = {
    kind: "message",
    at: 5,
    account,
    own,
    messageId,
    text,
    sentAt: 4,
    state: own ? "queued" : undefined,
    place: undefined,
  }
  context.update("ordered", ({ tx }) => {
    putRecord(tx, "line", concat(ROOM, place), record)
    tx.put("message", messageKey(ROOM, account, messageId), place)
  })
  return messageId
}

function keep(record: Omit<JournalRecord, "at">): void {
  context.update("ordered", (update) => update.keep({ at: 3, ...record } as JournalRecord, { type: "ready" }))
}

const events = (cursor?: string, limit = 100) => keptEvents(context.store, contacts, refOf, cursor, limit)
const texts = (cursor?: string, limit = 100) =>
  events(cursor, limit).map(({ event }) =>
    "message" in event && "text" in event.message ? event.message.text : event.type,
  )

test("a message event is told as its line is now, wherever that stands", () => {
  const unplaced = linePlace(UNPLACED, 0)
  const sent = line("mine", true, unplaced)
  const received = line("yours", false, linePlace(7, 0))
  keep({ type: "message.sent", room: ROOM, line: unplaced, messageId: sent } as JournalRecord)
  keep({ type: "message.received", room: ROOM, line: linePlace(7, 0), messageId: received } as JournalRecord)
  expect(texts()).toEqual(["mine", "yours"])
  context.update("ordered", ({ tx }) => tx.delete("line", concat(ROOM, unplaced)))
  line("mine", true, linePlace(8, 0))
  expect(texts()).toEqual(["mine", "yours"])
})

test("an event whose line is gone is passed over, and those after it are still found", () => {
  for (let i = 0; i < 5; i++) {
    keep({
      type: "message.received",
      room: ROOM,
      line: linePlace(i, 0),
      messageId: fill(16, 77),
    } as JournalRecord)
  }
  const there = line("there", false, linePlace(9, 0))
  keep({ type: "message.received", room: ROOM, line: linePlace(9, 0), messageId: there } as JournalRecord)
  expect(texts(undefined, 1)).toEqual(["there"])
})

test("somebody else's message cannot stand in for our own by taking its id", () => {
  const mine = line("mine", true, linePlace(UNPLACED, 0))
  keep({ type: "message.sent", room: ROOM, line: linePlace(UNPLACED, 0), messageId: mine } as JournalRecord)
  context.update("ordered", ({ tx }) => tx.delete("line", concat(ROOM, linePlace(UNPLACED, 0))))
  line("fake", false, linePlace(3, 0))
  expect(texts()).toEqual([])
})

test("a cursor goes on after its event, page by page, to the end", () => {
  for (let i = 0; i < 7; i++) keep({ type: "room.joined", room: fill(32, i) } as JournalRecord)
  const seen: string[] = []
  let cursor: string | undefined
  for (;;) {
    const page = events(cursor, 3)
    if (page.length === 0) break
    seen.push(...page.map(({ event }) => ("room" in event ? event.room.id : "?")))
    cursor = page.at(-1)!.cursor
  }
  expect(seen).toEqual(["r0", "r1", "r2", "r3", "r4", "r5", "r6"])
})

test("cursors are text for numbers, and other text is none", () => {
  for (const number of [0, 1, 35, 36, 100_000, 2 ** 48]) expect(cursorNumber(cursorText(number))).toBe(number)
  for (const text of ["", "c_", "c_A", "7", "c_-1", "c_1.5", "c_zzzzzzzzzzz", "c_000000000000", "C_1"]) {
    expect(cursorNumber(text)).toBeUndefined()
  }
})

test("a cursor that is none begins at the beginning", () => {
  keep({ type: "room.joined", room: ROOM } as JournalRecord)
  for (const cursor of ["c_zzzzzzzzzzz", "nonsense", ""]) expect(events(cursor)).toHaveLength(1)
})

test("the journal's number goes on after a restart", async () => {
  keep({ type: "room.joined", room: ROOM } as JournalRecord)
  context.store.close()
  context = await fakeContext("alice", context.disk)
  contacts = new Contacts(context)
  keep({ type: "room.joined", room: ROOM } as JournalRecord)
  expect(events().map(({ cursor }) => cursor)).toEqual(["c_1", "c_2"])
  expect(context.store.range("journal", {}).map(({ key }) => key)).toEqual([u64(1), u64(2)])
})
