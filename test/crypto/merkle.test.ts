/** Trees and proofs: the known answers of Certificate Transparency, then a naive tree, then everything that is no proof. */
import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { concat, fromHex, toHex } from "../../src/bytes.ts"
import { leafHash, MerkleTree, verifyConsistency, verifyInclusion } from "../../src/crypto/merkle.ts"

const sha = (data: Uint8Array) => new Uint8Array(createHash("sha256").update(data).digest())

/** The inputs and answers that certificate-transparency's own tests have. */
const ENTRIES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(fromHex)
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
const ROOTS = [
  EMPTY,
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
const A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
const B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
const C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
const D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
const E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
const F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

const INCLUSION = [
  [0, 1, []],
  [0, 8, [A, B, C]],
  [5, 8, [D, E, ROOTS[4]!]],
  [2, 3, [ROOTS[2]!]],
  [1, 5, [ROOTS[1]!, B, D]],
] as const
const CONSISTENCY = [
  [1, 1, []],
  [1, 8, [A, B, C]],
  [6, 8, [F, E, ROOTS[4]!]],
  [2, 5, [B, D]],
] as const

function treeOf(entries: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree(sha)
  for (const entry of entries) tree.append(leafHash(sha, entry))
  return tree
}

/** MTH, word for word as RFC 6962 §2.1 has it. */
function naive(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0) return sha(new Uint8Array(0))
  if (entries.length === 1) return sha(concat(Uint8Array.of(0), entries[0]!))
  let k = 1
  while (k * 2 < entries.length) k *= 2
  return sha(concat(Uint8Array.of(1), naive(entries.slice(0, k)), naive(entries.slice(k))))
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => Uint8Array.of(i >> 8, i & 255))

describe("known answers", () => {
  const tree = treeOf(ENTRIES)

  test("the roots of zero to eight leaves, of the grown tree as of each of its own", () => {
    for (const [size, root] of ROOTS.entries()) {
      expect(toHex(tree.root(size))).toBe(root)
      expect(toHex(treeOf(ENTRIES.slice(0, size)).root())).toBe(root)
    }
  })

  test("inclusion paths", () => {
    for (const [index, size, path] of INCLUSION) {
      expect(tree.inclusion(index, size).map(toHex)).toEqual(path)
      const leaf = leafHash(sha, ENTRIES[index]!)
      expect(verifyInclusion(sha, leaf, { index, size }, path.map(fromHex), fromHex(ROOTS[size]!))).toBe(true)
    }
  })

  test("consistency proofs", () => {
    for (const [from, to, path] of CONSISTENCY) {
      expect(tree.consistency(from, to).map(toHex)).toEqual(path)
      const [before, after] = [from, to].map((size) => ({ size, root: fromHex(ROOTS[size]!) }))
      expect(verifyConsistency(sha, before!, after!, path.map(fromHex))).toBe(true)
    }
  })
})

const MOST = 70

test("every root, path and consistency proof of trees of up to 70 leaves", () => {
  const entries = numbered(MOST)
  const tree = treeOf(entries)
  const roots = Array.from({ length: MOST + 1 }, (_, size) => naive(entries.slice(0, size)))
  for (let size = 0; size <= MOST; size++) {
    expect(tree.root(size)).toEqual(roots[size])
    for (let index = 0; index < size; index++) {
      const path = tree.inclusion(index, size)
      const leaf = leafHash(sha, entries[index]!)
      if (!verifyInclusion(sha, leaf, { index, size }, path, roots[size]!)) expect.fail(`${index} of ${size}`)
      // The same path fits no other place.
      for (const other of [index - 1, index + 1, size - 1 - index])
        if (other !== index && verifyInclusion(sha, leaf, { index: other, size }, path, roots[size]!))
          expect.fail(`${index} passes as ${other} of ${size}`)
    }
    for (let from = 0; from <= size; from++) {
      const path = tree.consistency(from, size)
      const [before, after] = [from, size].map((each) => ({ size: each, root: roots[each]! }))
      if (!verifyConsistency(sha, before!, after!, path)) expect.fail(`${from} to ${size}`)
    }
  }
})

const size = fc.integer({ min: 2, max: 300 })
const RUNS = { numRuns: 200 }

