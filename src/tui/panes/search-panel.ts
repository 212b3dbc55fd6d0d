/** What was searched for, and the messages that hold it. */
import { panelWidth } from "../pages.ts"
import { searchFooter, searchLines, searchTitle, type SearchPanel } from "../search-panel.ts"
import { span } from "../theme.ts"
import type { ChatView } from "../view.ts"
import { choicesLine, type PanelContent } from "./panel.ts"

export function searchPanel(view: ChatView, panel: SearchPanel): PanelContent {
  return {
    title: searchTitle(view, panel),
    lines: searchLines(view, panel),
    footer: [span(choicesLine(searchFooter(view, panel), panelWidth(view) - 4), "faint")],
  }
}
