/** The panel of help: what keys do in it, and its lines. */
import { setDraft } from "./composer-state.ts"
import type { Key } from "./key-decoder.ts"
import { helpParts, searchedHelp, type HelpRow } from "./help.ts"
import { chordLabel, panelActOf } from "./key-map.ts"
import { pageHeight, panelWidth } from "./pages.ts"
import { repeatSafe, safeTyped, say, sliceSafe, type SafeText } from "./safe-text.ts"
import { clustersOf, drawnCells, fit, truncate, wrap } from "./text-width.ts"
import { span, type Span } from "./theme.ts"
import { still, type ChatView, type HelpPanel, type Step } from "./view.ts"

/** Cells of the left column; narrower panels have it above the right one. */
const LEFT_CELLS = 30
const LEAST_CELLS = 60

/** What lies over the chat now lies there again when help is closed. */
export function openHelp(view: ChatView, place: HelpPanel["place"]): Step {
  return still({
    ...view,
    overlay: { kind: "help", place, query: say``, index: 0, under: view.overlay },
  })
}

export function onHelpKey(view: ChatView, panel: HelpPanel, key: Key): Step {
  const rows = rowsOf(view, panel)
  const last = Math.max(0, rows.length - 1)
  const at = Math.min(panel.index, last)
  const put = (change: Partial<HelpPanel>): Step => still({ ...view, overlay: { ...panel, ...change } })
  const to = (index: number): Step => put({ index: Math.max(0, Math.min(last, index)) })
  const close = (): Step => still({ ...view, overlay: panel.under })
  const page = Math.max(1, Math.floor(listHeight(view) / (isNarrow(view) ? 2 : 1)) - 1)
  if (key.kind === "text") {
    if (key.text === "?" && panel.query === "") return close()
    return put({ query: say`${panel.query}${safeTyped(key.text)}`, index: 0 })
  }
  switch (panelActOf(view.keys, key, true)) {
    case "panel-up":
      return to(at - 1)
    case "panel-down":
      return to(at + 1)
    case "panel-page-up":
      return to(at - page)
    case "panel-page-down":
      return to(at + page)
    case "panel-first":
      return to(0)
    case "panel-last":
      return to(last)
    case "panel-clear":
      return put({ query: say``, index: 0 })
    case "panel-erase": {
      const letter = clustersOf(panel.query).at(-1)
      return letter === undefined
        ? close()
        : put({ query: sliceSafe(panel.query, 0, -letter.length), index: 0 })
    }
    case "panel-choose":
      return choose(view, panel, rows[at])
    case "panel-close":
    case "panel-help":
      return close()
    default:
      return still(view)
  }
}

/** A command goes into the line that is written, unless something stands there. */
function choose(view: ChatView, panel: HelpPanel, row: HelpRow | undefined): Step {
  if (row?.text === undefined || view.composer.text !== "") return still({ ...view, overlay: panel.under })
  return still({
    ...view,
    overlay: undefined,
    picked: undefined,
    focus: undefined,
    composer: setDraft(view.composer, row.text),
    completion: undefined,
  })
}

function partsOf({ keys, theme }: ChatView, { place, query }: HelpPanel) {
  return searchedHelp(helpParts(keys, place, theme.symbols), query)
}

function rowsOf(view: ChatView, panel: HelpPanel): readonly HelpRow[] {
  return partsOf(view, panel).flatMap(({ rows }) => rows)
}

function isNarrow(view: ChatView): boolean {
  return panelWidth(view) - 4 < LEAST_CELLS
}

/** Rows for the list: one is what was typed. */
function listHeight(view: ChatView): number {
  return Math.max(1, pageHeight(view) - 1)
}

/** In cells from the left edge of the panel. */
export function helpCaret({ query }: HelpPanel): number {
  return 4 + drawnCells(query)
}

type Line = readonly Span[]

export function helpLines(view: ChatView, panel: HelpPanel): readonly Line[] {
  const width = panelWidth(view) - 4
  const { symbols } = view.theme
  const count = rowsOf(view, panel).length
  const at = Math.min(panel.index, Math.max(0, count - 1))
  const lines: Line[] = []
  // Of the row that the arrows are at, with the title above it where it is the first of its part.
  let first = 0
  let end = 0
  let item = 0
  for (const { title, rows } of partsOf(view, panel)) {
    const titleAt = lines.length
    lines.push([span(truncate(title, width, symbols.more), "accent")])
    for (const [index, row] of rows.entries()) {
      const isChosen = item === at
      if (isChosen) first = index === 0 ? titleAt : lines.length
      lines.push(...rowLines(view, row, isChosen, width))
      if (isChosen) end = lines.length
      item += 1
    }
  }
  const height = listHeight(view)
  // Something of what follows is in sight as long as there is room for it.
  const most = Math.max(0, lines.length - height)
  const middle = Math.floor((first + end - height) / 2)
  const offset = Math.max(0, Math.min(most, first, Math.max(middle, end - height)))
  const none: readonly Line[] = count > 0 ? [] : [[span(say`nothing of that in help`, "faint")]]
  return [
    [span(say`: `, "accent"), span(truncate(panel.query, width - 2, symbols.more))],
    ...none,
    ...lines.slice(offset, offset + height),
  ]
}

function rowLines(view: ChatView, { left, right }: HelpRow, isChosen: boolean, width: number): Line[] {
  const { symbols } = view.theme
  const lead = span(isChosen ? say`${symbols.pointer} ` : say`  `, "accent")
  const style = isChosen ? "selected" : "strong"
  const indent = repeatSafe(say` `, 2)
  if (isNarrow(view)) {
    return [
      [lead, span(truncate(left, width - 2, symbols.more), style)],
      ...wrap(right, width - 4).map(({ text }) => [span(say`${indent}${indent}${text}`)]),
    ]
  }
  const shown = truncate(left, LEFT_CELLS - 1, symbols.more)
  return wrap(right, width - LEFT_CELLS - 2).map(({ text }, index) =>
    index === 0
      ? [lead, span(shown, style), span(repeatSafe(say` `, LEFT_CELLS - drawnCells(shown))), span(text)]
      : [span(fit(say``, LEFT_CELLS + 2, symbols.more)), span(text)],
  )
}

export function helpFooter(view: ChatView): readonly SafeText[] {
  const [back] = view.keys.rows.flatMap((row) =>
    row.place === "panel" && row.act === "panel-close" ? row.chords.slice(0, 1).map(chordLabel) : [],
  )
  return [say`${back ?? say`Esc`} back`, say`type to search`, say`Up Down`, say`PgUp PgDn`]
}
