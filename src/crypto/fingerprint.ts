/**
 * What two people compare: fingerprint, safety number, key tag (PROTOCOL.md §14).
 *
 *     f_0 = SHA-512("secure-chat/v1/fingerprint" ‖ 0x00 ‖ ed ‖ x)      f_i = SHA-512(f_{i-1} ‖ ed ‖ x)
 *
 * 5,200 rounds make each guess at a look-alike key cost about 12 bits more. Names, devices and the relay are not in it.
 */
import { concat, utf8 } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"

export const FINGERPRINT_ROUNDS = 5_200

const DIGEST_BYTES = 64
const GROUPS = 6
const GROUP_BYTES = 5
const LABEL = utf8("secure-chat/v1/fingerprint\0")
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
const TAG_LENGTH = 6

export interface Fingerprint {
  /** Six groups of five digits, joined by spaces. */
  digits: string
  /** The last round, 64 bytes; the digits come from the first 30. */
  bytes: Uint8Array
}

/** The public halves of an account, 32 bytes each. */
export interface AccountPublic {
  ed: Uint8Array
  x: Uint8Array
}

/** Takes about 10 ms on purpose: keep the result with the contact. */
export function fingerprint(primitives: Pick<Primitives, "sha">, ed: Uint8Array, x: Uint8Array): Fingerprint {
  const input = concat(new Uint8Array(DIGEST_BYTES), ed, x)
  let bytes = primitives.sha("sha512", concat(LABEL, ed, x))
  for (let round = 0; round < FINGERPRINT_ROUNDS; round++) {
    input.set(bytes)
    bytes = primitives.sha("sha512", input)
  }
  return { digits: fiveDigitGroups(bytes), bytes }
}

/** Twelve groups of five digits, the smaller fingerprint first: both people see the same line. */
export function safetyNumber(
  primitives: Pick<Primitives, "sha">,
  a: AccountPublic,
  b: AccountPublic,
): string {
  return [a, b]
    .map(({ ed, x }) => fingerprint(primitives, ed, x).digits)
    .sort()
    .join(" ")
}

/** Six characters that tell people apart beside a name; they prove nothing. */
export function keyTag({ bytes }: Pick<Fingerprint, "bytes">): string {
  // 30 bits: the first four bytes without the last two bits.
  const bits = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) >>> 2
  return Array.from({ length: TAG_LENGTH }, (_, i) => BASE32[(bits >>> (25 - 5 * i)) & 31]).join("")
}

/** Six groups of five digits from the first 30 bytes. */
export function fiveDigitGroups(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Array.from({ length: GROUPS }, (_, group) => {
    const at = group * GROUP_BYTES
    const value = view.getUint8(at) * 2 ** 32 + view.getUint32(at + 1)
    return String(value % 100_000).padStart(GROUP_BYTES, "0")
  }).join(" ")
}
