/**
 * When nobody can show the token of the newest handshake, or the relay does not take ours (PROTOCOL.md §5.7, §10.5): an
 * empty commit makes a token that is known, and whoever was left behind joins again.
 */
import type { Millis } from "../platform/clock.ts"
import type { Conversation } from "./conversation.ts"
import { isMostlyUnheard } from "./mending.ts"
import { canSpeak, prove } from "./proving.ts"
import { dropPending } from "./reading.ts"
import { askHeader } from "./room-header.ts"
import { heal } from "./sending.ts"

/** Members wait this long for each leaf before theirs, so that mostly one of them commits. */
const PER_LEAF_MS: Millis = 100
/** Two groups in one channel would answer each other without end: whoever is heard by nobody waits longer each time. */
const FIRST_REST_MS: Millis = 1_000
const LAST_REST_MS: Millis = 300_000
const UNHEARD_REST_MS: Millis = 60_000

/** @returns true while nothing can be said. */
export async function repairIfDue(conversation: Conversation): Promise<boolean> {
  if (!conversation.group || canSpeak(conversation)) return false
  await repair(conversation)
  return true
}

/** An empty commit, when it is time for one. @returns whether it is under way. */
export async function repair(conversation: Conversation): Promise<boolean> {
  const { context, group, now, repairs } = conversation
  if (conversation.pending) return true
  now.muteSince ??= context.clock.now()
  // Whoever may be in a room of somebody's making does not disturb the one that the others are in.
  const patience = isMostlyUnheard(conversation) ? UNHEARD_REST_MS : 0
  const rest = repairs > 0 ? Math.min(LAST_REST_MS, FIRST_REST_MS * 2 ** repairs) : 0
  const at = now.muteSince + group!.ownLeaf * PER_LEAF_MS + Math.max(rest, patience)
  if (at > context.clock.now()) {
    conversation.wakeAt(at)
    return false
  }
  await heal(conversation)
  if (!conversation.pending) return false
  conversation.repairs++
  return true
}

/** The relay has seen others with a newer token than any that we can show. */
export async function takeUnproven(conversation: Conversation, isRefill: boolean): Promise<void> {
  const { context, group, now, pending, record } = conversation
  now.refilling = undefined
  if (isRefill && record.kind === "everyone" && !now.hasAskedWay) {
    // The header was put back together with the log: its token is of that time.
    now.hasAskedWay = true
    return askHeader(conversation, record.link!, () => {
      if (now.wayIn) prove(conversation, now.wayIn)
      return conversation.advance()
    })
  }
  const { uncertain } = record
  const isStranded = group !== undefined && pending?.record.kind !== "join" && !uncertain
  const change = {
    ...(isStranded ? { rejoin: { why: "lost", since: context.clock.now() } as const } : {}),
    ...(uncertain ? { uncertain: { ...uncertain, isLeftOut: true } } : {}),
  }
  conversation.save("synced", change, (update) => {
    if (pending) dropPending(conversation, update)
  })
  if (pending) context.engine.wipeEnded(pending.state, group)
  conversation.pause("unproven")
}
