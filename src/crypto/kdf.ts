/**
 * Our one key derivation (PROTOCOL.md §1):
 *
 *     KDF(k, label, x, n) = HKDF-SHA-256(salt "secure-chat/v1", ikm k, info u8(len label) ‖ label ‖ x, n bytes)
 */
import { concat, u8, utf8 } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"

const SALT = utf8("secure-chat/v1")

/** @param length 1 to 8,160 bytes. The caller owns the result. */
export function derive(
  primitives: Pick<Primitives, "hkdf">,
  key: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = utf8(label)
  return primitives.hkdf("sha256", key, SALT, concat(u8(name.length), name, context), length)
}
