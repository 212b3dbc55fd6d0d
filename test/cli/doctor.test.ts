/** `doctor --attack` on real sockets and disks: that it plays, says what is so, and always comes to an end. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { ATTACKS } from "../../src/attack/attacks.ts"
import { type Result, runAttacks } from "../../src/attack/run.ts"
import type { Scene } from "../../src/attack/scene.ts"
import type { Attack } from "../../src/attack/stage.ts"
import { realGround } from "../../src/cli/attack-ground.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { systemClock } from "../../src/platform/clock.ts"

const named = (...names: string[]) => ATTACKS.filter(({ name }) => names.includes(name))

async function run(
  attacks: readonly Attack[],
  change: {
    deadlineMs?: number
    stop?: AbortSignal
    open?: (real: () => Promise<Scene>) => Promise<Scene>
  } = {},
): Promise<{ told: Result[]; results: readonly Result[] }> {
  await sodiumReady()
  const { deadlineMs = 120_000, stop = new AbortController().signal, open = (real) => real() } = change
  const dir = mkdtempSync(join(tmpdir(), "doctor-"))
  const real = realGround(dir)
  const told: Result[] = []
  try {
    const results = await runAttacks({
      attacks,
      open: () => open(real),
      atOnce: 2,
      clock: systemClock,
      deadlineMs,
      stop,
      done: (result) => void told.push(result),
    })
    return { told, results }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

test("a few attacks on real connections are caught, each told once", { timeout: 300_000 }, async () => {
  const attacks = named(
    "key-in-entry",
    "name-squatted",
    "login-replayed",
    "version-lowered",
    "entry-withheld",
  )
  const { told, results } = await run(attacks)
  expect(told.filter(({ why }) => why !== undefined)).toEqual([])
  expect(new Set(told.map(({ attack }) => attack))).toEqual(new Set(attacks))
  expect(results).toHaveLength(attacks.length)
})

test(
  "a stage without its lies is no success: the attack did not take place",
  { timeout: 300_000 },
  async () => {
    const { results } = await run(named("key-in-entry"), {
      open: async (real) => {
        const scene = await real()
        Object.defineProperty(scene.stage.relay, "lies", { get: () => ({}), set: () => {} })
        return scene
      },
    })
    expect(results[0]?.why).toBeDefined()
  },
)

test("what is not done in time has failed, and so has what never began", async () => {
  const { told } = await run(named("entry-withheld", "entry-hidden", "bit-flipped"), { deadlineMs: 1 })
  expect(told).toHaveLength(3)
  expect(told.every(({ why }) => why !== undefined)).toBe(true)
})

test("stopped before it begins it plays nothing", async () => {
  const { told } = await run(named("entry-withheld"), { stop: AbortSignal.abort() })
  expect(told.map(({ why }) => why)).toEqual(["there was no time for it"])
})

test("a stage that cannot be set is a failure with its reason", async () => {
  const { told } = await run(named("entry-withheld"), {
    open: () => Promise.reject(new Error("no sockets here")),
  })
  expect(told[0]?.why).toBe("it could not be played: no sockets here")
})
