import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { COMMON_DIGITS, COMMON_SIGNS, classOf, WRITINGS } from "../../src/protocol/name-letters.ts"
import { isName, NAME_FAULTS, type NameFault, readName } from "../../src/protocol/names.ts"
import { safeName } from "../../src/tui/safe-text.ts"
import { manyNames } from "../support/names.ts"

describe("what people are called is a name, as it stands", () => {
  test.each([
    "Ravi",
    "Anna-Lena",
    "O'Brien",
    "van 't Hooft",
    "A. B. Kumar",
    "Max Jr.",
    "Asha 8B",
    "max_m",
    "7",
    "Zoë",
    "Nguyễn Thị Ánh",
    "İrem",
    "Łukasz",
    "Þóra",
    "Oluwaṣẹ́gun", // a mark that has no letter of its own
    "Gal·la",
    "Kaʻahumanu",
    "Ελένη",
    "Серёжа",
    "Дар'я",
    "Ђорђе",
    "Արամ",
    "גיל",
    "ג׳ורג׳",
    "רמב״ם",
    "أحمد",
    "مُحَمَّد",
    "د. أحمد",
    "علی رضا",
    "آرش ۲",
    "ދިވެހި",
    "रवि",
    "श्रीमती लक्ष्मीबाई",
    "कृष्ण २",
    "রবীন্দ্রনাথ",
    "ਗੁਰਪ੍ਰੀਤ",
    "પ્રિયા",
    "ଓଡ଼ିଶା",
    "லட்சுமி",
    "లక్ష్మి",
    "ಲಕ್ಷ್ಮಿ",
    "ലക്ഷ്മി",
    "නිමල්",
    "มานี ใจดี",
    "ສົມໃຈ",
    "བསྟན་འཛིན་",
    "မြို့",
    "თამარ",
    "አበበ",
    "សុខា",
    "ᱟᱥᱟ",
    "ꯁꯅꯥ",
    "田中 太郎",
    "佐々木 さくら",
    "マリア・シュミット",
    "김민준",
    "金민준",
    "歐陽 秀英",
    "迪丽热巴·迪力木拉提",
    "a".repeat(32),
  ])("%s", (name) => expect(readName(name)).toEqual({ kind: "name", name: name.normalize("NFC") }))

  test("a thousand of them", () => {
    const names = manyNames(1_000)
    expect(names).toHaveLength(1_000)
    expect(names.filter((name) => !isName(name))).toEqual([])
  })
})

test.each([
  ["  Ravi  Kumar ", "Ravi Kumar"],
  ["Ｒａｖｉ", "Ravi"],
  ["ﬁona", "fiona"],
  ["e\u0301va", "\u00e9va"],
  ["田中\u3000太郎", "田中 太郎"],
  ["O\u2019Brien", "O'Brien"],
  ["Anna\u2010Lena", "Anna-Lena"],
  ["ג'ורג'", "ג׳ורג׳"],
  ['רמב"ם', "רמב״ם"],
  ["ශ\u0dca\u200dරී", "ශ\u0dcaරී"], // the joiner chooses a form; the letters are the same
  ["علی\u200cرضا", "علیرضا"],
])("%j is tidied to %j, which is what an entry must hold", (typed, name) => {
  expect(readName(typed)).toEqual({ kind: "name", name })
  expect(isName(name)).toBe(true)
  expect(isName(typed)).toBe(false)
})

const BAD: readonly (readonly [string, NameFault])[] = [
  ["", "empty"],
  ["   ", "empty"],
  ["a".repeat(33), "too-long"],
  ["\u0915\u093f".repeat(33), "too-long"],
  ["\ufdfa".repeat(512), "too-long"], // eighteen letters each
  ["x".repeat(1_000_000), "too-long"],
  ["two\nlines", "invisible"],
  ["tab\tbed", "invisible"],
  ["\u0000", "invisible"],
  ["\u001b[31mred", "invisible"],
  ["\u009b31mred", "invisible"],
  ["zero\u200bwidth", "invisible"],
  ["join\u200dme", "invisible"],
  ["turned\u202eround", "invisible"],
  ["\u2066isolated\u2069", "invisible"],
  ["ali\u061cce", "invisible"],
  ["soft\u00adhyphen", "invisible"],
  ["line\u2028separator", "invisible"],
  ["filler\u3164", "invisible"],
  ["tag\u{e0061}", "invisible"],
  ["vs\ufe0f", "invisible"],
  ["private\ue000", "invisible"],
  ["\ud800", "bad-character"],
  ["👩", "bad-character"],
  ["#everyone", "bad-character"],
  ["@x", "bad-character"],
  ["/quit", "bad-character"],
  ["alice ?7f3c2k", "bad-character"],
  ["alice ✓", "bad-character"],
  ["(no name)", "bad-character"],
  ["\u2800", "bad-character"],
  ["ⲁlice", "bad-character"], // Coptic: nobody's school writes it
  ["ɑlice", "bad-character"], // phonetic
  ["محـمد", "bad-character"], // tatweel lengthens and means nothing
  ["аlice", "mixed-writing"],
  ["Αlice", "mixed-writing"],
  ["aliсe", "mixed-writing"],
  ["रবি", "mixed-writing"],
  ["김さくら", "mixed-writing"],
  ["田中Taro", "mixed-writing"],
  ["x١", "mixed-writing"],
  ["أحمد 1٢", "mixed-digits"],
  ["علی ٣۴", "mixed-digits"],
  ["\u0301x", "loose-mark"],
  ["x \u0301y", "loose-mark"],
  ["x-\u0301y", "loose-mark"],
  ["1\u0301", "loose-mark"],
  ["x\u0323\u0323y", "stacked-marks"],
  ["x\u0323\u0331\u0302y", "stacked-marks"],
  ["z" + "\u0323\u0302".repeat(20), "stacked-marks"],
  ["x" + "\u0301".repeat(10_000), "too-long"],
  ["ni\u0307na", "stacked-marks"],
  ["al\u0307i", "stacked-marks"],
  ["क" + "्क".repeat(8), "stacked-marks"],
  ["-x", "bad-order"],
  ["x-", "bad-order"],
  ["x--y", "bad-order"],
  ["x - y", "bad-order"],
  [".x", "bad-order"],
  ["'x", "bad-order"],
  ["7أحمد", "bad-order"],
  ["أحمد.", "bad-order"],
  ["everyone", "reserved"],
  ["EVERYONE", "reserved"],
  ["every one", "reserved"],
  ["everу0ne".replace("у", "y"), "reserved"],
  ["You", "reserved"],
  ["room", "reserved"],
  ["r00m", "reserved"],
  ["u_abc", "reserved"],
  ["R_abc", "reserved"],
]
for (const [typed, fault] of BAD) {
  test(`${JSON.stringify(typed.slice(0, 30))} is no name: ${fault}`, () =>
    expect(readName(typed)).toEqual({ kind: "fault", fault }))
}

