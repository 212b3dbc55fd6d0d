/** The transcript (PROTOCOL.md §16): lines in the log's order, and what guests see of them. */
import { concat, fromHex, toBase64Url, toHex } from "../bytes.ts"
import type { Context, Update } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { differenceView } from "./directory-views.ts"
import { countOf } from "./readers.ts"
import type { Contacts } from "./contacts.ts"
import type { MessageView, Notice, RoomRef, TranscriptLine } from "./events.ts"
import { decodeRecordIfSound, type LineRecord, nextPlace, putRecord, type StoredNotice } from "./records.ts"
import { seenMessage } from "./remark-views.ts"
import { prefixRange } from "./store.ts"

const CHANNEL_BYTES = 32

export function messageIdText(messageId: Uint8Array): string {
  return `m_${toBase64Url(messageId)}`
}

export function messageView(
  line: LineRecord & { kind: "message" },
  contacts: Contacts,
  receipts?: MessageView["receipts"],
): MessageView {
  const { messageId, account, own, text, sentAt, state } = line
  return {
    id: messageIdText(messageId),
    from: contacts.ref(account),
    own,
    text,
    sentAt,
    state: own ? state : undefined,
    receipts,
  }
}

export function noticeView(notice: StoredNotice, contacts: Contacts): Notice {
  switch (notice.code) {
    case "joined":
    case "left":
    case "chat-reopened":
    case "verified":
    case "mismatch":
    case "key-changed":
    case "key-rotated":
    case "key-accepted":
    case "blocked":
    case "unblocked":
    case "fork":
    case "differs":
    case "unconfirmed":
      return { code: notice.code, person: contacts.ref(notice.account) }
    case "gap":
      return { code: "gap", person: contacts.ref(notice.account), missing: notice.missing }
    case "renamed": {
      const { code, account, before, name } = notice
      return { code, person: contacts.ref(account), before, name }
    }
    case "removed":
    case "let-back":
    case "moderator":
    case "no-moderator":
      return { code: notice.code, person: contacts.ref(notice.account), by: contacts.ref(notice.by) }
    case "link-reset":
    case "you-removed":
      return { code: notice.code, by: contacts.ref(notice.by) }
    case "directory-differs":
      return { code: notice.code, difference: differenceView(notice.difference, contacts) }
    case "unreadable":
    case "directory-split":
      return notice
    default:
      return { code: notice.code }
  }
}

/** Adds a notice after everything at `order`, and tells it. */
export function addNotice(
  context: Context,
  contacts: Contacts,
  update: Update,
  room: RoomRef,
  storedUnder: Uint8Array,
  order: number,
  notice: StoredNotice,
): void {
  const line: LineRecord = { kind: "notice", at: context.clock.now(), notice }
  putRecord(update.tx, "line", concat(storedUnder, nextPlace(update.tx, storedUnder, order)), line)
  update.tell({ type: "notice", room, notice: noticeView(notice, contacts) })
}

/** The newest `limit` lines before `before`, oldest first. */
export function readLines(
  conversation: Conversation,
  limit: number,
  before: string | undefined,
): TranscriptLine[] {
  const { room, contacts, context } = conversation
  const range = prefixRange(room)
  if (before !== undefined) range.to = concat(room, fromHex(before))
  const where = { store: context.store, contacts, room }
  const rows = context.store.range("line", { ...range, reverse: true, limit })
  let at = 0
  return rows.toReversed().map(({ key, value }) => {
    const line = decodeRecordIfSound<LineRecord>(value)
    const place = key.subarray(CHANNEL_BYTES)
    const order = toHex(place)
    // One line that makes no sense stands where it was, and hides none of the others.
    if (!line) return { kind: "notice", order, at, notice: { code: "damaged" } }
    at = line.at
    return line.kind === "message"
      ? {
          kind: "message",
          order,
          at: line.at,
          message: seenMessage(where, line, countOf(conversation, line, place)),
        }
      : { kind: "notice", order, at: line.at, notice: noticeView(line.notice, contacts) }
  })
}
