import fc from "fast-check"
import { expect, test } from "vitest"
import { ByteReader, ByteWriter, fromHex } from "../../src/bytes.ts"
import {
  decode,
  encode,
  type Field,
  fixed,
  flag,
  list,
  record,
  rest,
  sized,
  text,
  u16,
  u32,
  u64,
  u8,
} from "../../src/protocol/fields.ts"

const hex = (digits: string) => fromHex(digits.replaceAll(" ", ""))

const known: readonly (readonly [string, Field<never>, unknown, string])[] = [
  ["u8", u8 as Field<never>, 255, "ff"],
  ["u16", u16 as Field<never>, 258, "0102"],
  ["u32", u32 as Field<never>, 4_294_967_295, "ffffffff"],
  ["u64", u64 as Field<never>, 2 ** 40 + 1, "0000010000000001"],
  ["u64, highest", u64 as Field<never>, Number.MAX_SAFE_INTEGER, "001fffffffffffff"],
  ["flag", flag as Field<never>, true, "01"],
  ["fixed", fixed(3) as Field<never>, hex("0a0b0c"), "0a0b0c"],
  ["sized", sized(9) as Field<never>, hex("0a0b"), "00000002 0a0b"],
  ["text", text(9) as Field<never>, "é", "00000002 c3a9"],
  ["list", list(u8, 3) as Field<never>, [1, 2], "0002 01 02"],
  ["record", record({ a: u8, b: rest }) as Field<never>, { a: 7, b: hex("ff") }, "07 ff"],
]

for (const [name, field, value, bytes] of known) {
  test(`vector: ${name}`, () => {
    expect(encode(field, value as never)).toEqual(hex(bytes))
    expect(decode(field, hex(bytes))).toEqual(value)
  })
}

const refused: readonly (readonly [string, Field<never>, string, string])[] = [
  ["a short number", u32 as Field<never>, "000102", "truncated"],
  ["nothing", u8 as Field<never>, "", "truncated"],
  ["a number above 2^53", u64 as Field<never>, "0020000000000000", "bad-value"],
  ["a flag of two", flag as Field<never>, "02", "bad-value"],
  ["a field above its size", sized(2) as Field<never>, "00000003 010203", "too-long"],
  ["a length of four gigabytes", sized(2 ** 32 - 1) as Field<never>, "ffffffff 01", "truncated"],
  ["half a character", text(9) as Field<never>, "00000001 c3", "bad-value"],
  ["a surrogate in UTF-8", text(9) as Field<never>, "00000003 eda080", "bad-value"],
  ["an overlong character", text(9) as Field<never>, "00000002 c0af", "bad-value"],
  ["a text above its size", text(1) as Field<never>, "00000002 c3a9", "too-long"],
  ["a list above its length", list(u8, 1) as Field<never>, "0002 01 02", "too-long"],
  ["a list of more than there is", list(fixed(32), 65_535) as Field<never>, "ffff 01", "truncated"],
  ["bytes after the end", u8 as Field<never>, "0101", "trailing"],
]

for (const [what, field, bytes, code] of refused) {
  test(`refused: ${what}`, () => {
    expect(() => decode(field, hex(bytes))).toThrow(expect.objectContaining({ name: "BytesError", code }))
  })
}

const tooLarge: readonly (readonly [string, Field<never>, unknown])[] = [
  ["a number above its width", u8 as Field<never>, 256],
  ["a negative number", u32 as Field<never>, -1],
  ["half a number", u32 as Field<never>, 0.5],
  ["a number that is not exact", u64 as Field<never>, 2 ** 53],
  ["bytes of another length", fixed(2) as Field<never>, hex("01")],
  ["bytes above their size", sized(1) as Field<never>, hex("0102")],
  ["text above its size in bytes", text(1) as Field<never>, "é"],
  ["a list above its length", list(u8, 1) as Field<never>, [1, 2]],
]

for (const [what, field, value] of tooLarge) {
  test(`our own bug: ${what} is a RangeError`, () => {
    expect(() => encode(field, value as never)).toThrow(RangeError)
  })
}

const shape = record({ a: u8, b: u64, c: text(40), d: list(sized(8), 4), e: flag, f: fixed(5), g: rest })
const anything = fc.record({
  a: fc.nat(255),
  b: fc.maxSafeNat(),
  c: fc.string({ unit: "grapheme", maxLength: 3 }),
  d: fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 4 }),
  e: fc.boolean(),
  f: fc.uint8Array({ minLength: 5, maxLength: 5 }),
  g: fc.uint8Array(),
})

test("property: what is written is what is read", () => {
  fc.assert(fc.property(anything, (value) => void expect(decode(shape, encode(shape, value))).toEqual(value)))
})

test("property: whatever the bytes, a value that encodes to them or a BytesError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      let value
      try {
        value = decode(shape, bytes)
      } catch (cause) {
        expect(cause).toMatchObject({ name: "BytesError" })
        return
      }
      expect(encode(shape, value)).toEqual(bytes)
    }),
  )
})

test("fields follow each other in the order of the table, whatever order the value has", () => {
  const field = record({ first: u8, second: u8 })
  expect(encode(field, { second: 2, first: 1 })).toEqual(Uint8Array.of(1, 2))
})

test("bytes that are read are views of the input", () => {
  const input = hex("00000002 0a0b")
  const read = sized(4).read(new ByteReader(input))
  input[4] = 99
  expect(read[0]).toBe(99)
})

test("a field writes where the last one ended", () => {
  const to = new ByteWriter()
  u8.write(to, 1)
  text(9).write(to, "")
  flag.write(to, false)
  expect(to.done()).toEqual(hex("01 00000000 00"))
})
