/**
 * What this installation keeps for its own screens: settings, and what was being written in each room when it ended.
 * Two kinds of rows in `meta`; neither leaves this computer.
 */
import { concat, fromUtf8, utf8 } from "../bytes.ts"
import type { Desk } from "./client.ts"
import type { Context } from "./context.ts"
import type { ClientEvent } from "./events.ts"
import type { Run } from "./keys.ts"
import { Laters } from "./later.ts"
import { decodeRecordIfSound, putRecord } from "./records.ts"
import type { Rooms } from "./rooms.ts"
import { checkedSettings, type Settings } from "./settings.ts"

const SETTINGS = utf8("settings")
const DRAFT = utf8("draft ")
/** Longest draft that is kept, in UTF-8 bytes; of a longer one the last that was shorter stays. */
const MAX_DRAFT_BYTES = 131_072

export class OwnDesk implements Desk {
  readonly #context: Context
  readonly #rooms: Pick<Rooms, "byId">
  readonly #run: Run
  #settings: Settings | undefined
  readonly later: Laters

  constructor(
    context: Context,
    rooms: Pick<Rooms, "byId">,
    run: Run,
    tell: (event: ClientEvent) => void = () => {},
  ) {
    this.later = new Laters(context, rooms, { run, tell })
    this.#context = context
    this.#rooms = rooms
    this.#run = run
  }

  settings(): Settings {
    const row = this.#settings === undefined ? this.#context.store.get("meta", SETTINGS) : undefined
    this.#settings ??= checkedSettings(row && decodeRecordIfSound<object>(row))
    return this.#settings
  }

  change(change: Partial<Settings>): Promise<Settings> {
    return this.#run(() => {
      const next = checkedSettings({ ...this.settings(), ...change }, this.settings())
      this.#context.update("ordered", ({ tx }) => putRecord(tx, "meta", SETTINGS, next))
      this.#settings = next
      return next
    })
  }

  draft(roomId: string): string {
    const row = this.#context.store.get("meta", this.#keyOf(roomId))
    try {
      return row === undefined ? "" : fromUtf8(row)
    } catch {
      return ""
    }
  }

  keepDraft(roomId: string, text: string): Promise<void> {
    return this.#run(() => {
      const key = this.#keyOf(roomId)
      const bytes = utf8(text)
      if (bytes.length > MAX_DRAFT_BYTES) return
      if (text === "" && this.#context.store.get("meta", key) === undefined) return
      this.#context.update("ordered", ({ tx }) => {
        if (text === "") tx.delete("meta", key)
        else tx.put("meta", key, bytes)
      })
    })
  }

  #keyOf(roomId: string): Uint8Array {
    return concat(DRAFT, this.#rooms.byId(roomId).room)
  }
}
