/**
 * A remark comes, from somebody else or from this person (PROTOCOL.md §13.7): joined to its row; if its message is here,
 * that is told; if not, it waits for it. What a deletion is about is overwritten.
 */
import { concat, equalBytes, u8 } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { RemarkContent } from "../protocol/content.ts"
import type { MessageRef } from "../protocol/remarks.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import type { JournalRecord } from "./journal.ts"
import {
  decodeRecord,
  getRecord,
  type LineRecord,
  messageKey,
  type PayloadPlace,
  type PayloadRecord,
  payloadKey,
  putRecord,
} from "./records.ts"
import { remarkEvent } from "./remark-views.ts"
import {
  accountsOf,
  type Folded,
  foldRemarks,
  joinRemark,
  lineOf,
  MAX_EDIT_PLACES,
  maySpeakFor,
  type MessageLine,
  NOTHING_SAID,
  refOf,
  remarkKey,
  type RemarkRecord,
  remarksOn,
  type Where,
} from "./remarks.ts"
import { KEPT_FOR_MS } from "./sent.ts"
import { prefixRange, type StoreReader, type StoreWriter } from "./store.ts"

/** Remarks of one account in one room whose messages are not here. */
export const MAX_WAITING_REMARKS = 256
const ACCOUNT_BYTES = 32
const NAME_BYTES = 16
/** Rows looked at in one go. */
const SWEPT = 1_000

export function whereIn({ contacts, room }: Conversation, store: StoreReader): Where {
  return { store, contacts, room }
}

/**
 * @param account who says it.
 * @param place where it stands in its chain; undefined while it has no number.
 * @param isOwn it is being sent.
 */
export function takeRemark(
  conversation: Conversation,
  update: Update,
  content: RemarkContent,
  account: Uint8Array,
  place: PayloadPlace | undefined,
  isOwn = false,
): void {
  const { contacts, room } = conversation
  const { tx } = update
  const { about } = content
  const isTheirs = contacts.get(account) === undefined || maySpeakFor(contacts, account, about.author)
  // Whoever is not in the directory yet may turn out to be the author under a new key.
  if (content.type !== "reaction" && !isTheirs) return
  if (content.type !== "delete" && contacts.trust(account) === "blocked") return
  const where = whereIn(conversation, tx)
  const found = lineOf(where, about)
  const key = remarkKey(room, about, account)
  const before = getRecord<RemarkRecord>(tx, "remark", key)
  const isLate = content.type === "edit" && (found?.line.isGone === true || before?.gone !== undefined)
  // The words of what was taken back are kept nowhere.
  if (isLate) return place && emptyPayload(conversation, update, place)
  const joined = joinRemark(before, content)
  const row = content.type === "edit" && place ? withPlace(conversation, update, joined, place) : joined
  const unsent = isOwn ? { at: content.at, failed: false } : row.unsent
  const isNew = joined !== (before ?? NOTHING_SAID)
  if (!isNew && row === joined && !isOwn) return
  putRecord(tx, "remark", key, { ...row, unsent } satisfies RemarkRecord)
  if (!found) return noteWaiting(conversation, update, about, account)
  const line: MessageLine = { ...found.line, isRemarked: true }
  const seen = foldRemarks(contacts, line.account, remarksOn(where, refOf(line)))
  if (seen.isGone) erase(conversation, update, found.place, line)
  else if (!found.line.isRemarked) putRecord(tx, "line", concat(room, found.place), line)
  if (isNew && isNews(content, seen, found.line)) keep(conversation, update, content, account)
  update.tell({ type: "room.changed", room: conversation.ref })
}

/** Whether anything looks different now: not for an older edit than the one that is seen, nor for what is gone. */
function isNews(content: RemarkContent, seen: Folded, line: MessageLine): boolean {
  if (content.type === "edit") return seen.edit?.at === content.at && seen.edit.text === content.text
  return content.type === "delete" ? seen.isGone && !line.isGone : !seen.isGone
}

function keep(conversation: Conversation, update: Update, content: RemarkContent, by: Uint8Array): void {
  const { room, ref, context } = conversation
  const { about } = content
  const what = { at: context.clock.now(), room, about, by }
  const record: Extract<JournalRecord, { about: MessageRef }> =
    content.type === "reaction"
      ? { ...what, type: "message.reaction", reactions: content.reactions }
      : { ...what, type: content.type === "edit" ? "message.edited" : "message.deleted" }
  const event = remarkEvent(whereIn(conversation, update.tx), ref, record)
  if (event) update.keep(record, event)
}

