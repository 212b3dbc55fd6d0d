/** The outer seal: sizes, what it binds, and what does not open (PROTOCOL.md §9, §12.1). */
import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import * as seal from "../../src/crypto/envelope-seal.ts"
import { bucketFor, BUCKETS, padTo, unpad } from "../../src/crypto/padding.ts"
import { sodiumReady, xchachaSeal } from "../../src/crypto/sodium.ts"
import { seededRandom } from "./support.ts"

beforeAll(sodiumReady)

const random = seededRandom("seal")
const KEY = new Uint8Array(32).fill(1)
const CHANNEL = new Uint8Array(32).fill(2)
const HASH = new Uint8Array(32).fill(3)
const AT = { kind: 1, key: KEY, channelId: CHANNEL }
const BODY = Uint8Array.of(1, 2, 3)

describe("padding", () => {
  test.each([
    [0, 1_024],
    [1_023, 1_024],
    [1_024, 5_120],
    [5_119, 5_120],
    [5_120, 16_384],
    [61_439, 61_440],
    [61_440, 65_536],
    [65_535, 65_536],
    [65_536, 131_072],
    [131_071, 131_072],
  ])("%i bytes go into %i", (length, bucket) => expect(bucketFor(length)).toBe(bucket))

  test("property: what was padded comes back, whatever it ends with", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat(9), fc.nat(9), (bytes, zeros, marks) => {
        const ending = Uint8Array.of(
          ...bytes,
          ...Array<number>(marks).fill(0x80),
          ...Array<number>(zeros).fill(0),
        )
        const padded = padTo(ending, bucketFor(ending.length))
        expect(BUCKETS).toContain(padded.length)
        expect(unpad(padded)).toEqual(ending)
      }),
    )
  })

  test.each([[[]], [[0, 0]], [[1]], [[0x80, 1]]])("%j is not padded", (bytes) => {
    expect(unpad(Uint8Array.from(bytes))).toBe(undefined)
  })

  test("a bucket without room for the mark is our own bug", () => {
    expect(() => padTo(new Uint8Array(1_024), 1_024)).toThrow(RangeError)
  })
})

describe("entries", () => {
  test("property: open what was sealed, in the right bucket", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6_000 }), fc.nat(255), fc.nat(255), (body, form, kind) => {
        const sealed = seal.sealEnvelope({ ...AT, kind, form, body, random })
        expect(sealed.bucket).toBe(bucketFor(body.length + 1))
        expect(sealed.sealed.length).toBe(sealed.bucket + 16)
        expect(seal.openEnvelope({ ...AT, kind, ...sealed })).toEqual({ form, body })
      }),
    )
  })

  test.each<[string, object]>([
    ["another kind", { kind: 2 }],
    ["another key", { key: CHANNEL }],
    ["another channel", { channelId: KEY }],
    ["a blob", { blobHash: HASH }],
    ["another nonce", { nonce: new Uint8Array(24) }],
    ["a short nonce", { nonce: new Uint8Array(23) }],
    ["no bytes", { sealed: new Uint8Array(0) }],
  ])("with %s it does not open", (_, change) => {
    const sealed = seal.sealEnvelope({ ...AT, form: 1, body: BODY, random })
    expect(seal.openEnvelope({ ...AT, ...sealed, ...change })).toBe(undefined)
  })

  test("a blob's hash is bound, and zeros are no hash", () => {
    const sealed = seal.sealEnvelope({ ...AT, blobHash: HASH, form: 1, body: new Uint8Array(0), random })
    expect(seal.openEnvelope({ ...AT, ...sealed })).toBe(undefined)
    expect(seal.openEnvelope({ ...AT, blobHash: HASH.with(0, 0), ...sealed })).toBe(undefined)
    expect(seal.openEnvelope({ ...AT, blobHash: HASH, ...sealed })).toEqual({
      form: 1,
      body: new Uint8Array(0),
    })
    expect(() =>
      seal.sealEnvelope({ ...AT, blobHash: new Uint8Array(32), form: 1, body: BODY, random }),
    ).toThrow(RangeError)
  })

  test("one seal is never like another, and the largest body fits", () => {
    const twice = [1, 2].map(() => seal.sealEnvelope({ ...AT, form: 1, body: BODY, random }))
    expect(twice[0]!.nonce).not.toEqual(twice[1]!.nonce)
    const largest = new Uint8Array(seal.MAX_INLINE_BODY_BYTES)
    expect(seal.sealEnvelope({ ...AT, form: 1, body: largest, random }).bucket).toBe(61_440)
    const larger = new Uint8Array(seal.MAX_INLINE_BODY_BYTES + 1)
    expect(() => seal.sealEnvelope({ ...AT, form: 1, body: larger, random })).toThrow(RangeError)
  })

  test("sealed bytes without padding or form do not open", () => {
    const nonce = new Uint8Array(24)
    const aad = Uint8Array.of(
      ...new TextEncoder().encode("secure-chat/v1 entry"),
      1,
      ...CHANNEL,
      ...new Uint8Array(32),
    )
    for (const plain of [new Uint8Array(1_024), Uint8Array.of(0x80), new Uint8Array(0)]) {
      const sealed = xchachaSeal(KEY, nonce, aad, plain)
      expect(seal.openEnvelope({ ...AT, nonce, sealed })).toBe(undefined)
    }
  })
})

test.each([0, 65_495, 65_496, 70_000])(
  "a blob of %i bytes is a multiple of 64 KiB and opens in its channel only",
  (length) => {
    const body = new Uint8Array(length).fill(7)
    const bytes = seal.sealBlob({ key: KEY, channelId: CHANNEL, body, random })
    expect(bytes.length % 65_536).toBe(0)
    expect(seal.openBlob({ key: KEY, channelId: CHANNEL, bytes })).toEqual(body)
    expect(seal.openBlob({ key: KEY, channelId: KEY, bytes })).toBe(undefined)
    expect(seal.openBlob({ key: CHANNEL, channelId: CHANNEL, bytes })).toBe(undefined)
    expect(seal.openBlob({ key: KEY, channelId: CHANNEL, bytes: bytes.slice(0, 39) })).toBe(undefined)
  },
)

test("a header opens at its place and position only", () => {
  const header = seal.sealHeader(KEY, CHANNEL, 7, BODY, random)
  expect(header.length).toBe(24 + 1_024 + 16)
  expect(seal.openHeader(KEY, CHANNEL, 7, header)).toEqual(BODY)
  expect(seal.openHeader(KEY, CHANNEL, 8, header)).toBe(undefined)
  expect(seal.openHeader(KEY, KEY, 7, header)).toBe(undefined)
  expect(seal.openHeader(CHANNEL, CHANNEL, 7, header)).toBe(undefined)
  expect(seal.openHeader(KEY, CHANNEL, 7, new Uint8Array(10))).toBe(undefined)
})
