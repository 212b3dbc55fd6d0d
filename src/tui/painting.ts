/**
 * Frames as text: what stands in each row, from left to right, in cells. Every screen is made of this and of nothing
 * else, so text reaches a terminal here only, and only as `SafeText`. A frame costs what its letters cost: nothing is
 * laid out, and nothing is looked at twice.
 */
import { type SafeText, sliceSafe } from "./safe-text.ts"
import { ANCHOR } from "./terminal.ts"
import { clustersOf, drawnCells } from "./text-width.ts"
import { span, type Span, type Theme } from "./theme.ts"

/**
 * Text in so many cells: longer text is cut, never wrapped. Or an anchor, one cell that `terminal.ts` turns into "go to
 * this column and erase to the right": whatever stands left of it may be wider or narrower on this terminal than we
 * think, and still moves nothing on its right.
 */
export type Piece = "anchor" | { spans: readonly Span[]; width: number }

/** A row of the screen, from its left edge. */
export type PaintedRow = readonly Piece[]

export interface Frame {
  /** As many as the screen has. */
  rows: readonly PaintedRow[]
  /** In cells and rows from the upper left corner. */
  caret: { x: number; y: number } | undefined
}

/** `rows` of one pane as wide as the screen, the anchor at its left edge included; cut or filled to `height`. */
export function fullWidth(
  rows: readonly (readonly Span[])[],
  { columns, height }: { columns: number; height: number },
): PaintedRow[] {
  return Array.from({ length: height }, (_, y) => [
    "anchor" as const,
    { spans: rows[y] ?? [], width: columns - 1 },
  ])
}

/** The line between two panes, anchored: three cells. */
export function divider({ symbols }: Theme): PaintedRow {
  return ["anchor", { spans: [span(symbols.vertical, "line")], width: 2 }]
}

const drawn = new WeakSet<(line: string, index: number) => string>()

/** Rows for Ink, which asks for each by its index. */
export function asDrawn(rows: readonly string[]): (line: string, index: number) => string {
  const row = (_: string, index: number) => rows[index] ?? ""
  drawn.add(row)
  return row
}

/** Whether a transformer of Ink's came from `asDrawn`: what it gives needs no canvas (`canvas.ts`). */
export function isDrawn(transformer: (line: string, index: number) => string): boolean {
  return drawn.has(transformer)
}

/** One string a row, with styles and anchors in it. */
export function paint({ rows }: Frame, theme: Theme): string[] {
  return rows.map((row) => paintRow(row, theme))
}

function paintRow(row: PaintedRow, theme: Theme): string {
  let painted = ""
  let blanks = 0
  for (const piece of row) {
    if (piece === "anchor") {
      painted += `${" ".repeat(blanks)}${ANCHOR}`
      blanks = 0
      continue
    }
    const { text, cells } = paintSpans(piece.spans, piece.width, theme)
    if (cells > 0) {
      painted += `${" ".repeat(blanks)}${text}`
      blanks = 0
    }
    blanks += piece.width - cells
  }
  return withoutTail(painted).trimEnd()
}

/** Ends of styles in which a blank cannot be seen: of weight and colour, not of ground or inverse. */
const UNSEEN_ENDS = ["\u001b[22m", "\u001b[39m"]

/** Without the blanks at the end of a row that nobody sees. */
function withoutTail(row: string): string {
  let end = row.length
  for (;;) {
    const style = UNSEEN_ENDS.find((each) => row.endsWith(each, end))
    if (style === undefined) break
    end -= style.length
  }
  let kept = end
  while (row[kept - 1] === " ") kept -= 1
  return kept === end ? row : row.slice(0, kept) + row.slice(end)
}

function paintSpans(spans: readonly Span[], width: number, theme: Theme): { text: string; cells: number } {
  const all = spans.reduce((sum, { text }) => sum + drawnCells(text), 0)
  const shown = all > width ? cutSpans(spans, width, theme.symbols.more) : spans
  let text = ""
  for (const piece of shown) text += styled(piece, theme)
  return { text, cells: all > width ? shown.reduce((sum, piece) => sum + drawnCells(piece.text), 0) : all }
}

function styled({ text, style }: Span, { sgr }: Theme): string {
  const { on, off } = sgr[style]
  return text === "" ? "" : `${on}${text}${off}`
}

/** As much as fits, with a mark behind it. */
function cutSpans(spans: readonly Span[], width: number, more: SafeText): Span[] {
  const room = width - drawnCells(more)
  const shown: Span[] = []
  let cells = 0
  for (const { text, style } of spans) {
    let end = 0
    for (const cluster of clustersOf(text)) {
      const size = drawnCells(cluster)
      if (cells + size > room)
        return room < 0 ? [] : [...shown, span(sliceSafe(text, 0, end), style), span(more, style)]
      cells += size
      end += cluster.length
    }
    shown.push(span(text, style))
  }
  return shown
}
