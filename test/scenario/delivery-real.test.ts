/** The lives of `delivery.test.ts` with the real engine, and the rest of those with the stand-in. `SEED=n` replays one. */
import { livesTest } from "../support/lives-test.ts"

const SEEDS = Number(process.env["SEEDS"] ?? 20)

livesTest("real", 0, Math.ceil(SEEDS / 2))
if (process.env["SEED"] === undefined) livesTest("fast", Math.floor(0.6 * 5 * SEEDS), 5 * SEEDS)
