/** Every sentence of the interface in every language: none is missing, none is dead, nothing is put in twice or lost. */
import { readdirSync, readFileSync } from "node:fs"
import { afterEach, describe, expect, test } from "vitest"
import { ClientError } from "../../src/client/client.ts"
import { chooseLanguage } from "../../src/cli/language.ts"
import { isOne, LANGUAGES, messageSentence, piecesOf, speak } from "../../src/tui/language.ts"
import { CATALOGUES, ERROR_CATALOGUES } from "../../src/tui/languages/catalogues.ts"
import { safeBlock, say } from "../../src/tui/safe-text.ts"
import { errorWords, plural } from "../../src/tui/words.ts"
import { allErrorMessages, allSentences, sentencesOf, wholeSource } from "../support/templates.ts"

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

function missingWords(file: string, language: string, missing: readonly string[]): string {
  if (missing.length === 0) return ""
  const lines = missing.map((key) => `  ${JSON.stringify(key)}: "…",`).join("\n")
  return `add to src/tui/languages/${file}, with the words that ${language}.ts lists:\n${lines}`
}

const others = Object.entries(CATALOGUES).filter(([language]) => language !== "en")

test("no sentence has two translations, of which one would be lost", () => {
  const folder = new URL("../../src/tui/languages/", import.meta.url)
  const files = readdirSync(folder).filter((name) => /^hi-(?!errors)/u.test(name))
  const keys = files.flatMap((name) => [
    ...readFileSync(new URL(name, folder), "utf8").matchAll(/^ {2}(?:"((?:\\.|[^"\\])+)"|(\w+)):/gmu),
  ])
  const names = keys.map(([, quoted, bare]) => quoted ?? bare)
  expect(names.length).toBeGreaterThan(700)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})

describe.each(others)("%s", (language, catalogue) => {
  const all = new Set(allSentences().keys())
  const sentences = [...all].filter((key) => LETTERS.test(key.replaceAll(/\{\d+\}/gu, "")))

  test("nothing is there that no screen says", () => {
    expect(Object.keys(catalogue).filter((key) => !all.has(key))).toEqual([])
  })

  test("nothing is missing", () => {
    const missing = sentences.filter((key) => !Object.hasOwn(catalogue, key))
    expect(missingWords(`${language}-….ts`, language, missing)).toBe("")
  })

  test("what is typed and pressed is the same in every language", () => {
    const keys =
      /(?<![\w./])\/[a-z][a-z-]*|--[a-z][a-z-]+|\bF\d\b|Ctrl\+\w|\b(?:Enter|Esc)\b|^on, off$|^45m.*/gu
    const typed = (text: string) => String((text.match(keys) ?? []).toSorted())
    expect(Object.entries(catalogue).filter(([key, said]) => typed(key) !== typed(said))).toEqual([])
  })

  test("what is put in is put in once, and no translation controls the terminal", () => {
    const sorted = (text: string) => String(values(text).toSorted((a, b) => a - b))
    const faults = Object.entries(catalogue).filter(
      ([key, translated]) =>
        sorted(translated) !== sorted(key) ||
        safeBlock(translated) !== translated ||
        translated.normalize("NFC") !== translated ||
        String(edgesOf(translated)) !== String(edgesOf(key)),
    )
    expect(faults).toEqual([])
  })
})

const values = (text: string) => piecesOf(text).filter((piece) => typeof piece === "number")

describe.each(Object.entries(ERROR_CATALOGUES).filter(([language]) => language !== "en"))(
  "errors in %s",
  (language, catalogue) => {
    // What is only put together from others has no words of its own.
    const messages = [...allErrorMessages()].filter((key) =>
      /\p{L}{3}/u.test(key.replaceAll(/\{\d+\}/gu, " ")),
    )

    test("none is missing", () => {
      const missing = messages.filter((key) => !Object.hasOwn(catalogue, key))
      expect(messages.length).toBeGreaterThan(150)
      expect(missingWords(`${language}-errors….ts`, language, missing)).toBe("")
    })

    test("none is there that nothing says", () => {
      const known = new Set(messages)
      const source = wholeSource()
      const isSaid = (key: string) =>
        known.has(key) || key.split(/\{\d+\}/u).every((part) => source.includes(part.replace(/^; /u, "")))
      expect(Object.keys(catalogue).filter((key) => !isSaid(key))).toEqual([])
    })

    test("what is put in is put in once, in the order in which the English one counts", () => {
      const faults = Object.entries(catalogue).filter(
        ([key, translated]) =>
          values(key).some((value, index) => value !== index) ||
          String(values(translated).toSorted((a, b) => a - b)) !== String(values(key)) ||
          safeBlock(translated) !== translated ||
          translated.normalize("NFC") !== translated ||
          translated.trim() !== translated,
      )
      expect(faults).toEqual([])
    })
  },
)

describe("an error's message", () => {
  const errors = {
    "the disk is full": "डिस्क भर गई है",
    'nobody here is called "{0}"': 'यहाँ "{0}" नाम का कोई नहीं है',
    "{0} looks like {1}": "{1} जैसा {0}",
    "{0}; it waits": "{0}; रुका है",
    "too large{0}: at most {1}{2}": "{2} {1} से बड़ा{0}",
  }

  test.each([
    ["the disk is full", "डिस्क भर गई है"],
    ['nobody here is called "Ravi"', 'यहाँ "Ravi" नाम का कोई नहीं है'],
    ['nobody here is called "" or "x""', 'यहाँ "" or "x"" नाम का कोई नहीं है'],
    ["Asha looks like the disk is full", "डिस्क भर गई है जैसा Asha"],
    ["{1} looks like {0}", "{0} जैसा {1}"],
    ['nobody here is called "a"; it waits', 'यहाँ "a" नाम का कोई नहीं है; रुका है'],
    ["too large (9): at most 7", "7  से बड़ा (9)"],
    ["something else", "something else"],
    ["constructor", "constructor"],
    ['nobody here is called "Ravi', 'nobody here is called "Ravi'],
  ])("%j becomes %j", (message, said) => {
    speak("hi", {}, errors)
    expect(messageSentence(message)).toBe(said)
    speak("en", {})
    expect(messageSentence(message)).toBe(message)
  })

  test("stands on the screen as a sentence in the spoken language", () => {
    speak("hi", CATALOGUES.hi, ERROR_CATALOGUES.hi)
    expect(errorWords(new ClientError("unknown-name", 'nobody here is called "Ravi"'))).toBe(
      'यहाँ "Ravi" नाम का कोई नहीं है।',
    )
    expect(errorWords(new ClientError("storage", "the disk is full"))).toBe("नहीं सहेजा गया। डिस्क भर गई है।")
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
  ["the environment before what is kept", [], { SECURE_CHAT_LANGUAGE: "hi" }, "en", "hi"],
  ["what is kept before the system", [], { LANG: "hi_IN.UTF-8" }, "en", "en"],
  ["the system", [], { LANG: "hi_IN.UTF-8" }, undefined, "hi"],
  ["an empty LC_ALL is none", [], { LC_ALL: "", LANG: "hi_IN" }, undefined, "hi"],
  ["LC_ALL before LANG", [], { LC_ALL: "C.UTF-8", LANG: "hi_IN" }, undefined, "en"],
  ["a language that is not there", ["--language", "tlh"], { LANG: "hi" }, undefined, "hi"],
  ["no property of an object", ["--language", "constructor"], {}, undefined, "en"],
] as const)("the language follows from %s", (_, args, env, kept, language) => {
  expect(chooseLanguage(args, env, kept)).toBe(language)
  expect(Object.keys(LANGUAGES)).toContain(language)
})
