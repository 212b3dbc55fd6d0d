/**
 * The seal of an inbox letter (PROTOCOL.md §11.4): a box for the recipient's account, padded. It hides what a stranger
 * writes and says nothing about who wrote it: the signature is inside the plain bytes.
 */
import { utf8 } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { BUCKETS, bucketFor, LARGEST_BUCKET, padTo, unpad } from "./padding.ts"
import type { Secret } from "./secret.ts"
import { XWING_CIPHERTEXT_BYTES } from "./sodium.ts"
import { openBox, sealBox } from "./xwing-box.ts"

/** Longest plain letter: the next bucket down from the largest, so that it fits an entry beside its ciphertext. */
export const MAX_LETTER_BYTES = BUCKETS[2] - 1

const INFO = utf8("secure-chat/v1 inbox")

/**
 * @param recipientKemPublic 1,216 bytes.
 * @param plain at most `MAX_LETTER_BYTES`, else RangeError.
 * @throws CryptoError `bad-key` for a key that cannot be sealed to.
 */
export function sealLetter(
  primitives: Primitives,
  random: Random,
  recipientKemPublic: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  if (plain.length > MAX_LETTER_BYTES) throw new RangeError(`a letter of ${plain.length} bytes`)
  return sealBox(primitives, random, INFO, recipientKemPublic, padTo(plain, bucketFor(plain.length)))
}

/** Undefined when it does not open, whatever the reason. */
export function openLetter(
  primitives: Primitives,
  kemSecret: Secret,
  bytes: Uint8Array,
): Uint8Array | undefined {
  if (bytes.length > XWING_CIPHERTEXT_BYTES + LARGEST_BUCKET) return undefined
  const padded = openBox(primitives, INFO, kemSecret.expose(), bytes)
  return padded && unpad(padded)
}
