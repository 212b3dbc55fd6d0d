/**
 * A message entry of somebody else: opened, judged by its chain, and stored with everything it changes in one
 * transaction (PROTOCOL.md §13, §16). Shown once, whatever the relay or the author repeats.
 */
import { concat, equalBytes, toHex } from "../bytes.ts"
import type { Member } from "../crypto/mls-engine.ts"
import { type Content, decodeBinding, decodePayload, FORMS, type Payload } from "../protocol/content.ts"
import { ProtocolError } from "../protocol/errors.ts"
import { judge, payloadHash, type Verdict } from "./chain.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { messageIdText, messageView } from "./lines.ts"
import { mendSoon } from "./mending.ts"
import { quarantine } from "./quarantine.ts"
import { type Arrival, passOver } from "./reading.ts"
import {
  type ChainRecord,
  type ConversationRecord,
  getRecord,
  type LineRecord,
  nextPlace,
  type OwnChain,
  payloadKey,
  type PayloadRecord,
  putRecord,
  groupRowKey,
} from "./records.ts"
import { isKnown } from "./reopening.ts"
import { unpackEntry } from "./sealing.ts"
import { afterHearing, isUncertain } from "./uncertain.ts"

/** Receipts wait this long for company: one entry answers a burst. */
const RECEIPT_DELAY_MS = 100

export async function takePayload(conversation: Conversation, arrival: Arrival): Promise<void> {
  const { context, channelId, room, group, keys } = conversation
  const { entry, message, blob } = arrival
  const opened = unpackEntry(entry!, keys!.envelope, channelId, blob)
  if (opened?.form !== FORMS.mls)
    return passOver(conversation, arrival, "it was not sealed for this room as it is now")
  const result = await context.engine.open(group!, opened.body)
  if (result.kind === "refused") return passOver(conversation, arrival, result.reason)
  const { state, plain, authenticatedData, sender, consumed } = result
  const uncertain = afterHearing(conversation.record)
  const change: Partial<ConversationRecord> = {
    ...arrival.place,
    here: heard(conversation, sender),
    uncertain,
  }
  const wasVoid = isUncertain(conversation.record)
  const rows = context.engine.rows(group, state)
  // Without content it is a sign of life, whoever says so: MLS vouches for the emptiness too.
  const payload = plain.length === 0 ? "alive" : readPayload(plain, authenticatedData)
  context.update("ordered", (update) => {
    for (const { key, value } of rows) {
      if (value) update.tx.put("group", groupRowKey(room, key), value)
      else update.tx.delete("group", groupRowKey(room, key))
    }
    if (wasVoid) conversation.notice(update, message.seq, { code: "void-commit" })
    if (payload === "alive") update.tell({ type: "room.changed", room: conversation.ref })
    else if (payload) Object.assign(change, judged(conversation, update, arrival, payload, plain, sender))
    else quarantine(conversation, update, message, "its contents make no sense")
    conversation.put(update, change)
  })
  conversation.group = state
  consumed.wipe()
  conversation.beacon?.heard.add(toHex(sender.leafKey))
  if (wasVoid) mendSoon(conversation, conversation.record.nextPosition - 1)
  if (payload !== "alive" && payload?.content.type === "text" && conversation.record.kind === "direct") {
    conversation.now.receiptAt = context.clock.now() + RECEIPT_DELAY_MS
  }
}

