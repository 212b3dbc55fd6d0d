/** The text of a message as rows: what is marked, and that nothing of it is hidden. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { linksIn, messageRows } from "../../src/tui/message-text.ts"
import { openable } from "../../src/tui/remark-acts.ts"
import { safeBlock } from "../../src/tui/safe-text.ts"
import { cellsOf } from "../../src/tui/text-width.ts"
import { type Style, UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { hostileText } from "../support/hostile-text.ts"

const MARKS: Partial<Record<Style, string>> = { accent: "~", strong: "!", selected: "#", faint: "_" }

/** Rows as text, with a sign around whatever is not plain. */
function drawn(text: string, width = 40, selfName = "Asha"): string[] {
  const context = {
    width,
    symbols: UNICODE_SYMBOLS,
    selfName,
    linkNumber: (at: number) => at + 1,
    style: "plain" as const,
  }
  return messageRows(safeBlock(text), context).map((row) =>
    row
      .map(({ text: piece, style }) => `${MARKS[style] ?? ""}${piece}${MARKS[style] ?? ""}`)
      .join("")
      .trimEnd(),
  )
}

test.each([
  ["plain", "hello there", ["hello there"]],
  ["empty", "", [""]],
  ["code", "run `npm test` now", ["run ~npm test~ now"]],
  ["bold", "this is **important**.", ["this is !important!."]],
  ["no bold without an end", "2 ** 3 and **this", ["2 ** 3 and **this"]],
  ["no code across lines", "a ` b\nc ` d", ["a ` b", "c ` d"]],
  ["a name", "look, @asha, here", ["look, #@asha#, here"]],
  ["a name without a sign", "Asha!", ["#Asha#!"]],
  ["not a part of a word", "Ashanti and pasha", ["Ashanti and pasha"]],
  ["a link", "see https://example.org/a?b=c.", ["see", "~https://example.org/a?b=c~! !", "![1]!."]],
  ["two links", "http://a.b (https://c.d)", ["~http://a.b~! [1]! (~https://c.d~! [2]!)"]],
  ["no link of another kind", "ftp://a.b javascript:alert(1)", ["ftp://a.b javascript:alert(1)"]],
  ["a list", "- one\n* two", ["• one", "• two"]],
  ["a numbered list", "1. one\n12) two", ["1. one", "12) two"]],
  ["a list that wraps", "- twelve letters and more", ["• twelve", "  letters", "  and more"], 11],
  ["no list of dashes", "---", ["---"]],
  ["wrapped in the middle of bold", "**one two three**", ["!one !", "!two !", "!three!"], 5],
] as const)("%s", (_, text, rows, width?: number) => {
  const wide = text.includes("example.org") ? 28 : width
  expect(drawn(text, wide)).toEqual(rows)
})

test("no row is wider than its place, and no letter is lost", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 12, max: 60 }), (text, width) => {
      const context = {
        width,
        symbols: UNICODE_SYMBOLS,
        selfName: "Asha",
        linkNumber: () => 1,
        style: "plain" as const,
      }
      const safe = safeBlock(text)
      const rows = messageRows(safe, context)
      for (const row of rows)
        expect(row.reduce((sum, piece) => sum + cellsOf(piece.text), 0)).toBeLessThanOrEqual(width)
      const letters = (value: string) => value.replaceAll(/[\s`*•\-[\]1]/gu, "")
      expect(
        letters(
          rows
            .flat()
            .map((piece) => piece.text)
            .join(""),
        ),
      ).toBe(letters(safe))
    }),
    { numRuns: 300 },
  )
})

test("links are those that are shown, and only the web is opened", () => {
  expect(linksIn("a http://x.y/z, <https://q.r> `https://not.this` b")).toEqual([
    "http://x.y/z",
    "https://q.r",
  ])
  const opened = [
    "https://example.org/ä?q=1#x",
    "http://user:pass@evil.org",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://",
    "https://xn--e1afmkfd.org/",
  ]
  expect(opened.map(openable)).toEqual([
    "https://example.org/%C3%A4?q=1#x",
    undefined,
    undefined,
    undefined,
    undefined,
    "https://xn--e1afmkfd.org/",
  ])
  // Letters that look like others are shown as what they are.
  expect(openable("https://ex\u0430mple.org")).toBe("https://xn--exmple-4nf.org/")
})
