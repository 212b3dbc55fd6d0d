/**
 * Payloads that have not arrived (PROTOCOL.md §13.5): one row a range, one line that says so until they are here.
 * What is missing is filled from its end downwards, each payload vouched for by the hash that the next one names,
 * or by its author's own leaf; so anybody may bring it.
 */
import { ByteReader, concat, equalBytes, u64 } from "../bytes.ts"
import type { Payload, PayloadRange } from "../protocol/content.ts"
import { MAX_ASKED_RANGES } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import {
  type ChainRecord,
  decodeRecord,
  type GapRecord,
  getRecord,
  type LineRecord,
  linePlace,
  nextPlace,
  payloadKey,
  type PayloadRecord,
  putRecord,
} from "./records.ts"
import { prefixRange, type StoreReader } from "./store.ts"

/** Ranges kept of one chain: of more holes the last are one. */
export const MAX_GAPS_PER_CHAIN = 16
/** So many payloads at the end of a range are asked for; what was before stays missing. */
export const MAX_MISSING = 1_000
/** Places kept free after a gap's line for what fills it. */
const PLACES = 1_024
const HASH_BYTES = 32
const FIRST_ASK_MS = 2_000
const ASK_AGAIN_MS = 60_000
/** After so many questions without an answer the line stays and nobody is asked any more. */
const MAX_ASKS = 10

export interface Gap extends GapRecord {
  chainId: Uint8Array
  from: number
}

/** All ranges of a room, or of one chain of it. */
export function gapsOf(store: StoreReader, room: Uint8Array, chainId?: Uint8Array): Gap[] {
  const prefix = chainId ? concat(room, chainId) : room
  return store.range("gap", prefixRange(prefix)).map(({ key, value }) => ({
    ...decodeRecord<GapRecord>(value),
    chainId: key.slice(room.length, room.length + 16),
    from: new ByteReader(key.subarray(-8)).u64(),
  }))
}

export function gapAt(store: StoreReader, room: Uint8Array, chainId: Uint8Array, n: number): Gap | undefined {
  return gapsOf(store, room, chainId).find(({ from, to }) => from <= n && n <= to)
}

/** What of a chain has arrived without a hole: payloads below this number. */
export function arrivedOf(store: StoreReader, room: Uint8Array, chainId: Uint8Array, last: number): number {
  const first = gapsOf(store, room, chainId)[0]
  return first ? Math.min(first.from, last + 1) : last + 1
}

/**
 * Payloads turn out to be missing.
 *
 * @param expect the hash of payload `to`, or its first bytes; undefined when nothing names it.
 * @param order of the entry that shows it; what it says itself is placed after the gap.
 */
export function openGap(
  conversation: Conversation,
  update: Update,
  missing: PayloadRange & { account: Uint8Array; expect: Uint8Array | undefined },
  order: number,
): void {
  const { room, context, contacts } = conversation
  const { chainId, from, to, account, expect } = missing
  const open = gapsOf(update.tx, room, chainId)
  const known = open.find((gap) => gap.from <= to && gap.to >= from)
  if (known) return extendGap(conversation, update, known, to, expect)
  // One range with something in it that is here: what is missing must never count as having arrived.
  if (open.length >= MAX_GAPS_PER_CHAIN) return extendGap(conversation, update, open.at(-1)!, to, expect)
  const line = freeBlock(update.tx, room, conversation.record.orderBase + order)
  const at = context.clock.now()
  const count = to - from + 1
  const record: LineRecord = { kind: "notice", at, notice: { code: "gap", account, missing: count } }
  putRecord(update.tx, "line", concat(room, line), record)
  putGap(conversation, update, chainId, from, {
    to,
    account,
    expect,
    line,
    origin: Math.max(from, to - MAX_MISSING + 1),
    since: at,
    askedAt: 0,
    asked: 0,
  })
  const person = contacts.ref(account)
  update.tell({ type: "notice", room: conversation.ref, notice: { code: "gap", person, missing: count } })
  update.tell({ type: "gap.detected", room: conversation.ref, from: person, missing: count })
}

