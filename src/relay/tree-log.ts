/**
 * The directory as an append-only Merkle log (PROTOCOL.md §8.5, §8.6). Leaf 0 is the log's opening, leaf i + 1 is entry
 * i of the directory. Nobody is told of an entry before a head that covers it was signed and is remembered on disk, in a
 * file that no backup holds; so this relay never signs two heads of one size in one log. A store that is not the one
 * whose head is remembered, and a head that somebody shows and that is of more than is here, begin the next log, whose
 * opening names what was there before.
 */
import { equalBytes } from "../bytes.ts"
import {
  isSigned,
  judgeHead,
  type KnownLog,
  type LogSigner,
  signHead,
  type TreeHead,
} from "../crypto/checkpoint.ts"
import { leafHash, MerkleTree } from "../crypto/merkle.ts"
import type { Millis } from "../platform/clock.ts"
import type { Primitives } from "../platform/primitives.ts"
import { ProtocolError } from "../protocol/errors.ts"
import {
  decodeHeadMemory,
  decodeOpening,
  encodeHeadMemory,
  encodeOpening,
  type FormerHead,
  type HeadMemory,
  MAX_FORMER_HEADS,
  type SignedHead,
} from "../protocol/tree-head.ts"
import { StoreError } from "./errors.ts"
import type { OperatorEvent } from "./operator.ts"
import type { RelayStore } from "./store.ts"

/** Where the last signed head is remembered: outside of the store, and of every backup. */
export interface HeadFile {
  /** `isCopy`: these bytes were put there by somebody else than `write`, such as from a backup. */
  read(): { bytes: Uint8Array; isCopy: boolean } | undefined
  /** Replaces them; when this returns they are on the disk. @throws when they are not. */
  write(bytes: Uint8Array): void
}

export interface Heads {
  signer: LogSigner
  file: HeadFile
  now(): Millis
}

export interface TreeLogSetup extends Heads {
  store: RelayStore
  primitives: Pick<Primitives, "sha">
  relayId: Uint8Array
  report(event: OperatorEvent): void
}

/** A disk that refused is asked again after this time. */
const AGAIN_AFTER_MS = 1_000
/**
 * So many logs follow one another at once because of heads that somebody shows. Before each one more the relay waits,
 * twice as long as before the last, and gathers heads: or else whoever has kept many old ones could show them one after
 * the other, until an opening names no more of the logs that others know.
 */
export const LOGS_AT_ONCE = 8
const NEXT_LOG_AFTER_MS: Millis = 1_000
const READ_AT_ONCE = 1_000
const READ_BYTES = 4_000_000

export class TreeLog {
  readonly #setup: TreeLogSetup
  #opening: Uint8Array
  #known: KnownLog
  #head: SignedHead
  #failedAt: Millis = -Infinity
  /** When the last log began because of a head that somebody showed. */
  #beganAt: Millis = -Infinity
  /** Heads that the next opening is to name. */
  #shown: readonly FormerHead[] = []
  #isContradicted = false

