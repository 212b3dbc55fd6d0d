import fc from "fast-check"
import { expect, test } from "vitest"
import { compareBytes } from "../../src/bytes.ts"
import {
  decodeRecord,
  encodeRecord,
  linePlace,
  nextPlace,
  payloadKey,
  UNPLACED,
} from "../../src/client/records.ts"
import { openMemoryStore } from "../../src/client/store-memory.ts"

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)

test("vector: bytes lie in a record as base64url behind a tilde", () => {
  expect(new TextDecoder().decode(encodeRecord({ a: Uint8Array.of(255, 0), n: 1, t: "é" }))).toBe(
    '{"a":{"~":"_wA"},"n":1,"t":"é"}',
  )
})

test("what is undefined is left out, and so is undefined again", () => {
  expect(decodeRecord<{ a?: number }>(encodeRecord({ a: undefined })).a).toBeUndefined()
})

test("property: a record is what it was", () => {
  const leaf = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.maxSafeInteger(),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.boolean(),
  )
  const value = fc.dictionary(
    fc.string({ minLength: 1 }).filter((key) => !["~", "__proto__"].includes(key)),
    fc.oneof(leaf, fc.array(leaf, { maxLength: 4 })),
  )
  fc.assert(
    fc.property(value, (record) => void expect(decodeRecord(encodeRecord(record))).toEqual({ ...record })),
  )
})

test("a text that looks like bytes stays a text", () => {
  expect(decodeRecord(encodeRecord({ text: '{"~":"_wA"}' }))).toEqual({ text: '{"~":"_wA"}' })
})

test("lines sort by their place in the log, and what has none comes last", () => {
  const places = [
    linePlace(0, 0),
    linePlace(1, 0),
    linePlace(1, 1),
    linePlace(255, 9),
    linePlace(256, 0),
    linePlace(2 ** 40, 0),
    linePlace(UNPLACED, 0),
    linePlace(UNPLACED + 1, 0),
  ]
  expect(places.toSorted(compareBytes)).toEqual(places)
})

test("the next place at an entry comes after what is there, and never leaves the entry", () => {
  const store = openMemoryStore()
  const room = fill(32, 1)
  store.transaction("ordered", (tx) => {
    const put = () => {
      const place = nextPlace(tx, room, 7)
      tx.put("line", Uint8Array.of(...room, ...place), Uint8Array.of(1))
      return place
    }
    expect([put(), put(), put()]).toEqual([linePlace(7, 0), linePlace(7, 1), linePlace(7, 2)])
    tx.put("line", Uint8Array.of(...room, ...linePlace(7, 0xffff)), Uint8Array.of(1))
    expect(put()).toEqual(linePlace(7, 0xffff))
    expect(nextPlace(tx, room, 8)).toEqual(linePlace(8, 0))
    expect(nextPlace(tx, fill(32, 2), 7)).toEqual(linePlace(7, 0))
  })
})

test("payloads of one chain sort by number", () => {
  const keys = [0, 1, 255, 256, 2 ** 32, 2 ** 48].map((n) => payloadKey(fill(32, 1), fill(16, 2), n))
  expect(keys.toSorted(compareBytes)).toEqual(keys)
  expect(keys.every((key) => key.length === 56)).toBe(true)
})
