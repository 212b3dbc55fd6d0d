/** What was searched for, and the messages that hold it. */
import type { ReactNode } from "react"
import { panelWidth } from "../pages.ts"
import { searchFooter, searchLines, searchTitle, type SearchPanel } from "../search-panel.ts"
import { span } from "../theme.ts"
import type { ChatView } from "../view.ts"
import { choicesLine, Panel } from "./panel.tsx"

export function SearchPanelView({ view, panel }: { view: ChatView; panel: SearchPanel }): ReactNode {
  const width = panelWidth(view)
  return (
    <Panel
      title={searchTitle(view, panel)}
      lines={searchLines(view, panel)}
      footer={[span(choicesLine(searchFooter(view, panel), width - 4), "faint")]}
      width={width}
      theme={view.theme}
    />
  )
}
