/**
 * `string-width`, with its answers remembered: Ink asks for the width of every text on the screen again and again for
 * every key. The build puts this where Ink and its parts take theirs from, so that all of us count alike.
 */
import stringWidth, { type Options } from "string-width"
import { SINGLE_CELLS } from "./graphemes.ts"

/** Longer texts are not on a screen. */
const MAX_UNITS = 1_000
const MAX_TEXTS = 8_192

const remembered = new Map<string, number>()

export function rememberedWidth(text: string, options?: Options): number {
  if (typeof text !== "string" || options !== undefined || text.length > MAX_UNITS)
    return stringWidth(text, options)
  if (SINGLE_CELLS.test(text)) return text.length
  const known = remembered.get(text)
  if (known !== undefined) return known
  const width = stringWidth(text)
  if (remembered.size >= MAX_TEXTS) remembered.clear()
  remembered.set(text, width)
  return width
}
