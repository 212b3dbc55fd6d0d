/**
 * Blobs (PROTOCOL.md §7): sealed bytes that do not fit a frame, named by their SHA-256. An upload grows in memory,
 * in order, under the account that makes it, so nobody can spoil another's; it reaches the store once it is whole
 * and its hash fits. A connection that broke goes on where it stopped; a relay that stopped begins again.
 */
import { equalBytes, toHex } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Refusal } from "../protocol/errors.ts"
import { BLOB_CHUNK_BYTES, MAX_BLOB_BYTES, type Of } from "../protocol/messages.ts"
import type { Budget } from "./budget.ts"
import type { RelayLimits } from "./config.ts"
import type { Core } from "./core.ts"
import type { DiskWatch } from "./disk-watch.ts"
import type { SoundBlobs } from "./sound-blobs.ts"
import type { RelayStore } from "./store.ts"

/** An upload that stands still this long is forgotten. */
const STALLED_MS: Millis = 600_000

interface Upload {
  account: string
  content: Uint8Array
  received: number
  touchedAt: Millis
}

/** `stored` means whole, verified and staged; `received` is where the next piece belongs. */
export type UploadStep =
  | { kind: "going-on"; received: number }
  | { kind: "stored"; received: number }
  | { kind: "refused"; code: Refusal }

export class Blobs {
  readonly #store: RelayStore
  readonly #primitives: Primitives
  readonly #disk: DiskWatch
  readonly #budget: Budget
  readonly #sound: SoundBlobs
  readonly #limits: RelayLimits
  readonly #uploads = new Map<string, Upload>()

  constructor({ store, primitives, budget, blobs, config }: Core, disk: DiskWatch) {
    this.#limits = config.limits
    this.#sound = blobs
    this.#store = store
    this.#primitives = primitives
    this.#disk = disk
    this.#budget = budget
  }

  /** A piece elsewhere than at the end so far changes nothing: the answer says where to go on. */
  put(account: string, { hash, total, offset, chunk }: Of<"putBlob">, now: Millis): UploadStep {
    if (this.#sound.find(hash) !== undefined) {
      this.#store.pinBlob(hash, 0, now)
      return { kind: "stored", received: total }
    }
    if (total > MAX_BLOB_BYTES) return refused("too-large")
    if (total === 0) return refused("bad-request")
    if (!this.#disk.hasRoom(total)) return refused("storage")
    const key = `${account} ${toHex(hash)}`
    if (!this.#budget.allows(account, 0, total)) return refused("quota")
    const upload = this.#uploads.get(key) ?? this.#begin(key, account, total, now)
    if (upload === undefined) return refused("busy")
    if (upload.content.length !== total || offset + chunk.length > total) return refused("bad-request")
    if (offset !== upload.received) return { kind: "going-on", received: upload.received }
    // Only what brings it on counts: nobody may hold a place by asking again and again.
    if (chunk.length > 0) upload.touchedAt = now
    upload.content.set(chunk, offset)
    upload.received += chunk.length
    if (upload.received < total) return { kind: "going-on", received: upload.received }
    this.#uploads.delete(key)
    if (!equalBytes(this.#primitives.sha("sha256", upload.content), hash)) return refused("bad-request")
    this.#sound.learn(hash)
    this.#store.addBlob(hash.slice(), upload.content, now)
    this.#budget.use(account, 0, total)
    return { kind: "stored", received: total }
  }

  /** A piece of a stored blob; undefined when there is no such place, or it is not as it was. */
  get(hash: Uint8Array, offset: number): { total: number; chunk: Uint8Array } | undefined {
    const blob = this.#sound.find(hash)
    if (blob === undefined || offset >= blob.total) return undefined
    return { total: blob.total, chunk: this.#store.readBlob(hash, offset, BLOB_CHUNK_BYTES) }
  }

  /** Unfinished uploads of an account. */
  unfinished(account: string): { count: number; received: number } {
    const own = [...this.#uploads.values()].filter((upload) => upload.account === account)
    return { count: own.length, received: own.reduce((all, { received }) => all + received, 0) }
  }

  sweep(now: Millis): void {
    for (const [key, upload] of this.#uploads)
      if (upload.touchedAt <= now - STALLED_MS || upload.touchedAt > now) this.#uploads.delete(key)
  }

  #begin(key: string, account: string, total: number, now: Millis): Upload | undefined {
    let all = total
    let own = total
    for (const upload of this.#uploads.values()) {
      all += upload.content.length
      if (upload.account === account) own += upload.content.length
    }
    // By the sizes they announced.
    if (all > this.#limits.uploadBytes || own > this.#limits.uploadBytesPerAccount) return undefined
    const upload = { account, content: new Uint8Array(total), received: 0, touchedAt: now }
    this.#uploads.set(key, upload)
    return upload
  }
}

function refused(code: Refusal): UploadStep {
  return { kind: "refused", code }
}
