/**
 * A profile that begins with a keepsake (PROTOCOL.md §15.2). Its device is new: the directory gets to know it in the
 * place of those before, direct chats open anew in their next channel, rooms are joined again by their link. Which
 * conversations have still to go on is noted beside them, so that a crash on the way costs nothing.
 */
import { ByteReader, concat, equalBytes, u64, utf8 } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import type { Clock } from "../platform/clock.ts"
import type { Random } from "../platform/random.ts"
import { decodeDirectoryEntry } from "../protocol/directory-entry.ts"
import { isReaction, MAX_REACTIONS } from "../protocol/remarks.ts"
import { DIRECTORY_CURSOR } from "./contacts.ts"
import { type Context, JOURNAL_COUNTER, type Update } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { ClientError } from "./errors.ts"
import type { Kept } from "./keepsake.ts"
import { checkName, markSuccessor, putNewDevice, readProfile, readRelay } from "./profile.ts"
import {
  type ConversationRecord,
  decodeRecord,
  encodeRecord,
  type LineRecord,
  linePlace,
  messageKey,
  newConversation,
  nextPlace,
  type OutboxRecord,
  putRecord,
  UNPLACED,
} from "./records.ts"
import { ownRemarks } from "./remark-store.ts"
import { giveUpChannel } from "./reopening.ts"
import { setState } from "./sent.ts"
import { type ClientStore, prefixRange, type StoreReader, type StoreWriter, type TableName } from "./store.ts"

const TO_GO_ON = utf8("go on ")
const ROOM_KEY_BYTES = 32
const LINE_KEY_BYTES = ROOM_KEY_BYTES + 8 + 2
const REMARK_KEY_BYTES = ROOM_KEY_BYTES + 16 + 32
const JOURNAL_KEY_BYTES = 8

/**
 * Makes a profile of a keepsake, in one transaction: when `rows` throw, nothing of it has happened.
 *
 * @throws ClientError `already-joined` for a store that is not new, `profile-newer`; CryptoError `bad-backup` for rows
 * that make no profile; what `rows` throw.
 */
export function restoreProfile(
  store: ClientStore,
  deps: { random: Random; clock: Clock },
  rows: Iterable<Kept>,
): void {
  if (readProfile(store)) throw new ClientError("already-joined", "this folder holds a profile already")
  store.transaction("synced", (tx) => {
    for (const row of rows) {
      if (!isSound(row)) throw new CryptoError("bad-backup", "this backup holds what makes no sense")
      const { table, key, value } = row
      tx.put(table, key, table === "conversation" ? current(value) : value)
      if (table === "line") putByName(tx, key, value)
    }
    if (!hasAccount(tx)) throw new CryptoError("bad-backup", "this backup holds no account")
    putNewDevice(tx, deps)
    markSuccessor(tx)
    markToGoOn(tx)
  })
}

/** Notes that all conversations are to go on with another device than the one that kept them. */
function markToGoOn(tx: StoreWriter): void {
  for (const { key } of tx.range("conversation", {})) tx.put("meta", concat(TO_GO_ON, key), Uint8Array.of(1))
}

/** Takes up the conversations of a keepsake that have not been yet. */
export function goOnAll(context: Context, conversations: readonly Conversation[]): void {
  for (const conversation of conversations) {
    const mark = concat(TO_GO_ON, conversation.room)
    if (context.store.get("meta", mark) === undefined) continue
    goOn(conversation)
    context.store.transaction("ordered", (tx) => tx.delete("meta", mark))
  }
}

