/** What a payload leaves in the store (PROTOCOL.md §16): its line, its chain's newest, and its bytes for who missed it. */
import { concat } from "../bytes.ts"
import { type Content, isRemark, type TextContent } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { showable } from "./payloads.ts"
import { meetRemarks, noteCopy, takeRemark, whereIn } from "./remark-store.ts"
import { seenMessage } from "./remark-views.ts"
import {
  type ChainRecord,
  getRecord,
  type LineRecord,
  messageKey,
  payloadKey,
  type PayloadRecord,
  putRecord,
} from "./records.ts"
import { noteCodes } from "./verify-qr.ts"

/** @returns undefined for a text that is shown already, under whatever number it comes. */
function storeText(
  conversation: Conversation,
  update: Update,
  { messageId, text, sentAt, replyTo }: TextContent,
  { chainId, n, time, account, place }: Came,
): Uint8Array | undefined {
  const { room, contacts, context, ref } = conversation
  const key = messageKey(room, account, messageId)
  // Under a key that was given up since it is still the same message.
  if (contacts.line(account).some((each) => update.tx.get("message", messageKey(room, each, messageId))))
    return undefined
  if (contacts.trust(account) === "blocked") {
    contacts.countHidden(update, account)
    return undefined
  }
  const line: LineRecord & { kind: "message" } = {
    kind: "message",
    at: showable(time),
    account,
    own: contacts.isOwn(account),
    messageId,
    text,
    sentAt: showable(sentAt),
    state: undefined,
    place: { chainId, n },
    ...(replyTo && { replyTo }),
  }
  putRecord(update.tx, "line", concat(room, place), line)
  update.tx.put("message", key, place)
  const from = contacts.ref(account)
  const met = meetRemarks(conversation, update, place, line)
  const message = seenMessage(whereIn(conversation, update.tx), met)
  update.keep(
    { at: context.clock.now(), type: "message.received", room, line: place, messageId },
    { type: "message.received", room: ref, from, message },
  )
  return place
}

/** A payload as it came, whoever brought it. */
export interface Came {
  content: Content
  chainId: Uint8Array
  n: number
  hash: Uint8Array
  bytes: Uint8Array
  /** Of the entry that brought it. */
  order: number
  time: number
  account: Uint8Array
  /** Where a line of its own would stand. */
  place: Uint8Array
}

/** @returns the place of its line; undefined when it has none, or not a new one. */
export function storePayload(conversation: Conversation, update: Update, came: Came): Uint8Array | undefined {
  const { room, record, context } = conversation
  const { content, chainId, n, hash, bytes, order, account } = came
  const line = content.type === "text" ? storeText(conversation, update, content, came) : undefined
  const at = context.clock.now()
  const stored: PayloadRecord = { hash, line, bytes, order: record.orderBase + order, at }
  putRecord(update.tx, "payload", payloadKey(room, chainId, n), stored)
  if (content.type === "text") noteCopy(conversation, update, content.messageId, account, { chainId, n })
  if (content.type === "text" || content.type === "edit") noteCodes(update.tx, content.text)
  if (isRemark(content)) takeRemark(conversation, update, content, account, { chainId, n })
  return line
}

/**
 * The chain's newest payload after `next` has come, wherever in the chain it belongs.
 *
 * @param mayJump false for what somebody else brought: it is the newest only when nothing before it is missing.
 * @returns the chain as it is now.
 */
export function advanceChain(
  { room }: Conversation,
  { tx }: Update,
  last: ChainRecord | undefined,
  next: ChainRecord,
  chainId: Uint8Array,
  mayJump: boolean,
): ChainRecord {
  if (last && (next.n <= last.n || (next.n > last.n + 1 && !mayJump))) return last
  const chain = { ...next, base: last?.base ?? next.base }
  // What was filled from its end downwards may be there already.
  for (;;) {
    const following = getRecord<PayloadRecord>(tx, "payload", payloadKey(room, chainId, chain.n + 1))
    if (!following) break
    chain.n++
    chain.hash = following.hash
  }
  putRecord(tx, "chain", concat(room, chainId), chain)
  return chain
}
