/** The last row: the connection in words, what waits to be sent, where something is new, a few keys. */
import type { ConnectionView } from "../../client/events.ts"
import { joinSafe, repeatSafe, safeName, say, type SafeText } from "../safe-text.ts"
import { cellsOf, drawnCells, truncate } from "../text-width.ts"
import { hintsOf } from "../key-hints.ts"
import { textWidth } from "../layout.ts"
import { roomTitle, span, type Span, type Style } from "../theme.ts"
import type { ChatView } from "../view.ts"
import { connectionWords, timeOfDay } from "../words.ts"
import { RELAY_COLUMNS } from "./header-bar.ts"

export function statusSpans(view: ChatView): readonly Span[] {
  const { symbols } = view.theme
  const { connection, outbox } = view.data
  const width = textWidth(view.columns)
  const between = say` ${symbols.dot} `
  const isWide = view.columns >= RELAY_COLUMNS
  const isOnline = connection.state === "online"
  const state = say`${isOnline ? symbols.online : symbols.offline} ${connectionWords(connection)}`
  const relay = isOnline && view.columns >= 60 && !isWide ? say` to ${safeName(connection.relayName)}` : say``
  const pace =
    isOnline && connection.roundTrip !== undefined && view.columns >= 60
      ? say`${between}${connection.roundTrip} ms`
      : say``
  const out = isWide ? say`${between}out ${outbox}` : outbox === 0 ? say`` : say`${between}${outbox} to send`
  const missing = missingIn(view)
  const gaps = isWide || missing > 0 ? say`${between}gaps ${missing}` : say``
  const quiet = quietWords(view)
  const still = quiet === "" ? say`` : say`${between}${quiet}`
  const hot = hotlist(view)
  const [firstHint = say``] = hintsOf(view)
  const fixed = cellsOf(say`${pace}${out}${gaps}${still}`)
  const left = truncate(say`${state}${relay}`, width - fixed, symbols.more)
  const middle = truncate(
    hot === "" ? say`` : say`${between}${hot}`,
    // What Esc does stands there however many rooms have something new.
    width - cellsOf(left) - fixed - cellsOf(firstHint) - (firstHint === "" ? 0 : 3),
    symbols.more,
  )
  const hints = hintsFor(width - cellsOf(left) - fixed - cellsOf(middle) - 3, view)
  const used = drawnCells(say`${left}${pace}${out}${gaps}${still}${middle}${hints}`)
  return [
    span(left, connectionStyle(connection)),
    span(pace, "faint"),
    span(out, outbox > 0 ? "warning" : "faint"),
    span(gaps, missing > 0 ? "warning" : "faint"),
    span(still, "warning"),
    span(middle, "accent"),
    span(repeatSafe(say` `, width - used)),
    span(hints, "faint"),
  ]
}

/** Messages that have not arrived, among the lines of the open room. */
function missingIn({ lines }: ChatView): number {
  return lines.reduce(
    (sum, line) => (line.kind === "notice" && line.notice.code === "gap" ? sum + line.notice.missing : sum),
    0,
  )
}

function quietWords({ data, columns }: ChatView): SafeText {
  if (data.quietUntil === undefined) return say``
  return columns < 60 ? say`quiet` : say`quiet until ${timeOfDay(data.quietUntil)}`
}

function connectionStyle(connection: ConnectionView): Style {
  if (connection.state === "online") return "good"
  return connection.state === "refused" ? "danger" : "warning"
}

/** `[1:#everyone(2!) 3:Asha(1)]`: rooms with something new that are not open; a mark where somebody in a room means us. */
function hotlist({ data, roomId }: ChatView): SafeText {
  const hot = data.rooms.flatMap((room, index) => {
    if (room.unread === 0 || room.id === roomId) return []
    const mark = room.kind === "everyone" && data.meant.has(room.id) ? say`!` : say``
    return [say`${index + 1}:${roomTitle(room)}(${room.unread}${mark})`]
  })
  return hot.length === 0 ? say`` : say`[${joinSafe(hot, say` `)}]`
}

/** As many hints as fit, the most useful first. */
function hintsFor(room: number, view: ChatView): SafeText {
  const all = hintsOf(view)
  const between = say` ${view.theme.symbols.dot} `
  for (let count = all.length; count > 0; count--) {
    const hints = joinSafe(all.slice(0, count), between)
    if (cellsOf(hints) <= room) return hints
  }
  return say``
}
