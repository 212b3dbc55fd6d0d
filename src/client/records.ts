/**
 * What the tables of the store hold (PROTOCOL.md §16), and the keys under which it lies. Group rows and account keys are
 * raw bytes, the others records.
 */
import { ByteReader, concat, u16, u64 } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import type { Millis } from "../platform/clock.ts"
import { START_OF_LOG } from "./channel-log.ts"
import type {
  ComparisonContent,
  PayloadRange,
  RemarkContent,
  TextContent,
  VerificationContent,
} from "../protocol/content.ts"
import type { MessageRef } from "../protocol/remarks.ts"
import type { ShownDifference } from "./directory-records.ts"
import type { AlarmReason, MessageState, RoleChange, RoomProblem } from "./events.ts"
import type { LinkWish } from "./moderating.ts"
import type { PositionProof } from "./proving.ts"
import type { RoomLink } from "./room-header.ts"
import type { Uncertainty } from "./uncertain.ts"
import { prefixRange, type StoreReader } from "./store.ts"

export { decodeRecord, decodeRecordIfSound, encodeRecord, getRecord, putRecord } from "./record-codec.ts"

/** A payload by its place in a chain. */
export interface ChainPlace {
  chainId: Uint8Array
  n: number
  hash: Uint8Array
}

/** One's own payload chain in a conversation; the next payload takes `n` and names `previous`. */
export interface OwnChain {
  chainId: Uint8Array
  n: number
  previous: Uint8Array
  /** Our newest payload that stands in the log. */
  placed: ChainPlace | undefined
  /** The newest placed payload of our chain before this one: the first payload here names it. */
  continues: ChainPlace | undefined
  /** Everybody has all payloads below the first number, and their people have seen those below the second. */
  confirmed: { delivered: number; read: number }
}

/** One device of another member: what it has of ours, and what we have of its newest chain. Counts of payloads. */
export interface PeerRecord {
  accountId: Uint8Array
  deviceId: Uint8Array
  leafKey: Uint8Array
  /** Lines placed before were never for this device. */
  since: number
  /** It has signed something since we came (PROTOCOL.md §12.3). */
  isHere: boolean
  /** Of our chain `chainId`; of any other it has nothing. */
  has: { chainId: Uint8Array; delivered: number; read: number } | undefined
  /** It has confirmed nothing of our chain yet, which had so many payloads when it came. */
  startsAt: number | undefined
  /** What we owe it. */
  owed:
    | { chainId: Uint8Array; delivered: number; read: number; toldDelivered: number; toldRead: number }
    | undefined
  /** This leaf came in while we were there: its chain is ours to read from its first payload on. */
  isWhole: boolean
  /** Said two things at one place of its chain: what this leaf says is set aside (PROTOCOL.md §13.1). */
  forked: boolean
  /** Its log and ours differ, which has been said (PROTOCOL.md §13.2). */
  differs: boolean
}

/** Why a conversation's group state has to be replaced by joining again (PROTOCOL.md §12.4). */
export type RejoinReason = "rolled-back" | "lost" | "away" | "damaged" | "rotated"

