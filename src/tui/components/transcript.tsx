/** The visible rows of the open room, and nothing of the rest of it. */
import { memo, type ReactNode } from "react"
import { Box } from "ink"
import type { Theme } from "../theme.ts"
import type { Row } from "../transcript-rows.ts"
import { Anchors, Line } from "./line.tsx"

export interface TranscriptProps {
  rows: readonly Row[]
  width: number
  height: number
  theme: Theme
}

export function Transcript({ rows, width, height, theme }: TranscriptProps): ReactNode {
  return (
    <Box
      flexDirection="column"
      justifyContent="flex-end"
      width={width}
      height={height}
      flexShrink={0}
      overflow="hidden"
    >
      {rows.map((row) => (
        <TranscriptRow key={row.key} row={row} theme={theme} />
      ))}
    </Box>
  )
}

const TranscriptRow = memo(function TranscriptRow({ row, theme }: { row: Row; theme: Theme }): ReactNode {
  if (row.head === undefined) return <Line spans={row.spans} theme={theme} />
  return (
    <Box flexDirection="row" height={1} flexShrink={0}>
      <Box width={row.head.width} flexShrink={0}>
        <Line spans={row.head.spans} theme={theme} />
      </Box>
      <Anchors height={1} />
      <Line spans={row.spans} theme={theme} />
    </Box>
  )
})
