/** What lies over the chat: a titled block of lines with the keys that leave it. */
import { Box } from "ink"
import type { ReactNode } from "react"
import { pageHeight, pageLines, pageTitle, panelWidth, type Page } from "../pages.ts"
import { repeatSafe, say, type SafeText } from "../safe-text.ts"
import { cellsOf, truncate } from "../text-width.ts"
import { span, type Span, type Theme } from "../theme.ts"
import type { ChatView } from "../view.ts"
import { Line } from "./line.tsx"

export interface PanelProps {
  title: SafeText
  lines: readonly (readonly Span[])[]
  footer: readonly Span[]
  width: number
  theme: Theme
}

export function Panel({ title, lines, footer, width, theme }: PanelProps): ReactNode {
  const { horizontal, more } = theme.symbols
  const head = truncate(say`${repeatSafe(horizontal, 2)} ${title} `, width - 2, more)
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      <Line
        spans={[span(say`${head}${repeatSafe(horizontal, width - cellsOf(head))}`, "accent")]}
        theme={theme}
      />
      {lines.map((line, index) => (
        <Line key={index} spans={[span(say`  `), ...line]} theme={theme} />
      ))}
      <Line spans={[span(repeatSafe(horizontal, 2), "accent"), span(say` `), ...footer]} theme={theme} />
    </Box>
  )
}

export function PagePanel({ view, page }: { view: ChatView; page: Page }): ReactNode {
  const all = pageLines(view, page)
  const height = pageHeight(view)
  const offset = Math.max(0, Math.min(page.offset, all.length - height))
  const below = all.length - offset - height
  const width = panelWidth(view)
  const choices = [
    ...(below > 0 || offset > 0
      ? [say`PgUp PgDn${below > 0 ? say`, ${below} ${width < 60 ? say`below` : say`more below`}` : say``}`]
      : []),
    say`Esc back`,
    ...(page.kind === "receipts" ? [say`Left: message before`] : []),
  ]
  return (
    <Panel
      title={pageTitle(view, page)}
      lines={all.slice(offset, offset + height)}
      footer={[span(choicesLine(choices, width - 3), "faint")]}
      width={width}
      theme={view.theme}
    />
  )
}

/** A row of choices for a footer, cut to the panel. */
export function choicesLine(choices: readonly SafeText[], width: number): SafeText {
  let line = say``
  for (const choice of choices) {
    const longer = line === "" ? choice : say`${line}   ${choice}`
    if (cellsOf(longer) > width) break
    line = longer
  }
  return line
}
