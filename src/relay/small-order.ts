/**
 * X25519 public keys that agree on zero with everybody (PROTOCOL.md §1): the points of small order of the curve
 * and of its twist, with the encodings above 2^255−20 that mean the same. Nobody may register one.
 */
import { equalBytes, fromHex } from "../bytes.ts"

const SMALL_ORDER_POINTS = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(fromHex)

/** @param u 32 bytes; the top bit does not count (RFC 7748 §5). */
export function isSmallOrderPoint(u: Uint8Array): boolean {
  const masked = u.slice()
  masked[31]! &= 0x7f
  return SMALL_ORDER_POINTS.some((point) => equalBytes(point, masked))
}
