/**
 * What a person says of themselves in the directory (PROTOCOL.md §8), self-signed and chained per person.
 * Decoding proves nothing: `crypto/identity.ts` makes and checks the signatures.
 */
import { BytesError, type ByteReader, type ByteWriter } from "../bytes.ts"
import { ProtocolError } from "./errors.ts"
import {
  decode,
  encode,
  type Field,
  fixed,
  list,
  record,
  type RecordOf,
  text,
  u32,
  u64,
  u8,
} from "./fields.ts"
import { MAX_DIRECTORY_ENTRY_BYTES } from "./messages.ts"

/** Longest name in UTF-8 bytes; 1 to 32 graphemes, checked where names are made. */
export const MAX_NAME_BYTES = 128
export const MAX_DEVICES = 5

/**
 * `rotate`: a person's next key, which the one before signed. `replace`: a new key of somebody who has lost the old
 * one, approved by the relay's operator and by nobody else. `close`: the name is given up; there are no devices.
 */
export const DIRECTORY_KINDS = { register: 1, update: 2, rotate: 3, replace: 4, close: 5 } as const

const device = record({
  deviceId: fixed(16),
  /** Ed25519 key that authenticates to the relay and does nothing else. */
  authPublic: fixed(32),
  /** End of the device certificate, Unix milliseconds. */
  notAfter: u64,
  /** The device's own channel, to which strangers may append letters. */
  inboxId: fixed(32),
  /** `Sign(account, "device", accountId ‖ deviceId ‖ authPublic ‖ notAfter)`. */
  certificate: fixed(64),
})

const body = {
  v: u8,
  kind: u8,
  accountId: fixed(32),
  accountEd: fixed(32),
  accountX: fixed(32),
  /** X-Wing public key: strangers seal letters to it. */
  accountKem: fixed(1_216),
  name: text(MAX_NAME_BYTES),
  /** Counts a person's entries from 0. */
  seq: u32,
  /** `H("directory entry", previous entry)`, zeros for the first. */
  previous: fixed(32),
  devices: list(device, MAX_DEVICES),
}
const plainPart = record(body)
const handoverPart = record({ accountEd: fixed(32), accountX: fixed(32), handover: fixed(64) })
const approvalPart = record({ accountId: fixed(32), approval: fixed(32) })
const signaturePart = fixed(64)

/** Whose place the account takes; an account's first entry alone can say so. */
export type Origin =
  /** The keys before, and `Sign(old account, "rotate", new accountId)`. */
  | ({ kind: "rotate" } & (typeof handoverPart extends Field<infer T> ? T : never))
  /** The account before, and `H("approval", the operator's code)`. */
  | ({ kind: "replace" } & (typeof approvalPart extends Field<infer T> ? T : never))

/** After the plain fields, kinds 3 and 4 have an origin and the others have none. */
const signedPart: Field<DirectoryStatement> = {
  write(to: ByteWriter, statement: DirectoryStatement) {
    const { kind, origin } = statement
    if (origin?.kind !== originKind(kind)) throw new RangeError(`an entry of kind ${kind} without its origin`)
    plainPart.write(to, statement)
    if (origin?.kind === "rotate") handoverPart.write(to, origin)
    if (origin?.kind === "replace") approvalPart.write(to, origin)
  },
  read(from: ByteReader) {
    const plain = plainPart.read(from)
    switch (originKind(plain.kind)) {
      case "rotate":
        return { ...plain, origin: { kind: "rotate", ...handoverPart.read(from) } }
      case "replace":
        return { ...plain, origin: { kind: "replace", ...approvalPart.read(from) } }
      case undefined:
        return plain
    }
  },
}
const whole: Field<DirectoryEntry> = {
  write(to, entry) {
    signedPart.write(to, entry)
    signaturePart.write(to, entry.signature)
  },
  read: (from) => ({ ...signedPart.read(from), signature: signaturePart.read(from) }),
}

function originKind(kind: number): Origin["kind"] | undefined {
  if (kind === DIRECTORY_KINDS.rotate) return "rotate"
  return kind === DIRECTORY_KINDS.replace ? "replace" : undefined
}

export type DirectoryDevice = typeof device extends Field<infer T> ? T : never
export type DirectoryStatement = RecordOf<typeof body> & { origin?: Origin }
export type DirectoryEntry = DirectoryStatement & { signature: Uint8Array }

/** The bytes that `Sign(account, "directory", …)` covers. */
export function encodeDirectoryStatement(statement: DirectoryStatement): Uint8Array {
  return encode(signedPart, statement)
}

export function encodeDirectoryEntry(entry: DirectoryEntry): Uint8Array {
  return encode(whole, entry)
}

/** @throws ProtocolError `bad-directory-entry`. The byte fields are copies. */
export function decodeDirectoryEntry(bytes: Uint8Array): DirectoryEntry {
  if (bytes.length > MAX_DIRECTORY_ENTRY_BYTES) throw new ProtocolError("bad-directory-entry", "too long")
  try {
    const entry = decode(whole, bytes.slice())
    if (entry.v !== 1) throw new ProtocolError("bad-directory-entry", `version ${entry.v}`)
    return entry
  } catch (cause) {
    if (cause instanceof BytesError) throw new ProtocolError("bad-directory-entry", cause.message, { cause })
    throw cause
  }
}
