/**
 * Run as a program, with `register.ts`: plays every attack in the simulation and says in a line of JSON which of them
 * were not caught.
 */
import { ATTACKS } from "../../src/attack/attacks.ts"
import { play } from "../../src/attack/play.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { simulatedScene } from "../support/attack-ground.ts"
import { rememberSodium } from "../support/remembered-sodium.ts"

const seeds = Number(process.argv[2] ?? 1)
/** Only these, when they are named. */
const only = new Set(process.argv.slice(3))
if (process.env["PLANT"] !== process.env["PLANTED"])
  throw new Error(`${process.env["PLANT"]}: the simulation does not load the file it is planted in`)
await sodiumReady()
rememberSodium()
const red: Record<string, string> = {}
for (const attack of ATTACKS.filter(({ name }) => only.size === 0 || only.has(name))) {
  for (let seed = 1; seed <= seeds && red[attack.name] === undefined; seed++) {
    try {
      const { scene } = await simulatedScene(seed, attack.needsRealEngine === true ? "real" : "fast")
      const { why } = await play(attack, scene.stage)
      if (why !== undefined) red[attack.name] = why
    } catch (cause) {
      red[attack.name] = cause instanceof Error ? cause.message : String(cause)
    }
  }
}
process.stdout.write(`${JSON.stringify(red)}\n`, () => process.exit(0))
