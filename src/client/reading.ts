/**
 * Entries as they come (PROTOCOL.md §9, §10.4, §10.5): open, judge, and one transaction for everything that an
 * entry changes. Whatever an entry is, the cursor moves: nothing a member or the relay appends can jam a room.
 */
import { equalBytes } from "../bytes.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import { FORMS } from "../protocol/content.ts"
import { decodeEntry, type Entry } from "../protocol/envelope.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Of } from "../protocol/messages.ts"
import { acceptOpening } from "./accepting.ts"
import { afterRefilled } from "./beacons.ts"
import { getBlob } from "./blobs.ts"
import type { LogPlace } from "./channel-log.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { renew } from "./joining.ts"
import { mendSoon } from "./mending.ts"
import { keepToken, openingToken, proveEpoch } from "./proving.ts"
import { quarantine } from "./quarantine.ts"
import { takePayload } from "./payloads.ts"
import { confirmOwn } from "./own-entries.ts"
import { roleNotices } from "./moderating.ts"
import { type ConversationRecord, putRecord, groupRowKey } from "./records.ts"
import { isOut, takeRemoval } from "./removal.ts"
import { handshakeOf, keepHandshake, passKnown } from "./resetting.ts"
import { loseGroup } from "./rejoining.ts"
import { answerJoin, followRoster, freshChain, ownLeafKey, rosterNotices } from "./roster.ts"
import { linkAt } from "./room-header.ts"
import { unpackEntry } from "./sealing.ts"
import { putHead, putSeen, readSeen, type Seen } from "./seen.ts"
import { inOutbox, unfixOutbox } from "./sending.ts"
import { sayAgain } from "./sent.ts"
import { prefixRange } from "./store.ts"
import { afterHearing, afterNoise, isUncertain } from "./uncertain.ts"

/** What one entry is, and where it leaves us. */
export interface Arrival {
  message: Of<"entry">
  entry: Entry | undefined
  eid: Uint8Array
  place: LogPlace
  /** The bytes of the blob that the entry names. */
  blob: Uint8Array | undefined
}

export async function readEntry(conversation: Conversation, message: Of<"entry">): Promise<void> {
  const { context, record, log, now } = conversation
  const next = log.next(record, message)
  if (!next) return context.link.distrust("a log that does not continue")
  const arrival: Arrival = {
    message: { ...message, entry: message.entry.slice() },
    entry: readable(message.entry),
    blob: undefined,
    ...next,
  }
  const needsBlob = arrival.entry?.blobHash && conversation.group && !isOwn(conversation, arrival.eid)
  if (needsBlob && !readSeen(conversation, arrival.eid)) {
    // What follows is not read before this is: the log is asked for again from here, blob in hand.
    conversation.closeLog()
    now.busy = true
    return getBlob(context.link, context.primitives, arrival.entry!.blobHash!, async (blob) => {
      if (conversation.now !== now) return
      now.busy = false
      if (!(blob instanceof Uint8Array)) return conversation.pause(blob)
      await arrive(conversation, { ...arrival, blob })
      return conversation.advance()
    })
  }
  await arrive(conversation, arrival)
  return conversation.advance()
}

