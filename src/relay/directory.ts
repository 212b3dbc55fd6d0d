/**
 * The directory (PROTOCOL.md §8): an append-only list of what people say of themselves, self-signed and chained
 * per person. The relay checks each entry before it goes in, so that honest readers are spared the rest; it is
 * not trusted to have done so. The index in memory is rebuilt from the list at every start.
 */
import { equalBytes, toHex } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import { verify } from "../crypto/signature.ts"
import type { Millis } from "../platform/clock.ts"
import {
  decodeDirectoryEntry,
  DIRECTORY_KINDS,
  type DirectoryDevice,
  type DirectoryEntry,
  encodeDirectoryStatement,
} from "../protocol/directory-entry.ts"
import { ProtocolError, type Refusal } from "../protocol/errors.ts"
import { deviceCertificateTranscript } from "../protocol/hello.ts"
import { MAX_DIRECTORY_ENTRY_BYTES, MAX_DIRECTORY_PAGE, type Of } from "../protocol/messages.ts"
import { skeleton, skeletons } from "../protocol/name-skeleton.ts"
import { foldedName, isName } from "../protocol/names.ts"
import { StoreError } from "./errors.ts"
import { isSmallOrderPoint } from "./small-order.ts"
import type { RelayStore } from "./store.ts"
import { mayContinue, mayFollow, predecessorOf, type ShownApproval, UsedApprovals } from "./succession.ts"

/** Names that one person ever has: each is taken from everybody else for good. */
export const MAX_NAMES_EACH = 8
/** Entries of one answer: sixteen of the longest do not fit a frame. */
const PAGE_BYTES = 60_000

export interface Person {
  accountId: Uint8Array
  /** `accountId` in hex. */
  key: string
  accountEd: Uint8Array
  accountX: Uint8Array
  name: string
  seq: number
  /** Where the newest entry stands in the list. */
  index: number
  /** Where all of them stand, oldest first. */
  indexes: readonly number[]
  /** H("directory entry", newest entry). */
  entryHash: Uint8Array
  /** None once the account was closed, or another has taken its place. */
  devices: readonly DirectoryDevice[]
  isClosed: boolean
  /** `key` of the account that has taken this one's place. */
  successor: string | undefined
  /** `key` of the first account of this person. */
  root: string
}

/** An entry that was checked, with the account whose place it takes; or why it was not taken. */
export type Checked =
  | { kind: "fits"; entry: DirectoryEntry; before: Person | undefined }
  | { kind: "refused"; code: Refusal }

export class Directory {
  readonly #store: RelayStore
  #people = new Map<string, Person>()
  /** Skeleton of a name → account that had it first; a name or its look-alike is never given to anybody else. */
  #names = new Map<string, string>()
  /** Account that somebody had first → the names they ever had, folded. */
  #namesOf = new Map<string, Set<string>>()
  /** Inbox channel → the device that reads it, also of devices that are gone. */
  #inboxes = new Map<string, string>()
  /** Every device that was ever listed. */
  #devices = new Set<string>()
  readonly #usedApprovals = new UsedApprovals()
  #size = 0

  constructor(store: RelayStore) {
    this.#store = store
    this.reload()
  }

  /** Number of entries; the next one gets this index. */
  get size(): number {
    return this.#size
  }

  get people(): number {
    return this.#people.size
  }

  person(accountId: Uint8Array): Person | undefined {
    return this.#people.get(toHex(accountId))
  }

  /** Who has a name now; undefined when nobody has, or it was given up. */
  bearer(name: string): Person | undefined {
    const first = this.#people.get(this.#names.get(skeleton(foldedName(name))) ?? "")
    const holder = first && this.newest(first)
    return holder?.isClosed === false && foldedName(holder.name) === foldedName(name) ? holder : undefined
  }

