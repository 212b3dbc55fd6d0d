/** Our own message met in the log (PROTOCOL.md §9.4): from here on it stands where everybody sees it. */
import { concat } from "../bytes.ts"
import { decodePayload, isRemark, isVerification } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { showable } from "./payloads.ts"
import type { Arrival } from "./reading.ts"
import { settleRemark } from "./remark-store.ts"
import {
  type ConversationRecord,
  getRecord,
  type LineRecord,
  linePlace,
  localOf,
  messageKey,
  nextPlace,
  type OutboxRecord,
  payloadKey,
  type PayloadRecord,
  putRecord,
  UNPLACED,
} from "./records.ts"
import { putSeen } from "./seen.ts"
import { inOutbox, outboxOf } from "./sending.ts"
import { failSent, putSent, setState, settleConfirmed } from "./sent.ts"

export function confirmOwn(
  conversation: Conversation,
  { message, place, eid }: Arrival,
  first: { key: Uint8Array; record: OutboxRecord },
): void {
  const { room, record, now, peers } = conversation
  const { payload } = first.record
  const local = localOf(first.key)
  now.inFlight = undefined
  if (!payload) {
    return conversation.save("ordered", place, (update) => {
      update.tx.delete("outbox", first.key)
      putSeen(conversation, update, eid, place, { kind: "other" })
    })
  }
  const { chainId, n, content } = decodePayload(payload)
  conversation.context.update("ordered", (update) => {
    const { tx } = update
    tx.delete("outbox", first.key)
    putSeen(conversation, update, eid, place, { kind: "payload", number: local })
    const stored = getRecord<PayloadRecord>(tx, "payload", payloadKey(room, chainId, n))
    const change: Partial<ConversationRecord> = { ...place }
    if (stored) {
      const order = record.orderBase + message.seq
      const line = stored.line && placeLine(conversation, update, stored.line, order, message.time)
      putRecord(tx, "payload", payloadKey(room, chainId, n), {
        ...stored,
        line,
        order: Math.min(stored.order, order),
      } satisfies PayloadRecord)
      const isNewest = record.chain && n > (record.chain.placed?.n ?? -1)
      if (record.chain && isNewest)
        change.chain = { ...record.chain, placed: { chainId, n, hash: stored.hash } }
    }
    if (n >= (record.chain?.confirmed.delivered ?? 0)) putSent(conversation, update, local, n)
    // Somebody may have told us of it already, by another way than this log.
    const settled = settleConfirmed(conversation, update, change.chain ?? record.chain, peers.all())
    if (settled) change.chain = settled
    if (isRemark(content)) settleRemark(conversation, update, content, false)
    if (isVerification(content))
      conversation.context.verifier().placed(conversation, update, content, message.seq)
    conversation.put(update, change)
  })
}

/** A line that waited gets its place; one that stood in an earlier log keeps it. @returns the end of its key. */
function placeLine(
  conversation: Conversation,
  update: Update,
  line: Uint8Array,
  order: number,
  time: number,
): Uint8Array {
  const { room } = conversation
  const { tx } = update
  const from = concat(room, line)
  const record = getRecord<LineRecord>(tx, "line", from)
  if (record?.kind !== "message") return line
  if (isPlaced(line)) {
    if (record.state === "queued") setState(conversation, update, from, "relayed")
    return line
  }
  const end = nextPlace(tx, room, order)
  tx.delete("line", from)
  putRecord(tx, "line", concat(room, end), { ...record, at: showable(time) } satisfies LineRecord)
  tx.put("message", messageKey(room, record.account, record.messageId), end)
  setState(conversation, update, concat(room, end), "relayed")
  return end
}

function isPlaced(line: Uint8Array): boolean {
  return new DataView(line.buffer, line.byteOffset).getBigUint64(0) < BigInt(UNPLACED)
}

/** The relay will never take this entry: its message has failed, is said to have, and leaves the outbox. */
export function failFirst(conversation: Conversation, eid: Uint8Array): void {
  const { context, room, now } = conversation
  const own = inOutbox(context.store, room, eid)
  now.inFlight = undefined
  if (own) conversation.save("synced", {}, (update) => fail(conversation, update, own))
}

/** Nothing of what waits will ever go out, inside a change that is under way. */
export function failOutbox(conversation: Conversation, update: Update): void {
  conversation.now.inFlight = undefined
  for (const each of outboxOf(update.tx, conversation.room)) fail(conversation, update, each)
}

/** Everything that the other side may not have: it was meant for somebody else than whoever is there now. */
export function failUnconfirmed(conversation: Conversation, update: Update): void {
  failOutbox(conversation, update)
  failSent(conversation, update)
}

/** What has no number and will get none: it is not said to have failed, since its author took it back. */
export function dropQueued(
  conversation: Conversation,
  update: Update,
  own: { key: Uint8Array; record: OutboxRecord },
): void {
  update.tx.delete("outbox", own.key)
  if (own.record.content.type === "text") settleLine(conversation, update, own)
}

function fail(
  conversation: Conversation,
  update: Update,
  own: { key: Uint8Array; record: OutboxRecord },
): void {
  const { room } = conversation
  const { tx } = update
  tx.delete("outbox", own.key)
  if (own.record.payload) takeBack(conversation, update, own.record.payload)
  const { content } = own.record
  if (isRemark(content)) return settleRemark(conversation, update, content, true)
  const place = settleLine(conversation, update, own)
  if (place) setState(conversation, update, concat(room, place), "failed")
}

/** A line that waited stays where it was written. @returns the end of its key. */
function settleLine(
  { room, record }: Conversation,
  { tx }: Update,
  own: { key: Uint8Array; record: OutboxRecord },
): Uint8Array | undefined {
  const from = concat(room, own.record.line ?? linePlace(UNPLACED + localOf(own.key), 0))
  const line = getRecord<LineRecord>(tx, "line", from)
  if (line?.kind !== "message") return undefined
  // What follows comes after it.
  const written = own.record.line
  const place = written && isPlaced(written) ? written : nextPlace(tx, room, record.orderBase + record.cursor)
  tx.delete("line", from)
  putRecord(tx, "line", concat(room, place), line)
  tx.put("message", messageKey(room, line.account, line.messageId), place)
  return place
}

/** What is said to have failed is given to nobody, whoever asks for its number. */
function takeBack({ room }: Conversation, { tx }: Update, payload: Uint8Array): void {
  const { chainId, n } = decodePayload(payload)
  const key = payloadKey(room, chainId, n)
  const stored = getRecord<PayloadRecord>(tx, "payload", key)
  if (stored)
    putRecord(tx, "payload", key, { ...stored, line: undefined, bytes: undefined } satisfies PayloadRecord)
}
