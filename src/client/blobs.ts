/** Blobs at the relay (PROTOCOL.md §7): content-addressed, in pieces, checked here whatever the relay says. */
import { equalBytes } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import { refusalName, type Refusal } from "../protocol/errors.ts"
import { BLOB_CHUNK_BYTES, MAX_BLOB_BYTES } from "../protocol/messages.ts"
import type { RelayLink } from "./context.ts"

/** `done` is called with undefined when the relay holds the whole blob, else with why not. */
export function putBlob(
  link: RelayLink,
  hash: Uint8Array,
  bytes: Uint8Array,
  done: (problem: Refusal | undefined) => Promise<void> | void,
): void {
  if (bytes.length > MAX_BLOB_BYTES) throw new RangeError(`a blob of ${bytes.length} bytes`)
  const sendFrom = (offset: number): void => {
    const chunk = bytes.subarray(offset, offset + BLOB_CHUNK_BYTES)
    link.ask({ type: "putBlob", hash, total: bytes.length, offset, chunk }, (answer) => {
      if (answer.type === "refused") return done(refusalName(answer.code))
      if (answer.type !== "blobStored" || answer.received > bytes.length)
        return link.distrust("an answer that is none")
      if (answer.received === bytes.length) return done(undefined)
      // The relay may hold a beginning from before; it never may go backwards, or this would not end.
      if (answer.received <= offset) return link.distrust("a blob that does not grow")
      return sendFrom(answer.received)
    })
  }
  sendFrom(0)
}

/** `done` gets the bytes, which are those of `hash`, or why the relay has none. */
export function getBlob(
  link: RelayLink,
  primitives: Primitives,
  hash: Uint8Array,
  done: (bytes: Uint8Array | Refusal) => Promise<void> | void,
): void {
  let bytes: Uint8Array | undefined
  const readFrom = (offset: number): void => {
    link.ask({ type: "getBlob", hash, offset }, (answer) => {
      if (answer.type === "refused") return done(refusalName(answer.code))
      if (answer.type !== "blobChunk" || answer.offset !== offset)
        return link.distrust("an answer that is none")
      const { total, chunk } = answer
      if (total > MAX_BLOB_BYTES || chunk.length === 0 || offset + chunk.length > total)
        return link.distrust("a blob that cannot be")
      bytes ??= new Uint8Array(total)
      if (bytes.length !== total) return link.distrust("a blob that changes its size")
      bytes.set(chunk, offset)
      if (offset + chunk.length < total) return readFrom(offset + chunk.length)
      if (!equalBytes(primitives.sha("sha256", bytes), hash))
        return link.distrust("a blob that is not its hash")
      return done(bytes)
    })
  }
  readFrom(0)
}
