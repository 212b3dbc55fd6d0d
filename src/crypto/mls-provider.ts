/**
 * The MLS library's cryptography slot, filled with ours (PROTOCOL.md §10): libsodium for curves and X-Wing,
 * `Primitives` for hashes and AEADs, and randomness that is handed in.
 *
 * The library types keys as CryptoKey but never looks inside; here a key is its bytes.
 */
import type { Ciphersuite, CiphersuiteImpl, CiphersuiteName } from "ts-mls/crypto/ciphersuite.js"
import type { Hash } from "ts-mls/crypto/hash.js"
import type { Hpke, PrivateKey, PublicKey } from "ts-mls/crypto/hpke.js"
import type { Kdf } from "ts-mls/crypto/kdf.js"
import type { CryptoProvider } from "ts-mls/crypto/provider.js"
import type { Signature } from "ts-mls/crypto/signature.js"
import type { Primitives, ShaName } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { CryptoError } from "./errors.ts"
import { hkdfExpand, hkdfExtract, shaBytes } from "./hkdf.ts"
import { type Aead, HpkeContext, type HpkeSuite, hpkeSuite, type Kem } from "./hpke.ts"
import { aesGcmAead, chachaAead, x25519Kem, xwingKem } from "./kem.ts"
import { ED25519_SEED_BYTES, ed25519KeyPair, ed25519Sign, ed25519Verify, equalSecret } from "./sodium.ts"

/** What one cipher suite is made of. */
interface Parts {
  sha: ShaName
  kem: (primitives: Primitives, random: Random) => Kem
  aead: (primitives: Primitives) => Aead
}

/** Suites 1 and 3 of RFC 9420, and the library's number 84: X-Wing with SHA-512. */
const SUITES: Readonly<Partial<Record<CiphersuiteName, Parts>>> = {
  MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519: { sha: "sha256", kem: x25519Kem, aead: aesGcmAead },
  MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519: { sha: "sha256", kem: x25519Kem, aead: chachaAead },
  MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519: {
    sha: "sha512",
    kem: (_, random) => xwingKem(random),
    aead: chachaAead,
  },
}

const EMPTY = new Uint8Array(0)
const SEED_BYTES = 32

/** `sodiumReady()` comes first. */
export function mlsProvider(primitives: Primitives, random: Random): CryptoProvider {
  return { getCiphersuiteImpl: async (suite: Ciphersuite) => mlsSuite(primitives, random, suite.name) }
}

/** One suite. RangeError for a suite that we do not have: our own bug, since names are checked on the way in. */
export function mlsSuite(primitives: Primitives, random: Random, name: CiphersuiteName): CiphersuiteImpl {
  const parts = SUITES[name]
  if (parts === undefined) throw new RangeError(`no cipher suite ${name}`)
  const { sha } = parts
  return {
    name,
    hash: hashOf(primitives, sha),
    kdf: kdfOf(primitives, sha),
    hpke: hpkeOf(hpkeSuite(primitives, parts.kem(primitives, random), sha, parts.aead(primitives)), random),
    signature: signatureOf(random),
    rng: { randomBytes: (length) => random.bytes(length) },
  }
}

function hashOf(primitives: Primitives, sha: ShaName): Hash {
  return {
    digest: async (data) => primitives.sha(sha, data),
    mac: async (key, data) => primitives.hmac(sha, key, data),
    verifyMac: async (key, mac, data) => equalSecret(primitives.hmac(sha, key, data), mac),
  }
}

function kdfOf(primitives: Primitives, sha: ShaName): Kdf {
  return {
    extract: async (salt, ikm) => hkdfExtract(primitives, sha, salt, ikm),
    expand: async (key, info, length) => hkdfExpand(primitives, sha, key, info, length),
    size: shaBytes(sha),
  }
}

function signatureOf(random: Random): Signature {
  return {
    /** @param key libsodium's 64 bytes, or a seed of 32 as other implementations keep it. */
    sign: async (key, message) =>
      ed25519Sign(key.length === ED25519_SEED_BYTES ? ed25519KeyPair(key).secret : key, message),
    verify: async (publicKey, message, signature) => ed25519Verify(publicKey, message, signature),
    keygen: async () => {
      const pair = ed25519KeyPair(random.bytes(ED25519_SEED_BYTES))
      return { publicKey: pair.public, signKey: pair.secret }
    },
  }
}

function hpkeOf(suite: HpkeSuite, random: Random): Hpke {
  const { kem, aead } = suite
  const keys = ({ public: publicKey, secret }: { public: Uint8Array; secret: Uint8Array }) => ({
    privateKey: toPrivate(secret),
    publicKey: toPublic(publicKey),
  })
  return {
    async seal(publicKey, plain, info, aad = EMPTY) {
      const { ciphertext, shared } = kem.encapsulate(bytesOf(publicKey))
      return { enc: ciphertext, ct: new HpkeContext(suite, shared, info).seal(aad, plain) }
    },
    async open(privateKey, kemOutput, sealed, info, aad = EMPTY) {
      const shared = kem.decapsulate(bytesOf(privateKey), kemOutput)
      return opened(new HpkeContext(suite, shared, info).open(aad, sealed))
    },
    async exportSecret(publicKey, exporterContext, length, info) {
      const { ciphertext, shared } = kem.encapsulate(bytesOf(publicKey))
      return { enc: ciphertext, secret: new HpkeContext(suite, shared, info).export(exporterContext, length) }
    },
    async importSecret(privateKey, exporterContext, kemOutput, length, info) {
      const shared = kem.decapsulate(bytesOf(privateKey), kemOutput)
      return new HpkeContext(suite, shared, info).export(exporterContext, length)
    },
    encryptAead: async (key, nonce, aad, plain) => aead.seal(key, nonce, aad ?? EMPTY, plain),
    decryptAead: async (key, nonce, aad, sealed) => opened(aead.open(key, nonce, aad ?? EMPTY, sealed)),
    importPrivateKey: async (bytes) => toPrivate(bytes),
    async importPublicKey(bytes) {
      if (!kem.isUsable(bytes)) throw new CryptoError("bad-key", "an HPKE public key that cannot be used")
      return toPublic(bytes)
    },
    exportPublicKey: async (key) => bytesOf(key),
    exportPrivateKey: async (key) => bytesOf(key),
    deriveKeyPair: async (ikm) => keys(kem.deriveKeyPair(ikm)),
    // Both KEMs turn any 32 bytes into a key, each by its own derivation.
    generateKeyPair: async () => keys(kem.deriveKeyPair(random.bytes(SEED_BYTES))),
    keyLength: aead.keyBytes,
    nonceLength: aead.nonceBytes,
  }
}

function opened(plain: Uint8Array | undefined): Uint8Array {
  if (plain === undefined) throw new CryptoError("bad-seal", "an MLS ciphertext that does not open")
  return plain
}

function toPublic(bytes: Uint8Array): PublicKey {
  return bytes as unknown as PublicKey
}

function toPrivate(bytes: Uint8Array): PrivateKey {
  return bytes as unknown as PrivateKey
}

function bytesOf(key: PublicKey | PrivateKey): Uint8Array {
  return key as unknown as Uint8Array
}
