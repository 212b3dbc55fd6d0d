/**
 * The outbox of one conversation (PROTOCOL.md §9.4): a payload is fixed when its counter is taken, sealed when the
 * client is connected and has read to the head, saved, and only then sent. One entry is on its way at a time, so
 * payloads stand in the log in the order of their numbers; a STALE answer seals the same payload again.
 */
import { concat, equalBytes, u64 } from "../bytes.ts"
import { type Content, encodeBinding, encodePayload, FORMS } from "../protocol/content.ts"
import { payloadHash } from "./chain.ts"
import { putBlob } from "./blobs.ts"
import type { Conversation } from "./conversation.ts"
import { proposeHealing } from "./joining.ts"
import { messageView } from "./lines.ts"
import {
  decodeRecord,
  type LineRecord,
  linePlace,
  type OutboxRecord,
  type OwnChain,
  payloadKey,
  type PayloadRecord,
  putRecord,
  type ReceiptRecord,
  UNPLACED,
  groupRowKey,
} from "./records.ts"
import { packEntry } from "./sealing.ts"
import { prefixRange, type StoreReader } from "./store.ts"
import { isUncertain } from "./uncertain.ts"

const NO_CONTENT = new Uint8Array(0)
/** The place of a sign of life in the outbox, before the first that `nextLocal` gives out. */
const ALIVE_LOCAL = 0
/** One message is on its way at a time, and a sign of life may have overtaken it. */
const SEALED_AT_MOST = 2
const DAY_MS = 24 * 3_600_000
/** A chat that has gone one way for this long heals when it turns. */
const MESSAGES_BEFORE_HEALING = 50

/** Writes a text into outbox and transcript. @returns its id, 16 bytes, once it is on disk. */
export function queueText(conversation: Conversation, text: string): Uint8Array {
  const { context, record, contacts } = conversation
  const at = context.clock.now()
  const messageId = context.random.bytes(16)
  const content = { type: "text" as const, messageId, sentAt: at, text }
  const line: LineRecord & { kind: "message" } = {
    kind: "message",
    at,
    account: context.identity.account.accountId,
    own: true,
    messageId,
    text,
    sentAt: at,
    state: "queued",
  }
  const place = linePlace(UNPLACED + record.nextLocal, 0)
  const { messages, lastOwn } = record.healing
  const turned = !lastOwn && messages >= MESSAGES_BEFORE_HEALING
  const healing = {
    ...record.healing,
    due: record.healing.due || turned,
    messages: turned ? 0 : messages + 1,
    lastOwn: true,
  }
  conversation.save("synced", { nextLocal: record.nextLocal + 1, lastAt: at, healing }, (update) => {
    const queued: OutboxRecord = { content, payload: undefined, sealed: undefined }
    putRecord(update.tx, "outbox", concat(record.room, u64(record.nextLocal)), queued)
    putRecord(update.tx, "line", concat(record.room, place), line)
    update.keep(
      { at, type: "message.sent", room: record.room, line: place, messageId },
      { type: "message.sent", room: conversation.ref, message: messageView(line, contacts) },
    )
  })
  return messageId
}

/** Something that nobody reads as text. */
export function queueQuietly(conversation: Conversation, type: "receipt" | "beacon"): void {
  const { record } = conversation
  conversation.save("ordered", { nextLocal: record.nextLocal + 1 }, (update) => {
    const queued: OutboxRecord = { content: { type }, payload: undefined, sealed: undefined }
    putRecord(update.tx, "outbox", concat(record.room, u64(record.nextLocal)), queued)
  })
}

