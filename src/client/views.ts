/** What guests see of conversations and kept events: views are made when they are asked for, never stored. */
import { concat, equalBytes, u64 } from "../bytes.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import type { Contacts } from "./contacts.ts"
import { cursorNumber, cursorText } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import type { ClientEvent, RoomRef, RoomView, StampedEvent } from "./events.ts"
import { messageIdText, messageView } from "./lines.ts"
import { decodeRecord, getRecord, type JournalRecord, type LineRecord, UNPLACED } from "./records.ts"
import { prefixRange, type StoreReader } from "./store.ts"

/** @param withoutSecret whether anybody on the network can compute the room's key. */
export function roomView(conversation: Conversation, withoutSecret: boolean): RoomView {
  const { record, contacts, group, now, context } = conversation
  const trust = record.peer && contacts.trust(record.peer)
  const problem = record.problem ?? (trust === "changed" ? "key-changed" : undefined)
  const isWaiting = now.notBefore > context.clock.now()
  return {
    ...conversation.ref,
    peer: record.peer && contacts.view(record.peer),
    unread: record.unread,
    lastAt: record.lastAt,
    state: problem
      ? "stopped"
      : isWaiting
        ? "waiting"
        : group || record.kind === "direct"
          ? "open"
          : "joining",
    problem,
    members: group ? membersOf(group, record.here, contacts) : [],
    withoutSecret: record.kind === "everyone" && withoutSecret,
  }
}

function membersOf(group: GroupState, here: readonly Uint8Array[], contacts: Contacts): RoomView["members"] {
  return group.members
    .filter(({ leaf }) => leaf !== group.ownLeaf)
    .map(({ accountId, leafKey }) => ({
      person: contacts.view(accountId),
      here: here.some((known) => equalBytes(known, leafKey)),
    }))
}

/** Kept events after `cursor`, oldest first; lines that are gone by now are passed over. */
export function keptEvents(
  store: StoreReader,
  contacts: Contacts,
  refOf: (room: Uint8Array) => RoomRef,
  cursor: string | undefined,
  limit: number,
): StampedEvent[] {
  const after = cursor === undefined ? 0 : (cursorNumber(cursor) ?? 0)
  const events: StampedEvent[] = []
  for (const { key, value } of store.range("journal", { from: u64(after + 1), limit })) {
    const record = decodeRecord<JournalRecord>(value)
    const event = keptEvent(store, contacts, refOf, record)
    const number = new DataView(key.buffer, key.byteOffset)
    if (event)
      events.push({
        event,
        at: record.at,
        cursor: cursorText(number.getUint32(0) * 2 ** 32 + number.getUint32(4)),
      })
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
    case "person.joined":
      return { type: "person.joined", person: contacts.ref(record.account) }
    case "room.joined":
      return { type: "room.joined", room: refOf(record.room) }
    case "message.state":
      return {
        type: "message.state",
        room: refOf(record.room),
        message: { id: messageIdText(record.messageId) },
        state: record.state,
      }
    case "message.sent":
    case "message.received": {
      const line = findLine(store, record)
      if (!line) return undefined
      const message = messageView(line, contacts)
      return record.type === "message.sent"
        ? { type: "message.sent", room: refOf(record.room), message }
        : { type: "message.received", room: refOf(record.room), from: message.from, message }
    }
  }
}

/** A message of our own has moved to its place in the log since: then it is looked for by its id. */
function findLine(
  store: StoreReader,
  { room, line, messageId }: Extract<JournalRecord, { line: Uint8Array }>,
): (LineRecord & { kind: "message" }) | undefined {
  const stored = getRecord<LineRecord>(store, "line", concat(room, line))
  if (stored?.kind === "message" && equalBytes(stored.messageId, messageId)) return stored
  const placed = { ...prefixRange(room), to: concat(room, u64(UNPLACED)), reverse: true }
  for (const { value } of store.range("line", placed)) {
    const each = decodeRecord<LineRecord>(value)
    if (each.kind === "message" && equalBytes(each.messageId, messageId)) return each
  }
  return undefined
}