/** More of a chain turns out to be missing than was known, or better words for it. */
function extendGap(
  conversation: Conversation,
  update: Update,
  gap: Gap,
  to: number,
  expect: Uint8Array | undefined,
): void {
  const isBetter = to === gap.to && (expect?.length ?? 0) > (gap.expect?.length ?? 0)
  if (to <= gap.to && !isBetter) return
  const { chainId, from, ...record } = gap
  putGap(conversation, update, chainId, from, { ...record, to, expect })
  retell(conversation, update, gap)
}

/** The place for what is said at `order` itself: after every gap there and what may fill it. */
export function placeAfterGaps(store: StoreReader, room: Uint8Array, order: number): Uint8Array {
  const hasGap = gapsOf(store, room).some(({ line }) => new ByteReader(line).u64() === order)
  return hasGap ? freeBlock(store, room, order) : nextPlace(store, room, order)
}

function freeBlock(store: StoreReader, room: Uint8Array, order: number): Uint8Array {
  const sub = subOf(nextPlace(store, room, order))
  return linePlace(order, Math.min(Math.ceil(sub / PLACES) * PLACES, 63 * PLACES))
}

function subOf(place: Uint8Array): number {
  return (place.at(-2)! << 8) | place.at(-1)!
}

/**
 * A payload that was missing is here.
 *
 * @param isSigned whether its author's leaf brought it; else only its hash vouches for it.
 * @returns where its line goes, `fork` when it contradicts what is known, undefined when it fills nothing.
 */
export function fillGap(
  conversation: Conversation,
  update: Update,
  payload: Pick<Payload, "chainId" | "n" | "previous">,
  hash: Uint8Array,
  isSigned: boolean,
): { place: Uint8Array } | "fork" | undefined {
  const { room } = conversation
  const { chainId, n, previous } = payload
  const gap = gapAt(update.tx, room, chainId, n)
  if (!gap) return undefined
  const isEnd = n === gap.to
  const isNamed =
    isEnd && gap.expect !== undefined && equalBytes(hash.subarray(0, gap.expect.length), gap.expect)
  if (!isNamed && !isSigned) return undefined
  // A third person's hint accuses nobody: only the author's own next payload does.
  if (isEnd && gap.expect && !isNamed && !isHint(gap)) return "fork"
  const before =
    n > 0 && n === gap.from
      ? getRecord<PayloadRecord>(update.tx, "payload", payloadKey(room, chainId, n - 1))
      : undefined
  if (before && !equalBytes(before.hash, previous)) return "fork"
  const { from, chainId: _, ...rest } = gap
  update.tx.delete("gap", concat(room, chainId, u64(from)))
  // Whoever brings something may bring more: the next question goes out soon.
  const fresh = { since: conversation.context.clock.now(), asked: 0 }
  if (n > from)
    putGap(conversation, update, chainId, from, { ...rest, ...fresh, to: n - 1, expect: previous })
  if (n < gap.to) putGap(conversation, update, chainId, n + 1, { ...rest, ...fresh })
  retell(conversation, update, gap)
  return { place: placeInside(conversation, update, gap, n) }
}

/** Behind the gap's line, by its number; with all that is new when that place is not free, or not kept free. */
function placeInside({ room, record }: Conversation, { tx }: Update, { line, origin }: Gap, n: number) {
  const offset = 1 + n - origin
  const place =
    offset > 0 && offset < PLACES ? linePlace(new ByteReader(line).u64(), subOf(line) + offset) : undefined
  const isFree = place !== undefined && tx.get("line", concat(room, place)) === undefined
  return isFree ? place : placeAfterGaps(tx, room, record.orderBase + record.cursor + 1)
}

