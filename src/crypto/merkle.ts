/**
 * Merkle trees as RFC 6962 §2.1 (and RFC 9162 §2.1) define them: SHA-256, leaves behind a 0x00, nodes behind a 0x01,
 * an uneven tree split at the largest power of two below its size. Pure: the hash comes in as an argument.
 */
import { concat, equalBytes } from "../bytes.ts"

/** SHA-256 of some bytes: 32 bytes. */
export type Sha256 = (data: Uint8Array) => Uint8Array

export const NODE_BYTES = 32
/** More hashes no proof has: sizes are below 2^53. */
export const MAX_PROOF_LENGTH = 64

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)
const NOTHING = new Uint8Array(0)
const FIRST_ROOM = 16

/** MTH of one entry. */
export function leafHash(sha: Sha256, entry: Uint8Array): Uint8Array {
  return sha(concat(LEAF, entry))
}

function nodeHash(sha: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha(concat(NODE, left, right))
}

/**
 * A tree that grows. Every complete subtree is kept (two hashes an entry), so one more leaf costs one hash on average
 * and log2(n) at most; a root or a proof at any earlier size costs at most log2(n) hashes.
 */
export class MerkleTree {
  readonly #sha: Sha256
  /** By height: the roots of the complete subtrees of 2^height leaves, one behind the other. */
  readonly #levels: { bytes: Uint8Array; count: number }[] = []

  constructor(sha: Sha256) {
    this.#sha = sha
  }

  get size(): number {
    return this.#levels[0]?.count ?? 0
  }

