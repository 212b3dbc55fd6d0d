/** The lives of `delivery.test.ts` and the short ones of `losses.test.ts` with the real engine. `SEED=n` replays one. */
import { livesTest, lossyTest } from "../support/lives-test.ts"

const SEEDS = Number(process.env["SEEDS"] ?? 20)

livesTest("real", 0, Math.ceil(SEEDS / 8))
lossyTest("real", 0, Math.ceil(SEEDS * 0.4))
