import fc from "fast-check"
import stringWidth from "string-width"
import { expect, test } from "vitest"
import { safeBlock, say } from "../../src/tui/safe-text.ts"
import { cellsOf, clustersOf, drawnCells, fit, truncate, wrap } from "../../src/tui/text-width.ts"
import { hostileText } from "../support/hostile-text.ts"

const rows = (text: string, width: number) => wrap(safeBlock(text), width).map((row) => row.text)

test.each([
  ["", 10, [""]],
  ["short", 10, ["short"]],
  ["two words here", 10, ["two words ", "here"]],
  ["exactly10!", 10, ["exactly10!"]],
  ["exactly10! more", 10, ["exactly10!", "more"]],
  ["averyveryverylongword", 8, ["averyver", "yverylon", "gword"]],
  ["a averyverylongword", 8, ["a ", "averyver", "ylongwor", "d"]],
  ["one\n\nthree", 10, ["one", "", "three"]],
  ["日本語テキスト", 6, ["日本語", "テキス", "ト"]],
  ["日本語", 5, ["日本", "語"]],
  ["👩‍🏫👩‍🏫", 4, ["👩‍🏫", "👩‍🏫"]],
])("wraps %j at %i", (text, width, expected) => expect(rows(text, width)).toEqual(expected))

test("where terminals disagree, the wider answer counts", () => {
  expect(cellsOf("क्ष")).toBeGreaterThan(drawnCells("क्ष"))
  expect(cellsOf("👩‍🏫")).toBe(4)
  expect(drawnCells("👩‍🏫")).toBe(2)
})

test("property: rows lie end to end, keep every letter and fit, as every code point is counted", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 4, max: 60 }), (raw, width) => {
      const text = safeBlock(raw)
      const wrapped = wrap(text, width)
      let at = 0
      for (const row of wrapped) {
        expect(row.start === at || text[at] === "\n").toBe(true)
        expect(text.startsWith(row.text, row.start)).toBe(true)
        at = row.end
        const one = clustersOf(row.text).length === 1
        expect(one || cellsOf(row.text) <= width).toBe(true)
        expect(one || stringWidth(row.text) <= width).toBe(true)
      }
      expect(at).toBe(text.length)
      const kept = wrapped
        .map((row) => row.text)
        .join("")
        .replaceAll(" ", "")
      expect(kept).toBe(text.replaceAll(/[\n ]/gu, ""))
    }),
    { numRuns: 1_000 },
  )
})

test("property: cut text fits and says that it was cut", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 1, max: 30 }), (raw, width) => {
      const text = safeBlock(raw.replaceAll("\n", " "))
      const cut = truncate(text, width, say`…`)
      expect(cellsOf(cut)).toBeLessThanOrEqual(width)
      if (cut !== text) expect(cut.endsWith("…")).toBe(true)
      expect(drawnCells(fit(text, width, say`…`))).toBe(width)
    }),
    { numRuns: 500 },
  )
})
