/**
 * What a connection starts with: the directory from where we have it, a look for chats that others opened with us,
 * then every log from where we are (PROTOCOL.md §5, §8, §11.4). `sync.done` is told once all of it has been read.
 */
import { toHex } from "../bytes.ts"
import { MAX_DIRECTORY_PAGE, MAX_LOOK_IDS } from "../protocol/messages.ts"
import type { Contacts } from "./contacts.ts"
import type { Context } from "./context.ts"
import type { Inbox } from "./inbox.ts"
import type { Rooms } from "./rooms.ts"

export class CatchUp {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #rooms: Rooms
  readonly #inbox: Inbox
  #stage: "offline" | "directory" | "reading" | "done" = "offline"
  /** A page of the directory has been asked for. */
  #isAsking = false
  /** Whose channel was looked at on this connection. */
  readonly #looked = new Set<string>()

  constructor(context: Context, contacts: Contacts, rooms: Rooms, inbox: Inbox) {
    this.#context = context
    this.#contacts = contacts
    this.#rooms = rooms
    this.#inbox = inbox
  }

  /** A connection is ready. @param size of the relay's directory. */
  async begin(size: number): Promise<void> {
    this.#stage = "directory"
    await this.readDirectory(size)
  }

  lost(): void {
    this.#stage = "offline"
    this.#isAsking = false
    this.#looked.clear()
  }

  /** Reads the directory up to `size`, then looks for chats with whoever is new. */
  async readDirectory(size: number): Promise<void> {
    const { link } = this.#context
    if (this.#isAsking) return
    // The relay was restored from a backup, or replaced: whoever is missing there registers again when they come.
    if (this.#contacts.size > size) this.#contacts.readAgain()
    const from = this.#contacts.size
    if (from === size) return this.#lookForChats()
    this.#isAsking = true
    link.ask({ type: "getDirectory", from }, (answer) => {
      this.#isAsking = false
      const { entries } = answer.type === "directory" && answer.from === from ? answer : { entries: [] }
      const isPage = entries.length > 0 && entries.length <= MAX_DIRECTORY_PAGE
      if (answer.type !== "directory" || !isPage || answer.size < from + entries.length) {
        return link.distrust("a directory that ends early")
      }
      this.#contacts.learn(from, entries)
      return this.readDirectory(answer.size)
    })
  }

  /** Tells `sync.done` once per connection, when everything that was stored for us has been read. */
  check(): void {
    if (this.#stage !== "reading" || !this.#inbox.settled) return
    if (!this.#rooms.all().every((conversation) => conversation.settled)) return
    this.#stage = "done"
    this.#context.update("ordered", (update) => update.tell({ type: "sync.done" }))
  }

  /** A lost letter loses nothing: on each connection we look ourselves whether somebody has opened a chat with us. */
  async #lookForChats(): Promise<void> {
    const { link } = this.#context
    const strangers = this.#contacts
      .others()
      .filter(({ entry }) => !this.#looked.has(toHex(entry.accountId)) && !this.#rooms.with(entry.accountId))
      .slice(0, MAX_LOOK_IDS)
    if (strangers.length === 0) return this.#openAll()
    const channelIds = strangers.map(({ entry }) => this.#rooms.directChannel(entry.accountId))
    for (const { entry } of strangers) this.#looked.add(toHex(entry.accountId))
    link.ask({ type: "look", channelIds }, async (answer) => {
      if (answer.type !== "looked" || answer.lastSeqs.length !== channelIds.length)
        return link.distrust("an answer that is none")
      for (const [i, { entry }] of strangers.entries()) {
        if (answer.lastSeqs[i]! > 0) await this.#rooms.ensureDirect(entry.accountId).advance()
      }
      return this.#lookForChats()
    })
  }

  /** A relay that was replaced may have as many entries as the one before, and others. */
  async #readAgain(): Promise<void> {
    const { size } = this.#contacts
    this.#contacts.readAgain()
    await this.readDirectory(size)
  }

  async #openAll(): Promise<void> {
    if (this.#stage !== "directory") return
    this.#stage = "reading"
    this.#inbox.open(() => this.#readAgain())
    for (const conversation of this.#rooms.all()) await conversation.advance()
    this.check()
  }
}
