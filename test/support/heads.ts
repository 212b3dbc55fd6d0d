/** What a relay signs its heads with, and where it remembers them, for tests. */
import type { LogSigner } from "../../src/crypto/checkpoint.ts"
import { createLogSigner } from "../../src/crypto/log-key.ts"
import type { Millis } from "../../src/platform/clock.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { HeadFile, Heads } from "../../src/relay/tree-log.ts"

/** A file that lives as long as the object; it is on the disk at once, or refuses. */
export class MemoryHeadFile implements HeadFile {
  bytes: Uint8Array | undefined
  isCopy = false
  writes = 0
  /** Called before each write; what it throws is what the disk says. */
  before: (write: number) => void = () => {}

  read(): { bytes: Uint8Array; isCopy: boolean } | undefined {
    return this.bytes && { bytes: this.bytes.slice(), isCopy: this.isCopy }
  }

  write(bytes: Uint8Array): void {
    this.before(++this.writes)
    this.bytes = bytes.slice()
    this.isCopy = false
  }
}

export function signerOf(seed: Uint8Array): LogSigner {
  return createLogSigner(nodePrimitives, seed)
}

/** For a relay whose heads nobody looks at. `sodiumReady()` comes first. */
export function someHeads(now: () => Millis = () => Date.now()): Heads {
  return { signer: signerOf(new Uint8Array(32).fill(9)), file: new MemoryHeadFile(), now }
}
