/** The two key encapsulations that HPKE is used with here: X-Wing and DHKEM(X25519, HKDF-SHA256) of RFC 9180 §4.1. */
import { concat, utf8 } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { type Aead, type Kem, labeledExpand, labeledExtract } from "./hpke.ts"
import {
  isUsableX25519,
  isUsableXWing,
  shake256,
  X25519_BYTES,
  x25519,
  x25519Public,
  XWING_ENCAPSULATION_SEED_BYTES,
  XWING_SECRET_BYTES,
  xwingDecapsulate,
  xwingEncapsulate,
  xwingKeyPair,
} from "./sodium.ts"

const EMPTY = new Uint8Array(0)
const XWING_ID = 0x647a
const X25519_ID = 0x0020

/** X-Wing: ML-KEM-768 and X25519 together; stays secret while either of them does. */
export function xwingKem(random: Random): Kem {
  return {
    id: XWING_ID,
    isUsable: isUsableXWing,
    encapsulate: (publicKey) => xwingEncapsulate(publicKey, random.bytes(XWING_ENCAPSULATION_SEED_BYTES)),
    decapsulate: xwingDecapsulate,
    deriveKeyPair: (ikm) => xwingKeyPair(shake256(ikm, XWING_SECRET_BYTES)),
  }
}

/** The ephemeral key is fresh per message. */
export function x25519Kem(primitives: Primitives, random: Random): Kem {
  const suiteId = concat(utf8("KEM"), Uint8Array.of(X25519_ID >> 8, X25519_ID & 0xff))
  const shared = (agreed: Uint8Array, ciphertext: Uint8Array, publicKey: Uint8Array): Uint8Array => {
    const key = labeledExtract(primitives, "sha256", suiteId, EMPTY, "eae_prk", agreed)
    return labeledExpand(
      primitives,
      "sha256",
      suiteId,
      key,
      "shared_secret",
      concat(ciphertext, publicKey),
      X25519_BYTES,
    )
  }
  return {
    id: X25519_ID,
    isUsable: isUsableX25519,
    encapsulate(publicKey) {
      const ephemeral = random.bytes(X25519_BYTES)
      const ciphertext = x25519Public(ephemeral)
      return { ciphertext, shared: shared(x25519(ephemeral, publicKey), ciphertext, publicKey) }
    },
    decapsulate: (secret, ciphertext) => shared(x25519(secret, ciphertext), ciphertext, x25519Public(secret)),
    deriveKeyPair(ikm) {
      const key = labeledExtract(primitives, "sha256", suiteId, EMPTY, "dkp_prk", ikm)
      const secret = labeledExpand(primitives, "sha256", suiteId, key, "sk", EMPTY, X25519_BYTES)
      return { public: x25519Public(secret), secret }
    },
  }
}

export function chachaAead(primitives: Primitives): Aead {
  return { id: 3, keyBytes: 32, nonceBytes: 12, seal: primitives.chachaSeal, open: primitives.chachaOpen }
}

export function aesGcmAead(primitives: Primitives): Aead {
  return { id: 1, keyBytes: 16, nonceBytes: 12, seal: primitives.aesGcmSeal, open: primitives.aesGcmOpen }
}
