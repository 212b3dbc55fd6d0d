/**
 * People: a copy of the relay's directory, each entry checked here, with what this person thinks of them
 * (PROTOCOL.md §8, §14). The relay hands entries out; it is believed in nothing that a signature does not say.
 */
import { ByteReader, equalBytes, toBase64Url, toHex, u64, utf8 } from "../bytes.ts"
import { fingerprint, keyTag, safetyNumber } from "../crypto/fingerprint.ts"
import { labelledHash } from "../crypto/hash.ts"
import { accountIdOf, checkAccountKeys, verifyDeviceCertificate } from "../crypto/identity.ts"
import { CryptoError } from "../crypto/errors.ts"
import { verify } from "../crypto/signature.ts"
import {
  decodeDirectoryEntry,
  DIRECTORY_KINDS,
  type DirectoryEntry,
  encodeDirectoryEntry,
  encodeDirectoryStatement,
} from "../protocol/directory-entry.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Context, Update } from "./context.ts"
import { ClientError } from "./errors.ts"
import type { PersonRef, PersonView, Trust, Verified } from "./events.ts"
import { checkName, isSuccessor, nameKey } from "./profile.ts"
import { decodeRecordIfSound, type PersonRecord, putRecord, type StoredTrust } from "./records.ts"
import { type Registration, registrationOf } from "./registering.ts"

export interface Contact {
  entry: DirectoryEntry
  trust: StoredTrust
  firstSeenAt: number
  verified?: Verified | undefined
}

export const DIRECTORY_CURSOR = utf8("directory")

export class Contacts {
  readonly #context: Context
  readonly #byAccount = new Map<string, Contact>()
  readonly #byName = new Map<string, Set<string>>()
  /** Since when. */
  readonly #online = new Map<string, number>()
  readonly #tags = new Map<string, string>()
  #size: number

  constructor(context: Context) {
    this.#context = context
    let isWhole = true
    for (const { value } of context.store.range("person", {})) {
      const contact = contactOf(value)
      if (contact) this.#remember(contact)
      else isWhole = false
    }
    // Who is missing is learnt again from the directory, unverified.
    const size = isWhole ? context.store.get("meta", DIRECTORY_CURSOR) : undefined
    this.#size = size ? new ByteReader(size).u64() : 0
  }

  /** How many entries of the relay's directory have been read. */
  get size(): number {
    return this.#size
  }

  get(accountId: Uint8Array): Contact | undefined {
    return this.#byAccount.get(toHex(accountId))
  }

  /** How to come into the directory. @param newest our own entry as the relay has it; empty: it has none. */
  registration(newest: Uint8Array): Registration {
    const { identity, store } = this.#context
    return registrationOf(identity, newest, this.get(identity.account.accountId)?.entry, isSuccessor(store))
  }

