/**
 * How many cells a text takes, and how it is cut and wrapped to a width.
 *
 * Terminals disagree about joined emoji and Indic conjuncts: some draw a cluster in the cells of its first letter,
 * some in the sum of its parts. `cellsOf` takes the larger answer, so that wrapped text is never wider than its box
 * anywhere. `drawnCells` is what this terminal takes, once it has answered (`terminal-widths.ts`), and the larger answer
 * until then: it places the cursor and whatever stands on the right.
 */
import stringWidth from "string-width"
import { graphemesOf, SINGLE_CELLS } from "./graphemes.ts"
import { linesOf, repeatSafe, say, sliceSafe, type SafeText } from "./safe-text.ts"
import { measuredCells, type Widths } from "./terminal-widths.ts"

/** Longer texts are not on a screen. */
const MAX_REMEMBERED_UNITS = 1_000
const MAX_REMEMBERED = 8_192

let measured: Widths | undefined
let stamp = 0
/** Asked for again and again, for every key. */
const remembered = new Map<string, number>()

/** What this terminal answered; undefined: nothing so far. One process has one terminal. */
export function useWidths(widths: Widths | undefined): void {
  measured = widths
  stamp += 1
  remembered.clear()
}

/** Another number whenever texts may take other cells than before: what was laid out with the old ones is void. */
export function widthsStamp(): number {
  return stamp
}

/** Cells that this terminal takes. Never more than `cellsOf`. */
export function drawnCells(text: string): number {
  if (SINGLE_CELLS.test(text)) return text.length
  const known = remembered.get(text)
  if (known !== undefined) return known
  let cells = 0
  for (const { segment } of graphemesOf(text)) cells += drawnClusterCells(segment)
  if (text.length > MAX_REMEMBERED_UNITS) return cells
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(text, cells)
  return cells
}

function drawnClusterCells(cluster: string): number {
  if (measured === undefined) return mostCells(cluster)
  if (cluster.length === 1 && SINGLE_CELLS.test(cluster)) return 1
  return measuredCells(cluster, measured, stringWidth)
}

/** The most cells any terminal takes. */
export function cellsOf(text: string): number {
  if (SINGLE_CELLS.test(text)) return text.length
  let cells = 0
  for (const { segment } of graphemesOf(text)) cells += clusterCells(segment)
  return cells
}

/** Pieces of a text that a person sees as one character each. */
export function clustersOf(text: string): string[] {
  return Array.from(graphemesOf(text), ({ segment }) => segment)
}

function clusterCells(cluster: string): number {
  return Math.max(mostCells(cluster), drawnClusterCells(cluster))
}

function mostCells(cluster: string): number {
  if (cluster.length === 1 && SINGLE_CELLS.test(cluster)) return 1
  const drawn = stringWidth(cluster)
  if (cluster.length <= 1) return drawn
  let sum = 0
  for (const point of cluster) sum += stringWidth(point)
  return Math.max(drawn, sum)
}

/** One row of a wrapped text: `text` is what is drawn, and it stands at `start` to `end` of the whole. */
export interface WrappedRow {
  text: SafeText
  start: number
  /** Where the next row starts; a line feed between them belongs to this row. */
  end: number
}

/** Wraps at spaces where it can and inside words where it must. Always at least one row; `width` at least 2. */
export function wrap(text: SafeText, width: number): WrappedRow[] {
  const rows: WrappedRow[] = []
  let start = 0
  for (const line of linesOf(text)) {
    wrapLine(line, start, Math.max(2, width), rows)
    start += line.length + 1
  }
  return rows
}

function wrapLine(line: SafeText, offset: number, width: number, rows: WrappedRow[]): void {
  let rowStart = 0
  let cells = 0
  let breakAt = -1
  const push = (end: number, next: number) => {
    rows.push({ text: sliceSafe(line, rowStart, end), start: offset + rowStart, end: offset + next })
    rowStart = next
    breakAt = -1
  }
  let at = 0
  for (const cluster of SINGLE_CELLS.test(line) ? line : clustersOf(line)) {
    const size = clusterCells(cluster)
    if (cells + size > width) {
      if (cluster === " ") {
        // The space that does not fit hangs over the edge, unseen.
        push(at, at + 1)
        at += 1
        cells = 0
        continue
      }
      if (breakAt > rowStart) {
        push(breakAt, breakAt)
        cells = cellsOf(line.slice(rowStart, at))
      }
      if (cells + size > width && at > rowStart) {
        push(at, at)
        cells = 0
      }
    }
    at += cluster.length
    cells += size
    if (cluster === " ") breakAt = at
  }
  rows.push({ text: sliceSafe(line, rowStart), start: offset + rowStart, end: offset + line.length })
}

/** Cuts a line to `width` cells, ending in `more` when something is missing. */
export function truncate(text: SafeText, width: number, more: SafeText): SafeText {
  if (width <= 0) return say``
  if (cellsOf(text) <= width) return text
  const room = width - cellsOf(more)
  let cells = 0
  let end = 0
  for (const cluster of clustersOf(text)) {
    const size = clusterCells(cluster)
    if (cells + size > room) break
    cells += size
    end += cluster.length
  }
  return say`${sliceSafe(text, 0, end)}${more}`
}

/** Cut or filled with spaces to exactly `width` cells as this terminal draws them. */
export function fit(text: SafeText, width: number, more: SafeText): SafeText {
  const cut = truncate(text, width, more)
  return say`${cut}${repeatSafe(say` `, width - drawnCells(cut))}`
}
