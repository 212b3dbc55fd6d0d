/**
 * Framing: cuts a TCP byte stream into frames (PROTOCOL.md §2).
 *
 *     frame = length (u32, big-endian) body (length bytes)
 *
 * The limit is raised once, after authentication, and is checked before anything is allocated.
 */
import { ProtocolError } from "./errors.ts"

/** Largest body before authentication: hello and a registration fit, nothing else has to. */
export const MAX_STRANGER_FRAME_BYTES = 4_096
/** Largest body after authentication. Bounds what a peer can make us buffer. */
export const MAX_FRAME_BYTES = 65_536

export const FRAME_HEADER_BYTES = 4

/** Throws RangeError for a body we may not send: that is our bug, not the peer's. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  if (body.length > MAX_FRAME_BYTES) throw new RangeError(`frame body is ${body.length} bytes`)
  const frame = new Uint8Array(FRAME_HEADER_BYTES + body.length)
  new DataView(frame.buffer).setUint32(0, body.length)
  frame.set(body, FRAME_HEADER_BYTES)
  return frame
}

/** Turns chunks of any size into whole frames. Holds at most one unfinished frame. */
export class FrameDecoder {
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES)
  /** The unfinished frame; its header as long as that is all there is. */
  #frame = this.#header
  /** Bytes of it that have come. */
  #used = 0
  #limit: number

  /** @param limit largest body in bytes that is accepted, until `raiseLimit`. */
  constructor(limit: number = MAX_FRAME_BYTES) {
    this.#limit = limit
  }

  raiseLimit(limit: number): void {
    this.#limit = limit
  }

  /**
   * Takes the next bytes off the wire and returns the bodies they complete, oldest first. Each is its own memory, which
   * the caller owns.
   *
   * @throws ProtocolError `frame-too-large`, before buffering anything of that frame.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    return this.cut(chunk).map((frame) => frame.slice(FRAME_HEADER_BYTES))
  }

  /**
   * The same without a copy: whole frames with their headers. Those that the chunk holds are views of it, so the chunk
   * must be the decoder's from now on, and whoever keeps a frame keeps the chunk.
   */
  cut(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = []
    let at = this.#used > 0 ? this.#goOn(chunk, frames) : 0
    while (chunk.length - at >= FRAME_HEADER_BYTES) {
      const end = at + FRAME_HEADER_BYTES + this.#lengthAt(chunk, at)
      if (end > chunk.length) break
      frames.push(chunk.subarray(at, end))
      at = end
    }
    if (at < chunk.length) this.#goOn(chunk.subarray(at), frames)
    return frames
  }

  /** Brings in what belongs to the unfinished frame, which is none when all of it came. @returns how much that was. */
  #goOn(chunk: Uint8Array, frames: Uint8Array[]): number {
    let at = 0
    while (at < chunk.length && this.#used < FRAME_HEADER_BYTES) this.#header[this.#used++] = chunk[at++]!
    if (this.#used < FRAME_HEADER_BYTES) return at
    if (this.#frame === this.#header) {
      this.#frame = new Uint8Array(FRAME_HEADER_BYTES + this.#lengthAt(this.#header, 0))
      this.#frame.set(this.#header)
    }
    const more = chunk.subarray(at, at + this.#frame.length - this.#used)
    this.#frame.set(more, this.#used)
    this.#used += more.length
    if (this.#used === this.#frame.length) {
      frames.push(this.#frame)
      this.#frame = this.#header
      this.#used = 0
    }
    return at + more.length
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = bytes[at]! * 2 ** 24 + (bytes[at + 1]! << 16) + (bytes[at + 2]! << 8) + bytes[at + 3]!
    if (length > this.#limit)
      throw new ProtocolError("frame-too-large", `peer announced a frame of ${length} bytes`)
    if (length === 0) throw new ProtocolError("frame-empty", "peer sent a frame without a type")
    return length
  }
}
