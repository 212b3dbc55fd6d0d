/** What was searched for in help, and the rows that say it. */
import { helpFooter, helpLines } from "../help-panel.ts"
import { panelWidth } from "../pages.ts"
import { say } from "../safe-text.ts"
import { span } from "../theme.ts"
import type { ChatView, HelpPanel } from "../view.ts"
import { choicesLine, type PanelContent } from "./panel.ts"

export function helpPanel(view: ChatView, panel: HelpPanel): PanelContent {
  return {
    title: panel.place === "keys" ? say`Keys` : say`Help`,
    lines: helpLines(view, panel),
    footer: [span(choicesLine(helpFooter(view), panelWidth(view) - 4), "faint")],
  }
}
