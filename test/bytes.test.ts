/** The toolbox for bytes, as far as its users' tests do not show it. */
import { expect, test } from "vitest"
import { joined } from "../src/bytes.ts"

test("a list of any length is joined", () => {
  // A call cannot have so many arguments.
  const parts = Array.from({ length: 200_000 }, (_, at) => Uint8Array.of(at & 255))
  const whole = joined(parts)
  expect(whole.length).toBe(200_000)
  expect([whole[0], whole[257], whole[199_999]]).toEqual([0, 1, 199_999 & 255])
})
