/** The chat: lays the panes out, puts what lies over them on top, and says where the cursor stands. */
import { belowRows } from "../below-rows.ts"
import { helpCaret } from "../help-panel.ts"
import { MIN_COLUMNS, MIN_ROWS, textWidth, type Layout } from "../layout.ts"
import { panelWidth } from "../pages.ts"
import { divider, type Frame, fullWidth, type PaintedRow } from "../painting.ts"
import { repeatSafe, say, type SafeText } from "../safe-text.ts"
import { visibleRows } from "../scroll.ts"
import { searchCaret } from "../search-panel.ts"
import { drawnCells } from "../text-width.ts"
import { span, type Span } from "../theme.ts"
import type { ChatView, Overlay } from "../view.ts"
import { layoutOfView, newBelow, viewportOf } from "../visible.ts"
import { composerRows } from "./composer.ts"
import { headerSpans } from "./header-bar.ts"
import { helpPanel } from "./help-panel.ts"
import { pagePanel, type PanelContent, panelRows } from "./panel.ts"
import { peopleList } from "./people-list.ts"
import { pickerCaret, pickerPanel } from "./picker-panel.ts"
import { searchPanel } from "./search-panel.ts"
import { roomList } from "./room-list.ts"
import { statusSpans } from "./status-bar.ts"
import { tooSmall } from "./too-small.ts"
import { transcriptRows } from "./transcript.ts"
import {
  codeScreen,
  isCode,
  readCodeCaret,
  readCodePanel,
  verificationPanel,
  verifyHowPanel,
} from "./verification-panel.ts"
import { verifyPanel } from "./verify-panel.ts"

const NO_PEOPLE: never[] = []

export function chatScreen(view: ChatView): Frame {
  const { columns, rows: height, overlay } = view
  if (columns < MIN_COLUMNS || height < MIN_ROWS) return tooSmall(view)
  if (overlay?.kind === "verification" && isCode(view))
    return { rows: fullWidth(codeScreen(view, overlay), { columns, height }), caret: undefined }
  const one = (spans: readonly Span[]) => fullWidth([spans], { columns, height: 1 })
  // Where warnings leave no room for all of it, what is written and the status below it stay.
  const around = (inner: readonly PaintedRow[]) => [
    ...one(headerSpans(view)),
    ...inner.slice(Math.max(0, inner.length - (height - 2))),
    ...one(statusSpans(view)),
  ]
  if (overlay !== undefined) {
    const left = Math.floor((textWidth(columns) - panelWidth(view)) / 2)
    return {
      rows: around(overlayRows(view, overlay, left, height - 2)),
      caret: caretOf(view, overlay, 1 + left),
    }
  }
  const below = belowRows(view)
  const written = composerRows(below)
  return {
    rows: around([
      ...bodyRows(view),
      ...one(ruleSpans(view)),
      ...fullWidth(written, { columns, height: written.length }),
    ]),
    // Where nothing is written there is no cursor either.
    caret:
      view.picked === undefined && view.focus === undefined
        ? { x: below.caret.x, y: height - 1 - below.composer.length + below.caret.y }
        : undefined,
  }
}

function overlayRows(view: ChatView, overlay: Overlay, left: number, height: number): PaintedRow[] {
  const width = panelWidth(view)
  const content = contentOf(view, overlay)
  const rows = content === undefined ? [] : panelRows(content, width, view.theme)
  return Array.from({ length: height }, (_, y) => [
    "anchor",
    { spans: [], width: left },
    { spans: rows[y] ?? [], width },
  ])
}

function caretOf(view: ChatView, overlay: Overlay, left: number): { x: number; y: number } | undefined {
  if (overlay.kind === "picker") return { x: left + pickerCaret(overlay), y: 2 }
  if (overlay.kind === "help") return { x: left + helpCaret(overlay), y: 2 }
  if (overlay.kind === "search") return { x: left + searchCaret(overlay), y: 2 }
  if (overlay.kind !== "read-code") return undefined
  const { x, y } = readCodeCaret(view, overlay)
  return { x: left + x, y }
}

function bodyRows(view: ChatView): PaintedRow[] {
  const layout = layoutOfView(view)
  const { bodyHeight: height, panes } = layout
  const { theme, data } = view
  const rooms =
    layout.roomsWidth === 0
      ? undefined
      : roomList({
          rooms: data.rooms,
          people: panes === "two" ? data.people : NO_PEOPLE,
          meant: data.meant,
          roomId: view.roomId,
          width: layout.roomsWidth,
          height,
          theme,
          focusId: view.focus?.pane === "rooms" ? view.focus.id : undefined,
        })
  const people =
    layout.peopleWidth > 0
      ? peopleList({
          people: data.people,
          width: layout.peopleWidth,
          height,
          theme,
          focusId: view.focus?.pane === "people" ? view.focus.id : undefined,
        })
      : undefined
  const between = divider(theme)
  const chat = transcriptRows(visibleRows(viewportOf(view), view.scroll), layout.chatWidth, height)
  return chat.map((row, y) => [
    "anchor",
    ...(rooms === undefined ? [] : [{ spans: rooms[y] ?? [], width: layout.roomsWidth }, ...between]),
    ...row,
    ...(people === undefined ? [] : [...between, { spans: people[y] ?? [], width: layout.peopleWidth }]),
  ])
}

/** Between the transcript and the composer; says what is further down while somebody reads further up. */
function ruleSpans(view: ChatView): readonly Span[] {
  const { symbols } = view.theme
  const layout = layoutOfView(view)
  const width = textWidth(view.columns)
  const count = newBelow(view)
  const words =
    view.scroll.kind === "end"
      ? say``
      : count > 0
        ? say` ${symbols.down} ${count} new below ${symbols.dot} End `
        : say` ${symbols.down} more below ${symbols.dot} End `
  const tail = words === "" ? 0 : 2
  const left = ruleWith(crossings(layout), width - drawnCells(words) - tail, view)
  return [
    span(left, "faint"),
    span(words, count > 0 ? "accent" : "faint"),
    span(repeatSafe(symbols.horizontal, tail), "faint"),
  ]
}

/** Columns of the rule under the lines between panes. */
function crossings({ roomsWidth, chatWidth, peopleWidth }: Layout): readonly number[] {
  const first = roomsWidth + 1
  const rooms = roomsWidth > 0 ? [first] : []
  return peopleWidth > 0 ? [...rooms, (roomsWidth > 0 ? first + 2 : 0) + chatWidth + 1] : rooms
}

function ruleWith(columns: readonly number[], width: number, view: ChatView): SafeText {
  const { horizontal, crossing } = view.theme.symbols
  let rule = say``
  for (const column of columns) {
    if (column >= width) break
    rule = say`${rule}${repeatSafe(horizontal, column - rule.length)}${crossing}`
  }
  return say`${rule}${repeatSafe(horizontal, width - rule.length)}`
}

function contentOf(view: ChatView, overlay: Overlay): PanelContent | undefined {
  switch (overlay.kind) {
    case "help":
      return helpPanel(view, overlay)
    case "who":
    case "page":
    case "receipts":
      return pagePanel(view, overlay)
    case "picker":
      return pickerPanel(view, overlay)
    case "search":
      return searchPanel(view, overlay)
    case "verify":
      return verifyPanel(view, overlay)
    case "verify-how":
      return verifyHowPanel(view, overlay)
    case "verification":
      return verificationPanel(view, overlay)
    case "read-code":
      return readCodePanel(view, overlay)
  }
}
