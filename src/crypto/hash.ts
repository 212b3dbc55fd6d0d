/**
 * Labelled hashes and the running head of a channel's log (PROTOCOL.md §1, §9):
 *
 *     H(label, x) = BLAKE2b-256("secure-chat/v1/" ‖ label ‖ 0x00 ‖ x)
 *
 * A label never contains a zero byte, so no two labels share an input. `sodiumReady()` comes first.
 */
import { ByteWriter, concat, u64, utf8 } from "../bytes.ts"
import { blake2b } from "./sodium.ts"

export const HASH_BYTES = 32
/** The head of a log without entries. */
export const EMPTY_HEAD: Uint8Array = new Uint8Array(HASH_BYTES)

const PREFIX = "secure-chat/v1/"

/** The labelled input that both a hash and a signature cover. */
export function labelled(label: string, parts: readonly Uint8Array[]): Uint8Array {
  return concat(utf8(`${PREFIX}${label}\0`), ...parts)
}

/** H of PROTOCOL.md §1 over the parts in order: 32 bytes. Parts of variable length need a length of their own. */
export function labelledHash(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return blake2b(labelled(label, parts), HASH_BYTES)
}

const HEAD_LABEL = labelled("head", [])
/** Once for every entry of every log: written anew for each head, and filled by it. */
const HEAD_INPUT = new Uint8Array(HEAD_LABEL.length + HASH_BYTES + 8 + 1 + HASH_BYTES + 8)

/** The same with 64 bytes of output. */
export function labelledHash64(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return blake2b(labelled(label, parts), 64)
}

/**
 * The head after one more entry: H("head", previous ‖ u64 seq ‖ kind ‖ eid ‖ u64 time).
 *
 * @param seq the entry's number, from 1.
 * @param kindByte the first byte of the entry.
 * @param eid 32 bytes.
 * @param time Unix milliseconds, as the relay stamped it.
 */
export function nextHead(
  previous: Uint8Array,
  seq: number,
  kindByte: number,
  eid: Uint8Array,
  time: number,
): Uint8Array {
  const input = new ByteWriter(HEAD_INPUT)
    .raw(HEAD_LABEL)
    .raw(previous)
    .u64(seq)
    .u8(kindByte)
    .raw(eid)
    .u64(time)
    .done()
  return blake2b(input, HASH_BYTES)
}

/** A channel's id: whoever shows the token that it is made of may open the channel (PROTOCOL.md §5.7). */
export function channelIdOf(openToken: Uint8Array): Uint8Array {
  return labelledHash("channel", openToken)
}

/** What the relay holds of an append token: enough to check it, not to make it. */
export function tokenHash(channelId: Uint8Array, position: number, token: Uint8Array): Uint8Array {
  return labelledHash("token", channelId, u64(position), token)
}
