/**
 * The seal of a device's generation record (PROTOCOL.md §10.9), which only this device opens:
 *
 *     record = nonce 24 ‖ XChaCha20-Poly1305(K_gen, nonce, count u64 ‖ tag 16), aad "secure-chat/v1 generation"
 *     K_gen  = KDF(device secret, "generation", deviceId, 32)
 */
import { concat, utf8 } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { derive } from "./kdf.ts"
import { wipe, XCHACHA_NONCE_BYTES, XCHACHA_TAG_BYTES, xchachaOpen, xchachaSeal } from "./sodium.ts"

const AAD = utf8("secure-chat/v1 generation")
const KEY_BYTES = 32

/** Whose record it is. */
export interface GenerationKey {
  /** 32 random bytes that never leave the device's store. */
  deviceSecret: Uint8Array
  deviceId: Uint8Array
}

export function sealGeneration(
  primitives: Primitives,
  random: Random,
  owner: GenerationKey,
  plain: Uint8Array,
): Uint8Array {
  const key = keyOf(primitives, owner)
  const nonce = random.bytes(XCHACHA_NONCE_BYTES)
  const sealed = xchachaSeal(key, nonce, AAD, plain)
  wipe(key)
  return concat(nonce, sealed)
}

/** Undefined when it is not this device's, or is damaged. */
export function openGeneration(
  primitives: Primitives,
  owner: GenerationKey,
  record: Uint8Array,
): Uint8Array | undefined {
  if (record.length < XCHACHA_NONCE_BYTES + XCHACHA_TAG_BYTES) return undefined
  const key = keyOf(primitives, owner)
  const nonce = record.subarray(0, XCHACHA_NONCE_BYTES)
  const plain = xchachaOpen(key, nonce, AAD, record.subarray(XCHACHA_NONCE_BYTES))
  wipe(key)
  return plain
}

function keyOf(primitives: Primitives, { deviceSecret, deviceId }: GenerationKey): Uint8Array {
  return derive(primitives, deviceSecret, "generation", deviceId, KEY_BYTES)
}
