/** What somebody said, as it is shown. */
import type { MessageView } from "../client/events.ts"
import { safeBlock, safeName, say, type SafeText } from "./safe-text.ts"

/**
 * `/me waves` is shown as what its author does (PROTOCOL.md §13.3). It stands where their words stand, under their name
 * and mark: a line of the program's own cannot be made of it.
 */
export function spokenText({ from, text }: Pick<MessageView, "from" | "text">): SafeText {
  const isDone = /^\/me \S/u.test(text)
  return isDone ? say`* ${safeName(from.name)} ${safeBlock(text.slice("/me ".length))}` : safeBlock(text)
}
