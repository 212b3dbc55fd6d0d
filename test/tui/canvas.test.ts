/** Our canvas and our widths against the originals: the same frames and the same numbers, whatever is drawn. */
import { fileURLToPath, pathToFileURL } from "node:url"
import fc from "fast-check"
import stringWidth from "string-width"
import { expect, test } from "vitest"
import { keepingRows, type InkCanvas, type InkCanvasClass } from "../../src/tui/canvas.ts"
import { rememberedWidth } from "../../src/tui/remembered-width.ts"
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

test("every frame is the one that Ink's own canvas draws, also when rows come again", () => {
  const Canvas = keepingRows(Original)
  fc.assert(
    fc.property(frame, frame, fc.nat(11), (first, second, shared) => {
      for (const operations of [first, [...first.slice(0, shared), ...second], first])
        expect(drawn(new Canvas(SIZE), operations)).toEqual(drawn(new Original(SIZE), operations))
    }),
    { numRuns: 1_500 },
  )
})

test("a row that stays is not drawn again, and nothing is kept that is not on the screen", () => {
  let drawings = 0
  const counting = class extends Original {
    override get() {
      drawings += 1
      return super.get()
    }
  }
  const Canvas = keepingRows(counting)
  const rows = (last: string): Frame =>
    ["one", "two", last].map((line, y) => ({ do: "write", x: 1, y, text: line, transformers: [red] }))
  drawn(new Canvas(SIZE), rows("three"))
  expect(drawings).toBe(3)
  drawn(new Canvas(SIZE), rows("four"))
  expect(drawings).toBe(4)
  drawn(new Canvas(SIZE), rows("three"))
  expect(drawings).toBe(5)
  // A transformer that draws something else makes another row of the same text.
  drawn(new Canvas(SIZE), [{ do: "write", x: 1, y: 0, text: "one", transformers: [bold] }])
  expect(drawings).toBe(6)
})

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
