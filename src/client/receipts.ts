/**
 * Receipts (PROTOCOL.md §13.4): what we tell others of their messages, and what they tell us of ours. Cumulative, one
 * entry for many chains, and never more than what has arrived without a hole.
 */
import { equalBytes } from "../bytes.ts"
import type { Member } from "../crypto/mls-engine.ts"
import {
  type ChainReceipt,
  type ChainStart,
  MAX_RECEIPT_CHAINS,
  MAX_STARTS,
  type Payload,
} from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { confirmedBy, placedOf } from "./peers.ts"
import { getRecord, type OwnChain, payloadKey, type PayloadRecord, type PeerRecord } from "./records.ts"

/** Receipts wait this long for company: one entry answers a burst. */
const DIRECT_DELAY_MS = 100
/** In a room everybody answers everything: the more there are, the longer each waits, so that a room sees a few a second. */
const PER_MEMBER_MS = 200
const LONGEST_DELAY_MS = 60_000

/** After a text has come: when to say so. */
export function receiptDueAt({ record, context, group, now }: Conversation): number {
  const time = context.clock.now()
  if (record.kind === "direct") return time + DIRECT_DELAY_MS
  if (now.receiptAt > time) return now.receiptAt
  const spread = Math.min(LONGEST_DELAY_MS, (group?.members.length ?? 0) * PER_MEMBER_MS)
  const chance = new DataView(context.random.bytes(4).buffer).getUint32(0) / 2 ** 32
  return time + DIRECT_DELAY_MS + Math.floor(chance * spread)
}

export function owesReceipt({ peers }: Conversation): boolean {
  return peers.all().some(owes)
}

function owes({ owed }: PeerRecord): boolean {
  return owed !== undefined && (owed.delivered > owed.toldDelivered || owed.read > owed.toldRead)
}

/** What a text of `chainId` makes us owe: all below `arrived` is here. */
export function owedFor(
  { owed }: PeerRecord,
  chainId: Uint8Array,
  arrived: number,
): NonNullable<PeerRecord["owed"]> {
  if (owed && equalBytes(owed.chainId, chainId))
    return { ...owed, delivered: Math.max(owed.delivered, arrived) }
  return { chainId, delivered: arrived, read: 0, toldDelivered: 0, toldRead: 0 }
}

/** What is owed now; `save` notes it as told. */
export function takeReceipts({ peers }: Conversation): {
  chains: ChainReceipt[]
  save(update: Update): void
} {
  const owing = peers.all().filter(owes).slice(0, MAX_RECEIPT_CHAINS)
  return {
    chains: owing.map(({ owed }) => ({
      chainId: owed!.chainId,
      delivered: owed!.delivered,
      read: Math.min(owed!.read, owed!.delivered),
    })),
    save(update) {
      for (const peer of owing) {
        const { delivered, read } = peer.owed!
        peers.put(update, { ...peer, owed: { ...peer.owed!, toldDelivered: delivered, toldRead: read } })
      }
    },
  }
}

/** Everything that was delivered has been seen. @returns the rows that change. */
export function readAll({ peers }: Conversation): PeerRecord[] {
  return peers
    .all()
    .filter(({ owed }) => owed && owed.read < owed.delivered)
    .map((peer) => ({ ...peer, owed: { ...peer.owed!, read: peer.owed!.delivered } }))
}

/** The row of a member after it has told us what it has of our chain. */
export function toldBy(
  peer: PeerRecord,
  chain: OwnChain | undefined,
  chains: readonly ChainReceipt[],
): PeerRecord {
  const told = chain && chains.find(({ chainId }) => equalBytes(chainId, chain.chainId))
  return told && chain ? withConfirmed(peer, chain, told.delivered, told.read) : peer
}

/** Numbers only grow, and nobody has what was never said. */
function withConfirmed(peer: PeerRecord, chain: OwnChain, delivered: number, read: number): PeerRecord {
  const before = confirmedBy(peer, chain)
  const limit = placedOf(chain)
  const seen = Math.min(Math.max(before.read, read), Math.max(limit, before.read))
  const has = Math.min(Math.max(before.delivered, delivered, seen), Math.max(limit, before.delivered))
  return { ...peer, startsAt: undefined, has: { chainId: chain.chainId, delivered: has, read: seen } }
}

/** For whoever has confirmed nothing yet: where our chain began for them, so that they know what they have missed. */
export function startsOf({ peers, group }: Conversation): ChainStart[] {
  const starts: ChainStart[] = []
  for (const { startsAt, leafKey } of peers.all()) {
    if (startsAt === undefined || starts.length === MAX_STARTS) continue
    const member = group?.members.find((each) => equalBytes(each.leafKey, leafKey))
    if (member) starts.push({ leaf: member.leaf, n: startsAt })
  }
  return starts
}

/** A frontier that names our own newest payloads is a receipt as well. */
export function namedBy(
  { room, record }: Conversation,
  { tx }: Update,
  peer: PeerRecord,
  frontier: Payload["frontier"],
): PeerRecord {
  const { chain } = record
  const named = chain && frontier.find((seen) => startsWith(chain.chainId, seen.chain))
  if (!chain || !named) return peer
  const stored = getRecord<PayloadRecord>(tx, "payload", payloadKey(room, chain.chainId, named.n))
  const isOurs = stored !== undefined && startsWith(stored.hash, named.hash)
  return isOurs ? withConfirmed(peer, chain, named.n + 1, 0) : peer
}

/** The members of the sender's row, made when it has none: it was there before rows were. */
export function rowOf({ peers, record }: Conversation, sender: Member): PeerRecord {
  const { accountId, deviceId, leafKey } = sender
  return (
    peers.of(sender) ?? {
      accountId,
      deviceId,
      leafKey,
      since: record.orderBase + record.joinedAt,
      isHere: false,
      has: undefined,
      startsAt: undefined,
      owed: undefined,
      isWhole: false,
      forked: false,
      differs: false,
    }
  )
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, start.length), start)
}
