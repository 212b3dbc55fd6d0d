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
  publicBytes: number
  ciphertextBytes: number
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

export interface HpkeSuite {
  kem: Kem
  kdf: ShaName
  aead: Aead
}

const VERSION = utf8("HPKE-v1")
const EMPTY = new Uint8Array(0)
const BASE_MODE = Uint8Array.of(0)

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

/** What both ends of one encapsulation share. */
export class HpkeContext {
  readonly #primitives: Primitives
  readonly #suite: HpkeSuite
  readonly #suiteId: Uint8Array
  readonly #secret: Uint8Array
  readonly #schedule: Uint8Array

  constructor(primitives: Primitives, suite: HpkeSuite, shared: Uint8Array, info: Uint8Array) {
    this.#primitives = primitives
    this.#suite = suite
    this.#suiteId = concat(utf8("HPKE"), u16(suite.kem.id), u16(suite.kdf === "sha256" ? 1 : 3), u16(suite.aead.id))
    const pskIdHash = this.#extract(EMPTY, "psk_id_hash", EMPTY)
    const infoHash = this.#extract(EMPTY, "info_hash", info)
    this.#schedule = concat(BASE_MODE, pskIdHash, infoHash)
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
    const exporter = this.#expand("exp", shaBytes(this.#suite.kdf))
    return labeledExpand(this.#primitives, this.#suite.kdf, this.#suiteId, exporter, "sec", context, length)
  }

  #key(): Uint8Array {
    return this.#expand("key", this.#suite.aead.keyBytes)
  }

  /** The base nonce: the only message has number 0. */
  #nonce(): Uint8Array {
    return this.#expand("base_nonce", this.#suite.aead.nonceBytes)
  }

  #expand(label: string, length: number): Uint8Array {
    return labeledExpand(this.#primitives, this.#suite.kdf, this.#suiteId, this.#secret, label, this.#schedule, length)
  }

  #extract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
    return labeledExtract(this.#primitives, this.#suite.kdf, this.#suiteId, salt, label, ikm)
  }
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}
