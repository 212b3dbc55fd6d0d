/** The table of names: nothing that is kept is ever missed, and no entry that comes waits for the whole table to grow. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { NameTable } from "../../src/relay/name-table.ts"

/** 32 bytes, another one for each number. */
function eidOf(number: number): Uint8Array {
  const eid = new Uint8Array(32)
  new DataView(eid.buffer).setUint32(0, Math.imul(number, 0x9e37_79b1) >>> 0)
  new DataView(eid.buffer).setUint32(8, number)
  return eid
}

const REF = 7

test("property: whatever is kept is found, however many come and go, and whatever is said of their number", () => {
  const phases = fc.array(
    fc.record({ come: fc.integer({ min: 0, max: 4_000 }), go: fc.double({ min: 0, max: 1, noNaN: true }) }),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(phases, fc.constantFrom(0, 0.5, 1, 3), (all, truth) => {
      const table = new NameTable(1)
      let first = 1
      let next = 1
      const isKept = (_: number, seq: number) => seq >= first && seq < next
      for (const { come, go } of all) {
        for (let n = 0; n < come; n++) {
          table.add(REF, eidOf(next), next, isKept, Math.floor((next - first) * truth))
          next++
        }
        first += Math.floor((next - first) * go)
        for (let seq = first; seq < next; seq += 97) expect(table.find(REF, eidOf(seq))).toContain(seq)
      }
      for (let seq = first; seq < next; seq++) expect(table.find(REF, eidOf(seq))).toEqual([seq])
      expect(table.find(REF + 1, eidOf(first))).toEqual([])
    }),
    { numRuns: 40 },
  )
})

test("no entry asks for more than a few others, however large the table is", () => {
  const table = new NameTable(2)
  let asked = 0
  let most = 0
  let first = 1
  for (let seq = 1; seq <= 300_000; seq++) {
    asked = 0
    table.add(REF, eidOf(seq), seq, (_, other) => (asked++, other >= first), seq - first)
    most = Math.max(most, asked)
    // A third of the way nearly everything goes, so that the table gets smaller as well.
    if (seq === 100_000) first = 90_000
  }
  expect(most).toBeLessThanOrEqual(64)
  expect(table.find(REF, eidOf(300_000))).toEqual([300_000])
  expect(table.find(REF, eidOf(90_000))).toEqual([90_000])
  expect(table.slots).toBeLessThan(2_000_000)
})

test("entries that never came to the disk fill no table", () => {
  const table = new NameTable(3)
  // Offered again and again, and rolled back each time: every one of them has the same number.
  for (let attempt = 0; attempt < 20_000; attempt++) table.add(REF, eidOf(attempt), 1, () => true, 0)
  expect(table.find(REF, eidOf(19_999))).toEqual([1])
  expect(table.slots).toBeLessThanOrEqual(262_144)
})