test("property: a proof that was changed anywhere proves nothing", () => {
  fc.assert(
    fc.property(size, fc.nat(), fc.nat(), fc.nat(255), (count, first, second, bit) => {
      const entries = numbered(count)
      const tree = treeOf(entries)
      const index = first % count
      const leaf = leafHash(sha, entries[index]!)
      const root = tree.root()
      const spoilt = (path: Uint8Array[]) =>
        path.map((node, i) => (i === second % path.length ? flipped(node, bit) : node))
      const path = tree.inclusion(index)
      const place = { index, size: count }
      expect(verifyInclusion(sha, leaf, place, spoilt(path), root)).toBe(false)
      expect(verifyInclusion(sha, leaf, place, [...path, root], root)).toBe(false)
      expect(verifyInclusion(sha, leaf, place, path.slice(1), root)).toBe(false)
      expect(verifyInclusion(sha, flipped(leaf, bit), place, path, root)).toBe(false)
      expect(verifyInclusion(sha, leaf, place, path, flipped(root, bit))).toBe(false)
      const from = 1 + (first % (count - 1))
      const [before, after] = [from, count].map((each) => ({ size: each, root: tree.root(each) }))
      const proof = tree.consistency(from)
      expect(verifyConsistency(sha, before!, after!, spoilt(proof))).toBe(false)
      expect(verifyConsistency(sha, before!, after!, [...proof, root])).toBe(false)
      expect(verifyConsistency(sha, before!, after!, proof.slice(0, -1))).toBe(false)
      expect(verifyConsistency(sha, { ...before!, root: flipped(before!.root, bit) }, after!, proof)).toBe(
        false,
      )
      expect(verifyConsistency(sha, before!, { ...after!, root: flipped(root, bit) }, proof)).toBe(false)
    }),
    RUNS,
  )
})

test("property: a tree with another leaf before has no consistency proof", () => {
  fc.assert(
    fc.property(size, fc.nat(), (count, place) => {
      const entries = numbered(count)
      const from = 1 + (place % (count - 1))
      const other = entries.map((entry, i) => (i === place % from ? Uint8Array.of(255, 255, 255) : entry))
      const [real, false_] = [treeOf(entries), treeOf(other)]
      const before = { size: from, root: real.root(from) }
      const after = { size: count, root: false_.root() }
      expect(verifyConsistency(sha, before, after, false_.consistency(from))).toBe(false)
      expect(verifyConsistency(sha, before, after, real.consistency(from))).toBe(false)
    }),
    RUNS,
  )
})

test("what is out of range, too long or of another length is no proof, and never an error", () => {
  const tree = treeOf(numbered(5))
  const [leaf, root] = [tree.leaf(0), tree.root()]
  const path = tree.inclusion(0)
  for (const place of [
    { index: 5, size: 5 },
    { index: -1, size: 5 },
    { index: 0.5, size: 5 },
    { index: 0, size: Number.NaN },
    { index: 0, size: 2 ** 53 },
  ])
    expect(verifyInclusion(sha, leaf, place, path, root)).toBe(false)
  expect(verifyInclusion(sha, leaf, { index: 0, size: 5 }, [path[0]!.slice(1)], root)).toBe(false)
  const long = Array.from({ length: 66 }, () => root)
  expect(verifyInclusion(sha, leaf, { index: 0, size: 2 ** 52 }, long, root)).toBe(false)
  const five = { size: 5, root }
  expect(verifyConsistency(sha, five, { size: 4, root: tree.root(4) }, [])).toBe(false)
  expect(verifyConsistency(sha, { size: 1.5, root }, five, [])).toBe(false)
  expect(verifyConsistency(sha, five, five, [root])).toBe(false)
  expect(verifyConsistency(sha, { size: 0, root }, five, [])).toBe(false)
  expect(verifyConsistency(sha, { size: 0, root: fromHex(EMPTY) }, five, [])).toBe(true)
  expect(verifyConsistency(sha, { size: 4, root: tree.root(4) }, five, [])).toBe(false)
})

test("a tree that lost its end goes on as if that had never been", () => {
  const tree = treeOf(numbered(21))
  for (const left of [20, 16, 9, 1, 0]) {
    tree.truncate(left)
    expect(tree.size).toBe(left)
    expect(tree.root()).toEqual(naive(numbered(left)))
  }
  for (const entry of numbered(13)) tree.append(leafHash(sha, entry))
  expect(tree.root()).toEqual(naive(numbered(13)))
  expect(tree.leaf(12)).toEqual(leafHash(sha, numbered(13)[12]!))
})

test("what is asked for outside of the tree is our own mistake", () => {
  const tree = treeOf(numbered(3))
  expect(() => tree.root(4)).toThrow(RangeError)
  expect(() => tree.leaf(3)).toThrow(RangeError)
  expect(() => tree.inclusion(3)).toThrow(RangeError)
  expect(() => tree.inclusion(2, 2)).toThrow(RangeError)
  expect(() => tree.consistency(4)).toThrow(RangeError)
  expect(() => tree.truncate(4)).toThrow(RangeError)
  expect(() => tree.append(new Uint8Array(31))).toThrow(RangeError)
})

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice()
  changed[bit % changed.length]! ^= 1 << (bit % 8)
  return changed
}
