/**
 * Questions for payloads that somebody has missed, and answers to them (PROTOCOL.md §13.5). The author answers at once,
 * others when nobody has; nobody gets what was said while its account was not in the room, nor what is too old. What
 * somebody who came later may not read, the author seals to the asker alone.
 */
import { concat, equalBytes, toHex } from "../bytes.ts"
import type { Member } from "../crypto/mls-engine.ts"
import {
  type Content,
  decodePayload,
  MAX_ANSWERED,
  MAX_PAYLOAD_BYTES,
  type Payload,
  type PayloadRange,
} from "../protocol/content.ts"
import { ProtocolError } from "../protocol/errors.ts"
import { payloadHash } from "./chain.ts"
import type { Conversation } from "./conversation.ts"
import { sealAnswer, usableKey } from "./private-answers.ts"
import type { Peers } from "./peers.ts"
import type { Update } from "./context.ts"
import { fillGap, gapsOf, nextAskAt } from "./gaps.ts"
import { type ChainRecord, decodeRecord, getRecord, payloadKey, type PayloadRecord } from "./records.ts"
import { queueInside, queueQuietly } from "./sending.ts"
import { KEPT_FOR_MS } from "./sent.ts"
import { prefixRange, type StoreReader } from "./store.ts"

/** Bytes of payloads in one answer: whoever misses the answer can be given that too. */
const ANSWER_BYTES = 17_000
/** So many answers wait at most for their turn: what we say ourselves stands behind them. */
const MAX_WAITING = 64
/** Answers of others that are remembered. */
const MAX_KNOWN_ANSWERS = 4_096
/** Payloads given for one question. */
const MAX_GIVEN = 256
/** Others wait so long for the author, then a random while so that mostly one of them answers. */
const AUTHOR_FIRST_MS = 5_000
const SPREAD_MS = 5_000
/** One question of a device is answered in this time. */
const QUESTION_EVERY_MS = 1_500

/** Asks for what is missing, when it is time. */
export function askIfDue(conversation: Conversation): void {
  const { context, room, group } = conversation
  const at = nextAskAt(gapsOf(context.store, room))
  if (at === undefined || !group || group.members.length < 2) return
  if (at > context.clock.now()) return conversation.wakeAt(at)
  const isQueued = context.store
    .range("outbox", prefixRange(room))
    .some(({ value }) => decodeRecord<{ content: { type: string } }>(value).content.type === "ask")
  if (!isQueued) queueQuietly(conversation, { type: "ask" })
}

/** Somebody has missed something: called inside the change that stores the question's payload. */
export function takeQuestionOf(
  conversation: Conversation,
  update: Update,
  sender: Member,
  question: Content & { type: "ask" },
): void {
  const { context, room, questions } = conversation
  const now = context.clock.now()
  const asker = toHex(sender.leafKey)
  if (now - (questions.get(asker) ?? -QUESTION_EVERY_MS) < QUESTION_EVERY_MS) return
  questions.set(asker, now)
  let left = MAX_GIVEN
  let places = MAX_WAITING - waitingAnswers(update.tx, room)
  const since = sinceOf(conversation.peers)
  const key = usableKey(question.key)
  for (const range of question.ranges) {
    if (places <= 0) return
    const chain = getRecord<ChainRecord>(update.tx, "chain", concat(room, range.chainId))
    if (!chain) continue
    const isOwn = conversation.contacts.isOwn(chain.account)
    const plan = planAnswers(conversation, update.tx, range, left, since.everybody)
    left -= plan.count
    places -= plan.answers.length + (plan.lost ? 1 : 0)
    if (isOwn) {
      for (const each of plan.answers) queueInside(conversation, update, { type: "answer", range: each })
      if (plan.lost) queueInside(conversation, update, { type: "unavailable", range: plan.lost })
      if (!plan.withheld || !key || places <= 0) continue
      const secret = planAnswers(conversation, update.tx, plan.withheld, left, since.of(sender.accountId))
      left -= secret.count
      places -= secret.answers.length + (secret.lost ? 1 : 0)
      if (secret.lost) queueInside(conversation, update, { type: "unavailable", range: secret.lost })
      for (const each of secret.answers)
        queueInside(conversation, update, { type: "answer", range: each, key })
    } else if (plan.answers.length > 0) {
      answerLater(conversation, plan.answers)
    }
  }
}

/** Whoever asks faster than we can answer is not answered: the person's own words wait in the same line. */
function waitingAnswers(store: StoreReader, room: Uint8Array): number {
  return store.range("outbox", prefixRange(room)).filter(({ value }) => {
    const { type } = decodeRecord<{ content: { type: string } }>(value).content
    return type === "answer" || type === "unavailable"
  }).length
}

function answerLater(conversation: Conversation, ranges: readonly PayloadRange[]): void {
  const { context } = conversation
  const askedAt = context.clock.now()
  const chance = new DataView(context.random.bytes(4).buffer).getUint32(0) / 2 ** 32
  const at = context.clock.now() + AUTHOR_FIRST_MS + Math.floor(chance * SPREAD_MS)
  context.later(at, async () => {
    const open = ranges.filter((range) => (conversation.answered.get(nameOf(range)) ?? -1) < askedAt)
    const isBusy = waitingAnswers(context.store, conversation.room) >= MAX_WAITING
    if (open.length === 0 || isBusy || !conversation.group) return
    for (const range of open) queueQuietly(conversation, { type: "answer", range })
    await conversation.advance()
  })
}

