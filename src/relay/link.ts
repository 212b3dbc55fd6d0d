/** What the driver knows of one connection: what has come of a frame, and what is to be said. */
import { joined } from "../bytes.ts"
import type { Connection } from "../platform/network.ts"
import type { FrameDecoder } from "../protocol/framing.ts"

/** Up to this size what one batch says to a connection is joined to one piece. */
const JOINED_BYTES = 16_384

export interface Link {
  connection: Connection
  decoder: FrameDecoder
  isBroken: boolean
  /** What leaves with the effects that are being done. */
  out: Uint8Array[]
}

/** One write for all that waits: neighbouring frames leave together, and so does one TLS record. */
export function say({ connection, out }: Link): void {
  let size = 0
  for (const frame of out) size += frame.length
  // Of much the connection makes several writes anyway; what is one piece of memory for all stays one.
  if (out.length > 1 && size <= JOINED_BYTES) connection.send(joined(out))
  else for (const frame of out) connection.send(frame)
  out.length = 0
}
