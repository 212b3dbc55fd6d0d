/**
 * The accounts that a person has had, one after the other (PROTOCOL.md §14.2): a key that was given up names the one
 * that has taken its place. What was said under any of them was said by the same person, as far as anybody can tell.
 */
import { toHex } from "../bytes.ts"
import type { Contact } from "./entries.ts"

export class Lineage {
  readonly #byAccount = new Map<string, Contact>()

  get(accountId: Uint8Array): Contact | undefined {
    return this.#byAccount.get(toHex(accountId))
  }

  put(contact: Contact): void {
    this.#byAccount.set(toHex(contact.entry.accountId), contact)
  }

  forget(accountId: Uint8Array): void {
    this.#byAccount.delete(toHex(accountId))
  }

  contacts(): Iterable<Contact> {
    return this.#byAccount.values()
  }

  /** The newest account of whoever has had this one. */
  newest(accountId: Uint8Array): Contact | undefined {
    return this.#walk(accountId, ({ successor }) => successor).at(-1)
  }

  /** The first account that we know of whoever has had this one. */
  first(accountId: Uint8Array): Uint8Array {
    return this.#walk(accountId, ({ origin }) => origin?.account).at(-1)?.entry.accountId ?? accountId
  }

  /** Everything that we know of the person, oldest first. */
  all(accountId: Uint8Array): Contact[] {
    return this.#walk(this.first(accountId), ({ successor }) => successor)
  }

  /** Whether this account has handed over, perhaps more than once, to the newest: nobody else has come in between. */
  isHandedOver(accountId: Uint8Array): boolean {
    const [, ...later] = this.#walk(accountId, ({ successor }) => successor)
    return later.every(({ origin }) => origin?.kind === "rotate")
  }

  /** This account and those that have handed over to it, newest first. */
  line(accountId: Uint8Array): Uint8Array[] {
    const line = this.#walk(accountId, ({ origin }) =>
      origin?.kind === "rotate" ? origin.account : undefined,
    )
    return line.length > 0 ? line.map(({ entry }) => entry.accountId) : [accountId]
  }

  /** Each once: rows from a backup may say anything. */
  #walk(from: Uint8Array, next: (contact: Contact) => Uint8Array | undefined): Contact[] {
    const met = new Set<Contact>()
    for (let contact = this.get(from); contact !== undefined && !met.has(contact);) {
      met.add(contact)
      const to = next(contact)
      contact = to && this.get(to)
    }
    return [...met]
  }
}
