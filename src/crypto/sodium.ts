/**
 * The only file that talks to libsodium: typed wrappers that check every length (PROTOCOL.md §1).
 *
 * libsodium compiles its WebAssembly once, so `await sodiumReady()` comes before anything else; after that
 * every call is synchronous. Randomness is always an argument: libsodium's own generator is never used,
 * which is what lets one seeded run be repeated byte for byte.
 */
import sodium, { type StateAddress } from "libsodium-wrappers"
import { toHex } from "../bytes.ts"
import { CryptoError } from "./errors.ts"

export const ED25519_PUBLIC_BYTES = 32
/** libsodium's form: the 32-byte seed (RFC 8032's private key), then the public key. */
export const ED25519_SECRET_BYTES = 64
export const ED25519_SEED_BYTES = 32
export const ED25519_SIGNATURE_BYTES = 64
export const X25519_BYTES = 32
export const XWING_PUBLIC_BYTES = 1_216
/** The seed that both halves of the key are derived from. */
export const XWING_SECRET_BYTES = 32
export const XWING_CIPHERTEXT_BYTES = 1_120
export const XWING_SHARED_BYTES = 32
export const XWING_ENCAPSULATION_SEED_BYTES = 64
export const XCHACHA_KEY_BYTES = 32
export const XCHACHA_NONCE_BYTES = 24
export const XCHACHA_TAG_BYTES = 16
export const STREAM_HEADER_BYTES = 24
/** What a chunk of a stream is longer than its plain bytes. */
export const STREAM_CHUNK_OVERHEAD = 17

/** ML-KEM-768 (FIPS 203): 768 coefficients of 12 bits, each below the modulus. */
const MLKEM_COEFFICIENT_BYTES = 1_152
const MLKEM_MODULUS = 3_329
/** The u-coordinates of small order on Curve25519, in the encodings that fit 255 bits (RFC 7748 §6.1). */
const LOW_ORDER: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
])

/** A public half, and the secret half in the form that the same algorithm's functions take. */
export interface KeyPair {
  public: Uint8Array
  secret: Uint8Array
}

/** Resolves when the functions below may be called. Cheap to await again. */
export async function sodiumReady(): Promise<void> {
  await sodium.ready
}

/** @param seed 32 random bytes. The secret has 64 bytes: seed, then public key. */
export function ed25519KeyPair(seed: Uint8Array): KeyPair {
  check(seed, ED25519_SEED_BYTES, "an Ed25519 seed")
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed)
  return { public: publicKey, secret: privateKey }
}

/** @param secret 64 bytes, as `ed25519KeyPair` makes them. */
export function ed25519Sign(secret: Uint8Array, message: Uint8Array): Uint8Array {
  check(secret, ED25519_SECRET_BYTES, "an Ed25519 secret")
  return sodium.crypto_sign_detached(message, secret)
}

/** False for a signature or key of the wrong length, a key of small order, and a value that is not canonical. */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== ED25519_PUBLIC_BYTES || signature.length !== ED25519_SIGNATURE_BYTES) return false
  return sodium.crypto_sign_verify_detached(signature, message, publicKey)
}

/** The public key of 32 secret bytes, which are clamped as RFC 7748 says. */
export function x25519Public(secret: Uint8Array): Uint8Array {
  check(secret, X25519_BYTES, "an X25519 secret")
  return sodium.crypto_scalarmult_base(secret)
}

/** @throws CryptoError `bad-key` for a public key that gives the all-zero result (PROTOCOL.md §1). */
export function x25519(secret: Uint8Array, publicKey: Uint8Array): Uint8Array {
  check(secret, X25519_BYTES, "an X25519 secret")
  check(publicKey, X25519_BYTES, "an X25519 public key")
  try {
    return sodium.crypto_scalarmult(secret, publicKey)
  } catch (cause) {
    // libsodium refuses exactly the public keys of low order.
    throw new CryptoError("bad-key", "an X25519 public key of low order", { cause })
  }
}

/** Whether `x25519` accepts the public key: 32 bytes that are not of low order. Cheap, since it only looks. */
export function isUsableX25519(publicKey: Uint8Array): boolean {
  if (publicKey.length !== X25519_BYTES) return false
  const masked = publicKey.slice()
  masked[31] = masked[31]! & 0x7f
  return !LOW_ORDER.has(toHex(masked))
}

/** @param seed 32 random bytes, which are the secret key too. */
export function xwingKeyPair(seed: Uint8Array): KeyPair {
  check(seed, XWING_SECRET_BYTES, "an X-Wing seed")
  const { publicKey, privateKey } = sodium.crypto_kem_xwing_seed_keypair(seed)
  return { public: publicKey, secret: privateKey }
}