export interface ConversationRecord {
  /** Under which everything of the conversation is stored: the id of its first channel. */
  room: Uint8Array
  /** The channel it uses now; another one after opening anew. */
  channelId: Uint8Array
  /** Added to the log's numbers to place lines: what was said in an earlier channel comes first. */
  orderBase: number
  /** True from the moment we give up a channel until the next one has a group. */
  reopenDue: boolean
  kind: "direct" | "everyone"
  /** The other account of a direct chat. */
  peer: Uint8Array | undefined
  /** How often this pair has opened anew (PROTOCOL.md §11). */
  counter: number
  link: RoomLink | undefined
  /** Oldest first; undefined: none. */
  wishes: readonly LinkWish[] | undefined
  /** Whoever the invitation says it is from, until they have been heard here or the person does without. */
  inviter: Uint8Array | undefined
  /** Where we are in the relay's log. */
  incarnation: Uint8Array
  cursor: number
  head: Uint8Array
  /** Handshakes passed, valid or not: the position that the next one takes. */
  nextPosition: number
  /** Where the handshake stands that opened our epoch; undefined while it is not known to be in the log. */
  epochAt: number | undefined
  /** A room's opening token (PROTOCOL.md §5.7). Those of direct chats are computed. */
  opening: Uint8Array | undefined
  /** True once there is group state in the `group` table. */
  member: boolean
  /** The log number of the entry by which this device came in. */
  joinedAt: number
  chain: OwnChain | undefined
  /** Counts the lives of the log (PROTOCOL.md §5.5); what bears another number is not known to be in this one. */
  life: number
  /** The log began anew and is being read: up to this number it may hold what we know. */
  rescanTo: number | undefined
  /** Nothing is sent until this device has a fresh leaf. */
  rejoin: { why: RejoinReason; since: Millis } | undefined
  /** When we last sealed a payload here. */
  spokeAt: Millis
  /** The newest payload about which "not confirmed" was said. */
  warnedAt: number
  /** True until the other person of a chat we opened has been heard. */
  hintDue: boolean
  /** When this device's own leaf was last refreshed, and what has passed since (PROTOCOL.md §10.7). */
  healing: { at: Millis; due: boolean; messages: number; lastOwn: boolean }
  /** Entries in a row that did not open: perhaps the others are elsewhere (PROTOCOL.md §10.5). */
  noise: number
  /** A commit that may have worked for others and did not for us (PROTOCOL.md §10.5). */
  uncertain: Uncertainty | undefined
  problem: RoomProblem | undefined
  unread: number
  lastAt: Millis | undefined
  /** Numbers the outbox and the lines that have no place in the log yet. */
  nextLocal: number
}

/** A commit that is offered, or about to be, and not yet met in the log. */
export interface PendingRecord {
  kind: "opening" | "creation" | "join" | "healing"
  eid: Uint8Array
  entry: Uint8Array
  /** A blob that the entry refers to; uploaded first. */
  blob: Uint8Array | undefined
  expect: number
  tokenHash: Uint8Array
  /** By which somebody who is in no group here shows that it may be offered. */
  proof: PositionProof | undefined
  /** The sealed header that goes with it, in link rooms; and the link that led there, where it is another than ours. */
  header: { id: Uint8Array; bytes: Uint8Array } | undefined
  link?: RoomLink
}

/** A message on its way. `payload` is fixed when its counter is taken, `sealed` each time it is sealed. */
export interface OutboxRecord {
  content:
    | TextContent
    | RemarkContent
    | { type: "receipt" }
    | { type: "beacon" }
    | { type: "ask" }
    /** Payloads that somebody has missed; `key` when nobody but them may read it. */
    | { type: "answer"; range: PayloadRange; key?: Uint8Array }
    | { type: "unavailable"; range: PayloadRange }
    | VerificationContent
    | ComparisonContent
    /** No payload at all: an MLS message without content, outside the chain (PROTOCOL.md §10.5). */
    | { type: "alive" }
  payload: Uint8Array | undefined
  /** Where its line stands, once it has been in a log; undefined: among the lines without a place. */
  line: Uint8Array | undefined
  sealed: { entry: Uint8Array; eid: Uint8Array; position: number; blob: Uint8Array | undefined } | undefined
}

/** An own payload that stands in the log and that somebody has not confirmed yet; the key is its number in the outbox. */
export interface SentRecord {
  /** Its number in our chain. */
  n: number
  at: Millis
  /** The life of the log that it was last met in. */
  life: number
}

/** Payloads `from` (in the key) to `to` of a chain have not arrived. */
export interface GapRecord {
  to: number
  account: Uint8Array
  /** The hash that payload `to` must have, when a later payload names it. */
  expect: Uint8Array | undefined
  /** Where the line that says so stands; what fills the gap is placed after it. */
  line: Uint8Array
  /** The number whose line comes right after that line. */
  origin: number
  since: Millis
  askedAt: Millis
  asked: number
}

export type StoredNotice =
  | {
      code:
        | "joined"
        | "left"
        | "chat-reopened"
        | "verified"
        | "mismatch"
        | "key-changed"
        | "key-rotated"
        | "key-accepted"
        | "blocked"
        | "unblocked"
        | "fork"
        | "differs"
        | "unconfirmed"
      account: Uint8Array
    }
  | { code: RoleChange; account: Uint8Array; by: Uint8Array }
  | { code: "link-reset" | "you-removed"; by: Uint8Array }
  | { code: "gap"; account: Uint8Array; missing: number }
  | { code: "renamed"; account: Uint8Array; before: string; name: string }
  | { code: "unreadable"; detail: string }
  | { code: "directory-split"; why: AlarmReason }
  | { code: "directory-differs"; difference: ShownDifference }
  | {
      code:
        | "you-joined"
        | "chat-opened"
        | "void-commit"
        | "rejoined"
        | "log-reset"
        | "lost-entries"
        | "rolled-back"
        | "restored"
        | "directory-replaced"
    }