  /** @param leaf a `leafHash`. */
  append(leaf: Uint8Array): void {
    if (leaf.length !== NODE_BYTES) throw new RangeError(`a leaf hash of ${leaf.length} bytes`)
    let node = leaf
    for (let height = 0; ; height++) {
      const count = this.#push(height, node)
      if (count % 2 === 1) return
      node = nodeHash(this.#sha, this.#node(height, count - 2), node)
    }
  }

  /** Forgets every leaf from `size` on. */
  truncate(size: number): void {
    this.#checkSize(size)
    let left = size
    for (const level of this.#levels) {
      level.count = left
      left = Math.floor(left / 2)
    }
  }

  /** A copy of the leaf's hash. @throws RangeError. */
  leaf(index: number): Uint8Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.size) throw new RangeError(`leaf ${index}`)
    return this.#node(0, index).slice()
  }

  /** The root when the tree had `size` leaves. @throws RangeError for more than it has. */
  root(size = this.size): Uint8Array {
    this.#checkSize(size)
    return size === 0 ? this.#sha(NOTHING) : this.#range(0, size).slice()
  }

  /** PATH of RFC 6962 §2.1.1: that leaf `index` is in the tree of `size`. @throws RangeError. */
  inclusion(index: number, size = this.size): Uint8Array[] {
    this.#checkSize(size)
    if (!Number.isInteger(index) || index < 0 || index >= size)
      throw new RangeError(`leaf ${index} of ${size}`)
    const path: Uint8Array[] = []
    for (let [start, end] = [0, size]; end - start > 1;) {
      const middle = start + splitOf(end - start)
      if (index < middle) {
        path.push(this.#range(middle, end).slice())
        end = middle
      } else {
        path.push(this.#range(start, middle).slice())
        start = middle
      }
    }
    return path.toReversed()
  }

  /** PROOF of RFC 6962 §2.1.2: that the tree of `to` extends the tree of `from`. @throws RangeError. */
  consistency(from: number, to = this.size): Uint8Array[] {
    this.#checkSize(to)
    if (!Number.isInteger(from) || from < 0 || from > to) throw new RangeError(`from ${from} to ${to}`)
    if (from === 0 || from === to) return []
    const path: Uint8Array[] = []
    // Whether the subtree that we are in is one that the old tree has as a whole, and its root known therefore.
    let isKnown = true
    let [start, end] = [0, to]
    while (from !== end) {
      const middle = start + splitOf(end - start)
      if (from <= middle) {
        path.push(this.#range(middle, end).slice())
        end = middle
      } else {
        path.push(this.#range(start, middle).slice())
        start = middle
        isKnown = false
      }
    }
    if (!isKnown) path.push(this.#range(start, end).slice())
    return path.toReversed()
  }

  /**
   * MTH of leaves `start` to `end` as they stand in this tree and in every larger one. @throws RangeError unless `start`
   * is a multiple of a power of two that is not below the length.
   */
  subtree(start: number, end: number): Uint8Array {
    const length = end - start
    const unit = length === 1 ? 1 : splitOf(length) * 2
    if (!areSizes(start, end) || length < 1 || end > this.size || start % unit !== 0)
      throw new RangeError(`leaves ${start} to ${end}`)
    return this.#range(start, end).slice()
  }

  /** The complete subtrees that hold the leaves before this one, largest first. @throws RangeError. */
  before(index: number): Uint8Array[] {
    this.#checkSize(index)
    const roots: Uint8Array[] = []
    for (let start = 0; start < index;) {
      const left = index - start
      const length = left > 1 && splitOf(left) * 2 !== left ? splitOf(left) : left
      roots.push(this.subtree(start, start + length))
      start += length
    }
    return roots
  }

  /** MTH of leaves `start` to `end`; `start` is a multiple of the largest power of two in the length. */
  #range(start: number, end: number): Uint8Array {
    const length = end - start
    const split = splitOf(length)
    if (length === 1 || split * 2 === length) {
      const height = Math.round(Math.log2(length))
      return this.#node(height, start / length)
    }
    return nodeHash(this.#sha, this.#range(start, start + split), this.#range(start + split, end))
  }

  #node(height: number, index: number): Uint8Array {
    return this.#levels[height]!.bytes.subarray(index * NODE_BYTES, (index + 1) * NODE_BYTES)
  }

  #push(height: number, node: Uint8Array): number {
    const level = (this.#levels[height] ??= { bytes: new Uint8Array(FIRST_ROOM * NODE_BYTES), count: 0 })
    const at = level.count * NODE_BYTES
    if (at === level.bytes.length) {
      const larger = new Uint8Array(level.bytes.length * 2)
      larger.set(level.bytes)
      level.bytes = larger
    }
    level.bytes.set(node, at)
    return ++level.count
  }

  #checkSize(size: number): void {
    if (!Number.isInteger(size) || size < 0 || size > this.size)
      throw new RangeError(`a tree of ${size} in one of ${this.size}`)
  }
}

/** The largest power of two below `length`; 1 for lengths of 1 and 2. */
function splitOf(length: number): number {
  let split = 1
  while (split * 2 < length) split *= 2
  return split
}

/** Whether `path` shows that `leaf` is leaf `index` of the tree of `size` with this root (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  sha: Sha256,
  leaf: Uint8Array,
  place: { index: number; size: number },
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  const { index, size } = place
  if (!areSizes(index, size) || index >= size || !areHashes([...path, leaf])) return false
  let [first, last] = [index, size - 1]
  let node = leaf
  for (const sibling of path) {
    if (last === 0) return false
    if (first % 2 === 1 || first === last) {
      node = nodeHash(sha, sibling, node)
      while (first % 2 === 0 && first !== 0) [first, last] = [first / 2, Math.floor(last / 2)]
    } else node = nodeHash(sha, node, sibling)
    ;[first, last] = [Math.floor(first / 2), Math.floor(last / 2)]
  }
  return last === 0 && equalBytes(node, root)
}

/**
 * Of an inclusion path, what stands on its left: the subtrees that hold the leaves before, largest first. Trees of any
 * size with the same leaves before `index` have the same.
 */
export function leftOf(
  { index, size }: { index: number; size: number },
  path: readonly Uint8Array[],
): Uint8Array[] {
  const left: Uint8Array[] = []
  let [first, last] = [index, size - 1]
  for (const sibling of path) {
    if (first % 2 === 1 || first === last) {
      left.push(sibling)
      while (first % 2 === 0 && first !== 0) [first, last] = [first / 2, Math.floor(last / 2)]
    }
    ;[first, last] = [Math.floor(first / 2), Math.floor(last / 2)]
  }
  return left.toReversed()
}

/** A tree by its size and root. */
export interface TreeAt {
  size: number
  root: Uint8Array
}

/** Whether `path` shows that the new tree extends the old one (RFC 9162 §2.1.4.2). */
export function verifyConsistency(
  sha: Sha256,
  before: TreeAt,
  after: TreeAt,
  path: readonly Uint8Array[],
): boolean {
  if (!areSizes(before.size, after.size) || before.size > after.size || !areHashes(path)) return false
  if (before.size === 0) return path.length === 0 && equalBytes(before.root, sha(NOTHING))
  if (before.size === after.size) return path.length === 0 && equalBytes(before.root, after.root)
  // A whole power of two is a node of the new tree by itself, and is not sent.
  const [seed, ...rest] = splitOf(before.size * 2) === before.size ? [before.root, ...path] : path
  if (seed === undefined || path.length === 0) return false
  let [first, last] = [before.size - 1, after.size - 1]
  while (first % 2 === 1) [first, last] = [Math.floor(first / 2), Math.floor(last / 2)]
  let [old, fresh] = [seed, seed]
  for (const node of rest) {
    if (last === 0) return false
    if (first % 2 === 1 || first === last) {
      old = nodeHash(sha, node, old)
      fresh = nodeHash(sha, node, fresh)
      while (first % 2 === 0 && first !== 0) [first, last] = [first / 2, Math.floor(last / 2)]
    } else fresh = nodeHash(sha, fresh, node)
    ;[first, last] = [Math.floor(first / 2), Math.floor(last / 2)]
  }
  return last === 0 && equalBytes(old, before.root) && equalBytes(fresh, after.root)
}

function areSizes(...sizes: readonly number[]): boolean {
  return sizes.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function areHashes(path: readonly Uint8Array[]): boolean {
  return path.length <= MAX_PROOF_LENGTH + 1 && path.every(({ length }) => length === NODE_BYTES)
}
