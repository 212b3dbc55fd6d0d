/**
 * A direct chat that cannot go on in its channel is opened anew in the next one (PROTOCOL.md §11.5): the opening
 * failed a check, or our state does not fit the group any more. The room stays, and says so.
 *
 * What the other side never said it received is sent again, under the id that it has: whoever has it shows it once.
 */
import { concat, equalBytes, u64 } from "../bytes.ts"
import { directKeys } from "../crypto/channel-keys.ts"
import { ChannelLog, START_OF_LOG } from "./channel-log.ts"
import type { Update } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import {
  decodeRecord,
  linePlace,
  type LineRecord,
  type OutboxRecord,
  putRecord,
  UNPLACED,
} from "./records.ts"
import { localOf, unfixOutbox } from "./sending.ts"
import { prefixRange, type StoreReader } from "./store.ts"

/** How often a pair opens anew before the chat stops and says so: a peer that spoils every opening must not keep us busy. */
export const MAX_REOPENINGS = 16
/** How many lines of the channels before are searched for a message that comes again. */
const SEARCHED_LINES = 1_000

/** Something has been read of a chat and it has no group: its opening failed, or its state was dropped. */
export function isOutOfUse({ record, group, pending }: Conversation): boolean {
  return record.kind === "direct" && !group && !pending && record.nextPosition > 0
}

/** Opens anew, unless that has been tried so often that something else must be wrong. */
export function giveUpChannel(conversation: Conversation): void {
  const { counter } = conversation.record
  if (counter + 1 > MAX_REOPENINGS) return conversation.stopFor("opening-refused")
  reopen(conversation, counter + 1, "ours")
}

/** @param decision who gives the channel up: when it is ours, the other side has to be told. */
export function reopen(conversation: Conversation, counter: number, decision: "ours" | "theirs"): void {
  const { context, contacts, record, room, pending } = conversation
  const { entry } = contacts.get(record.peer!)!
  const peer = { accountId: entry.accountId, x: entry.accountX }
  const { channel } = directKeys(
    context.primitives,
    context.identity.account,
    peer,
    context.relayId(),
    counter,
  )
  const unfixed = unfixOutbox(conversation, context.store)
  let { nextLocal } = record
  context.update("synced", (update) => {
    const { tx } = update
    for (const table of ["group", "pendingGroup"] as const) tx.deleteRange(table, prefixRange(room))
    tx.delete("pending", room)
    for (const row of unfixed) putRecord(tx, "outbox", row.key, row.record)
    nextLocal = queueAgain(conversation, update, nextLocal)
    conversation.notice(update, record.cursor, { code: "chat-reopened", account: record.peer! })
    conversation.put(update, {
      ...START_OF_LOG,
      channelId: channel,
      counter,
      orderBase: record.orderBase + record.cursor + 1,
      reopenDue: decision === "ours",
      nextPosition: 0,
      member: false,
      chain: undefined,
      receipt: undefined,
      here: [],
      hintDue: false,
      uncertain: undefined,
      problem: undefined,
      nextLocal,
    })
    update.after(() => {
      conversation.log.close()
      conversation.log = new ChannelLog(context.link, context.primitives, channel)
      conversation.pending = undefined
      conversation.disconnected()
    })
  })
  conversation.forgetGroup()
  if (pending) context.engine.wipeEnded(pending.state, undefined)
}

/** Whether this text has been shown already: its author could not know that it had reached us in an earlier channel. */
export function isKnown({ room, record }: Conversation, tx: StoreReader, messageId: Uint8Array): boolean {
  if (record.kind !== "direct" || record.counter === 0) return false
  const before = { from: room, to: concat(room, u64(record.orderBase + 1)) }
  return tx.range("line", { ...before, reverse: true, limit: SEARCHED_LINES }).some(({ value }) => {
    const line = decodeRecord<LineRecord>(value)
    return line.kind === "message" && !line.own && equalBytes(line.messageId, messageId)
  })
}

/** Own lines without a receipt, of the channel that is given up, go back to the outbox, in their order, before what waits there. */
function queueAgain(conversation: Conversation, { tx }: Update, nextLocal: number): number {
  const { room, record, context } = conversation
  const placed = { from: concat(room, u64(record.orderBase)), to: concat(room, u64(UNPLACED)) }
  const waiting = context.store
    .range("outbox", prefixRange(room))
    .map(({ key, value }) => ({ key, row: decodeRecord<OutboxRecord>(value) }))
  const again: OutboxRecord[] = []
  for (const { key, value } of tx.range("line", placed)) {
    const line = decodeRecord<LineRecord>(value)
    if (line.kind !== "message" || line.state !== "relayed") continue
    const { messageId, sentAt, text } = line
    again.push({ content: { type: "text", messageId, sentAt, text }, payload: undefined, sealed: undefined })
    putRecord(tx, "line", concat(room, linePlace(UNPLACED + nextLocal + again.length - 1, 0)), {
      ...line,
      state: "queued",
    } satisfies LineRecord)
    tx.delete("line", key)
  }
  if (again.length === 0) return nextLocal
  // What waited keeps its place behind: it is written again under later numbers.
  let local = nextLocal
  for (const queued of again) putRecord(tx, "outbox", concat(room, u64(local++)), queued)
  for (const { key, row } of waiting) {
    const from = concat(room, linePlace(UNPLACED + localOf(key), 0))
    const line = tx.get("line", from)
    tx.delete("outbox", key)
    putRecord(tx, "outbox", concat(room, u64(local)), {
      ...row,
      payload: undefined,
      sealed: undefined,
    } satisfies OutboxRecord)
    if (line) {
      tx.delete("line", from)
      tx.put("line", concat(room, linePlace(UNPLACED + local, 0)), line)
    }
    local++
  }
  return local
}
