/** The wrappers over libsodium, against other implementations and the published values. */
import { ed25519, x25519 as nobleX25519 } from "@noble/curves/ed25519.js"
import { blake2b as nobleBlake2b } from "@noble/hashes/blake2.js"
import { shake256 as nobleShake256 } from "@noble/hashes/sha3.js"
import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { fromHex, toHex } from "../../src/bytes.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import * as sodium from "../../src/crypto/sodium.ts"
import { seededRandom } from "./support.ts"

beforeAll(sodium.sodiumReady)

const RUNS = { numRuns: 50 }
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const message = fc.uint8Array({ maxLength: 300 })
const ZEROS = new Uint8Array(32)

test("property: Ed25519 signs as another implementation does, and verifies nothing else", () => {
  fc.assert(
    fc.property(bytes(32), message, fc.nat(63), (seed, text, at) => {
      const pair = sodium.ed25519KeyPair(seed)
      const signature = sodium.ed25519Sign(pair.secret, text)
      expect(pair.public).toEqual(ed25519.getPublicKey(seed))
      expect(signature).toEqual(ed25519.sign(text, seed))
      expect(sodium.ed25519Verify(pair.public, text, signature)).toBe(true)
      const broken = signature.with(at, signature[at]! ^ 1)
      expect(sodium.ed25519Verify(pair.public, text, broken)).toBe(false)
      expect(sodium.ed25519Verify(pair.public, Uint8Array.of(...text, 0), signature)).toBe(false)
    }),
    RUNS,
  )
})

test("verification refuses wrong lengths and keys of small order", () => {
  const pair = sodium.ed25519KeyPair(ZEROS)
  const signature = sodium.ed25519Sign(pair.secret, ZEROS)
  expect(sodium.ed25519Verify(pair.public.slice(1), ZEROS, signature)).toBe(false)
  expect(sodium.ed25519Verify(pair.public, ZEROS, signature.slice(1))).toBe(false)
  // The identity point "signs" everything for a verifier that lets it.
  const identity = Uint8Array.of(1, ...ZEROS.slice(1))
  expect(sodium.ed25519Verify(identity, ZEROS, Uint8Array.of(...identity, ...ZEROS))).toBe(false)
})

test("property: X25519 agrees with another implementation", () => {
  fc.assert(
    fc.property(bytes(32), bytes(32), (secret, otherSecret) => {
      const other = sodium.x25519Public(otherSecret)
      expect(other).toEqual(nobleX25519.getPublicKey(otherSecret))
      expect(sodium.x25519(secret, other)).toEqual(nobleX25519.getSharedSecret(secret, other))
      expect(sodium.isUsableX25519(other)).toBe(true)
    }),
    RUNS,
  )
})

// Points of order 1, 2, 4 and 8 (RFC 7748 §6.1 asks for a check of the result), with and without the ignored bit.
test.each([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
])("X25519 refuses the low-order key %s", (hex) => {
  const secret = seededRandom("x").bytes(32)
  expect(() => sodium.x25519(secret, fromHex(hex))).toThrow(CryptoError)
  expect(sodium.isUsableX25519(fromHex(hex))).toBe(false)
})

test("property: X-Wing decapsulates what was encapsulated; another key gets another secret", () => {
  fc.assert(
    fc.property(bytes(32), bytes(64), (seed, chance) => {
      const pair = sodium.xwingKeyPair(seed)
      const { ciphertext, shared } = sodium.xwingEncapsulate(pair.public, chance)
      expect([ciphertext.length, shared.length]).toEqual([
        sodium.XWING_CIPHERTEXT_BYTES,
        sodium.XWING_SHARED_BYTES,
      ])
      expect(sodium.xwingDecapsulate(pair.secret, ciphertext)).toEqual(shared)
      const other = sodium.xwingKeyPair(seed.map((byte) => byte ^ 1))
      expect(sodium.xwingDecapsulate(other.secret, ciphertext)).not.toEqual(shared)
      expect(sodium.isUsableXWing(pair.public)).toBe(true)
    }),
    RUNS,
  )
})

