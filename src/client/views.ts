/** What guests see of conversations and kept events: views are made when they are asked for, never stored. */
import { ByteReader, concat, equalBytes, toHex, u64 } from "../bytes.ts"
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

/** People, whatever the number of their devices. */
function membersOf(
  { members, ownLeaf }: GroupState,
  here: readonly Uint8Array[],
  contacts: Contacts,
): RoomView["members"] {
  const own = members.find(({ leaf }) => leaf === ownLeaf)
  const people = new Map<string, RoomView["members"][number]>()
  for (const { accountId, leafKey } of members) {
    if (own && equalBytes(accountId, own.accountId)) continue
    const isHere = here.some((known) => equalBytes(known, leafKey))
    const before = people.get(toHex(accountId))
    people.set(toHex(accountId), {
      person: contacts.view(accountId),
      here: isHere || (before?.here ?? false),
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
  const lines = new LineFinder(store)
  const events: StampedEvent[] = []
  let after = cursor === undefined ? 0 : (cursorNumber(cursor) ?? 0)
  while (events.length < limit) {
    const rows = store.range("journal", { from: u64(after + 1), limit: limit - events.length })
    if (rows.length === 0) break
    for (const { key, value } of rows) {
      const record = decodeRecord<JournalRecord>(value)
      const event = keptEvent(lines, contacts, refOf, record)
      after = new ByteReader(key).u64()
      if (event) events.push({ event, at: record.at, cursor: cursorText(after) })
    }
  }
  return events
}

function keptEvent(
  lines: LineFinder,
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
      const line = lines.find(record)
      if (!line) return undefined
      const message = messageView(line, contacts)
      return record.type === "message.sent"
        ? { type: "message.sent", room: refOf(record.room), message }
        : { type: "message.received", room: refOf(record.room), from: message.from, message }
    }
  }
}

type MessageLine = LineRecord & { kind: "message" }

/** Finds the lines that events speak of; a room is searched once, however many of them have moved. */
class LineFinder {
  readonly #store: StoreReader
  /** Own messages that stand in the log, by room and message id. */
  readonly #placed = new Map<string, Map<string, MessageLine>>()

  constructor(store: StoreReader) {
    this.#store = store
  }

  /** A message of our own has moved to its place in the log since: then it is looked for by its id. */
  find({ room, line, messageId }: Extract<JournalRecord, { line: Uint8Array }>): MessageLine | undefined {
    const stored = getRecord<LineRecord>(this.#store, "line", concat(room, line))
    if (stored?.kind === "message" && equalBytes(stored.messageId, messageId)) return stored
    return this.#ownLines(room).get(toHex(messageId))
  }

  #ownLines(room: Uint8Array): Map<string, MessageLine> {
    const known = this.#placed.get(toHex(room))
    if (known) return known
    const lines = new Map<string, MessageLine>()
    for (const { value } of this.#store.range("line", {
      ...prefixRange(room),
      to: concat(room, u64(UNPLACED)),
    })) {
      const line = decodeRecord<LineRecord>(value)
      if (line.kind === "message" && line.own) lines.set(toHex(line.messageId), line)
    }
    this.#placed.set(toHex(room), lines)
    return lines
  }
}
