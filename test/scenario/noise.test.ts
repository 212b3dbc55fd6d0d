/**
 * The same lives with somebody among them who means harm: an eighth of `SEEDS` of them, every third with the real engine.
 * `SEED=n` replays one.
 */
import { expect, test } from "vitest"
import { checkAmongNoise, engineKindOf, isCalm, live } from "../support/lives.ts"

const SEEDS = Math.ceil(Number(process.env["SEEDS"] ?? 20) / 8)
const ONLY = process.env["SEED"]

test(
  "whoever holds the link spoils nobody's promise, and everybody is heard in the end",
  { timeout: 120_000 + SEEDS * 5_000 },
  async () => {
    const seeds = ONLY === undefined ? Array.from({ length: SEEDS }, (_, seed) => seed) : [Number(ONLY)]
    let harm = 0
    for (const seed of seeds) {
      const { world, people, tally } = await live(seed, "adversary", engineKindOf(seed))
      const why = `SEED=${seed}`
      harm += tally.harm
      const waiting = people.filter((someone) => !isCalm(someone))
      expect(
        waiting.map(({ name, client }) => ({ name, out: client.outboxCount(), rooms: client.rooms() })),
        `${why}: not everything drained`,
      ).toEqual([])
      await checkAmongNoise(world, people, why)
      for (const someone of people) await someone.stop()
    }
    // A life alone may be a quiet one.
    const least = seeds.length > 4 ? 5 : 0
    expect(harm / seeds.length, "the harm we test for must really happen").toBeGreaterThan(least)
  },
)
