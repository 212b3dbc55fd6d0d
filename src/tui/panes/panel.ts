/** What lies over the chat: a titled block of lines with the keys that leave it. */
import { choiceLines, textHeight } from "../choosing.ts"
import { pageLines, pageTitle, panelWidth, type Page } from "../pages.ts"
import { repeatSafe, say, type SafeText } from "../safe-text.ts"
import { cellsOf, truncate } from "../text-width.ts"
import { span, type Span, type Theme } from "../theme.ts"
import type { ChatView } from "../view.ts"

export interface PanelContent {
  title: SafeText
  lines: readonly (readonly Span[])[]
  footer: readonly Span[]
}

export function panelRows(
  { title, lines, footer }: PanelContent,
  width: number,
  theme: Theme,
): (readonly Span[])[] {
  const { horizontal, more } = theme.symbols
  const head = truncate(say`${repeatSafe(horizontal, 2)} ${title} `, width - 2, more)
  return [
    [span(say`${head}${repeatSafe(horizontal, width - cellsOf(head))}`, "accent")],
    ...lines.map((line) => [span(say`  `), ...line]),
    [span(repeatSafe(horizontal, 2), "accent"), span(say` `), ...footer],
  ]
}

export function pagePanel(view: ChatView, page: Page): PanelContent {
  const all = pageLines(view, page)
  const answers = page.kind === "page" ? choiceLines(view, page, panelWidth(view) - 4) : []
  const height = textHeight(view, page)
  const offset = Math.max(0, Math.min(page.offset, all.length - height))
  const below = all.length - offset - height
  const width = panelWidth(view)
  const choices = [
    ...(below > 0 || offset > 0
      ? [say`PgUp PgDn${below > 0 ? say`, ${below} ${width < 60 ? say`below` : say`more below`}` : say``}`]
      : []),
    ...(answers.length > 0 ? [say`Enter do it`] : []),
    say`Esc back`,
    ...(answers.length > 1 ? [say`Up Down choose`] : []),
    ...(page.kind === "receipts" ? [say`Left: message before`] : []),
  ]
  return {
    title: pageTitle(view, page),
    lines: [...all.slice(offset, offset + height), ...answers],
    footer: [span(choicesLine(choices, width - 3), "faint")],
  }
}

/** Answers of a footer with the one that the arrows are at. @param more what stands behind them as far as it fits. */
export function answerSpans(
  labels: readonly SafeText[],
  chosen: number | undefined,
  more: readonly SafeText[],
  width: number,
): readonly Span[] {
  const isTight = labels.reduce((sum, label) => sum + cellsOf(label) + 3, 0) > width + 3
  const gap = isTight ? say` ` : say`   `
  const answers = labels.flatMap((label, index) => [
    ...(index === 0 ? [] : [span(gap)]),
    span(label, index === chosen ? "selected" : "strong"),
  ])
  const room = width - answers.reduce((sum, { text }) => sum + cellsOf(text), 0)
  const walk = chosen === undefined ? say`Left Right choose` : say`Enter answers`
  const rest = choicesLine([...more, walk], room - 3)
  return rest === "" ? answers : [...answers, span(say`   ${rest}`, "faint")]
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
