/** What stands before the first bytes of a connection that the terminator brings. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { concat } from "../../src/bytes.ts"
import { decodeArrival, encodeArrival, MOST_ARRIVAL_BYTES, TOKEN_BYTES } from "../../src/platform/arrival.ts"

const token = Uint8Array.from({ length: TOKEN_BYTES }, (_, n) => n)
const exporter = Uint8Array.from({ length: 32 }, (_, n) => 200 - n)
const first = Uint8Array.of(9, 8, 7)

test.each(["", "10.0.0.7", "fe80::1234:5678:9abc:def0%enp0s31f6"])("from %j, cut anywhere", (remote) => {
  const header = encodeArrival(token, { exporter, remote })
  for (let length = 0; length < header.length; length++)
    expect(decodeArrival(header.subarray(0, length), token)).toBe(undefined)
  expect(decodeArrival(concat(header, first), token)).toEqual({ facts: { exporter, remote }, rest: first })
})

test("a name that is too long is cut, and fits", () => {
  const header = encodeArrival(token, { exporter, remote: "1".repeat(300) })
  expect(header).toHaveLength(MOST_ARRIVAL_BYTES)
  expect(decodeArrival(header, token)).toMatchObject({ facts: { remote: "1".repeat(64) } })
})

test("one wrong bit of the token, and a length that is too long, are foreign", () => {
  const header = encodeArrival(token, { exporter, remote: "10.0.0.7" })
  for (let bit = 0; bit < 8 * TOKEN_BYTES; bit++) {
    const wrong = header.slice()
    wrong[bit >> 3]! ^= 1 << (bit & 7)
    expect(decodeArrival(wrong, token)).toBe("foreign")
  }
  const long = header.slice()
  long[TOKEN_BYTES + 32] = 65
  expect(decodeArrival(long, token)).toBe("foreign")
})

test("whatever else comes is foreign, or waits for no more than a header", () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const said = decodeArrival(bytes, token)
      expect(said === "foreign" || (said === undefined && bytes.length < MOST_ARRIVAL_BYTES)).toBe(true)
    }),
  ))
