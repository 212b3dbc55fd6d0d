/**
 * What people may rely on, in many simulated worlds. Of `SEEDS` half are lived with the real engine
 * (`delivery-real.test.ts`); here and there twice as many with the stand-in. `SEED=n` replays one.
 */
import { expect, test } from "vitest"
import { live } from "../support/lives.ts"
import { livesTest } from "../support/lives-test.ts"

const SEEDS = 2 * Number(process.env["SEEDS"] ?? 20)

livesTest("fast", 0, SEEDS)

test("one seed is one story", { timeout: 120_000 }, async () => {
  for (const kind of ["fast", "real"] as const) {
    const one = await live(3, "honest", kind)
    const again = await live(3, "honest", kind)
    expect(again.world.traceHash).toBe(one.world.traceHash)
  }
})
