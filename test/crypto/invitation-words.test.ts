/** Twelve words and what follows from them (PROTOCOL.md §17). */
import fc from "fast-check"
import { expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import {
  certificateTag,
  holdsTwelveWords,
  invitationSecrets,
  secretOf,
  wordsOf,
} from "../../src/crypto/invitation-words.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"

const ABANDON =
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
const secret = fc.uint8Array({ minLength: 16, maxLength: 16 })

test("property: words and secret belong together, however they are typed", () => {
  fc.assert(
    fc.property(secret, (bytes) => {
      const words = wordsOf(bytes)
      expect(words.split(" ").length).toBe(12)
      expect(secretOf(words)).toEqual(bytes)
      expect(secretOf(`\n ${words.toUpperCase().replaceAll(" ", " \t ")} `)).toEqual(bytes)
    }),
  )
})

test("the published first vector", () => {
  expect(wordsOf(new Uint8Array(16))).toBe(ABANDON)
})

test.each([
  ["nothing", ""],
  ["eleven words", ABANDON.split(" ").slice(1).join(" ")],
  ["thirteen words", `${ABANDON} about`],
  ["a wrong checksum", ABANDON.replace("about", "abandon")],
  ["an unknown word", ABANDON.replace("about", "abouts")],
])("%s is no invitation", (_, words) => expect(secretOf(words)).toBe(undefined))

test("a secret of another length is our own bug", () => {
  expect(() => wordsOf(new Uint8Array(32))).toThrow(RangeError)
})

test("property: admission, room and tag differ, and the tag is bound to the key", () => {
  const relay = new Uint8Array(32).fill(1)
  fc.assert(
    fc.property(secret, (bytes) => {
      const { admission, room } = invitationSecrets(nodePrimitives, bytes)
      const tag = certificateTag(nodePrimitives, bytes, relay)
      expect([admission.length, room.length, tag.length]).toEqual([16, 32, 32])
      const other = certificateTag(nodePrimitives, bytes, relay.with(0, 2))
      const foreign = certificateTag(nodePrimitives, bytes.with(0, bytes[0]! ^ 1), relay)
      const all = [room, tag, other, foreign].map(toHex)
      expect(new Set(all).size).toBe(4)
      expect(toHex(room).startsWith(toHex(admission))).toBe(false)
    }),
    { numRuns: 30 },
  )
})

test("property: twelve secret words are known wherever they stand, and however they are written", () => {
  const between = fc.constantFrom(" ", "\n", ", ", " 7 ", "\t3. ")
  fc.assert(
    fc.property(secret, between, fc.boolean(), (bytes, gap, isLoud) => {
      const words = wordsOf(bytes).split(" ").join(gap)
      const text = `here, for you: ${isLoud ? words.toUpperCase() : words}!`
      expect(holdsTwelveWords(text)).toBe(true)
    }),
  )
})

test.each([
  ["eleven", ABANDON.split(" ").slice(1).join(" ")],
  ["one word that is none", ABANDON.replace("about", "xabout")],
  ["two groups of six", `${ABANDON.slice(0, 47)} uvwx ${ABANDON.slice(0, 47)}`],
  ["nothing", ""],
  [
    "a sentence",
    "You will have to come to the school with your book, and bring something to write with today.",
  ],
])("%s is no secret", (_, text) => {
  expect(holdsTwelveWords(text)).toBe(false)
})
