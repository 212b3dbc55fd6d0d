import { beforeEach, expect, test } from "vitest"
import {
  ANSWER_WITHIN_MS,
  Keepalive,
  LOST_AFTER_SILENCE_MS,
  PING_AFTER_SILENCE_MS,
} from "../../src/client/keepalive.ts"
import { HandClock } from "../support/fake-link.ts"

let clock: HandClock
let seen: string[]
let openSince: number | undefined
let keepalive: Keepalive
beforeEach(() => {
  clock = new HandClock(1_000)
  seen = []
  openSince = undefined
  keepalive = new Keepalive(clock, {
    ping: () => void seen.push("ping"),
    lost: () => void seen.push("lost"),
    ignored: () => void seen.push("ignored"),
    openSince: () => openSince,
  })
})

/** Time passes in steps; something is heard after each. */
function talk(total: number, step: number): void {
  for (let passed = 0; passed < total; passed += step) {
    clock.pass(step)
    keepalive.heard()
  }
}

test("silence is answered with a ping, and more silence with the end", () => {
  clock.pass(PING_AFTER_SILENCE_MS - 1)
  expect(seen).toEqual([])
  clock.pass(1)
  expect(seen).toEqual(["ping"])
  clock.pass(LOST_AFTER_SILENCE_MS - PING_AFTER_SILENCE_MS - 1)
  expect(seen).toEqual(["ping"])
  clock.pass(1)
  expect(seen).toEqual(["ping", "lost"])
  clock.pass(1_000_000)
  expect(seen).toHaveLength(2)
})

test("whoever talks is not asked", () => {
  talk(600_000, 10_000)
  expect(seen).toEqual([])
})

test("an answer to the ping begins the silence anew", () => {
  clock.pass(PING_AFTER_SILENCE_MS)
  keepalive.heard()
  clock.pass(PING_AFTER_SILENCE_MS)
  expect(seen).toEqual(["ping", "ping"])
  clock.pass(PING_AFTER_SILENCE_MS)
  expect(seen).toEqual(["ping", "ping", "lost"])
})

test("whoever talks and leaves a question open is given up", () => {
  openSince = clock.now()
  talk(ANSWER_WITHIN_MS - 10_000, 10_000)
  expect(seen).toEqual([])
  talk(PING_AFTER_SILENCE_MS + 20_000, 10_000)
  expect(seen).toEqual(["ignored"])
})

test("a question that is answered in time harms nobody", () => {
  for (let i = 0; i < 20; i++) {
    openSince = clock.now()
    talk(ANSWER_WITHIN_MS - 10_000, 10_000)
  }
  expect(seen).toEqual([])
})

test("stopped, it is silent", () => {
  keepalive.stop()
  clock.pass(1_000_000)
  expect([seen, clock.next]).toEqual([[], undefined])
})

test("how long the relay takes: the soonest answer, then what each ping took", () => {
  expect(keepalive.roundTrip).toBeUndefined()
  const answer = (took: number) => {
    const askedAt = clock.now()
    clock.pass(took)
    keepalive.answered(askedAt)
    return keepalive.roundTrip
  }
  expect([answer(40), answer(3), answer(20)]).toEqual([40, 3, 3])
  // Nobody asked.
  keepalive.ponged()
  expect(keepalive.roundTrip).toBe(3)
  keepalive.heard()
  clock.pass(PING_AFTER_SILENCE_MS)
  expect(seen).toEqual(["ping"])
  clock.pass(12)
  keepalive.ponged()
  expect(keepalive.roundTrip).toBe(12)
  clock.pass(500)
  keepalive.ponged()
  expect([keepalive.roundTrip, answer(1)]).toEqual([12, 12])
})
