/**
 * People's keys: how each came, what this person holds of it, and what follows from that (PROTOCOL.md §14.2, §14.3).
 * The relay's directory says which keys there are; only this person says what they are worth.
 */
import { fingerprint, keyTag } from "../crypto/fingerprint.ts"
import type { Contacts } from "./contacts.ts"
import { personId } from "./person-ref.ts"
import type { Context, Update } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { type Contact, isClosed } from "./entries.ts"
import { ClientError } from "./errors.ts"
import type { ClientEvent, KeyView } from "./events.ts"
import type { KeysApi } from "./client.ts"
import { meetAuthor } from "./remark-store.ts"
import { closingEntry } from "./registering.ts"
import { Renaming } from "./renaming.ts"
import type { Rooms } from "./rooms.ts"
import { rotate } from "./rotating.ts"
import type { StoredNotice } from "./records.ts"

/** Runs something as an event of the queue. */
export type Run = <T>(action: () => Promise<T> | T) => Promise<T>

interface KeysDeps {
  run: Run
  tell: (event: ClientEvent) => void
  isVerifying: () => boolean
  readDirectory: () => void
}

export class Keys implements KeysApi {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #rooms: Rooms
  readonly #run: Run
  readonly #tell: (event: ClientEvent) => void
  readonly #isVerifying: () => boolean
  readonly #renaming: Renaming

  constructor(
    context: Context,
    { contacts, rooms }: { contacts: Contacts; rooms: Rooms },
    { run, tell, isVerifying, readDirectory }: KeysDeps,
  ) {
    this.#context = context
    this.#contacts = contacts
    this.#rooms = rooms
    this.#run = run
    this.#tell = tell
    this.#isVerifying = isVerifying
    this.#renaming = new Renaming(context, contacts, readDirectory)
    contacts.onRename = (update, contact, before) => this.#renamed(update, contact, before)
    contacts.onSuccession = (update, former, contact) => this.#succeeded(update, former, contact)
  }

  /** Our own newest entry may be among what was read. */
  directoryRead(): void {
    this.#renaming.read()
  }

