import fc from "fast-check"
import { expect, test } from "vitest"
import { fromHex } from "../../src/bytes.ts"
import { decodeEntry, encodeEntry, ENTRY_KINDS, type EntryKind } from "../../src/protocol/envelope.ts"

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value)
const KINDS = Object.keys(ENTRY_KINDS) as EntryKind[]

test("vector: a message without a blob", () => {
  const wire = fromHex(`01${"00".repeat(32)}${"aa".repeat(24)}bbcc`)
  const entry = {
    kind: "message" as const,
    blobHash: undefined,
    nonce: bytes(24, 0xaa),
    sealed: Uint8Array.of(0xbb, 0xcc),
  }
  expect(encodeEntry(entry)).toEqual(wire)
  expect(decodeEntry(wire)).toEqual(entry)
})

test("vector: a handshake that names a blob", () => {
  const wire = fromHex(`02${"dd".repeat(32)}${"ee".repeat(24)}`)
  const entry = {
    kind: "handshake" as const,
    blobHash: bytes(32, 0xdd),
    nonce: bytes(24, 0xee),
    sealed: new Uint8Array(0),
  }
  expect(encodeEntry(entry)).toEqual(wire)
  expect(decodeEntry(wire)).toEqual(entry)
})

for (const [what, wire] of [
  ["nothing", new Uint8Array(0)],
  ["a kind alone", Uint8Array.of(1)],
  ["one byte short of a nonce", bytes(56, 1)],
  ["kind zero", bytes(80, 0)],
  ["a kind that does not exist", bytes(80, 4)],
  ["the highest kind", bytes(80, 255)],
] as const) {
  test(`refused: ${what}`, () => {
    expect(() => decodeEntry(wire)).toThrow(
      expect.objectContaining({ name: "ProtocolError", code: "bad-entry" }),
    )
  })
}

test("property: what is written is what is read", () => {
  const entry = fc.record({
    kind: fc.constantFrom(...KINDS),
    // A hash of zeros says "none".
    blobHash: fc.option(
      fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((hash) => hash.some((byte) => byte > 0)),
      { nil: undefined },
    ),
    nonce: fc.uint8Array({ minLength: 24, maxLength: 24 }),
    sealed: fc.uint8Array({ maxLength: 200 }),
  })
  fc.assert(fc.property(entry, (value) => void expect(decodeEntry(encodeEntry(value))).toEqual(value)))
})

test("property: whatever the bytes, an entry that encodes to them or a ProtocolError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 130 }), (wire) => {
      let entry
      try {
        entry = decodeEntry(wire)
      } catch (cause) {
        expect(cause).toMatchObject({ code: "bad-entry" })
        return
      }
      expect(encodeEntry(entry)).toEqual(wire)
    }),
  )
})