function readable(bytes: Uint8Array): Entry | undefined {
  try {
    return decodeEntry(bytes.slice())
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

function isOwn(conversation: Conversation, eid: Uint8Array): boolean {
  const { pending, context, room } = conversation
  if (pending && equalBytes(pending.record.eid, eid)) return true
  return inOutbox(context.store, room, eid) !== undefined
}

async function arrive(conversation: Conversation, arrival: Arrival): Promise<void> {
  const { pending, context, room, group, record } = conversation
  const { entry, eid, message } = arrival
  const isHandshake = entry?.kind === "handshake"
  // The relay numbers handshakes; a member counts along and catches it skipping or repeating.
  const isCounting = group !== undefined && record.rescanTo === undefined
  const isOutOfPlace = isCounting
    ? message.position !== record.nextPosition
    : message.position < record.nextPosition
  if (isHandshake && isOutOfPlace) {
    return context.link.distrust("a handshake out of its place")
  }
  const isPending = pending !== undefined && equalBytes(pending.record.eid, eid)
  if (isPending && !(await leadsAstray(conversation, arrival))) return merge(conversation, arrival)
  const own = inOutbox(context.store, room, eid)
  if (own) return confirmOwn(conversation, arrival, own)
  if (passKnown(conversation, arrival)) return
  if (isHandshake) return handshake(conversation, arrival)
  if (!group || !entry) return passOver(conversation, arrival, group ? "not an entry" : undefined)
  return takePayload(conversation, arrival)
}

/** The cursor moves and nothing else; members keep what did not open, and say so. */
export function passOver(
  conversation: Conversation,
  { message, place }: Arrival,
  unreadable: string | undefined,
): void {
  // In a log that begins anew much is from before we came, and from a room that we are not in any more.
  const isNoise = unreadable !== undefined && isExpectedToOpen(conversation)
  const change = isNoise ? { ...place, ...afterNoise(conversation) } : place
  conversation.save("ordered", change, (update) => {
    putHead(conversation.room, update.tx, place.cursor, place.head)
    if (isNoise) quarantine(conversation, update, message, unreadable)
  })
}

function isExpectedToOpen({ record }: Conversation): boolean {
  return record.rescanTo === undefined && record.rejoin === undefined
}

/** Like `passOver`, for a handshake: its position is used, and what we wanted there is planned again. */
function passHandshake(conversation: Conversation, { message, place }: Arrival): void {
  const { pending, context, group } = conversation
  const isTaken = pending !== undefined && message.position >= pending.record.expect
  conversation.save("ordered", { ...place, nextPosition: message.position + 1 }, (update) => {
    putHead(conversation.room, update.tx, place.cursor, place.head)
    if (isTaken) dropPending(conversation, update)
  })
  if (!isTaken) return
  context.engine.wipeEnded(pending.state, group)
  conversation.endTurn()
}

// ── handshakes ──────────────────────────────────────────────────────────────────────────────────

async function handshake(conversation: Conversation, arrival: Arrival): Promise<void> {
  const { group, keys, context, channelId, room, record } = conversation
  const { message, entry, blob, place } = arrival
  if (!group || !keys) return foreignHandshake(conversation, arrival)
  const opened =
    unpackEntry(entry!, keys.envelope, channelId, blob) ?? unpackEntry(entry!, keys.external, channelId, blob)
  const applied = opened?.form === FORMS.mls ? await context.engine.apply(group, opened.body) : undefined
  const remover = applied?.kind === "applied" ? isOut(conversation, applied) : undefined
  if (remover) return takeRemoval(conversation, arrival, remover)
  if (applied?.kind === "applied" && applied.change.selfRemoved) {
    stranded(conversation, arrival)
    return conversation.stopFor("stranded")
  }
  if (applied?.kind === "applied") {
    const { state, change, consumed } = applied
    const next = { ...place, ...afterRefilled(conversation), nextPosition: message.position + 1 }
    await become(
      conversation,
      arrival,
      state,
      (update) => {
        rosterNotices(conversation, update, message.seq, change, state)
        roleNotices(conversation, update, message.seq, state, change.committer)
        if (isUncertain(record)) conversation.notice(update, message.seq, { code: "void-commit" })
      },
      { ...next, noise: 0, uncertain: afterHearing(record) },
      change.committer ? [change.committer.leafKey] : change.added.map(({ leafKey }) => leafKey),
    )
    consumed.wipe()
    conversation.repairs = 0
    if (change.committer === undefined && change.added.length > 0) answerJoin(conversation)
    return
  }
  if (!isExpectedToOpen(conversation)) return passHandshake(conversation, arrival)
  if (applied?.kind === "uncertain" && record.kind === "everyone") return doubt(conversation, arrival)
  if (applied?.kind === "uncertain") return stranded(conversation, arrival)
  // Void: the same for every member. Our own commit moves on to the next position unchanged; a join is planned again,
  // since its author cannot know whether this was void in the group that it leads to.
  const { pending } = conversation
  const isJoin = pending?.record.kind === "join"
  const renewed = pending && !isJoin ? await renew(conversation, pending, message.position + 1) : undefined
  const change = { ...place, ...afterNoise(conversation), nextPosition: message.position + 1 }
  conversation.save("ordered", change, (update) => {
    putHead(conversation.room, update.tx, place.cursor, place.head)
    conversation.notice(update, message.seq, { code: "void-commit" })
    if (renewed) putRecord(update.tx, "pending", room, renewed)
    if (isJoin) dropPending(conversation, update)
  })
  if (pending && renewed) conversation.pending = { ...pending, record: renewed }
  if (pending && isJoin) {
    context.engine.wipeEnded(pending.state, group)
    conversation.endTurn()
  }
  mendSoon(conversation, message.position)
  context.log.write("warn", "commit.void", {
    reason: applied?.reason ?? "does not open",
    position: record.nextPosition,
  })
}

/** Void or not, its position is used. What we have is kept; the pending commit is not, since we may not send. */
function doubt(conversation: Conversation, { message, place }: Arrival): void {
  const { context, record, pending } = conversation
  // Doubt on doubt does not begin again, or garbage every few seconds would keep us from ever giving up.
  const since = record.uncertain?.heard === 0 ? record.uncertain.since : context.clock.now()
  const uncertain = { since, answered: false, heard: 0, isLeftOut: false }
  conversation.save("ordered", { ...place, nextPosition: message.position + 1, uncertain }, (update) => {
    putHead(conversation.room, update.tx, place.cursor, place.head)
    if (pending) dropPending(conversation, update)
  })
  if (pending) context.engine.wipeEnded(pending.state, conversation.group)
  conversation.endTurn()
}

/** A handshake of a group that we are not in: perhaps the opening we wait for, perhaps somebody was faster. */
async function foreignHandshake(conversation: Conversation, arrival: Arrival): Promise<void> {
  const isOpening = conversation.record.kind === "direct" && arrival.message.position === 0
  if (isOpening) return acceptOpening(conversation, arrival)
  passHandshake(conversation, arrival)
}

export function dropPending(conversation: Conversation, update: Update): void {
  update.tx.delete("pending", conversation.room)
  update.tx.deleteRange("pendingGroup", prefixRange(conversation.room))
  update.after(() => {
    conversation.pending = undefined
    conversation.now.offeredAt = undefined
  })
}

/** A join that was on its way when its group turned out to be alive: it counts only if it leads into that very group. */
async function leadsAstray(conversation: Conversation, { entry }: Arrival): Promise<boolean> {
  const { group, keys, record, pending, context, channelId } = conversation
  if (!group || !keys || pending?.record.kind !== "join" || isUncertain(record)) return false
  // What we have is given up anyway, and may be too old to follow this.
  if (record.rejoin) return false
  const opened = unpackEntry(entry!, keys.external, channelId, pending.record.blob)
  return opened === undefined || (await context.engine.apply(group, opened.body)).kind !== "applied"
}

/** Our own commit stands in the log: the state that was saved with it is the group's state now. */
async function merge(conversation: Conversation, arrival: Arrival): Promise<void> {
  const { pending, context, record, group } = conversation
  const { message, place } = arrival
  const { kind } = pending!.record
  const joins = kind !== "healing"
  const change: Partial<ConversationRecord> = {
    ...place,
    nextPosition: message.position + 1,
    healing: { ...record.healing, at: context.clock.now(), due: false },
    ...(joins
      ? {
          joinedAt: message.seq,
          hintDue: kind === "opening",
          reopenDue: false,
          uncertain: undefined,
          rejoin: undefined,
        }
      : {}),
  }
  conversation.mustHeal = false
  await become(
    conversation,
    arrival,
    pending!.state,
    (update) => {
      const own = group?.members.find(({ leaf }) => leaf === group.ownLeaf)
      if (!joins) return roleNotices(conversation, update, message.seq, pending!.state, own)
      if (kind === "opening") conversation.notice(update, message.seq, { code: "chat-opened" })
      else conversation.notice(update, message.seq, { code: record.joinedAt > 0 ? "rejoined" : "you-joined" })
      const { room } = conversation
      update.keep(
        { at: context.clock.now(), type: "room.joined", room },
        { type: "room.joined", room: conversation.ref },
      )
    },
    change,
    [],
  )
  pending!.consumed?.wipe()
  conversation.endTurn()
}

/** What we hold does not fit, or may not fit, what the others have: it is not trusted any further (PROTOCOL.md §10.5). */
function stranded(conversation: Conversation, arrival: Arrival): void {
  const { pending, context } = conversation
  loseGroup(conversation, "lost")
  if (pending) context.engine.wipeEnded(pending.state, undefined)
  conversation.now.inFlight = undefined
  if (arrival.entry?.kind === "handshake") passHandshake(conversation, arrival)
  else passOver(conversation, arrival, undefined)
}

/**
 * The group's state is `state` from this entry on: rows, record and notices in one transaction, then memory.
 *
 * @param heard leaves that have signed this handshake.
 */
export async function become(
  conversation: Conversation,
  arrival: Arrival,
  state: GroupState,
  more: (update: Update) => void,
  change: Partial<ConversationRecord>,
  heard: readonly Uint8Array[],
): Promise<void> {
  const { context, room, group, pending, record } = conversation
  const isNewLeaf = group === undefined || !equalBytes(ownLeafKey(group), ownLeafKey(state))
  const chain = isNewLeaf ? freshChain(conversation, ownLeafKey(state)) : record.chain
  const kept = await handshakeOf(conversation, state, arrival)
  const before = pending?.state === state ? (pending.record.link ?? record.link) : record.link
  const link = before && (await linkAt(conversation, state, before))
  // Whoever comes in need not say at once that it is there: its commit says so. From here on everything should open.
  const { position } = arrival.message
  const epoch = {
    epochAt: position,
    opening: record.kind === "everyone" ? openingToken(conversation) : undefined,
  }
  const wayIn = pending?.state === state ? pending.record.proof : undefined
  const tokens = [...(wayIn ? [wayIn] : []), { position, token: kept.token }]
  const fresh = isNewLeaf ? { spokeAt: context.clock.now(), rescanTo: undefined } : {}
  conversation.save(
    "ordered",
    { ...change, ...fresh, ...epoch, link, member: true, ...(chain ? { chain } : {}) },
    (update) => {
      for (const token of tokens) keepToken(conversation, update, token)
      if (isNewLeaf) {
        update.tx.deleteRange("group", prefixRange(room))
        unfixOutbox(conversation, update)
        sayAgain(conversation, update)
      }
      for (const { key, value } of context.engine.rows(isNewLeaf ? undefined : group, state)) {
        if (value) update.tx.put("group", groupRowKey(room, key), value)
        else update.tx.delete("group", groupRowKey(room, key))
      }
      const seen: Seen = keepHandshake(conversation, update, kept)
      putSeen(conversation, update, arrival.eid, arrival.place, seen)
      followRoster(conversation, update, state, chain, isNewLeaf, arrival.message.seq, heard)
      if (pending) dropPending(conversation, update)
      update.tell({ type: "room.changed", room: conversation.ref })
      more(update)
    },
  )
  conversation.group = state
  if (isNewLeaf) conversation.now.inFlight = undefined
  if (group) context.engine.wipeEnded(group, state)
  if (pending && pending.state !== state) {
    context.engine.wipeEnded(pending.state, state)
    conversation.endTurn()
  }
  conversation.now.muteSince = undefined
  await conversation.refreshKeys()
  proveEpoch(conversation)
}
