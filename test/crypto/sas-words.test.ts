/**
 * The 256 words against what decision 0024 asks of them. Sounds are told apart coarsely, so that people who hear badly,
 * or speak another language, still do: the rules below make equal what is easily taken for each other.
 */
import { expect, test } from "vitest"
import { SAS_WORDS } from "../../src/crypto/sas-words.ts"
import { outputDigits, wordIndexes, wordsOf } from "../../src/crypto/sas.ts"

const { en, hi, hiLatin } = SAS_WORDS

/** English: what is spoken alike becomes one letter, vowels three. */
const EN_SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/tch|ch/g, "C"],
  [/sh/g, "S"],
  [/ph/g, "f"],
  [/th/g, "T"],
  [/ck/g, "k"],
  [/qu/g, "kw"],
  [/^kn/, "n"],
  [/^wr/, "r"],
  [/wh/g, "w"],
  [/ight/g, "Yt"],
  [/gh/g, ""],
  [/c(?=[eiy])/g, "s"],
  [/g(?=[ei])|dge/g, "j"],
  [/c/g, "k"],
  [/x/g, "ks"],
  [/z/g, "s"],
  [/(.)\1/g, "$1"],
  [/mb$/, "m"],
  [/e$/, ""],
  [/[ou][aeiouyY]*/g, "o"],
  [/[iyY][aeiouyY]*/g, "i"],
  [/[ae][aeiouyY]*/g, "e"],
]
/** Hindi, from its Latin letters: breath, length and retroflexion do not count, nor v against b and p against f. */
const HI_SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/chh?/g, "c"],
  [/sh/g, "s"],
  [/ph/g, "p"],
  [/([kgjtdb])h/g, "$1"],
  [/f/g, "p"],
  [/v/g, "b"],
  [/(.)\1/g, "$1"],
  [/ai|ay/g, "e"],
  [/au/g, "o"],
  [/u/g, "o"],
  [/i/g, "e"],
]

test("256 words in each language, each once", () => {
  for (const list of [en, hi, hiLatin]) expect(new Set(list).size).toBe(256)
  expect(en).toHaveLength(256)
  expect([...en]).toEqual([...en].sort())
})

test("English: three to eight plain letters, any two three letters and two sounds apart", () => {
  expect(en.filter((word) => !/^[a-z]{3,8}$/.test(word))).toEqual([])
  expect(tooNear([...en], 3)).toEqual([])
  expect(tooNear(soundsOf(en, EN_SOUNDS), 2)).toEqual([])
})

test("Hindi: only Devanagari, short, any two two letters and two sounds apart", () => {
  expect(hi.filter((word) => !/^[\p{Script=Devanagari}]{2,12}$/u.test(word))).toEqual([])
  expect(hi.filter((word) => word !== word.normalize("NFC"))).toEqual([])
  expect(hiLatin.filter((word) => !/^[a-z]{2,12}$/.test(word))).toEqual([])
  expect(tooNear([...hiLatin], 2)).toEqual([])
  expect(tooNear(soundsOf(hiLatin, HI_SOUNDS), 2)).toEqual([])
})

/** Words that are no insult themselves, but begin or end one, or are used as one. */
test("nothing that hurts to read aloud in a class or a ward", () => {
  const bad =
    /ass|arse|tit$|cock|cum$|fag|dick|damn|hell$|kill|dead|death|blood|gun|bomb|war$|god|allah|ram$|jesus|devil|drug|sex|nude|rape|slave|kutt|gadha|ullu|suar|chut|lund|gand[^h]|randi|haram|kamin|bandar$|bhangi|chamar|julaha|danda$/
  const meant = new Set(["bandargah", "chhutti", "glasses", "brass", "grape", "peacock", "gunj", "lassi"])
  for (const list of [en, hiLatin])
    expect(list.filter((word) => bad.test(word) && !meant.has(word))).toEqual([])
})

test("the measure finds what is alike", () => {
  expect(tooNear(soundsOf(["knight", "nite"], EN_SOUNDS), 1)).toHaveLength(1)
  expect(tooNear(soundsOf(["ghora", "gora"], HI_SOUNDS), 1)).toHaveLength(1)
  expect(tooNear(["bear", "beer"], 2)).toHaveLength(1)
  expect(tooNear(["bear", "tiger"], 3)).toEqual([])
})

test("seven words and six groups of digits come from their own bytes", () => {
  const output = Uint8Array.from({ length: 64 }, (_, at) => at)
  expect(wordIndexes(output)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(wordsOf([0, 255])).toEqual({
    en: [en[0], en[255]],
    hi: [hi[0], hi[255]],
    hiLatin: [hiLatin[0], hiLatin[255]],
  })
  const digits = outputDigits(output)
  expect(digits).toMatch(/^(\d{5} ){5}\d{5}$/)
  for (let at = 0; at < 64; at++) {
    const other = Uint8Array.from(output)
    other[at]! ^= 1
    expect(wordIndexes(other).join() !== wordIndexes(output).join(), `byte ${at}`).toBe(at < 7)
    expect(outputDigits(other) !== digits, `byte ${at}`).toBe(at >= 8 && at < 38)
  }
})

function soundsOf(list: readonly string[], rules: readonly (readonly [RegExp, string])[]): string[] {
  return list.map((word) => rules.reduce((sounds, [from, to]) => sounds.replace(from, to), word))
}

/** Pairs less than `least` insertions, deletions and replacements apart. */
function tooNear(list: readonly string[], least: number): string[] {
  const near: string[] = []
  for (const [at, one] of list.entries())
    for (const other of list.slice(at + 1)) if (distance(one, other) < least) near.push(`${one} ${other}`)
  return near
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
