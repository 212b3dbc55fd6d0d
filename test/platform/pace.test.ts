import { expect, test } from "vitest"
import { Pace } from "../../src/platform/pace.ts"

test("while nobody else is heard, one newcomer follows the other", () => {
  const pace = new Pace()
  pace.done(1_000, 1_010)
  expect(pace.wait(1_010)).toBe(0)
})

test("while others are heard they have as much time as a newcomer took, and what passes meanwhile is theirs", () => {
  const pace = new Pace()
  pace.heard(1_000)
  pace.done(1_000, 1_010)
  expect(pace.wait(1_010)).toBe(10)
  expect(pace.wait(1_016)).toBe(4)
  expect(pace.wait(1_020)).toBe(0)
})

test("short waits add up until they are worth one", () => {
  const pace = new Pace()
  pace.heard(1_000)
  pace.done(1_000, 1_000.5)
  expect(pace.wait(1_000.5)).toBe(0)
  pace.done(1_000.5, 1_001)
  expect(pace.wait(1_001)).toBe(1)
})

test("a newcomer who was begun too early is paid for as well, and nothing is owed to whoever has gone", () => {
  const pace = new Pace()
  pace.heard(1_000)
  pace.done(1_000, 1_100)
  pace.done(1_100, 1_150)
  expect(pace.wait(1_150)).toBe(150)
  expect(pace.wait(1_251)).toBe(0)
  pace.heard(1_251)
  expect(pace.wait(1_251)).toBe(49)
})

test("a clock that stands still or goes back makes nobody wait longer", () => {
  const pace = new Pace()
  pace.heard(1_000)
  pace.done(1_000, 1_010)
  expect(pace.wait(900)).toBe(10)
  pace.done(900, 890)
  expect(pace.wait(890)).toBeLessThanOrEqual(10)
})

test("under any load newcomers have half of the time at most", () => {
  const pace = new Pace()
  let now = 1_000
  let theirs = 0
  for (let n = 0; n < 1_000; n++) {
    pace.heard(now)
    const pause = pace.wait(now)
    if (pause > 0) {
      now += pause
      continue
    }
    const took = 0.3 + (n % 7) / 5
    pace.done(now, now + took)
    now += took
    theirs += took
  }
  expect(theirs / (now - 1_000)).toBeLessThan(0.51)
})

test("what is only begun is paid for as a whole", () => {
  const pace = new Pace()
  pace.heard(1_000)
  pace.done(1_000, 1_010, 2)
  expect(pace.wait(1_010)).toBe(20)
})
