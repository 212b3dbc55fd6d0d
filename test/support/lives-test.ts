/** The tests over many simulated lives, for several files, so that workers share them. */
import { expect, test } from "vitest"
import { addTally, type EngineKind, liveWell, noTally } from "./lives.ts"
import { type LossyTally, liveLossy, SHORT } from "./lossy-lives.ts"

const ONLY = process.env["SEED"]
/** Enough on a machine that does something else as well. */
const PATIENCE_MS: Readonly<Record<EngineKind, number>> = { fast: 4_000, real: 12_000 }

/** So many lives have met every fault at least once. */
const ENOUGH_TO_COUNT = 200

/** Lives the seeds from `from` up to and without `to`, or the one that `SEED` names. */
export function livesTest(kind: EngineKind, from: number, to: number): void {
  const timeout = 120_000 + (to - from) * PATIENCE_MS[kind]
  test(`whatever was promised is shown once, to everybody, in one order (${kind})`, { timeout }, async () => {
    const seeds = ONLY === undefined ? Array.from({ length: to - from }, (_, i) => from + i) : [Number(ONLY)]
    const total = noTally()
    for (const seed of seeds) addTally(total, await liveWell(seed, kind))
    process.stdout.write(`simulation, ${kind}: ${seeds.length} seeds, ${JSON.stringify(total)}\n`)
    if (ONLY !== undefined) return
    expect(total.crashes, "the faults we test for must really happen").toBeGreaterThanOrEqual(seeds.length)
    expect(total.cuts).toBeGreaterThan(seeds.length)
    expect(total.relayCrashes).toBeGreaterThan(0)
  })
}

/** Lives with backups, losses and bad disks: `whole` ones and `short` ones of two, or the one that `SEED` (and `LIFE=short`) names. */
export function lossyTest(kind: EngineKind, whole: number, short: number): void {
  const timeout = 120_000 + (whole * 8 + short) * PATIENCE_MS[kind]
  const isShort = process.env["LIFE"] === "short"
  const sizes = [
    { title: "backups, losses, bad disks: nothing lost, nothing twice", count: whole, size: undefined },
    { title: "short lives of two, with the same", count: short, size: SHORT },
  ]
  for (const { title, count, size } of sizes) {
    const isSkipped = count === 0 || (ONLY !== undefined && isShort !== (size !== undefined))
    test.skipIf(isSkipped)(`${title} (${kind})`, { timeout }, async () => {
      const seeds = ONLY === undefined ? Array.from({ length: count }, (_, seed) => seed) : [Number(ONLY)]
      const total: Partial<LossyTally> = {}
      for (const seed of seeds) {
        const tally = await liveLossy(seed, kind, size)
        for (const key of Object.keys(tally) as (keyof LossyTally)[])
          total[key] = (total[key] ?? 0) + tally[key]
      }
      process.stdout.write(`losses${size ? ", short" : ""}, ${kind}: ${JSON.stringify(total)}\n`)
      if (ONLY !== undefined || count < ENOUGH_TO_COUNT) return
      const missing = Object.entries(total).filter(([, happened]) => happened === 0)
      expect(missing, "the faults we test for must really happen").toEqual([])
    })
  }
}
