/**
 * The outbox of one conversation (PROTOCOL.md §9.4): a payload is fixed when its counter is taken, sealed when the
 * client is connected and has read to the head, saved, and only then sent. One entry is on its way at a time, so
 * payloads stand in the log in the order of their numbers; a STALE answer seals the same payload again.
 */
import { concat, equalBytes, u64 } from "../bytes.ts"
import { isComparison } from "../protocol/comparison.ts"
import { encodeBinding, FORMS, isSaid, isVerification } from "../protocol/content.ts"
import type { MessageRef } from "../protocol/remarks.ts"
import type { SignedHead } from "../protocol/tree-head.ts"
import { sharedRooms } from "./beacons.ts"
import { putBlob } from "./blobs.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { offerPending, proposeCommit } from "./joining.ts"
import { fixPayload } from "./fixing.ts"
import { canSpeak } from "./proving.ts"
import { owesReceipt, startsOf } from "./receipts.ts"
import {
  decodeRecord,
  type LineRecord,
  linePlace,
  localOf,
  messageKey,
  type OutboxRecord,
  putRecord,
  UNPLACED,
  groupRowKey,
} from "./records.ts"
import { whereIn } from "./remark-store.ts"
import { seenMessage } from "./remark-views.ts"
import { packEntry } from "./sealing.ts"
import { prefixRange, type StoreReader } from "./store.ts"
import { isUncertain } from "./uncertain.ts"

const NO_CONTENT = new Uint8Array(0)
/** The place of a sign of life in the outbox, before the first that `nextLocal` gives out. */
const ALIVE_LOCAL = 0
/** One message is on its way at a time; a sign of life, and a "no" to compared words, may have overtaken it. */
const SEALED_AT_MOST = 3
const DAY_MS = 24 * 3_600_000
/** A chat that has gone one way for this long heals when it turns. */
const MESSAGES_BEFORE_HEALING = 50
const INCARNATION_START = 8

/** Writes a text into outbox and transcript. @param also in the same change. @returns its id, 16 bytes, once it is on disk. */
export function queueText(
  conversation: Conversation,
  text: string,
  replyTo?: MessageRef,
  also?: (update: Update) => void,
): Uint8Array {
  const { context, record } = conversation
  const at = context.clock.now()
  const messageId = context.random.bytes(16)
  const content = { type: "text" as const, messageId, sentAt: at, text, replyTo }
  const line: LineRecord & { kind: "message" } = {
    kind: "message",
    at,
    account: context.identity.account.accountId,
    own: true,
    messageId,
    text,
    sentAt: at,
    state: "queued",
    place: undefined,
    ...(replyTo && { replyTo }),
  }
  const local = conversation.takeLocal()
  const place = linePlace(UNPLACED + local, 0)
  const { messages, lastOwn } = record.healing
  const turned = !lastOwn && messages >= MESSAGES_BEFORE_HEALING
  const healing = {
    ...record.healing,
    due: record.healing.due || turned,
    messages: turned ? 0 : messages + 1,
    lastOwn: true,
  }
  conversation.save("synced", { lastAt: at, healing }, (update) => {
    putRecord(update.tx, "outbox", concat(record.room, u64(local)), unsealed(content))
    putRecord(update.tx, "line", concat(record.room, place), line)
    update.tx.put("message", messageKey(record.room, line.account, messageId), place)
    also?.(update)
    update.keep(
      { at, type: "message.sent", room: record.room, line: place, messageId },
      {
        type: "message.sent",
        room: conversation.ref,
        message: seenMessage(whereIn(conversation, update.tx), line),
      },
    )
  })
  return messageId
}

/** How much of what this person has said has not reached the relay. */
export function countSaid(store: StoreReader): number {
  return store.range("outbox", {}).filter(({ value }) => isSaid(decodeRecord<OutboxRecord>(value).content))
    .length
}

/** Something that nobody reads as text. */
export function queueQuietly(conversation: Conversation, content: OutboxRecord["content"]): void {
  conversation.save("ordered", {}, (update) => queueInside(conversation, update, content))
}

/** As `queueQuietly`, inside a change that puts the conversation's record as well. */
export function queueInside(
  conversation: Conversation,
  { tx }: Update,
  content: OutboxRecord["content"],
): void {
  putRecord(tx, "outbox", concat(conversation.room, u64(conversation.takeLocal())), unsealed(content))
}

/**
 * As `queueInside`, before everything that has no number yet: what waits there may wait for long, since a "no" stops it.
 * The texts that it overtakes keep their order and their lines.
 */
