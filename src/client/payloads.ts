/**
 * A message entry of somebody else: opened, judged by its chain, and stored with everything it changes in one
 * transaction (PROTOCOL.md §13, §16). Shown once, whatever the relay or the author repeats.
 */
import { concat, equalBytes, toHex } from "../bytes.ts"
import type { Member } from "../crypto/mls-engine.ts"
import {
  type Binding,
  type Content,
  decodeBinding,
  decodePayload,
  FORMS,
  isSaid,
  isVerification,
  MAX_PAYLOAD_BYTES,
  type Payload,
  type RemarkContent,
  type TextContent,
  type VerificationContent,
} from "../protocol/content.ts"
import { ProtocolError } from "../protocol/errors.ts"
import { REMARKS } from "../protocol/remarks.ts"
import { takeAnswer, takeQuestionOf } from "./answers.ts"
import { checkBinding, compareRooms } from "./beacons.ts"
import { chainIdOf, judge, payloadHash } from "./chain.ts"
import { advanceChain, storePayload } from "./contents.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { arrivedOf, fillGap, gapAt, gapsOf, giveUpGap, nameEnd, openGap, placeAfterGaps } from "./gaps.ts"
import { mendSoon } from "./mending.ts"
import { quarantine } from "./quarantine.ts"
import { type Arrival, passOver } from "./reading.ts"
import { namedBy, owedFor, receiptDueAt, rowOf, toldBy } from "./receipts.ts"
import {
  type ChainRecord,
  type ConversationRecord,
  getRecord,
  payloadKey,
  type PayloadRecord,
  type PeerRecord,
  groupRowKey,
} from "./records.ts"
import { recogniseOwn } from "./rolled-back.ts"
import { unpackEntry } from "./sealing.ts"
import { putSeen } from "./seen.ts"
import { settleConfirmed } from "./sent.ts"
import { afterHearing, isUncertain } from "./uncertain.ts"

/** What one entry changes besides the tables: collected, then written once. */
interface Outcome {
  change: Partial<ConversationRecord>
  peer: PeerRecord
}

export async function takePayload(conversation: Conversation, arrival: Arrival): Promise<void> {
  const { context, channelId, room, group, keys } = conversation
  const { entry, message, blob } = arrival
  const opened = unpackEntry(entry!, keys!.envelope, channelId, blob)
  if (opened?.form !== FORMS.mls)
    return passOver(conversation, arrival, "it was not sealed for this room as it is now")
  const result = await context.engine.open(group!, opened.body)
  if (result.kind === "refused") return passOver(conversation, arrival, result.reason)
  const { state, plain, authenticatedData, sender, consumed } = result
  const wasVoid = isUncertain(conversation.record)
  // Without content it is a sign of life, whoever says so: MLS vouches for the emptiness too.
  const said = plain.length === 0 ? "alive" : readPayload(plain, authenticatedData)
  const isOwnLeaf = sender.leaf === group!.ownLeaf
  context.update("ordered", (update) => {
    for (const { key, value } of context.engine.rows(group, state)) {
      if (value) update.tx.put("group", groupRowKey(room, key), value)
      else update.tx.delete("group", groupRowKey(room, key))
    }
    putSeen(conversation, update, arrival.eid, arrival.place, { kind: "other" })
    const change: Partial<ConversationRecord> = { ...arrival.place }
    if (isOwnLeaf) {
      if (said && said !== "alive") recogniseOwn(conversation, update, arrival, said.payload, plain, change)
    } else {
      change.uncertain = afterHearing(conversation.record)
      change.noise = 0
      if (wasVoid) conversation.notice(update, message.seq, { code: "void-commit" })
      hear(conversation, update, arrival, sender, said, plain, change)
    }
    conversation.put(update, change)
  })
  conversation.group = state
  consumed.wipe()
  if (isOwnLeaf) return
  conversation.repairs = 0
  conversation.beacon?.heard.add(toHex(sender.leafKey))
  if (wasVoid) mendSoon(conversation, conversation.record.nextPosition - 1)
  if (!said || said === "alive") return
  const { content } = said.payload
  const heads = "head" in content ? [...said.binding.directory, content.head] : said.binding.directory
  for (const head of heads) context.heads().hear(sender.accountId, head)
  if (BRINGS_TEXT.has(content.type)) conversation.now.receiptAt = receiptDueAt(conversation)
  if (conversation.record.kind === "direct") compareRooms(conversation, sender, said.binding.rooms)
}

