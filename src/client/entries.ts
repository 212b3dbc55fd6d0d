/**
 * What an entry of the directory is worth (PROTOCOL.md §8.2, §14.2): checked here, whatever the relay has checked. The
 * entry alone decides whether a person goes on, has handed over to another key, or has been given one by the operator.
 */
import { equalBytes, toHex } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import { labelledHash } from "../crypto/hash.ts"
import { accountIdOf, checkAccountKeys, verifyDeviceCertificate } from "../crypto/identity.ts"
import { verify } from "../crypto/signature.ts"
import type { Millis } from "../platform/clock.ts"
import {
  decodeDirectoryEntry,
  DIRECTORY_KINDS,
  type DirectoryEntry,
  encodeDirectoryEntry,
  encodeDirectoryStatement,
} from "../protocol/directory-entry.ts"
import { ProtocolError } from "../protocol/errors.ts"
import { foldedName, isName } from "../protocol/names.ts"
import type { Trust } from "./events.ts"
import type { Names } from "./name-book.ts"
import type { PersonRecord } from "./person-record.ts"
import { decodeRecordIfSound } from "./records.ts"

/** As many as an honest relay gives to one person. */
const MAX_FORMER_NAMES = 8

/** One account of a person, as it is kept. */
export type Contact = Omit<PersonRecord, "entry"> & { entry: DirectoryEntry }

export type Checked =
  /** Nothing that we do not know. */
  | { kind: "known" }
  /** The account is new, or has a newer entry. @param former the account whose place it takes. */
  | { kind: "contact"; contact: Contact; former?: Contact }
  /** The account has signed two entries of one number: after two losses, or because its key is in two hands. */
  | { kind: "contradiction" }
  /** The key has handed over twice: somebody else holds it. */
  | { kind: "second-successor"; of: Contact }

/**
 * @param get the account as we know it.
 * @returns undefined for an entry that is damaged, badly signed, or does not continue what it says.
 */
export function checkEntry(
  bytes: Uint8Array,
  get: (accountId: Uint8Array) => Contact | undefined,
  now: Millis,
): Checked | undefined {
  try {
    const entry = decodeDirectoryEntry(bytes)
    if (!isSigned(entry)) return undefined
    const known = get(entry.accountId)
    return known ? continued(entry, bytes, known) : begun(entry, get, now)
  } catch (cause) {
    if (cause instanceof ProtocolError || cause instanceof CryptoError) return undefined
    throw cause
  }
}

export function isClosed({ entry }: Pick<Contact, "entry">): boolean {
  return entry.kind === DIRECTORY_KINDS.close
}

/** Whether somebody has this account now. */
export function isCurrent(contact: Contact): boolean {
  return contact.successor === undefined && !isClosed(contact)
}

/** Whether whom this person had verified has another key, and nothing has been decided yet. */
export function isAlarming({ trust, wasVerified, isBlocked }: Contact): boolean {
  return trust === "changed" && wasVerified === true && isBlocked !== true
}

export function hashOfEntry(entry: DirectoryEntry): Uint8Array {
  return labelledHash("directory entry", encodeDirectoryEntry(entry))
}

