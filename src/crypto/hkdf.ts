/** HKDF (RFC 5869) in its two steps, which MLS and HPKE use apart, over `Primitives.hmac`. */
import { concat } from "../bytes.ts"
import type { Primitives, ShaName } from "../platform/primitives.ts"

type Hmac = Pick<Primitives, "hmac">

/** Bytes of a hash's output. */
export function shaBytes(sha: ShaName): number {
  return sha === "sha256" ? 32 : 64
}

/** A pseudorandom key of the hash's length. An empty salt stands for zeros, as the RFC says. */
export function hkdfExtract({ hmac }: Hmac, sha: ShaName, salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hmac(sha, salt, ikm)
}

/** @param length at most 255 times the hash's length; RangeError above. */
export function hkdfExpand(
  { hmac }: Hmac,
  sha: ShaName,
  key: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const step = shaBytes(sha)
  if (length > 255 * step) throw new RangeError(`HKDF cannot give ${length} bytes`)
  if (length === step) return hmac(sha, key, concat(info, ONE))
  const output = new Uint8Array(length)
  let block: Uint8Array = new Uint8Array(0)
  for (let at = 0, count = 1; at < length; at += step, count++) {
    block = hmac(sha, key, concat(block, info, Uint8Array.of(count)))
    output.set(at + step > length ? block.subarray(0, length - at) : block, at)
  }
  return output
}

const ONE = Uint8Array.of(1)
