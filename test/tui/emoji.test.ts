import { expect, test } from "vitest"
import { EMOJI, emojiLike } from "../../src/tui/emoji.ts"
import { safeTyped } from "../../src/tui/safe-text.ts"
import { clustersOf, drawnCells } from "../../src/tui/text-width.ts"

test("every emoji is one letter of two cells that may be typed, under a name of its own", () => {
  expect(new Set(EMOJI.map(([name]) => name)).size).toBe(EMOJI.length)
  for (const [name, emoji] of EMOJI) {
    expect(name).toMatch(/^[\w+-]+$/u)
    expect([emoji, clustersOf(emoji).length, drawnCells(emoji)]).toEqual([emoji, 1, 2])
    expect(safeTyped(emoji)).toBe(emoji)
  }
})

test("names that begin so come first, each emoji once", () => {
  expect(emojiLike("blue").slice(0, 1)).toEqual(["💙"])
  expect(emojiLike("eyes").slice(0, 2)).toEqual(["👀", "😍"])
  expect(emojiLike("HEART")).toContain("💙")
  expect(emojiLike("thumbs")).toEqual(["👍", "👎"])
})
