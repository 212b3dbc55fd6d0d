/** Colours that can be read, and nothing that only a colour says. */
import { expect, test } from "vitest"
import { coloursOf, contrastOf, paletteOf, PALETTES, SIMPLE } from "../../src/tui/palettes.ts"
import type { Colours } from "../../src/tui/sgr.ts"
import { themeOf, type Style } from "../../src/tui/theme.ts"

/** WCAG 2.2, 1.4.3, for text of ordinary size; 1.4.6 for the palette that promises more. */
const ENOUGH = 4.5
const MUCH = 7

test.each([
  ["#000000", "#ffffff", 21],
  ["#ffffff", "#ffffff", 1],
  ["#777777", "#ffffff", 4.48],
])("the contrast of %s and %s is %d", (a, b, ratio) => expect(contrastOf(a, b)).toBeCloseTo(ratio, 1))

const colours = Object.entries(PALETTES).flatMap(([name, { background, ...meanings }]) =>
  Object.entries(meanings).map(([meaning, colour]) => [name, meaning, colour, background] as const),
)

test.each(colours)("%s: %s can be read (%s on %s)", (name, _, colour, background) =>
  expect(contrastOf(colour, background)).toBeGreaterThanOrEqual(name === "contrast" ? MUCH : ENOUGH),
)

test("within a palette no two meanings share a colour", () => {
  for (const { background: _, ...meanings } of Object.values(PALETTES))
    expect(new Set(Object.values(meanings)).size).toBe(Object.keys(meanings).length)
  for (const meanings of Object.values(SIMPLE))
    expect(new Set(Object.values(meanings)).size).toBe(Object.keys(meanings).length)
})

/** How somebody without red and green cones sees a colour: luminance and the blue-yellow axis are what is left. */
test("red-green safe: what is good, to be known and dangerous differ in lightness or in blue", () => {
  const parts = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  const { good, warning, danger } = PALETTES["red-green"]
  for (const [a, b] of [
    [good, warning],
    [good, danger],
    [warning, danger],
  ] as const) {
    const blue = Math.abs(parts(a)[2]! - parts(b)[2]!)
    expect(blue >= 0x60 || contrastOf(a, b) >= 1.25, `${a} ${b}`).toBe(true)
  }
})

test.each<[Record<string, string>, Colours]>([
  [{ TERM: "xterm" }, 16],
  [{ TERM: "xterm-256color" }, 256],
  [{ TERM: "xterm-direct" }, "all"],
  [{ TERM: "linux", COLORTERM: "truecolor" }, "all"],
  [{ TERM: "xterm-256color", FORCE_COLOR: "1" }, 16],
  [{ TERM: "xterm", FORCE_COLOR: "2" }, 256],
  [{ TERM: "xterm", FORCE_COLOR: "3" }, "all"],
])("%j: colours: %s", (env, many) => expect(coloursOf(env)).toBe(many))

test.each([
  ["auto", {}, "dark"],
  ["auto", { COLORFGBG: "0;15" }, "light"],
  ["auto", { COLORFGBG: "15;0" }, "dark"],
  ["auto", { COLORFGBG: "12;default;7" }, "light"],
  ["contrast", { COLORFGBG: "0;15" }, "contrast"],
] as const)("%s with %j is %s", (theme, env, palette) => expect(paletteOf(theme, env)).toBe(palette))

test("without colour, and in mono, nothing has one", () => {
  for (const theme of [
    themeOf({ ascii: false, color: false, palette: "light" }),
    themeOf({ ascii: false, color: true, palette: "mono", colours: 256 }),
  ])
    for (const look of Object.values(theme.looks)) expect(look).not.toHaveProperty("color")
})

test("every palette draws every style, from its own colours or from the terminal's", () => {
  for (const palette of Object.keys(PALETTES) as (keyof typeof PALETTES)[]) {
    const many = themeOf({ ascii: false, color: true, palette, colours: 256 }).looks
    const few = themeOf({ ascii: false, color: true, palette }).looks
    expect(many.good.color).toBe(PALETTES[palette].good)
    expect(few.good.color).toBe(SIMPLE[palette].good)
    for (const style of Object.keys(many) as Style[]) if (style !== "faint") expect(few[style]).toBeDefined()
  }
})

test("a style as a terminal takes it, with as many colours as it has", () => {
  const on = (many: Colours, style: Style, palette: "dark" | "mono" = "dark") =>
    themeOf({ ascii: false, color: true, palette, colours: many }).sgr[style]
  expect(on("all", "good")).toEqual({ on: "\u001b[38;2;125;220;139m", off: "\u001b[39m" })
  expect(on(256, "good")).toEqual({ on: "\u001b[38;5;115m", off: "\u001b[39m" })
  expect(on(16, "good")).toEqual({ on: "\u001b[32m", off: "\u001b[39m" })
  expect(on(16, "danger")).toEqual({ on: "\u001b[1m\u001b[31m", off: "\u001b[39m\u001b[22m" })
  expect(on(16, "paper").on).toBe("\u001b[30m\u001b[107m")
  expect(on(256, "paper").on).toBe("\u001b[38;5;16m\u001b[48;5;231m")
  expect(on("all", "plain")).toEqual({ on: "", off: "" })
  expect(on("all", "selected", "mono")).toEqual({ on: "\u001b[7m", off: "\u001b[27m" })
})
