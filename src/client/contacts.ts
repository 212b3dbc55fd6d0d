/**
 * People: a copy of the relay's directory, each entry checked here, with what this person thinks of them
 * (PROTOCOL.md §8, §14). The relay hands entries out; it is believed in nothing that a signature does not say.
 */
import { ByteReader, equalBytes, fromHex, toBase64Url, toHex, u64, utf8 } from "../bytes.ts"
import { fingerprint, keyTag, safetyNumber } from "../crypto/fingerprint.ts"
import type { Context, Update } from "./context.ts"
import {
  checkEntry,
  type Contact,
  contactOf,
  doubted,
  isAlarming,
  isClosed,
  isCurrent,
  namesOf,
  personRecord,
  trustShown,
} from "./entries.ts"
import { ClientError } from "./errors.ts"
import type { PersonRef, PersonView, Trust, Verified } from "./events.ts"
import { Lineage } from "./lineage.ts"
import { NameBook } from "./name-book.ts"
import { checkAlias, findContact, tellOfTwin, whoHadName } from "./naming.ts"
import { personId, personRef, personView } from "./person-ref.ts"
import { approvalOf, isSuccessor, putName } from "./profile.ts"
import type { StoredTrust } from "./person-record.ts"
import { putRecord } from "./records.ts"
import { type Registration, registrationOf } from "./registering.ts"

export const DIRECTORY_CURSOR = utf8("directory")

export class Contacts {
  readonly #context: Context
  readonly lineage = new Lineage()
  readonly names = new NameBook()
  /** Since when. */
  readonly #online = new Map<string, number>()
  readonly #tags = new Map<string, string>()
  #size: number
  #ownLine: Set<string> | undefined
  /** What `ref` says of each account, until anything about anybody changes. */
  readonly #refs = new Map<string, PersonRef>()
  readonly #alarms = new Set<string>()
  /** Inside the change that learns it: an account has taken another's place. */
  onSuccession: (update: Update, former: Contact, contact: Contact) => void = () => {}
  /** Inside the change that learns it: somebody has another name, perhaps ourselves. @param before as registered. */
  onRename: (update: Update, contact: Contact, before: string) => void = () => {}

  constructor(context: Context) {
    this.#context = context
    this.#nameSelf()
    let isWhole = true
    const known: Contact[] = []
    for (const { value } of context.store.range("person", {})) {
      const contact = contactOf(value)
      if (contact) known.push(contact)
      else isWhole = false
    }
    // Whom a name looks like is found soonest among those who were here first.
    for (const contact of known.sort((a, b) => a.firstSeenAt - b.firstSeenAt)) this.#remember(contact)
    // Who is missing is learnt again from the directory, unverified.
    const size = isWhole ? context.store.get("meta", DIRECTORY_CURSOR) : undefined
    this.#size = size ? new ByteReader(size).u64() : 0
  }

  /** How many entries of the relay's directory have been read. */
  get size(): number {
    return this.#size
  }

  get(accountId: Uint8Array): Contact | undefined {
    return this.lineage.get(accountId)
  }

  /** The account that whoever has had this one has now. */
  newest(accountId: Uint8Array): Contact | undefined {
    return this.lineage.newest(accountId)
  }

  /** Whether this account has handed over to the one that the person has now, if it is another. */
  isHandedOver(accountId: Uint8Array): boolean {
    return this.lineage.isHandedOver(accountId)
  }

  /** Every account of a person, oldest first. */
  history(accountId: Uint8Array): Contact[] {
    return this.lineage.all(accountId)
  }

  isSamePerson(a: Uint8Array, b: Uint8Array): boolean {
    return equalBytes(a, b) || equalBytes(this.lineage.first(a), this.lineage.first(b))
  }

  /** This account and those before that have handed over to it, newest first. */
  line(accountId: Uint8Array): Uint8Array[] {
    return this.lineage.line(accountId)
  }

  /** Our own account, or one that has handed over to it. */
  isOwn(accountId: Uint8Array): boolean {
    this.#ownLine ??= new Set(this.line(this.own).map(toHex))
    return this.#ownLine.has(toHex(accountId))
  }

  /** How to come into the directory. @param newest our own entry as the relay has it; empty: it has none. */
  registration(newest: Uint8Array): Registration {
    const { identity, store } = this.#context
    return registrationOf(identity, newest, this.get(this.own)?.entry, {
      mayReplace: isSuccessor(store),
      approval: approvalOf(store),
      isOther: (accountId) => this.get(accountId) !== undefined && !this.isSamePerson(accountId, this.own),
    })
  }

  /** Everybody but oneself, under the account that they have now; nobody who has closed it. */
  others(): readonly Contact[] {
    const others = [...this.lineage.contacts()]
    return others.filter((contact) => isCurrent(contact) && !this.isOwn(contact.entry.accountId))
  }

