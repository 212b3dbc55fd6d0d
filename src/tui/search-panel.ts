/** The panel of a search: what keys do in it, and its lines. */
import type { RoomView } from "../client/events.ts"
import type { Key } from "./key-decoder.ts"
import { actionOf, labelOf, panelActOf } from "./key-map.ts"
import { pageHeight, panelWidth } from "./pages.ts"
import { repeatSafe, safeTyped, say, sliceSafe, type SafeText } from "./safe-text.ts"
import { snippetOf, type Found, type Hit } from "./search.ts"
import { clustersOf, drawnCells, truncate } from "./text-width.ts"
import { nameInWords, roomInWords, roomTitle, span, type Span } from "./theme.ts"
import { currentRoom, still, type ChatView, type Overlay, type Step } from "./view.ts"
import { plural, shortDay, timeOfDay } from "./words.ts"

export type SearchPanel = Overlay & { kind: "search" }

export function openSearch(view: ChatView, query: SafeText, everywhere: boolean): Step {
  return look(view, { kind: "search", query, everywhere, index: 0, found: undefined })
}

/** Asks for what the panel looks for now. */
function look(view: ChatView, panel: SearchPanel): Step {
  const overlay = { ...panel, index: 0, found: undefined }
  const rooms = panel.everywhere ? undefined : view.roomId
  return {
    view: { ...view, overlay, toast: undefined },
    effects: [{ kind: "search", query: panel.query, roomId: rooms }],
  }
}

export function onSearchKey(view: ChatView, panel: SearchPanel, key: Key): Step {
  const hits = panel.found?.hits ?? []
  const at = Math.min(panel.index, Math.max(0, hits.length - 1))
  const put = (change: Partial<SearchPanel>): Step => still({ ...view, overlay: { ...panel, ...change } })
  if (key.kind === "text") return look(view, { ...panel, query: say`${panel.query}${safeTyped(key.text)}` })
  if (key.kind !== "chord") return still(view)
  if (actionOf(view.keys, key.chord, true)?.kind === "search")
    return look(view, { ...panel, everywhere: !panel.everywhere })
  switch (panelActOf(view.keys, key, true)) {
    case "panel-close":
      return { view: { ...view, overlay: undefined }, effects: [STOP] }
    case "panel-up":
      return put({ index: Math.max(0, at - 1) })
    case "panel-down":
      return put({ index: Math.min(Math.max(0, hits.length - 1), at + 1) })
    case "panel-first":
      return put({ index: 0 })
    case "panel-last":
      return put({ index: Math.max(0, hits.length - 1) })
    case "panel-page-up":
      return put({ index: Math.max(0, at - pageHeight(view)) })
    case "panel-page-down":
      return put({ index: Math.min(Math.max(0, hits.length - 1), at + pageHeight(view)) })
    case "panel-clear":
      return look(view, { ...panel, query: say`` })
    case "panel-erase": {
      const last = clustersOf(panel.query).at(-1)
      if (last === undefined) return { view: { ...view, overlay: undefined }, effects: [STOP] }
      return look(view, { ...panel, query: sliceSafe(panel.query, 0, -last.length) })
    }
    case "panel-choose": {
      const hit = hits[at]
      if (hit === undefined) return still(view)
      return { view: { ...view, overlay: undefined }, effects: [STOP, { kind: "jump", hit }] }
    }
    default:
      return still(view)
  }
}

/** A search for nothing ends the one before. */
const STOP = { kind: "search", query: say``, roomId: undefined } as const

/** What came in while something else was asked for is not shown. */
export function withFound(view: ChatView, query: SafeText, found: Found): ChatView {
  const { overlay } = view
  const panel = overlay?.kind === "help" ? overlay.under : overlay
  if (overlay === undefined || panel?.kind !== "search" || panel.query !== query) return view
  const now = { ...panel, found }
  return {
    ...view,
    found: found.hits,
    overlay: overlay.kind === "help" ? { ...overlay, under: now } : now,
  }
}

export function searchTitle(view: ChatView, { everywhere }: SearchPanel): SafeText {
  const room = currentRoom(view)
  if (everywhere || room === undefined) return say`Search everywhere`
  return say`Search in ${roomTitle(room)}`
}

/** In cells from the left edge of the panel. */
export function searchCaret({ query }: SearchPanel): number {
  return 4 + drawnCells(query)
}

export function searchLines(view: ChatView, panel: SearchPanel): readonly (readonly Span[])[] {
  const { symbols } = view.theme
  const width = panelWidth(view) - 4
  const hits = panel.found?.hits ?? []
  const room = Math.max(1, pageHeight(view) - 2)
  const at = Math.min(panel.index, Math.max(0, hits.length - 1))
  const first = Math.max(0, Math.min(at - room + 1, hits.length - room))
  return [
    [span(say`: `, "accent"), span(truncate(panel.query, width - 2, symbols.more))],
    [span(truncate(countWords(panel), width, symbols.more), "faint")],
    ...hits
      .slice(first, first + room)
      .map((hit, index) => hitSpans(view, panel, hit, first + index === at, width)),
  ]
}

export function searchFooter(view: ChatView, panel: SearchPanel): readonly SafeText[] {
  const key = labelOf(view.keys, "search")
  return [
    say`Enter jump`,
    say`Esc back`,
    panel.everywhere ? say`${key} this room only` : say`${key} everywhere`,
    say`type to search`,
  ]
}

/** How much was found, and whether that is all. */
export function countWords({ query, found }: Pick<SearchPanel, "query" | "found">): SafeText {
  if (query.trim() === "") return say`every word must be in the message`
  if (found === undefined) return say`searching`
  const count = plural(found.hits.length, say`message`, say`messages`)
  switch (found.end) {
    case undefined:
      return say`${count} so far, ${found.searched} lines read`
    case "all":
      return found.hits.length === 0 ? say`nothing found` : count
    case "too-many":
      return say`the newest ${count}; write more words to find less`
    case "too-far":
      return say`${count} in the newest ${found.searched} lines; what is older was not read`
  }
}

function hitSpans(
  view: ChatView,
  { query, everywhere }: SearchPanel,
  { roomId, line }: Hit,
  isChosen: boolean,
  width: number,
): readonly Span[] {
  const { symbols } = view.theme
  const room = view.data.rooms.find(({ id }) => id === roomId)
  const lead = hitLead(line, everywhere ? room : undefined)
  const shown = truncate(lead, Math.max(8, Math.floor(width / 2)), symbols.more)
  const text = truncate(
    snippetOf(line.message.text, query, symbols.more),
    width - 3 - drawnCells(shown),
    symbols.more,
  )
  return [
    span(isChosen ? say`${symbols.pointer} ` : repeatSafe(say` `, 2), "accent"),
    span(say`${shown} `, "faint"),
    span(text, isChosen ? "selected" : "plain"),
  ]
}

/** When, where and who, in short. */
export function hitLead({ at, message }: Hit["line"], room: RoomView | undefined): SafeText {
  const who = message.own ? say`you` : nameInWords(message.from)
  const where = room === undefined ? say`` : say`${roomInWords(room)} `
  return say`${shortDay(at)} ${timeOfDay(at)} ${where}${who}:`
}