export type LineRecord =
  | {
      kind: "message"
      at: Millis
      account: Uint8Array
      own: boolean
      messageId: Uint8Array
      text: string
      sentAt: Millis
      /** What all readers together have reached; undefined for messages of others. */
      state: MessageState | undefined
      /** Once it has a number; who has ours is in the `peer` rows. */
      place: PayloadPlace | undefined
      replyTo?: MessageRef | undefined
      /** Somebody has said something about it: there are rows in `remark`. */
      isRemarked?: boolean
      /** Its author has taken it back, and the text is empty. */
      isGone?: boolean
    }
  | { kind: "notice"; at: Millis; notice: StoredNotice }

export interface PayloadPlace {
  chainId: Uint8Array
  n: number
}

/** The newest payload of one chain, the first that we know of it, and the leaf that it belongs to. */
export interface ChainRecord {
  account: Uint8Array
  leafKey: Uint8Array
  base: number
  n: number
  hash: Uint8Array
}

/** A payload of a chain. */
export interface PayloadRecord {
  hash: Uint8Array
  /** The end of its line's key; undefined for receipts and beacons. */
  line: Uint8Array | undefined
  /** Of our own edits: the message. */
  about?: MessageRef
  /** As its author fixed it, for whoever has missed it; undefined once it may not be given away any more. */
  bytes: Uint8Array | undefined
  /** Where it stood in the log: who came later was not meant. `UNPLACED` while it is in the outbox. */
  order: number
  at: Millis
}

/** A conversation in which nothing has happened yet. */
export function newConversation(
  channelId: Uint8Array,
  kind: ConversationRecord["kind"],
  peer: Uint8Array | undefined,
  link: ConversationRecord["link"],
): ConversationRecord {
  return {
    ...START_OF_LOG,
    room: channelId,
    channelId,
    kind,
    peer,
    counter: 0,
    orderBase: 0,
    reopenDue: false,
    link,
    wishes: undefined,
    inviter: undefined,
    nextPosition: 0,
    epochAt: undefined,
    opening: undefined,
    member: false,
    joinedAt: 0,
    chain: undefined,
    life: 0,
    rescanTo: undefined,
    rejoin: undefined,
    spokeAt: 0,
    warnedAt: -1,
    hintDue: false,
    healing: { at: 0, due: false, messages: 0, lastOwn: false },
    noise: 0,
    uncertain: undefined,
    problem: undefined,
    unread: 0,
    lastAt: undefined,
    nextLocal: 1,
  }
}

/** What a line is found by besides its place: nobody else's message can take it. */
export function messageKey(room: Uint8Array, account: Uint8Array, messageId: Uint8Array): Uint8Array {
  return concat(room, labelledHash("message", account, messageId).subarray(0, 16))
}

/** Sorts after every log number: lines that have no place in the log yet. */
export const UNPLACED = 2 ** 52

/** The end of a line's key: place in the log (or `UNPLACED` and a counter), then a number within it. */
export function linePlace(order: number, sub: number): Uint8Array {
  return concat(u64(order), u16(sub))
}

/** The first free place at `order`. */
export function nextPlace(from: StoreReader, room: Uint8Array, order: number): Uint8Array {
  const last = from.range("line", { ...prefixRange(concat(room, u64(order))), reverse: true, limit: 1 })[0]
  const sub = last === undefined ? 0 : ((last.key.at(-2)! << 8) | last.key.at(-1)!) + 1
  return linePlace(order, Math.min(sub, 0xffff))
}

export function payloadKey(room: Uint8Array, chainId: Uint8Array, n: number): Uint8Array {
  return concat(room, chainId, u64(n))
}

/** Under which a group's row lies in the tables `group` and `pendingGroup`. */
export function groupRowKey(room: Uint8Array, rowKey: Uint8Array): Uint8Array {
  return concat(room, rowKey)
}

/** The number that a key of `outbox` or `sent` ends in. */
export function localOf(key: Uint8Array): number {
  return new ByteReader(key.subarray(-8)).u64()
}
