/**
 * Whatever happens to a log (entries, months, damage, crashes, backups put back), a reader who believes nothing is
 * never lied to: each entry it is given is one that was appended there, and what it is not given was named or is old.
 */
import fc from "fast-check"
import { expect, test } from "vitest"
import { happening, LogWorld, seen } from "../support/log-world.ts"

const RUNS = Math.min(300, Number(process.env["SEEDS"] ?? "60"))

test("no reader is lied to", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 40 }), async (happenings) => {
      const world = new LogWorld()
      await world.begin()
      for (const what of happenings) await world.step(what)
      for (const who of [0, 1, 2]) await world.read(who)
    }),
    { numRuns: RUNS, seed: 1 },
  )
  for (const [what, times] of Object.entries(seen))
    expect(times, `${what} came about`).toBeGreaterThan(RUNS / 10)
}, 300_000)