test("every reason has a sentence, and a text that shows it", () => {
  expect(new Set(BAD.map(([, fault]) => fault))).toEqual(new Set(Object.keys(NAME_FAULTS)))
  for (const sentence of Object.values(NAME_FAULTS)) expect(sentence).toMatch(/^[a-z]/)
})

test.each(["\u09b2 \u200d", "\u200d \u09b2", "\u09b2 \u200d \u09b2"])(
  "a joiner that goes leaves no blank behind: %j",
  (typed) => {
    const read = readName(typed)
    if (read.kind !== "name") throw new Error("a name")
    expect(readName(read.name)).toEqual(read)
  },
)

test("any text gives an answer; a name is short, visible, and its own name", () => {
  const ranges = WRITINGS.flatMap(({ letters }) => letters.split(" ").map((range) => range.split("-")))
  const letter = fc
    .constantFrom(...ranges)
    .chain(([from = "", to = from]) =>
      fc
        .integer({ min: Number.parseInt(from, 16), max: Number.parseInt(to, 16) })
        .map((point) => String.fromCodePoint(point)),
    )
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(letter, { maxLength: 12 }).map((all) => all.join("")),
    fc
      .array(fc.oneof(letter, fc.constantFrom(" ", "-", "'", ".", "\u200d", "\u202e", "\u0301", "7")))
      .map((all) => all.join("")),
    fc
      .constantFrom(...manyNames(300))
      .chain((name) => fc.nat(name.length).map((at) => name.slice(0, at) + name)),
  )
  fc.assert(
    fc.property(text, (typed) => {
      const read = readName(typed)
      if (read.kind === "fault") {
        expect(NAME_FAULTS[read.fault]).toBeDefined()
        return
      }
      const { name } = read
      expect(readName(name)).toEqual(read)
      expect(name.normalize("NFKC")).toBe(name)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(128)
      // What the screen draws is the whole name, or two names could look the same there.
      expect(safeName(name)).toBe(name)
    }),
    { numRuns: 3_000 },
  )
})

describe("the table of letters", () => {
  const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
    Odia: ["Oriya"],
    "Ol Chiki": ["Ol_Chiki"],
    "Meetei Mayek": ["Meetei_Mayek"],
    Japanese: ["Han", "Hiragana", "Katakana"],
    Korean: ["Han", "Hangul"],
    Chinese: ["Han", "Bopomofo"],
  }
  test.each(WRITINGS.map((writing) => [writing.name, writing] as const))(
    "%s",
    (name, { letters, signs = [] }) => {
      const scripts = SCRIPTS[name] ?? [name]
      const inScript = new RegExp(
        `^[${scripts.map((script) => `\\p{scx=${script}}`).join("")}\\p{scx=Inherited}ʻ]$`,
        "u",
      )
      const wrong: string[] = []
      const member = new RegExp(`^[${classOf([letters, ...signs].join(" "))}]$`, "u")
      for (let point = 0; point < 0x32000; point++) {
        const text = String.fromCodePoint(point)
        if (!member.test(text)) continue
        const good =
          inScript.test(text) &&
          text.normalize("NFKC") === text &&
          /^\p{Assigned}$/u.test(text) &&
          !/\p{Default_Ignorable_Code_Point}/u.test(text) &&
          (/^[\p{L}\p{M}\p{Nd}\u3007]$/u.test(text) || signs.length > 0)
        if (!good) wrong.push(`U+${point.toString(16)} ${text}`)
      }
      expect(wrong).toEqual([])
    },
  )

  test("signs and digits are nobody's alone", () => {
    const signs = new RegExp(`^[${classOf(`${COMMON_SIGNS} ${COMMON_DIGITS}`)}]+$`, "u")
    expect("-.'_·0123456789").toMatch(signs)
    for (const { letters } of WRITINGS) expect("-").not.toMatch(new RegExp(`[${classOf(letters)}]`, "u"))
  })
})
