/**
 * What a person's new key does to conversations (PROTOCOL.md §8.2, §14.2): a direct chat moves into the channel of the
 * keys of now, once nothing stands against it; a room stops when somebody who was verified is not certain any more.
 */
import { equalBytes } from "../bytes.ts"
import type { Conversation } from "./conversation.ts"
import type { RoomProblem } from "./events.ts"
import { reopen } from "./reopening.ts"

/** Why nothing is sent here before this person decides. */
export function doubtOf(conversation: Conversation): RoomProblem | undefined {
  const { record, contacts, group } = conversation
  if (record.peer) {
    const why = contacts.stops(record.peer)
    if (why === "differs") return "keys-differ"
    return why === "changed" ? "key-changed" : why
  }
  if (!contacts.hasAlarm || !group) return undefined
  return group.members.some(({ accountId }) => contacts.isAlarming(accountId)) ? "key-changed" : undefined
}

/** Whether the chat is in the channel of a key that was given up, and can leave it: what was said there has been read. */
export function mayFollow({ record, contacts, group, log, isInDoubt }: Conversation): boolean {
  if (!record.peer || isInDoubt) return false
  const newest = contacts.newest(record.peer)?.entry.accountId
  const isOutdated = newest !== undefined && !equalBytes(newest, record.peer)
  if (!isOutdated && record.rejoin?.why !== "rotated") return false
  return group === undefined || log.isCaughtUp(record)
}

/**
 * Into the channel of the two accounts of now, from its beginning. Whoever has a new key opens it; the other side moves
 * when it has read of that, and opens it only when it has something to say.
 */
export function follow(conversation: Conversation): void {
  const { record, contacts, context } = conversation
  const former = record.peer!
  const newest = contacts.newest(former)!
  const isOurs = record.rejoin?.why === "rotated" && record.nextPosition > 0
  // What was written for a key that was lost is not given to another one that nobody has compared.
  const isForOther = !contacts.isHandedOver(former) && newest.trust !== "verified"
  reopen(conversation, 0, isOurs ? "ours" : "theirs", isForOther ? "unsaid" : "said-again")
  context.log.write("info", "chat.followed", {})
}
