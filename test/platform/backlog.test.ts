/** What waits for a connection leaves in order, and takes hardly more memory than its size. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { joined } from "../../src/bytes.ts"
import { Backlog } from "../../src/platform/backlog.ts"

const WRITE_BYTES = 16_384

function rest(backlog: Backlog): Uint8Array[] {
  const writes: Uint8Array[] = []
  for (let next = backlog.next(); next !== undefined; next = backlog.next()) writes.push(next)
  return writes
}

test("whatever is said and written in whatever order, it leaves as it was said", () => {
  const said = fc.record({
    size: fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(1_023, 1_024, 16_383, 16_384, 16_385, 50_000),
    ),
    /** Of the memory around it, in front. */
    margin: fc.constantFrom(0, 7, 60_000),
    /** How many writes are made then. */
    writes: fc.integer({ min: 0, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(said, { maxLength: 60 }), (things) => {
      const backlog = new Backlog(WRITE_BYTES)
      const sent: Uint8Array[] = []
      const wanted: Uint8Array[] = []
      for (const [n, { size, margin, writes }] of things.entries()) {
        const bytes = new Uint8Array(margin + size).fill(n + 1).subarray(margin)
        wanted.push(bytes)
        backlog.add(bytes)
        for (let write = 0; write < writes; write++) sent.push(backlog.next() ?? new Uint8Array(0))
      }
      sent.push(...rest(backlog))
      expect(Buffer.compare(joined(sent), joined(wanted))).toBe(0)
      expect(Math.max(0, ...sent.map(({ length }) => length))).toBeLessThanOrEqual(WRITE_BYTES)
      expect(backlog.isEmpty).toBe(true)
    }),
  )
})

test("of small things nothing is kept but their bytes, in as few pieces as there are writes", () => {
  const backlog = new Backlog(WRITE_BYTES)
  const thing = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
  for (let n = 0; n < 8_192; n++) backlog.add(thing)
  // What is a copy already is not changed by it.
  thing.fill(0)
  const writes = rest(backlog)
  expect(writes.map(({ length, buffer }) => [length, buffer.byteLength])).toEqual(
    Array.from({ length: 4 }, () => [WRITE_BYTES, WRITE_BYTES]),
  )
  for (const write of writes) expect(write.slice(-9)).toEqual(Uint8Array.of(8, 1, 2, 3, 4, 5, 6, 7, 8))
})

test("what is joined has at most twice its size", () => {
  for (const count of [1, 2, 3, 10, 900, 1_800]) {
    const backlog = new Backlog(WRITE_BYTES)
    for (let n = 0; n < count; n++) backlog.add(new Uint8Array(9))
    const [write] = rest(backlog)
    expect(write!.length).toBe(9 * count)
    expect(write!.buffer.byteLength).toBeLessThanOrEqual(18 * count)
  }
})

test("what is large is kept as it is, unless it is a small piece of more", () => {
  const backlog = new Backlog(WRITE_BYTES)
  const whole = new Uint8Array(2_000)
  const piece = new Uint8Array(65_536).subarray(100, 2_100)
  for (const bytes of [whole, piece]) {
    backlog.add(bytes)
    const next = backlog.next()!
    expect([next.length, next.buffer.byteLength]).toEqual([2_000, 2_000])
    expect(next.buffer === bytes.buffer).toBe(bytes === whole)
  }
})
