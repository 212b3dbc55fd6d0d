/** Inbox letters, and HPKE under them, against another implementation (PROTOCOL.md §11.4, RFC 9180). */
import fc from "fast-check"
import { makeHpke } from "ts-mls/crypto/implementation/default/makeHpke.js"
import { beforeAll, expect, test } from "vitest"
import { concat, utf8 } from "../../src/bytes.ts"
import { HpkeContext, hpkeSuite } from "../../src/crypto/hpke.ts"
import { chachaAead, x25519Kem, xwingKem } from "../../src/crypto/kem.ts"
import { MAX_LETTER_BYTES, openLetter, sealLetter } from "../../src/crypto/letter.ts"
import { padTo, unpad } from "../../src/crypto/padding.ts"
import { Secret } from "../../src/crypto/secret.ts"
import { sodiumReady, XWING_CIPHERTEXT_BYTES, xwingKeyPair } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { seededRandom } from "./support.ts"

beforeAll(sodiumReady)

const random = seededRandom("letters")
const bob = () => {
  const { public: publicKey, secret } = xwingKeyPair(new Uint8Array(32).fill(1))
  return { publicKey, secret: new Secret(secret) }
}
const INFO = utf8("secure-chat/v1 inbox")
/** HPKE of the package that the MLS library uses by default. */
const theirHpke = (kem: "X-Wing" | "DHKEM-X25519-HKDF-SHA256") =>
  makeHpke({ kem, kdf: "HKDF-SHA256", aead: "CHACHA20POLY1305" })

test("property: a letter opens for its recipient and for nobody else", () => {
  const { publicKey, secret } = bob()
  const stranger = new Secret(xwingKeyPair(new Uint8Array(32).fill(2)).secret)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (plain) => {
      const letter = sealLetter(nodePrimitives, random, publicKey, plain)
      expect(openLetter(nodePrimitives, secret, letter)).toEqual(plain)
      expect(openLetter(nodePrimitives, stranger, letter)).toBe(undefined)
    }),
    { numRuns: 30 },
  )
})

test("damaged, cut and overlong letters do not open, whatever they are", () => {
  const { publicKey, secret } = bob()
  const letter = sealLetter(nodePrimitives, random, publicKey, utf8("hello"))
  for (let at = 0; at < letter.length; at += 131) {
    expect(openLetter(nodePrimitives, secret, letter.with(at, letter[at]! ^ 1)), `byte ${at}`).toBe(undefined)
  }
  for (const length of [0, 100, XWING_CIPHERTEXT_BYTES, XWING_CIPHERTEXT_BYTES + 16, letter.length - 1]) {
    expect(openLetter(nodePrimitives, secret, letter.slice(0, length)), `${length} bytes`).toBe(undefined)
  }
  expect(openLetter(nodePrimitives, secret, new Uint8Array(100_000))).toBe(undefined)
  expect(openLetter(nodePrimitives, secret, concat(letter, Uint8Array.of(0)))).toBe(undefined)
})

test("letters have few sizes, and one that is too long is our own bug", () => {
  const { publicKey } = bob()
  const length = (bytes: number) =>
    sealLetter(nodePrimitives, random, publicKey, new Uint8Array(bytes)).length
  expect([length(0), length(1_023), length(1_024)]).toEqual([2_160, 2_160, 6_256])
  expect(length(MAX_LETTER_BYTES)).toBe(XWING_CIPHERTEXT_BYTES + 16_384 + 16)
  expect(() => length(MAX_LETTER_BYTES + 1)).toThrow(RangeError)
  expect(() => sealLetter(nodePrimitives, random, new Uint8Array(1_216).fill(255), INFO)).toThrow(
    expect.objectContaining({ code: "bad-key" }),
  )
})

test("another implementation opens our letters, and we open its", async () => {
  const theirs = await theirHpke("X-Wing")
  const { publicKey, secret } = bob()
  const letter = sealLetter(nodePrimitives, random, publicKey, utf8("to them"))
  const theirKey = await theirs.importPrivateKey(secret.expose())
  const [enc, ct] = [letter.slice(0, XWING_CIPHERTEXT_BYTES), letter.slice(XWING_CIPHERTEXT_BYTES)]
  expect(unpad(await theirs.open(theirKey, enc, ct, INFO))).toEqual(utf8("to them"))

  const sealed = await theirs.seal(await theirs.importPublicKey(publicKey), padTo(utf8("to us"), 1_024), INFO)
  expect(openLetter(nodePrimitives, secret, concat(sealed.enc, sealed.ct))).toEqual(utf8("to us"))
})

test.each(["DHKEM-X25519-HKDF-SHA256", "X-Wing"] as const)(
  "keys are derived and secrets exported as elsewhere: %s",
  async (name) => {
    const theirs = await theirHpke(name)
    const ourKem = name === "X-Wing" ? xwingKem(random) : x25519Kem(nodePrimitives, random)
    const ours = hpkeSuite(nodePrimitives, ourKem, "sha256", chachaAead(nodePrimitives))
    const ikm = random.bytes(32)
    const pair = ourKem.deriveKeyPair(ikm)
    const theirPair = await theirs.deriveKeyPair(ikm)
    expect(await theirs.exportPublicKey(theirPair.publicKey)).toEqual(pair.public)

    const { ciphertext, shared } = ourKem.encapsulate(pair.public)
    const exported = new HpkeContext(ours, shared, INFO).export(utf8("context"), 48)
    expect(await theirs.importSecret(theirPair.privateKey, utf8("context"), ciphertext, 48, INFO)).toEqual(
      exported,
    )
    expect(ourKem.decapsulate(pair.secret, ciphertext)).toEqual(shared)
  },
)
