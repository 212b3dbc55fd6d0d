/**
 * The lying relay and hostile people against the whole client, in the simulation: every attack of the table ends in
 * *detected* or *harmless*, whatever the seed. The same attacks run on real sockets in `secure-chat doctor --attack`.
 */
import { afterAll, expect, test } from "vitest"
import { ATTACKS } from "../../src/attack/attacks.ts"
import { play } from "../../src/attack/play.ts"
import type { Attack } from "../../src/attack/stage.ts"
import { simulatedScene } from "../support/attack-ground.ts"
import type { EngineKind } from "../support/lives.ts"

const ONLY = process.env["SEED"]
/** In the slow run all of them, in every other one a few. */
const SEEDS =
  process.env["SLOW"] === undefined ? Math.max(1, Math.round(Number(process.env["SEEDS"]) / 40)) : 1_000
/** The group library is slow: where a stand-in does as well, fewer are played with it. */
const REAL_SEEDS = Math.ceil(SEEDS / 5)
const PATIENCE_MS = 4_000
let played = 0

afterAll(
  () => void process.stdout.write(`attacks: ${ATTACKS.length}, ${SEEDS} seeds each, ${played} played\n`),
)

async function playOnce(attack: Attack, seed: number, kind: EngineKind): Promise<string | undefined> {
  const { scene } = await simulatedScene(seed, kind)
  played++
  try {
    const { why } = await play(attack, scene.stage)
    return why && `${attack.name}, seed ${seed}, ${kind}: ${why}`
  } finally {
    await scene.close()
  }
}

function seeds(count: number): number[] {
  return ONLY === undefined ? Array.from({ length: count }, (_, seed) => seed) : [Number(ONLY)]
}

test.each(ATTACKS)("$name: $line", { timeout: 60_000 + 2 * SEEDS * PATIENCE_MS }, async (attack) => {
  const isReal = attack.needsRealEngine === true
  if (!isReal) for (const seed of seeds(SEEDS)) expect(await playOnce(attack, seed, "fast")).toBeUndefined()
  for (const seed of seeds(isReal ? SEEDS : REAL_SEEDS))
    expect(await playOnce(attack, seed, "real")).toBeUndefined()
})

test("two plays of one seed are one story", async () => {
  const traces: string[] = []
  for (let i = 0; i < 2; i++) {
    const { scene, world } = await simulatedScene(3, "fast")
    await play(
      ATTACKS.find(({ name }) => name === "entry-withheld")!,
      scene.stage,
    )
    traces.push(world.traceHash)
  }
  expect(traces[0]).toBe(traces[1])
})

test("names are plain, and no two attacks have one", () => {
  const names = ATTACKS.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([])
})
