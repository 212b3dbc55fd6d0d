/**
 * A profile that is older than what this device has said (PROTOCOL.md §10.9): an old copy of the folder, or two of it.
 * Its ratchets would use keys twice, so nothing more is said with them: everything is read, and then this device
 * joins each group anew, with a fresh leaf and a chain of its own.
 */
import { concat, equalBytes, toHex } from "../bytes.ts"
import type { Payload } from "../protocol/content.ts"
import { payloadHash } from "./chain.ts"
import { advanceChain, storePayload } from "./contents.ts"
import type { Conversation } from "./conversation.ts"
import type { Context, Update } from "./context.ts"
import type { Arrival } from "./reading.ts"
import {
  type ChainRecord,
  type ConversationRecord,
  getRecord,
  nextPlace,
  payloadKey,
  type PayloadRecord,
} from "./records.ts"

/** Nothing is sent anywhere before this device has joined anew. */
export function markRolledBack(context: Context): void {
  const since = context.clock.now()
  context.log.write("warn", "profile.rolled-back", {})
  for (const conversation of context.rooms()) {
    if (!conversation.record.member || conversation.record.rejoin) continue
    conversation.save("synced", { rejoin: { why: "rolled-back", since } }, (update) =>
      conversation.notice(update, conversation.record.cursor, { code: "rolled-back" }),
    )
  }
}

/**
 * An entry that opens under our own leaf: nothing of ours opens once it is sealed, since its key is used up. So somebody
 * with our state has sealed it, and we are the older copy, unless we find that we know it. What it says is shown.
 */
export function recogniseOwn(
  conversation: Conversation,
  update: Update,
  { message }: Arrival,
  payload: Payload,
  plain: Uint8Array,
  change: Partial<ConversationRecord>,
): void {
  const { room, channelId, context, record } = conversation
  const { chainId, n, content } = payload
  const hash = payloadHash(channelId, plain)
  const known = getRecord<PayloadRecord>(update.tx, "payload", payloadKey(room, chainId, n))
  if (known && equalBytes(known.hash, hash)) return
  update.after(() => markRolledBack(context))
  if (known) return
  const account = context.identity.account.accountId
  const place = nextPlace(update.tx, room, record.orderBase + message.seq)
  const { seq: order, time } = message
  const came = { content, chainId, n, hash, bytes: plain, order, time, account, place }
  if (storePayload(conversation, update, came)) change.lastAt = time
  const last = getRecord<ChainRecord>(update.tx, "chain", concat(room, chainId))
  if (last) advanceChain(conversation, update, last, { ...last, n, hash }, chainId, true)
  context.log.write("warn", "own.unknown", { chain: toHex(chainId).slice(0, 8), n })
}
