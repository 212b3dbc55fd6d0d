/** The relay's own screen: what `relay-rows.ts` says, row by row. */
import { Box, useCursor } from "ink"
import { memo, type ReactNode } from "react"
import { MIN_COLUMNS, MIN_ROWS } from "../layout.ts"
import type { RelayView } from "../relay-view.ts"
import { relayRows } from "../relay-rows.ts"
import { say } from "../safe-text.ts"
import { span } from "../theme.ts"
import { Anchors, Line } from "./line.tsx"

export const LiveRelay = memo(function LiveRelay({ view }: { view: RelayView }): ReactNode {
  const { setCursorPosition } = useCursor()
  setCursorPosition(undefined)
  if (view.columns < MIN_COLUMNS || view.rows < MIN_ROWS)
    return <Line spans={[span(say`Make this window larger.`)]} theme={view.theme} />
  return (
    <Box flexDirection="row" width={view.columns} height={view.rows}>
      <Anchors height={view.rows} />
      <Box flexDirection="column" width={view.columns - 1} height={view.rows} overflow="hidden">
        {relayRows(view).map((spans, index) => (
          // A row without text would take none.
          <Line key={index} spans={spans.length === 0 ? [span(say` `)] : spans} theme={view.theme} />
        ))}
      </Box>
    </Box>
  )
})
