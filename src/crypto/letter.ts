/**
 * The seal of an inbox letter: HPKE base mode with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305 (PROTOCOL.md §11):
 *
 *     letter = X-Wing ciphertext (1,120) ‖ ChaCha20-Poly1305(pad(plain)), info "secure-chat/v1 inbox"
 *
 * It hides what a stranger writes and says nothing about who wrote it: the signature is inside the plain bytes.
 */
import { concat, utf8 } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { CryptoError } from "./errors.ts"
import { HpkeContext, type HpkeSuite, hpkeSuite } from "./hpke.ts"
import { chachaAead, xwingKem } from "./kem.ts"
import { BUCKETS, bucketFor, LARGEST_BUCKET, padTo, unpad } from "./padding.ts"
import type { Secret } from "./secret.ts"
import { XWING_CIPHERTEXT_BYTES } from "./sodium.ts"

/** Longest plain letter: the next bucket down from the largest, so that it fits an entry beside its ciphertext. */
export const MAX_LETTER_BYTES = BUCKETS[2] - 1

const INFO = utf8("secure-chat/v1 inbox")
const EMPTY = new Uint8Array(0)

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
  const suite = letterSuite(primitives, random)
  const { ciphertext, shared } = suite.kem.encapsulate(recipientKemPublic)
  const context = new HpkeContext(suite, shared, INFO)
  return concat(ciphertext, context.seal(EMPTY, padTo(plain, bucketFor(plain.length))))
}

/** Undefined when it does not open, whatever the reason. */
export function openLetter(
  primitives: Primitives,
  kemSecret: Secret,
  bytes: Uint8Array,
): Uint8Array | undefined {
  if (bytes.length <= XWING_CIPHERTEXT_BYTES || bytes.length > XWING_CIPHERTEXT_BYTES + LARGEST_BUCKET)
    return undefined
  const suite = letterSuite(primitives, NO_RANDOM)
  try {
    const shared = suite.kem.decapsulate(kemSecret.expose(), bytes.subarray(0, XWING_CIPHERTEXT_BYTES))
    const padded = new HpkeContext(suite, shared, INFO).open(EMPTY, bytes.subarray(XWING_CIPHERTEXT_BYTES))
    return padded && unpad(padded)
  } catch (cause) {
    if (cause instanceof CryptoError) return undefined
    throw cause
  }
}

function letterSuite(primitives: Primitives, random: Random): HpkeSuite {
  return hpkeSuite(primitives, xwingKem(random), "sha256", chachaAead(primitives))
}

/** Opening needs no chance; asking for it would be our own bug. */
const NO_RANDOM: Random = {
  bytes: () => {
    throw new RangeError("opening a letter takes no randomness")
  },
}
