/**
 * The outer seal: what the relay is given instead of MLS messages and headers (PROTOCOL.md §9, §12).
 *
 *     entry  = kind u8 ‖ blob hash 32 or zeros ‖ nonce 24 ‖ XChaCha20-Poly1305(K, nonce, pad(form u8 ‖ body), aad)
 *     aad    = "secure-chat/v1 entry" ‖ kind ‖ channelId ‖ blob hash
 *     blob   = nonce 24 ‖ XChaCha20-Poly1305(K, nonce, pad(body), "secure-chat/v1 blob" ‖ channelId)
 *     header = nonce 24 ‖ XChaCha20-Poly1305(L.header, nonce, pad(plain), "secure-chat/v1 header" ‖ headerId ‖ u64 position)
 *
 * A blob cannot name its own hash, so it is sealed by itself; the entry that refers to it has a small sealed part
 * (the form, no body) whose aad binds kind, channel and hash. The entry's seal is what vouches for the pair.
 * A nonce is random and stays with its ciphertext: a retry is the same bytes.
 */
import { concat, isZero, u64, u8, utf8 } from "../bytes.ts"
import type { Random } from "../platform/random.ts"
import { BLOB_STEP_BYTES, bucketFor, LARGEST_BUCKET, padTo, unpad } from "./padding.ts"
import { XCHACHA_NONCE_BYTES, XCHACHA_TAG_BYTES, xchachaOpen, xchachaSeal } from "./sodium.ts"

/** Longest body inside an entry: the largest bucket without the form and the padding mark. A longer one goes to a blob. */
export const MAX_INLINE_BODY_BYTES = LARGEST_BUCKET - 2

const NO_BLOB = new Uint8Array(32)
const ENTRY_AAD = utf8("secure-chat/v1 entry")
const BLOB_AAD = utf8("secure-chat/v1 blob")
const HEADER_AAD = utf8("secure-chat/v1 header")
const SEAL_BYTES = XCHACHA_NONCE_BYTES + XCHACHA_TAG_BYTES

/** Which key, and what the seal binds besides the bytes. */
export interface EnvelopeContext {
  /** The entry's first byte. */
  kind: number
  /** 32 bytes. */
  key: Uint8Array
  /** 32 bytes; bound, not sent. */
  channelId: Uint8Array
  /** 32 bytes; the blob that holds the body. */
  blobHash?: Uint8Array | undefined
}

/**
 * @param envelope.form what the body is, one byte.
 * @param envelope.body at most `MAX_INLINE_BODY_BYTES`, else RangeError; empty when a blob holds it.
 * @returns `bucket` is the padded size in bytes.
 */
export function sealEnvelope(
  envelope: EnvelopeContext & { form: number; body: Uint8Array; random: Random },
): { nonce: Uint8Array; sealed: Uint8Array; bucket: number } {
  const { key, form, body, random } = envelope
  if (body.length > MAX_INLINE_BODY_BYTES)
    throw new RangeError(`a body of ${body.length} bytes belongs in a blob`)
  const bucket = bucketFor(1 + body.length)
  const nonce = random.bytes(XCHACHA_NONCE_BYTES)
  return {
    nonce,
    sealed: xchachaSeal(key, nonce, entryAad(envelope), padTo(concat(u8(form), body), bucket)),
    bucket,
  }
}

/** Undefined when it does not open, whatever the reason. `body` is the caller's. */
export function openEnvelope(
  envelope: EnvelopeContext & { nonce: Uint8Array; sealed: Uint8Array },
): { form: number; body: Uint8Array } | undefined {
  if (envelope.nonce.length !== XCHACHA_NONCE_BYTES) return undefined
  const padded = xchachaOpen(envelope.key, envelope.nonce, entryAad(envelope), envelope.sealed)
  const plain = padded && unpad(padded)
  const form = plain?.[0]
  return plain === undefined || form === undefined ? undefined : { form, body: plain.subarray(1) }
}

/** @returns the whole blob, a multiple of 64 KiB; its SHA-256 is its name. */
export function sealBlob(blob: {
  key: Uint8Array
  channelId: Uint8Array
  body: Uint8Array
  random: Random
}): Uint8Array {
  const { key, channelId, body, random } = blob
  const size = Math.ceil((body.length + 1 + SEAL_BYTES) / BLOB_STEP_BYTES) * BLOB_STEP_BYTES
  const nonce = random.bytes(XCHACHA_NONCE_BYTES)
  return concat(nonce, xchachaSeal(key, nonce, concat(BLOB_AAD, channelId), padTo(body, size - SEAL_BYTES)))
}

/** Undefined when it does not open. The caller has compared the blob's hash with the entry's. */
export function openBlob(blob: {
  key: Uint8Array
  channelId: Uint8Array
  bytes: Uint8Array
}): Uint8Array | undefined {
  return openPrefixed(blob.key, concat(BLOB_AAD, blob.channelId), blob.bytes)
}

/** @param position the handshake position that the header was made at. @returns nonce ‖ sealed. */
export function sealHeader(
  key: Uint8Array,
  headerId: Uint8Array,
  position: number,
  plain: Uint8Array,
  random: Random,
): Uint8Array {
  const nonce = random.bytes(XCHACHA_NONCE_BYTES)
  const padded = padTo(plain, bucketFor(plain.length))
  return concat(nonce, xchachaSeal(key, nonce, headerAad(headerId, position), padded))
}

/** Undefined when it does not open, also when it was made at another position. */
export function openHeader(
  key: Uint8Array,
  headerId: Uint8Array,
  position: number,
  bytes: Uint8Array,
): Uint8Array | undefined {
  return openPrefixed(key, headerAad(headerId, position), bytes)
}

function openPrefixed(key: Uint8Array, aad: Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < SEAL_BYTES) return undefined
  const padded = xchachaOpen(
    key,
    bytes.subarray(0, XCHACHA_NONCE_BYTES),
    aad,
    bytes.subarray(XCHACHA_NONCE_BYTES),
  )
  return padded && unpad(padded)
}

function entryAad({ kind, channelId, blobHash }: EnvelopeContext): Uint8Array {
  // Zeros say "no blob": a hash of zeros would be a second spelling of that.
  if (blobHash !== undefined && isZero(blobHash)) throw new RangeError("a blob hash of zeros")
  return concat(ENTRY_AAD, u8(kind), channelId, blobHash ?? NO_BLOB)
}

function headerAad(headerId: Uint8Array, position: number): Uint8Array {
  return concat(HEADER_AAD, headerId, u64(position))
}