/** The author's own next payload names what comes before it: its word takes the place of anybody's hint. */
export function nameEnd(
  conversation: Conversation,
  update: Update,
  { chainId, n, previous }: Pick<Payload, "chainId" | "n" | "previous">,
): void {
  const gap = n > 0 ? gapAt(update.tx, conversation.room, chainId, n - 1) : undefined
  if (!gap || gap.to !== n - 1 || gap.expect?.length === HASH_BYTES) return
  const { from, chainId: _, ...record } = gap
  putGap(conversation, update, chainId, from, { ...record, expect: previous, asked: 0 })
}

/** Named by the start of a hash, in somebody's frontier. */
function isHint({ expect }: Gap): boolean {
  return expect !== undefined && expect.length < HASH_BYTES
}

/** The author says that these will not come: nobody is asked any more, and the line stays. */
export function giveUpGap(
  conversation: Conversation,
  { tx }: Update,
  account: Uint8Array,
  { chainId, from, to }: PayloadRange,
): void {
  const { room } = conversation
  const chain = getRecord<ChainRecord>(tx, "chain", concat(room, chainId))
  if (!chain || !equalBytes(chain.account, account)) return
  for (const gap of gapsOf(tx, room, chainId)) {
    // What was only claimed may be longer than what we asked for.
    if ((isHint(gap) ? Math.max(gap.from, gap.origin) : gap.from) < from || gap.to > to) continue
    tx.delete("gap", concat(room, chainId, u64(gap.from)))
    // What was only claimed by somebody else, and is denied by its author, was never there.
    if (isHint(gap)) tx.delete("line", concat(room, gap.line))
  }
}

/** The line says how many are still missing, and goes with the last of them. */
function retell({ room, ref }: Conversation, update: Update, { chainId, line, account }: Gap): void {
  const left = gapsOf(update.tx, room, chainId).filter((gap) => equalBytes(gap.line, line))
  const missing = left.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const key = concat(room, line)
  const record = getRecord<LineRecord>(update.tx, "line", key)
  if (record?.kind === "notice" && missing > 0)
    putRecord(update.tx, "line", key, {
      ...record,
      notice: { code: "gap", account, missing },
    } satisfies LineRecord)
  else update.tx.delete("line", key)
  update.tell({ type: "room.changed", room: ref })
}

function putGap(
  { room }: Conversation,
  { tx }: Update,
  chainId: Uint8Array,
  from: number,
  record: GapRecord,
): void {
  putRecord(tx, "gap", concat(room, chainId, u64(from)), record)
}

/** When the next question is due; undefined when nothing is missing that anybody could bring. */
export function nextAskAt(gaps: readonly Gap[]): number | undefined {
  const times = gaps.filter(isAskable).map(askAt)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** The ranges to ask for now, noted as asked for. */
export function takeQuestion(conversation: Conversation, update: Update): PayloadRange[] {
  const { room, context } = conversation
  const now = context.clock.now()
  const due = gapsOf(update.tx, room)
    // What is due soon goes along: of questions that follow each other closely only the first is answered.
    .filter((gap) => isAskable(gap) && askAt(gap) <= now + FIRST_ASK_MS)
    .slice(0, MAX_ASKED_RANGES)
  return due.map((gap) => {
    const { chainId, from, ...record } = gap
    putGap(conversation, update, chainId, from, { ...record, askedAt: now, asked: gap.asked + 1 })
    return { chainId, from: Math.max(from, gap.origin), to: gap.to }
  })
}

function isAskable({ asked, to, origin }: Gap): boolean {
  return asked < MAX_ASKS && to >= origin
}

/** One question a minute, and longer and longer between them. */
function askAt({ since, asked, askedAt }: Gap): number {
  return asked === 0
    ? Math.max(since + FIRST_ASK_MS, askedAt + FIRST_ASK_MS)
    : askedAt + ASK_AGAIN_MS * 2 ** (asked - 1)
}