/** A message is here: what was said about it before is not waiting any more. @returns the line as it is now. */
export function meetRemarks(
  conversation: Conversation,
  update: Update,
  place: Uint8Array,
  line: MessageLine,
): MessageLine {
  const { contacts, room } = conversation
  const { tx } = update
  const remarks = remarksOn(whereIn(conversation, tx), refOf(line))
  if (remarks.length === 0) return line
  for (const { account } of remarks)
    for (const author of accountsOf(contacts, line.account))
      tx.delete("waiting", waitingKey(room, account, { author, messageId: line.messageId }))
  const met: MessageLine = { ...line, isRemarked: true }
  if (foldRemarks(contacts, line.account, remarks).isGone) return erase(conversation, update, place, met)
  putRecord(tx, "line", concat(room, place), met)
  return met
}

/** A key of a message's author has turned out to be theirs: what it took back is gone. */
export function meetAuthor(conversation: Conversation, update: Update, account: Uint8Array): void {
  const { room, contacts } = conversation
  const { tx } = update
  for (const { key, value } of tx.range("remark", prefixRange(room))) {
    if (!equalBytes(key.subarray(-ACCOUNT_BYTES), account)) continue
    if (decodeRecord<RemarkRecord>(value).gone === undefined) continue
    const place = tx.get("message", key.subarray(0, room.length + NAME_BYTES))
    const line = place && getRecord<LineRecord>(tx, "line", concat(room, place))
    if (place && line?.kind === "message" && !line.isGone && maySpeakFor(contacts, account, line.account))
      erase(conversation, update, place, { ...line, isRemarked: true })
  }
}

/** The text is overwritten, and whatever else holds it and is not needed by anybody who has not got it yet. */
function erase(
  conversation: Conversation,
  update: Update,
  place: Uint8Array,
  line: MessageLine,
): MessageLine {
  const { contacts, room } = conversation
  const { tx } = update
  const gone: MessageLine = { ...line, text: "", replyTo: undefined, isGone: true }
  putRecord(tx, "line", concat(room, place), gone)
  if (line.place) emptyPayload(conversation, update, line.place)
  for (const author of accountsOf(contacts, line.account)) {
    const name = messageKey(room, author, line.messageId)
    for (const { key, value } of tx.range("remark", prefixRange(name))) {
      if (!maySpeakFor(contacts, key.subarray(-ACCOUNT_BYTES), line.account)) continue
      const row = decodeRecord<RemarkRecord>(value)
      for (const each of row.places) emptyPayload(conversation, update, each)
      putRecord(tx, "remark", key, { ...row, edit: undefined, places: [] } satisfies RemarkRecord)
    }
  }
  return gone
}

/** An edit has its number. */
export function placeEdit(
  conversation: Conversation,
  update: Update,
  about: MessageRef,
  place: PayloadPlace,
): void {
  const key = remarkKey(conversation.room, about, conversation.contacts.own)
  const row = getRecord<RemarkRecord>(update.tx, "remark", key)
  if (row) putRecord(update.tx, "remark", key, withPlace(conversation, update, row, place))
}

/** A text has come, perhaps once more: every copy is known by its message. */
export function noteCopy(
  conversation: Conversation,
  update: Update,
  messageId: Uint8Array,
  account: Uint8Array,
  place: PayloadPlace,
): void {
  const { room } = conversation
  const about = { author: account, messageId }
  const line = lineOf(whereIn(conversation, update.tx), about)?.line
  if (line?.isGone) return emptyPayload(conversation, update, place)
  if (!line?.place || isSamePlace(line.place, place)) return
  const key = remarkKey(room, about, account)
  const row = getRecord<RemarkRecord>(update.tx, "remark", key) ?? NOTHING_SAID
  putRecord(update.tx, "remark", key, withPlace(conversation, update, row, place))
}

function isSamePlace(one: PayloadPlace, other: PayloadPlace): boolean {
  return one.n === other.n && equalBytes(one.chainId, other.chainId)
}

function withPlace(
  conversation: Conversation,
  update: Update,
  row: RemarkRecord,
  place: PayloadPlace,
): RemarkRecord {
  const places = [...row.places, place]
  for (const old of places.splice(0, places.length - MAX_EDIT_PLACES)) emptyPayload(conversation, update, old)
  return { ...row, places }
}

