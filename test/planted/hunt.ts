/**
 * Run as a program, with `register.ts`: lives of the simulation, seed after seed, until one fails. Says what happened in
 * lines of JSON, so that whoever started it knows how far it came when it dies or hangs.
 */
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { rememberSodium } from "../support/remembered-sodium.ts"
import type { Lives } from "./plant.ts"
import type { Sign } from "./run.ts"
import { trial } from "./trial.ts"

const [first = 0, seeds = 1_000] = process.argv.slice(2).map(Number)
const lives = (process.env["LIVES"] ?? "plain") as Lives

function say(sign: Sign): Promise<void> {
  return new Promise((resolve) => void process.stdout.write(`${JSON.stringify(sign)}\n`, () => resolve()))
}

if (process.env["PLANT"] !== process.env["PLANTED"]) {
  throw new Error(`${process.env["PLANT"]}: the simulation does not load the file it is planted in`)
}
await sodiumReady()
rememberSodium()
await say({ kind: "ready" })
for (let seed = first; seed < first + seeds; seed++) {
  try {
    await trial(seed, lives)
  } catch (cause) {
    const how = cause instanceof Error ? cause.message : String(cause)
    await say({ kind: "found", seed, how: how.slice(0, 4_000) })
    process.exit(0)
  }
  await say({ kind: "passed", seed })
}
process.exit(0)
