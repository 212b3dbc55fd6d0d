/**
 * Which blobs the disk still has as they were (PROTOCOL.md §5.5, §7). Each is compared with its name when it is first
 * needed after the start, and not again: one of eight megabytes takes some milliseconds.
 */
import { equalBytes, toHex } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import { isDamage } from "./errors.ts"
import type { RelayStore } from "./store.ts"

/** Results that are remembered; beyond, they are found anew. */
const MAX_KNOWN = 4_096

export class SoundBlobs {
  readonly #store: RelayStore
  readonly #primitives: Primitives
  readonly #known = new Map<string, boolean>()

  constructor(store: RelayStore, primitives: Primitives) {
    this.#store = store
    this.#primitives = primitives
  }

  /** The blob, unless it is missing or not what its name says. */
  find(hash: Uint8Array): { total: number } | undefined {
    try {
      const blob = this.#store.findBlob(hash)
      return blob !== undefined && this.#isSound(hash, blob.total) ? blob : undefined
    } catch (cause) {
      if (isDamage(cause)) return undefined
      throw cause
    }
  }

  /** It has just been compared, and is staged. */
  learn(hash: Uint8Array): void {
    this.#remember(toHex(hash), true)
  }

  /** What was staged was not kept: what is on the disk is to be found anew. */
  rollBack(): void {
    this.#known.clear()
  }

  #isSound(hash: Uint8Array, total: number): boolean {
    const key = toHex(hash)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const isSound = this.#compare(hash, total)
    this.#remember(key, isSound)
    return isSound
  }

  #remember(key: string, isSound: boolean): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.set(key, isSound)
  }

  #compare(hash: Uint8Array, total: number): boolean {
    try {
      return equalBytes(this.#primitives.sha("sha256", this.#store.readBlob(hash, 0, total)), hash)
    } catch (cause) {
      if (isDamage(cause)) return false
      throw cause
    }
  }
}
