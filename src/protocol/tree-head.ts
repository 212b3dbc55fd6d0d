/**
 * The shapes around the directory's signed heads (PROTOCOL.md §8.5): what the relay gives out, what clients show to it
 * and to each other, and the first leaf of a log. Decoding proves nothing: `crypto/checkpoint.ts` does.
 */
import { BytesError } from "../bytes.ts"
import { ProtocolError } from "./errors.ts"
import { decode, encode, type Field, fixed, list, record, sized, u64, u8 } from "./fields.ts"

/** Heads of former logs that a log's opening names. */
export const MAX_FORMER_HEADS = 64
export const MAX_OPENING_BYTES = 4_096
/** Heads that a client shows to the relay with one question. */
export const MAX_SHOWN_HEADS = 2
/** Heads that one person tells another at once: of the present log, and of the ones before. */
export const MAX_TOLD_HEADS = 4

/** A signed head with all that somebody needs who knows the relay's own key. */
export const signedHead = record({
  /** Ed25519 key of the relay's heads, and the relay key's word for it. */
  logPublic: fixed(32),
  endorsement: fixed(64),
  log: u64,
  size: u64,
  root: fixed(32),
  signature: fixed(64),
})
export type SignedHead = typeof signedHead extends Field<infer T> ? T : never

/** `encodeHead` gives so many. */
export const HEAD_BYTES = 208

export function encodeHead(head: SignedHead): Uint8Array {
  return encode(signedHead, head)
}

/** @throws ProtocolError `bad-message`. The byte fields are copies. */
export function decodeHead(bytes: Uint8Array): SignedHead {
  return read(signedHead, bytes)
}

const formerHead = record({ log: u64, size: u64, root: fixed(32) })
export type FormerHead = typeof formerHead extends Field<infer T> ? T : never

const openingFields = record({
  v: u8,
  /** 0: no kind of a person's entry. */
  kind: u8,
  /** Unix seconds when it was opened, and above every former log's number. */
  log: u64,
  /** What the relay had shown before, as far as it knows; newest first. */
  former: list(formerHead, MAX_FORMER_HEADS),
})
export interface LogOpening {
  log: number
  former: FormerHead[]
}

/** Leaf 0 of a log. */
export function encodeOpening({ log, former }: LogOpening): Uint8Array {
  return encode(openingFields, { v: 1, kind: 0, log, former })
}

/** @throws ProtocolError `bad-message`. The byte fields are copies. */
export function decodeOpening(bytes: Uint8Array): LogOpening {
  const { v, kind, log, former } = read(openingFields, bytes)
  if (v !== 1 || kind !== 0) throw new ProtocolError("bad-message", `an opening of kind ${v}.${kind}`)
  return { log, former }
}

const told = record({ v: u8, heads: list(signedHead, MAX_TOLD_HEADS) })

/** What is exchanged after a verification: the newest first. */
export function encodeHeads(heads: readonly SignedHead[]): Uint8Array {
  return encode(told, { v: 1, heads: [...heads] })
}

/** @throws ProtocolError `bad-message`. The byte fields are copies. */
export function decodeHeads(bytes: Uint8Array): SignedHead[] {
  const { v, heads } = read(told, bytes)
  if (v !== 1) throw new ProtocolError("bad-message", `heads of version ${v}`)
  return heads
}

/** What the relay remembers of its heads, in a file of its own (§8.6). */
const memory = record({ v: u8, opening: sized(MAX_OPENING_BYTES), last: signedHead })
export interface HeadMemory {
  /** Leaf 0 of the log that it signs heads of. */
  opening: Uint8Array
  /** The last head that was signed. */
  last: SignedHead
}

export function encodeHeadMemory(value: HeadMemory): Uint8Array {
  return encode(memory, { v: 1, ...value })
}

/** @throws ProtocolError `bad-message`. */
export function decodeHeadMemory(bytes: Uint8Array): HeadMemory {
  const { v, opening, last } = read(memory, bytes)
  if (v !== 1) throw new ProtocolError("bad-message", `a memory of version ${v}`)
  return { opening, last }
}

function read<T>(field: Field<T>, bytes: Uint8Array): T {
  try {
    return decode(field, bytes.slice())
  } catch (cause) {
    if (cause instanceof BytesError) throw new ProtocolError("bad-message", cause.message, { cause })
    throw cause
  }
}
