/**
 * A moderator has taken this account out of a link room (PROTOCOL.md §12.5): the group is forgotten, what had not gone
 * out will not, and what was said stays here to read. The ban says so already; the commit that follows it may not reach us.
 */
import type { Applied, Member } from "../crypto/mls-engine.ts"
import { admits } from "../crypto/mls-parameters.ts"
import { equalBytes } from "../bytes.ts"
import type { Conversation } from "./conversation.ts"
import { failOutbox } from "./own-entries.ts"
import type { Arrival } from "./reading.ts"
import { putHead } from "./seen.ts"
import { prefixRange } from "./store.ts"

/** Who has taken us out, when this commit did; undefined otherwise, and for what our own devices do. */
export function isOut(
  { context, group }: Conversation,
  { state, change }: Extract<Applied, { kind: "applied" }>,
): Member | undefined {
  const { accountId } = context.identity.account
  const { committer } = change
  if (!group || !committer || equalBytes(committer.accountId, accountId)) return undefined
  const isBanned = state.parameters.kind === "link" && !admits(state.parameters, accountId)
  return isBanned || change.selfRemoved ? committer : undefined
}

export function takeRemoval(conversation: Conversation, { message, place }: Arrival, by: Member): void {
  const { room, pending, context } = conversation
  const gone = {
    member: false,
    rejoin: undefined,
    uncertain: undefined,
    wishes: undefined,
    problem: "removed" as const,
  }
  conversation.endTurn()
  conversation.save("synced", { ...place, nextPosition: message.position + 1, ...gone }, (update) => {
    for (const table of ["group", "pendingGroup"] as const) update.tx.deleteRange(table, prefixRange(room))
    update.tx.delete("pending", room)
    putHead(room, update.tx, place.cursor, place.head)
    failOutbox(conversation, update)
    conversation.notice(update, message.seq, { code: "you-removed", by: by.accountId })
    update.tell({ type: "room.changed", room: conversation.ref })
  })
  if (pending) context.engine.wipeEnded(pending.state, conversation.group)
  conversation.pending = undefined
  conversation.forgetGroup()
  conversation.closeLog()
}
