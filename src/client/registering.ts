/**
 * By which directory entry a device comes into the directory (PROTOCOL.md §3.3, §8.1): the account's first, or one
 * that puts this device in the place of the devices before it, after a restore.
 */
import { equalBytes } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import { certifyDevice } from "../crypto/identity.ts"
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

export type Registration =
  | { kind: "entry"; entry: Uint8Array }
  /** The account lives on other devices now, and this one is not to put them out. */
  | { kind: "revoked" }
  /** The relay shows what cannot be the account's newest entry. */
  | { kind: "inconsistent" }

/**
 * What to answer `registerFirst` with.
 *
 * @param newest the account's newest entry as the relay has it; empty: it knows none.
 * @param known the newest that we have read.
 * @param mayReplace this device was made to succeed the others.
 */
export function registrationOf(
  identity: Identity,
  newest: Uint8Array,
  known: DirectoryEntry | undefined,
  mayReplace: boolean,
): Registration {
  if (newest.length === 0) return { kind: "entry", entry: entryWithUs(identity, undefined) }
  const last = ownEntry(identity, newest)
  if (last === undefined) return { kind: "inconsistent" }
  if (known && known.seq > last.seq) {
    // An older directory than we have read; when only our own last entry is missing, it goes there once more.
    const isNext = known.seq === last.seq + 1 && equalBytes(known.previous, hashOf(last))
    return isNext && lists(known, identity)
      ? { kind: "entry", entry: encodeDirectoryEntry(known) }
      : { kind: "inconsistent" }
  }
  if (lists(last, identity)) return { kind: "inconsistent" }
  return mayReplace ? { kind: "entry", entry: entryWithUs(identity, last) } : { kind: "revoked" }
}

/** Undefined for anything that this account has not signed. */
function ownEntry({ account }: Identity, bytes: Uint8Array): DirectoryEntry | undefined {
  try {
    const entry = decodeDirectoryEntry(bytes)
    const isOurs =
      equalBytes(entry.accountId, account.accountId) &&
      equalBytes(entry.accountEd, account.ed.public) &&
      equalBytes(entry.accountX, account.x.public)
    return isOurs && verify(account.ed.public, "directory", encodeDirectoryStatement(entry), entry.signature)
      ? entry
      : undefined
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

/** The entry after `last` that lists this device and no other. The name stays: it belongs to the account. */
function entryWithUs(identity: Identity, last: DirectoryEntry | undefined): Uint8Array {
  const { account, device, inboxId, certificateEnd: notAfter } = identity
  const statement: DirectoryStatement = {
    v: 1,
    kind: last ? DIRECTORY_KINDS.update : DIRECTORY_KINDS.register,
    accountId: account.accountId,
    accountEd: account.ed.public,
    accountX: account.x.public,
    accountKem: account.kem.public,
    name: last?.name ?? identity.name,
    seq: last ? last.seq + 1 : 0,
    previous: last ? hashOf(last) : new Uint8Array(32),
    devices: [
      {
        deviceId: device.deviceId,
        authPublic: device.auth.public,
        notAfter,
        inboxId,
        certificate: certifyDevice(account, device.deviceId, device.auth.public, notAfter),
      },
    ],
  }
  const signature = sign(account.ed.secret, "directory", encodeDirectoryStatement(statement))
  return encodeDirectoryEntry({ ...statement, signature })
}

function hashOf(entry: DirectoryEntry): Uint8Array {
  return labelledHash("directory entry", encodeDirectoryEntry(entry))
}

function lists({ devices }: DirectoryEntry, { device }: Identity): boolean {
  return devices.some(({ deviceId }) => equalBytes(deviceId, device.deviceId))
}