test("property: an X-Wing key is usable exactly when libsodium seals to it", () => {
  const { public: honest } = sodium.xwingKeyPair(ZEROS)
  const edit = fc.tuple(fc.nat(sodium.XWING_PUBLIC_BYTES - 1), fc.constantFrom(0, 1, 0x0d, 0xd0, 0xff))
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 3 }), (edits) => {
      const key = honest.slice()
      for (const [at, value] of edits) key[at] = value
      const seals = () => sodium.xwingEncapsulate(key, new Uint8Array(64))
      const usable = sodium.isUsableXWing(key)
      expect(accepts(seals)).toBe(usable)
    }),
    { numRuns: 300 },
  )
  expect(sodium.isUsableXWing(honest.map(() => 0xff))).toBe(false)
  expect(sodium.isUsableXWing(honest.slice(1))).toBe(false)
})

test("property: BLAKE2b and SHAKE256 are those of another implementation", () => {
  fc.assert(
    fc.property(message, (data) => {
      expect(sodium.blake2b(data, 32)).toEqual(nobleBlake2b(data, { dkLen: 32 }))
      expect(sodium.blake2b(data, 64)).toEqual(nobleBlake2b(data, { dkLen: 64 }))
      expect(sodium.shake256(data, 32)).toEqual(nobleShake256(data, { dkLen: 32 }))
    }),
    RUNS,
  )
})

test("XChaCha20-Poly1305 gives the published answer", () => {
  // draft-irtf-cfrg-xchacha-03, A.3.1
  const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i)
  const nonce = Uint8Array.from({ length: 24 }, (_, i) => 0x40 + i)
  const aad = fromHex("50515253c0c1c2c3c4c5c6c7")
  const text =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
  const plain = new TextEncoder().encode(text)
  const sealed = sodium.xchachaSeal(key, nonce, aad, plain)
  expect(toHex(sealed.slice(0, 16))).toBe("bd6d179d3e83d43b9576579493c0e939")
  expect(toHex(sealed.slice(-16))).toBe("c0875924c1c7987947deafd8780acf49")
  expect(sodium.xchachaOpen(key, nonce, aad, sealed)).toEqual(plain)
  expect(sodium.xchachaOpen(key, nonce, aad, sealed.with(3, 0))).toBe(undefined)
  expect(sodium.xchachaOpen(key, nonce, aad.slice(1), sealed)).toBe(undefined)
  expect(sodium.xchachaOpen(key, nonce, aad, sealed.slice(0, 15))).toBe(undefined)
})

describe("lengths are checked before libsodium sees them", () => {
  const short = new Uint8Array(31)
  const calls: [string, () => unknown][] = [
    ["Ed25519 seed", () => sodium.ed25519KeyPair(short)],
    ["Ed25519 secret", () => sodium.ed25519Sign(ZEROS, ZEROS)],
    ["X25519 secret", () => sodium.x25519Public(short)],
    ["X25519 public key", () => sodium.x25519(ZEROS, short)],
    ["X-Wing seed", () => sodium.xwingKeyPair(short)],
    ["X-Wing public key", () => sodium.xwingEncapsulate(ZEROS, new Uint8Array(64))],
    ["X-Wing ciphertext", () => sodium.xwingDecapsulate(ZEROS, ZEROS)],
    ["XChaCha20 key", () => sodium.xchachaSeal(short, new Uint8Array(24), ZEROS, ZEROS)],
    ["XChaCha20 nonce", () => sodium.xchachaOpen(ZEROS, short, ZEROS, ZEROS)],
  ]
  test.each(calls)("%s", (_, call) => expect(call).toThrow(expect.objectContaining({ code: "bad-key" })))
})

test("secrets are compared whole, and wiping leaves zeros", () => {
  expect(sodium.equalSecret(ZEROS, new Uint8Array(32))).toBe(true)
  expect(sodium.equalSecret(ZEROS, ZEROS.with(31, 1))).toBe(false)
  expect(sodium.equalSecret(ZEROS, ZEROS.slice(1))).toBe(false)
  expect(sodium.equalSecret(new Uint8Array(0), new Uint8Array(0))).toBe(true)
  const [one, two] = [Uint8Array.of(1, 2), Uint8Array.of(3)]
  sodium.wipe(one, two)
  expect([...one, ...two]).toEqual([0, 0, 0])
})

function accepts(call: () => unknown): boolean {
  try {
    call()
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(CryptoError)
    return false
  }
}
