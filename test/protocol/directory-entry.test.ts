import fc from "fast-check"
import { expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import {
  decodeDirectoryEntry,
  DIRECTORY_KINDS,
  type DirectoryEntry,
  encodeDirectoryEntry,
  encodeDirectoryStatement,
  MAX_DEVICES,
  MAX_NAME_BYTES,
} from "../../src/protocol/directory-entry.ts"
import { MAX_DIRECTORY_ENTRY_BYTES } from "../../src/protocol/messages.ts"

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const device = {
  deviceId: fill(16, 10),
  authPublic: fill(32, 11),
  notAfter: 1_900_000_000_000,
  inboxId: fill(32, 12),
  certificate: fill(64, 13),
}
const entry: DirectoryEntry = {
  v: 1,
  kind: DIRECTORY_KINDS.register,
  accountId: fill(32, 1),
  accountEd: fill(32, 2),
  accountX: fill(32, 3),
  accountKem: fill(1_216, 4),
  name: "Ravi",
  seq: 0,
  previous: fill(32, 0),
  devices: [device],
  signature: fill(64, 9),
}

test("vector: where each field stands", () => {
  const wire = encodeDirectoryEntry(entry)
  const hex = toHex(wire)
  const device16 = `${"0a".repeat(16)}${"0b".repeat(32)}000001ba60d33800${"0c".repeat(32)}${"0d".repeat(64)}`
  expect(hex).toBe(
    `01 01 ${"01".repeat(32)} ${"02".repeat(32)} ${"03".repeat(32)} ${"04".repeat(1_216)} 00000004 52617669 00000000 ${"00".repeat(32)} 0001 ${device16} ${"09".repeat(64)}`.replaceAll(
      " ",
      "",
    ),
  )
  expect(decodeDirectoryEntry(wire)).toEqual(entry)
})

const origins = {
  rotate: { kind: "rotate", accountEd: fill(32, 20), accountX: fill(32, 21), handover: fill(64, 22) },
  replace: { kind: "replace", accountId: fill(32, 23), approval: fill(32, 24) },
} as const

test.each([
  ["rotate", `${"14".repeat(32)}${"15".repeat(32)}${"16".repeat(64)}`],
  ["replace", `${"17".repeat(32)}${"18".repeat(32)}`],
] as const)("vector: whose place a %s takes stands before the signature, and is signed", (kind, hex) => {
  const taking: DirectoryEntry = { ...entry, kind: DIRECTORY_KINDS[kind], origin: origins[kind] }
  const wire = encodeDirectoryEntry(taking)
  expect(toHex(wire).endsWith(hex + "09".repeat(64))).toBe(true)
  expect(decodeDirectoryEntry(wire)).toEqual(taking)
  expect(encodeDirectoryStatement(taking)).toEqual(wire.subarray(0, wire.length - 64))
  // The same bytes under another kind are no entry.
  expect(() => decodeDirectoryEntry(Uint8Array.of(1, DIRECTORY_KINDS.update, ...wire.subarray(2)))).toThrow(
    "bytes",
  )
})

test("an origin belongs to its kind", () => {
  const { rotate, replace, update } = DIRECTORY_KINDS
  for (const [kind, origin] of [
    [rotate, undefined],
    [rotate, origins.replace],
    [replace, origins.rotate],
    [update, origins.rotate],
  ] as const) {
    const odd = { ...entry, kind, ...(origin && { origin }) }
    expect(() => encodeDirectoryEntry(odd)).toThrow(RangeError)
  }
})

test("what is signed is everything before the signature", () => {
  const wire = encodeDirectoryEntry(entry)
  expect(encodeDirectoryStatement(entry)).toEqual(wire.subarray(0, wire.length - 64))
})

test("five devices and the longest name fit into an entry", () => {
  const largest: DirectoryEntry = {
    ...entry,
    kind: DIRECTORY_KINDS.rotate,
    origin: origins.rotate,
    name: "x".repeat(MAX_NAME_BYTES),
    devices: Array.from({ length: MAX_DEVICES }, () => device),
  }
  const wire = encodeDirectoryEntry(largest)
  expect(wire.length).toBeLessThanOrEqual(MAX_DIRECTORY_ENTRY_BYTES)
  expect(decodeDirectoryEntry(wire)).toEqual(largest)
})

const wire = encodeDirectoryEntry(entry)
const NAME_AT = 2 + 3 * 32 + 1_216
const COUNT_AT = NAME_AT + 4 + 4 + 4 + 32

function changed(at: number, ...bytes: number[]): Uint8Array {
  const copy = wire.slice()
  copy.set(bytes, at)
  return copy
}

for (const [what, bytes] of [
  ["nothing", new Uint8Array(0)],
  ["one byte less", wire.subarray(0, -1)],
  ["one byte more", Uint8Array.of(...wire, 0)],
  ["another version", changed(0, 2)],
  ["version zero", changed(0, 0)],
  ["a name that is no text", changed(NAME_AT + 4, 0xff, 0xfe)],
  ["a name of four gigabytes", changed(NAME_AT, 0xff, 0xff, 0xff, 0xff)],
  ["more devices than fit", changed(COUNT_AT, 0, 6)],
  ["a device that is not there", changed(COUNT_AT, 0, 2)],
  ["a device too many", changed(COUNT_AT, 0, 0)],
  ["more than the longest entry", fill(MAX_DIRECTORY_ENTRY_BYTES + 1, 1)],
] as const) {
  test(`refused: ${what}`, () => {
    expect(() => decodeDirectoryEntry(bytes)).toThrow(
      expect.objectContaining({ name: "ProtocolError", code: "bad-directory-entry" }),
    )
  })
}

test("what was read does not change with the bytes it was read from", () => {
  const bytes = wire.slice()
  const read = decodeDirectoryEntry(bytes)
  bytes.fill(0)
  expect(read).toEqual(entry)
})

test("property: every change of a byte is another entry or a refusal", () => {
  fc.assert(
    fc.property(fc.nat(wire.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const bytes = wire.slice()
      bytes[at]! ^= by
      let read
      try {
        read = decodeDirectoryEntry(bytes)
      } catch (cause) {
        expect(cause).toMatchObject({ code: "bad-directory-entry" })
        return
      }
      expect(encodeDirectoryEntry(read)).toEqual(bytes)
      expect(read).not.toEqual(entry)
    }),
  )
})
