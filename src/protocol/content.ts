/**
 * What is inside once opened: the payload chain and its contents (PROTOCOL.md §13).
 *
 *     payload = v u8 ‖ chainId 16 ‖ n u64 ‖ prev 32 ‖ continues ‖ frontier ‖ content
 *
 * A payload's bytes are fixed once its counter is taken: a message sealed again is the same payload.
 */
import { ByteReader, BytesError } from "../bytes.ts"
import { ProtocolError } from "./errors.ts"
import {
  decode,
  encode,
  type Field,
  fixed,
  list,
  record,
  type RecordOf,
  rest,
  sized,
  text,
  u32,
  u64,
  u8,
} from "./fields.ts"
import { COMPARISON_CONTENTS } from "./comparison.ts"
import { type MessageRef, remarkContents, REMARKS } from "./remarks.ts"
import { VERIFICATION_CONTENTS } from "./verification.ts"
import { type SignedHead, signedHead } from "./tree-head.ts"

/** Longest message text in UTF-8 bytes. */
export const MAX_TEXT_BYTES = 16_384
/** Highest number of a payload in its chain: what is computed from it still fits every field. */
export const MAX_PAYLOAD_NUMBER = 2 ** 48
export const MAX_FRONTIER = 16
export const MAX_RECEIPT_CHAINS = 64
export const MAX_BEACON_ROOMS = 16
export const MAX_STARTS = 16
/** Ranges in one question, and payloads in one answer. */
export const MAX_ASKED_RANGES = 64
export const MAX_ANSWERED = 64
/** Of an asker's key, as the answer names it. */
export const KEY_NAME_BYTES = 8
/** Longest answer that only its asker reads: `MAX_PAYLOAD_BYTES` less what stands around it. */
export const MAX_PRIVATE_ANSWER_BYTES = 19_000
/** Longest payload that is answered with: a text of `MAX_TEXT_BYTES` with everything around it. */
export const MAX_PAYLOAD_BYTES = 20_000

const answered = record({ payloads: list(sized(MAX_PAYLOAD_BYTES), MAX_ANSWERED) })

const chainLink = record({ chainId: fixed(16), n: u64, hash: fixed(32) })
/** By the starts of a chain's id and of a payload's hash: a leaf may have had another chain before. */
const seen = record({ chain: fixed(8), n: u64, hash: fixed(8) })

const chainReceipt = record({ chainId: fixed(16), delivered: u64, read: u64 })
export type ChainReceipt = typeof chainReceipt extends Field<infer T> ? T : never
/** `from` to `to`, both included. */
const range = record({ chainId: fixed(16), from: u64, to: u64 })
export type PayloadRange = typeof range extends Field<infer T> ? T : never
/** `room` is the start of `H("room", channelId)`, `incarnation` the start of its log's. */
const roomHead = record({
  room: fixed(8),
  incarnation: fixed(8),
  epoch: u64,
  authenticator: fixed(8),
  seq: u64,
  head: fixed(32),
})
export type RoomHead = typeof roomHead extends Field<infer T> ? T : never
const start = record({ leaf: u32, n: u64 })
export type ChainStart = typeof start extends Field<infer T> ? T : never

const payloadFields = {
  v: u8,
  /** Random, new with every new leaf. */
  chainId: fixed(16),
  n: u64,
  /** `H("payload", …)` of the chain's previous payload; zeros for n = 0. */
  previous: fixed(32),
  /** The chain that this one continues; only in n = 0. */
  continues: list(chainLink, 1),
  /** The newest payloads that the author has seen from others: a hint, never an accusation. */
  frontier: list(seen, MAX_FRONTIER),
}
const payload = record({ ...payloadFields, content: rest })

export type Payload = Omit<RecordOf<typeof payloadFields>, "v"> & { content: Content }

/** `sentAt` and all other times are Unix milliseconds of the author's clock: shown, never believed. */
const contents = {
  text: [1, record({ messageId: fixed(16), sentAt: u64, text: text(MAX_TEXT_BYTES) })],
  /** Of each chain: how many payloads reached this device, and how many its person has seen. Cumulative. */
  receipt: [2, record({ chains: list(chainReceipt, MAX_RECEIPT_CHAINS) })],
  /** "I am here" (§12.3, §13.6). */
  beacon: [3, record({})],
  /** Payloads that have not arrived here (§13.5), and an X-Wing key of this question's own. */
  ask: [4, record({ ranges: list(range, MAX_ASKED_RANGES), key: fixed(1_216) })],
  /** Payloads of one chain as their author fixed them, numbers ascending without a hole: the chain's hashes vouch for them. */
  answer: [5, answered],
  /** The author of a chain says that these will not come: they are too old, or were deleted. */
  unavailable: [6, range],
  /** The same as an answer, for whoever brought the key that begins so, and nobody else. */
  privateAnswer: [8, record({ to: fixed(KEY_NAME_BYTES), sealed: sized(MAX_PRIVATE_ANSWER_BYTES) })],
  ...COMPARISON_CONTENTS,
  ...VERIFICATION_CONTENTS,
  ...remarkContents(MAX_TEXT_BYTES),
} as const

