/** What the relay says to what was offered, and what follows (PROTOCOL.md §5.2, §5.7). That it was taken says the log. */
import { equalBytes } from "../bytes.ts"
import type { Refusal } from "../protocol/errors.ts"
import type { Of } from "../protocol/messages.ts"
import type { Conversation } from "./conversation.ts"
import { failFirst } from "./own-entries.ts"
import { takeUnproven } from "./repairing.ts"
import { giveUpChannel } from "./reopening.ts"
import { inOutbox } from "./sending.ts"

/** So often at most a relay that says nothing but stale gets a commit for it. */
const MUTE_EVERY_MS = 3_600_000
/** Whoever was cut has little more to read before it has a newer token. */
const AFTER_CUT_MS = 30_000

export function takeStale(
  conversation: Conversation,
  { eid, nextPosition }: Of<"stale">,
): Promise<void> | void {
  const { context, room, now } = conversation
  if (!conversation.isInFlight(eid)) return
  const position = inOutbox(context.store, room, eid)?.record.sealed?.position ?? 0
  // Sealed at the latest place that the relay knows of, and stale all the same: once it may be that it has lost the
  // token that we showed, and a commit makes another. Then it would go round for ever.
  const isLatest = nextPosition === position + 1
  const time = context.clock.now()
  if (nextPosition <= position || (isLatest && time < conversation.muteAgainAt))
    return context.link.distrust("stale at its own place")
  now.inFlight = undefined
  if (isLatest) {
    now.mute = position
    conversation.muteAgainAt = time + MUTE_EVERY_MS
  } else now.staleUntil = nextPosition
  return conversation.advance()
}

/** While handshakes are put back: somebody else was faster. A commit of ours sees that in the log. */
export function takeConflict(
  conversation: Conversation,
  { eid, nextPosition }: Of<"conflict">,
): Promise<void> | void {
  const { now } = conversation
  if (!now.refilling || !equalBytes(now.refilling, eid)) return
  now.refilling = undefined
  now.staleUntil = nextPosition
  return conversation.advance()
}

export function takeRejection(
  conversation: Conversation,
  eid: Uint8Array,
  why: Refusal,
): Promise<void> | void {
  const { pending, now } = conversation
  const isPending = pending !== undefined && equalBytes(pending.record.eid, eid)
  // What the relay will never take must not keep back what it would.
  if (conversation.isInFlight(eid) && (why === "too-large" || why === "bad-request")) {
    failFirst(conversation, eid)
    return conversation.advance()
  }
  const isRefill = now.refilling !== undefined && equalBytes(now.refilling, eid)
  if (why === "unproven" && (isPending || isRefill)) return takeUnproven(conversation, isRefill)
  if (conversation.isInFlight(eid) || isPending || isRefill) conversation.pause(why)
}

/** The relay wants a newer token than we have shown. It may be on its way to us; whoever cannot get it moves on. */
export function takeCut(conversation: Conversation): Promise<void> | void {
  const { log, record, pending } = conversation
  log.forget()
  conversation.subscriptionEnded()
  if (record.kind === "direct" && record.rejoin && !pending && !record.problem) {
    giveUpChannel(conversation)
    return conversation.advance()
  }
  Object.assign(conversation.now, { needsWay: true, wayIn: undefined })
  conversation.pause("unproven", AFTER_CUT_MS)
}
