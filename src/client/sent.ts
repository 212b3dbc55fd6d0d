/**
 * Own payloads that stand in the log (PROTOCOL.md §9.6): kept until every device they were for has confirmed them, or
 * 30 days. The relay is never the only one that has them: what its log loses goes back to the outbox, the same payload,
 * and readers who have it drop the second copy.
 */
import { concat, u64 } from "../bytes.ts"
import { decodePayload, isRemark, isSaid } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { messageIdText } from "./lines.ts"
import {
  type ConversationRecord,
  decodeRecord,
  getRecord,
  type LineRecord,
  localOf,
  type OutboxRecord,
  type OwnChain,
  payloadKey,
  type PayloadRecord,
  type PeerRecord,
  putRecord,
  type SentRecord,
} from "./records.ts"
import { confirmedBy, placedOf } from "./peers.ts"
import { emptyIfGone, settleRemark, whereIn } from "./remark-store.ts"
import { lineOf } from "./remarks.ts"
import { prefixRange } from "./store.ts"

/** A text that nobody has confirmed for so long will not be confirmed any more. */
export const KEPT_FOR_MS = 30 * 24 * 3_600_000
/** Rows looked at in one go. */
const BATCH = 500

/** A payload has been met in the log. */
export function putSent(conversation: Conversation, update: Update, local: number, n: number): void {
  const { room, record, context } = conversation
  const sent: SentRecord = { n, at: context.clock.now(), life: record.life }
  putRecord(update.tx, "sent", concat(room, u64(local)), sent)
}

/** One of our payloads that we knew has been met again, in another life of the log. */
export function meetAgain({ room, record }: Conversation, { tx }: Update, local: number): void {
  const key = concat(room, u64(local))
  const sent = getRecord<SentRecord>(tx, "sent", key)
  if (sent) putRecord(tx, "sent", key, { ...sent, life: record.life } satisfies SentRecord)
}

/**
 * After somebody's row has changed: what everybody has now is kept no longer, and its lines say so.
 *
 * @param peers all rows, as they are from this change on.
 * @returns our chain with its new bounds, or undefined when nothing has become known.
 */
export function settleConfirmed(
  conversation: Conversation,
  update: Update,
  chain: OwnChain | undefined,
  peers: readonly PeerRecord[],
): OwnChain | undefined {
  if (!chain) return undefined
  const others = peers.filter(({ accountId }) => !conversation.contacts.isOwn(accountId))
  const limit = placedOf(chain)
  if (others.length === 0) return settleAlone(conversation, update, chain, limit)
  let delivered = limit
  let read = limit
  for (const peer of others) {
    const has = confirmedBy(peer, chain)
    delivered = Math.min(delivered, Math.max(has.delivered, has.read))
    read = Math.min(read, has.read)
  }
  const before = chain.confirmed
  if (delivered <= before.delivered && read <= before.read) return undefined
  for (let n = Math.max(before.read, 0); n < read; n++) mark(conversation, update, chain, n, "read")
  for (let n = Math.max(before.delivered, read); n < delivered; n++)
    mark(conversation, update, chain, n, "delivered")
  dropBelow(conversation, update, Math.max(delivered, before.delivered))
  const confirmed = { delivered: Math.max(delivered, before.delivered), read: Math.max(read, before.read) }
  return { ...chain, confirmed }
}

/** Nobody else is there: nobody will confirm it, and whoever comes later has not read it. */
function settleAlone(
  conversation: Conversation,
  update: Update,
  chain: OwnChain,
  limit: number,
): OwnChain | undefined {
  if (limit <= chain.confirmed.read) return undefined
  for (let { delivered: n } = chain.confirmed; n < limit; n++)
    emptyIfGone(conversation, update, { chainId: chain.chainId, n })
  dropBelow(conversation, update, limit)
  return { ...chain, confirmed: { delivered: limit, read: limit } }
}

function dropBelow({ room }: Conversation, { tx }: Update, bound: number): void {
  for (;;) {
    const rows = tx.range("sent", { ...prefixRange(room), limit: BATCH })
    let dropped = 0
    for (const { key, value } of rows) {
      if (decodeRecord<SentRecord>(value).n >= bound) return
      tx.delete("sent", key)
      dropped++
    }
    if (dropped < BATCH) return
  }
}

function mark(
  conversation: Conversation,
  update: Update,
  { chainId }: OwnChain,
  n: number,
  state: "delivered" | "read",
): void {
  const { room } = conversation
  const stored = getRecord<PayloadRecord>(update.tx, "payload", payloadKey(room, chainId, n))
  if (stored?.line) setState(conversation, update, concat(room, stored.line), state)
  emptyIfGone(conversation, update, { chainId, n })
}

