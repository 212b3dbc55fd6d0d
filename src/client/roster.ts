/** Who is in a room, who has been heard there, and the sign of life that a newcomer is owed (PROTOCOL.md §12.3). */
import { equalBytes, toHex } from "../bytes.ts"
import type { Member, RosterChange } from "../crypto/mls-engine.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { queueQuietly } from "./sending.ts"

/** Longest delay before a member answers a join, and how many answers are enough (PROTOCOL.md §12.3). */
const BEACON_DELAY_MS = 3_000
const BEACONS_ENOUGH = 8

/** Who came and who left, as lines: people, not devices, so another device of somebody who is there is neither. */
export function rosterNotices(
  conversation: Conversation,
  update: Update,
  seq: number,
  change: RosterChange,
): void {
  const before = conversation.group?.members ?? []
  const gone = new Set(change.removed.map(({ leaf }) => leaf))
  const after = [...before.filter(({ leaf }) => !gone.has(leaf)), ...change.added]
  for (const account of accountsOf(change.added, before))
    conversation.notice(update, seq, { code: "joined", account })
  for (const account of accountsOf(change.removed, after))
    conversation.notice(update, seq, { code: "left", account })
}

/** The accounts of `members` that `others` have no device of, each once. */
function accountsOf(members: readonly Member[], others: readonly Member[]): Uint8Array[] {
  const known = new Set(others.map(({ accountId }) => toHex(accountId)))
  return members.flatMap(({ accountId }) => {
    const isNew = !known.has(toHex(accountId))
    known.add(toHex(accountId))
    return isNew ? [accountId] : []
  })
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
