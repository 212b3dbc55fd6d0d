/**
 * How the terminator brings a connection to the relay: what stands before the first bytes on their local socket.
 *
 *     arrival = token (16) exporter (32) length (u8) remote (length bytes, ASCII)
 *
 * The token says that it is the relay's own child who brings it.
 */
import { timingSafeEqual } from "node:crypto"
import { concat } from "../bytes.ts"
import { type ConnectionFacts, EXPORTER_BYTES } from "./socket-connection.ts"

export const TOKEN_BYTES = 16
/** Of the remote address: a written IPv6 address with a zone. */
const MOST_REMOTE_BYTES = 64
const FIXED_BYTES = TOKEN_BYTES + EXPORTER_BYTES + 1
export const MOST_ARRIVAL_BYTES = FIXED_BYTES + MOST_REMOTE_BYTES

export function encodeArrival(token: Uint8Array, { exporter, remote }: ConnectionFacts): Uint8Array {
  const name = new TextEncoder().encode(remote.slice(0, MOST_REMOTE_BYTES))
  return concat(token, exporter, Uint8Array.of(name.length), name)
}

/**
 * @param bytes what has come so far.
 * @returns undefined when more must come, "foreign" for what no child of ours would say.
 */
export function decodeArrival(
  bytes: Uint8Array,
  token: Uint8Array,
): { facts: ConnectionFacts; rest: Uint8Array } | "foreign" | undefined {
  if (bytes.length < FIXED_BYTES) return undefined
  const length = bytes[FIXED_BYTES - 1]!
  const end = FIXED_BYTES + length
  if (length > MOST_REMOTE_BYTES || !timingSafeEqual(bytes.subarray(0, TOKEN_BYTES), token)) return "foreign"
  if (bytes.length < end) return undefined
  const exporter = bytes.slice(TOKEN_BYTES, FIXED_BYTES - 1)
  const remote = new TextDecoder().decode(bytes.subarray(FIXED_BYTES, end))
  return { facts: { exporter, remote }, rest: bytes.subarray(end) }
}