/** A sign of life goes before everything that waits; one that waits already will do. */
export function queueAlive({ room, context }: Conversation): void {
  const key = concat(room, u64(ALIVE_LOCAL))
  if (context.store.get("outbox", key)) return
  const queued: OutboxRecord = { content: { type: "alive" }, payload: undefined, sealed: undefined }
  context.update("ordered", ({ tx }) => putRecord(tx, "outbox", key, queued))
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

function outboxOf(
  store: StoreReader,
  room: Uint8Array,
  limit?: number,
): { key: Uint8Array; record: OutboxRecord }[] {
  return store
    .range("outbox", limit === undefined ? prefixRange(room) : { ...prefixRange(room), limit })
    .map(({ key, value }) => ({ key, record: decodeRecord<OutboxRecord>(value) }))
}

/** A new leaf has a new chain: payloads that were fixed for the old one are fixed again (PROTOCOL.md §11.3). */
export function unfixOutbox(
  conversation: Conversation,
  store: StoreReader,
): { key: Uint8Array; record: OutboxRecord }[] {
  return outboxOf(store, conversation.room).map(({ key, record }) => ({
    key,
    record: { ...record, payload: undefined, sealed: undefined },
  }))
}

/** Sends what is next in the outbox, or heals when there is nothing to send. */
export async function sendNext(conversation: Conversation): Promise<void> {
  const { context, record, now, group } = conversation
  if (!group || now.inFlight || record.nextPosition < now.staleUntil) return
  if (owesReceipt(record.receipt) && !firstInOutbox(context.store, record.room)) {
    if (now.receiptAt > context.clock.now()) conversation.wakeAt(now.receiptAt)
    else queueQuietly(conversation, "receipt")
  }
  const first = isUncertain(record)
    ? outboxOf(context.store, record.room, 1).find((each) => each.record.content.type === "alive")
    : firstInOutbox(context.store, record.room)
  if (!first) return isUncertain(record) ? undefined : healIfDue(conversation)
  const position = record.nextPosition - 1
  const sealed =
    first.record.sealed?.position === position
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

function transmit(conversation: Conversation, entry: Uint8Array, position: number): void {
  const { handle } = conversation.log
  if (handle === undefined) return
  conversation.context.link.send({ type: "entry", handle, seq: 0, time: 0, position, entry })
}

export function owesReceipt(receipt: ReceiptRecord | undefined): boolean {
  return (
    receipt !== undefined && (receipt.delivered > receipt.toldDelivered || receipt.read > receipt.toldRead)
  )
}

async function healIfDue(conversation: Conversation): Promise<void> {
  const { record, context, pending, now } = conversation
  if (pending || !(record.healing.due || context.clock.now() - record.healing.at > DAY_MS)) return
  if (now.turn !== "granted") return conversation.askTurn()
  await proposeHealing(conversation)
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
  const fixed = isAlive || first.record.payload ? undefined : fix(conversation, first)
  const payload = isAlive ? undefined : (first.record.payload ?? fixed!.payload)
  const binding = encodeBinding({ seq: record.cursor, head: record.head })
  const opened = await engine.seal(group!, payload ?? NO_CONTENT, binding)
  const packed = packEntry(context, "message", keys!.envelope, record.channelId, FORMS.mls, opened.bytes)
  const sealed = { ...packed, position }
  conversation.save("synced", fixed?.change ?? {}, (update) => {
    for (const { key, value } of engine.rows(group, opened.state)) {
      if (value) update.tx.put("group", groupRowKey(record.room, key), value)
      else update.tx.delete("group", groupRowKey(record.room, key))
    }
    putRecord(update.tx, "outbox", first.key, { ...first.record, payload, sealed } satisfies OutboxRecord)
    if (fixed) putRecord(update.tx, "payload", fixed.key, fixed.stored)
  })
  conversation.group = opened.state
  opened.consumed.wipe()
  return sealed
}

/** Takes the chain's next number. */
function fix(conversation: Conversation, { key, record: queued }: { key: Uint8Array; record: OutboxRecord }) {
  const { context, record } = conversation
  const chain: OwnChain = record.chain ?? {
    chainId: context.random.bytes(16),
    n: 0,
    previous: new Uint8Array(32),
  }
  const { chainId, n, previous } = chain
  const receipt = record.receipt && {
    ...record.receipt,
    toldDelivered: record.receipt.delivered,
    toldRead: record.receipt.read,
  }
  const payload = encodePayload({
    chainId,
    n,
    previous,
    continues: [],
    frontier: [],
    content: contentOf(queued, receipt),
  })
  const hash = payloadHash(record.channelId, payload)
  const line =
    queued.content.type === "text" ? concat(u64(UNPLACED + localOf(key)), new Uint8Array(2)) : undefined
  const stored: PayloadRecord = { hash, line }
  return {
    payload,
    key: payloadKey(record.room, chainId, n),
    stored,
    change: {
      chain: { chainId, n: n + 1, previous: hash },
      ...(queued.content.type === "receipt" ? { receipt } : {}),
    },
  }
}

function contentOf({ content }: OutboxRecord, receipt: ReceiptRecord | undefined): Content {
  switch (content.type) {
    case "text":
      return content
    case "beacon":
    case "alive":
      return { type: "beacon" }
    case "receipt":
      return {
        type: "receipt",
        chainId: receipt?.chainId ?? new Uint8Array(16),
        delivered: receipt?.delivered ?? 0,
        read: receipt?.read ?? 0,
      }
  }
}

/** The number that an outbox key ends in. */
export function localOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset + key.length - 8)
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4)
}