/** Undefined for a row that makes no sense. */
export function contactOf(row: Uint8Array): Contact | undefined {
  const record = decodeRecordIfSound<PersonRecord>(row)
  try {
    return record && { ...record, entry: decodeDirectoryEntry(record.entry) }
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

export function personRecord(contact: Contact): PersonRecord {
  return { ...contact, entry: encodeDirectoryEntry(contact.entry) }
}

/** All that can be said of an entry by itself. @throws CryptoError for keys that nobody could use. */
function isSigned(entry: DirectoryEntry): boolean {
  const { accountId, accountEd, accountX, accountKem, devices, signature } = entry
  if (!equalBytes(accountId, accountIdOf(accountEd, accountX))) return false
  if (!isName(entry.name) || !hasUsableDevices(entry)) return false
  checkAccountKeys(accountEd, accountX, accountKem)
  if (!verify(accountEd, "directory", encodeDirectoryStatement(entry), signature)) return false
  return devices.every(({ deviceId, authPublic, notAfter, certificate }) =>
    verifyDeviceCertificate(accountEd, accountId, deviceId, authPublic, notAfter, certificate),
  )
}

function continued(entry: DirectoryEntry, bytes: Uint8Array, known: Contact): Checked | undefined {
  const { seq } = known.entry
  // A relay that was restored or replaced lists what we know already.
  if (entry.seq < seq) return { kind: "known" }
  if (entry.seq === seq)
    return equalBytes(bytes, encodeDirectoryEntry(known.entry))
      ? { kind: "known" }
      : { kind: "contradiction" }
  const isNext = entry.kind === DIRECTORY_KINDS.update || entry.kind === DIRECTORY_KINDS.close
  if (!isNext || isClosed(known) || known.successor !== undefined || entry.seq !== seq + 1) return undefined
  return equalBytes(entry.previous, hashOfEntry(known.entry))
    ? { kind: "contact", contact: { ...known, entry, formerNames: formerNames(known, entry.name) } }
    : undefined
}

/** What an account with this name has been called before, in order. */
function formerNames(
  { entry: { name }, formerNames: before = [] }: Contact,
  next: string,
): Contact["formerNames"] {
  if (foldedName(name) === foldedName(next)) return before
  return [...before.filter((each) => foldedName(each) !== foldedName(name)), name].slice(-MAX_FORMER_NAMES)
}

/** What an account is called, if it is somebody's, and what nobody else may be called because it was. */
export function namesOf(contact: Contact): [Names | undefined, readonly string[]] {
  const { entry, alias, formerNames: before = [] } = contact
  if (isClosed(contact)) return [undefined, [...before, entry.name]]
  return [isCurrent(contact) ? { own: entry.name, alias } : undefined, before]
}

/** Whoever has this account now, once a key of theirs has handed over twice: who is who has to be found out. */
export function doubted(newest: Contact): Contact {
  return { ...newest, trust: "changed", wasVerified: hadVerified(newest) }
}

function begun(
  entry: DirectoryEntry,
  get: (accountId: Uint8Array) => Contact | undefined,
  now: Millis,
): Checked | undefined {
  const { origin, kind, seq } = entry
  const unknown: Contact = { entry, trust: "unverified", firstSeenAt: now }
  if (!origin)
    return kind === DIRECTORY_KINDS.register && seq === 0 ? { kind: "contact", contact: unknown } : undefined
  const account = origin.kind === "rotate" ? accountIdOf(origin.accountEd, origin.accountX) : origin.accountId
  if (equalBytes(account, entry.accountId)) return undefined
  if (origin.kind === "rotate" && !verify(origin.accountEd, "rotate", entry.accountId, origin.handover))
    return undefined
  const former = get(account)
  // The directory may have lost the account before; there is nobody then whose trust could go on.
  if (!former) return { kind: "contact", contact: unknown }
  if (foldedName(former.entry.name) !== foldedName(entry.name) || isClosed(former)) return undefined
  if (former.successor !== undefined && !equalBytes(former.successor, entry.accountId))
    return origin.kind === "rotate" ? { kind: "second-successor", of: former } : undefined
  const contact = { ...unknown, origin: { kind: origin.kind, account } }
  if (origin.kind === "replace") return { kind: "contact", contact: replacing(contact, former), former }
  const isAfter = seq > former.entry.seq
  const isNext = seq === former.entry.seq + 1
  // What lies between may have been lost with the relay's disk; nothing of it is needed for a handover.
  if (!isAfter || (isNext && !equalBytes(entry.previous, hashOfEntry(former.entry)))) return undefined
  const { trust, verified, wasVerified, isBlocked, alias, hidden } = former
  const kept = { trust, verified, wasVerified, isBlocked, alias, hidden }
  return { kind: "contact", contact: { ...contact, ...kept }, former }
}

/** What was known of the key before says nothing about this one; only that there was somebody to be mistaken for. */
function replacing(contact: Contact, former: Contact): Contact {
  const { isBlocked, alias, hidden } = former
  return { ...contact, trust: "changed", wasVerified: hadVerified(former), isBlocked, alias, hidden }
}

/** Whether this person had verified the key, or the one before if nothing was decided about this one yet. */
function hadVerified({ trust, wasVerified }: Contact): boolean {
  const isUndecided = trust === "changed" || trust === "later" || trust === "mismatch"
  return trust === "verified" || (isUndecided && wasVerified === true)
}

/** Each once, and at least one as long as the account is somebody's: a chat with this person adds all of them. */
function hasUsableDevices({ devices, kind }: DirectoryEntry): boolean {
  const isNobodys = kind === DIRECTORY_KINDS.close
  return (
    (devices.length === 0) === isNobodys &&
    new Set(devices.map(({ deviceId }) => toHex(deviceId))).size === devices.length
  )
}

/** @param isHandedOver whether the key that it is about is this one, or has handed over to it. */
export function trustShown({ trust, isBlocked }: Contact, isHandedOver: boolean): Trust {
  if (isBlocked === true) return "blocked"
  // Whatever was thought of a key that was replaced: it may have been stolen, and it is not this person's any more.
  if (!isHandedOver) return "replaced"
  if (trust === "mismatch") return "differs"
  return trust === "verified" || trust === "unverified" ? trust : "changed"
}
