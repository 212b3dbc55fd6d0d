/**
 * A commit that failed with our own keys may have worked for others, or for nobody (PROTOCOL.md §10.5). Which of the
 * two is never guessed: the group is kept, nothing is said in it, and each member gives a sign of life in the epoch it
 * knows. One that opens shows that the commit was void. Whoever meets only what does not open joins the room again, and
 * keeps what it has until that has happened: nobody can make a room forget itself.
 *
 *     certain ──uncertain commit──▶ uncertain ──somebody's entry opens──▶ certain (the commit was void)
 *                                       └──one does not, and none in time──▶ joins again by the header ──▶ certain
 */
import type { Millis } from "../platform/clock.ts"
import type { Conversation } from "./conversation.ts"
import { joinOrOpen } from "./joining.ts"
import { isLost } from "./mending.ts"
import type { ConversationRecord } from "./records.ts"
import { canSpeak } from "./proving.ts"
import { repair } from "./repairing.ts"
import { queueAlive } from "./sending.ts"

export interface Uncertainty {
  since: Millis
  /** Our own sign of life has been queued. */
  answered: boolean
  /** Entries of others that have opened since. */
  heard: number
  /** Something has come since that does not open: perhaps the others are elsewhere. */
  isLeftOut: boolean
}

/** Members wait this long for each leaf before theirs, so that two signs are mostly all there are. */
const PER_LEAF_MS: Millis = 100
/** So many signs are enough: the second shows the author of the first that it was heard. */
const SIGNS_ENOUGH = 2
/** So many entries in a row that do not open, and nothing that does, are more than an accident. */
const NOISE_ENOUGH = 3
/** After everybody's turn, this long for signs that are under way. */
export const UNCERTAIN_PATIENCE_MS: Millis = 5_000

/** Nothing but signs of life may be said. */
export function isUncertain({ uncertain }: ConversationRecord): boolean {
  return uncertain !== undefined && uncertain.heard === 0
}

/** What changes when an entry of somebody else has opened in the epoch that we know. */
export function afterHearing({ uncertain }: ConversationRecord): Uncertainty | undefined {
  if (!uncertain) return undefined
  const heard = uncertain.heard + 1
  return uncertain.answered || heard >= SIGNS_ENOUGH ? undefined : { ...uncertain, heard }
}

/**
 * What changes when an entry has not: it makes a doubt worse. Several in a row make one, and the first where few have
 * been heard (§12.2): after a relay has lost its log two groups can come to stand in one channel.
 */
export function afterNoise(conversation: Conversation): Partial<ConversationRecord> {
  const { uncertain, noise } = conversation.record
  if (uncertain) return { uncertain: { ...uncertain, isLeftOut: true } }
  if (noise + 1 < NOISE_ENOUGH && !isLost(conversation)) return { noise: noise + 1 }
  const since = conversation.context.clock.now()
  return { noise: 0, uncertain: { since, answered: false, heard: 0, isLeftOut: true } }
}

/** A commit when the relay takes no message, since nobody knows its newest token. @returns whether it is under way. */
async function giveSign(conversation: Conversation): Promise<boolean> {
  if (canSpeak(conversation)) {
    queueAlive(conversation)
    return true
  }
  return repair(conversation)
}

/** What is due while a commit is in doubt. @returns true when the room is being joined again. */
export async function resolve(conversation: Conversation): Promise<boolean> {
  const { record, group, context } = conversation
  const { uncertain } = record
  if (!uncertain || !group) return false
  const now = context.clock.now()
  const signAt = uncertain.since + group.ownLeaf * PER_LEAF_MS
  if (now < signAt) {
    conversation.wakeAt(signAt)
    return false
  }
  if (!uncertain.answered && (await giveSign(conversation))) {
    conversation.save("ordered", {
      uncertain: uncertain.heard > 0 ? undefined : { ...uncertain, answered: true },
    })
  }
  if (!isUncertain(conversation.record)) return false
  if (!uncertain.isLeftOut) return false
  const giveUpAt = uncertain.since + group.members.length * PER_LEAF_MS + UNCERTAIN_PATIENCE_MS
  if (now >= giveUpAt && record.kind === "direct") {
    conversation.save("ordered", { uncertain: undefined, rejoin: { why: "lost", since: now } })
    return false
  }
  if (now >= giveUpAt) return conversation.pending === undefined && joinOrOpen(conversation)
  conversation.wakeAt(giveUpAt)
  return false
}
