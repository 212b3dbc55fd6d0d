/**
 * What people may rely on whatever happens: of `SEEDS` a fifth are whole lives, and more than four times as many short
 * ones of two. `SEED=n` replays one (`LIFE=short` a short one).
 */
import { lossyTest } from "../support/lives-test.ts"

const SEEDS = Number(process.env["SEEDS"] ?? 20)

lossyTest("fast", Math.ceil(SEEDS / 5), Math.ceil(SEEDS * 4.4))
