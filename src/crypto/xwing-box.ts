/**
 * One message to one X-Wing key: HPKE base mode (RFC 9180) with HKDF-SHA256 and ChaCha20-Poly1305 (PROTOCOL.md §11.4, §13.5):
 *
 *     box = X-Wing ciphertext (1,120) ‖ ChaCha20-Poly1305(plain), empty aad
 *
 * It hides what is written and says nothing about who wrote it.
 */
import { concat } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { CryptoError } from "./errors.ts"
import { HpkeContext, type HpkeSuite, hpkeSuite } from "./hpke.ts"
import { chachaAead, xwingKem } from "./kem.ts"
import { XWING_CIPHERTEXT_BYTES } from "./sodium.ts"

/** What a box is longer than what is in it. */
export const BOX_BYTES = XWING_CIPHERTEXT_BYTES + 16

const EMPTY = new Uint8Array(0)

/**
 * @param info what the box is for; part of the key.
 * @param recipient X-Wing public key, 1,216 bytes.
 * @throws CryptoError `bad-key` for a key that cannot be sealed to.
 */
export function sealBox(
  primitives: Primitives,
  random: Random,
  info: Uint8Array,
  recipient: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  const suite = boxSuite(primitives, random)
  const { ciphertext, shared } = suite.kem.encapsulate(recipient)
  return concat(ciphertext, new HpkeContext(suite, shared, info).seal(EMPTY, plain))
}

/** @param secret 32 bytes. Undefined when it does not open, whatever the reason. */
export function openBox(
  primitives: Primitives,
  info: Uint8Array,
  secret: Uint8Array,
  box: Uint8Array,
): Uint8Array | undefined {
  if (box.length < BOX_BYTES) return undefined
  const suite = boxSuite(primitives, NO_RANDOM)
  try {
    const shared = suite.kem.decapsulate(secret, box.subarray(0, XWING_CIPHERTEXT_BYTES))
    return new HpkeContext(suite, shared, info).open(EMPTY, box.subarray(XWING_CIPHERTEXT_BYTES))
  } catch (cause) {
    if (cause instanceof CryptoError) return undefined
    throw cause
  }
}

function boxSuite(primitives: Primitives, random: Random): HpkeSuite {
  return hpkeSuite(primitives, xwingKem(random), "sha256", chachaAead(primitives))
}

/** Opening needs no chance; asking for it would be our own bug. */
const NO_RANDOM: Random = {
  bytes: () => {
    throw new RangeError("opening takes no randomness")
  },
}