  /** The directory is read from its beginning. Nobody we know is forgotten. */
  readAgain({ tx, after }: Update): void {
    tx.put("meta", DIRECTORY_CURSOR, u64(0))
    after(() => (this.#size = 0))
  }

  /**
   * Takes the directory's entries from `from` on; entries that do not check are passed over and said.
   * @param also what is written in the same transaction.
   */
  learn(from: number, entries: readonly Uint8Array[], also: (update: Update) => void = () => {}): void {
    if (from !== this.#size) return
    // Later entries of a page may chain to earlier ones, so memory runs ahead of the commit, and back when it fails.
    const before = new Map<string, Contact | undefined>()
    try {
      this.#context.update("ordered", (update) => {
        for (const bytes of entries) this.#learnOne(update, bytes, before)
        this.#adoptName(update)
        also(update)
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
    const now = this.#context.clock.now()
    const checked = checkEntry(bytes, (accountId) => this.get(accountId), now)
    if (!checked || checked.kind === "contradiction") {
      const detail = checked
        ? "the relay's directory holds two entries where one person can have one; the first one counts"
        : "the relay's directory holds an entry that does not check; it was left out"
      return update.tell({ type: "error", code: "bad-directory-entry", detail })
    }
    if (checked.kind === "known") return
    if (checked.kind === "second-successor") return this.#doubt(update, checked.of, before)
    const { contact, former } = checked
    const account = contact.entry.accountId
    const was = this.get(account)?.entry.name
    const isNamed = was !== contact.entry.name
    const named = isNamed ? { ...contact, nameWasOf: whoHadName(this, contact, former) } : contact
    if (former) this.#put(update, { ...former, successor: account }, before)
    this.#put(update, named, before)
    if (isNamed) tellOfTwin(update, this, account)
    if (former) return this.onSuccession(update, former, contact)
    if (this.isOwn(account)) return
    if (!isNamed) return
    const person = this.ref(account)
    if (was === undefined)
      return update.keep({ at: now, type: "person.joined", account }, { type: "person.joined", person })
    update.keep(
      { at: now, type: "person.renamed", account, before: was },
      { type: "person.renamed", person, before: was, by: "them" },
    )
    this.onRename(update, contact, was)
  }

  /** We are called what our newest entry says: only we can sign one, and a backup may hold the name before. */
  #adoptName(update: Update): void {
    const { identity } = this.#context
    const own = this.get(this.own)
    const before = identity.name
    if (!own || own.entry.name === before) return
    putName(update.tx, own.entry.name)
    update.after(() => {
      identity.name = own.entry.name
      this.#nameSelf()
      update.tell({ type: "person.renamed", person: this.ref(this.own), before, by: "you" })
    })
    this.onRename(update, own, before)
  }

  /** A key of this person has handed over to two, which is said once of it: whoever compares since knows who is who. */
  #doubt(update: Update, of: Contact, before: Map<string, Contact | undefined>): void {
    if (of.isDoubted === true) return
    this.#put(update, { ...of, isDoubted: true }, before)
    const newest = this.newest(of.entry.accountId)!
    const contact = doubted(newest)
    this.#put(update, contact, before)
    this.onSuccession(update, newest, contact)
  }

  /** In memory at once: see `learn`. */
  #put(update: Update, contact: Contact, before: Map<string, Contact | undefined>): void {
    const { accountId } = contact.entry
    if (!before.has(toHex(accountId))) before.set(toHex(accountId), this.get(accountId))
    putRecord(update.tx, "person", accountId, personRecord(contact))
    this.#remember(contact)
  }

  /** Changes what is kept of the account that a person has now. */
  change(update: Update, accountId: Uint8Array, change: Partial<Omit<Contact, "entry">>): void {
    const contact = { ...this.#present(accountId), ...change }
    putRecord(update.tx, "person", contact.entry.accountId, personRecord(contact))
    update.after(() => this.#remember(contact))
  }

  /**
   * What was found out about this very key: nothing, when another one was given to its person since.
   * @param verified how and when, of whoever is `verified` from now on.
   */
  setTrust(update: Update, accountId: Uint8Array, trust: StoredTrust, verified?: Verified): void {
    if (this.isHandedOver(accountId)) this.change(update, accountId, { trust, verified })
  }

  /**
   * Gives somebody a name of our own, or takes it away.
   * @throws ClientError `bad-name`, `alias-taken` when somebody else's name looks like it.
   */
  setAlias(update: Update, accountId: Uint8Array, typed: string | undefined): void {
    const before = this.ref(accountId).name
    const alias = typed === undefined ? undefined : checkAlias(this, accountId, typed)
    this.change(update, accountId, { alias })
    update.after(() =>
      update.tell({ type: "person.renamed", person: this.ref(accountId), before, by: "you" }),
    )
  }

  /** A message of somebody who is blocked has come. In memory at once: more may come with it. */
  countHidden(update: Update, accountId: Uint8Array): void {
    const newest = this.newest(accountId)
    if (!newest) return
    const contact = { ...newest, hidden: (newest.hidden ?? 0) + 1 }
    putRecord(update.tx, "person", contact.entry.accountId, personRecord(contact))
    this.#remember(contact)
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
    return this.#online.get(toHex(this.newest(accountId)?.entry.accountId ?? accountId))
  }

  /** Our own account. */
  get own(): Uint8Array {
    return this.#context.identity.account.accountId
  }

  nobodyOnline(): void {
    this.#online.clear()
  }

  /** What lines and lists show; the same object until anything about anybody changes. */
  ref(accountId: Uint8Array): PersonRef {
    const key = toHex(accountId)
    const known = this.#refs.get(key) ?? personRef(this, this.#context.identity.name, accountId)
    this.#refs.set(key, known)
    return known
  }

  view(accountId: Uint8Array): PersonView {
    const isOnline =
      this.#online.has(toHex(accountId)) || (this.isOwn(accountId) && this.#context.link.online)
    return personView(this, this.#context.identity.name, accountId, isOnline)
  }

  trust(accountId: Uint8Array): Trust {
    if (this.isOwn(accountId)) return "self"
    const newest = this.newest(accountId)
    return newest ? trustShown(newest, this.lineage.isHandedOver(accountId)) : "unverified"
  }

  /** Why nothing may be sent to this person now. */
  stops(accountId: Uint8Array): "changed" | "differs" | "blocked" | "closed" | undefined {
    const newest = this.newest(accountId)
    if (!newest || this.isOwn(accountId)) return undefined
    if (newest.isBlocked) return "blocked"
    if (isClosed(newest)) return "closed"
    if (newest.trust === "mismatch") return "differs"
    return newest.trust === "changed" ? "changed" : undefined
  }

  /** Whether anybody is `isAlarming`: almost always nobody. */
  get hasAlarm(): boolean {
    return this.#alarms.size > 0
  }

  /** Whether somebody whom this person had verified has another key, and nothing has been decided yet. */
  isAlarming(accountId: Uint8Array): boolean {
    const newest = this.newest(accountId)
    return newest !== undefined && isAlarming(newest)
  }

  /** @throws ClientError `unknown-name`, `ambiguous-name`. */
  find(typed: string): Contact {
    return findContact(this, typed)
  }

  findById(id: string): Contact {
    const contact = this.byId(id)
    if (!contact) throw new ClientError("unknown-name", "nobody here has that id")
    return contact
  }

  /** An id of a key that was given up leads to the person's key of now. */
  byId(id: string): Contact | undefined {
    for (const { entry } of this.lineage.contacts()) {
      if (personId(entry.accountId) !== id || this.isOwn(entry.accountId)) continue
      return this.newest(entry.accountId)
    }
    return undefined
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
    const contact = this.newest(accountId)
    if (!contact) throw new ClientError("unknown-name", "this person is not in the relay's directory")
    return contact
  }

  /** Made when it is first asked for: it takes milliseconds, and a directory has many people. */
  tag(accountId: Uint8Array): string {
    const key = toHex(accountId)
    const known = this.#tags.get(key)
    if (known !== undefined) return known
    const { account } = this.#context.identity
    const entry = this.get(accountId)?.entry
    const keys = equalBytes(accountId, this.own)
      ? { ed: account.ed.public, x: account.x.public }
      : entry && { ed: entry.accountEd, x: entry.accountX }
    if (!keys) return key.slice(0, 6)
    const tag = keyTag(fingerprint(this.#context.primitives, keys.ed, keys.x))
    this.#tags.set(key, tag)
    return tag
  }

  #restore(key: string, contact: Contact | undefined): void {
    if (contact) return this.#remember(contact)
    this.#refs.clear()
    this.names.set(key, undefined, [])
    this.#nameSelf()
    this.lineage.forget(fromHex(key))
    this.#alarms.delete(key)
  }

  /** Also before our own entry was read: nobody looks like us unnoticed. */
  #nameSelf(): void {
    this.#refs.clear()
    this.names.set(toHex(this.own), { own: this.#context.identity.name, alias: undefined })
  }

  #remember(contact: Contact): void {
    const key = toHex(contact.entry.accountId)
    this.lineage.put(contact)
    this.#ownLine = undefined
    this.#refs.clear()
    if (isCurrent(contact) && isAlarming(contact)) this.#alarms.add(key)
    else this.#alarms.delete(key)
    this.names.set(key, ...namesOf(contact))
  }
}

export function roomId(channelId: Uint8Array): string {
  return `r_${toBase64Url(channelId.subarray(0, 16))}`
}