type Contents = typeof contents
type Encoded = {
  [K in keyof Contents]: { type: K } & (Contents[K][1] extends Field<infer T> ? T : never)
}[keyof Contents]
/** A reply is a text that names what it answers. */
export type TextContent = Extract<Encoded, { type: "text" }> & { replyTo?: MessageRef | undefined }
export type Content = Exclude<Encoded, { type: "text" | "reply" }> | TextContent

export type VerificationContent = Extract<Content, { type: keyof typeof VERIFICATION_CONTENTS }>

export function isVerification(content: { type: string }): content is VerificationContent {
  return content.type in VERIFICATION_CONTENTS
}

export type ComparisonContent = Extract<Content, { type: keyof typeof COMPARISON_CONTENTS }>

export type RemarkContent = Extract<Content, { about: MessageRef }>

/** Whether it is about a message that is there already. */
export function isRemark(content: { type: string }): content is RemarkContent {
  return REMARKS.has(content.type)
}

/** Whether people say it: it is worth a receipt, and worth being said again. */
export function isSaid(content: { type: string }): content is TextContent | RemarkContent {
  return content.type === "text" || isRemark(content)
}

export function encodePayload(value: Payload): Uint8Array {
  const isReply = value.content.type === "text" && value.content.replyTo !== undefined
  const [number, field] = contents[isReply ? "reply" : value.content.type] as readonly [
    number,
    Field<Content>,
  ]
  const body = encode(record({ number: u8, fields: field }), { number, fields: value.content })
  return encode(payload, { v: 1, ...value, content: body })
}

/** @throws ProtocolError `bad-payload`. The byte fields are copies. */
export function decodePayload(bytes: Uint8Array): Payload {
  try {
    const { v, ...fields } = decode(payload, bytes.slice())
    if (v !== 1) throw new ProtocolError("bad-payload", `version ${v}`)
    if (fields.n > MAX_PAYLOAD_NUMBER) throw new ProtocolError("bad-payload", `payload number ${fields.n}`)
    return { ...fields, content: decodeContent(fields.content) }
  } catch (cause) {
    if (cause instanceof BytesError) throw new ProtocolError("bad-payload", cause.message, { cause })
    throw cause
  }
}

function decodeContent(bytes: Uint8Array): Content {
  const from = new ByteReader(bytes)
  const number = from.u8()
  for (const [type, [known, field]] of Object.entries(contents)) {
    if (known !== number) continue
    const fields = decode(field as Field<object>, from.rest())
    return { ...fields, type: type === "reply" ? "text" : type } as Content
  }
  throw new ProtocolError("bad-payload", `content type ${number}`)
}

/** What is sealed inside a `privateAnswer`. */
export function encodeAnswered(payloads: Uint8Array[]): Uint8Array {
  return encode(answered, { payloads })
}

/** @throws ProtocolError `bad-payload`. */
export function decodeAnswered(bytes: Uint8Array): Uint8Array[] {
  return readOrBadPayload(answered, bytes).payloads
}

/** What the author had read when it sealed; signed and sealed, not part of the payload's hash (§13.2). */
const binding = record({
  v: u8,
  incarnation: fixed(8),
  seq: u64,
  head: fixed(32),
  starts: list(start, MAX_STARTS),
  rooms: list(roomHead, MAX_BEACON_ROOMS),
  directory: list(signedHead, 1),
})
export interface Binding {
  /** The start of the log's incarnation. */
  incarnation: Uint8Array
  seq: number
  head: Uint8Array
  /** Of members that have confirmed nothing of the author's chain yet: how many payloads it had when they came. */
  starts: readonly ChainStart[]
  /** In direct chats, with a beacon: where the author is in rooms that both are in (§13.6). */
  rooms: readonly RoomHead[]
  /** The newest head of the relay's directory that the author believes, when the readers may not know it (§8.6). */
  directory: readonly SignedHead[]
}

export function encodeBinding({ incarnation, seq, head, starts, rooms, directory }: Binding): Uint8Array {
  const lists = { starts: [...starts], rooms: [...rooms], directory: [...directory] }
  return encode(binding, { v: 1, incarnation, seq, head, ...lists })
}

