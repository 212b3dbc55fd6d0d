/** The first row: which room, who is in it, how safe it is. A stopped room says so here, in words. */
import type { RoomView } from "../../client/events.ts"
import { joinSafe, repeatSafe, safeName, say, type SafeText } from "../safe-text.ts"
import { textWidth } from "../layout.ts"
import { labelOf } from "../key-map.ts"
import { cellsOf, drawnCells, truncate } from "../text-width.ts"
import { nameWithMark, roomTitle, span, type Span } from "../theme.ts"
import { currentRoom, type ChatView } from "../view.ts"
import { peopleWords, type Security, securityWords } from "../words.ts"

/** From this width on the relay stands in this row, and its numbers in the status line. */
export const RELAY_COLUMNS = 100
/** Cells of a relay's name, and the fewest of a room's. */
const RELAY_CELLS = 24
const TITLE_CELLS = 8

/** Words stand whole or not at all: half a number misleads, and half a word says nothing. Only names are cut. */
export function headerSpans(view: ChatView): readonly Span[] {
  const { symbols } = view.theme
  const room = currentRoom(view)
  if (room === undefined) return [span(say`secure-chat`, "strong")]
  const isNarrow = view.columns < 60
  const width = textWidth(view.columns)
  const between = say` ${symbols.dot} `
  const title = room.peer === undefined ? roomTitle(room) : nameWithMark(room.peer, symbols)
  const lead = isNarrow ? say`${symbols.menu} ${title}` : title
  const security = securityWords(room)
  const rights = rightsOf(view)
  const least = rights.at(-1)!
  const behind = (parts: readonly SafeText[]) =>
    parts.length === 0 ? say`` : say`${between}${joinSafe(parts, between)}`
  const all = ({ facts, words, news }: Form) => behind([...facts, words, ...news])
  const roomFor = (right: SafeText, words: SafeText) => width - cellsOf(right) - 1 - cellsOf(words)
  const forms = formsOf(room, security, view)
  const form = forms.find((each) => roomFor(least, all(each)) >= cellsOf(lead)) ?? forms.at(-1)!
  const right = rights.find((each) => roomFor(each, all(form)) >= cellsOf(lead)) ?? least
  const shown = truncate(lead, Math.max(TITLE_CELLS, roomFor(right, all(form))), symbols.more)
  return [
    span(shown, "strong"),
    span(behind(form.facts)),
    span(behind([form.words]), security.tone),
    span(behind(form.news), "accent"),
    span(repeatSafe(say` `, width - drawnCells(say`${shown}${all(form)}${right}`))),
    span(right, "faint"),
  ]
}

interface Form {
  facts: readonly SafeText[]
  words: SafeText
  /** What is new elsewhere, where no list of rooms says it. */
  news: readonly SafeText[]
}

/** What may stand behind the title, the most telling first. */
function formsOf(room: RoomView, { text, short, tone }: Security, view: ChatView): readonly Form[] {
  const { symbols } = view.theme
  const isNarrow = view.columns < 60
  const others = isNarrow ? otherUnread(view) : 0
  const news = others > 0 ? [say`${others} new`] : []
  const facts = factsOf(room)
  const words = short ?? say`e2e ${tone === "warning" ? symbols.unverified : symbols.verified}`
  const least = [
    { facts: [], words, news },
    { facts: [], words, news: [] },
  ]
  // What is wrong matters more than who is there.
  if (isNarrow && tone !== "danger") return [{ facts, words, news }, ...least]
  return [{ facts, words: text, news }, { facts: [], words: text, news }, ...least]
}

/** What may stand at the right edge, the longest first: the relay, by its own name, and that its key is the known one. */
function rightsOf({ columns, keys, data, theme }: ChatView): readonly SafeText[] {
  const key = labelOf(keys, "help")
  if (columns < 60) return [key]
  const help = say`${key} help`
  const { connection } = data
  if (columns < RELAY_COLUMNS || connection.state !== "online") return [help]
  const { dot, verified, more } = theme.symbols
  const name = truncate(safeName(connection.relayName), RELAY_CELLS, more)
  return [say`via ${name}, pinned ${verified} ${dot} ${help}`, say`via ${name} ${dot} ${help}`, help]
}

function otherUnread(view: ChatView): number {
  return view.data.rooms.filter((room) => room.id !== view.roomId && room.unread > 0).length
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
