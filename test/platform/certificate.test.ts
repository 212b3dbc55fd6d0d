import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto"
import { expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import {
  createCertificate,
  createRelayKey,
  loadRelayKey,
  spkiSha256,
  tagOf,
} from "../../src/platform/certificate.ts"
import { systemRandom } from "../../src/platform/random.ts"

/** A P-256 certificate that another program made, CN=printer.local. */
const FOREIGN = `-----BEGIN CERTIFICATE-----
MIIBiDCCAS2gAwIBAgIUTFgvHKDejgIyBKuRQ+mSC2GgHZ0wCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNcHJpbnRlci5sb2NhbDAgFw0yNjExMjIxNDI0NDlaGA8yMTI2
MTAyOTE0MjQ0OVowGDEWMBQGA1UEAwwNcHJpbnRlci5sb2NhbDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABMJ9YOu6xmaZQ8Zckbu/dBln5fLN+sYGHCdBkzSOjlzU
rWeWbtE2DDo/FhpNeilTva0WEEKLRmawOBb9hs+bflSjUzBRMB0GA1UdDgQWBBT5
8sqpYenJ3XQDyGubtOeqRkhoeTAfBgNVHSMEGDAWgBT58sqpYenJ3XQDyGubtOeq
RkhoeTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDxqUad+kD2
1+ZoSW1p6OoxuKicO7vkj5YMFejatDTn+wIhANlxXV29G6/U2xoC0KkQ27jJEydo
1lLLRI+QfIV6iEDw
-----END CERTIFICATE-----`
const P256_KEY = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  format: "pem",
  type: "pkcs8",
})
const NOW = Date.UTC(2026, 10, 22, 14, 30, 5)
const tag = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)

function certificateOf(key = createRelayKey(systemRandom), notBefore = NOW): X509Certificate {
  return new X509Certificate(createCertificate({ key, tag, notBefore, random: systemRandom }))
}

test("the certificate is signed by the key it shows", () => {
  const certificate = certificateOf()
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(certificate.verify(certificateOf().publicKey)).toBe(false)
  expect(certificate.checkIssued(certificate)).toBe(true)
})

test("the hash of its key is the relay's fingerprint, as any other program computes it", () => {
  const key = createRelayKey(systemRandom)
  const spki = createPublicKey(key.privatePem).export({ format: "der", type: "spki" })
  expect(toHex(spkiSha256(certificateOf(key)))).toBe(createHash("sha256").update(spki).digest("hex"))
  expect(spkiSha256(certificateOf(key))).toEqual(key.spkiSha256)
})

test("the tag is read back", () => {
  expect(tagOf(certificateOf())).toEqual(tag)
})

test("a certificate without a tag has none", () => {
  expect(tagOf(new X509Certificate(FOREIGN))).toBeUndefined()
  expect(spkiSha256(new X509Certificate(FOREIGN))).toHaveLength(32)
})

test("validity starts when asked and has no end; the serial number is positive and new each time", () => {
  const key = createRelayKey(systemRandom)
  const certificate = certificateOf(key)
  expect(certificate.validFromDate.getTime()).toBe(NOW)
  expect(certificate.validToDate.toISOString()).toBe("9999-12-31T23:59:59.000Z")
  expect(certificateOf(key, Date.UTC(2061, 0, 1)).validFromDate.toISOString()).toBe(
    "2061-01-01T00:00:00.000Z",
  )
  expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
  expect(certificateOf(key).serialNumber).not.toBe(certificate.serialNumber)
})

test("a key comes back from its PEM; equal chance gives equal keys", () => {
  const random = { bytes: (length: number) => new Uint8Array(length).fill(7) }
  const key = createRelayKey(random)
  expect(loadRelayKey(key.privatePem)).toEqual(key)
  expect(createRelayKey(random)).toEqual(key)
  expect(createRelayKey(systemRandom)).not.toEqual(key)
})

test.each(["", "not a key", FOREIGN, P256_KEY.toString()])(
  "what is no Ed25519 key is refused with a code",
  (pem) => {
    expect(() => loadRelayKey(pem)).toThrow(expect.objectContaining({ code: "bad-key" }))
  },
)

test("a tag of another length is our bug", () => {
  const parts = { key: createRelayKey(systemRandom), notBefore: NOW, random: systemRandom }
  expect(() => createCertificate({ ...parts, tag: new Uint8Array(31) })).toThrow(RangeError)
})