/** Whether `xwingEncapsulate` accepts the public key: reduced ML-KEM coefficients, then a usable X25519 key. */
export function isUsableXWing(publicKey: Uint8Array): boolean {
  if (publicKey.length !== XWING_PUBLIC_BYTES) return false
  for (let at = 0; at < MLKEM_COEFFICIENT_BYTES; at += 3) {
    const middle = publicKey[at + 1]!
    if ((publicKey[at]! | ((middle & 15) << 8)) >= MLKEM_MODULUS) return false
    if (((middle >> 4) | (publicKey[at + 2]! << 4)) >= MLKEM_MODULUS) return false
  }
  return isUsableX25519(publicKey.subarray(XWING_PUBLIC_BYTES - X25519_BYTES))
}

/**
 * @param seed 64 random bytes: 32 for ML-KEM-768, 32 for the ephemeral X25519 key.
 * @throws CryptoError `bad-key` for a public key that is not one.
 */
export function xwingEncapsulate(
  publicKey: Uint8Array,
  seed: Uint8Array,
): { ciphertext: Uint8Array; shared: Uint8Array } {
  check(publicKey, XWING_PUBLIC_BYTES, "an X-Wing public key")
  check(seed, XWING_ENCAPSULATION_SEED_BYTES, "an X-Wing encapsulation seed")
  try {
    const { ciphertext, sharedSecret } = sodium.crypto_kem_xwing_enc_deterministic(publicKey, seed)
    return { ciphertext, shared: sharedSecret }
  } catch (cause) {
    throw new CryptoError("bad-key", "an X-Wing public key that cannot be used", { cause })
  }
}

/** A ciphertext for another key gives another secret, not an error. @throws CryptoError `bad-key` for low order. */
export function xwingDecapsulate(secret: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  check(secret, XWING_SECRET_BYTES, "an X-Wing secret")
  check(ciphertext, XWING_CIPHERTEXT_BYTES, "an X-Wing ciphertext")
  try {
    return sodium.crypto_kem_xwing_dec(ciphertext, secret)
  } catch (cause) {
    throw new CryptoError("bad-key", "an X-Wing ciphertext that cannot be used", { cause })
  }
}

/** XChaCha20-Poly1305 with the tag behind the ciphertext. @param nonce 24 bytes, random per key. */
export function xchachaSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  check(key, XCHACHA_KEY_BYTES, "an XChaCha20 key")
  check(nonce, XCHACHA_NONCE_BYTES, "an XChaCha20 nonce")
  return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, aad, null, nonce, key)
}

/** Undefined when it does not open. */
export function xchachaOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  check(key, XCHACHA_KEY_BYTES, "an XChaCha20 key")
  check(nonce, XCHACHA_NONCE_BYTES, "an XChaCha20 nonce")
  if (sealed.length < XCHACHA_TAG_BYTES) return undefined
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, aad, nonce, key)
  } catch {
    return undefined
  }
}

/** One side of a `crypto_secretstream_xchacha20poly1305`: it moves on with every chunk. */
export interface SealedStream {
  readonly state: StateAddress
}

/**
 * The stream of a key and header, for either side: in libsodium sealing and opening begin in one state. Its own
 * beginning for the sealing side would draw the header from its own generator.
 *
 * @param header 24 bytes, random per key.
 */
export function streamOf(key: Uint8Array, header: Uint8Array): SealedStream {
  check(key, XCHACHA_KEY_BYTES, "a stream's key")
  check(header, STREAM_HEADER_BYTES, "a stream's header")
  return { state: sodium.crypto_secretstream_xchacha20poly1305_init_pull(header, key) }
}

/** The next chunk: as long as `plain`, and 17 bytes. */
export function streamSeal(
  { state }: SealedStream,
  plain: Uint8Array,
  aad: Uint8Array,
  isLast: boolean,
): Uint8Array {
  const tag = isLast
    ? sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
    : sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
  return sodium.crypto_secretstream_xchacha20poly1305_push(state, plain, aad, tag)
}

/** Undefined when it is not the next chunk of this stream; the stream must not be used any more then. */
export function streamOpen(
  { state }: SealedStream,
  sealed: Uint8Array,
  aad: Uint8Array,
): { plain: Uint8Array; isLast: boolean } | undefined {
  if (sealed.length < STREAM_CHUNK_OVERHEAD) return undefined
  const opened = sodium.crypto_secretstream_xchacha20poly1305_pull(state, sealed, aad)
  if (opened === false) return undefined
  const { message, tag } = opened
  if (tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL) return { plain: message, isLast: true }
  return tag === sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
    ? { plain: message, isLast: false }
    : undefined
}

/** @param length 16 to 64 bytes of output. */
export function blake2b(data: Uint8Array, length: number): Uint8Array {
  return sodium.crypto_generichash(length, data, null)
}

/** SHAKE256 (FIPS 202), which X-Wing derives its keys with. */
export function shake256(data: Uint8Array, length: number): Uint8Array {
  return sodium.crypto_xof_shake256(length, data)
}

/** Constant time for equal lengths; the lengths themselves are not secret. */
export function equalSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && (a.length === 0 || sodium.memcmp(a, b))
}

/** Best effort: the runtime may have copied the bytes before. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0)
}

function check(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length)
    throw new CryptoError("bad-key", `${what} of ${bytes.length} bytes, not ${length}`)
}
