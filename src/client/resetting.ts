/**
 * A log that begins anew (PROTOCOL.md §5.5): the relay was restored from a backup, or replaced. What we know of it
 * passes silently, what it has lost is brought back: first the handshakes, in their order, then our own payloads that
 * somebody has not confirmed. Nothing is lost, and nothing is shown twice.
 *
 *     opened, not resumed ─▶ read from its first entry ─▶ handshakes put back ─▶ payloads sent again
 */
import { concat, u64 } from "../bytes.ts"
import { MAX_INLINE_HEADER_BYTES, type Of } from "../protocol/messages.ts"
import { appendToken } from "../crypto/channel-keys.ts"
import { tokenHash } from "../crypto/hash.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import { putBlob } from "./blobs.ts"
import { MAX_SEQ } from "./channel-log.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { renew } from "./joining.ts"
import { mendSoon } from "./mending.ts"
import { keepToken, prove } from "./proving.ts"
import { type Arrival, dropPending } from "./reading.ts"
import { type ConversationRecord, decodeRecord, getRecord, localOf, putRecord } from "./records.ts"
import { makeHeader } from "./room-header.ts"
import { forgetHeads, putHead, readSeen, type Seen } from "./seen.ts"
import { queueInside, unsealOutbox } from "./sending.ts"
import { meetAgain, sendAgain } from "./sent.ts"
import { prefixRange } from "./store.ts"

/** Handshakes kept to bring back (PROTOCOL.md §18.3). */
export const KEPT_HANDSHAKES = 64
const NO_HASH = new Uint8Array(32)

/** A handshake as it stood in the log, with what the relay was told beside it. */
export interface HandshakeRecord {
  eid: Uint8Array
  entry: Uint8Array
  blob: Uint8Array | undefined
  position: number
  /** Of the epoch that it opened. */
  token: Uint8Array
  life: number
}

/** The relay does not know our place: its log is read from its first entry on. */
export function beginAnew(conversation: Conversation, opened: Of<"opened">): Promise<void> {
  const { record, context } = conversation
  const { incarnation, firstSeq, head, lastSeq } = opened
  const isSameHistory = incarnation.every((byte, i) => byte === record.incarnation[i])
  // We were away for longer than the relay keeps what is said.
  const isAway = isSameHistory && firstSeq > record.cursor + 1
  const change: Partial<ConversationRecord> = {
    incarnation: incarnation.slice(),
    cursor: firstSeq - 1,
    head: head.slice(),
    nextPosition: 0,
    epochAt: undefined,
    life: record.life + 1,
    rescanTo: lastSeq,
    // A newcomer has no lines yet, and its place may be what a stranger wrote into the header.
    orderBase: record.joinedAt > 0 ? record.orderBase + record.cursor + 1 : record.orderBase,
    ...(isAway && record.member ? { rejoin: { why: "away", since: context.clock.now() } as const } : {}),
  }
  conversation.save("synced", change, (update) => {
    forgetHeads(conversation, update)
    update.tx.deleteRange("token", prefixRange(conversation.room))
    unsealOutbox(conversation, update)
    if (conversation.pending?.record.kind === "join") dropPending(conversation, update)
    if (record.member)
      conversation.notice(update, record.cursor, { code: isAway ? "lost-entries" : "log-reset" })
  })
  return conversation.advance()
}

/** An entry that we have read in an earlier life of the log, or that the relay repeats. @returns whether it was one. */
export function passKnown(conversation: Conversation, { eid, message, place, entry }: Arrival): boolean {
  const seen = readSeen(conversation, eid)
  if (!seen) return false
  const { position } = message
  const kept = seen.kind === "handshake" ? keptHandshake(conversation, seen.number) : undefined
  const change =
    entry?.kind === "handshake"
      ? { nextPosition: position + 1, ...(kept?.isNewest ? { epochAt: position } : {}) }
      : {}
  conversation.save("ordered", { ...place, ...change }, (update) => {
    putHead(conversation.room, update.tx, place.cursor, place.head)
    if (seen.kind === "payload") meetAgain(conversation, update, seen.number)
    if (kept) meetHandshake(conversation, update, kept, position)
  })
  if (kept) prove(conversation, { position, token: kept.record.token })
  if (conversation.now.refilling && entry?.kind === "handshake") conversation.now.refilling = undefined
  return true
}

/** Entries that the relay itself cannot read any more: they are missing, which is said, and the log goes on behind them. */
export function passDamaged(
  conversation: Conversation,
  { from, to, head, nextPosition }: Of<"damaged">,
): Promise<void> | void {
  const { record, context, pending, group } = conversation
  const isPossible = to <= MAX_SEQ && nextPosition <= MAX_SEQ
  const isNext = from === record.cursor + 1 && to >= from && nextPosition >= record.nextPosition && isPossible
  if (!isNext) return context.link.distrust("damage where there is none")
  // Perhaps it was our own that stood there: then we are in a group whose state we do not have, and join again.
  const isTaken = pending !== undefined && nextPosition > pending.record.expect
  const hasMissed = group !== undefined && nextPosition > record.nextPosition
  const rejoin = { rejoin: { why: "damaged", since: context.clock.now() } as const }
  const change = { cursor: to, head: head.slice(), nextPosition, ...(hasMissed ? rejoin : {}) }
  conversation.save("ordered", change, (update) => {
    putHead(conversation.room, update.tx, to, head)
    // The same bytes would be taken for a repeat of what nobody can read.
    unsealOutbox(conversation, update)
    if (isTaken) dropPending(conversation, update)
    if (record.member) conversation.notice(update, to, { code: "lost-entries" })
  })
  conversation.now.inFlight = undefined
  if (isTaken) context.engine.wipeEnded(pending.state, group)
  return conversation.advance()
}

