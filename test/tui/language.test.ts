/** Every sentence of the interface in every language: none is missing, none is dead, nothing is put in twice or lost. */
import { afterEach, describe, expect, test } from "vitest"
import { chooseLanguage } from "../../src/cli/language.ts"
import { isOne, LANGUAGES, piecesOf, speak } from "../../src/tui/language.ts"
import { CATALOGUES } from "../../src/tui/languages/catalogues.ts"
import { safeBlock, say } from "../../src/tui/safe-text.ts"
import { plural } from "../../src/tui/words.ts"
import { allSentences, sentencesOf } from "../support/templates.ts"

const LETTERS = /\p{L}/u

afterEach(() => speak("en", {}))

test("sentences are found in the source, nested ones too", () => {
  const source =
    'a(say`one ${say`two "${x}"`} three`, say`it\\`s ${f({ a: "}" })} and ${2}`, essay`no`, say`multi\\nline`)'
  expect(sentencesOf(source)).toEqual(["one {0} three", 'two "{0}"', "it`s {0} and {1}", "multi\nline"])
  const all = allSentences()
  expect(all.size).toBeGreaterThan(700)
  expect(all.get("{0} came in")).toEqual([expect.stringMatching(/^src\/tui\//u)])
})

/** Spaces before and behind: sentences are put together by them. */
const edgesOf = (text: string) => [/^\s*/u.exec(text)?.[0], /\s*$/u.exec(text)?.[0]]

function missingWords(language: string, missing: readonly string[]): string {
  if (missing.length === 0) return ""
  const lines = missing.map((key) => `  ${JSON.stringify(key)}: "…",`).join("\n")
  return `add to src/tui/languages/${language}-….ts, with the words that ${language}.ts lists:\n${lines}`
}

const others = Object.entries(CATALOGUES).filter(([language]) => language !== "en")

describe.each(others)("%s", (language, catalogue) => {
  const sentences = [...allSentences().keys()].filter((key) => LETTERS.test(key.replaceAll(/\{\d+\}/gu, "")))

  test("nothing is there that no screen says", () => {
    const used = new Set(sentences)
    expect(Object.keys(catalogue).filter((key) => !used.has(key))).toEqual([])
  })

  test("nothing is missing", () => {
    const missing = sentences.filter((key) => !Object.hasOwn(catalogue, key))
    expect(missingWords(language, missing)).toBe("")
  })

  test("what is put in is put in once, and no translation controls the terminal", () => {
    const values = (text: string) =>
      piecesOf(text)
        .filter((piece) => typeof piece === "number")
        .toSorted((a, b) => a - b)
    const faults = Object.entries(catalogue).filter(
      ([key, translated]) =>
        String(values(translated)) !== String(values(key)) ||
        safeBlock(translated) !== translated ||
        translated.normalize("NFC") !== translated ||
        String(edgesOf(translated)) !== String(edgesOf(key)),
    )
    expect(faults).toEqual([])
  })
})

test("a sentence is said in the spoken language, in its own order; what is missing there in English", () => {
  const words = () => [say`${1} of ${2} read it`, say`not translated ${3}`, say`plain`]
  expect(words()).toEqual(["1 of 2 read it", "not translated 3", "plain"])
  speak("hi", { "{0} of {1} read it": "{1} में से {0} ने पढ़ा", plain: "सादा" })
  expect(words()).toEqual(["2 में से 1 ने पढ़ा", "not translated 3", "सादा"])
  speak("en", {})
  expect(words()).toEqual(["1 of 2 read it", "not translated 3", "plain"])
})

test("one and many as each language counts", () => {
  const counts = () => [0, 1, 2].map((count) => plural(count, say`thing`, say`things`))
  expect(counts()).toEqual(["0 things", "1 thing", "2 things"])
  speak("hi", {})
  expect(counts()).toEqual(["0 thing", "1 thing", "2 things"])
  expect([0, 1, 2].map(isOne)).toEqual([true, true, false])
})

test.each([
  ["nothing", [], {}, undefined, "en"],
  ["the option", ["--language", "hi", "send"], { SECURE_CHAT_LANGUAGE: "en" }, "en", "hi"],
  ["the option in one word", ["--language=hi"], {}, undefined, "hi"],
  ["the environment before the file", [], { SECURE_CHAT_LANGUAGE: "hi" }, "en", "hi"],
  ["the file before the system", [], { LANG: "hi_IN.UTF-8" }, "en\n", "en"],
  ["the system", [], { LANG: "hi_IN.UTF-8" }, undefined, "hi"],
  ["an empty LC_ALL is none", [], { LC_ALL: "", LANG: "hi_IN" }, undefined, "hi"],
  ["LC_ALL before LANG", [], { LC_ALL: "C.UTF-8", LANG: "hi_IN" }, undefined, "en"],
  ["a language that is not there", ["--language", "tlh"], { LANG: "hi" }, undefined, "hi"],
  ["no property of an object", ["--language", "constructor"], {}, "__proto__", "en"],
] as const)("the language follows from %s", (_, args, env, kept, language) => {
  expect(chooseLanguage(args, env, kept)).toBe(language)
  expect(Object.keys(LANGUAGES)).toContain(language)
})