/** Says how far a text of ours has got; never backwards. */
export function setState(
  { room, ref, context }: Conversation,
  update: Update,
  key: Uint8Array,
  state: "relayed" | "delivered" | "read" | "failed" | "queued",
): void {
  const line = getRecord<LineRecord>(update.tx, "line", key)
  if (line?.kind !== "message" || line.state === undefined) return
  const isBackwards =
    line.state === "read" || line.state === state || (line.state === "delivered" && state !== "read")
  if (isBackwards) return
  putRecord(update.tx, "line", key, { ...line, state } satisfies LineRecord)
  const { messageId } = line
  update.keep(
    { at: context.clock.now(), type: "message.state", room, messageId, state },
    { type: "message.state", room: ref, message: { id: messageIdText(messageId) }, state },
  )
}

/**
 * What the log of this life does not hold goes back to the outbox as it is: a payload keeps its number.
 * @returns whether there was anything.
 */
export function sendAgain(conversation: Conversation, update: Update): boolean {
  const { room, record } = conversation
  let found = false
  for (const { key, value } of update.tx.range("sent", prefixRange(room))) {
    const { n, life } = decodeRecord<SentRecord>(value)
    if (life === record.life) continue
    found = true
    update.tx.delete("sent", key)
    const stored = record.chain && payloadOf(conversation, update, record.chain.chainId, n)
    if (stored?.bytes) putQueued(conversation, update, key, stored, stored.bytes)
  }
  return found
}

/**
 * A new leaf has a new chain (PROTOCOL.md §13.1): what people said that somebody may not have is said again in it, texts
 * under the message id that they have, by which whoever has them knows them. What was taken back is not.
 */
export function sayAgain(conversation: Conversation, update: Update): void {
  const { room, record } = conversation
  for (const { key, value } of update.tx.range("sent", prefixRange(room))) {
    update.tx.delete("sent", key)
    const { n } = decodeRecord<SentRecord>(value)
    const stored = record.chain && payloadOf(conversation, update, record.chain.chainId, n)
    if (stored?.bytes && isSaid(decodePayload(stored.bytes).content) && !isGone(conversation, update, stored))
      putQueued(conversation, update, key, stored, undefined)
  }
}

/** Texts that stand in the log and that nobody has confirmed are said no more, and have failed. */
export function failSent(conversation: Conversation, update: Update): void {
  const { room, record } = conversation
  for (const { key, value } of update.tx.range("sent", prefixRange(room))) {
    update.tx.delete("sent", key)
    const { n } = decodeRecord<SentRecord>(value)
    const stored = record.chain && payloadOf(conversation, update, record.chain.chainId, n)
    if (stored?.line) setState(conversation, update, concat(room, stored.line), "failed")
    const said = stored?.bytes && decodePayload(stored.bytes).content
    if (said && isRemark(said)) settleRemark(conversation, update, said, true)
  }
}

function isGone(conversation: Conversation, { tx }: Update, { line, about }: PayloadRecord): boolean {
  if (about) return lineOf(whereIn(conversation, tx), about)?.line.isGone === true
  const shown = line && getRecord<LineRecord>(tx, "line", concat(conversation.room, line))
  return shown?.kind === "message" && shown.isGone === true
}

function payloadOf({ room }: Conversation, { tx }: Update, chainId: Uint8Array, n: number) {
  return getRecord<PayloadRecord>(tx, "payload", payloadKey(room, chainId, n))
}

/** @param payload undefined when it gets a new number. */
function putQueued(
  conversation: Conversation,
  update: Update,
  sentKey: Uint8Array,
  { bytes, line }: PayloadRecord,
  payload: Uint8Array | undefined,
): void {
  const { content } = decodePayload(bytes!)
  if (line) setState(conversation, update, concat(conversation.room, line), "queued")
  const queued: OutboxRecord = {
    content: isSaid(content) ? content : { type: "beacon" },
    payload,
    line,
    sealed: undefined,
  }
  putRecord(update.tx, "outbox", concat(conversation.room, u64(localOf(sentKey))), queued)
}

/** Texts that have waited for their readers too long have failed, visibly. @returns what changes in the record. */
export function failExpired(conversation: Conversation): void {
  const { room, context } = conversation
  const before = context.clock.now() - KEPT_FOR_MS
  const rows = context.store.range("sent", { ...prefixRange(room), limit: BATCH })
  const old = rows.filter(({ value }) => decodeRecord<SentRecord>(value).at < before)
  if (old.length === 0) return
  const { chain } = conversation.record
  conversation.save("ordered", {} satisfies Partial<ConversationRecord>, (update) => {
    for (const { key, value } of old) {
      update.tx.delete("sent", key)
      const stored =
        chain && payloadOf(conversation, update, chain.chainId, decodeRecord<SentRecord>(value).n)
      if (stored?.line && conversation.record.kind === "direct")
        setState(conversation, update, concat(room, stored.line), "failed")
    }
  })
}
