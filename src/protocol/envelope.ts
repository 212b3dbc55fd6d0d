/**
 * An entry of a channel as the relay sees it (PROTOCOL.md §9):
 *
 *     entry = kind u8 ‖ blob hash (32, zeros for none) ‖ nonce (24) ‖ sealed
 *
 * Its name, `eid`, is the SHA-256 of exactly these bytes. Hashes are passed in.
 */
import { concat, isZero, u8 } from "../bytes.ts"
import { ProtocolError } from "./errors.ts"

export const ENTRY_KINDS = { message: 1, handshake: 2, letter: 3 } as const
export type EntryKind = keyof typeof ENTRY_KINDS

/** What the relay reads of it. */
export interface EntryHead {
  kind: EntryKind
  /** 32 bytes: the blob that holds the sealed bytes when they do not fit; undefined otherwise. */
  blobHash: Uint8Array | undefined
}

export interface Entry extends EntryHead {
  /** 24 bytes, random per seal. */
  nonce: Uint8Array
  /** Ciphertext and tag; empty when a blob holds them. */
  sealed: Uint8Array
}

const HASH_BYTES = 32
const BLOB_HASH_AT = 1
const NONCE_AT = BLOB_HASH_AT + HASH_BYTES
const SEALED_AT = NONCE_AT + 24
const NO_BLOB = new Uint8Array(HASH_BYTES)

export function encodeEntry(entry: Entry): Uint8Array {
  return concat(u8(ENTRY_KINDS[entry.kind]), entry.blobHash ?? NO_BLOB, entry.nonce, entry.sealed)
}

/** @throws ProtocolError `bad-entry`. Byte fields are views of `bytes`. */
export function decodeEntry(bytes: Uint8Array): Entry {
  const { kind, blobHash } = decodeEntryHead(bytes)
  return { kind, blobHash, nonce: bytes.subarray(NONCE_AT, SEALED_AT), sealed: bytes.subarray(SEALED_AT) }
}

/** The same of what the relay reads. */
export function decodeEntryHead(bytes: Uint8Array): EntryHead {
  const kind = kindOf(bytes[0])
  if (bytes.length < SEALED_AT) throw new ProtocolError("bad-entry", `an entry of ${bytes.length} bytes`)
  const blobHash = bytes.subarray(BLOB_HASH_AT, NONCE_AT)
  return { kind, blobHash: isZero(blobHash) ? undefined : blobHash }
}

const kinds = new Map(Object.entries(ENTRY_KINDS).map(([kind, number]) => [number, kind as EntryKind]))

function kindOf(number: number | undefined): EntryKind {
  const kind = kinds.get(number as (typeof ENTRY_KINDS)[EntryKind])
  if (kind === undefined) throw new ProtocolError("bad-entry", `entry kind ${number}`)
  return kind
}
