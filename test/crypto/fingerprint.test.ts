/** Fingerprints, safety numbers and key tags (PROTOCOL.md §14). */
import { sha512 } from "@noble/hashes/sha2.js"
import { expect, test } from "vitest"
import { concat, utf8 } from "../../src/bytes.ts"
import { fingerprint, FINGERPRINT_ROUNDS, keyTag, safetyNumber } from "../../src/crypto/fingerprint.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { seededRandom } from "./support.ts"

const random = seededRandom("fingerprints")
const alice = { ed: random.bytes(32), x: random.bytes(32) }
const bob = { ed: random.bytes(32), x: random.bytes(32) }
const print = ({ ed, x }: typeof alice) => fingerprint(nodePrimitives, ed, x)

test("is the iterated hash, and its digits are its first bytes, five at a time", () => {
  let value = sha512(concat(utf8("secure-chat/v1/fingerprint\0"), alice.ed, alice.x))
  for (let round = 0; round < FINGERPRINT_ROUNDS; round++) value = sha512(concat(value, alice.ed, alice.x))
  const groups = [0, 5, 10, 15, 20, 25].map((at) => {
    const number = value.slice(at, at + 5).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
    return String(number % 100_000n).padStart(5, "0")
  })
  expect(print(alice)).toEqual({ bytes: value, digits: groups.join(" ") })
})

test("the safety number is the same from both sides: twelve groups, the smaller first", () => {
  const number = safetyNumber(nodePrimitives, alice, bob)
  expect(safetyNumber(nodePrimitives, bob, alice)).toBe(number)
  expect(number).toMatch(/^(\d{5} ){11}\d{5}$/)
  const [first, second] = [number.slice(0, 35), number.slice(36)]
  expect(first < second).toBe(true)
  expect([first, second].sort()).toEqual([print(alice).digits, print(bob).digits].sort())
})

test("each bit of each key counts", () => {
  const changes = [
    { ...alice, ed: alice.ed.with(0, alice.ed[0]! ^ 1) },
    { ...alice, x: alice.x.with(31, alice.x[31]! ^ 0x80) },
    { ed: alice.x, x: alice.ed },
  ]
  const all = [alice, ...changes].map(print)
  expect(new Set(all.map(({ digits }) => digits)).size).toBe(4)
})

test.each([
  [[0, 0, 0, 0], "aaaaaa"],
  [[0, 0, 0, 3], "aaaaaa"],
  [[0, 0, 0, 4], "aaaaab"],
  [[255, 255, 255, 255], "777777"],
  [[0b00001000, 0b01000010, 0b00010000, 0b10000100], "bbbbbb"],
])("the tag of %j is %s", (start, tag) => {
  expect(keyTag({ bytes: Uint8Array.of(...start, ...new Uint8Array(60)) })).toBe(tag)
})
