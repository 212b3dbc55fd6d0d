/** What is written, under the warnings that must be read before. The cursor itself is set by the screen. */
import type { ReactNode } from "react"
import type { BelowRows } from "../below-rows.ts"
import { repeatSafe, say } from "../safe-text.ts"
import { drawnCells } from "../text-width.ts"
import { span, type Theme } from "../theme.ts"
import { Line } from "./line.tsx"

export function Composer({ below, theme }: { below: BelowRows; theme: Theme }): ReactNode {
  const indent = repeatSafe(say` `, drawnCells(below.prompt))
  return (
    <>
      {below.banners.map((banner, index) => (
        <Line key={`banner ${index}`} spans={[span(banner.text, banner.style)]} theme={theme} />
      ))}
      {below.composer.map((text, index) => (
        <Line
          key={index}
          spans={[
            span(index === 0 ? below.prompt : indent, "accent"),
            text === "" ? span(below.hint, "faint") : span(text),
          ]}
          theme={theme}
        />
      ))}
    </>
  )
}
