/** What people may rely on whatever happens: `SEEDS=n` worlds, `SEED=n` replays one. */
import { expect, test } from "vitest"
import { type LossyTally, liveLossy } from "../support/lossy-lives.ts"

const SEEDS = Number(process.env["SEEDS"] ?? 20)
const ONLY = process.env["SEED"]

test(
  "backups, losses, full disks: nothing lost, nothing twice",
  { timeout: 120_000 + SEEDS * 3_000 },
  async () => {
    const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, seed) => seed) : [Number(ONLY)]
    const total: Partial<LossyTally> = {}
    for (const seed of seeds) {
      const tally = await liveLossy(seed, "fast")
      for (const key of Object.keys(tally) as (keyof LossyTally)[])
        total[key] = (total[key] ?? 0) + tally[key]
    }
    process.stdout.write(`losses: ${JSON.stringify(total)}\n`)
    if (ONLY !== undefined) return
    for (const [fault, count] of Object.entries(total)) expect(count, fault).toBeGreaterThan(0)
  },
)
