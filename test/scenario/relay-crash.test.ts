/**
 * Four clients write into one log over links that die, at a relay that dies as well, in the middle of syncs and
 * with disks that fill up. Whatever was accepted stays where it was accepted, and everybody reads the same log.
 */
import { beforeAll, expect, test } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { checkRelayLife, relayLife } from "../support/relay-lives.ts"

beforeAll(sodiumReady)

const SEEDS = Number(process.env["SEEDS"] ?? "20")

const timeout = 60_000 + SEEDS * 500

test(`${SEEDS} seeds: what is accepted stays, what is offered arrives once`, { timeout }, async () => {
  let cuts = 0
  let crashes = 0
  let refusals = 0
  for (let seed = 0; seed < SEEDS; seed++) {
    const outcome = await relayLife(seed)
    checkRelayLife(outcome, `seed ${seed}`)
    cuts += outcome.cuts
    crashes += outcome.crashes
    refusals += outcome.refusals
  }
  // What is tested for must really happen.
  expect(cuts).toBeGreaterThan(SEEDS)
  expect(crashes).toBeGreaterThan(SEEDS)
  expect(refusals).toBeGreaterThan(SEEDS / 2)
})

test("the same seed gives the same trace, another seed another", async () => {
  const [first, again, other] = [await relayLife(7), await relayLife(7), await relayLife(8)]
  expect(again.trace).toBe(first.trace)
  expect(again.logs).toEqual(first.logs)
  expect(other.trace).not.toBe(first.trace)
})
