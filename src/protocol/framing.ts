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

/**
 * The frame around a body that a `FrameDecoder` gave out, changed or not, without copying it: the two share memory.
 * Any other body is copied into a new frame.
 */
export function frameAround(body: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = body
  const isDecoded = byteOffset === FRAME_HEADER_BYTES && buffer.byteLength === byteOffset + byteLength
  if (!isDecoded || new DataView(buffer).getUint32(0) !== byteLength) return encodeFrame(body)
  return new Uint8Array(buffer)
}

/** Turns chunks of any size into whole frame bodies. Holds at most one unfinished frame. */
export class FrameDecoder {
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES)
  #frame = this.#header
  /** Bytes of header and frame that have come. */
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
   * Takes the next bytes off the wire and returns the bodies they complete, oldest first.
   * Each body is its own memory, which the caller owns; its header stands right before it (`frameAround`).
   *
   * @throws ProtocolError `frame-too-large`, before buffering anything of that frame.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const bodies: Uint8Array[] = []
    let at = 0
    while (at < chunk.length) {
      if (this.#used < FRAME_HEADER_BYTES) {
        this.#header[this.#used++] = chunk[at++]!
        if (this.#used === FRAME_HEADER_BYTES) this.#begin()
        continue
      }
      const end = Math.min(chunk.length, at + this.#frame.length - this.#used)
      this.#frame.set(chunk.subarray(at, end), this.#used)
      this.#used += end - at
      at = end
      if (this.#used === this.#frame.length) {
        bodies.push(this.#frame.subarray(FRAME_HEADER_BYTES))
        this.#used = 0
      }
    }
    return bodies
  }

  #begin(): void {
    let length = 0
    for (const byte of this.#header) length = length * 256 + byte
    if (length > this.#limit)
      throw new ProtocolError("frame-too-large", `peer announced a frame of ${length} bytes`)
    if (length === 0) throw new ProtocolError("frame-empty", "peer sent a frame without a type")
    this.#frame = new Uint8Array(FRAME_HEADER_BYTES + length)
    this.#frame.set(this.#header)
  }
}