  /** Everybody whose id fits, as the newest of their accounts. */
  byId(fits: (accountId: Uint8Array) => boolean): Person[] {
    const found = [...this.#people.values()].filter(({ accountId }) => fits(accountId))
    return [...new Set(found.map((person) => this.newest(person)))]
  }

  /** The newest account of whoever this was. */
  newest(person: Person): Person {
    let newest = person
    while (newest.successor !== undefined) newest = this.#people.get(newest.successor)!
    return newest
  }

  /** Whether a code was good for an entry before. */
  isUsedApproval(hash: Uint8Array): boolean {
    return this.#usedApprovals.has(hash)
  }

  /** `deviceKey` of the only device that may read this channel; undefined for ordinary channels. */
  inboxOwner(channelKey: string): string | undefined {
    return this.#inboxes.get(channelKey)
  }

  /** A device that an entry listed and a later one does not: it never comes back. */
  isRemoved({ accountId, devices }: Person, deviceId: Uint8Array): boolean {
    return (
      this.#devices.has(deviceKey(accountId, deviceId)) &&
      !devices.some((device) => equalBytes(device.deviceId, deviceId))
    )
  }

  /** A person's newest entry, as it came. */
  entryOf({ index }: Person): Uint8Array {
    return this.#store.readDirectory(index, 1, MAX_DIRECTORY_ENTRY_BYTES)[0]!
  }

  page(from: number): Uint8Array[] {
    return this.#store.readDirectory(from, MAX_DIRECTORY_PAGE, PAGE_BYTES)
  }

  /**
   * Whether these bytes may become the next entry.
   *
   * @param isUsedChannel whether a channel is already something else than an inbox.
   * @param shown what the connection that brings it has shown.
   */
  check(
    bytes: Uint8Array,
    isUsedChannel: (channelId: Uint8Array) => boolean,
    shown?: ShownApproval,
  ): Checked {
    let entry: DirectoryEntry
    try {
      entry = decodeDirectoryEntry(bytes)
    } catch (cause) {
      if (cause instanceof ProtocolError) return refused("bad-directory-entry")
      throw cause
    }
    const known = this.person(entry.accountId)
    const before = known || !entry.origin ? undefined : this.person(predecessorOf(entry.origin))
    if (!isName(entry.name) || !this.#isNext(entry, known, before, shown) || !isSelfSigned(entry))
      return refused("bad-directory-entry")
    // A successor has the name, and whoever ends keeps it to the end.
    const isNamed = before ?? (entry.kind === DIRECTORY_KINDS.close ? known : undefined)
    if (isNamed && foldedName(isNamed.name) !== foldedName(entry.name)) return refused("bad-directory-entry")
    const accountKey = toHex(entry.accountId)
    if (known && entry.devices.some(({ deviceId }) => this.isRemoved(known, deviceId)))
      return refused("bad-directory-entry")
    for (const device of entry.devices) {
      const channelKey = toHex(device.inboxId)
      const owner = this.#inboxes.get(channelKey)
      const mine = deviceKey(entry.accountId, device.deviceId)
      // Nobody may turn somebody else's channel into an inbox, which would shut its readers out.
      if (owner === undefined ? isUsedChannel(device.inboxId) : owner !== mine)
        return refused("bad-directory-entry")
    }
    const root = (known ?? before)?.root ?? accountKey
    if (skeletons(entry.name).some((key) => (this.#names.get(key) ?? root) !== root))
      return refused("name-taken")
    const had = this.#namesOf.get(root)
    if (had && had.size >= MAX_NAMES_EACH && !had.has(foldedName(entry.name))) return refused("quota")
    return { kind: "fits", entry, before }
  }

  /** Appends a checked entry. Staged like every write: a failed commit is followed by `reload`. */
  add(bytes: Uint8Array, entry: DirectoryEntry): Person {
    this.#store.addDirectoryEntry(this.#size, bytes)
    return this.#index(bytes, entry)
  }

  /** Reads everything anew. @throws StoreError `damaged`: without the directory nobody can be told apart. */
  reload(): void {
    this.#people = new Map()
    this.#names = new Map()
    this.#namesOf = new Map()
    this.#inboxes = new Map()
    this.#devices = new Set()
    this.#usedApprovals.clear()
    this.#size = 0
    const total = this.#store.directorySize()
    while (this.#size < total) {
      const page = this.#store.readDirectory(this.#size, 1_000, 4_000_000)
      if (page.length === 0) throw new StoreError("damaged", `directory entry ${this.#size} is missing`)
      for (const bytes of page) this.#index(bytes, storedEntry(bytes))
    }
  }

  #isNext(
    entry: DirectoryEntry,
    known: Person | undefined,
    before: Person | undefined,
    shown: ShownApproval | undefined,
  ): boolean {
    if (known !== undefined) return mayContinue(entry, known)
    const { origin } = entry
    if (origin !== undefined) {
      const isUsed = origin.kind === "replace" && this.#usedApprovals.has(origin.approval)
      return !isUsed && entry.devices.length > 0 && mayFollow({ ...entry, origin }, before, shown)
    }
    return (
      entry.kind === DIRECTORY_KINDS.register &&
      entry.devices.length > 0 &&
      entry.seq === 0 &&
      entry.previous.every((byte) => byte === 0)
    )
  }

  #index(bytes: Uint8Array, entry: DirectoryEntry): Person {
    const before = entry.origin && this.person(predecessorOf(entry.origin))
    const known = this.person(entry.accountId)
    const person: Person = {
      accountId: entry.accountId,
      key: toHex(entry.accountId),
      accountEd: entry.accountEd,
      accountX: entry.accountX,
      name: entry.name,
      seq: entry.seq,
      index: this.#size,
      indexes: [...(this.#people.get(toHex(entry.accountId))?.indexes ?? []), this.#size],
      entryHash: labelledHash("directory entry", bytes),
      devices: entry.devices,
      isClosed: entry.kind === DIRECTORY_KINDS.close,
      successor: undefined,
      root: known?.root ?? before?.root ?? toHex(entry.accountId),
    }
    this.#people.set(person.key, person)
    if (before) this.#people.set(before.key, { ...before, devices: [], successor: person.key })
    this.#usedApprovals.add(entry.origin)
    for (const key of skeletons(entry.name)) if (!this.#names.has(key)) this.#names.set(key, person.root)
    const had = this.#namesOf.get(person.root) ?? new Set()
    this.#namesOf.set(person.root, had.add(foldedName(entry.name)))
    for (const device of entry.devices) {
      const owner = deviceKey(entry.accountId, device.deviceId)
      this.#inboxes.set(toHex(device.inboxId), owner)
      this.#devices.add(owner)
    }
    this.#size++
    return person
  }
}

/** Names a device anywhere: accountId and deviceId in hex. */
export function deviceKey(accountId: Uint8Array, deviceId: Uint8Array): string {
  return toHex(accountId) + toHex(deviceId)
}

/** Whether an entry names exactly the device that greeted us, certificate included. */
export function namesDevice(
  { accountId, devices }: { accountId: Uint8Array; devices: readonly DirectoryDevice[] },
  hello: Of<"hello">,
): boolean {
  return (
    equalBytes(accountId, hello.accountId) &&
    devices.some(
      (device) =>
        equalBytes(device.deviceId, hello.deviceId) &&
        equalBytes(device.authPublic, hello.devicePublic) &&
        device.notAfter === hello.notAfter &&
        equalBytes(device.certificate, hello.certificate),
    )
  )
}

/** Whether the account says that this device is its own, and still does at `now`. */
export function isCertified(accountEd: Uint8Array, device: Of<"hello">, now: Millis): boolean {
  return (
    device.notAfter > now &&
    verify(accountEd, "device", deviceCertificateTranscript(device), device.certificate)
  )
}

/** Account keys that make the accountId, devices and the whole signed by them. */
function isSelfSigned(entry: DirectoryEntry): boolean {
  const { accountId, accountEd, accountX, devices } = entry
  return (
    equalBytes(accountId, labelledHash("account", accountEd, accountX)) &&
    !isSmallOrderPoint(accountX) &&
    new Set(devices.map((device) => toHex(device.deviceId))).size === devices.length &&
    new Set(devices.map((device) => toHex(device.inboxId))).size === devices.length &&
    verify(accountEd, "directory", encodeDirectoryStatement(entry), entry.signature) &&
    devices.every(({ deviceId, authPublic, notAfter, certificate }) => {
      const covered = deviceCertificateTranscript({ accountId, deviceId, devicePublic: authPublic, notAfter })
      return verify(accountEd, "device", covered, certificate)
    })
  )
}

function storedEntry(bytes: Uint8Array): DirectoryEntry {
  try {
    return decodeDirectoryEntry(bytes)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new StoreError("damaged", "an entry of the directory is damaged", { cause })
  }
}

function refused(code: Refusal): Checked {
  return { kind: "refused", code }
}
