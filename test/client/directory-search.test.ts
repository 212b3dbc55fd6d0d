/** Where two lists differ, found by steps of both sides, and proven by heads (PROTOCOL.md §8.7); whatever somebody says. */
import { describe, expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import {
  judgeLeaf,
  type Nodes,
  nodesOf,
  type OwnList,
  searchStep,
} from "../../src/client/directory-search.ts"
import { leafHash, leftOf, MerkleTree } from "../../src/crypto/merkle.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { MAX_COMPARED_NODES } from "../../src/protocol/comparison.ts"

const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)

function listOf(leaves: readonly string[]): OwnList {
  const tree = new MerkleTree(sha)
  for (const leaf of leaves) tree.append(leafHash(sha, utf8(leaf)))
  return { tree, size: leaves.length }
}

const names = (count: number, other?: number, size = count) =>
  Array.from({ length: size }, (_, at) => (at >= (other ?? count) ? `other ${at}` : `entry ${at}`))

const headOf = ({ tree, size }: OwnList) => ({ size, root: tree.root(size) })

function claimOf({ tree, size }: OwnList, index: number, entry: Uint8Array = new Uint8Array(0)) {
  return { index, leaf: tree.leaf(index), path: tree.inclusion(index, size), entry }
}

/** Alice asks bob, who asks back, and so on. @returns the place, and how many messages it took. */
function search(alice: OwnList, bob: OwnList): { index: number | undefined; messages: number } {
  let said: Nodes = nodesOf(alice, Math.min(alice.size, bob.size))
  let [speaker, hearer] = [alice, bob]
  for (let messages = 1; messages < 10; messages++) {
    expect(said.nodes.length).toBeLessThanOrEqual(MAX_COMPARED_NODES)
    const step = searchStep(hearer, said, speaker.size)
    if (step?.kind !== "nodes") return { index: step?.index, messages }
    said = step.nodes
    ;[speaker, hearer] = [hearer, speaker]
  }
  throw new Error("it does not end")
}

describe("the first place that differs", () => {
  test("is found in lists of every size up to 70, and proven by both heads", () => {
    for (let size = 1; size <= 70; size++)
      for (let other = 0; other < size; other++) {
        const [alice, bob] = [listOf(names(size)), listOf(names(size, other))]
        expect(search(alice, bob)).toEqual({ index: other, messages: 1 })
        expect(judgeLeaf(sha, alice, headOf(bob), claimOf(bob, other))).toBe("other")
        expect(judgeLeaf(sha, bob, headOf(alice), claimOf(alice, other))).toBe("other")
      }
  })

  test.each([
    [256, 255, 1],
    [257, 256, 2],
    [1_000, 0, 2],
    [1_000, 999, 2],
    [65_800, 65_799, 3],
  ])("of %i places, %i, takes %i messages", (size, other, messages) => {
    const [alice, bob] = [listOf(names(size)), listOf(names(size, other))]
    expect(search(alice, bob)).toEqual({ index: other, messages })
    expect(judgeLeaf(sha, alice, headOf(bob), claimOf(bob, other))).toBe("other")
  })

  test("is found where one list is longer, from either side", () => {
    for (const [size, longer, other] of [
      [3, 5, 1],
      [8, 9, 7],
      [300, 1_000, 299],
    ] as const) {
      const [alice, bob] = [listOf(names(size)), listOf(names(longer, other, longer))]
      for (const [one, two] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        expect(search(one, two).index).toBe(other)
        expect(judgeLeaf(sha, one, headOf(two), claimOf(two, other))).toBe("other")
      }
    }
  })

  test("is where a list ends that is kept short", () => {
    const [alice, bob] = [listOf(names(300)), listOf(names(310))]
    expect(search(alice, bob).index).toBe(300)
    expect(judgeLeaf(sha, alice, headOf(bob), claimOf(bob, 300))).toBe("more")
    // And whoever has more is told nothing by whoever has less.
    expect(judgeLeaf(sha, bob, headOf(alice), claimOf(alice, 299))).toBeUndefined()
  })
})

describe("what somebody claims and cannot show", () => {
  const [alice, bob] = [listOf(names(20)), listOf(names(20, 7))]
  const claim = claimOf(bob, 7, utf8("other 7"))

  test("a place that does not differ, or is not the first", () => {
    expect(judgeLeaf(sha, alice, headOf(bob), claim)).toBe("other")
    for (const index of [0, 6, 8, 19])
      expect(judgeLeaf(sha, alice, headOf(bob), claimOf(bob, index)), `place ${index}`).toBeUndefined()
  })

  test("another leaf, another path, other bytes, another head", () => {
    const lies = [
      { ...claim, leaf: leafHash(sha, utf8("mine")) },
      { ...claim, path: claim.path.slice(1) },
      { ...claim, path: claim.path.map(() => new Uint8Array(32)) },
      { ...claim, index: 6 },
      { ...claim, index: 2 ** 52 },
      { ...claim, entry: utf8("something else") },
    ]
    for (const lie of lies) expect(judgeLeaf(sha, alice, headOf(bob), lie)).toBeUndefined()
    expect(judgeLeaf(sha, alice, headOf(alice), claim)).toBeUndefined()
  })

  test("nodes that make no sense are not answered", () => {
    const nodes = nodesOf(bob, 20)
    const lies: Partial<Nodes>[] = [
      { size: 0 },
      { size: 21 },
      { height: 200 },
      { height: 5 },
      { start: 3, height: 2 },
      { start: 2 ** 52 },
      { nodes: [] },
      { nodes: [...nodes.nodes, ...nodes.nodes] },
    ]
    for (const lie of lies) expect(searchStep(alice, { ...nodes, ...lie }, 20)).toBeUndefined()
    expect(searchStep(alice, nodes, 19)).toBeUndefined()
    expect(searchStep(alice, nodesOf(alice, 20), 20)).toBeUndefined()
  })
})

test("what stands left of a leaf is the same in every tree with the same leaves before it", () => {
  const { tree } = listOf(names(66))
  for (let index = 0; index < 66; index++) {
    const before = tree.before(index)
    for (let size = index + 1; size <= 66; size++)
      expect(leftOf({ index, size }, tree.inclusion(index, size))).toEqual(before)
  }
})

test("subtrees stand where RFC 6962 puts them, and nowhere else", () => {
  const { tree } = listOf(names(11))
  expect(tree.subtree(0, 11)).toEqual(tree.root())
  expect(tree.subtree(8, 11)).toEqual(tree.inclusion(0, 11).at(-1))
  expect(tree.subtree(3, 4)).toEqual(tree.leaf(3))
  for (const [start, end] of [
    [1, 3],
    [4, 4],
    [4, 9],
    [8, 12],
    [-2, 0],
    [0.5, 1],
  ] as const)
    expect(() => tree.subtree(start, end), `${start} to ${end}`).toThrow(RangeError)
})