/** Keeps a handshake that counts. @returns how it is known from now on. */
export function keepHandshake(
  { room, record }: Conversation,
  { tx }: Update,
  handshake: Omit<HandshakeRecord, "life">,
): Seen {
  const last = tx.range("handshake", { ...prefixRange(room), reverse: true, limit: 1 })[0]
  const number = last ? new DataView(last.key.buffer, last.key.byteOffset + 32).getUint32(4) + 1 : 0
  putRecord(tx, "handshake", concat(room, u64(number)), {
    ...handshake,
    life: record.life,
  } satisfies HandshakeRecord)
  if (number >= KEPT_HANDSHAKES) tx.delete("handshake", concat(room, u64(number - KEPT_HANDSHAKES)))
  return { kind: "handshake", number }
}

/** What the relay was told beside a handshake that led to `state`. */
export async function handshakeOf(
  { context, channelId }: Conversation,
  state: GroupState,
  { message, eid, blob }: Arrival,
): Promise<Omit<HandshakeRecord, "life">> {
  const token = await appendToken(context.engine, state, channelId)
  return {
    eid,
    entry: message.entry,
    blob,
    position: message.position,
    token,
  }
}

interface KeptHandshake {
  key: Uint8Array
  record: HandshakeRecord
  /** It opened the epoch that we are in. */
  isNewest: boolean
}

function keptHandshake({ context, room, group }: Conversation, number: number): KeptHandshake | undefined {
  const key = concat(room, u64(number))
  const record = getRecord<HandshakeRecord>(context.store, "handshake", key)
  const last = context.store.range("handshake", { ...prefixRange(room), reverse: true, limit: 1 })[0]
  return record && { key, record, isNewest: group !== undefined && localOf(last!.key) === number }
}

function meetHandshake(
  conversation: Conversation,
  update: Update,
  { key, record }: KeptHandshake,
  position: number,
): void {
  const met = { ...record, life: conversation.record.life }
  putRecord(update.tx, "handshake", key, met satisfies HandshakeRecord)
  keepToken(conversation, update, { position, token: record.token })
}

/** Brings back what the log has lost. @returns true while that is under way. */
export async function refill(conversation: Conversation): Promise<boolean> {
  const { record, room, context, group, now, log, pending } = conversation
  if (record.rescanTo === undefined) return false
  const missing =
    group && !record.rejoin
      ? context.store
          .range("handshake", prefixRange(room))
          .map(({ value }) => decodeRecord<HandshakeRecord>(value))
          .filter(({ life }) => life !== record.life)
      : []
  const [first] = missing
  if (first && group) {
    if (!now.refilling) await putBack(conversation, group, first, missing.length === 1)
    return true
  }
  const nextPosition = Math.max(record.nextPosition, log.nextPosition)
  const renewed = pending && (await renew(conversation, pending, nextPosition))
  conversation.save("synced", { rescanTo: undefined, nextPosition }, (update) => {
    sendAgain(conversation, update)
    // What was said meanwhile in an epoch that we have left is missed at the end of its chain: each says where it is.
    if (group && group.members.length > 1) queueInside(conversation, update, { type: "beacon" })
    if (renewed) putRecord(update.tx, "pending", room, renewed)
  })
  if (pending && renewed) conversation.pending = { ...pending, record: renewed }
  // The header may be older than the log, or gone: whoever comes by the link needs it.
  mendSoon(conversation, nextPosition - 1)
  return false
}

/** @param isLast then the room's header goes with it. */
async function putBack(
  conversation: Conversation,
  group: GroupState,
  { eid, entry, blob, position, token }: HandshakeRecord,
  isLast: boolean,
): Promise<void> {
  const { record, context, now, log } = conversation
  const { link, primitives, engine } = context
  now.refilling = eid
  // An empty log takes its first handshake where it stood before.
  const expect = record.cursor === 0 ? position : record.nextPosition
  const header =
    isLast && record.kind === "everyone"
      ? await makeHeader(conversation, group, expect, await appendToken(engine, group, record.channelId))
      : undefined
  const isBlob = header !== undefined && header.bytes.length > MAX_INLINE_HEADER_BYTES
  const parts = [...(blob ? [blob] : []), ...(isBlob ? [header.bytes] : [])]
  const upload = (index: number): void => {
    if (conversation.now !== now || log.handle === undefined) return
    const part = parts[index]
    if (part) {
      return putBlob(link, primitives.sha("sha256", part), part, (problem) => {
        if (conversation.now === now) return problem ? conversation.pause(problem) : upload(index + 1)
      })
    }
    link.send({
      type: "handshake",
      handle: log.handle,
      expect,
      tokenHash: tokenHash(record.channelId, expect, token),
      headerId: header?.id ?? NO_HASH,
      headerBlob: isBlob ? primitives.sha("sha256", header.bytes) : NO_HASH,
      header: isBlob || !header ? new Uint8Array(0) : header.bytes,
      entry,
    })
  }
  upload(0)
}
