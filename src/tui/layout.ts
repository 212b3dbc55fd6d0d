/**
 * Where everything stands, from the size of the terminal alone: one pane under 60 columns, rooms beside the chat up
 * to 99, people beside it from 100 on. All numbers are cells.
 */

export type Panes = "one" | "two" | "three"

/** Panes that the person has put away. */
export interface Hidden {
  rooms: boolean
  people: boolean
}

export interface Layout {
  /** As many as there is room for. */
  panes: Panes
  columns: number
  rows: number
  /** 0: it is not there. */
  roomsWidth: number
  chatWidth: number
  /** 0: it is not there. */
  peopleWidth: number
  bodyHeight: number
}

/** Smallest terminal that is drawn for; a smaller one gets a sentence. */
export const MIN_COLUMNS = 20
export const MIN_ROWS = 6

/** Header, rule and status line. */
const FIXED_ROWS = 3

/** @param belowRows rows that the composer and the lines above it need. */
export function layoutOf(columns: number, rows: number, belowRows: number, hidden: Hidden): Layout {
  const panes = columns < 60 ? "one" : columns < 100 ? "two" : "three"
  const side = columns < 120 ? 16 : 20
  const roomsWidth = panes === "one" || hidden.rooms ? 0 : side
  const peopleWidth = panes === "three" && !hidden.people ? side : 0
  // One cell at the left edge; each pane to the right costs an anchor, a line and a space.
  const chatWidth =
    textWidth(columns) - (roomsWidth > 0 ? roomsWidth + 3 : 0) - (peopleWidth > 0 ? peopleWidth + 3 : 0)
  const bodyHeight = Math.max(1, rows - FIXED_ROWS - belowRows)
  return { panes, columns, rows, roomsWidth, chatWidth, peopleWidth, bodyHeight }
}

/**
 * Cells of a row that text may take: one at the left edge belongs to the anchor, and the last stays free. Without
 * autowrap a terminal that has just drawn in its last column stands on it, so that a vowel sign or an accent of the
 * letter there would join the letter before.
 */
export function textWidth(columns: number): number {
  return columns - 2
}

/** How many rows the composer may grow to. */
export function composerRowLimit(rows: number): number {
  return Math.max(1, Math.min(8, Math.floor(rows / 4)))
}