export function queueFirst(
  conversation: Conversation,
  update: Update,
  content: OutboxRecord["content"],
): void {
  const { room } = conversation
  const waiting = outboxOf(update.tx, room).filter(
    ({ record }) => record.payload === undefined && record.content.type !== "alive",
  )
  const keys = [...waiting.map(({ key }) => key), concat(room, u64(conversation.takeLocal()))]
  putRecord(update.tx, "outbox", keys[0]!, unsealed(content))
  for (const [at, { key, record }] of waiting.entries()) {
    const line = record.content.type === "text" ? linePlace(UNPLACED + localOf(key), 0) : undefined
    putRecord(update.tx, "outbox", keys[at + 1]!, {
      ...record,
      line: record.line ?? line,
    } satisfies OutboxRecord)
  }
}

/** What belongs to an attempt that is over and has no number yet is not sent. @returns whether its start was among it. */
export function withdraw({ room }: Conversation, { tx }: Update, sid: Uint8Array): boolean {
  let isUnheard = false
  for (const { key, record } of outboxOf(tx, room)) {
    const { content, payload } = record
    const isOfIt = "sid" in content && equalBytes(content.sid, sid)
    if (!isOfIt || payload || content.type === "verifyAnswer" || content.type === "verifyEnd") continue
    tx.delete("outbox", key)
    isUnheard ||= content.type === "verifyStart" || content.type === "roundStart"
  }
  return isUnheard
}

function unsealed(content: OutboxRecord["content"]): OutboxRecord {
  return { content, payload: undefined, line: undefined, sealed: undefined }
}

/** A sign of life goes before everything that waits; one that waits already will do. */
export function queueAlive({ room, context }: Conversation): void {
  const key = concat(room, u64(ALIVE_LOCAL))
  if (context.store.get("outbox", key)) return
  context.update("ordered", ({ tx }) => putRecord(tx, "outbox", key, unsealed({ type: "alive" })))
}

/** The oldest message that the log does not hold yet. */
export function firstInOutbox(
  store: StoreReader,
  room: Uint8Array,
): { key: Uint8Array; record: OutboxRecord } | undefined {
  const row = store.range("outbox", { ...prefixRange(room), limit: 1 })[0]
  return row && { key: row.key, record: decodeRecord<OutboxRecord>(row.value) }
}

/** Our own message under the name that its entry has. */
export function inOutbox(
  store: StoreReader,
  room: Uint8Array,
  eid: Uint8Array,
): { key: Uint8Array; record: OutboxRecord } | undefined {
  return outboxOf(store, room, SEALED_AT_MOST).find(
    ({ record }) => record.sealed && equalBytes(record.sealed.eid, eid),
  )
}

/** What waits, oldest first. */
export function outboxOf(
  store: StoreReader,
  room: Uint8Array,
  limit?: number,
): { key: Uint8Array; record: OutboxRecord }[] {
  return store
    .range("outbox", limit === undefined ? prefixRange(room) : { ...prefixRange(room), limit })
    .map(({ key, value }) => ({ key, record: decodeRecord<OutboxRecord>(value) }))
}

/** A new leaf has a new chain: payloads that were fixed for the old one are fixed again (PROTOCOL.md §11.3). */
export function unfixOutbox({ room }: Conversation, { tx }: Update): void {
  for (const { key, record } of outboxOf(tx, room))
    putRecord(tx, "outbox", key, { ...record, payload: undefined, sealed: undefined } satisfies OutboxRecord)
}

/** The log begins anew: what was sealed says where its author was in the one before (PROTOCOL.md §13.2). */
export function unsealOutbox({ room }: Conversation, { tx }: Update): void {
  for (const { key, record } of outboxOf(tx, room))
    if (record.sealed) putRecord(tx, "outbox", key, { ...record, sealed: undefined } satisfies OutboxRecord)
}

/** Nothing but what keys, or lists of people, are compared with; keys only as long as the group needs nothing itself. */
export async function sayToDoubted(conversation: Conversation): Promise<void> {
  const { mustHeal, pending, record, contacts, context } = conversation
  const isBlocked = record.peer !== undefined && contacts.trust(record.peer) === "blocked"
  if (record.rejoin || isUncertain(record) || isBlocked) return
  const { isDistrusted } = context.heads()
  if (isDistrusted && pending) offerPending(conversation)
  if (isDistrusted || (!mustHeal && !pending)) await sendNext(conversation)
}

