/**
 * This person takes another name (PROTOCOL.md §8.4): the next entry of their account, signed here and read back out of
 * the directory like everybody's. Until then nothing has changed, so nothing of it needs to be saved.
 */
import { toHex } from "../bytes.ts"
import { type Refusal, refusalName } from "../protocol/errors.ts"
import type { Contacts } from "./contacts.ts"
import type { Context } from "./context.ts"
import { ClientError } from "./errors.ts"
import { nameAndTag } from "./naming.ts"
import { checkName } from "./profile.ts"
import { renamingEntry } from "./registering.ts"

/** From asking to having read it. */
const RENAME_MS = 15_000

export class Renaming {
  readonly #context: Context
  readonly #contacts: Contacts
  #open: { name: string; done: () => void; failed: (error: ClientError) => void } | undefined

  constructor(context: Context, contacts: Contacts) {
    this.#context = context
    this.#contacts = contacts
  }

  /** The relay may have an entry of ours that we have not read: whatever follows it has to wait. */
  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** @throws ClientError as `KeysApi.rename`. @returns resolves when the entry was read; nothing is asked for the same name. */
  begin(typed: string): Promise<void> {
    const { identity, link, clock, later, heads } = this.#context
    const name = checkName(typed)
    const last = this.#contacts.get(this.#contacts.own)
    if (!link.online || heads().isDistrusted || !last)
      throw new ClientError("not-now", "a name is changed while the relay is connected")
    if (this.#open) throw new ClientError("not-now", "the relay has not answered about the name before yet")
    if (name === last.entry.name) return Promise.resolve()
    const own = toHex(this.#contacts.own)
    const other = this.#contacts.names.lookingLike(name).find((account) => account !== own)
    if (other !== undefined)
      throw new ClientError(
        "name-taken",
        `"${name}" looks like the name of ${nameAndTag(this.#contacts, other)}`,
      )
    return new Promise((resolve, reject) => {
      const end = () => {
        cancel()
        this.#open = undefined
      }
      const failed = (error: ClientError) => {
        end()
        reject(error)
      }
      const late = () =>
        failed(
          new ClientError("no-answer", "the relay does not show the new name; if it comes, you are told"),
        )
      const cancel = later(clock.now() + RENAME_MS, late)
      this.#open = {
        name,
        done: () => {
          end()
          resolve()
        },
        failed,
      }
      const entry = renamingEntry(identity, last.entry, name)
      link.ask({ type: "register", admission: new Uint8Array(16), entry }, (answer) => {
        if (answer.type === "refused" && this.#open?.failed === failed)
          failed(refusalError(refusalName(answer.code), name))
      })
    })
  }

  /** Our entry with this name was read. */
  adopted(name: string): void {
    if (this.#open?.name === name) this.#open.done()
  }
}

function refusalError(why: Refusal | undefined, name: string): ClientError {
  switch (why) {
    case "name-taken":
      return new ClientError(
        "name-taken",
        `somebody on this relay has or had the name "${name}", or one that looks like it`,
      )
    case "quota":
      return new ClientError(
        "too-many-names",
        "the relay gives nobody so many names; one that you had before is still yours",
      )
    default:
      return new ClientError("not-now", "the relay does not take another name now")
  }
}
