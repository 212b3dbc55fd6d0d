/** What somebody said, as it is shown. */
import type { MessageView } from "../client/events.ts"
import { safeBlock, safeName, say, sliceSafe, type SafeText } from "./safe-text.ts"

/**
 * `/me waves` is shown as what its author does (PROTOCOL.md §13.3). It stands where their words stand, under their name
 * and mark: a line of the program's own cannot be made of it.
 */
export function spokenText({ from, text }: Pick<MessageView, "from" | "text">): SafeText {
  const isDone = /^\/me \S/u.test(text)
  return isDone
    ? say`* ${safeName(from.name)} ${safeBlock(text.slice("/me ".length))}`
    : withoutBlankLines(safeBlock(text))
}

/** A message without the blank lines around it. What it begins with otherwise stays: an indent may be meant. */
function withoutBlankLines(text: SafeText): SafeText {
  const start = /^(?:[^\S\n]*\n)+/u.exec(text)?.[0].length ?? 0
  const after = text.indexOf("\n", Math.max(start, text.trimEnd().length))
  return sliceSafe(text, start, after < 0 ? text.length : after)
}