/**
 * What may be given of a range, in pieces that fit an entry, from its end downwards; `lost` is too old for all of it.
 * @param since from where on whoever reads the answers was there: before, it is `withheld`.
 */
function planAnswers(
  { room, context }: Conversation,
  store: StoreReader,
  { chainId, from, to }: PayloadRange,
  limit: number,
  since: number,
): {
  answers: PayloadRange[]
  count: number
  lost: PayloadRange | undefined
  withheld: PayloadRange | undefined
} {
  const answers: PayloadRange[] = []
  let bytes = 0
  let count = 0
  let isWithheld = false
  let n = to
  for (; n >= from && count < limit; n--) {
    const payload = getRecord<PayloadRecord>(store, "payload", payloadKey(room, chainId, n))
    const isOld = payload && context.clock.now() - payload.at > KEPT_FOR_MS
    isWithheld = payload !== undefined && payload.order < since
    if (!payload?.bytes || isOld || isWithheld) break
    if (payload.bytes.length > MAX_PAYLOAD_BYTES) break
    const piece = answers.at(-1)
    const fits = piece && bytes + payload.bytes.length <= ANSWER_BYTES && piece.to - n < MAX_ANSWERED
    if (fits) piece.from = n
    else answers.push({ chainId, from: n, to: n })
    bytes = fits ? bytes + payload.bytes.length : payload.bytes.length
    count++
  }
  const rest = n >= from && count < limit ? { chainId, from, to: n } : undefined
  return isWithheld
    ? { answers, count, lost: undefined, withheld: rest }
    : { answers, count, lost: rest, withheld: undefined }
}

/** From where on each person in the room was there, with the first of their devices; and from where on all of them were. */
function sinceOf(peers: Peers): { everybody: number; of(account: Uint8Array): number } {
  const byAccount = new Map<string, number>()
  for (const { accountId, since } of peers.all()) {
    const account = toHex(accountId)
    byAccount.set(account, Math.min(since, byAccount.get(account) ?? since))
  }
  return {
    everybody: Math.max(0, ...byAccount.values()),
    of: (account) => byAccount.get(toHex(account)) ?? Infinity,
  }
}

/** The payloads of an answer as they are now; none when they are gone by the time it is sealed. */
export function answerContent(
  { room, context, channelId }: Conversation,
  { range: { chainId, from, to }, key }: { range: PayloadRange; key?: Uint8Array },
): Content {
  const payloads: Uint8Array[] = []
  for (let n = to; n >= from; n--) {
    const stored = getRecord<PayloadRecord>(context.store, "payload", payloadKey(room, chainId, n))
    if (!stored?.bytes) break
    payloads.unshift(stored.bytes)
  }
  return key ? sealAnswer(context, channelId, key, payloads) : { type: "answer", payloads }
}

/** Payloads that somebody brings: from the last one down, as far as the chain vouches for them. */
export function takeAnswer(
  conversation: Conversation,
  update: Update,
  answer: Content & { type: "answer" | "privateAnswer" },
  store: (bytes: Uint8Array, chain: ChainRecord, place: Uint8Array) => void,
): void {
  const { room, channelId, questionKeys, context } = conversation
  const payloads = answer.type === "answer" ? answer.payloads : questionKeys.open(context, channelId, answer)
  for (const bytes of payloads?.toReversed() ?? []) {
    const payload = readable(bytes)
    if (!payload) return
    const hash = payloadHash(channelId, bytes)
    const chain = getRecord<ChainRecord>(update.tx, "chain", concat(room, payload.chainId))
    const known = getRecord<PayloadRecord>(update.tx, "payload", payloadKey(room, payload.chainId, payload.n))
    // Only the real one spares us the answer: whatever a liar brings, we still give what we have.
    if (known && equalBytes(known.hash, hash)) noteAnswer(conversation, payload)
    if (!chain) continue
    const filled = fillGap(conversation, update, payload, hash, false)
    // What is here already may stand between holes: the range ends before it.
    if (known) continue
    if (!filled || filled === "fork") return
    store(bytes, chain, filled.place)
  }
}

function readable(bytes: Uint8Array) {
  try {
    return decodePayload(bytes)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

function noteAnswer(
  { answered, context }: Conversation,
  { chainId, n }: Pick<Payload, "chainId" | "n">,
): void {
  const name = nameOf({ chainId, to: n })
  answered.delete(name)
  answered.set(name, context.clock.now())
  const [oldest] = answered.keys()
  if (answered.size > MAX_KNOWN_ANSWERS && oldest !== undefined) answered.delete(oldest)
}

/** An answer is recognised by its last payload. */
function nameOf({ chainId, to }: Pick<PayloadRange, "chainId" | "to">): string {
  return `${toHex(chainId)} ${to}`
}
