/**
 * The first place at which two copies of a directory differ (PROTOCOL.md §8.7), found by subtrees: pure steps over our own
 * tree. What others say of theirs only leads the search; what counts is `judgeLeaf`, and that rests on signed heads.
 */
import { equalBytes } from "../bytes.ts"
import {
  leafHash,
  leftOf,
  type MerkleTree,
  type Sha256,
  type TreeAt,
  verifyInclusion,
} from "../crypto/merkle.ts"
import { MAX_COMPARED_NODES } from "../protocol/comparison.ts"

/** A list as one side has it: its tree, of which the first `size` leaves are under a signed head. */
export interface OwnList {
  tree: MerkleTree
  size: number
}

/** The roots of subtrees of 2^height leaves from leaf `start` on, one behind the other, as far as leaf `size`. */
export interface Nodes {
  size: number
  start: number
  height: number
  nodes: Uint8Array[]
}

/** A leaf that is under a signed head. */
export interface LeafClaim {
  index: number
  leaf: Uint8Array
  path: Uint8Array[]
  /** The leaf's own bytes; empty when its author has only the hash. */
  entry: Uint8Array
}

/** Enough for every number that a u64 of ours may have. */
const MAX_HEIGHT = 53

/** All of the first `size` leaves, or what `start` begins with. @param span how many leaves at most; a power of two. */
export function nodesOf({ tree }: OwnList, size: number, start = 0, span = Infinity): Nodes {
  const end = Math.min(size, start + span)
  let height = 0
  while ((end - start) / 2 ** height > MAX_COMPARED_NODES) height++
  const nodes: Uint8Array[] = []
  for (let at = start; at < end; at += 2 ** height)
    nodes.push(tree.subtree(at, Math.min(at + 2 ** height, end)))
  return { size, start, height, nodes }
}

/** What to say to somebody else's nodes: `found`, the place that differs; or `nodes`, where it is to be looked for. */
export type SearchStep = { kind: "found"; index: number } | { kind: "nodes"; nodes: Nodes }

/**
 * @param theirSize of the head that the nodes came with.
 * @returns undefined for what makes no sense, and where nothing differs.
 */
export function searchStep(own: OwnList, theirs: Nodes, theirSize: number): SearchStep | undefined {
  const { size, start, height, nodes } = theirs
  if (size < 1 || size > Math.min(own.size, theirSize) || height > MAX_HEIGHT || nodes.length === 0)
    return undefined
  const span = 2 ** height
  if (start % span !== 0 || start + (nodes.length - 1) * span >= size) return undefined
  for (const [at, node] of nodes.entries()) {
    const from = start + at * span
    if (equalBytes(own.tree.subtree(from, Math.min(from + span, size)), node)) continue
    if (height === 0) return { kind: "found", index: from }
    return { kind: "nodes", nodes: nodesOf(own, size, from, span) }
  }
  // All that they have, and we have more.
  const isAll = start === 0 && nodes.length * span >= size && size === theirSize
  return isAll && own.size > size ? { kind: "found", index: size } : undefined
}

/**
 * What a leaf under somebody else's head shows: everything before it is as we have it, and it is `other` than ours, or
 * there is `more` than we have. Undefined when it shows neither, whoever says so.
 */
export function judgeLeaf(
  sha: Sha256,
  own: OwnList,
  head: TreeAt,
  { index, leaf, path, entry }: LeafClaim,
): "other" | "more" | undefined {
  if (index > own.size || !verifyInclusion(sha, leaf, { index, size: head.size }, path, head.root))
    return undefined
  if (entry.length > 0 && !equalBytes(leafHash(sha, entry), leaf)) return undefined
  const [left, before] = [leftOf({ index, size: head.size }, path), own.tree.before(index)]
  if (left.length !== before.length || !left.every((node, i) => equalBytes(node, before[i]!)))
    return undefined
  if (index === own.size) return "more"
  return equalBytes(own.tree.leaf(index), leaf) ? undefined : "other"
}
