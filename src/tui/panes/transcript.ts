/** The visible rows of the open room, and nothing of the rest of it. */
import type { PaintedRow } from "../painting.ts"
import type { Row } from "../transcript-rows.ts"

/** They stand at the bottom; each is `width` cells wide. */
export function transcriptRows(rows: readonly Row[], width: number, height: number): PaintedRow[] {
  const shown = rows.slice(Math.max(0, rows.length - height)).map((row) => rowOf(row, width))
  const blank: PaintedRow = [{ spans: [], width }]
  return [...Array.from({ length: height - shown.length }, () => blank), ...shown]
}

function rowOf({ head, spans }: Row, width: number): PaintedRow {
  if (head === undefined) return [{ spans, width }]
  return [head, "anchor", { spans, width: width - head.width - 1 }]
}
