/**
 * What people may rely on, in many simulated worlds: of `SEEDS` a fifth with the stand-in for the engine, and some with the
 * real one (`delivery-real.test.ts`). `SEED=n` replays one.
 */
import { expect, test } from "vitest"
import { live } from "../support/lives.ts"
import { livesTest } from "../support/lives-test.ts"

const SEEDS = Math.ceil(Number(process.env["SEEDS"] ?? 20) / 5)

livesTest("fast", 0, SEEDS)

test("one seed is one story", { timeout: 300_000 }, async () => {
  for (const kind of ["fast", "real"] as const) {
    const one = await live(3, "honest", kind)
    const again = await live(3, "honest", kind)
    expect(again.world.traceHash).toBe(one.world.traceHash)
  }
})
