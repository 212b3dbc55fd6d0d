/**
 * What people may rely on whatever happens: of `SEEDS` a third are whole lives, and four times as many short ones
 * of two.
 * `SEED=n` replays one (`LIFE=short` a short one).
 */
import { expect, test } from "vitest"
import { type LifeSize, type LossyTally, liveLossy, SHORT } from "../support/lossy-lives.ts"

const SEEDS = Number(process.env["SEEDS"] ?? 20)
const ONLY = process.env["SEED"]
const ONLY_SHORT = process.env["LIFE"] === "short"

async function lives(count: number, size: LifeSize | undefined): Promise<Partial<LossyTally>> {
  const seeds = ONLY === undefined ? Array.from({ length: count }, (_, seed) => seed) : [Number(ONLY)]
  const total: Partial<LossyTally> = {}
  for (const seed of seeds) {
    const tally = await liveLossy(seed, "fast", size)
    for (const key of Object.keys(tally) as (keyof LossyTally)[]) total[key] = (total[key] ?? 0) + tally[key]
  }
  process.stdout.write(`losses${size ? ", short" : ""}: ${JSON.stringify(total)}\n`)
  return total
}

test.skipIf(ONLY_SHORT)(
  "backups, losses, bad disks: nothing lost, nothing twice",
  { timeout: 120_000 + SEEDS * 3_000 },
  async () => {
    const total = await lives(Math.ceil(SEEDS / 3), undefined)
    if (ONLY !== undefined || SEEDS < 200) return
    const missing = Object.entries(total).filter(([, count]) => count === 0)
    expect(missing, "the faults we test for must really happen").toEqual([])
  },
)

test.skipIf(ONLY !== undefined && !ONLY_SHORT)(
  "short lives of two, with the same",
  { timeout: 120_000 + SEEDS * 3_000 },
  async () => {
    await lives(4 * SEEDS, SHORT)
  },
)
