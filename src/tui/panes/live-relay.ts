/** The relay's own screen: what `relay-rows.ts` says, row by row. */
import { MIN_COLUMNS, MIN_ROWS } from "../layout.ts"
import { type Frame, fullWidth } from "../painting.ts"
import type { RelayView } from "../relay-view.ts"
import { relayRows } from "../relay-rows.ts"
import { tooSmall } from "./too-small.ts"

export function liveRelay(view: RelayView): Frame {
  const { columns, rows: height } = view
  if (columns < MIN_COLUMNS || height < MIN_ROWS) return tooSmall(view)
  return { rows: fullWidth(relayRows(view), { columns, height }), caret: undefined }
}
