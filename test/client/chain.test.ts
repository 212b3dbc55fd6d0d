import fc from "fast-check"
import { beforeAll, expect, test } from "vitest"
import { judge, payloadHash } from "../../src/client/chain.ts"
import type { ChainRecord } from "../../src/client/records.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"

beforeAll(sodiumReady)

const fill = (value: number) => new Uint8Array(32).fill(value)
const [LEAF, OTHER_LEAF] = [fill(1), fill(2)]
const [HASH_4, HASH_5, OTHER] = [fill(4), fill(5), fill(9)]
const last = { account: fill(3), leafKey: LEAF, base: 1, n: 4, hash: HASH_4 }

// What comes next, under which leaf, on what it builds, and what is stored at its number.
const table: readonly (readonly [string, { n: number; previous: Uint8Array }, Uint8Array, Uint8Array, Uint8Array | undefined, object])[] = [
  ["the next number on the last payload", { n: 5, previous: HASH_4 }, HASH_5, LEAF, undefined, { kind: "ok" }],
  ["the next number on something else", { n: 5, previous: OTHER }, HASH_5, LEAF, undefined, { kind: "fork" }],
  ["one left out", { n: 6, previous: OTHER }, HASH_5, LEAF, undefined, { kind: "gap", missing: 1 }],
  ["a thousand left out", { n: 1_005, previous: OTHER }, HASH_5, LEAF, undefined, { kind: "gap", missing: 1_000 }],
  ["the last number, same bytes", { n: 4, previous: OTHER }, HASH_4, LEAF, HASH_4, { kind: "duplicate" }],
  ["the last number, other bytes", { n: 4, previous: OTHER }, OTHER, LEAF, HASH_4, { kind: "fork" }],
  ["an old number, same bytes", { n: 2, previous: OTHER }, HASH_5, LEAF, HASH_5, { kind: "duplicate" }],
  ["an old number, other bytes", { n: 2, previous: OTHER }, OTHER, LEAF, HASH_5, { kind: "fork" }],
  ["a number from before we came", { n: 0, previous: OTHER }, OTHER, LEAF, undefined, { kind: "duplicate" }],
  ["the next number, by another leaf", { n: 5, previous: HASH_4 }, HASH_5, OTHER_LEAF, undefined, { kind: "fork" }],
  ["the same payload, by another leaf", { n: 4, previous: OTHER }, HASH_4, OTHER_LEAF, HASH_4, { kind: "fork" }],
] // prettier-ignore

for (const [what, payload, hash, leaf, known, verdict] of table) {
  test(`${what}: ${JSON.stringify(verdict)}`, () =>
    expect(judge(payload, hash, leaf, last, known, false)).toEqual(verdict))
}

test("a number in a gap is late; whatever is known there decides first", () => {
  const missing = { n: 3, previous: OTHER }
  expect(judge(missing, HASH_5, LEAF, last, undefined, true)).toEqual({ kind: "late" })
  expect(judge(missing, HASH_5, LEAF, last, HASH_5, true)).toEqual({ kind: "duplicate" })
  expect(judge(missing, HASH_5, LEAF, last, OTHER, true)).toEqual({ kind: "fork" })
  expect(judge(missing, HASH_5, OTHER_LEAF, last, undefined, true)).toEqual({ kind: "fork" })
})

test("the first payload of a chain is its base, whatever its number", () => {
  for (const n of [0, 7, 2 ** 48]) {
    expect(judge({ n, previous: OTHER }, HASH_5, LEAF, undefined, undefined, false)).toEqual({ kind: "ok" })
  }
})

test("a payload's hash says its channel and every byte", () => {
  const bytes = new Uint8Array(60).fill(3)
  const seen = new Set([payloadHash(fill(1), bytes).join(), payloadHash(fill(2), bytes).join()])
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at]! ^= 1
    seen.add(payloadHash(fill(1), changed).join())
  }
  expect(seen.size).toBe(62)
})

test("property: an honest chain, with repeats, is never a fork, and is taken whole once", () => {
  const story = fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 40 })
  fc.assert(
    fc.property(story, (steps) => {
      const hashes: Uint8Array[] = []
      let newest: ChainRecord | undefined
      const take = (n: number): string => {
        const previous = hashes[n - 1] ?? new Uint8Array(32)
        const verdict = judge(
          { n, previous },
          hashes[n]!,
          LEAF,
          newest,
          newest && n <= newest.n ? hashes[n] : undefined,
          false,
        )
        if (verdict.kind === "ok") newest = { ...last, n, hash: hashes[n]! }
        return verdict.kind
      }
      for (const [back, isRepeat] of steps) {
        if (isRepeat && hashes.length > 0) {
          expect(take(Math.max(0, hashes.length - 1 - back))).toBe("duplicate")
          continue
        }
        hashes.push(payloadHash(fill(1), Uint8Array.of(hashes.length)))
        expect(take(hashes.length - 1)).toBe("ok")
      }
    }),
  )
})
