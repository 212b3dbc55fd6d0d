/**
 * Beacons (PROTOCOL.md §13.6): a word every quarter of an hour where people talk, so that a tail that the relay keeps
 * back is noticed; and what two people know of the rooms they share, compared where no fork of a room can reach.
 */
import { equalBytes, toHex } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import type { GroupState, Member } from "../crypto/mls-engine.ts"
import { type Binding, MAX_BEACON_ROOMS, type RoomHead } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import {
  type ConversationRecord,
  decodeRecord,
  getRecord,
  payloadKey,
  type PayloadRecord,
  type PeerRecord,
  type SentRecord,
} from "./records.ts"
import { contradicts } from "./seen.ts"
import { queueQuietly } from "./sending.ts"
import { prefixRange } from "./store.ts"

export const BEACON_MS = 15 * 60_000
/** In large rooms each is silent for longer: together they are not. */
const MEMBERS_PER_BEACON = 30
/** Others may have more handshakes to bring back. */
const SOON_MS = 20_000
/** Where nobody has said anything for so long, nothing can be kept back. */
const ACTIVE_MS = 24 * 3_600_000
const START_BYTES = 8
/** So many payloads are looked through for the oldest text. */
const LOOKED_AT = 32
/** What somebody else has read reaches us in this time, if nobody keeps it back. */
const ON_ITS_WAY_MS = 60_000

/**
 * A handshake that somebody brings back to a log that began anew may be younger than what we have said there since:
 * its author has no key for that any more, and only our next word tells them that they missed something.
 */
export function afterRefilled({ record, context, group }: Conversation): Partial<ConversationRecord> {
  const { chain, life } = record
  if (life === 0 || !group || !chain || chain.n <= chain.confirmed.delivered) return {}
  return { spokeAt: Math.min(record.spokeAt, context.clock.now() + SOON_MS - every(group)) }
}

function every({ members }: GroupState): number {
  return BEACON_MS * Math.max(1, Math.ceil(members.length / MEMBERS_PER_BEACON))
}

/** Says that we are here, when it is time; and says so when we have not been confirmed for too long. */
export function beaconIfDue(conversation: Conversation): void {
  const { context, record, group } = conversation
  if (!group || group.members.length < 2 || record.lastAt === undefined) return
  const now = context.clock.now()
  warnIfUnconfirmed(conversation, now)
  if (now - record.lastAt > ACTIVE_MS) return
  const dueAt = record.spokeAt + every(group)
  if (now < dueAt) return conversation.wakeAt(dueAt)
  // To whom? It would only wait in the log.
  if (!isSomebodyOnline(conversation)) return conversation.wakeAt(now + BEACON_MS)
  conversation.save("ordered", { spokeAt: now })
  queueQuietly(conversation, { type: "beacon" })
}

function isSomebodyOnline({ peers, contacts }: Conversation): boolean {
  return peers
    .all()
    .some(({ accountId }) => !contacts.isOwn(accountId) && contacts.onlineSince(accountId) !== undefined)
}

/** In a direct chat: the other person has been online all the while, and has not confirmed what we said. */
function warnIfUnconfirmed(conversation: Conversation, now: number): void {
  const { contacts, record } = conversation
  if (!record.peer) return
  const sent = oldestText(conversation)
  const onlineSince = contacts.onlineSince(record.peer)
  if (!sent || onlineSince === undefined || sent.n <= record.warnedAt) return
  const dueAt = Math.max(sent.at, onlineSince) + BEACON_MS
  if (now < dueAt) return conversation.wakeAt(dueAt)
  const account = record.peer
  conversation.save("ordered", { warnedAt: (record.chain?.n ?? 1) - 1 }, (update) =>
    conversation.notice(update, record.cursor, { code: "unconfirmed", account }),
  )
}

/** What nobody reads, such as a receipt, need not be confirmed by itself. */
function oldestText({ context, room, record }: Conversation): SentRecord | undefined {
  const { chain } = record
  if (!chain) return undefined
  return context.store
    .range("sent", { ...prefixRange(room), limit: LOOKED_AT })
    .map(({ value }) => decodeRecord<SentRecord>(value))
    .find(({ n }) => {
      const payload = getRecord<PayloadRecord>(context.store, "payload", payloadKey(room, chain.chainId, n))
      return payload?.line !== undefined
    })
}

