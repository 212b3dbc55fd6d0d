/** "Go to…": what was typed, and the rooms and people that it may mean. */
import { pageHeight, panelWidth } from "../pages.ts"
import { pickerItems, type PickerItem } from "../picker.ts"
import { repeatSafe, say, type SafeText } from "../safe-text.ts"
import { drawnCells, truncate } from "../text-width.ts"
import { span, trustMark, trustStyle, type Span, type Symbols } from "../theme.ts"
import type { ChatView, Overlay } from "../view.ts"
import { choicesLine, type PanelContent } from "./panel.ts"

type Picker = Overlay & { kind: "picker" }

const TITLES: Record<Picker["source"], SafeText> = {
  all: say`Go to`,
  rooms: say`Rooms`,
  people: say`People`,
  history: say`What you wrote before`,
  forward: say`Forward to`,
  react: say`React`,
}

/** Where the caret stands in the panel: behind the query, in its first line. */
export function pickerCaret(picker: Picker): number {
  return 4 + drawnCells(picker.query)
}

export function pickerPanel(view: ChatView, picker: Picker): PanelContent {
  const { symbols } = view.theme
  const width = panelWidth(view)
  const items = pickerItems(view, picker)
  const room = pageHeight(view) - 1
  const at = Math.min(picker.index, Math.max(0, items.length - 1))
  const first = Math.max(0, Math.min(at - room + 1, items.length - room))
  const query: Span[] = [span(say`: `, "accent"), span(truncate(picker.query, width - 6, symbols.more))]
  const shown = items.slice(Math.max(0, first), Math.max(0, first) + room)
  const none: Span[][] =
    items.length === 0
      ? [
          [
            span(
              picker.source === "history" ? say`  nothing written before` : say`  nothing of that name`,
              "faint",
            ),
          ],
        ]
      : []
  const rows = shown.map((item, index) => itemSpans(view, item, Math.max(0, first) + index === at, width - 4))
  return {
    title: TITLES[picker.source],
    lines: [query, ...none, ...rows],
    footer: [span(choicesLine(choicesIn(picker), width - 4), "faint")],
  }
}

function choicesIn({ source }: Picker): readonly SafeText[] {
  if (source === "forward" || source === "react")
    return [say`Enter choose`, say`Esc back`, say`type to search`]
  if (source === "history") return [say`Enter take it`, say`Esc back`, say`type to search`]
  return [say`Enter open`, say`Esc back`, say`F5 verify`, say`type to search`]
}

/** Cells of a title with its mark; the column behind it starts there on wide enough panels. */
const TITLE_CELLS = 36

function itemSpans(view: ChatView, item: PickerItem, chosen: boolean, width: number): readonly Span[] {
  const { symbols } = view.theme
  if (item.kind === "text") return textSpans(item, chosen, width, symbols)
  const number = item.kind === "room" ? item.number : undefined
  const lead = number === undefined ? say`` : say`${number < 10 ? say` ` : say``}${number}  `
  const mark = item.person === undefined ? say`` : say` ${trustMark(item.person, symbols)}`
  const state = item.person === undefined ? say`` : item.person.online ? say`online` : say`offline`
  const tail = item.unread > 0 ? say`${item.unread} new` : state
  const room = Math.min(TITLE_CELLS, width - 3 - drawnCells(tail))
  const title = truncate(item.title, room - drawnCells(lead) - drawnCells(mark), symbols.more)
  const gap = room - drawnCells(lead) - drawnCells(title) - drawnCells(mark)
  return [
    span(chosen ? say`${symbols.pointer} ` : say`  `, "accent"),
    span(lead, "faint"),
    span(title, chosen ? "selected" : "plain"),
    span(mark, item.person === undefined ? "plain" : trustStyle(item.person.trust)),
    span(repeatSafe(say` `, gap)),
    span(say` ${tail}`, item.unread > 0 ? "accent" : "faint"),
  ]
}

function textSpans(
  { title, what }: PickerItem & { kind: "text" },
  chosen: boolean,
  width: number,
  symbols: Symbols,
): readonly Span[] {
  const room = what === "" ? width - 2 : Math.min(TITLE_CELLS, Math.ceil((width - 2) / 2))
  const shown = truncate(title, room, symbols.more)
  return [
    span(chosen ? say`${symbols.pointer} ` : say`  `, "accent"),
    span(shown, chosen ? "selected" : "plain"),
    span(repeatSafe(say` `, room - drawnCells(shown))),
    span(what === "" ? say`` : truncate(say` ${what}`, width - 2 - room, symbols.more), "faint"),
  ]
}