/** Sends what is next in the outbox, or heals when there is nothing to send. */
export async function sendNext(conversation: Conversation): Promise<void> {
  const { context, record, now, group } = conversation
  if (!group || now.inFlight || record.nextPosition < now.staleUntil || !canSpeak(conversation)) return
  const { isInDoubt } = conversation
  if (!isInDoubt && owesReceipt(conversation) && !firstInOutbox(context.store, record.room)) {
    if (now.receiptAt > context.clock.now()) conversation.wakeAt(now.receiptAt)
    else queueQuietly(conversation, { type: "receipt" })
  }
  const first = isUncertain(record)
    ? outboxOf(context.store, record.room, 1).find((each) => each.record.content.type === "alive")
    : isInDoubt
      ? outboxOf(context.store, record.room, SEALED_AT_MOST).find(({ record: { content } }) =>
          context.heads().isDistrusted ? isComparison(content) : isVerification(content),
        )
      : firstInOutbox(context.store, record.room)
  if (!first) return isUncertain(record) || isInDoubt ? undefined : healIfDue(conversation)
  // After an end that was not clean nobody says anything with the ratchet that was there before (PROTOCOL.md §10.7).
  if (conversation.mustHeal && !isUncertain(record)) return heal(conversation)
  const position = record.nextPosition - 1
  // What a beacon says of rooms is true on one connection (PROTOCOL.md §13.6): on the next it is sealed anew.
  const isStale = tellsOfRooms(first.record)
  const sealed =
    first.record.sealed?.position === position && !isStale
      ? first.record.sealed
      : await seal(conversation, first, position)
  now.inFlight = sealed.eid
  if (!sealed.blob) return transmit(conversation, sealed.entry, position)
  putBlob(context.link, context.primitives.sha("sha256", sealed.blob), sealed.blob, (problem) => {
    if (conversation.now !== now) return
    if (problem) return conversation.pause(problem)
    transmit(conversation, sealed.entry, position)
  })
}

/** Beacons, and the end of every verification: from there on a fork of a room can be told apart. */
function tellsOfRooms({ content }: OutboxRecord): boolean {
  return content.type === "beacon" || content.type === "verifyAnswer"
}

function transmit(conversation: Conversation, entry: Uint8Array, position: number): void {
  const { handle } = conversation.log
  if (handle === undefined) return
  conversation.context.link.send({ type: "entry", handle, seq: 0, time: 0, position, entry })
}

async function healIfDue(conversation: Conversation): Promise<void> {
  const { record, context } = conversation
  if (record.healing.due || context.clock.now() - record.healing.at > DAY_MS) await heal(conversation)
}

export async function heal(conversation: Conversation): Promise<void> {
  if (conversation.pending) return
  if (conversation.now.turn !== "granted") return conversation.askTurn()
  await proposeCommit(conversation)
}

/** With what is said first on a connection, when the head has changed, and with each beacon. */
function headToTell({ context, now }: Conversation, isBeacon: boolean): SignedHead[] {
  const head = context.heads().toTell()
  if (!head || (!isBeacon && equalBytes(head.signature, now.toldHead))) return []
  now.toldHead = head.signature
  return [head]
}

/** Fixes the payload if it is not, seals it in the present epoch, saves both and the ratchet. */
async function seal(
  conversation: Conversation,
  first: { key: Uint8Array; record: OutboxRecord },
  position: number,
) {
  const { context, group, keys, record } = conversation
  const { engine } = context
  const isAlive = first.record.content.type === "alive"
  const fixed = isAlive || first.record.payload ? undefined : fixPayload(conversation, first)
  const payload = isAlive ? undefined : (first.record.payload ?? fixed!.payload)
  const incarnation = record.incarnation.slice(0, INCARNATION_START)
  const rooms = tellsOfRooms(first.record) ? sharedRooms(conversation) : []
  const starts = startsOf(conversation)
  const place = { incarnation, seq: record.cursor, head: record.head }
  const directory = headToTell(conversation, first.record.content.type === "beacon")
  const binding = encodeBinding({ ...place, starts, rooms, directory })
  const opened = await engine.seal(group!, payload ?? NO_CONTENT, binding)
  const packed = packEntry(context, "message", keys!.envelope, record.channelId, FORMS.mls, opened.bytes)
  const sealed = { ...packed, position }
  const spokeAt = context.clock.now()
  conversation.save("synced", { ...fixed?.change, spokeAt }, (update) => {
    for (const { key, value } of engine.rows(group, opened.state)) {
      if (value) update.tx.put("group", groupRowKey(record.room, key), value)
      else update.tx.delete("group", groupRowKey(record.room, key))
    }
    putRecord(update.tx, "outbox", first.key, { ...first.record, payload, sealed } satisfies OutboxRecord)
    fixed?.save(update)
  })
  conversation.group = opened.state
  opened.consumed.wipe()
  context.sealed()
  return sealed
}
