import fc from "fast-check"
import { expect, test } from "vitest"
import {
  clearDraft,
  edit,
  EMPTY_COMPOSER,
  insert,
  MAX_DRAFT_UNITS,
  paste,
  PASTE_PREVIEW_LINES,
  remember,
  setDraft,
  vertical,
  type Composer,
  type Edit,
} from "../../src/tui/composer-state.ts"
import { clustersOf } from "../../src/tui/text-width.ts"
import { hostileText } from "../support/hostile-text.ts"

/** `|` is the caret. */
function at(drawn: string): Composer {
  const caret = drawn.indexOf("|")
  return { ...setDraft(EMPTY_COMPOSER, drawn.replace("|", "")), caret }
}

function picture(composer: Composer): string {
  return `${composer.text.slice(0, composer.caret)}|${composer.text.slice(composer.caret)}`
}

const edits: readonly [string, Edit, string][] = [
  ["ab|", "left", "a|b"],
  ["|ab", "left", "|ab"],
  ["a|b", "right", "ab|"],
  ["ab|", "right", "ab|"],
  // One press is one character as a person sees it.
  ["👨‍👩‍👧‍👦|x", "backspace", "|x"],
  ["a👩🏽‍🏫|", "left", "a|👩🏽‍🏫"],
  ["|👍🏽b", "right", "👍🏽|b"],
  ["|👍🏽b", "delete", "|b"],
  ["🇮🇳🇧🇷|", "backspace", "🇮🇳|"],
  ["नमस्ते|", "backspace", "नम|"],
  ["कि|", "backspace", "|"],
  ["日本語|", "backspace", "日本|"],
  ["e\u0301|", "backspace", "|"],
  ["한국|", "left", "한|국"],
  ["one two|", "word-left", "one |two"],
  ["one |two", "word-left", "|one two"],
  ["one| two", "word-right", "one two|"],
  ["one two |", "cut-word-left", "one |"],
  ["|one two", "cut-word-right", "| two"],
  ["ab\ncd|", "line-start", "ab\n|cd"],
  ["ab|\ncd", "line-start", "|ab\ncd"],
  ["|ab\ncd", "line-end", "ab|\ncd"],
  ["\n|", "left", "|\n"],
  ["|\n", "line-start", "|\n"],
  ["ab\ncd|", "cut-to-start", "ab\n|"],
  ["a|b\ncd", "cut-to-end", "a|\ncd"],
  ["ab|\ncd", "cut-to-end", "ab|cd"],
  ["a|b", "newline", "a\n|b"],
  ["|", "backspace", "|"],
  ["|", "delete", "|"],
]

test.each(edits)("%s %s gives %s", (before, what, after) =>
  expect(picture(edit(at(before), what))).toBe(after),
)

test("what was cut can be put back, elsewhere too", () => {
  const cut = edit(at("one two|"), "cut-word-left")
  expect(picture(edit(edit(cut, "line-start"), "yank"))).toBe("two|one ")
})

test("undo goes back step by step", () => {
  const typed = insert(insert(insert(EMPTY_COMPOSER, "a"), "b"), "c")
  expect(edit(typed, "undo").text).toBe("ab")
  expect(edit(edit(typed, "undo"), "undo").text).toBe("a")
  expect(edit(EMPTY_COMPOSER, "undo")).toBe(EMPTY_COMPOSER)
})

test("a syllable that an input method sends in pieces grows together", () => {
  let composer = EMPTY_COMPOSER
  for (const piece of ["न", "म", "स", "्", "त", "े"]) composer = insert(composer, piece)
  expect(composer.text).toBe("नमस्ते")
  expect(clustersOf(composer.text)).toHaveLength(3)
})

test("what is typed or pasted is cleaned, and its line breaks stay line breaks", () => {
  expect(insert(EMPTY_COMPOSER, "a\u001b[31mb\tc").text).toBe("a␛[31mb    c")
  expect(paste(EMPTY_COMPOSER, "a\r\nb\rc\n\n").text).toBe("a\nb\nc")
})

