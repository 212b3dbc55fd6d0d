/** What members ask of blobs (PROTOCOL.md §7). */
import type { Millis } from "../platform/clock.ts"
import type { Of } from "../protocol/messages.ts"
import { Blobs } from "./blobs.ts"
import type { Core } from "./core.ts"
import type { DiskWatch } from "./disk-watch.ts"
import { SLOW_BYTES } from "./effects.ts"
import type { Session } from "./session.ts"

/** Dropped at a time: of the largest, some 64 MiB of the database. */
const BLOBS_A_SWEEP = 8

export class BlobRequests {
  readonly #core: Core
  readonly #blobs: Blobs

  constructor(core: Core, disk: DiskWatch) {
    this.#core = core
    this.#blobs = new Blobs(core, disk)
  }

  put(session: Session, message: Of<"putBlob">): void {
    const { rid } = message
    const step = this.#blobs.put(session.member!.root, message, this.#core.now)
    switch (step.kind) {
      case "refused":
        return this.#core.later(() => this.#core.effects.refuse(session, rid, step.code))
      case "going-on":
        return this.#core.later(() =>
          this.#core.effects.send(session, { type: "blobStored", rid, received: step.received }),
        )
      case "stored":
        return this.#core.promise(session, rid, { type: "blobStored", rid, received: step.received })
    }
  }

  get(session: Session, { rid, hash, offset }: Of<"getBlob">): void {
    this.#core.answer(session, rid, () => {
      const { effects } = this.#core
      if (session.outBytes > SLOW_BYTES) return effects.refuse(session, rid, "busy")
      const found = this.#blobs.get(hash, offset)
      if (found === undefined) return effects.refuse(session, rid, "missing-blob")
      effects.send(session, { type: "blobChunk", rid, total: found.total, offset, chunk: found.chunk })
    })
  }

  /** Unfinished uploads of an account. */
  unfinished(account: string): { count: number; received: number } {
    return this.#blobs.unfinished(account)
  }

  /** @param loose blobs that nothing has needed since then go. @returns whether all of them are gone. */
  sweep(loose: Millis): boolean {
    this.#blobs.sweep(this.#core.now)
    return this.#core.store.dropLooseBlobs(loose, BLOBS_A_SWEEP) < BLOBS_A_SWEEP
  }
}
