/** Keeps what is being written with the client, so that a closed window or a crash loses a second of it at most. */
import type { Desk } from "../client/client.ts"
import type { Clock } from "../platform/clock.ts"
import type { ChatView } from "./view.ts"

/** Time between a change and its way to the disk. */
const KEEP_MS = 1_000

export class DraftKeeper {
  readonly #desk: Desk
  readonly #clock: Clock
  #now: { roomId: string; text: string } | undefined
  #kept: { roomId: string; text: string } | undefined
  #cancel: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(desk: Desk, clock: Clock) {
    this.#desk = desk
    this.#clock = clock
  }

  /** After every event. */
  look({ roomId, composer, about }: ChatView): void {
    if (roomId === undefined) return
    // What is to take a message's place is no draft of a new one.
    const text = about?.kind === "edit" ? "" : composer.text
    if (this.#now?.roomId !== roomId) {
      this.#keep()
      // What stands there when a room is opened is what was kept, or what was written since the start.
      this.#kept = { roomId, text: this.#desk.draft(roomId) }
    }
    if (this.#now?.roomId === roomId && this.#now.text === text) return
    this.#now = { roomId, text }
    // What has been sent must not be there again.
    if (text === "") return this.#keep()
    this.#cancel ??= this.#clock.wakeAt(this.#clock.now() + KEEP_MS, () => this.#keep())
  }

  /** Resolves when everything is with the client. Never rejects: a full disk must not keep anybody from leaving. */
  async flush(): Promise<void> {
    this.#keep()
    await this.#writing
  }

  #keep(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const now = this.#now
    if (now === undefined || (this.#kept?.roomId === now.roomId && this.#kept.text === now.text)) return
    this.#kept = now
    this.#writing = this.#writing.then(() => this.#desk.keepDraft(now.roomId, now.text)).catch(() => {})
  }
}
