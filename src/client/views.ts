/** What guests see of conversations and kept events: views are made when they are asked for, never stored. */
import { ByteReader, concat, equalBytes, toHex, u64 } from "../bytes.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import type { Contacts } from "./contacts.ts"
import { cursorNumber, cursorText } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import type { ClientEvent, RoomRef, RoomView, StampedEvent } from "./events.ts"
import { doubtOf } from "./following.ts"
import { messageIdText, messageView } from "./lines.ts"
import { decodeRecordIfSound, type JournalRecord, type LineRecord, messageKey } from "./records.ts"
import type { StoreReader } from "./store.ts"

/** @param withoutSecret whether anybody on the network can compute the room's key. */
export function roomView(conversation: Conversation, withoutSecret: boolean): RoomView {
  const { record, contacts, group, now, context } = conversation
  const stopped = record.problem ?? doubtOf(conversation)
  const problem = stopped ?? (group ? undefined : now.door?.problem)
  const peer = record.peer && (contacts.newest(record.peer)?.entry.accountId ?? record.peer)
  const isWaiting = now.notBefore > context.clock.now()
  return {
    ...conversation.ref,
    peer: peer && contacts.view(peer),
    unread: record.unread,
    lastAt: record.lastAt,
    state: stopped
      ? "stopped"
      : isWaiting
        ? "waiting"
        : group || record.kind === "direct"
          ? "open"
          : "joining",
    problem,
    members: group ? membersOf(conversation, group) : [],
    // Once the link was replaced there is a secret, whatever the relay began with.
    withoutSecret: record.kind === "everyone" && withoutSecret && record.link?.generation === 0,
  }
}

/** People, whatever the number of their devices. */
function membersOf({ peers, contacts }: Conversation, { members, ownLeaf }: GroupState): RoomView["members"] {
  const own = members.find(({ leaf }) => leaf === ownLeaf)
  const people = new Map<string, RoomView["members"][number]>()
  for (const member of members) {
    const { accountId } = member
    if (own && equalBytes(accountId, own.accountId)) continue
    const before = people.get(toHex(accountId))
    people.set(toHex(accountId), {
      person: contacts.view(accountId),
      here: (before?.here ?? false) || (peers.of(member)?.isHere ?? false),
    })
  }
  return [...people.values()]
}

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
      const line = findLine(store, contacts.line(contacts.own), record)
      if (!line) return undefined
      const message = messageView(line, contacts)
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