/** After which what has arrived is told. */
const BRINGS_TEXT: ReadonlySet<string> = new Set([
  "text",
  ...REMARKS,
  "answer",
  "privateAnswer",
  "unavailable",
])

/** Everything that somebody else's message does, inside its transaction. */
function hear(
  conversation: Conversation,
  update: Update,
  arrival: Arrival,
  sender: Member,
  said: Said | "alive" | undefined,
  plain: Uint8Array,
  change: Partial<ConversationRecord>,
): void {
  const before = rowOf(conversation, sender)
  const outcome: Outcome = { change, peer: before.isHere ? before : { ...before, isHere: true } }
  if (!before.isHere) update.tell({ type: "room.changed", room: conversation.ref })
  const { inviter } = conversation.record
  if (inviter && equalBytes(inviter, sender.accountId)) change.inviter = undefined
  if (outcome.peer.forked)
    quarantine(conversation, update, arrival.message, "this device tells different stories")
  else if (said === "alive") update.tell({ type: "room.changed", room: conversation.ref })
  else if (said) judged(conversation, update, arrival, said, plain, sender, outcome)
  else quarantine(conversation, update, arrival.message, "its contents make no sense")
  const { peer } = outcome
  if (peer !== before) conversation.peers.put(update, peer)
  if (peer.has !== before.has) {
    const all = conversation.peers.all().filter((other) => other !== before)
    const chain = settleConfirmed(conversation, update, conversation.record.chain, [...all, peer])
    if (chain) change.chain = chain
    // How many have it is read off the rows: whoever shows it looks again.
    update.tell({ type: "room.changed", room: conversation.ref })
  }
}

interface Said {
  payload: Payload
  binding: Binding
}