  /** @throws StoreError, and whatever `file` throws: without a remembered head nothing may be said. */
  constructor(setup: TreeLogSetup) {
    this.#setup = setup
    const kept = this.#remembered()
    const goesOn = kept && !kept.isCopy ? this.#continued(kept) : undefined
    if (kept && goesOn) {
      this.#opening = kept.opening
      this.#known = goesOn
      this.#head = kept.last
      this.advance(setup.store.directorySize())
      return
    }
    const before = kept ? [kept.last, ...decodeOpening(kept.opening).former] : []
    ;({ opening: this.#opening, known: this.#known, head: this.#head } = this.#opened(before))
    if (kept || setup.store.directorySize() > 0) this.#tellOpened()
  }

  /** The newest head that may be given out. */
  get head(): SignedHead {
    return this.#head
  }

  /** Leaf 0 of the log that `head` is of. */
  get opening(): Uint8Array {
    return this.#opening
  }

  get relayPublic(): Uint8Array {
    return this.#setup.signer.relayPublic
  }

  /** Entries of the directory that may be given out. */
  get published(): number {
    return this.#head.size - 1
  }

  /** After a commit: signs what is new, once it is known that it will be remembered. @param total entries there are. */
  advance(total: number): void {
    const { signer, relayId, file, report, now } = this.#setup
    if (total === this.published) return
    if (now() < this.#failedAt + AGAIN_AFTER_MS && now() >= this.#failedAt) return
    const { tree, log } = this.#known
    this.#grow(tree)
    // An honest relay signs no second head of a size: what is signed here is what will be remembered, or is never shown.
    const head = signHead(signer, relayId, { log, size: tree.size, root: tree.root() })
    try {
      file.write(encodeHeadMemory({ opening: this.#opening, last: head }))
    } catch {
      // A full disk, or a failing one: everything goes on with the head that is remembered.
      this.#failedAt = now()
      return report({ type: "storage.trouble", refused: 1 })
    }
    this.#head = head
  }

  /**
   * A client has this head. Where it is truly ours and of more than is here, the next log begins.
   * @returns why not yet, when that was due: nothing may be answered then.
   */
  show(head: SignedHead): "busy" | "storage" | undefined {
    const { relayId, signer, report, now } = this.#setup
    const verdict = judgeHead(this.#known, head)
    if (verdict === "fits") return undefined
    if (!isSigned(this.#sha, { relayId, relayPublic: signer.relayPublic }, head)) return undefined
    if (verdict === "contradicts") {
      // Signed here, and not what is here: two relays run with one key, or a copy of this one did.
      if (!this.#isContradicted) report({ type: "directory.contradicted" })
      this.#isContradicted = true
      return undefined
    }
    this.#shown = newestOfEach([head, ...this.#shown])
    if (this.#isTooSoon(now() - this.#beganAt)) return "busy"
    try {
      const next = this.#opened([...this.#shown, bare(this.#head), ...this.#known.former])
      ;({ opening: this.#opening, known: this.#known, head: this.#head } = next)
    } catch {
      report({ type: "storage.trouble", refused: 1 })
      return "storage"
    }
    this.#shown = []
    this.#beganAt = now()
    this.#tellOpened()
    return undefined
  }

  /** A clock that was set back begins no wait. */
  #isTooSoon(since: Millis): boolean {
    const more = this.#known.former.length - LOGS_AT_ONCE
    return more >= 0 && since >= 0 && since < NEXT_LOG_AFTER_MS * 2 ** more
  }

  /** A log that names these heads, over all that the store has; remembered when this returns. */
  #opened(before: readonly TreeHead[]): { opening: Uint8Array; known: KnownLog; head: SignedHead } {
    const { now, signer, relayId, file } = this.#setup
    const former = newestOfEach(before).slice(0, MAX_FORMER_HEADS)
    const log = Math.max(Math.floor(now() / 1_000), ...former.map((each) => each.log + 1))
    const opening = encodeOpening({ log, former })
    const known = this.#treeOf(opening, former, log)
    const head = signHead(signer, relayId, { log, size: known.tree.size, root: known.tree.root() })
    file.write(encodeHeadMemory({ opening, last: head }))
    return { opening, known, head }
  }

  #treeOf(opening: Uint8Array, former: readonly FormerHead[], log: number): KnownLog {
    const sha = this.#sha
    const tree = new MerkleTree(sha)
    tree.append(leafHash(sha, opening))
    this.#grow(tree)
    return { log, tree, former, formerTree: () => undefined }
  }

  readonly #sha = (bytes: Uint8Array) => this.#setup.primitives.sha("sha256", bytes)

  /** Brings in what the store has more. */
  #grow(tree: MerkleTree): void {
    const { store } = this.#setup
    const total = store.directorySize()
    while (tree.size - 1 < total) {
      const page = store.readDirectory(tree.size - 1, READ_AT_ONCE, READ_BYTES)
      if (page.length === 0) throw new StoreError("damaged", `directory entry ${tree.size - 1} is missing`)
      for (const entry of page) tree.append(leafHash(this.#sha, entry))
    }
  }

  #remembered(): (HeadMemory & { isCopy: boolean }) | undefined {
    const kept = this.#setup.file.read()
    if (!kept) return undefined
    try {
      const memory = decodeHeadMemory(kept.bytes)
      decodeOpening(memory.opening)
      return { ...memory, isCopy: kept.isCopy }
    } catch (cause) {
      if (cause instanceof ProtocolError) return undefined
      throw cause
    }
  }

  /** The remembered log, if the store holds it: all that was signed, and perhaps more. */
  #continued({ opening, last }: HeadMemory): KnownLog | undefined {
    const { relayId, signer } = this.#setup
    const { log, former } = decodeOpening(opening)
    const known = this.#treeOf(opening, former, log)
    const { tree } = known
    const isSame =
      last.log === log &&
      last.size >= 1 &&
      last.size <= tree.size &&
      equalBytes(tree.root(last.size), last.root) &&
      isSigned(this.#sha, { relayId, relayPublic: signer.relayPublic }, last)
    return isSame ? known : undefined
  }

  #tellOpened(): void {
    const { log, former } = this.#known
    this.#setup.report({ type: "directory.reopened", log, former: former.length })
  }
}

/** One head of each log, the largest; newest log first. */
function newestOfEach(heads: readonly TreeHead[]): FormerHead[] {
  const largest = new Map<number, TreeHead>()
  for (const head of heads) if (head.size > (largest.get(head.log)?.size ?? -1)) largest.set(head.log, head)
  return [...largest.values()].map(bare).sort((a, b) => b.log - a.log)
}

function bare({ log, size, root }: TreeHead): FormerHead {
  return { log, size, root }
}
