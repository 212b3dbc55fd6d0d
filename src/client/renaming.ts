/**
 * This person takes another name (PROTOCOL.md §8.4): the next entry of their account, signed here and read back out of
 * the directory like everybody's. Until then nothing has changed; what is saved is that there may be such an entry.
 */
import { ByteReader, toHex, u64, utf8 } from "../bytes.ts"
import type { DirectoryEntry } from "../protocol/directory-entry.ts"
import { type Refusal, refusalName } from "../protocol/errors.ts"
import type { Contacts } from "./contacts.ts"
import type { Context } from "./context.ts"
import { ClientError } from "./errors.ts"
import { nameAndTag } from "./naming.ts"
import { checkName } from "./profile.ts"
import { renamingEntry } from "./registering.ts"

/** From asking to having read it. */
const RENAME_MS = 15_000

/** The number of the newest entry of ours that the relay was given: it may be in the directory, whatever was answered. */
const OFFERED = utf8("entry offered")

interface Open {
  /** What has to be read: this name; undefined: any entry of the number that was offered. */
  name: string | undefined
  seq: number
  done: () => void
  failed: (error: ClientError) => void
}

export class Renaming {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #readDirectory: () => void
  #open: Open | undefined

  constructor(context: Context, contacts: Contacts, readDirectory: () => void) {
    this.#context = context
    this.#contacts = contacts
    this.#readDirectory = readDirectory
  }

  /** The relay may have an entry of ours that we have not read: whatever follows it has to wait. */
  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** @throws ClientError as `KeysApi.rename`. @returns resolves when the entry was read; nothing is asked for the same name. */
  begin(typed: string): Promise<void> {
    const name = checkName(typed)
    const last = this.#last()
    if (name === last.name) return Promise.resolve()
    const own = toHex(this.#contacts.own)
    const other = this.#contacts.names.lookingLike(name).find((account) => account !== own)
    if (other !== undefined)
      throw new ClientError(
        "name-taken",
        `"${name}" looks like the name of ${nameAndTag(this.#contacts, other)}`,
      )
    return this.#offer(last, name, { name, refused: (failed, why) => failed(refusalError(why, name)) })
  }

  /**
   * Before anything that can only follow our newest entry: one that was offered, and refused or never answered, may be
   * registered later all the same. Its number is taken by one that changes nothing, unless it was taken already.
   *
   * @throws ClientError `not-now`. @returns resolves when it is known which entry has the number.
   */
  settle(): Promise<void> {
    const row = this.#context.store.get("meta", OFFERED)
    const seq = this.#contacts.get(this.#contacts.own)?.entry.seq ?? 0
    if (!row || new ByteReader(row).u64() <= seq) return Promise.resolve()
    const last = this.#last()
    return this.#offer(last, last.name, { name: undefined, refused: () => this.#readDirectory() })
  }

  /** The directory was read. */
  read(): void {
    const own = this.#contacts.get(this.#contacts.own)?.entry
    if (!own || !this.#open || own.seq < this.#open.seq) return
    const { name, done } = this.#open
    if (name === undefined || name === own.name) done()
  }

  #last(): DirectoryEntry {
    const { link, heads } = this.#context
    const last = this.#contacts.get(this.#contacts.own)
    if (!link.online || heads().isDistrusted || !last)
      throw new ClientError("not-now", "a name is changed while the relay is connected")
    if (this.#open) throw new ClientError("not-now", "the relay has not answered about the name before yet")
    return last.entry
  }

  #offer(
    last: DirectoryEntry,
    name: string,
    wish: {
      name: string | undefined
      refused: (failed: Open["failed"], why: Refusal | undefined) => void
    },
  ): Promise<void> {
    const { identity, link, clock, later, store } = this.#context
    const seq = last.seq + 1
    store.transaction("synced", (tx) => tx.put("meta", OFFERED, u64(seq)))
    return new Promise((resolve, reject) => {
      const end = () => {
        cancel()
        this.#open = undefined
      }
      const failed = (error: ClientError) => {
        end()
        reject(error)
      }
      const unheard =
        wish.name === undefined
          ? "the relay leaves open whether an earlier name was registered; try again later"
          : "the relay does not show the new name; if it comes, you are told"
      const late = () => failed(new ClientError("no-answer", unheard))
      const cancel = later(clock.now() + RENAME_MS, late)
      const done = () => {
        end()
        resolve()
      }
      this.#open = { name: wish.name, seq, done, failed }
      const entry = renamingEntry(identity, last, name)
      link.ask({ type: "register", admission: new Uint8Array(16), entry }, (answer) => {
        if (answer.type === "refused" && this.#open?.failed === failed)
          wish.refused(failed, refusalName(answer.code))
      })
    })
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
