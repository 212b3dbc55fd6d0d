/** What a payload leaves in the store (PROTOCOL.md §16): its line, its chain's newest, and its bytes for who missed it. */
import { concat } from "../bytes.ts"
import type { Content } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { messageView } from "./lines.ts"
import { showable } from "./payloads.ts"
import {
  type ChainRecord,
  getRecord,
  type LineRecord,
  messageKey,
  payloadKey,
  type PayloadRecord,
  putRecord,
} from "./records.ts"

/** @returns the place of the line; undefined for a text that is shown already, under whatever number it comes. */
export function storeText(
  { room, contacts, context, ref }: Conversation,
  update: Update,
  time: number,
  { messageId, text, sentAt }: Content & { type: "text" },
  account: Uint8Array,
  place: Uint8Array,
): Uint8Array | undefined {
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
    place: undefined,
  }
  putRecord(update.tx, "line", concat(room, place), line)
  update.tx.put("message", key, place)
  const from = contacts.ref(account)
  const message = messageView(line, contacts)
  update.keep(
    { at: context.clock.now(), type: "message.received", room, line: place, messageId },
    { type: "message.received", room: ref, from, message },
  )
  return place
}

/** @param order of the entry that brought it. */
export function storeContent(
  { room, record, context }: Conversation,
  { tx }: Update,
  payload: {
    chainId: Uint8Array
    n: number
    hash: Uint8Array
    bytes: Uint8Array
    line: Uint8Array | undefined
    order: number
  },
): void {
  const { chainId, n, hash, bytes, line, order } = payload
  const stored: PayloadRecord = {
    hash,
    line,
    bytes,
    order: record.orderBase + order,
    at: context.clock.now(),
  }
  putRecord(tx, "payload", payloadKey(room, chainId, n), stored)
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
