/** Who makes TLS of the next stranger, by what the ones before have done. */
import { describe, expect, test } from "vitest"
import { MEMORY_MS, MOST_FAILURES, SERVED_MS, Strangers, WINDOW } from "../../src/platform/strangers.ts"

const NOW = 100_000

function served() {
  const strangers = new Strangers()
  strangers.served(NOW)
  const begin = (count: number, from = 0) => {
    for (let n = from; n < from + count; n++) strangers.begun(`${n}`, NOW)
  }
  const lose = (count: number, at = NOW) => {
    for (let n = 0; n < count; n++) strangers.gone(`${n}`, at)
  }
  return { strangers, begin, lose }
}

describe("as long as nobody else is served, everybody is begun here", () => {
  test("at first", () => {
    const strangers = new Strangers()
    for (let n = 0; n < 10 * WINDOW; n++) strangers.begun(`${n}`, NOW)
    expect(strangers.verdict(NOW)).toBe("here")
  })

  test("and when nobody has been heard for a while", () => {
    const { strangers, begin } = served()
    begin(WINDOW)
    expect(strangers.verdict(NOW + SERVED_MS)).toBe("elsewhere")
    expect(strangers.verdict(NOW + SERVED_MS + 1)).toBe("here")
  })
})

test("a few are begun here; the next one waits until one of them has logged in", () => {
  const { strangers, begin } = served()
  begin(WINDOW - 1)
  expect(strangers.verdict(NOW)).toBe("here")
  begin(1, WINDOW)
  expect(strangers.verdict(NOW)).toBe("wait")
  strangers.loggedIn("3")
  expect(strangers.verdict(NOW)).toBe("here")
})

test("those who have been begun, and say nothing, are waited for no longer than a second", () => {
  const { strangers, begin } = served()
  begin(WINDOW)
  const until = strangers.patienceEndsAt()
  expect([strangers.verdict(until - 1), strangers.verdict(until)]).toEqual(["wait", "elsewhere"])
  strangers.loggedIn("0")
  expect(strangers.verdict(until)).toBe("here")
})

test("so many who left without a login, and nobody else is begun here until that is long ago", () => {
  const { strangers, begin, lose } = served()
  begin(MOST_FAILURES)
  lose(MOST_FAILURES - 1)
  expect(strangers.verdict(NOW)).toBe("here")
  lose(MOST_FAILURES, NOW + 1)
  expect(strangers.verdict(NOW + 1)).toBe("elsewhere")
  strangers.served(NOW + MEMORY_MS + 1)
  expect(strangers.verdict(NOW + MEMORY_MS)).toBe("elsewhere")
  // The oldest of them is.
  expect(strangers.verdict(NOW + MEMORY_MS + 1)).toBe("here")
})

test("whoever has logged in leaves as they like", () => {
  const { strangers, begin, lose } = served()
  begin(MOST_FAILURES)
  for (let n = 0; n < MOST_FAILURES; n++) strangers.loggedIn(`${n}`)
  lose(MOST_FAILURES)
  expect(strangers.verdict(NOW)).toBe("here")
  expect(strangers.patienceEndsAt()).toBe(Infinity)
})

test("a thousand who log in one after the other are never sent elsewhere", () => {
  const { strangers } = served()
  for (let n = 0; n < 1_000; n++) {
    if (strangers.verdict(NOW) !== "here") strangers.loggedIn(`${n - WINDOW}`)
    expect(strangers.verdict(NOW)).toBe("here")
    strangers.begun(`${n}`, NOW)
  }
})