test("a large paste is announced, a small one is not", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, line) => `line ${line}`).join("\n")
  expect(paste(EMPTY_COMPOSER, lines(PASTE_PREVIEW_LINES)).pasted).toBeUndefined()
  expect(paste(EMPTY_COMPOSER, lines(PASTE_PREVIEW_LINES + 1)).pasted).toEqual({
    lines: 6,
    bytes: 41,
    cut: false,
  })
  expect(clearDraft(paste(EMPTY_COMPOSER, lines(9))).pasted).toBeUndefined()
})

test("a paste that no draft can hold is cut between graphemes, and says so with its own size", () => {
  const text = "क्षमा\u200b".repeat(200_000)
  const cut = paste(EMPTY_COMPOSER, text)
  expect(cut.text.length).toBeLessThanOrEqual(MAX_DRAFT_UNITS)
  expect(cut.text.length).toBeGreaterThan(MAX_DRAFT_UNITS / 2)
  expect(cut.pasted).toEqual({ lines: 1, bytes: 18 * 200_000, cut: true })
  const full = insert(EMPTY_COMPOSER, "x".repeat(MAX_DRAFT_UNITS - 3))
  expect(paste(full, "abc").pasted).toBeUndefined()
  expect(paste(full, "ab👩🏽‍🏫")).toMatchObject({ pasted: { cut: true }, caret: MAX_DRAFT_UNITS - 1 })
  expect(paste(EMPTY_COMPOSER, `${"x".repeat(MAX_DRAFT_UNITS - 1)}👍`).text).toHaveLength(MAX_DRAFT_UNITS - 1)
})

test("emptying keeps the text within reach", () => {
  const emptied = clearDraft(at("precious|"))
  expect(emptied.text).toBe("")
  expect(edit(emptied, "yank").text).toBe("precious")
})

test("a draft has a limit and is cut between characters", () => {
  const full = insert(EMPTY_COMPOSER, "x".repeat(MAX_DRAFT_UNITS - 1))
  expect(insert(full, "👍🏽").text).toHaveLength(MAX_DRAFT_UNITS - 1)
  expect(insert(full, "y👍🏽").text.at(-1)).toBe("y")
})

test("up and down move in the text first, then through what was sent", () => {
  const sent = remember(remember(EMPTY_COMPOSER, at("first|").text), at("second|").text)
  const draft = insert(sent, "new")
  const up = vertical(draft, -1, 20)
  expect(up.text).toBe("second")
  expect(vertical(up, -1, 20).text).toBe("first")
  expect(vertical(vertical(up, -1, 20), -1, 20).text).toBe("first")
  expect(vertical(up, 1, 20).text).toBe("new")
  expect(picture(vertical(at("abc\nde|"), -1, 20))).toBe("ab|c\nde")
  expect(picture(vertical(at("a|bcdefgh"), 1, 4))).toBe("abcde|fgh")
})

const anyEdit = fc.constantFrom<Edit>(
  "left",
  "right",
  "word-left",
  "word-right",
  "line-start",
  "line-end",
  "backspace",
  "delete",
  "cut-word-left",
  "cut-word-right",
  "cut-to-start",
  "cut-to-end",
  "yank",
  "undo",
  "newline",
)

test("property: the caret always stands inside a well-formed text and never inside a pair", () => {
  const step = fc.oneof(
    anyEdit,
    hostileText.map((text) => ({ text })),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      let composer = EMPTY_COMPOSER
      for (const one of steps) {
        composer = typeof one === "string" ? edit(composer, one) : insert(composer, one.text)
        expect(composer.text.isWellFormed()).toBe(true)
        expect(composer.caret).toBeGreaterThanOrEqual(0)
        expect(composer.caret).toBeLessThanOrEqual(composer.text.length)
        const low = composer.text.charCodeAt(composer.caret)
        expect(low >= 0xdc00 && low <= 0xdfff && composer.caret > 0).toBe(false)
      }
    }),
    { numRuns: 400 },
  )
})
