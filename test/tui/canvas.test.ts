/** Our rows and our widths against Ink's own: the same letters and the same numbers, whatever is drawn. */
import { fileURLToPath, pathToFileURL } from "node:url"
import fc from "fast-check"
import stringWidth from "string-width"
import { expect, test } from "vitest"
import { passingRows, type InkCanvas, type InkCanvasClass } from "../../src/tui/canvas.ts"
import { asDrawn, paint } from "../../src/tui/painting.ts"
import { rememberedWidth } from "../../src/tui/remembered-width.ts"
import { safeLine } from "../../src/tui/safe-text.ts"
import { themeOf, type Style } from "../../src/tui/theme.ts"
import { hostileText } from "../support/hostile-text.ts"

const path = fileURLToPath(new URL("../../node_modules/ink/build/output.js", import.meta.url))
const { default: Original } = (await import(pathToFileURL(path).href)) as { default: InkCanvasClass }

const SIZE = { width: 24, height: 6 }

const red = (text: string) => `\u001b[31m${text}\u001b[39m`
const bold = (text: string) => `\u001b[1m${text}\u001b[22m`
const anchor = () => "\t"
const numbered = (text: string, index: number) => `${index}${text.slice(1)}`

const place = fc.integer({ min: -3, max: SIZE.width })
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 14 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "a\nb\nc", "日本 नमस्ते", "👩🏽‍🏫 ok", "x\u200by", "ﾊﾟ\u0301", red("a\nb"), "  "),
  },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 10 }) },
)
const styled = fc
  .tuple(text, fc.constantFrom(undefined, red, bold))
  .map(([plain, style]) => (style === undefined || plain.includes("\n") ? plain : style(plain)))
const transformers = fc.array(fc.constantFrom(red, bold, anchor, numbered), { maxLength: 2 })
const edge = fc.option(fc.integer({ min: -2, max: SIZE.width + 2 }), { nil: undefined })
const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      x: place,
      y: place,
      text: styled,
      transformers,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("clip" as const),
      clip: fc.record({ x1: edge, x2: edge, y1: edge, y2: edge }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unclip" as const) }) },
)
const frame = fc.array(operation, { maxLength: 12 })
type Frame = typeof frame extends fc.Arbitrary<infer T> ? T : never

function drawn(canvas: InkCanvas, operations: Frame): { output: string; height: number } {
  for (const each of operations) {
    if (each.do === "write") canvas.write(each.x, each.y, each.text, each)
    else if (each.do === "clip") canvas.clip(each.clip)
    else canvas.unclip()
  }
  return canvas.get()
}

test("what we have not finished ourselves is drawn by Ink's own canvas", () => {
  const Canvas = passingRows(Original)
  fc.assert(
    fc.property(frame, (operations) => {
      expect(drawn(new Canvas(SIZE), operations)).toEqual(drawn(new Original(SIZE), operations))
    }),
    { numRuns: 500 },
  )
})

test("finished rows go out as they are, as many as the screen has", () => {
  const rows = ["\t\u001b[31mone\u001b[39m", "", "\tthree", "\tfour"]
  const canvas = new (passingRows(Original))({ width: 24, height: 3 })
  canvas.write(0, 0, "x\nx\nx\nx", { transformers: [asDrawn(rows)] })
  expect(canvas.get()).toEqual({ output: rows.slice(0, 3).join("\n"), height: 3 })
})

test("they are the rows that Ink's own canvas would make of them", () => {
  const theme = themeOf({ ascii: false, color: true })
  const spans = fc.array(
    fc.record({
      text: hostileText.map(safeLine),
      style: fc.constantFrom<Style>("plain", "danger", "selected"),
    }),
    { maxLength: 4 },
  )
  const piece = fc.oneof(
    { weight: 1, arbitrary: fc.constant("anchor" as const) },
    { weight: 3, arbitrary: fc.record({ spans, width: fc.integer({ min: 1, max: 20 }) }) },
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), (row) => {
      const width = row.reduce((sum, each) => sum + (each === "anchor" ? 1 : each.width), 0)
      const [ours = ""] = paint({ rows: [row], caret: undefined }, theme)
      const canvas = new Original({ width: Math.max(1, width), height: 1 })
      canvas.write(0, 0, "x", { transformers: [() => ours] })
      expect(lettersOf(canvas.get().output)).toBe(lettersOf(ours))
      expect(stringWidth(ours.replaceAll("\t", "|"))).toBeLessThanOrEqual(width)
    }),
    { numRuns: 1_000 },
  )
})

/** Without styles; joiners and the like take no cell, and Ink leaves out those that stand alone. */
function lettersOf(row: string): string {
  return row
    .replaceAll(/\u001b\[[0-9;]*m/gu, "")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .trimEnd()
}

test("widths are string-width's, the first time and every other time", () => {
  fc.assert(
    fc.property(fc.oneof(hostileText, fc.string({ unit: "grapheme", maxLength: 40 })), (some) => {
      const wanted = stringWidth(some)
      expect([rememberedWidth(some), rememberedWidth(some)]).toEqual([wanted, wanted])
    }),
    { numRuns: 1_000 },
  )
  expect(rememberedWidth("\u001b[31mred\u001b[0m", { countAnsiEscapeCodes: true })).toBe(
    stringWidth("\u001b[31mred\u001b[0m", { countAnsiEscapeCodes: true }),
  )
})
