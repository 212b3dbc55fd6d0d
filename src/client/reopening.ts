/**
 * A direct chat that cannot go on in its channel is opened anew in the next one (PROTOCOL.md §11.5): the opening
 * failed a check, or our state does not fit the group any more. The room stays, and says so.
 *
 * What the other side never said it received is sent again, under the id that it has: whoever has it shows it once.
 */
import { concat } from "../bytes.ts"
import { directKeys } from "../crypto/channel-keys.ts"
import { ChannelLog, START_OF_LOG } from "./channel-log.ts"
import type { Conversation } from "./conversation.ts"
import { gapsOf } from "./gaps.ts"
import { forgetHeads } from "./seen.ts"
import { failUnconfirmed } from "./own-entries.ts"
import { unfixOutbox } from "./sending.ts"
import { sayAgain } from "./sent.ts"
import { prefixRange } from "./store.ts"

/** How often a pair opens anew before the chat stops and says so: a peer that spoils every opening must not keep us busy. */
export const MAX_REOPENINGS = 16

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

/**
 * @param decision who gives the channel up: when it is ours, the other side has to be told.
 * @param unconfirmed what the other side may not have is said again there, or not at all. Given only when the chat
 * follows somebody's key, which has a line of its own.
 */
export function reopen(
  conversation: Conversation,
  counter: number,
  decision: "ours" | "theirs",
  unconfirmed?: "said-again" | "unsaid",
): void {
  const { context, contacts, record, room, pending } = conversation
  const { entry } = contacts.newest(record.peer!)!
  const peer = { accountId: entry.accountId, x: entry.accountX }
  const { channel } = directKeys(
    context.primitives,
    context.identity.account,
    peer,
    context.relayId(),
    counter,
  )
  context.update("synced", (update) => {
    const { tx } = update
    for (const table of ["group", "pendingGroup"] as const) tx.deleteRange(table, prefixRange(room))
    tx.delete("pending", room)
    if (unconfirmed === "unsaid") failUnconfirmed(conversation, update)
    unfixOutbox(conversation, update)
    sayAgain(conversation, update)
    // What is missing here was never confirmed, so its author says it again there.
    for (const { line } of gapsOf(tx, room)) tx.delete("line", concat(room, line))
    for (const table of ["gap", "handshake", "token"] as const) tx.deleteRange(table, prefixRange(room))
    forgetHeads(conversation, update)
    if (unconfirmed === undefined)
      conversation.notice(update, record.cursor, { code: "chat-reopened", account: record.peer! })
    conversation.put(update, {
      ...START_OF_LOG,
      peer: entry.accountId,
      channelId: channel,
      counter,
      orderBase: record.orderBase + record.cursor + 1,
      reopenDue: decision === "ours",
      nextPosition: 0,
      epochAt: undefined,
      member: false,
      chain: undefined,
      life: record.life + 1,
      rescanTo: undefined,
      rejoin: undefined,
      hintDue: false,
      uncertain: undefined,
      problem: undefined,
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
