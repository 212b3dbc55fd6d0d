/** Channels of tests that know no group: their opening tokens, and for each position a token that everybody can make. */
import { toHex, u64 } from "../../src/bytes.ts"
import { channelIdOf, labelledHash, tokenHash } from "../../src/crypto/hash.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import type { ClientMessage } from "../../src/protocol/messages.ts"

await sodiumReady()

const openTokens = new Map<string, Uint8Array>()

/** A channel of its own for each number. */
export function channelOf(n: number): Uint8Array {
  const token = labelledHash("test channel", u64(n))
  const id = channelIdOf(token)
  openTokens.set(toHex(id), token)
  return id
}

export const ROOM = channelOf(0x77)

/** Undefined for an inbox, or a channel that is not from `channelOf`. */
export function openTokenOf(channelId: Uint8Array): Uint8Array | undefined {
  return openTokens.get(toHex(channelId))
}

export function tokenAt(channelId: Uint8Array, position: number): Uint8Array {
  return labelledHash("test token", channelId, u64(position))
}

/** What goes to the relay beside a handshake. */
export function tokenHashAt(channelId: Uint8Array, position: number): Uint8Array {
  return tokenHash(channelId, position, tokenAt(channelId, position))
}

export function proofAt(handle: number, channelId: Uint8Array, position: number): ClientMessage {
  return { type: "prove", handle, position, token: tokenAt(channelId, position) }
}