function readPayload(plain: Uint8Array, authenticatedData: Uint8Array): Said | undefined {
  // What is longer could not be given to whoever misses it.
  if (plain.length > MAX_PAYLOAD_BYTES) return undefined
  try {
    return { binding: decodeBinding(authenticatedData), payload: decodePayload(plain) }
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

/** Stores the payload according to its chain's verdict. */
function judged(
  conversation: Conversation,
  update: Update,
  arrival: Arrival,
  { payload, binding }: Said,
  plain: Uint8Array,
  sender: Member,
  outcome: Outcome,
): void {
  const { channelId, room } = conversation
  const { tx } = update
  const { seq } = arrival.message
  const { chainId, n, content } = payload
  outcome.peer = checkBinding(conversation, update, outcome.peer, binding, seq)
  outcome.change.hintDue = false
  const last = getRecord<ChainRecord>(tx, "chain", concat(room, chainId))
  const hash = payloadHash(channelId, plain)
  const known = getRecord<PayloadRecord>(tx, "payload", payloadKey(room, chainId, n))?.hash
  const isMissing = last !== undefined && gapAt(tx, room, chainId, n) !== undefined
  const verdict = judge(payload, hash, sender.leafKey, last, known, isMissing)
  // A chain that is not this leaf's can only be a lie, and says nothing about whose it is.
  const isOwn = equalBytes(chainId, chainIdOf(sender.leafKey))
  if (isOwn && verdict.kind === "duplicate") return
  const filled = isMissing && isOwn ? fillGap(conversation, update, payload, hash, true) : undefined
  if (!isOwn || verdict.kind === "fork" || filled === "fork")
    return fork(conversation, update, arrival, plain, sender, outcome)
  if (!last && n === 0) checkContinued(conversation, update, payload, sender, seq)
  const { accountId: account, leafKey } = sender
  const base = last ? last.base : baseOf(conversation, outcome.peer, binding, n)
  const isLateStart = !last && n > base
  const hasGap = verdict.kind === "gap" || isLateStart
  if (hasGap && !isMissing) {
    const from = Math.max(last?.n ?? base - 1, ...gapsOf(tx, room, chainId).map(({ to }) => to)) + 1
    const missing = { chainId, from, to: n - 1, account, expect: payload.previous }
    if (from < n) openGap(conversation, update, missing, seq)
  }
  nameEnd(conversation, update, payload)
  const chain = advanceChain(conversation, update, last, { account, leafKey, base, n, hash }, chainId, true)
  conversation.moved.add(toHex(chainId))
  outcome.peer = namedBy(conversation, update, outcome.peer, payload.frontier)
  // Before the place is chosen: what is found to be missing stands above what showed it.
  lookForOthers(conversation, update, payload, sender, seq)
  // What comes next is not late, whatever somebody else has said to be missing: it stands where it came.
  const late = verdict.kind === "ok" ? undefined : filled
  const place = late?.place ?? placeAfterGaps(tx, room, conversation.record.orderBase + seq)
  const { time } = arrival.message
  const came = { content, chainId, n, hash, bytes: plain, order: seq, time, account, place }
  const line = storePayload(conversation, update, came)
  if (isSaid(content))
    outcome.peer = {
      ...outcome.peer,
      owed: owedFor(outcome.peer, chainId, arrivedOf(tx, room, chainId, chain.n)),
    }
  else if (isVerification(content))
    conversation.context.verifier().heard(conversation, update, content, sender, seq)
  else act(conversation, update, content, sender, outcome, time)
  if (line) countText(conversation, time, outcome.change)
}

/** Where a chain that we have not met begins for us: what its author said since we came was for us. */
function baseOf({ group }: Conversation, peer: PeerRecord, { starts }: Binding, n: number): number {
  if (peer.isWhole) return 0
  const own = starts.find(({ leaf }) => leaf === group?.ownLeaf)
  return Math.min(own?.n ?? n, n)
}

/** What a payload that nobody reads as text does. */
function act(
  conversation: Conversation,
  update: Update,
  content: Exclude<Content, VerificationContent | TextContent | RemarkContent>,
  sender: Member,
  outcome: Outcome,
  time: number,
): void {
  switch (content.type) {
    case "receipt":
      outcome.peer = toldBy(outcome.peer, conversation.record.chain, content.chains)
      return
    case "ask":
      return takeQuestionOf(conversation, update, sender, content)
    case "unavailable":
      giveUpGap(conversation, update, sender.accountId, content)
      outcome.peer = owedNow(conversation, update, outcome.peer, content.chainId)
      return
    case "answer":
    case "privateAnswer":
      return takeAnswer(conversation, update, content, (bytes, chain, place) =>
        storeAnswered(conversation, update, bytes, chain, place, sender, outcome, time),
      )
    case "directoryNodes":
    case "directoryLeaf":
      return conversation.context.heads().compare(conversation, update, content, sender)
    case "beacon":
      update.tell({ type: "room.changed", room: conversation.ref })
  }
}

/** Nobody waits any more for what will not come: what came after it has arrived. */
function owedNow({ room }: Conversation, { tx }: Update, peer: PeerRecord, chainId: Uint8Array): PeerRecord {
  const chain = getRecord<ChainRecord>(tx, "chain", concat(room, chainId))
  if (!chain || !peer.owed || !equalBytes(peer.owed.chainId, chainId)) return peer
  return { ...peer, owed: owedFor(peer, chainId, arrivedOf(tx, room, chainId, chain.n)) }
}

/** One payload that somebody brought, vouched for by its chain. */
function storeAnswered(
  conversation: Conversation,
  update: Update,
  bytes: Uint8Array,
  chain: ChainRecord,
  place: Uint8Array,
  sender: Member,
  outcome: Outcome,
  time: number,
): void {
  const { room, channelId, peers } = conversation
  const { tx } = update
  const payload = decodePayload(bytes)
  const { chainId, n, content } = payload
  nameEnd(conversation, update, payload)
  const hash = payloadHash(channelId, bytes)
  const order = conversation.record.cursor + 1
  const { account } = chain
  const came = { content, chainId, n, hash, bytes, order, time, account, place }
  const line = storePayload(conversation, update, came)
  const { n: last } = advanceChain(conversation, update, chain, { ...chain, n, hash }, chainId, false)
  if (line) countText(conversation, time, outcome.change)
  const arrived = arrivedOf(tx, room, chainId, last)
  const author = equalBytes(chain.leafKey, sender.leafKey)
    ? outcome.peer
    : peers.all().find(({ leafKey }) => equalBytes(leafKey, chain.leafKey))
  if (!author) return
  const next = { ...author, owed: owedFor(author, chainId, arrived) }
  if (author === outcome.peer) outcome.peer = next
  else peers.put(update, next)
}

/** A text has become a line. */
function countText(conversation: Conversation, time: number, change: Partial<ConversationRecord>): void {
  const { record } = conversation
  const { messages } = record.healing
  change.unread = (change.unread ?? record.unread) + 1
  change.lastAt = showable(time)
  change.healing = { ...record.healing, messages: messages + 1, lastOwn: false }
}

/** This device has said two things at one place: it is not heard any more, and both are kept (PROTOCOL.md §13.1). */
function fork(
  conversation: Conversation,
  update: Update,
  { message }: Arrival,
  plain: Uint8Array,
  sender: Member,
  outcome: Outcome,
): void {
  const { room } = conversation
  quarantine(conversation, update, message, "this device has said something else at this place before")
  conversation.notice(update, message.seq, { code: "fork", account: sender.accountId })
  const { chainId, n } = decodePayload(plain)
  const first = getRecord<PayloadRecord>(update.tx, "payload", payloadKey(room, chainId, n))?.bytes
  update.tx.put("quarantine", concat(room, sender.leafKey), concat(first ?? new Uint8Array(0), plain))
  outcome.peer = { ...outcome.peer, forked: true }
  if (conversation.record.kind === "direct") outcome.change.problem = "forked"
}

/** A chain that continues another of the same person: what is missing at the end of that one is missing. */
function checkContinued(
  conversation: Conversation,
  update: Update,
  { continues }: Payload,
  { accountId: account }: Member,
  seq: number,
): void {
  const former = continues[0]
  const known =
    former && getRecord<ChainRecord>(update.tx, "chain", concat(conversation.room, former.chainId))
  if (!known || !former || !conversation.contacts.isSamePerson(known.account, account) || former.n <= known.n)
    return
  const missing = { chainId: former.chainId, from: known.n + 1, to: former.n, account, expect: former.hash }
  if (!gapAt(update.tx, conversation.room, former.chainId, former.n))
    openGap(conversation, update, missing, seq)
}

/** A frontier that names payloads of a third person which we do not have: a hint to look. */
function lookForOthers(
  conversation: Conversation,
  update: Update,
  { frontier }: Payload,
  sender: Member,
  seq: number,
): void {
  const { room, peers } = conversation
  for (const { chain: start, n, hash } of frontier) {
    const peer = peers
      .all()
      .find(({ owed }) => owed && equalBytes(owed.chainId.subarray(0, start.length), start))
    const chainId = peer?.owed?.chainId
    if (!peer || !chainId || equalBytes(peer.leafKey, sender.leafKey)) continue
    const chain = getRecord<ChainRecord>(update.tx, "chain", concat(room, chainId))
    if (!chain || n <= chain.n || !equalBytes(chain.leafKey, peer.leafKey)) continue
    if (gapAt(update.tx, room, chainId, n)) continue
    const open = { chainId, from: chain.n + 1, to: n, account: peer.accountId, expect: hash }
    if (!gapAt(update.tx, room, chainId, open.from)) openGap(conversation, update, open, seq)
  }
}

/** The last moment that a date can express: a larger number from outside would break whoever prints it. */
const LAST_TIME = 8_640_000_000_000_000

export function showable(time: number): number {
  return Math.min(time, LAST_TIME)
}
