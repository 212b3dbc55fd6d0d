/**
 * By which entry a device comes into the directory (PROTOCOL.md §3.3, §8.1): the account's first, one that puts this
 * device in the place of those before it, after a restore, or one that takes the place of another account.
 */
import { equalBytes } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import { accountIdOf, certifyDevice } from "../crypto/identity.ts"
import { sign, verify } from "../crypto/signature.ts"
import {
  decodeDirectoryEntry,
  DIRECTORY_KINDS,
  type DirectoryEntry,
  type DirectoryStatement,
  encodeDirectoryEntry,
  encodeDirectoryStatement,
} from "../protocol/directory-entry.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Identity } from "./context.ts"
import { hashOfEntry } from "./entries.ts"
import { foldedName } from "../protocol/names.ts"

export type Registration =
  | { kind: "entry"; entry: Uint8Array }
  /** The operator's code has to be shown; the answer says whose place is taken. */
  | { kind: "approval"; code: Uint8Array; entryAfter: (newest: Uint8Array) => Uint8Array | undefined }
  /** The account lives on other devices now, and this one is not to put them out. */
  | { kind: "revoked" }
  /** Our name has another key now. */
  | { kind: "replaced" }
  /** We have closed the account. */
  | { kind: "closed" }
  /** The relay shows what cannot be the account's newest entry. */
  | { kind: "inconsistent" }

/**
 * What to answer `registerFirst` with.
 *
 * @param newest the account's newest entry as the relay has it; empty: it knows none.
 * @param known the newest that we have read.
 * @param may what this device was made for: to succeed the others, or to take a lost key's place with this code; and
 * whether we know that an account is somebody else's.
 */
export function registrationOf(
  identity: Identity,
  newest: Uint8Array,
  known: DirectoryEntry | undefined,
  may: {
    mayReplace: boolean
    approval: Uint8Array | undefined
    isOther: (accountId: Uint8Array) => boolean
  },
): Registration {
  if (newest.length === 0) return firstEntry(identity, known, may.approval)
  const last = readable(newest)
  if (last === undefined) return { kind: "inconsistent" }
  // Whoever has come after us has it now, under whatever name: what is here may be older than both.
  if (!equalBytes(last.accountId, identity.account.accountId)) {
    if (may.isOther(last.accountId)) return { kind: "inconsistent" }
    return { kind: last.kind === DIRECTORY_KINDS.close ? "closed" : "replaced" }
  }
  if (known && known.seq > last.seq) {
    // An older directory than we have read; when only our own last entry is missing, it goes there once more.
    const isNext = known.seq === last.seq + 1 && equalBytes(known.previous, hashOfEntry(last))
    return isNext && lists(known, identity)
      ? { kind: "entry", entry: encodeDirectoryEntry(known) }
      : { kind: "inconsistent" }
  }
  if (last.kind === DIRECTORY_KINDS.close) return { kind: "closed" }
  if (lists(last, identity)) return { kind: "inconsistent" }
  if (!may.mayReplace) return { kind: "revoked" }
  const { name, seq } = last
  const place = { kind: DIRECTORY_KINDS.update, name, seq: seq + 1, previous: hashOfEntry(last) }
  return { kind: "entry", entry: signedEntry(identity, place) }
}

/** The relay has never heard of this account, or has lost it. */
function firstEntry(
  identity: Identity,
  known: DirectoryEntry | undefined,
  code: Uint8Array | undefined,
): Registration {
  if (code !== undefined)
    return { kind: "approval", code, entryAfter: (newest) => replacement(identity, newest, code) }
  // What the key before has signed is signed for ever.
  const place =
    known?.origin?.kind === "rotate"
      ? { kind: known.kind, name: known.name, seq: known.seq, previous: known.previous, origin: known.origin }
      : { kind: DIRECTORY_KINDS.register, name: identity.name, seq: 0, previous: new Uint8Array(32) }
  return { kind: "entry", entry: signedEntry(identity, place) }
}

/** Undefined for an entry that cannot be the one of our name. */
function replacement(identity: Identity, newest: Uint8Array, code: Uint8Array): Uint8Array | undefined {
  const last = readable(newest)
  if (!last || foldedName(last.name) !== foldedName(identity.name)) return undefined
  const { accountId, name, seq } = last
  return signedEntry(identity, {
    kind: DIRECTORY_KINDS.replace,
    name,
    seq: seq + 1,
    previous: hashOfEntry(last),
    origin: { kind: "replace", accountId, approval: labelledHash("approval", code) },
  })
}

/** The last entry of our account. @param last the newest. */
export function closingEntry(identity: Identity, last: DirectoryEntry): Uint8Array {
  const { name, seq } = last
  const place = { kind: DIRECTORY_KINDS.close, name, seq: seq + 1, previous: hashOfEntry(last) }
  return signedEntry(identity, place, [])
}

/** The next entry of our account, with another name. @param last the newest. */
export function renamingEntry(identity: Identity, last: DirectoryEntry, name: string): Uint8Array {
  const place = { kind: DIRECTORY_KINDS.update, name, seq: last.seq + 1, previous: hashOfEntry(last) }
  return signedEntry(identity, place)
}

/** Undefined for anything that its own account has not signed. */
function readable(bytes: Uint8Array): DirectoryEntry | undefined {
  try {
    const entry = decodeDirectoryEntry(bytes)
    const isSound = equalBytes(entry.accountId, accountIdOf(entry.accountEd, entry.accountX))
    return isSound && verify(entry.accountEd, "directory", encodeDirectoryStatement(entry), entry.signature)
      ? entry
      : undefined
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

/** An entry of ours at this place, which lists this device and no other. The name stays: it belongs to the person. */
export function signedEntry(
  { account, device, inboxId, certificateEnd: notAfter }: Omit<Identity, "name" | "signer">,
  place: Pick<DirectoryStatement, "kind" | "name" | "seq" | "previous" | "origin">,
  devices: DirectoryStatement["devices"] = [
    {
      deviceId: device.deviceId,
      authPublic: device.auth.public,
      notAfter,
      inboxId,
      certificate: certifyDevice(account, device.deviceId, device.auth.public, notAfter),
    },
  ],
): Uint8Array {
  const statement: DirectoryStatement = {
    v: 1,
    accountId: account.accountId,
    accountEd: account.ed.public,
    accountX: account.x.public,
    accountKem: account.kem.public,
    devices,
    ...place,
  }
  const signature = sign(account.ed.secret, "directory", encodeDirectoryStatement(statement))
  return encodeDirectoryEntry({ ...statement, signature })
}

function lists({ devices }: DirectoryEntry, { device }: Identity): boolean {
  return devices.some(({ deviceId }) => equalBytes(deviceId, device.deviceId))
}