function readPayload(plain: Uint8Array, authenticatedData: Uint8Array): Payload | undefined {
  try {
    decodeBinding(authenticatedData)
    return decodePayload(plain)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

function heard({ record }: Conversation, { leafKey }: Member): readonly Uint8Array[] {
  return record.here.some((known) => equalBytes(known, leafKey)) ? record.here : [...record.here, leafKey]
}

/** Stores the payload according to its chain's verdict. @returns what changes in the conversation's record. */
function judged(
  conversation: Conversation,
  update: Update,
  arrival: Arrival,
  payload: Payload,
  plain: Uint8Array,
  sender: Member,
): Partial<ConversationRecord> {
  const { channelId, room, record } = conversation
  const { tx } = update
  const { seq } = arrival.message
  const chainKey = concat(room, payload.chainId)
  const last = getRecord<ChainRecord>(tx, "chain", chainKey)
  const at = payloadKey(room, payload.chainId, payload.n)
  const hash = payloadHash(channelId, plain)
  const known = getRecord<PayloadRecord>(tx, "payload", at)?.hash
  const verdict = judge(payload, hash, sender.leafKey, last, known)
  const change: Partial<ConversationRecord> = { hintDue: false }
  if (verdict.kind === "duplicate") return change
  if (verdict.kind === "fork") {
    quarantine(
      conversation,
      update,
      arrival.message,
      "this device has said something else at this place before",
    )
    conversation.notice(update, seq, { code: "fork", account: sender.accountId })
    return change
  }
  gapNotice(conversation, update, seq, sender, verdict)
  const { accountId: account, leafKey } = sender
  putRecord(tx, "chain", chainKey, { account, leafKey, n: payload.n, hash } satisfies ChainRecord)
  const { content } = payload
  const isRepeated = content.type === "text" && isKnown(conversation, tx, content.messageId)
  const line = isRepeated ? undefined : store(conversation, update, arrival, content, sender)
  putRecord(tx, "payload", at, { hash, line } satisfies PayloadRecord)
  if (record.kind === "direct" && content.type === "text") change.receipt = owed(record, payload)
  if (line === undefined) return change
  const { messages } = record.healing
  change.unread = record.unread + 1
  change.lastAt = showable(arrival.message.time)
  change.healing = { ...record.healing, messages: messages + 1, lastOwn: false }
  return change
}

function gapNotice(
  conversation: Conversation,
  update: Update,
  seq: number,
  sender: Member,
  verdict: Verdict,
): void {
  if (verdict.kind !== "gap") return
  const { missing } = verdict
  conversation.notice(update, seq, { code: "gap", account: sender.accountId, missing })
  const from = conversation.contacts.ref(sender.accountId)
  update.tell({ type: "gap.detected", room: conversation.ref, from, missing })
}

/** @returns the place of the line, when the content is one that people read. */
function store(
  conversation: Conversation,
  update: Update,
  { message }: Arrival,
  content: Content,
  sender: Member,
): Uint8Array | undefined {
  const { room, record, contacts, context } = conversation
  switch (content.type) {
    case "beacon":
      update.tell({ type: "room.changed", room: conversation.ref })
      return undefined
    case "receipt":
      if (conversation.record.kind === "direct") takeReceipt(conversation, update, content)
      return undefined
    case "text": {
      const line: LineRecord & { kind: "message" } = {
        kind: "message",
        at: showable(message.time),
        account: sender.accountId,
        own: equalBytes(sender.accountId, context.identity.account.accountId),
        messageId: content.messageId,
        text: content.text,
        sentAt: showable(content.sentAt),
        state: undefined,
      }
      const place = nextPlace(update.tx, room, record.orderBase + message.seq)
      putRecord(update.tx, "line", concat(room, place), line)
      update.keep(
        {
          at: context.clock.now(),
          type: "message.received",
          room,
          line: place,
          messageId: content.messageId,
        },
        {
          type: "message.received",
          room: conversation.ref,
          from: contacts.ref(sender.accountId),
          message: messageView(line, contacts),
        },
      )
      return place
    }
  }
}

/** What we owe the author now: everything of this chain up to here has been delivered. */
function owed({ receipt }: ConversationRecord, { chainId, n }: Payload): ConversationRecord["receipt"] {
  if (receipt && equalBytes(receipt.chainId, chainId))
    return { ...receipt, delivered: Math.max(receipt.delivered, n + 1) }
  return { chainId, delivered: n + 1, read: 0, toldDelivered: 0, toldRead: 0 }
}

/** The other side has, or has seen, our payloads up to a number. */
function takeReceipt(
  conversation: Conversation,
  update: Update,
  { chainId, delivered, read }: Content & { type: "receipt" },
): void {
  const { chain } = conversation.record
  if (!chain || !equalBytes(chain.chainId, chainId)) return
  const end = Math.min(read, chain.n)
  mark(conversation, update, chain, { from: 0, end }, "read")
  mark(conversation, update, chain, { from: end, end: Math.min(delivered, chain.n) }, "delivered")
}

/** Marks our payloads in this range, newest first, until one is marked already: then all before it are. */
function mark(
  { room, context, ref }: Conversation,
  update: Update,
  { chainId }: OwnChain,
  { from, end }: { from: number; end: number },
  state: "delivered" | "read",
): void {
  for (let n = end - 1; n >= from; n--) {
    const stored = getRecord<PayloadRecord>(update.tx, "payload", payloadKey(room, chainId, n))
    const key = stored?.line && concat(room, stored.line)
    const line = key && getRecord<LineRecord>(update.tx, "line", key)
    // Not a text, or one that is still on its way: nobody can have it.
    if (!key || line?.kind !== "message" || line.state === undefined || line.state === "queued") continue
    if (line.state === "read" || line.state === state) return
    putRecord(update.tx, "line", key, { ...line, state } satisfies LineRecord)
    const { messageId } = line
    update.keep(
      { at: context.clock.now(), type: "message.state", room, messageId, state },
      { type: "message.state", room: ref, message: { id: messageIdText(messageId) }, state },
    )
  }
}

/** The last moment that a date can express: a larger number from outside would break whoever prints it. */
const LAST_TIME = 8_640_000_000_000_000

export function showable(time: number): number {
  return Math.min(time, LAST_TIME)
}
