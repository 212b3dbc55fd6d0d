import fc from "fast-check"
import { expect, test } from "vitest"
import { Desk } from "../support/desk.ts"
import { modelRuns } from "../support/model-runs.ts"
import { commands, end, happened, type Model } from "./outbox-model.ts"

test("what was promised goes into the log once and in order", { timeout: modelRuns.timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands(commands, { maxCommands: modelRuns.commands, size: "max" }),
      async (steps) => {
        const real = await Desk.create()
        const model: Model = { promised: [], failed: new Set() }
        await fc.asyncModelRun(async () => ({ model, real }), steps)
        await end(model, real)
      },
    ),
    { numRuns: modelRuns.runs },
  )
  for (const what of FAULTS)
    expect(happened.get(what) ?? 0, `what is tested for must really happen: ${what}`).toBeGreaterThan(2)
})

const FAULTS = [
  "stale",
  "accepted",
  "granted",
  "rejected",
  "lost before the relay",
  "lost answer",
  "lost transactions",
]