  /** Everybody but oneself. */
  others(): readonly Contact[] {
    const own = toHex(this.#context.identity.account.accountId)
    return [...this.#byAccount].filter(([key]) => key !== own).map(([, contact]) => contact)
  }

  /** The relay's directory is shorter than what we have read of it: it is read again. Nobody we know is forgotten. */
  readAgain(): void {
    this.#context.update("ordered", ({ tx }) => tx.put("meta", DIRECTORY_CURSOR, u64(0)))
    this.#size = 0
  }

  /** Takes the directory's entries from `from` on; entries that do not check are passed over and said. */
  learn(from: number, entries: readonly Uint8Array[]): void {
    if (from !== this.#size) return
    // Later entries of a page may chain to earlier ones, so memory runs ahead of the commit, and back when it fails.
    const before = new Map<string, Contact | undefined>()
    try {
      this.#context.update("ordered", (update) => {
        for (const bytes of entries) this.#learnOne(update, bytes, before)
        update.tx.put("meta", DIRECTORY_CURSOR, u64(from + entries.length))
        update.after(() => {
          this.#size = from + entries.length
        })
      })
    } catch (cause) {
      if (this.#size === from) for (const [key, contact] of before) this.#restore(key, contact)
      throw cause
    }
  }

  #learnOne(update: Update, bytes: Uint8Array, before: Map<string, Contact | undefined>): void {
    const contact = this.#checked(bytes)
    if (!contact) {
      const detail = "the relay's directory holds an entry that does not check; it was left out"
      return update.tell({ type: "error", code: "bad-directory-entry", detail })
    }
    const account = contact.entry.accountId
    const key = toHex(account)
    const known = this.#byAccount.get(key)
    if (!before.has(key)) before.set(key, known)
    putRecord(update.tx, "person", account, recordOf(contact))
    this.#remember(contact)
    if (known || this.#isSelf(account)) return
    const at = this.#context.clock.now()
    update.keep({ at, type: "person.joined", account }, { type: "person.joined", person: this.ref(account) })
  }

  /** @param verified how and when, of whoever is `verified` from now on. */
  setTrust(update: Update, accountId: Uint8Array, trust: StoredTrust, verified?: Verified): void {
    const contact = { ...this.#present(accountId), trust, verified }
    putRecord(update.tx, "person", accountId, recordOf(contact))
    update.after(() => this.#remember(contact))
  }

  setOnline(accountId: Uint8Array, online: boolean): boolean {
    const key = toHex(accountId)
    if (this.#online.has(key) === online) return false
    if (online) this.#online.set(key, this.#context.clock.now())
    else this.#online.delete(key)
    return true
  }

  /** Undefined for whoever is not connected to the relay. */
  onlineSince(accountId: Uint8Array): number | undefined {
    return this.#online.get(toHex(accountId))
  }

  /** Our own account. */
  get own(): Uint8Array {
    return this.#context.identity.account.accountId
  }

  nobodyOnline(): void {
    this.#online.clear()
  }

  /**
   * What lines and lists show. An account that the directory does not hold is shown by its tag alone. The tag is
   * made when it is first read: it takes milliseconds, and a directory has many people.
   */
  ref(accountId: Uint8Array): PersonRef {
    const tag = () => this.#tag(accountId)
    return {
      id: personId(accountId),
      name: this.#isSelf(accountId) ? this.#context.identity.name : (this.get(accountId)?.entry.name ?? "?"),
      get tag() {
        return tag()
      },
      trust: this.trust(accountId),
      ...this.#verified(accountId),
    }
  }

  #verified(accountId: Uint8Array): Pick<PersonRef, "verified"> {
    const contact = this.get(accountId)
    return contact?.trust === "verified" && contact.verified ? { verified: contact.verified } : {}
  }

  view(accountId: Uint8Array): PersonView {
    const contact = this.get(accountId)
    const more = {
      online: this.#online.has(toHex(accountId)) || (this.#isSelf(accountId) && this.#context.link.online),
      ambiguous: contact !== undefined && (this.#byName.get(nameKey(contact.entry.name))?.size ?? 0) > 1,
      firstSeenAt: contact?.firstSeenAt ?? 0,
    }
    // Not spread: that would make the tag.
    return Object.assign(this.ref(accountId), more)
  }

  trust(accountId: Uint8Array): Trust {
    if (this.#isSelf(accountId)) return "self"
    const trust = this.get(accountId)?.trust ?? "unverified"
    return trust === "mismatch" ? "changed" : trust
  }

  /** By name in any case, or by `u_…`. @throws ClientError `unknown-name`, `ambiguous-name`. */
  find(typed: string): Contact {
    const text = typed.startsWith("@") ? typed.slice(1) : typed
    for (const contact of this.others()) if (personId(contact.entry.accountId) === text) return contact
    const found = [...(this.#byName.get(nameKey(text)) ?? [])].map((key) => this.#byAccount.get(key)!)
    const others = found.filter((contact) => !this.#isSelf(contact.entry.accountId))
    if (others.length > 1 || (others.length === 1 && found.length > 1)) {
      throw new ClientError(
        "ambiguous-name",
        `more than one person is called "${text}"; nothing was sent. Ask the relay's operator`,
      )
    }
    const only = others[0]
    if (!only) throw new ClientError("unknown-name", `nobody here is called "${text}"`)
    return only
  }

  findById(id: string): Contact {
    for (const contact of this.others()) if (personId(contact.entry.accountId) === id) return contact
    throw new ClientError("unknown-name", "nobody here has that id")
  }

  safetyNumber(accountId: Uint8Array): string {
    const { account } = this.#context.identity
    const { entry } = this.#present(accountId)
    return safetyNumber(
      this.#context.primitives,
      { ed: account.ed.public, x: account.x.public },
      { ed: entry.accountEd, x: entry.accountX },
    )
  }

  #present(accountId: Uint8Array): Contact {
    const contact = this.get(accountId)
    if (!contact) throw new ClientError("unknown-name", "this person is not in the relay's directory")
    return contact
  }

  #isSelf(accountId: Uint8Array): boolean {
    return equalBytes(accountId, this.#context.identity.account.accountId)
  }

  #tag(accountId: Uint8Array): string {
    const key = toHex(accountId)
    const known = this.#tags.get(key)
    if (known !== undefined) return known
    const { account } = this.#context.identity
    const keys = this.#isSelf(accountId)
      ? { ed: account.ed.public, x: account.x.public }
      : this.get(accountId) && {
          ed: this.get(accountId)!.entry.accountEd,
          x: this.get(accountId)!.entry.accountX,
        }
    if (!keys) return key.slice(0, 6)
    const tag = keyTag(fingerprint(this.#context.primitives, keys.ed, keys.x))
    this.#tags.set(key, tag)
    return tag
  }

  #restore(key: string, contact: Contact | undefined): void {
    if (contact) return this.#remember(contact)
    this.#forgetName(key)
    this.#byAccount.delete(key)
  }

  #forgetName(key: string): void {
    const known = this.#byAccount.get(key)
    if (!known) return
    const name = nameKey(known.entry.name)
    const bearers = this.#byName.get(name)
    bearers?.delete(key)
    if (bearers?.size === 0) this.#byName.delete(name)
  }

  #remember(contact: Contact): void {
    const key = toHex(contact.entry.accountId)
    this.#forgetName(key)
    this.#byAccount.set(key, contact)
    const name = nameKey(contact.entry.name)
    if (!this.#byName.has(name)) this.#byName.set(name, new Set())
    this.#byName.get(name)!.add(key)
  }

  /** Undefined for an entry that is damaged, badly signed, or does not continue its person's chain. */
  #checked(bytes: Uint8Array): Contact | undefined {
    try {
      const entry = decodeDirectoryEntry(bytes)
      const { accountId, accountEd, accountX, accountKem, signature } = entry
      if (!equalBytes(accountId, accountIdOf(accountEd, accountX))) return undefined
      if (!isName(entry.name) || !hasUsableDevices(entry)) return undefined
      checkAccountKeys(accountEd, accountX, accountKem)
      if (!verify(accountEd, "directory", encodeDirectoryStatement(entry), signature)) return undefined
      for (const { deviceId, authPublic, notAfter, certificate } of entry.devices) {
        if (!verifyDeviceCertificate(accountEd, accountId, deviceId, authPublic, notAfter, certificate))
          return undefined
      }
      const before = this.get(accountId)
      if (!before) {
        const first = entry.kind === DIRECTORY_KINDS.register && entry.seq === 0
        return first ? { entry, trust: "unverified", firstSeenAt: this.#context.clock.now() } : undefined
      }
      // A relay that was restored or replaced lists what we know already.
      if (entry.seq <= before.entry.seq) return before
      const previous = labelledHash("directory entry", encodeDirectoryEntry(before.entry))
      const continues =
        entry.kind === DIRECTORY_KINDS.update &&
        entry.seq === before.entry.seq + 1 &&
        equalBytes(entry.previous, previous)
      return continues ? { ...before, entry } : undefined
    } catch (cause) {
      if (cause instanceof ProtocolError || cause instanceof CryptoError) return undefined
      throw cause
    }
  }
}

function recordOf({ entry, trust, firstSeenAt, verified }: Contact): PersonRecord {
  return { entry: encodeDirectoryEntry(entry), trust, firstSeenAt, ...(verified ? { verified } : {}) }
}

/** Undefined for a row that makes no sense. */
function contactOf(row: Uint8Array): Contact | undefined {
  const record = decodeRecordIfSound<PersonRecord>(row)
  try {
    return record && { ...record, entry: decodeDirectoryEntry(record.entry) }
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}

/** Whether it is a name that one of our clients would have registered: one that shows all it holds. */
function isName(name: string): boolean {
  try {
    return checkName(name) === name
  } catch (cause) {
    if (cause instanceof ClientError) return false
    throw cause
  }
}

/** At least one, and each once: a chat with this person adds all of them. */
function hasUsableDevices({ devices }: DirectoryEntry): boolean {
  return devices.length > 0 && new Set(devices.map(({ deviceId }) => toHex(deviceId))).size === devices.length
}

export function personId(accountId: Uint8Array): string {
  return `u_${toBase64Url(accountId.subarray(0, 16))}`
}

export function roomId(channelId: Uint8Array): string {
  return `r_${toBase64Url(channelId.subarray(0, 16))}`
}