/** What was said stays where it is, a line says that something may be missing, and what comes goes below. */
function goOn(conversation: Conversation): void {
  const { context, contacts, room, record } = conversation
  // Nothing was said here yet: whatever lies in the channel is found as in any other.
  if (record.kind === "direct" && context.store.count("line", { ...prefixRange(room), limit: 1 }) === 0)
    return
  const read = lastOrder(context.store, room, record.orderBase) - record.orderBase
  // After a salvage the directory may have to be read again: until then there is no key to open a channel with.
  const isKnown = record.peer !== undefined && contacts.get(record.peer) !== undefined
  const canReopen = isKnown && readRelay(context.store)?.pin !== undefined
  context.update("synced", (update) => {
    placeAll(update.tx, room, record.orderBase + read)
    if (record.kind === "direct") sayUnconfirmed(conversation, update)
    conversation.notice(update, read, { code: "restored" })
    conversation.put(update, canReopen ? { cursor: read } : { orderBase: record.orderBase + read + 1 })
  })
  if (canReopen) giveUpChannel(conversation)
}

/** The place in the log of the newest line that has one. */
function lastOrder(store: StoreReader, room: Uint8Array, otherwise: number): number {
  const placed = { from: room, to: concat(room, linePlace(UNPLACED, 0)) }
  const newest = store.range("line", { ...placed, reverse: true, limit: 1 })[0]
  return newest ? new ByteReader(newest.key.subarray(ROOM_KEY_BYTES)).u64() : otherwise
}

/** What was on its way on another device will not come to stand in the log: it stays where it was written. */
function placeAll(tx: StoreWriter, room: Uint8Array, order: number): void {
  const waiting = { ...prefixRange(room), from: concat(room, linePlace(UNPLACED, 0)) }
  for (const { key, value } of tx.range("line", waiting)) {
    const place = concat(room, nextPlace(tx, room, order))
    tx.delete("line", key)
    tx.put("line", place, value)
    putByName(tx, place, value)
  }
}

/**
 * Own texts whose arrival the other side had not confirmed are said again, under the id that they have: the channel that
 * they stand in is given up, and whoever has shown one knows it by that id.
 */
function sayUnconfirmed(conversation: Conversation, update: Update): void {
  const { room } = conversation
  const say = (content: OutboxRecord["content"], line: Uint8Array | undefined) => {
    const queued: OutboxRecord = { content, payload: undefined, line, sealed: undefined }
    putRecord(update.tx, "outbox", concat(room, u64(conversation.takeLocal())), queued)
  }
  for (const { key, value } of update.tx.range("line", prefixRange(room))) {
    const line = decodeRecord<LineRecord>(value)
    if (line.kind !== "message" || line.state !== "relayed") continue
    const { messageId, sentAt, text, replyTo } = line
    if (!line.isGone) {
      say({ type: "text", messageId, sentAt, text, replyTo }, key.slice(ROOM_KEY_BYTES))
      setState(conversation, update, key, "queued")
    }
    for (const content of ownRemarks(conversation, update, line)) say(content, undefined)
  }
}

/** Notes where a message stands, by the name under which it may come again. */
function putByName(tx: StoreWriter, key: Uint8Array, value: Uint8Array): void {
  const line = decodeRecord<LineRecord>(value)
  if (line.kind !== "message") return
  const room = key.subarray(0, ROOM_KEY_BYTES)
  tx.put("message", messageKey(room, line.account, line.messageId), key.slice(ROOM_KEY_BYTES))
}

/** Whether a row is one that the engine can read: whoever had the words may have written anything. */
export function isSound({ table, key, value }: Kept): boolean {
  if (table === "meta") return true
  try {
    const record: unknown = decodeRecord(value)
    return (
      typeof record === "object" && record !== null && fits(table, key, record as Record<string, unknown>)
    )
  } catch {
    return false
  }
}

