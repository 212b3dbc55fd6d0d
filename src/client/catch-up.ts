/**
 * What a connection starts with: the directory from where we have it, a look for chats that others opened with us,
 * then every log from where we are (PROTOCOL.md §5, §8, §11.4). `sync.done` is told once all of it has been read.
 */
import { toHex } from "../bytes.ts"
import { MAX_DIRECTORY_PAGE, MAX_LOOK_IDS } from "../protocol/messages.ts"
import type { Contacts } from "./contacts.ts"
import type { Context } from "./context.ts"
import type { DirectoryLog } from "./directory-log.ts"
import type { Inbox } from "./inbox.ts"
import type { Parts } from "./parts.ts"
import type { Rooms } from "./rooms.ts"

export class CatchUp {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #rooms: Rooms
  readonly #inbox: Inbox
  readonly #directory: DirectoryLog
  #stage: "offline" | "directory" | "reading" | "done" = "offline"
  /** The directory is being read. */
  #isAsking = false
  /** It has grown since the relay told us how far it goes. */
  #hasGrown = false
  /** The directory was read as far as the relay's head says. */
  onRead: () => void = () => {}
  /** Whose channel was looked at on this connection. */
  readonly #looked = new Set<string>()

  constructor(
    context: Context,
    { contacts, directory, rooms, inbox }: Pick<Parts, "contacts" | "directory" | "rooms" | "inbox">,
  ) {
    this.#context = context
    this.#contacts = contacts
    this.#directory = directory
    this.#rooms = rooms
    this.#inbox = inbox
  }

  /** A connection is ready. */
  async begin(): Promise<void> {
    this.#stage = "directory"
    if (this.#directory.isDistrusted) await this.#distrusted()
    else this.readDirectory()
  }

  lost(): void {
    this.#stage = "offline"
    this.#isAsking = this.#hasGrown = false
    this.#looked.clear()
    this.#directory.lost()
  }

  /** Reads the directory as far as the relay's newest head says, then looks for chats with whoever is new. */
  readDirectory(): void {
    const { link } = this.#context
    if (this.#directory.isDistrusted) return this.#directory.stay()
    this.#hasGrown = this.#isAsking
    if (this.#isAsking) return
    this.#isAsking = true
    link.ask({ type: "getHead", known: this.#directory.question() }, (answer) => {
      if (answer.type !== "treeHead") return link.distrust("no head of the directory")
      const size = this.#directory.take(answer)
      return size === undefined ? this.#distrusted() : this.#readUpTo(size)
    })
  }

  async #readUpTo(size: number): Promise<void> {
    const { link } = this.#context
    const from = this.#contacts.size
    if (from >= size) return this.#finishDirectory()
    link.ask({ type: "getDirectory", from }, (answer) => {
      const { entries } = answer.type === "directory" && answer.from === from ? answer : { entries: [] }
      const isPage = entries.length > 0 && entries.length <= MAX_DIRECTORY_PAGE
      if (answer.type !== "directory" || !isPage || answer.size < from + entries.length) {
        return link.distrust("a directory that ends early")
      }
      this.#contacts.learn(from, entries, (update) => this.#directory.learned(update, entries))
      return this.#readUpTo(size)
    })
  }

  async #finishDirectory(): Promise<void> {
    const reading = this.#directory.finish()
    if (reading === "stop") return this.#distrusted()
    this.#isAsking = false
    this.onRead()
    if (reading === "again" || this.#hasGrown) this.readDirectory()
    else await this.#lookForChats()
  }

  /** With an alarm the directory is not read: while the connection stays, it is for what finds the difference. */
  async #distrusted(): Promise<void> {
    if (!this.#directory.isDistrusted) return
    this.#directory.stay()
    if (this.#context.link.online) await this.#openAll()
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

  async #openAll(): Promise<void> {
    if (this.#stage !== "directory") return
    this.#stage = "reading"
    this.#inbox.open()
    for (const conversation of this.#rooms.all()) await conversation.advance()
    this.check()
  }
}
