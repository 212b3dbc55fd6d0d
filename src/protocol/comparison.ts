/**
 * What two clients say to each other when the relay has shown them two directories (PROTOCOL.md §8.7): contents 7 and 9 of a
 * payload. Each brings the signed head of its author's list; without one that the relay has signed it says nothing.
 */
import { fixed, list, record, sized, u64, u8 } from "./fields.ts"
import { MAX_DIRECTORY_ENTRY_BYTES } from "./messages.ts"
import { signedHead } from "./tree-head.ts"

/** Subtrees in one question: a directory of so many leaves is compared in one step. */
export const MAX_COMPARED_NODES = 256
/** Hashes on the way from a leaf to the root. */
const MAX_PATH = 64

export const COMPARISON_CONTENTS = {
  /** How the author's list begins: the roots of subtrees of 2^height leaves from leaf `start` on, as far as leaf `size`. */
  directoryNodes: [
    7,
    record({
      /** Whose list it is to be held against. */
      to: fixed(32),
      head: signedHead,
      size: u64,
      start: u64,
      height: u8,
      nodes: list(fixed(32), MAX_COMPARED_NODES),
    }),
  ],
  /** What stands in the author's list at the first place that the other list has otherwise, or not at all. */
  directoryLeaf: [
    9,
    record({
      to: fixed(32),
      head: signedHead,
      index: u64,
      leaf: fixed(32),
      /** From the leaf to the root of `head`. */
      path: list(fixed(32), MAX_PATH),
      /** The leaf itself; no bytes when the author has only its hash. */
      entry: sized(MAX_DIRECTORY_ENTRY_BYTES),
    }),
  ],
} as const

export function isComparison(content: { type: string }): boolean {
  return content.type in COMPARISON_CONTENTS
}
