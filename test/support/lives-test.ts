/** The test over many simulated lives, for two files, so that two workers share them. */
import { beforeAll, expect, test } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { addTally, type EngineKind, liveWell, noTally } from "./lives.ts"
import { rememberSodium } from "./remembered-sodium.ts"

const ONLY = process.env["SEED"]
/** Enough on a machine that does something else as well. */
const PATIENCE_MS: Readonly<Record<EngineKind, number>> = { fast: 1_000, real: 4_000 }

/** Lives the seeds from `from` up to and without `to`, or the one that `SEED` names. */
export function livesTest(kind: EngineKind, from: number, to: number): void {
  const timeout = 120_000 + (to - from) * PATIENCE_MS[kind]
  beforeAll(async () => {
    await sodiumReady()
    rememberSodium()
  })

  test(`whatever was promised is shown once, to everybody, in one order (${kind})`, { timeout }, async () => {
    const seeds = ONLY === undefined ? Array.from({ length: to - from }, (_, i) => from + i) : [Number(ONLY)]
    const total = noTally()
    for (const seed of seeds) addTally(total, await liveWell(seed, kind))
    process.stdout.write(`simulation, ${kind}: ${seeds.length} seeds, ${JSON.stringify(total)}\n`)
    if (ONLY !== undefined) return
    expect(total.crashes, "the faults we test for must really happen").toBeGreaterThan(seeds.length)
    expect(total.cuts).toBeGreaterThan(seeds.length)
    expect(total.relayCrashes).toBeGreaterThan(0)
  })
}
