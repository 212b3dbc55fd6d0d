/** The answers of a page: walked with the arrows, or given by their letters. They stand under the text, always in sight. */
import type { Key } from "./key-decoder.ts"
import { chordLabel, panelActOf, pressedName } from "./key-map.ts"
import type { PanelAct } from "./key-places.ts"
import { pageHeight, type Page as AnyPage } from "./pages.ts"
import { say } from "./safe-text.ts"
import { drawnCells, fit, truncate } from "./text-width.ts"
import { span, type Span } from "./theme.ts"
import type { ChatView, Overlay, PageChoice } from "./view.ts"

type Page = Overlay & { kind: "page" }

/** Stands first where something cannot be taken back, so that an Enter too many does nothing. */
export const LEAVE: PageChoice = { key: "esc", label: say`leave it`, does: { kind: "leave" } }

/** Rows that are left for the text however many answers there are. */
const LEAST_TEXT_ROWS = 2

/** The answer that the arrows are at. */
export function chosenOf({ choices, chosen = 0 }: Page): number {
  return Math.min(chosen, Math.max(0, (choices?.length ?? 0) - 1))
}

/** The answer that a key gives; never a paste. */
export function answerOf(view: ChatView, page: Page, key: Key): PageChoice | undefined {
  const { choices = [] } = page
  if (key.kind === "paste") return undefined
  const name = pressedName(key)
  const byLetter = choices.find(
    ({ key: letter, does }) => letter === name || (does.kind === "next" && name.startsWith(letter)),
  )
  if (byLetter !== undefined) return byLetter
  return panelActOf(view.keys, key) === "panel-choose" ? choices[chosenOf(page)] : undefined
}

/** Undefined for what does not move between answers. */
export function walked(page: Page, act: PanelAct | undefined): Page | undefined {
  const count = page.choices?.length ?? 0
  if (count === 0) return undefined
  const at = chosenOf(page)
  switch (act) {
    case "panel-up":
    case "panel-left":
      return { ...page, chosen: (at - 1 + count) % count }
    case "panel-down":
    case "panel-right":
      return { ...page, chosen: (at + 1) % count }
    default:
      return undefined
  }
}

/** Rows that the answers take of a page. */
function choiceRows(view: ChatView, { choices = [] }: Page): number {
  return Math.min(choices.length, Math.max(1, pageHeight(view) - LEAST_TEXT_ROWS))
}

export function choiceLines(view: ChatView, page: Page, width: number): readonly (readonly Span[])[] {
  const { choices = [] } = page
  const { pointer, more } = view.theme.symbols
  const at = chosenOf(page)
  const rows = choiceRows(view, page)
  const first = Math.max(0, Math.min(at - rows + 1, choices.length - rows))
  const keyCells = Math.max(...choices.map(({ key }) => drawnCells(chordLabel(key)))) + 2
  return choices.slice(first, first + rows).map(({ key, label, short = label }, index) => {
    const isChosen = first + index === at
    const room = width - 2 - keyCells
    return [
      span(isChosen ? say`${pointer} ` : say`  `, "accent"),
      span(fit(chordLabel(key), keyCells, more), "strong"),
      span(truncate(drawnCells(label) <= room ? label : short, room, more), isChosen ? "selected" : "plain"),
    ]
  })
}

/** Rows that a page has for its text. */
export function textHeight(view: ChatView, page: AnyPage): number {
  return page.kind === "page" ? pageHeight(view) - choiceRows(view, page) : pageHeight(view)
}