/** Its hash stays. Whoever has not got one of ours needs it from us: else their chain would have a hole for ever. */
export function emptyPayload(
  { room, record }: Conversation,
  { tx }: Update,
  { chainId, n }: PayloadPlace,
): void {
  const { chain } = record
  if (chain && equalBytes(chain.chainId, chainId) && n >= chain.confirmed.delivered) return
  emptyBytes(tx, payloadKey(room, chainId, n))
}

function emptyBytes(tx: StoreWriter, key: Uint8Array): void {
  const stored = getRecord<PayloadRecord>(tx, "payload", key)
  if (stored?.bytes) putRecord(tx, "payload", key, { ...stored, bytes: undefined } satisfies PayloadRecord)
}

/** Everybody has this payload of ours. */
export function emptyIfGone(conversation: Conversation, { tx }: Update, { chainId, n }: PayloadPlace): void {
  const { room } = conversation
  const key = payloadKey(room, chainId, n)
  const stored = getRecord<PayloadRecord>(tx, "payload", key)
  if (!stored?.bytes) return
  const line = stored.line
    ? getRecord<LineRecord>(tx, "line", concat(room, stored.line))
    : stored.about && lineOf(whereIn(conversation, tx), stored.about)?.line
  if (line?.kind === "message" && line.isGone) emptyBytes(tx, key)
}

/** Our newest remark has reached the relay, or never will. */
export function settleRemark(
  { room, contacts, ref }: Conversation,
  update: Update,
  content: RemarkContent,
  failed: boolean,
): void {
  const key = remarkKey(room, content.about, contacts.own)
  const row = getRecord<RemarkRecord>(update.tx, "remark", key)
  if (row?.unsent?.at !== content.at) return
  const unsent = failed ? { at: content.at, failed: true } : undefined
  putRecord(update.tx, "remark", key, { ...row, unsent } satisfies RemarkRecord)
  update.tell({ type: "room.changed", room: ref })
}

/** What this person has said about their own message, to be said again. */
export function ownRemarks(conversation: Conversation, { tx }: Update, line: MessageLine): RemarkContent[] {
  const about = refOf(line)
  return remarksOn(whereIn(conversation, tx), about).flatMap(({ account, edit, gone, reaction }) => {
    if (!conversation.contacts.isOwn(account)) return []
    const said: RemarkContent[] = []
    if (edit) said.push({ type: "edit", about, ...edit })
    if (gone !== undefined) said.push({ type: "delete", about, at: gone })
    if (reaction) said.push({ type: "reaction", about, at: reaction.at, reactions: [...reaction.reactions] })
    return said
  })
}

function waitingKey(room: Uint8Array, account: Uint8Array, about: MessageRef): Uint8Array {
  return concat(room, account, messageKey(room, about.author, about.messageId).subarray(room.length))
}

/** Of one account so many wait; the oldest gives way. */
function noteWaiting(
  conversation: Conversation,
  { tx }: Update,
  about: MessageRef,
  account: Uint8Array,
): void {
  const { room, context } = conversation
  const key = waitingKey(room, account, about)
  if (tx.get("waiting", key)) return
  const rows = tx.range("waiting", prefixRange(concat(room, account)))
  if (rows.length >= MAX_WAITING_REMARKS) {
    const ages = rows.map((row) => ({ key: row.key, ...decodeRecord<WaitingRecord>(row.value) }))
    forgetWaiting(tx, room, ages.reduce((one, other) => (other.at < one.at ? other : one)).key)
  }
  putRecord(tx, "waiting", key, { at: context.clock.now() } satisfies WaitingRecord)
}

interface WaitingRecord {
  at: Millis
}

function forgetWaiting(tx: StoreWriter, room: Uint8Array, key: Uint8Array): void {
  const account = key.subarray(room.length, room.length + ACCOUNT_BYTES)
  tx.delete("remark", concat(room, key.subarray(-NAME_BYTES), account))
  tx.delete("waiting", key)
}

/** What nobody can bring any more is not waited for. @returns where to go on, undefined at the end. */
export function sweepWaiting(
  { context, room }: Conversation,
  after: Uint8Array | undefined,
): Uint8Array | undefined {
  const range = { ...prefixRange(room), ...(after ? { from: after } : {}), limit: SWEPT }
  const rows = context.store.range("waiting", range)
  const before = context.clock.now() - KEPT_FOR_MS
  const old = rows.filter(({ value }) => decodeRecord<WaitingRecord>(value).at < before)
  if (old.length > 0)
    context.update("ordered", ({ tx }) => {
      for (const { key } of old) forgetWaiting(tx, room, key)
    })
  return rows.length < SWEPT ? undefined : concat(rows.at(-1)!.key, u8(0))
}
