import { build } from "esbuild"
import fc from "fast-check"
import stringWidth from "string-width"
import { afterEach, describe, expect, test } from "vitest"
import { graphemesOf, SINGLE_CELLS } from "../../src/tui/graphemes.ts"
import { rgiEmoji } from "../../src/tui/rgi-emoji.ts"
import { safeBlock, say } from "../../src/tui/safe-text.ts"
import { ASK_WIDTHS, WidthAnswers, type Widths } from "../../src/tui/terminal-widths.ts"
import { cellsOf, clustersOf, drawnCells, fit, truncate, useWidths, wrap } from "../../src/tui/text-width.ts"
import { lateWidth } from "../../.config/build.ts"
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
  expect([cellsOf("क्ष"), drawnCells("क्ष")]).toEqual([2, 2])
  expect([cellsOf("👩‍🏫"), drawnCells("👩‍🏫")]).toEqual([4, 4])
})

/** What terminals answered that we have asked. */
const TMUX: Widths = {
  emoji: 2,
  conjunct: 2,
  mark: 2,
  joined: 1,
  joinedEmoji: 2,
  skin: 4,
  presentation: 1,
  flag: 2,
}
const BY_CLUSTER: Widths = {
  emoji: 2,
  conjunct: 1,
  mark: 1,
  joined: 1,
  joinedEmoji: 2,
  skin: 2,
  presentation: 2,
  flag: 2,
}
const OLD: Widths = {
  emoji: 1,
  conjunct: 2,
  mark: 2,
  joined: 2,
  joinedEmoji: 2,
  skin: 2,
  presentation: 1,
  flag: 2,
}

describe("once a terminal has answered", () => {
  afterEach(() => useWidths(undefined))

  test.each([
    // [text, tmux, a terminal that draws clusters, one with old tables], each measured in one.
    ["क्षत्रिय", 6, 3, 6],
    ["स्त्री", 4, 1, 4],
    ["क्‍ष", 1, 1, 2],
    ["कु", 1, 1, 1],
    ["👩‍🏫", 2, 2, 2],
    ["👨‍👩‍👧‍👦", 2, 2, 4],
    ["👍🏽", 4, 2, 2],
    ["❤️", 1, 2, 1],
    ["🇮🇳", 2, 2, 2],
    ["日本 e\u0301", 6, 6, 6],
    ["한ضَ", 3, 3, 3],
  ])("%j takes the cells that it says", (text, tmux, byCluster, old) => {
    const cells = [TMUX, BY_CLUSTER, OLD].map((widths) => {
      useWidths(widths)
      return drawnCells(text)
    })
    expect(cells).toEqual([tmux, byCluster, old])
  })

  test("property: never more than the most, and wrapped rows still fit", () => {
    fc.assert(
      fc.property(hostileText, fc.constantFrom(TMUX, BY_CLUSTER, OLD), (raw, widths) => {
        useWidths(widths)
        for (const line of rows(raw, 20)) {
          expect(drawnCells(line)).toBeLessThanOrEqual(cellsOf(line))
          expect(cellsOf(line.trimEnd())).toBeLessThanOrEqual(20)
        }
      }),
    )
  })
})

describe("the answers", () => {
  const asked = (given: readonly (readonly [row: number, column: number])[]) => {
    const told: Widths[] = []
    const answers = new WidthAnswers((widths) => told.push(widths))
    for (const [row, column] of given) answers.take(row, column)
    return told
  }
  const tmux = Object.values(TMUX).map((cells) => [2, cells + 1] as const)

  test("all of them, once; what comes after belongs to nobody", () => {
    expect(asked(tmux)).toEqual([TMUX])
    expect(asked([...tmux, ...tmux])).toEqual([TMUX])
  })

  test.each([
    ["one is missing", tmux.slice(1)],
    ["another row", tmux.map(([, column]) => [3, column] as const)],
    ["bytes instead of letters", tmux.map(() => [2, 10] as const)],
    ["nothing was drawn", tmux.map(() => [2, 1] as const)],
  ])("nothing is learned: %s", (_, given) => expect(asked(given)).toEqual([]))

  test("the screen is empty after the questions, and nothing but them is written", () => {
    expect(ASK_WIDTHS.match(/\u001b\[6n/gu)).toHaveLength(Object.keys(TMUX).length)
    expect(ASK_WIDTHS.endsWith("\u001b[2H\u001b[2K\u001b[H")).toBe(true)
    expect(ASK_WIDTHS).not.toMatch(/[\u0000-\u001a\u001c-\u001f]/u)
  })
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

const RGI = /^\p{RGI_Emoji}$/v
const POINTS = Array.from({ length: 0x110000 }, (_, point) => point)

test("our question after emoji has the answers of the engine's own: every code point, alone and in sequences", () => {
  const ends = ["\ufe0f", "\u20e3", "\ufe0f\u20e3", "\u{1f3fd}", "\u200d\u{1f525}", "\u{1f1ee}", "\u0301"]
  const wrong = POINTS.filter((point) => {
    const text = String.fromCodePoint(point)
    return rgiEmoji.test(text) !== RGI.test(text)
  })
  expect(wrong).toEqual([])
  for (let point = 0; point <= 0x1ffff; point++) {
    const text = String.fromCodePoint(point)
    for (const end of ends)
      if (rgiEmoji.test(text + end) !== RGI.test(text + end)) expect.fail(`${point.toString(16)} + ${end}`)
  }
  const sequences = ["", "👩‍🏫", "👨‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇮🇳", "❤️", "क्‍ष", "ab", "\ud83d", "\ud83dx", "👍🏽👍🏽"]
  for (const text of sequences) expect([text, rgiEmoji.test(text)]).toEqual([text, RGI.test(text)])
})

test("what is taken for one cell and one character is that", () => {
  const single = POINTS.map((point) => String.fromCodePoint(point)).filter((text) => SINGLE_CELLS.test(text))
  expect(single.length).toBeGreaterThan(200)
  for (const text of single) expect([text, stringWidth(text)]).toEqual([text, 1])
  const pairs = single.flatMap((one) => single.map((other) => one + other))
  for (const text of pairs) if ([...graphemesOf(text)].length !== 2) expect.fail(JSON.stringify(text))
})

test("the build's string-width counts as the package's", async () => {
  const { outputFiles } = await build({
    stdin: { contents: 'export { default } from "string-width"', resolveDir: process.cwd() },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    plugins: [lateWidth],
  })
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64")
  const built = (await import(`data:text/javascript;base64,${source}`)) as { default: typeof stringWidth }
  fc.assert(
    fc.property(hostileText, (text) => {
      expect(built.default(text)).toBe(stringWidth(text))
    }),
  )
})
