/**
 * Our copy of the directory's index (PROTOCOL.md §8.5): 72 bytes a leaf, of which the tree is made again at every start.
 * Rows of the last few logs are kept, so that heads of the past can still be compared.
 */
import { concat, equalBytes, u64, utf8 } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import { leafHash, MerkleTree, NODE_BYTES, type Sha256 } from "../crypto/merkle.ts"
import { decodeDirectoryEntry } from "../protocol/directory-entry.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Context, Update } from "./context.ts"
import { prefixRange } from "./store.ts"

const NAME_BYTES = 8
const ACCOUNT_BYTES = 32
const ROW_BYTES = NAME_BYTES + ACCOUNT_BYTES + NODE_BYTES
/** The opening of a log, and what is no entry, belong to nobody. */
const NOBODY = new Uint8Array(NAME_BYTES + ACCOUNT_BYTES)

export interface IndexRow {
  nameHash: Uint8Array
  accountId: Uint8Array
  leaf: Uint8Array
}

export class DirectoryIndex {
  readonly #context: Context
  readonly #trees = new Map<number, MerkleTree>()

  constructor(context: Context) {
    this.#context = context
  }

  readonly sha: Sha256 = (bytes) => this.#context.primitives.sha("sha256", bytes)

  /** Undefined for a log of which nothing is kept, or not all in a row. */
  tree(log: number): MerkleTree | undefined {
    const known = this.#trees.get(log)
    if (known) return known
    const tree = this.recompute(log)
    if (tree) this.#trees.set(log, tree)
    return tree
  }

  /** From what is on the disk, and nothing else. */
  recompute(log: number): MerkleTree | undefined {
    const rows = this.#context.store.range("index", prefixRange(u64(log)))
    if (rows.length === 0) return undefined
    const tree = new MerkleTree(this.sha)
    for (const { value } of rows) {
      if (value.length !== ROW_BYTES) return undefined
      tree.append(value.subarray(NAME_BYTES + ACCOUNT_BYTES))
    }
    return tree
  }

  /** A log that has nothing but its opening. Whatever was kept of it goes. */
  begin(update: Update, log: number, opening: Uint8Array): void {
    const leaf = leafHash(this.sha, opening)
    this.drop(update, log)
    update.tx.put("index", keyOf(log, 0), concat(NOBODY, leaf))
    update.after(() => {
      const tree = new MerkleTree(this.sha)
      tree.append(leaf)
      this.#trees.set(log, tree)
    })
  }

  /** The next entries of a log that has begun. */
  append(update: Update, log: number, entries: readonly Uint8Array[]): void {
    const tree = this.tree(log)
    if (!tree) throw new RangeError("a log that has not begun")
    const rows = entries.map((entry) => concat(whose(entry), leafHash(this.sha, entry)))
    for (const [i, row] of rows.entries()) update.tx.put("index", keyOf(log, tree.size + i), row)
    update.after(() => {
      for (const row of rows) tree.append(row.subarray(NAME_BYTES + ACCOUNT_BYTES))
    })
  }

  drop(update: Update, log: number): void {
    update.tx.deleteRange("index", prefixRange(u64(log)))
    update.after(() => this.#trees.delete(log))
  }

  row(log: number, index: number): IndexRow | undefined {
    const row = this.#context.store.get("index", keyOf(log, index))
    return row?.length === ROW_BYTES ? parsed(row) : undefined
  }

  /** The newest leaf of a person. */
  newest(log: number, accountId: Uint8Array): { index: number; row: IndexRow } | undefined {
    const size = this.tree(log)?.size ?? 0
    for (let index = size - 1; index > 0; index--) {
      const row = this.row(log, index)
      if (row && equalBytes(row.accountId, accountId)) return { index, row }
    }
    return undefined
  }
}

/** The start of the hash of a name as it is written. */
export function nameHash(name: string): Uint8Array {
  return labelledHash("directory name", utf8(name)).slice(0, NAME_BYTES)
}

/** Name hash and account of an entry. */
function whose(bytes: Uint8Array): Uint8Array {
  try {
    const { name, accountId } = decodeDirectoryEntry(bytes)
    return concat(nameHash(name), accountId)
  } catch (cause) {
    if (cause instanceof ProtocolError) return NOBODY
    throw cause
  }
}

function parsed(row: Uint8Array): IndexRow {
  return {
    nameHash: row.slice(0, NAME_BYTES),
    accountId: row.slice(NAME_BYTES, NAME_BYTES + ACCOUNT_BYTES),
    leaf: row.slice(NAME_BYTES + ACCOUNT_BYTES),
  }
}

function keyOf(log: number, index: number): Uint8Array {
  return concat(u64(log), u64(index))
}
