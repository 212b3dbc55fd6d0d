/** The chat: lays the panes out, puts what lies over them on top, and sets the real cursor. */
import { Box, useCursor } from "ink"
import { memo, type ReactNode } from "react"
import { belowRows } from "../below-rows.ts"
import { MIN_COLUMNS, MIN_ROWS, type Layout } from "../layout.ts"
import { panelWidth } from "../pages.ts"
import { repeatSafe, say, type SafeText } from "../safe-text.ts"
import { visibleRows } from "../scroll.ts"
import { searchCaret } from "../search-panel.ts"
import { drawnCells } from "../text-width.ts"
import { span, type Span } from "../theme.ts"
import type { ChatView, Overlay } from "../view.ts"
import { layoutOfView, newBelow, viewportOf } from "../visible.ts"
import { Composer } from "./composer.tsx"
import { HeaderBar } from "./header-bar.tsx"
import { Anchors, Divider, Line } from "./line.tsx"
import { PagePanel } from "./panel.tsx"
import { PeopleList } from "./people-list.tsx"
import { pickerCaret, PickerPanel } from "./picker-panel.tsx"
import { SearchPanelView } from "./search-panel.tsx"
import { RoomList } from "./room-list.tsx"
import { StatusBar } from "./status-bar.tsx"
import { Transcript } from "./transcript.tsx"
import {
  CodeScreen,
  isCode,
  ReadCodePanel,
  readCodeCaret,
  VerificationPanel,
  VerifyHowPanel,
} from "./verification-panel.tsx"
import { VerifyPanel } from "./verify-panel.tsx"

const NO_PEOPLE: never[] = []

export const ChatScreen = memo(function ChatScreen({ view }: { view: ChatView }): ReactNode {
  const { setCursorPosition } = useCursor()
  if (view.columns < MIN_COLUMNS || view.rows < MIN_ROWS) {
    setCursorPosition(undefined)
    return <Line spans={[span(say`Make this window larger.`)]} theme={view.theme} />
  }
  const { overlay } = view
  if (overlay?.kind === "verification" && isCode(view)) {
    setCursorPosition(undefined)
    return (
      <Box flexDirection="row" width={view.columns} height={view.rows}>
        <Anchors height={view.rows} />
        <CodeScreen view={view} panel={overlay} />
      </Box>
    )
  }
  const below = belowRows(view)
  const body = view.rows - 2
  if (overlay === undefined) {
    setCursorPosition({ x: below.caret.x, y: view.rows - 1 - below.composer.length + below.caret.y })
  } else {
    const left = 1 + Math.floor((view.columns - 1 - panelWidth(view)) / 2)
    setCursorPosition(caretOf(view, overlay, left))
  }
  return (
    <Box flexDirection="row" width={view.columns} height={view.rows}>
      <Anchors height={view.rows} />
      <Box flexDirection="column" width={view.columns - 1} height={view.rows} overflow="hidden">
        <HeaderBar view={view} />
        {overlay === undefined ? (
          <>
            <Body view={view} />
            <Rule view={view} />
            <Composer below={below} theme={view.theme} />
          </>
        ) : (
          <Box height={body} width={view.columns - 1} justifyContent="center" overflow="hidden">
            <OverlayPanel view={view} overlay={overlay} />
          </Box>
        )}
        <StatusBar view={view} />
      </Box>
    </Box>
  )
})

function caretOf(view: ChatView, overlay: Overlay, left: number): { x: number; y: number } | undefined {
  if (overlay.kind === "picker") return { x: left + pickerCaret(overlay), y: 2 }
  if (overlay.kind === "search") return { x: left + searchCaret(overlay), y: 2 }
  if (overlay.kind !== "read-code") return undefined
  const { x, y } = readCodeCaret(view, overlay)
  return { x: left + x, y }
}

function Body({ view }: { view: ChatView }): ReactNode {
  const layout = layoutOfView(view)
  const { bodyHeight: height } = layout
  const { theme, data } = view
  return (
    <Box flexDirection="row" height={height} flexShrink={0}>
      {layout.panes === "one" ? undefined : (
        <>
          <RoomList
            rooms={data.rooms}
            people={layout.panes === "two" ? data.people : NO_PEOPLE}
            roomId={view.roomId}
            width={layout.roomsWidth}
            height={height}
            theme={theme}
          />
          <Divider height={height} theme={theme} />
        </>
      )}
      <Transcript
        rows={visibleRows(viewportOf(view), view.scroll)}
        width={layout.chatWidth}
        height={height}
        theme={theme}
      />
      {layout.panes === "three" ? (
        <>
          <Divider height={height} theme={theme} />
          <PeopleList people={data.people} width={layout.peopleWidth} height={height} theme={theme} />
        </>
      ) : undefined}
    </Box>
  )
}

/** Between the transcript and the composer; says what is further down while somebody reads further up. */
function Rule({ view }: { view: ChatView }): ReactNode {
  const { symbols } = view.theme
  const layout = layoutOfView(view)
  const width = view.columns - 1
  const count = newBelow(view)
  const words =
    view.scroll.kind === "end"
      ? say``
      : count > 0
        ? say` ${symbols.down} ${count} new below ${symbols.dot} End `
        : say` ${symbols.down} more below ${symbols.dot} End `
  const tail = words === "" ? 0 : 2
  const left = ruleWith(crossings(layout), width - drawnCells(words) - tail, view)
  const spans: Span[] = [
    span(left, "faint"),
    span(words, count > 0 ? "accent" : "faint"),
    span(repeatSafe(symbols.horizontal, tail), "faint"),
  ]
  return <Line spans={spans} theme={view.theme} />
}

/** Columns of the rule under the lines between panes. */
function crossings(layout: Layout): readonly number[] {
  if (layout.panes === "one") return []
  const first = layout.roomsWidth + 1
  return layout.panes === "two" ? [first] : [first, first + 2 + layout.chatWidth + 1]
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

function OverlayPanel({ view, overlay }: { view: ChatView; overlay: Overlay }): ReactNode {
  switch (overlay.kind) {
    case "help":
    case "who":
    case "page":
    case "receipts":
      return <PagePanel view={view} page={overlay} />
    case "picker":
      return <PickerPanel view={view} picker={overlay} />
    case "search":
      return <SearchPanelView view={view} panel={overlay} />
    case "verify":
      return <VerifyPanel view={view} panel={overlay} />
    case "verify-how":
      return <VerifyHowPanel view={view} panel={overlay} />
    case "verification":
      return <VerificationPanel view={view} panel={overlay} />
    case "read-code":
      return <ReadCodePanel view={view} panel={overlay} />
  }
}
