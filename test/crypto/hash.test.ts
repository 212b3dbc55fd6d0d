/** H, the running head and KDF against another implementation (PROTOCOL.md §1). */
import { blake2b } from "@noble/hashes/blake2.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { sha256, sha512 } from "@noble/hashes/sha2.js"
import fc from "fast-check"
import { beforeAll, expect, test } from "vitest"
import { concat, u64, u8, utf8 } from "../../src/bytes.ts"
import { EMPTY_HEAD, labelledHash, labelledHash64, nextHead } from "../../src/crypto/hash.ts"
import { hkdfExpand, hkdfExtract } from "../../src/crypto/hkdf.ts"
import { derive } from "../../src/crypto/kdf.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"

beforeAll(sodiumReady)

const RUNS = { numRuns: 100 }
const data = fc.uint8Array({ maxLength: 200 })
const label = fc.stringMatching(/^[a-z ]{1,30}$/)

test("property: H is BLAKE2b over prefix, label, zero byte and the joined parts", () => {
  fc.assert(
    fc.property(label, data, data, (name, one, two) => {
      const input = concat(utf8("secure-chat/v1/"), utf8(name), u8(0), one, two)
      expect(labelledHash(name, one, two)).toEqual(blake2b(input, { dkLen: 32 }))
      expect(labelledHash64(name, one, two)).toEqual(blake2b(input, { dkLen: 64 }))
    }),
    RUNS,
  )
})

test("property: the head is H over previous, number, kind, eid and time", () => {
  const number = fc.nat({ max: Number.MAX_SAFE_INTEGER })
  const id = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(id, number, fc.nat(255), id, number, (previous, seq, kind, eid, time) => {
      const input = concat(previous, u64(seq), u8(kind), eid, u64(time))
      expect(nextHead(previous, seq, kind, eid, time)).toEqual(labelledHash("head", input))
    }),
    RUNS,
  )
  expect(EMPTY_HEAD).toEqual(new Uint8Array(32))
})

test("property: KDF is HKDF-SHA-256 with our salt and a labelled info", () => {
  fc.assert(
    fc.property(data, label, data, fc.integer({ min: 1, max: 200 }), (key, name, context, length) => {
      const info = concat(u8(name.length), utf8(name), context)
      expect(derive(nodePrimitives, key, name, context, length)).toEqual(
        hkdf(sha256, key, utf8("secure-chat/v1"), info, length),
      )
    }),
    RUNS,
  )
})

test("property: extract then expand is HKDF, for both hashes", () => {
  fc.assert(
    fc.property(data, data, data, fc.integer({ min: 1, max: 500 }), (ikm, salt, info, length) => {
      for (const [name, hash] of [
        ["sha256", sha256],
        ["sha512", sha512],
      ] as const) {
        const key = hkdfExtract(nodePrimitives, name, salt, ikm)
        expect(hkdfExpand(nodePrimitives, name, key, info, length)).toEqual(
          hkdf(hash, ikm, salt, info, length),
        )
      }
    }),
    RUNS,
  )
  expect(() => hkdfExpand(nodePrimitives, "sha256", EMPTY_HEAD, EMPTY_HEAD, 255 * 32 + 1)).toThrow(RangeError)
})
