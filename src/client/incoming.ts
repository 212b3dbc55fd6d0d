/** What the relay tells of itself goes to the part that it is for (PROTOCOL.md §4.2). */
import type { Of } from "../protocol/messages.ts"
import type { CatchUp } from "./catch-up.ts"
import type { Contacts } from "./contacts.ts"
import type { Unasked } from "./context.ts"
import type { ClientEvent } from "./events.ts"
import type { Inbox } from "./inbox.ts"
import type { PackageStock } from "./packages.ts"
import type { Rooms } from "./rooms.ts"

type OfAChannel = Of<
  "entry" | "damaged" | "accepted" | "stale" | "conflict" | "rejected" | "granted" | "ephemeral" | "cut"
>

export class Incoming {
  readonly #contacts: Contacts
  readonly #rooms: Rooms
  readonly #inbox: Inbox
  readonly #packages: PackageStock
  readonly #catchUp: CatchUp
  readonly #tell: (event: ClientEvent) => void

  constructor(
    { contacts, rooms, inbox }: { contacts: Contacts; rooms: Rooms; inbox: Inbox },
    { packages, catchUp }: { packages: PackageStock; catchUp: CatchUp },
    tell: (event: ClientEvent) => void,
  ) {
    this.#contacts = contacts
    this.#rooms = rooms
    this.#inbox = inbox
    this.#packages = packages
    this.#catchUp = catchUp
    this.#tell = tell
  }

  async take(message: Unasked): Promise<void> {
    switch (message.type) {
      case "directoryGrew":
        this.#catchUp.readDirectory()
        break
      case "packagesLeft":
        await this.#packages.refill(message.count, true)
        break
      case "presence":
        await this.#presence(message)
        break
      default:
        await this.#route(message)
    }
    this.#catchUp.check()
  }

  async #presence({ accountId, online }: Of<"presence">): Promise<void> {
    if (!this.#contacts.setOnline(accountId, online)) return
    this.#tell({ type: "person.presence", person: this.#contacts.ref(accountId), online })
    // A peer that had no package left may have brought some.
    const conversation = online ? this.#rooms.with(accountId) : undefined
    if (conversation && !conversation.group) conversation.now.notBefore = 0
    await conversation?.advance()
  }

  async #route(message: OfAChannel): Promise<void> {
    if (message.handle === this.#inbox.log.handle) {
      if (message.type === "entry") await this.#inbox.received(message)
      if (message.type === "damaged") this.#inbox.damaged(message)
      return
    }
    await this.#rooms.byHandle(message.handle)?.received(message)
  }
}
