/** Whether a text is meant for somebody: their name as a word of its own, or behind an @. */
import type { Client } from "../client/client.ts"

const WORD = /[\p{L}\p{N}_]/u

/** @param name as it is registered or shown; compared without regard to case. */
export function mentions(text: string, name: string): boolean {
  const wanted = name.trim().toLowerCase()
  if (wanted === "") return false
  const lower = text.toLowerCase()
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    const before = lower.slice(0, at)
    const after = lower.slice(at + wanted.length)
    const isFree = before === "" || !WORD.test(Array.from(before.slice(-2)).at(-1) ?? "")
    if (isFree && !WORD.test(Array.from(after.slice(0, 2))[0] ?? "")) return true
  }
  return false
}

/** New lines of a room that are looked through. */
const MAX_NEW_LINES = 200

/** Rooms with something new that is meant for this person: every direct chat, and where they are named. */
export function meantRooms(client: Client): ReadonlySet<string> {
  const { name } = client.self()
  const meant = client.rooms().filter(({ id, kind, unread }) => {
    if (unread === 0) return false
    if (kind === "direct") return true
    const lines = client.transcript(id, Math.min(unread, MAX_NEW_LINES))
    return lines.some(
      (line) => line.kind === "message" && !line.message.own && mentions(line.message.text, name),
    )
  })
  return new Set(meant.map(({ id }) => id))
}
