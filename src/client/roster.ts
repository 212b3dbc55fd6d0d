/** Who is in a room, who has been heard there, and the sign of life that a newcomer is owed (PROTOCOL.md §12.3). */
import { equalBytes, toHex } from "../bytes.ts"
import type { RosterChange } from "../crypto/mls-engine.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { queueQuietly } from "./sending.ts"

/** Longest delay before a member answers a join, and how many answers are enough (PROTOCOL.md §12.3). */
const BEACON_DELAY_MS = 3_000
const BEACONS_ENOUGH = 8

/** Who came and who left, as lines; a device that took over its former leaf is neither. */
export function rosterNotices(
  conversation: Conversation,
  update: Update,
  seq: number,
  change: RosterChange,
): void {
  const replaced = new Set(change.removed.map((member) => toHex(member.accountId)))
  const came = new Set(change.added.map((member) => toHex(member.accountId)))
  for (const { accountId } of change.added) {
    if (!replaced.has(toHex(accountId)))
      conversation.notice(update, seq, { code: "joined", account: accountId })
  }
  for (const { accountId } of change.removed) {
    if (!came.has(toHex(accountId))) conversation.notice(update, seq, { code: "left", account: accountId })
  }
}

/** Who signed this commit has been heard; who left is forgotten. */
export function withHere(
  { record }: Conversation,
  { committer, added, removed }: RosterChange,
): readonly Uint8Array[] {
  const heard = committer ? [committer.leafKey] : added.map((member) => member.leafKey)
  const gone = [...removed.map((member) => member.leafKey), ...heard]
  return [...record.here.filter((leafKey) => !gone.some((other) => equalBytes(other, leafKey))), ...heard]
}

/** A newcomer sees only who signs something after it came: one sign of life, unless enough others gave one. */
export function answerJoin(conversation: Conversation): void {
  const { context } = conversation
  const heard = conversation.beacon?.heard
  if (heard) return heard.clear()
  const chance = new DataView(context.random.bytes(4).buffer).getUint32(0) / 2 ** 32
  const since = conversation.record.chain?.n ?? 0
  const cancel = context.later(context.clock.now() + Math.floor(chance * BEACON_DELAY_MS), async () => {
    const { beacon, record } = conversation
    conversation.beacon = undefined
    if (
      !beacon ||
      !conversation.group ||
      beacon.heard.size >= BEACONS_ENOUGH ||
      (record.chain?.n ?? 0) > beacon.since
    )
      return
    queueQuietly(conversation, "beacon")
    await conversation.advance()
  })
  conversation.beacon = { since, heard: new Set(), cancel }
}
