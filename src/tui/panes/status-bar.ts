/** The last row: the connection in words, what waits to be sent, where something is new, a few keys. */
import type { ConnectionView } from "../../client/events.ts"
import { joinSafe, repeatSafe, safeName, say, type SafeText } from "../safe-text.ts"
import { cellsOf, truncate } from "../text-width.ts"
import { hintsOf } from "../key-hints.ts"
import { textWidth } from "../layout.ts"
import { roomTitle, span, type Span, type Style } from "../theme.ts"
import type { ChatView } from "../view.ts"
import { connectionWords } from "../words.ts"

export function statusSpans(view: ChatView): readonly Span[] {
  const { symbols } = view.theme
  const { connection, outbox } = view.data
  const width = textWidth(view.columns)
  const state = say`${connection.state === "online" ? symbols.online : symbols.offline} ${connectionWords(connection)}`
  const relay =
    connection.state === "online" && view.columns >= 60 ? say` to ${safeName(connection.relayName)}` : say``
  const waiting = outbox === 0 ? say`` : say` ${symbols.dot} ${outbox} to send`
  const hot = hotlist(view)
  const [firstHint = say``] = hintsOf(view)
  const left = truncate(say`${state}${relay}`, width - cellsOf(waiting), symbols.more)
  const middle = truncate(
    hot === "" ? say`` : say` ${symbols.dot} ${hot}`,
    // What Esc does stands there however many rooms have something new.
    width - cellsOf(left) - cellsOf(waiting) - cellsOf(firstHint) - (firstHint === "" ? 0 : 3),
    symbols.more,
  )
  // As wide as terminals draw it at most: what stands on the right must not be pushed over the edge.
  const used = cellsOf(left) + cellsOf(waiting) + cellsOf(middle)
  const hints = hintsFor(width - used - 3, view)
  return [
    span(left, connectionStyle(connection)),
    span(waiting, "warning"),
    span(middle, "accent"),
    span(repeatSafe(say` `, width - used - cellsOf(hints))),
    span(hints, "faint"),
  ]
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
