/**
 * HPKE in base mode (RFC 9180 §5.1, one message per encapsulation) over a key encapsulation of our own choice.
 * Inbox letters use it with X-Wing, MLS with the KEM of its suite.
 */
import { concat, utf8 } from "../bytes.ts"
import type { Primitives, ShaName } from "../platform/primitives.ts"
import { hkdfExpand, hkdfExtract, shaBytes } from "./hkdf.ts"

/** A key encapsulation mechanism: what HPKE needs of X25519 or X-Wing. */
export interface Kem {
  /** Number in the HPKE registry. */
  id: number
  /** Whether `encapsulate` takes this key. */
  isUsable(publicKey: Uint8Array): boolean
  /** @throws CryptoError `bad-key`. */
  encapsulate(publicKey: Uint8Array): { ciphertext: Uint8Array; shared: Uint8Array }
  /** @throws CryptoError `bad-key`. */
  decapsulate(secret: Uint8Array, ciphertext: Uint8Array): Uint8Array
  /** Secret and public key from key material of any length. */
  deriveKeyPair(ikm: Uint8Array): { public: Uint8Array; secret: Uint8Array }
}

export interface Aead {
  /** Number in the HPKE registry. */
  id: number
  keyBytes: number
  nonceBytes: number
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
}

/** A KEM, a hash for HKDF and an AEAD, with what is the same for all their messages. */
export interface HpkeSuite {
  primitives: Primitives
  kem: Kem
  kdf: ShaName
  aead: Aead
  /** "HPKE" and the three registry numbers. */
  id: Uint8Array
  pskIdHash: Uint8Array
}

const VERSION = utf8("HPKE-v1")
const EMPTY = new Uint8Array(0)
const BASE_MODE = Uint8Array.of(0)
const KDF_IDS: Readonly<Record<ShaName, number>> = { sha256: 1, sha512: 3 }

/** LabeledExtract of RFC 9180 §4. */
export function labeledExtract(
  primitives: Primitives,
  sha: ShaName,
  suiteId: Uint8Array,
  salt: Uint8Array,
  label: string,
  ikm: Uint8Array,
): Uint8Array {
  return hkdfExtract(primitives, sha, salt, concat(VERSION, suiteId, utf8(label), ikm))
}

/** LabeledExpand of RFC 9180 §4. */
export function labeledExpand(
  primitives: Primitives,
  sha: ShaName,
  suiteId: Uint8Array,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return hkdfExpand(primitives, sha, key, concat(u16(length), VERSION, suiteId, utf8(label), info), length)
}

export function hpkeSuite(primitives: Primitives, kem: Kem, kdf: ShaName, aead: Aead): HpkeSuite {
  const id = concat(utf8("HPKE"), u16(kem.id), u16(KDF_IDS[kdf]), u16(aead.id))
  return {
    primitives,
    kem,
    kdf,
    aead,
    id,
    pskIdHash: labeledExtract(primitives, kdf, id, EMPTY, "psk_id_hash", EMPTY),
  }
}

/** What both ends of one encapsulation share. */
export class HpkeContext {
  readonly #suite: HpkeSuite
  readonly #secret: Uint8Array
  readonly #schedule: Uint8Array

  constructor(suite: HpkeSuite, shared: Uint8Array, info: Uint8Array) {
    this.#suite = suite
    this.#schedule = concat(BASE_MODE, suite.pskIdHash, this.#extract(EMPTY, "info_hash", info))
    this.#secret = this.#extract(shared, "secret", EMPTY)
  }

  seal(aad: Uint8Array, plain: Uint8Array): Uint8Array {
    return this.#suite.aead.seal(this.#key(), this.#nonce(), aad, plain)
  }

  open(aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    return this.#suite.aead.open(this.#key(), this.#nonce(), aad, sealed)
  }

  /** RFC 9180 §5.3. */
  export(context: Uint8Array, length: number): Uint8Array {
    const { primitives, kdf, id } = this.#suite
    return labeledExpand(primitives, kdf, id, this.#expand("exp", shaBytes(kdf)), "sec", context, length)
  }

  #key(): Uint8Array {
    return this.#expand("key", this.#suite.aead.keyBytes)
  }

  /** The base nonce: the only message has number 0. */
  #nonce(): Uint8Array {
    return this.#expand("base_nonce", this.#suite.aead.nonceBytes)
  }

  #expand(label: string, length: number): Uint8Array {
    const { primitives, kdf, id } = this.#suite
    return labeledExpand(primitives, kdf, id, this.#secret, label, this.#schedule, length)
  }

  #extract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
    const { primitives, kdf, id } = this.#suite
    return labeledExtract(primitives, kdf, id, salt, label, ikm)
  }
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}
