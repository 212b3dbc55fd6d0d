/** The smallest pieces of the screen. Everything that draws text goes through `Line`, which takes safe text only. */
import { Box, Text, Transform } from "ink"
import type { ReactNode } from "react"
import { repeatSafe, say } from "../safe-text.ts"
import type { Look, Span, Theme } from "../theme.ts"
import { ANCHOR } from "../terminal.ts"

/** One row. Longer ones are cut, never wrapped: what may wrap has been wrapped before. */
export function Line({ spans, theme }: { spans: readonly Span[]; theme: Theme }): ReactNode {
  return (
    <Text wrap="truncate">
      {spans.map((span, index) => (
        <Text key={index} {...lookOf(span, theme)}>
          {span.text}
        </Text>
      ))}
    </Text>
  )
}

function lookOf(span: Span, theme: Theme): Look {
  return theme.looks[span.style]
}

/**
 * A column of cells that `terminal.ts` turns into "go to this column and erase to the right": whatever stands left of
 * it may be wider or narrower on this terminal than we think, and still moves nothing on its right.
 */
export function Anchors({ height }: { height: number }): ReactNode {
  return (
    <Box width={1} height={height} flexShrink={0}>
      <Transform transform={() => ANCHOR}>
        <Text>{Array.from({ length: height }, () => "x").join("\n")}</Text>
      </Transform>
    </Box>
  )
}

/** A vertical line between two panes, anchored. */
export function Divider({ height, theme }: { height: number; theme: Theme }): ReactNode {
  const line = theme.symbols.vertical
  return (
    <>
      <Anchors height={height} />
      <Box width={2} height={height} flexShrink={0}>
        <Text dimColor>{repeatSafe(say`${line}\n`, height - 1) + line}</Text>
      </Box>
    </>
  )
}

/** Rows of a pane of fixed size. */
export function Pane({
  rows,
  width,
  height,
  theme,
}: {
  rows: readonly { key: string; spans: readonly Span[] }[]
  width: number
  height: number
  theme: Theme
}): ReactNode {
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      {rows.slice(0, height).map((row) => (
        <Line key={row.key} spans={row.spans} theme={theme} />
      ))}
    </Box>
  )
}
