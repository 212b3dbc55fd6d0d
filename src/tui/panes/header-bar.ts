/** The first row: which room, who is in it, how safe it is. A stopped room says so here, in words. */
import type { RoomView } from "../../client/events.ts"
import { joinSafe, repeatSafe, say, type SafeText } from "../safe-text.ts"
import { textWidth } from "../layout.ts"
import { labelOf } from "../key-map.ts"
import { cellsOf, truncate } from "../text-width.ts"
import { nameWithMark, roomTitle, span, type Span, type Symbols } from "../theme.ts"
import { currentRoom, type ChatView } from "../view.ts"
import { peopleWords, securityWords } from "../words.ts"

export function headerSpans(view: ChatView): readonly Span[] {
  const { symbols } = view.theme
  const width = textWidth(view.columns)
  const room = currentRoom(view)
  const key = labelOf(view.keys, "help")
  const right = view.columns < 60 ? key : say`${key} help`
  if (room === undefined) return [span(say`secure-chat`, "strong")]
  const others = otherUnread(view)
  const security = securityWords(room)
  const between = say` ${symbols.dot} `
  const start = view.columns < 60 ? say`${symbols.menu} ` : say``
  const title = room.peer === undefined ? roomTitle(room) : nameWithMark(room.peer, symbols)
  const facts = factsOf(room)
  const lead = truncate(say`${start}${title}`, Math.max(8, width - 20), symbols.more)
  const middle = facts.length === 0 ? say`` : say`${between}${joinSafe(facts, between)}`
  const extra = others > 0 && view.columns < 60 ? say`${between}${others} new` : say``
  const words = say`${between}${view.columns < 60 ? shortSecurity(security.tone, symbols) : security.text}`
  const inner = width - cellsOf(right) - 1
  const cells = inner - cellsOf(lead) - cellsOf(words) - cellsOf(extra)
  // On a narrow screen half a number would mislead: there it stands whole or not at all.
  const shownMiddle =
    view.columns < 60 && cellsOf(middle) > cells ? say`` : truncate(middle, cells, symbols.more)
  const shownWords = truncate(
    words,
    inner - cellsOf(lead) - cellsOf(shownMiddle) - cellsOf(extra),
    symbols.more,
  )
  // As wide as terminals draw it at most: what stands on the right must not be pushed over the edge.
  const used = cellsOf(lead) + cellsOf(shownMiddle) + cellsOf(shownWords) + cellsOf(extra)
  return [
    span(lead, "strong"),
    span(shownMiddle),
    span(shownWords, security.tone),
    span(extra, "accent"),
    span(repeatSafe(say` `, width - used - cellsOf(right))),
    span(right, "faint"),
  ]
}

function otherUnread(view: ChatView): number {
  return view.data.rooms.filter((room) => room.id !== view.roomId && room.unread > 0).length
}

function shortSecurity(tone: "good" | "warning" | "danger", symbols: Symbols): SafeText {
  if (tone === "danger") return say`STOPPED`
  return say`e2e ${tone === "warning" ? symbols.unverified : symbols.verified}`
}

function factsOf(room: RoomView): SafeText[] {
  if (room.kind === "direct") {
    return room.peer === undefined ? [] : [room.peer.online ? say`online` : say`offline`]
  }
  if (room.state === "joining") return [say`coming in`]
  // Not in it (any more): there is nobody to count.
  if (room.problem !== undefined && room.members.length === 0) return []
  const people = peopleWords(room)
  return room.withoutSecret ? [people, say`NO SECRET: anybody on this network can be here`] : [people]
}
