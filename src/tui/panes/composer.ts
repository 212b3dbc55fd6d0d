/** What is written, under the warnings that must be read before. The cursor itself is set by the screen. */
import type { BelowRows } from "../below-rows.ts"
import { repeatSafe, say } from "../safe-text.ts"
import { drawnCells } from "../text-width.ts"
import { span, type Span } from "../theme.ts"

export function composerRows(below: BelowRows): (readonly Span[])[] {
  const indent = repeatSafe(say` `, drawnCells(below.prompt))
  return [
    ...below.banners.map((banner) => [span(banner.text, banner.style)]),
    ...below.composer.map((text, index) => [
      span(index === 0 ? below.prompt : indent, "accent"),
      text === "" ? span(below.hint, "faint") : span(text),
    ]),
  ]
}
