/** The lives of `delivery.test.ts` with the real engine. `SEED=n` replays one. */
import { livesTest } from "../support/lives-test.ts"

livesTest("real", 0, Math.ceil(Number(process.env["SEEDS"] ?? 20) / 2))
