/** Whether a text is meant for somebody: their name as a word of its own, or behind an @. */
import type { Client } from "../client/client.ts"
import type { MessageView } from "../client/events.ts"

const WORD = /[\p{L}\p{N}_]/u

/** What of a message is looked at, in UTF-16 units, and how often: nobody may make this slow. */
const MAX_LOOKED_UNITS = 4_096
const MAX_PLACES = 64

/** @param name as it is registered or shown; compared without regard to case. */
export function mentions(text: string, name: string): boolean {
  const wanted = name.trim().toLowerCase()
  if (wanted === "") return false
  const lower = text.slice(0, MAX_LOOKED_UNITS).toLowerCase()
  let at = lower.indexOf(wanted)
  for (let place = 0; at >= 0 && place < MAX_PLACES; place++, at = lower.indexOf(wanted, at + 1)) {
    const before = lower.slice(0, at)
    const after = lower.slice(at + wanted.length)
    const isFree = before === "" || !WORD.test(Array.from(before.slice(-2)).at(-1) ?? "")
    if (isFree && !WORD.test(Array.from(after.slice(0, 2))[0] ?? "")) return true
  }
  return false
}

/** New lines of a room that are looked through. */
const MAX_NEW_LINES = 100

/** Rooms with something new that is meant for this person: every direct chat, and where they are named. */
export class Meant {
  #state = ""
  #rooms: ReadonlySet<string> = new Set()

  /** Looked for again only when something new has come, or was read. */
  of(client: Client): ReadonlySet<string> {
    const rooms = client.rooms()
    const state = rooms.map(({ id, unread, lastAt }) => `${id} ${unread} ${lastAt ?? ""}`).join("\n")
    if (state === this.#state) return this.#rooms
    this.#state = state
    const { name } = client.self()
    const meant = rooms.filter(({ id, kind, unread }) => {
      if (unread === 0 || kind === "direct") return unread > 0
      const lines = client.transcript(id, Math.min(unread, MAX_NEW_LINES))
      return lines.some((line) => line.kind === "message" && isFor(line.message, name))
    })
    this.#rooms = new Set(meant.map(({ id }) => id))
    return this.#rooms
  }
}

function isFor({ own, text }: MessageView, name: string): boolean {
  return !own && mentions(text, name)
}
