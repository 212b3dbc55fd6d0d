/** Events that are kept, so that whoever was not listening can ask for them (`eventsSince`). */
import { ByteReader, concat, equalBytes, u64 } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { MessageRef } from "../protocol/remarks.ts"
import type { Contacts } from "./contacts.ts"
import { cursorNumber, cursorText } from "./context.ts"
import type { ClientEvent, MessageState, RoomRef, StampedEvent } from "./events.ts"
import { messageIdText } from "./lines.ts"
import { decodeRecordIfSound, type LineRecord, messageKey } from "./records.ts"
import { remarkEvent, seenMessage } from "./remark-views.ts"
import type { StoreReader } from "./store.ts"

export type JournalRecord = { at: Millis } & (
  | { type: "message.received" | "message.sent"; room: Uint8Array; line: Uint8Array; messageId: Uint8Array }
  | { type: "message.state"; room: Uint8Array; messageId: Uint8Array; state: MessageState }
  | { type: "message.edited" | "message.deleted"; room: Uint8Array; about: MessageRef; by: Uint8Array }
  | {
      type: "message.reaction"
      room: Uint8Array
      about: MessageRef
      by: Uint8Array
      reactions: readonly string[]
    }
  | { type: "person.joined"; account: Uint8Array }
  | { type: "person.keyChanged"; account: Uint8Array; how: "rotated" | "replaced" }
  | { type: "person.renamed"; account: Uint8Array; before: string }
  | { type: "room.joined"; room: Uint8Array }
)

/** The first `limit` kept events after `cursor`, oldest first; events whose lines are gone by now are passed over. */
export function keptEvents(
  store: StoreReader,
  contacts: Contacts,
  refOf: (room: Uint8Array) => RoomRef,
  cursor: string | undefined,
  limit: number,
): StampedEvent[] {
  const events: StampedEvent[] = []
  let after = cursor === undefined ? 0 : (cursorNumber(cursor) ?? 0)
  while (events.length < limit) {
    const rows = store.range("journal", { from: u64(after + 1), limit: limit - events.length })
    if (rows.length === 0) break
    for (const { key, value } of rows) {
      after = new ByteReader(key).u64()
      const record = decodeRecordIfSound<JournalRecord>(value)
      const event = record && keptEvent(store, contacts, refOf, record)
      if (event) events.push({ event, at: record.at, cursor: cursorText(after) })
    }
  }
  return events
}

function keptEvent(
  store: StoreReader,
  contacts: Contacts,
  refOf: (room: Uint8Array) => RoomRef,
  record: JournalRecord,
): ClientEvent | undefined {
  switch (record.type) {
    case "person.keyChanged":
      return { type: record.type, person: contacts.ref(record.account), how: record.how }
    case "person.renamed":
      return { type: record.type, person: contacts.ref(record.account), before: record.before, by: "them" }
    case "person.joined":
      return { type: "person.joined", person: contacts.ref(record.account) }
    case "room.joined":
      return { type: "room.joined", room: refOf(record.room) }
    case "message.edited":
    case "message.deleted":
    case "message.reaction":
      return remarkEvent({ store, contacts, room: record.room }, refOf(record.room), record)
    case "message.state":
      return {
        type: "message.state",
        room: refOf(record.room),
        message: { id: messageIdText(record.messageId) },
        state: record.state,
      }
    case "message.sent":
    case "message.received": {
      const line = findLine(store, contacts.line(contacts.own), record)
      if (!line) return undefined
      const message = seenMessage({ store, contacts, room: record.room }, line)
      return record.type === "message.sent"
        ? { type: "message.sent", room: refOf(record.room), message }
        : { type: "message.received", room: refOf(record.room), from: message.from, message }
    }
  }
}

type MessageLine = LineRecord & { kind: "message" }

/** A message of our own has moved to its place in the log since: then it is found by its id. */
function findLine(
  store: StoreReader,
  own: readonly Uint8Array[],
  { room, line, messageId }: Extract<JournalRecord, { line: Uint8Array }>,
): MessageLine | undefined {
  const names = own.map((account) => store.get("message", messageKey(room, account, messageId)))
  for (const place of [line, ...names]) {
    const row = place && store.get("line", concat(room, place))
    const stored = row && decodeRecordIfSound<LineRecord>(row)
    if (stored?.kind === "message" && equalBytes(stored.messageId, messageId)) return stored
  }
  return undefined
}
