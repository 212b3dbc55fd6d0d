import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { COMMON_DIGITS, classOf, WRITINGS } from "../../src/protocol/name-letters.ts"
import { skeleton, skeletons } from "../../src/protocol/name-skeleton.ts"
import { isName, readName } from "../../src/protocol/names.ts"
import { icuConfusables } from "../support/icu-confusables.ts"
import { manyNames } from "../support/names.ts"

const icu = icuConfusables()
const unicode = icu ?? new Map<string, string>()

function lookAlike(a: string, b: string): boolean {
  const keys = skeletons(a)
  return skeletons(b).some((key) => keys.includes(key))
}

/** Unicode's own skeleton (UTS #39 §4), by the table of the ICU at hand. */
function skeletonByIcu(text: string): string {
  return Array.from(text.normalize("NFD"), (point) => unicode.get(point) ?? point)
    .join("")
    .normalize("NFD")
}

describe("look-alikes", () => {
  test.each([
    ["Alice", "alice"],
    ["Alice", "ALICE"],
    ["Al", "AI"],
    ["alice", "ALlCE"],
    ["alice", "a1ice"],
    ["Bob", "B0b"],
    ["Mira", "rnira"],
    ["paypal", "раураӏ"], // Cyrillic throughout
    ["Hopa", "Нора"],
    ["Anna Lena", "AnnaLena"],
    ["Anna-Lena", "Anna.Lena"],
    ["O'Brien", "OBrien"],
    ["Kaʻahumanu", "Ka'ahumanu"],
    ["İrem", "irem"],
    ["Ilgın", "ilgin"],
    ["Νίκος", "ΝΊΚΟΣ"],
    ["ш", "w"],
    ["رضا", "رضi"],
  ])("%s and %s", (a, b) => expect(lookAlike(a, b)).toBe(true))

  test.each([
    ["Lia", "Ila"],
    ["Ali", "Ail"],
    ["José", "Jose"],
    ["Nora", "Hopa"],
    ["Ivan", "Inan"],
    ["Ravi", "Ravi2"],
    ["रवि", "रवी"],
    ["田中", "中田"],
    ["", "x"],
  ])("not %s and %s", (a, b) => expect(lookAlike(a, b)).toBe(false))

  test("a thousand names have no two that would shut each other out, but where case or a sign is all", () => {
    const bearer = new Map<string, string>()
    const pairs: string[] = []
    for (const name of manyNames(1_000)) {
      for (const key of skeletons(name)) {
        const other = bearer.get(key)
        if (other !== undefined && other !== name) pairs.push(`${other} / ${name}`)
        bearer.set(key, name)
      }
    }
    expect(pairs).toEqual([])
  })
})

test("Unicode's table is there, and newer than the one we use", () => {
  // Where Node was built without its own ICU the comparisons below would compare nothing.
  expect(icu?.size ?? 6_565).toBeGreaterThanOrEqual(6_565)
  if (icu === undefined) console.warn("this Node has no ICU data of its own: look-alikes were not compared")
})

test("whatever Unicode says of a letter that names may hold, we say too", () => {
  // If s maps each character as we do and u as Unicode does, s(c) = s(u(c)) for each character makes
  // s(x) = s(u(x)) for each name: who looks alike by Unicode's table has one skeleton by ours.
  const member = new RegExp(
    `^[${classOf([COMMON_DIGITS, ...WRITINGS.map(({ letters }) => letters)].join(" "))}]$`,
    "u",
  )
  const missed: string[] = []
  for (let point = 0x21; point < 0x32000; point++) {
    const letter = String.fromCodePoint(point)
    if (!member.test(letter)) continue
    for (const form of new Set([letter, letter.toUpperCase(), letter.toLowerCase()])) {
      if (skeleton(skeletonByIcu(form)) !== skeleton(form))
        missed.push(`U+${point.toString(16)} ${form} ${skeletonByIcu(form)}`)
    }
  }
  expect(missed).toEqual([])
})

describe("every substitution of Unicode's table in a thousand names", () => {
  /** Skeleton → what has it. */
  const sources = new Map<string, string[]>()
  for (const from of unicode.keys()) {
    const bones = skeletonByIcu(from)
    const all = sources.get(bones)
    if (all) all.push(from)
    else sources.set(bones, [bones, from])
  }
  const longest = Math.max(1, ...[...sources.keys()].map(({ length }) => length))

  /** The name with one stretch of it replaced by what looks like it. */
  function* variants(name: string): Generator<string> {
    const points = [...name]
    for (let from = 0; from < points.length; from++) {
      const before = points.slice(0, from).join("")
      for (let to = from + 1; to <= Math.min(points.length, from + longest); to++) {
        const after = points.slice(to).join("")
        const alike = sources.get(skeletonByIcu(points.slice(from, to).join("")))
        for (const other of alike ?? []) yield before + other + after
      }
    }
  }

  /** Somebody else could be called so. What NFKC makes another word of (ſ is s, and looks like f) is none. */
  function isTaken(name: string, other: string): boolean {
    return skeletonByIcu(name) === skeletonByIcu(other) && !lookAlike(name, other)
  }

  test("none gives a second name", () => {
    let tried = 0
    let accepted = 0
    const collisions: string[] = []
    for (const name of manyNames(1_000)) {
      for (const variant of variants(name)) {
        tried++
        const read = readName(variant)
        if (read.kind === "fault" || read.name === name) continue
        accepted++
        if (isTaken(name, read.name)) collisions.push(`${name} / ${read.name}`)
      }
    }
    console.log(
      `${tried} variants of 1,000 names: ${accepted} are names, ${collisions.length} of them new ones`,
    )
    expect(collisions).toEqual([])
    if (icu !== undefined) expect(tried).toBeGreaterThan(50_000)
  })

  test("nor do several at once", () => {
    const name = fc.constantFrom(...manyNames(1_000))
    const swapped = name.chain((original) =>
      fc
        .tuple(
          ...Array.from(original, (point) =>
            fc.constantFrom(point, point, ...(sources.get(skeletonByIcu(point)) ?? [])),
          ),
        )
        .map((points) => [original, points.join("")] as const),
    )
    fc.assert(
      fc.property(swapped, ([original, variant]) => {
        const read = readName(variant)
        expect(read.kind === "name" && isTaken(original, read.name)).toBe(false)
      }),
      { numRuns: 3_000 },
    )
  })
})

test("any text has one to four keys, in bounded time, and a name looks like itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      const keys = skeletons(text)
      expect(keys.length).toBeGreaterThan(0)
      expect(keys.length).toBeLessThanOrEqual(4)
      for (const key of keys) expect(key.length).toBeLessThan(text.length * 40 + 1)
      if (isName(text)) expect(keys.every((key) => key !== "")).toBe(true)
    }),
  )
})
