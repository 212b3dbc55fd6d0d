/**
 * Which rows are on the screen. The view is anchored to its lowest row, given as a line and a row in it, so new
 * lines below and older lines above never move what is being read.
 */
import type { TranscriptLine } from "../client/events.ts"
import { keyOf, type Row, type RowCache, type RowContext } from "./transcript-rows.ts"

/** `end`: follows what comes. Otherwise the lowest visible row. */
export type Scroll = { kind: "end" } | { kind: "at"; key: string; row: number }

export const AT_END: Scroll = { kind: "end" }

/** The part of a room that is loaded, and how it is drawn. */
export interface Viewport {
  lines: readonly TranscriptLine[]
  unreadFrom: string | undefined
  height: number
  context: RowContext
  cache: RowCache
}

interface Place {
  index: number
  row: number
}

/** The visible rows, oldest first; fewer than `height` when there are no more. */
export function visibleRows(viewport: Viewport, scroll: Scroll): readonly Row[] {
  const bottom = placeOf(viewport, scroll)
  if (bottom === undefined) return []
  const rows: Row[] = []
  let { index, row } = bottom
  while (index >= 0 && rows.length < viewport.height) {
    const all = rowsAt(viewport, index)
    for (let at = row; at >= 0 && rows.length < viewport.height; at--) rows.push(all[at]!)
    index -= 1
    if (index >= 0) row = rowsAt(viewport, index).length - 1
  }
  rows.reverse()
  if (rows.length === viewport.height || scroll.kind === "end") return rows
  // Near the start the view is filled downwards: no empty rows while there is something to show.
  return [...rows, ...rowsBelow(viewport, bottom, viewport.height - rows.length)]
}

function rowsBelow(viewport: Viewport, from: Place, count: number): Row[] {
  const rows: Row[] = []
  let { index, row } = from
  while (rows.length < count) {
    const all = rowsAt(viewport, index)
    if (row + 1 < all.length) row += 1
    else {
      index += 1
      row = 0
      if (index >= viewport.lines.length) break
    }
    rows.push(rowsAt(viewport, index)[row]!)
  }
  return rows
}

/** Moves by rows: negative is up. `atStart` says that the oldest loaded row is on the screen. */
export function scrollBy(
  viewport: Viewport,
  scroll: Scroll,
  rows: number,
): { scroll: Scroll; atStart: boolean } {
  const from = placeOf(viewport, scroll)
  if (from === undefined) return { scroll: AT_END, atStart: true }
  const place = rows < 0 ? up(viewport, from, -rows) : down(viewport, from, rows)
  const lowest = topMost(viewport)
  if (lowest === undefined) return { scroll: AT_END, atStart: true }
  const stopped = isBefore(place, lowest)
  const settled = stopped ? lowest : place
  return { scroll: scrollAt(viewport, settled), atStart: stopped || same(settled, lowest) }
}

/** Shows the given line at the top of the screen, or as near as there are rows. */
export function scrollToTop(viewport: Viewport, key: string): Scroll {
  const index = viewport.lines.findIndex((line) => keyOf(line) === key)
  if (index < 0) return AT_END
  return scrollAt(viewport, down(viewport, { index, row: 0 }, viewport.height - 1))
}

function rowsAt(viewport: Viewport, index: number): readonly Row[] {
  return viewport.cache.rowsAt(viewport.lines, index, viewport.context, viewport.unreadFrom)
}

function lastPlace(viewport: Viewport): Place | undefined {
  const index = viewport.lines.length - 1
  return index < 0 ? undefined : { index, row: rowsAt(viewport, index).length - 1 }
}

/** The bottom row when the view is scrolled as far up as it goes. */
function topMost(viewport: Viewport): Place | undefined {
  if (viewport.lines.length === 0) return undefined
  return down(viewport, { index: 0, row: 0 }, viewport.height - 1)
}

function placeOf(viewport: Viewport, scroll: Scroll): Place | undefined {
  if (scroll.kind === "end") return lastPlace(viewport)
  const index = viewport.lines.findLastIndex((line) => keyOf(line) === scroll.key)
  if (index < 0) return lastPlace(viewport)
  return { index, row: Math.min(scroll.row, rowsAt(viewport, index).length - 1) }
}

function scrollAt(viewport: Viewport, place: Place): Scroll {
  const last = lastPlace(viewport)
  if (last === undefined || same(place, last)) return AT_END
  return { kind: "at", key: keyOf(viewport.lines[place.index]!), row: place.row }
}

function up(viewport: Viewport, from: Place, rows: number): Place {
  let { index, row } = from
  let left = rows
  while (left > row && index > 0) {
    left -= row + 1
    index -= 1
    row = rowsAt(viewport, index).length - 1
  }
  return { index, row: Math.max(0, row - left) }
}

function down(viewport: Viewport, from: Place, rows: number): Place {
  let { index, row } = from
  let left = rows
  let last = rowsAt(viewport, index).length - 1
  while (left > last - row && index < viewport.lines.length - 1) {
    left -= last - row + 1
    index += 1
    row = 0
    last = rowsAt(viewport, index).length - 1
  }
  return { index, row: Math.min(last, row + left) }
}

function isBefore(a: Place, b: Place): boolean {
  return a.index < b.index || (a.index === b.index && a.row < b.row)
}

function same(a: Place, b: Place): boolean {
  return a.index === b.index && a.row === b.row
}
