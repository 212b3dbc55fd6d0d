import fc from "fast-check"
import { expect, test } from "vitest"
import { modelRuns } from "../support/model-runs.ts"
import { happened } from "./tokens-list.ts"
import { beginning, commands } from "./tokens-model.ts"

test("everybody may do what a list of what was shown allows", { timeout: modelRuns.timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: modelRuns.commands, size: "max" }), (steps) =>
      fc.asyncModelRun(beginning, steps),
    ),
    { numRuns: modelRuns.runs },
  )
  for (const what of EVENTS)
    expect(happened.get(what) ?? 0, `what is tested for must really happen: ${what}`).toBeGreaterThan(2)
})

const EVENTS = [
  "confirmed",
  "confirmed by two after a restart",
  "not settled",
  "cut",
  "commit accepted",
  "commit rejected unproven",
  "commit conflict",
  "say accepted",
  "say stale",
  "put done",
  "put refused unproven",
]
