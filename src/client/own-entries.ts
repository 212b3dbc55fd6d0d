/** Our own message met in the log (PROTOCOL.md §9.4): from here on it stands where everybody sees it. */
import { concat } from "../bytes.ts"
import { decodePayload } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import { messageIdText } from "./lines.ts"
import { showable } from "./payloads.ts"
import type { Arrival } from "./reading.ts"
import {
  getRecord,
  type LineRecord,
  linePlace,
  nextPlace,
  type OutboxRecord,
  payloadKey,
  type PayloadRecord,
  putRecord,
  UNPLACED,
} from "./records.ts"
import { inOutbox, localOf } from "./sending.ts"

export function confirmOwn(
  conversation: Conversation,
  { message, place }: Arrival,
  first: { key: Uint8Array; record: OutboxRecord },
): void {
  const { context, room, record, now } = conversation
  const { content, payload } = first.record
  now.inFlight = undefined
  if (content.type === "alive" || !payload) {
    return conversation.save("ordered", place, (update) => update.tx.delete("outbox", first.key))
  }
  const { chainId, n } = decodePayload(payload)
  conversation.save("ordered", { ...place }, (update) => {
    update.tx.delete("outbox", first.key)
    if (content.type !== "text") return
    const from = concat(room, linePlace(UNPLACED + localOf(first.key), 0))
    const line = getRecord<LineRecord>(update.tx, "line", from)
    if (line?.kind !== "message") return
    const end = nextPlace(update.tx, room, record.orderBase + message.seq)
    update.tx.delete("line", from)
    putRecord(update.tx, "line", concat(room, end), {
      ...line,
      at: showable(message.time),
      state: "relayed",
    } satisfies LineRecord)
    const stored = getRecord<PayloadRecord>(update.tx, "payload", payloadKey(room, chainId, n))
    if (stored)
      putRecord(update.tx, "payload", payloadKey(room, chainId, n), {
        ...stored,
        line: end,
      } satisfies PayloadRecord)
    update.keep(
      { at: context.clock.now(), type: "message.state", room, messageId: line.messageId, state: "relayed" },
      {
        type: "message.state",
        room: conversation.ref,
        message: { id: messageIdText(line.messageId) },
        state: "relayed",
      },
    )
  })
}

/** The relay will never take this entry: its message has failed, is said to have, and leaves the outbox. */
export function failFirst(conversation: Conversation, eid: Uint8Array): void {
  const { context, room, record, now } = conversation
  const own = inOutbox(context.store, room, eid)
  now.inFlight = undefined
  if (!own) return
  conversation.save("synced", {}, (update) => {
    update.tx.delete("outbox", own.key)
    const key = concat(room, linePlace(UNPLACED + localOf(own.key), 0))
    const line = getRecord<LineRecord>(update.tx, "line", key)
    if (line?.kind !== "message") return
    const { messageId } = line
    // It stays where it was written; what follows comes after it.
    const place = nextPlace(update.tx, room, record.orderBase + record.cursor)
    update.tx.delete("line", key)
    putRecord(update.tx, "line", concat(room, place), { ...line, state: "failed" } satisfies LineRecord)
    update.keep(
      { at: context.clock.now(), type: "message.state", room, messageId, state: "failed" },
      {
        type: "message.state",
        room: conversation.ref,
        message: { id: messageIdText(messageId) },
        state: "failed",
      },
    )
  })
}