/** @throws ProtocolError for a directory entry that is none. */
function fits(table: TableName, key: Uint8Array, record: Record<string, unknown>): boolean {
  switch (table) {
    case "person":
      return (
        isBytes(record["entry"]) &&
        typeof record["trust"] === "string" &&
        isVerified(record["verified"]) &&
        areNames(record["formerNames"]) &&
        (record["nameWasOf"] === undefined || isBytes(record["nameWasOf"])) &&
        equalBytes(decodeDirectoryEntry(record["entry"]).accountId, key)
      )
    case "conversation":
      return isBytes(record["room"]) && equalBytes(record["room"], key) && isBytes(record["channelId"])
    case "line":
      if (key.length !== LINE_KEY_BYTES) return false
      return record["kind"] === "message"
        ? isBytes(record["account"]) &&
            isBytes(record["messageId"]) &&
            typeof record["text"] === "string" &&
            isReference(record["replyTo"])
        : record["kind"] === "notice" && typeof record["notice"] === "object" && record["notice"] !== null
    case "remark":
      return key.length === REMARK_KEY_BYTES && isRemarkRecord(record)
    case "journal":
      return key.length === JOURNAL_KEY_BYTES && typeof record["type"] === "string"
    default:
      return false
  }
}

function isRemarkRecord({ edit, gone, reaction, places, unsent }: Record<string, unknown>): boolean {
  const isUnsent = unsent === undefined || (isAt(unsent) && typeof unsent["failed"] === "boolean")
  return (
    (edit === undefined || (isAt(edit) && typeof edit["text"] === "string")) &&
    (gone === undefined || isMoment(gone)) &&
    (reaction === undefined || (isAt(reaction) && areReactions(reaction["reactions"]))) &&
    Array.isArray(places) &&
    places.every(isPlace) &&
    isUnsent
  )
}

/** Which message a line answers, if it answers one. */
function isReference(field: unknown): boolean {
  if (field === undefined) return true
  if (typeof field !== "object" || field === null || !("author" in field) || !("messageId" in field))
    return false
  const { author, messageId } = field
  return isBytes(author) && author.length === 32 && isBytes(messageId) && messageId.length === 16
}

function isPlace(field: unknown): boolean {
  if (typeof field !== "object" || field === null || !("chainId" in field) || !("n" in field)) return false
  return isBytes(field.chainId) && isMoment(field.n)
}

function areReactions(field: unknown): boolean {
  const isShort = Array.isArray(field) && field.length <= MAX_REACTIONS
  return isShort && field.every((each) => typeof each === "string" && isReaction(each))
}

function isAt(field: unknown): field is Record<string, unknown> {
  return typeof field === "object" && field !== null && "at" in field && isMoment(field.at)
}

function isMoment(field: unknown): boolean {
  return typeof field === "number" && Number.isSafeInteger(field) && field >= 0
}

function areNames(field: unknown): boolean {
  return field === undefined || (Array.isArray(field) && field.every((each) => typeof each === "string"))
}

/** How and when somebody was verified, if that is known. */
function isVerified(field: unknown): boolean {
  if (field === undefined) return true
  if (typeof field !== "object" || field === null || !("how" in field) || !("at" in field)) return false
  const { how, at } = field
  const isWay = how === "words" || how === "number" || how === "qr" || how === "room"
  return isWay && isMoment(at)
}

function isBytes(field: unknown): field is Uint8Array {
  return field instanceof Uint8Array
}

/** As this version writes it: a backup may be older than a field. */
function current(value: Uint8Array): Uint8Array {
  const record = decodeRecord<ConversationRecord>(value)
  const { channelId, kind, peer, link } = record
  return encodeRecord({ ...newConversation(channelId, kind, peer, link), ...record, member: false })
}

/** @throws ClientError `profile-newer`. */
function hasAccount(tx: StoreReader): boolean {
  try {
    const profile = readProfile(tx)
    const counters = [DIRECTORY_CURSOR, JOURNAL_COUNTER].map((key) => tx.get("meta", key))
    return (
      profile !== undefined &&
      checkName(profile.name) === profile.name &&
      counters.every((counter) => counter === undefined || new ByteReader(counter).u64() >= 0)
    )
  } catch (cause) {
    if (cause instanceof ClientError && cause.code === "profile-newer") throw cause
    return false
  }
}
