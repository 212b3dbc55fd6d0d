/** What people may rely on, in many simulated worlds: `SEEDS=n` runs more of them, `SEED=n` replays one. */
import { expect, test } from "vitest"
import { check, isCalm, live, type Tally } from "../support/lives.ts"

const SEEDS = Number(process.env["SEEDS"] ?? 20)
const ONLY = process.env["SEED"]

test(
  "whatever was promised is shown once, to everybody, in one order",
  { timeout: 120_000 + SEEDS * 3_000 },
  async () => {
    const total: Tally = { crashes: 0, cuts: 0, relayCrashes: 0, messages: 0, harm: 0 }
    const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, seed) => seed) : [Number(ONLY)]
    for (const seed of seeds) {
      const { world, people, tally } = await live(seed)
      const why = `SEED=${seed}`
      if (!people.every(isCalm)) {
        const states = people.map((someone) => ({
          name: someone.name,
          connection: someone.client.connection(),
          out: someone.client.outboxCount(),
          rooms: someone.client.rooms().map(({ name, state, problem }) => `${name} ${state} ${problem}`),
        }))
        throw new Error(
          `${why}: not everything drained\n${JSON.stringify(states, undefined, 1)}\n${world.notes.slice(-30).join("\n")}`,
        )
      }
      check(people, why)
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key]
      for (const someone of people) await someone.stop()
    }
    process.stdout.write(`simulation: ${seeds.length} seeds, ${JSON.stringify(total)}\n`)
    if (ONLY === undefined) {
      expect(total.crashes, "the faults we test for must really happen").toBeGreaterThan(seeds.length)
      expect(total.cuts).toBeGreaterThan(seeds.length)
      expect(total.relayCrashes).toBeGreaterThan(0)
    }
  },
)

test("one seed is one story", { timeout: 120_000 }, async () => {
  const one = await live(3)
  const again = await live(3)
  expect(again.world.traceHash).toBe(one.world.traceHash)
})