/** @throws ProtocolError `bad-payload`. */
export function decodeBinding(bytes: Uint8Array): Binding {
  try {
    const { v, ...fields } = decode(binding, bytes.slice())
    if (v !== 1) throw new ProtocolError("bad-payload", `a binding of version ${v}`)
    return fields
  } catch (cause) {
    if (cause instanceof BytesError) throw new ProtocolError("bad-payload", cause.message, { cause })
    throw cause
  }
}

/** The bytes that MLS carries in one entry, told apart by the form byte of the seal (§9.2). */
export const FORMS = { mls: 1, opening: 2, creation: 3 } as const

/** Position 0 of a direct chat (§11). */
const opening = record({ accountId: fixed(32), deviceId: fixed(16), welcome: rest })
export type Opening = RecordOf<{
  accountId: Field<Uint8Array>
  deviceId: Field<Uint8Array>
  welcome: Field<Uint8Array>
}>

export function encodeOpening(value: Opening): Uint8Array {
  return encode(opening, value)
}

/** @throws ProtocolError `bad-payload`. */
export function decodeOpening(bytes: Uint8Array): Opening {
  return readOrBadPayload(opening, bytes)
}

/** What a link room's sealed header holds (§12.1). `cursor` and `head` are the author's when it made the header. */
const header = record({
  channelId: fixed(32),
  generation: u32,
  position: u64,
  incarnation: fixed(16),
  cursor: u64,
  head: fixed(32),
  openToken: fixed(32),
  appendToken: fixed(32),
  externalKey: fixed(32),
  groupInfo: rest,
})
export type RoomHeader = typeof header extends Field<infer T> ? T : never

export function encodeRoomHeader(value: RoomHeader): Uint8Array {
  return encode(header, value)
}

/** @throws ProtocolError `bad-payload`. */
export function decodeRoomHeader(bytes: Uint8Array): RoomHeader {
  return readOrBadPayload(header, bytes)
}

export const MAX_LETTER_BODY_BYTES = 16_000

/** An inbox letter once opened (§11.4); the signature covers all that precedes it, the recipient included. */
const letterBody = {
  to: fixed(32),
  from: fixed(32),
  /** The writer's device: whom an answer goes to. */
  deviceId: fixed(16),
  kind: u8,
  /** The direct chat's counter r. */
  counter: u32,
  /** What the kind needs; empty for most. */
  body: sized(MAX_LETTER_BODY_BYTES),
}
const letter = record({ ...letterBody, signature: fixed(64) })
const letterSigned = record(letterBody)
export const LETTER_KINDS = {
  hint: 1,
  reopen: 2,
  "ask-group": 3,
  "group-info": 4,
  "ask-link": 20,
  link: 21,
} as const
export type Letter = typeof letter extends Field<infer T> ? T : never

export function encodeLetter(value: Letter): Uint8Array {
  return encode(letter, value)
}

/** The bytes that `Sign(account, "inbox", …)` covers. */
export function letterStatement(value: Omit<Letter, "signature">): Uint8Array {
  return encode(letterSigned, value)
}

/** @throws ProtocolError `bad-payload`. */
export function decodeLetter(bytes: Uint8Array): Letter {
  return readOrBadPayload(letter, bytes)
}

/** The body of a `group-info` letter (§11.6): what a member that lost its group state comes back with. */
const groupInfoBody = record({
  position: u64,
  appendToken: fixed(32),
  externalKey: fixed(32),
  groupInfo: rest,
})
export type GroupInfoBody = typeof groupInfoBody extends Field<infer T> ? T : never

export function encodeGroupInfo(value: GroupInfoBody): Uint8Array {
  return encode(groupInfoBody, value)
}

/** @throws ProtocolError `bad-payload`. */
export function decodeGroupInfo(bytes: Uint8Array): GroupInfoBody {
  return readOrBadPayload(groupInfoBody, bytes)
}

/** The body of a `link` letter (§12.5): the present link of a room, for a member that knows only a former one. */
const linkBody = record({ channelId: fixed(32), generation: u32, secret: fixed(32) })
export type LinkBody = typeof linkBody extends Field<infer T> ? T : never

export function encodeLinkBody(value: LinkBody): Uint8Array {
  return encode(linkBody, value)
}

/** @throws ProtocolError `bad-payload`. */
export function decodeLinkBody(bytes: Uint8Array): LinkBody {
  return readOrBadPayload(linkBody, bytes)
}

function readOrBadPayload<T>(field: Field<T>, bytes: Uint8Array): T {
  try {
    return decode(field, bytes.slice())
  } catch (cause) {
    if (cause instanceof BytesError) throw new ProtocolError("bad-payload", cause.message, { cause })
    throw cause
  }
}
