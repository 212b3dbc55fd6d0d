/** A backup's content (PROTOCOL.md §15.1): rows in, the same rows out, and nothing that a keepsake would not hold. */
import fc from "fast-check"
import { beforeAll, expect, test } from "vitest"
import { concat, u32, u64, u8, utf8 } from "../../src/bytes.ts"
import {
  decodeBackup,
  encodeBackup,
  MAX_BACKUP_KEY_BYTES,
  MAX_BACKUP_VALUE_BYTES,
} from "../../src/client/backup.ts"
import { DIRECTORY_CURSOR } from "../../src/client/contacts.ts"
import type { Kept } from "../../src/client/keepsake.ts"
import { ACCOUNT_ROWS } from "../../src/client/profile.ts"
import { TABLES } from "../../src/client/store.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"

beforeAll(sodiumReady)

const AT = 1_800_000_000_000
const ROWS: Kept[] = [
  { table: "meta", key: ACCOUNT_ROWS[0]!, value: Uint8Array.of(1) },
  { table: "meta", key: DIRECTORY_CURSOR, value: u64(3) },
  { table: "person", key: new Uint8Array(32).fill(1), value: utf8("{}") },
  { table: "conversation", key: new Uint8Array(32).fill(2), value: new Uint8Array(0) },
  { table: "line", key: new Uint8Array(42).fill(3), value: new Uint8Array(70_000).fill(4) },
  { table: "remark", key: new Uint8Array(80).fill(5), value: utf8("{}") },
  { table: "journal", key: u64(1), value: utf8("{}") },
]
const codeOf = (code: string) => expect.objectContaining({ name: "CryptoError", code }) as Error
const read = (...pieces: readonly Uint8Array[]) => [...decodeBackup(pieces).rows]
const rowOf = (table: string, key: Uint8Array, value = utf8("{}")) =>
  concat(u8(utf8(table).length), utf8(table), u32(key.length), key, u32(value.length), value)
const START = concat(u8(1), u64(AT))

test("what goes in comes out, however it is cut", () => {
  const bytes = concat(...encodeBackup(AT, ROWS))
  for (const size of [1, 7, 4_096, bytes.length]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    )
    const { madeAt, rows } = decodeBackup(pieces)
    expect(madeAt).toBe(AT)
    expect([...rows]).toEqual(ROWS)
  }
  expect(read(...encodeBackup(AT, []))).toEqual([])
})

test("vector: the bytes of a row", () => {
  const [start, row] = [...encodeBackup(AT, [{ table: "line", key: utf8("k"), value: utf8("vv") }])]
  expect(start).toEqual(START)
  expect(row).toEqual(concat(u8(4), utf8("line"), u32(1), utf8("k"), u32(2), utf8("vv")))
})

test.each(TABLES.filter((table) => !ROWS.some((row) => row.table === table)))(
  "a backup neither takes nor gives rows of %s",
  (table) => {
    const row: Kept = { table, key: u64(1), value: utf8("{}") }
    expect(() => [...encodeBackup(AT, [row])]).toThrow(RangeError)
    expect(() => read(START, rowOf(table, row.key))).toThrow(codeOf("bad-backup"))
  },
)

test.each(["device", "inbox", "certificate end", "device secret", "generation", "inbox place", "successor"])(
  "nor the device's own %s",
  (name) => {
    const row: Kept = { table: "meta", key: utf8(name), value: utf8("{}") }
    expect(() => [...encodeBackup(AT, [row])]).toThrow(RangeError)
    expect(() => read(START, rowOf("meta", row.key))).toThrow(codeOf("bad-backup"))
  },
)

test("an end in the middle of anything is no end", () => {
  const whole = concat(...encodeBackup(AT, [{ table: "line", key: utf8("key"), value: utf8("value") }]))
  for (let length = 0; length < whole.length; length++) {
    if (length === START.length) continue
    expect(() => read(whole.subarray(0, length)), `${length} bytes`).toThrow(codeOf("bad-backup"))
  }
})

test("lengths are checked before anything is held", () => {
  let given = 0
  const endless = function* (...start: readonly Uint8Array[]): Generator<Uint8Array> {
    yield* start
    for (;;) {
      given++
      yield new Uint8Array(65_536)
    }
  }
  const name = concat(u8(4), utf8("line"))
  const cases: Record<string, Uint8Array> = {
    "a long key": concat(name, u32(MAX_BACKUP_KEY_BYTES + 1)),
    "the longest key there could be": concat(name, u32(0xffffffff)),
    "a long value": concat(name, u32(1), utf8("k"), u32(MAX_BACKUP_VALUE_BYTES + 1)),
    "the longest value there could be": concat(name, u32(1), utf8("k"), u32(0xffffffff)),
    "a table of no name": u8(0),
    "a table of a long name": u8(255),
  }
  for (const [what, bytes] of Object.entries(cases)) {
    expect(() => [...decodeBackup(endless(START, bytes)).rows], `row with ${what}`).toThrow(
      codeOf("bad-backup"),
    )
  }
  expect(given).toBeLessThan(20)
})

test("another version, and a beginning that makes no sense", () => {
  expect(() => decodeBackup([u8(2), u64(AT)])).toThrow(codeOf("backup-newer"))
  expect(() => decodeBackup([u8(0), u64(AT)])).toThrow(codeOf("bad-backup"))
  expect(() => decodeBackup([u8(1), new Uint8Array(8).fill(255)])).toThrow(codeOf("bad-backup"))
})

test("property: bytes from elsewhere end in rows or in a sentence", () => {
  const start = fc.constantFrom(START, new Uint8Array(0))
  fc.assert(
    fc.property(start, fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (first, pieces) => {
      try {
        read(first, ...pieces)
      } catch (cause) {
        expect(cause).toBeInstanceOf(CryptoError)
      }
    }),
  )
})