/**
 * For the binding of a beacon in a direct chat: where we are in each room that both are in. Only where we have read to
 * the end on this connection: a relay that was restored since the one before has another log.
 */
export function sharedRooms({ record, context }: Conversation): RoomHead[] {
  const { peer } = record
  if (!peer) return []
  const shared = context.rooms().filter((room) => isCurrent(room) && isMember(room.group?.members, peer))
  return shared.slice(0, MAX_BEACON_ROOMS).map(headOf)
}

function isCurrent({ record, group, log }: Conversation): boolean {
  const isRoom = record.kind === "everyone" && group !== undefined
  return isRoom && log.isCaughtUp(record) && record.rescanTo === undefined && record.rejoin === undefined
}

function isMember(members: readonly Member[] | undefined, accountId: Uint8Array): boolean {
  return members?.some((member) => equalBytes(member.accountId, accountId)) ?? false
}

function headOf({ channelId, record, group }: Conversation): RoomHead {
  return {
    room: nameOf(channelId),
    incarnation: record.incarnation.slice(0, START_BYTES),
    epoch: group!.epoch,
    authenticator: group!.epochAuthenticator.slice(0, START_BYTES),
    seq: record.cursor,
    head: record.head,
  }
}

function nameOf(channelId: Uint8Array): Uint8Array {
  return labelledHash("room", channelId).slice(0, START_BYTES)
}

/** What the other person of a direct chat knows of our rooms, against what we know; each contradiction is said once. */
export function compareRooms({ context }: Conversation, sender: Member, heads: readonly RoomHead[]): void {
  for (const theirs of heads) {
    const room = context
      .rooms()
      .find((each) => isCurrent(each) && equalBytes(nameOf(each.channelId), theirs.room))
    const peer = room?.peers.all().find(({ accountId }) => equalBytes(accountId, sender.accountId))
    if (!room || !peer || peer.differs || !isSameLife(room, theirs.incarnation)) continue
    const { group } = room
    const isOtherEpoch =
      group!.epoch === theirs.epoch &&
      toHex(group!.epochAuthenticator.subarray(0, START_BYTES)) !== toHex(theirs.authenticator)
    if (isOtherEpoch || contradicts(room, theirs.seq, theirs.head)) sayDiffers(room, sender.accountId)
    else if (theirs.seq > room.record.cursor) lookLater(room, sender.accountId, theirs)
  }
}

/** They have read further than we: what they have read is on its way to us, or is kept back. */
function lookLater(room: Conversation, accountId: Uint8Array, { seq, incarnation }: RoomHead): void {
  const { context } = room
  const { life } = room.record
  context.later(context.clock.now() + ON_ITS_WAY_MS, () => {
    const isBehind = room.record.cursor < seq && isSameLife(room, incarnation) && room.record.life === life
    if (isBehind && context.link.online && isCurrent(room)) sayDiffers(room, accountId)
  })
}

function sayDiffers(room: Conversation, accountId: Uint8Array): void {
  const peer = room.peers.all().find((each) => equalBytes(each.accountId, accountId))
  if (!peer || peer.differs) return
  room.context.update("ordered", (update) => {
    room.peers.put(update, { ...peer, differs: true })
    room.notice(update, room.record.cursor, { code: "differs", account: accountId })
  })
}

/** A log that began anew has other hashes at the same numbers, and nobody has lied. */
function isSameLife({ record }: Conversation, incarnation: Uint8Array): boolean {
  return equalBytes(record.incarnation.subarray(0, START_BYTES), incarnation)
}

/**
 * What the author of an entry had read, against our log: a claim of one member, which stops nothing (PROTOCOL.md §13.2).
 * @param seq of the entry itself: nobody has read what comes after what they write.
 */
export function checkBinding(
  conversation: Conversation,
  update: Update,
  peer: PeerRecord,
  binding: Binding,
  seq: number,
): PeerRecord {
  if (peer.differs || !isSameLife(conversation, binding.incarnation)) return peer
  if (binding.seq < seq && !contradicts(conversation, binding.seq, binding.head)) return peer
  conversation.notice(update, seq, { code: "differs", account: peer.accountId })
  return { ...peer, differs: true }
}
