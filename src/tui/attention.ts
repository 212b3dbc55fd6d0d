/** Whether somebody looks at this screen, and what tells them when nobody does: notifications and the window's title. */
import type { Client } from "../client/client.ts"
import type { ClientEvent } from "../client/events.ts"
import type { Clock, Millis } from "../platform/clock.ts"
import type { Key } from "./key-decoder.ts"
import { notificationBytes, notificationOf, titleBytes, type Notifier } from "./notifying.ts"
import type { ChatView } from "./view.ts"

/** Notifications closer together than this are one. */
const QUIET_MS = 2_000
/** A terminal that reports no focus: whoever pressed a key so recently is there. */
const PRESENT_MS = 60_000

export interface AttentionDeps {
  client: Client
  clock: Clock
  notifier: Notifier
  view: () => ChatView
  write: (bytes: string) => void
}

export class Attention {
  readonly #deps: AttentionDeps
  #reportsFocus = false
  #keyAt: Millis
  #toldAt = Number.NEGATIVE_INFINITY
  #unread: number | undefined

  constructor(deps: AttentionDeps) {
    this.#deps = deps
    this.#keyAt = deps.clock.now()
  }

  pressed(key: Key): void {
    if (key.kind === "focus") this.#reportsFocus = true
    this.#keyAt = this.#deps.clock.now()
  }

  heard(event: ClientEvent): void {
    const { client, clock, notifier, write } = this.#deps
    const now = clock.now()
    if (event.type !== "message.received" || now - this.#toldAt < QUIET_MS) return
    const isWatched = this.#isWatching(event.room.id, now)
    const settings = client.desk.settings()
    const told = notificationOf(event, { settings, self: client.self().name, isWatched, now })
    if (told === undefined) return
    this.#toldAt = now
    write(notificationBytes(notifier, told))
  }

  /** After every event: the title counts what is new. */
  look({ data }: ChatView): void {
    if (!this.#deps.notifier.hasTitle) return
    const unread = data.rooms.reduce((sum, room) => sum + room.unread, 0)
    if (unread === this.#unread) return
    this.#unread = unread
    this.#deps.write(titleBytes(unread))
  }

  #isWatching(roomId: string, now: Millis): boolean {
    const { roomId: open, focused, scroll, overlay } = this.#deps.view()
    const isThere = this.#reportsFocus ? focused : now - this.#keyAt < PRESENT_MS
    return isThere && open === roomId && scroll.kind === "end" && overlay === undefined
  }
}
