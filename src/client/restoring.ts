/**
 * A profile that begins with a keepsake (PROTOCOL.md §15.2). Its device is new: the directory gets to know it in the
 * place of those before, direct chats open anew in their next channel, rooms are joined again by their link. Which
 * conversations have still to go on is noted beside them, so that a crash on the way costs nothing.
 */
import { ByteReader, concat, utf8 } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import type { Clock } from "../platform/clock.ts"
import type { Random } from "../platform/random.ts"
import type { Context } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { ClientError } from "./errors.ts"
import type { Kept } from "./keepsake.ts"
import { markSuccessor, putNewDevice, readProfile, readRelay } from "./profile.ts"
import {
  type ConversationRecord,
  decodeRecord,
  encodeRecord,
  type LineRecord,
  linePlace,
  newConversation,
  nextPlace,
  UNPLACED,
} from "./records.ts"
import { giveUpChannel } from "./reopening.ts"
import { prefixRange, type StoreReader, type StoreWriter, type ClientStore } from "./store.ts"

const TO_GO_ON = utf8("go on ")
const ROOM_KEY_BYTES = 32

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
    for (const { table, key, value } of rows)
      tx.put(table, key, table === "conversation" ? current(value) : value)
    if (!hasAccount(tx)) throw new CryptoError("bad-backup", "this backup holds no account")
    putNewDevice(tx, deps)
    markSuccessor(tx)
    markToGoOn(tx)
  })
}

/** Notes that all conversations are to go on with another device than the one that kept them. */
export function markToGoOn(tx: StoreWriter): void {
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
  const last = lastOrder(context.store, room)
  // Nothing was said here yet: whatever lies in the channel is found as in any other.
  if (last === undefined && record.kind === "direct") return
  const read = (last ?? record.orderBase) - record.orderBase
  // After a salvage the directory may have to be read again: until then there is no key to open a channel with.
  const isKnown = record.peer !== undefined && contacts.get(record.peer) !== undefined
  const canReopen = isKnown && readRelay(context.store)?.pin !== undefined
  context.update("synced", (update) => {
    placeAll(update.tx, room, record.orderBase + read)
    conversation.notice(update, read, { code: "restored" })
    conversation.put(update, canReopen ? { cursor: read } : { orderBase: record.orderBase + read + 1 })
  })
  if (canReopen) giveUpChannel(conversation)
}

/** The place in the log of the newest line that has one. */
function lastOrder(store: StoreReader, room: Uint8Array): number | undefined {
  const placed = { from: room, to: concat(room, linePlace(UNPLACED, 0)) }
  const newest = store.range("line", { ...placed, reverse: true, limit: 1 })[0]
  return newest && new ByteReader(newest.key.subarray(ROOM_KEY_BYTES)).u64()
}

/** What was on its way on another device will not come to stand in the log: it stays where it was written. */
function placeAll(tx: StoreWriter, room: Uint8Array, order: number): void {
  const waiting = { ...prefixRange(room), from: concat(room, linePlace(UNPLACED, 0)) }
  for (const { key, value } of tx.range("line", waiting)) {
    const line = decodeRecord<LineRecord>(value)
    if (line.kind === "message" && line.state === "queued") continue
    tx.delete("line", key)
    tx.put("line", concat(room, nextPlace(tx, room, order)), value)
  }
}

/** As this version writes it: a backup may be older than a field. */
function current(value: Uint8Array): Uint8Array {
  const record = decodeRecord<ConversationRecord>(value)
  const { channelId, kind, peer, link } = record
  return encodeRecord({ ...newConversation(channelId, kind, peer, link), ...record, member: false })
}

function hasAccount(tx: StoreReader): boolean {
  try {
    return readProfile(tx) !== undefined
  } catch (cause) {
    if (cause instanceof CryptoError) return false
    throw cause
  }
}