  history(id: string): readonly KeyView[] {
    const contacts = this.#contacts
    const account = id === personId(contacts.own) ? contacts.own : contacts.findById(id).entry.accountId
    return contacts
      .history(account)
      .map((contact) => this.#view(contact))
      .toReversed()
  }

  decideLater(id: string): Promise<void> {
    return this.#decide(id, (contact) => {
      this.#mustBeStill(id, contact)
      if (contact.trust !== "changed") return undefined
      return { change: { trust: "later" }, code: "key-accepted" }
    })
  }

  block(id: string): Promise<void> {
    return this.#decide(id, (contact) =>
      contact.isBlocked ? undefined : { change: { isBlocked: true }, code: "blocked" },
    )
  }

  unblock(id: string): Promise<void> {
    return this.#decide(id, (contact) =>
      contact.isBlocked ? { change: { isBlocked: false }, code: "unblocked" } : undefined,
    )
  }

  /** This person has compared the safety number with the key that has this id. */
  compared(id: string, isMatch: boolean): Promise<void> {
    const verified = { how: "number" as const, at: this.#context.clock.now() }
    return this.#decide(id, (contact) => {
      this.#mustBeStill(id, contact)
      return isMatch
        ? { change: { trust: "verified", verified }, code: "verified" }
        : { change: { trust: "mismatch", verified: undefined }, code: "mismatch" }
    })
  }

  /** @throws ClientError `key-changed` unless the key with this id is the person's, or has handed over to the one that is. */
  #mustBeStill(id: string, { entry }: Contact): void {
    if (this.#contacts.line(entry.accountId).some((account) => personId(account) === id)) return
    throw new ClientError("key-changed", "this person's key was replaced meanwhile; compare the new one")
  }

  async rotate(): Promise<void> {
    const { settled } = await this.#run(() => ({ settled: this.#renaming.settle() }))
    await settled
    return this.#run(() => {
      if (this.#renaming.isOpen)
        throw new ClientError("not-now", "a new name is on its way; try again in a moment")
      rotate(this.#context, this.#contacts)
      // What is in memory is the account before: it must say nothing more.
      this.#context.link.leave()
    })
  }

  async rename(name: string): Promise<void> {
    // The queue goes on meanwhile: the answer is an event of it.
    const { asked } = await this.#run(() => {
      if (this.#isVerifying())
        throw new ClientError(
          "not-now",
          "a verification is open, and names are part of it; finish or cancel it first",
        )
      return { asked: this.#renaming.begin(name) }
    })
    await asked
  }

  close(): Promise<void> {
    const { link, identity, heads } = this.#context
    return new Promise((resolve, reject) => {
      void this.#run(() => {
        const last = this.#contacts.get(this.#contacts.own)
        const failed = () =>
          reject(new ClientError("not-now", "an account is closed while the relay is connected"))
        if (!link.online || heads().isDistrusted || !last) return failed()
        const entry = closingEntry(identity, last.entry)
        const admission = new Uint8Array(16)
        link.ask({ type: "register", admission, entry }, (answer) =>
          answer.type === "done" ? resolve() : failed(),
        )
      }).catch(reject)
    })
  }

  #decide(
    id: string,
    decision: (
      contact: Contact,
    ) => { change: Partial<Contact>; code: (StoredNotice & { account: Uint8Array })["code"] } | undefined,
  ): Promise<void> {
    return this.#run(async () => {
      const contact = this.#contacts.findById(id)
      const decided = decision(contact)
      if (!decided) return
      const { accountId } = contact.entry
      const conversation = this.#rooms.with(accountId)
      const { change, code } = decided
      this.#context.update("synced", (update) => {
        this.#contacts.change(update, accountId, change)
        conversation?.notice(update, conversation.record.cursor, { code, account: accountId } as StoredNotice)
      })
      this.#told(accountId, code)
      // A room may have stood still as well.
      for (const room of this.#concerned(accountId)) {
        this.#tell({ type: "room.changed", room: room.ref })
        await room.advance()
      }
    })
  }

  #told(accountId: Uint8Array, code: StoredNotice["code"]): void {
    const person = this.#contacts.ref(accountId)
    if (code === "verified") this.#tell({ type: "verify.done", person })
    if (code === "mismatch") this.#tell({ type: "verify.mismatch", person })
    if (code === "blocked" || code === "unblocked")
      this.#tell({ type: "person.blocked", person, blocked: code === "blocked" })
  }

  /** The chat with a person, and the rooms in which a key of theirs has a leaf. */
  #concerned(accountId: Uint8Array): Conversation[] {
    return this.#rooms
      .all()
      .filter(({ record, group }) =>
        record.peer
          ? this.#contacts.isSamePerson(record.peer, accountId)
          : group?.members.some((member) => this.#contacts.isSamePerson(member.accountId, accountId)),
      )
  }

  #renamed(update: Update, { entry }: Contact, before: string): void {
    const { accountId: account, name } = entry
    if (this.#contacts.isOwn(account)) return
    for (const conversation of this.#concerned(account)) {
      conversation.notice(update, conversation.record.cursor, { code: "renamed", account, before, name })
      update.tell({ type: "room.changed", room: conversation.ref })
    }
  }

  #succeeded(update: Update, former: Contact, contact: Contact): void {
    const { clock, later } = this.#context
    const { accountId: account } = contact.entry
    // A second successor of one key leaves the account as it is, and nobody certain of it.
    const isReplaced = contact.origin?.kind === "replace" || former.entry === contact.entry
    if (this.#contacts.isOwn(former.entry.accountId)) {
      if (isReplaced) {
        const detail =
          "the directory gives your name to another key: if that was not you, tell the relay's operator"
        update.tell({ type: "error", code: "own-key-replaced", detail })
      }
      return
    }
    const at = clock.now()
    const person = this.#contacts.ref(account)
    const how = isReplaced ? "replaced" : "rotated"
    update.keep({ at, type: "person.keyChanged", account, how }, { type: "person.keyChanged", person, how })
    const code = isReplaced ? "key-changed" : "key-rotated"
    for (const conversation of this.#concerned(account)) {
      conversation.notice(update, conversation.record.cursor, { code, account })
      if (!isReplaced) meetAuthor(conversation, update, account)
      update.tell({ type: "room.changed", room: conversation.ref })
    }
    update.after(() => later(at, () => this.#rooms.with(account)?.advance()))
  }

  #view(contact: Contact): KeyView {
    const { entry, origin, successor, firstSeenAt, verified, trust } = contact
    const print = fingerprint(this.#context.primitives, entry.accountEd, entry.accountX)
    const next = successor && this.#contacts.get(successor)
    const state = isClosed(contact) ? "closed" : next?.origin?.kind === "rotate" ? "handed-over" : "replaced"
    return {
      id: personId(entry.accountId),
      tag: keyTag(print),
      fingerprint: print.digits,
      began: origin === undefined ? "registered" : origin.kind === "rotate" ? "rotated" : "replaced",
      since: firstSeenAt,
      state: successor === undefined && !isClosed(contact) ? "current" : state,
      verified,
      ...(trust === "mismatch" ? { differs: true } : {}),
    }
  }
}
