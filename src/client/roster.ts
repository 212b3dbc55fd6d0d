/** Who is in a room, who has been heard there, and the sign of life that a newcomer is owed (PROTOCOL.md §12.3). */
import { concat, toHex } from "../bytes.ts"
import type { GroupState, Member, RosterChange } from "../crypto/mls-engine.ts"
import { includes } from "../crypto/mls-parameters.ts"
import { chainIdOf } from "./chain.ts"
import type { Contacts } from "./contacts.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { type ChainRecord, type OwnChain, putRecord } from "./records.ts"
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
  state: GroupState,
): void {
  const { parameters } = state
  const before = conversation.group?.members ?? []
  const gone = new Set(change.removed.map(({ leaf }) => leaf))
  const after = [...before.filter(({ leaf }) => !gone.has(leaf)), ...change.added]
  const { contacts } = conversation
  for (const account of accountsOf(contacts, change.added, before))
    conversation.notice(update, seq, { code: "joined", account })
  for (const account of accountsOf(contacts, change.removed, after))
    // That somebody was removed has been said, with who did it.
    if (parameters.kind === "direct" || !includes(parameters.banned, account))
      conversation.notice(update, seq, { code: "left", account })
}

/** The accounts of `members` that `others` have no device of, each once. A key and the one it has handed over to are one. */
function accountsOf(contacts: Contacts, members: readonly Member[], others: readonly Member[]): Uint8Array[] {
  const nameOf = ({ accountId }: Member) => toHex(contacts.line(accountId).at(-1)!)
  const known = new Set(others.map(nameOf))
  return members.flatMap((member) => {
    const isNew = !known.has(nameOf(member))
    known.add(nameOf(member))
    return isNew ? [member.accountId] : []
  })
}

/** A chain for a new leaf; its first payload names the end of the one before (PROTOCOL.md §13.1). */
export function freshChain({ record }: Conversation, leafKey: Uint8Array): OwnChain {
  const { chain, rejoin } = record
  // An older copy does not know where its chain ended.
  const continues = rejoin?.why === "rolled-back" ? undefined : (chain?.placed ?? chain?.continues)
  return {
    chainId: chainIdOf(leafKey),
    n: 0,
    previous: new Uint8Array(32),
    placed: undefined,
    continues,
    confirmed: { delivered: 0, read: 0 },
  }
}

/** The rows of the members become those of this group. @param heard leaves that have signed what led to it. */
export function followRoster(
  conversation: Conversation,
  update: Update,
  group: GroupState,
  chain: OwnChain | undefined,
  isNewLeaf: boolean,
  seq: number,
  heard: readonly Uint8Array[],
): void {
  const { peers, record, room, context } = conversation
  peers.follow(update, group, record.orderBase + seq, chain, isNewLeaf, heard)
  if (!isNewLeaf || !chain) return
  const own: ChainRecord = {
    account: context.identity.account.accountId,
    leafKey: group.members.find(({ leaf }) => leaf === group.ownLeaf)!.leafKey,
    base: 0,
    n: 0,
    hash: chain.previous,
  }
  putRecord(update.tx, "chain", concat(room, chain.chainId), own)
}

/**
 * A newcomer sees only who signs something after it came: one sign of life, unless enough others gave one. Who has given
 * out an invitation gives it in any case, since the newcomer may be asked to wait for them (PROTOCOL.md §12.3).
 */
export function answerJoin(conversation: Conversation): void {
  const { context } = conversation
  const since = conversation.record.chain?.n ?? 0
  // Somebody else came before we answered: what was said until now, they have not heard.
  if (conversation.beacon) {
    conversation.beacon.heard.clear()
    conversation.beacon.since = since
    return
  }
  const chance = new DataView(context.random.bytes(4).buffer).getUint32(0) / 2 ** 32
  const cancel = context.later(context.clock.now() + Math.floor(chance * BEACON_DELAY_MS), async () => {
    const { beacon, record } = conversation
    conversation.beacon = undefined
    const isEnough = (beacon?.heard.size ?? 0) >= BEACONS_ENOUGH && record.link?.invited !== true
    if (!beacon || !conversation.group || isEnough || (record.chain?.n ?? 0) > beacon.since) return
    queueQuietly(conversation, { type: "beacon" })
    await conversation.advance()
  })
  conversation.beacon = { since, heard: new Set(), cancel }
}

/** A leaf that takes over the former one of this device may have its index; it has another key. */
export function ownLeafKey({ members, ownLeaf }: GroupState): Uint8Array {
  return members.find(({ leaf }) => leaf === ownLeaf)!.leafKey
}
