import fc from "fast-check"
import { expect, test } from "vitest"
import {
  joinSafe,
  linesOf,
  MAX_GRAPHEME_POINTS,
  MAX_SAFE_UNITS,
  safeBlock,
  safeLine,
  safeName,
  safeTyped,
  say,
} from "../../src/tui/safe-text.ts"
import { clustersOf } from "../../src/tui/text-width.ts"
import { HOSTILE_CORPUS, hostileText } from "../support/hostile-text.ts"

test.each([
  ["plain words, unchanged", "plain words, unchanged"],
  ["two\nlines", "two\nlines"],
  ["a\r\nb\rc\u2028d\u2029e\u0085f\u000bg\u000ch", "a\nb\nc\nd\ne\nf\ng\nh"],
  ["tab\tstop", "tab    stop"],
  ["\u001b[31mred", "␛[31mred"],
  ["bell\u0007 null\u0000 del\u007f", "bell␇ null␀ del␡"],
  ["\u009b31m", "\ufffd31m"],
  ["\u202eevil\u202c", "evil"],
  ["a\u200bb\u2060c\ufeffd\u00ade", "abcde"],
  ["क\u094d\u200dष", "क\u094d\u200dष"],
  ["👩‍🏫 ☺️", "👩‍🏫 ☺️"],
  ["\ud800x", "\ufffdx"],
  ["\u0301a", "\u25cc\u0301a"],
  ["a\n\u0301b", "a\n\u25cc\u0301b"],
  ["\ufdd0", "\ufffd"],
])("a message %j is drawn as %j", (text, drawn) => expect(safeBlock(text)).toBe(drawn))

test.each([
  ["Meera T", "Meera T"],
  ["  Meera \n T ", "Meera T"],
  ["As\u200dha\u200b", "Asha"],
  ["\u2800\u3164", "(no name)"],
  ["", "(no name)"],
  ["a\u001b]0;x\u0007", "a␛]0;x␇"],
])("a name %j is drawn as %j", (name, drawn) => expect(safeName(name)).toBe(drawn))

test("a heap of marks is cut and shows that it was", () => {
  const drawn = safeBlock(`a${"\u0301".repeat(100)}b`)
  expect([...drawn]).toHaveLength(MAX_GRAPHEME_POINTS + 2)
  expect(drawn.endsWith("\u2026b")).toBe(true)
})

test("what an input method sends in pieces is not dotted", () => expect(safeTyped("\u093f")).toBe("\u093f"))

test("a text of any length is looked at up to a limit", () => {
  expect(safeBlock("x".repeat(MAX_SAFE_UNITS * 2))).toHaveLength(MAX_SAFE_UNITS)
})

test("our own words take safe pieces", () => {
  expect(say`${safeName("Ra\u0007vi")} has ${3}`).toBe("Ra␇vi has 3")
  expect(joinSafe([say`a`, say`b`], say`, `)).toBe("a, b")
})

/** Nothing here may reach a terminal, whatever the text was. */
const FORBIDDEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/u

test("property: no control, bidi or invisible character survives", () => {
  const check = (text: string) => {
    for (const safe of [safeBlock(text), safeLine(text), safeName(text), safeTyped(text)]) {
      expect(safe).not.toMatch(FORBIDDEN)
      expect(safe.isWellFormed()).toBe(true)
    }
    expect(safeLine(text)).not.toContain("\n")
    expect(safeName(text)).not.toContain("\n")
    expect(safeName(text)).not.toMatch(/[\u200c\u200d\ufe0f]/u)
  }
  for (const text of HOSTILE_CORPUS) check(text)
  fc.assert(fc.property(hostileText, check), { numRuns: 2_000 })
})

test("property: cleaning twice changes nothing, so what is stored clean stays as it is", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const once = safeBlock(text)
      expect(safeBlock(once)).toBe(once)
    }),
    { numRuns: 500 },
  )
})

test("property: no line starts with a mark that would sit on what is left of it; no grapheme is a tower", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      for (const line of linesOf(safeBlock(text))) {
        expect(line).not.toMatch(/^[\p{M}\u200d]/u)
        for (const cluster of clustersOf(line))
          expect([...cluster].length).toBeLessThanOrEqual(MAX_GRAPHEME_POINTS + 2)
      }
    }),
    { numRuns: 500 },
  )
})
