/** Inbox letters, and HPKE under them, against another implementation (PROTOCOL.md §11.4, RFC 9180). */
import { Chacha20Poly1305 } from "@hpke/chacha20poly1305"
import { CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core"
import { XWing } from "@hpke/hybridkem-x-wing"
import fc from "fast-check"
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
const memory = (bytes: Uint8Array) => bytes.slice().buffer

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
  const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Chacha20Poly1305() })
  const { publicKey, secret } = bob()
  const letter = sealLetter(nodePrimitives, random, publicKey, utf8("to them"))
  const theirKey = await suite.kem.deserializePrivateKey(memory(secret.expose()))
  const enc = memory(letter.slice(0, XWING_CIPHERTEXT_BYTES))
  const opened = await suite.open(
    { recipientKey: theirKey, enc, info: INFO },
    memory(letter.slice(XWING_CIPHERTEXT_BYTES)),
  )
  expect(unpad(new Uint8Array(opened))).toEqual(utf8("to them"))

  const recipientPublicKey = await suite.kem.deserializePublicKey(memory(publicKey))
  const sealed = await suite.seal({ recipientPublicKey, info: INFO }, memory(padTo(utf8("to us"), 1_024)))
  const theirs = concat(new Uint8Array(sealed.enc), new Uint8Array(sealed.ct))
  expect(openLetter(nodePrimitives, secret, theirs)).toEqual(utf8("to us"))
})

test.each(["x25519", "xwing"] as const)(
  "keys are derived and secrets exported as elsewhere: %s",
  async (name) => {
    const theirKem = name === "x25519" ? new DhkemX25519HkdfSha256() : new XWing()
    const ourKem = name === "x25519" ? x25519Kem(nodePrimitives, random) : xwingKem(random)
    const theirs = new CipherSuite({ kem: theirKem, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() })
    const ours = hpkeSuite(nodePrimitives, ourKem, "sha256", chachaAead(nodePrimitives))
    const ikm = random.bytes(32)
    const pair = ourKem.deriveKeyPair(ikm)
    // The pair's type is the browser's, which is not in our library of types; its halves are what the others take.
    const theirPair = (await theirs.kem.deriveKeyPair(memory(ikm))) as unknown as Record<
      "publicKey" | "privateKey",
      Parameters<typeof theirs.kem.serializePublicKey>[0]
    >
    expect(new Uint8Array(await theirs.kem.serializePublicKey(theirPair.publicKey))).toEqual(pair.public)

    const { ciphertext, shared } = ourKem.encapsulate(pair.public)
    const receiver = await theirs.createRecipientContext({
      recipientKey: theirPair.privateKey,
      enc: memory(ciphertext),
      info: INFO,
    })
    const exported = new HpkeContext(ours, shared, INFO).export(utf8("context"), 48)
    expect(new Uint8Array(await receiver.export(memory(utf8("context")), 48))).toEqual(exported)
    expect(ourKem.decapsulate(pair.secret, ciphertext)).toEqual(shared)
  },
)
