import fc from "fast-check"
import { expect, test } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { modelRuns } from "../support/model-runs.ts"
import { answered, beginning, commands } from "./channel-model.ts"

test("the log is what a list would be", { timeout: modelRuns.timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: modelRuns.commands, size: "max" }), (steps) =>
      fc.asyncModelRun(beginning, steps),
    ),
    { numRuns: modelRuns.runs },
  )
  expect([...answered].toSorted()).toEqual([
    "accepted undefined",
    "conflict undefined",
    "expired",
    `rejected ${REFUSALS.quota}`,
    `rejected ${REFUSALS.storage}`,
    "stale undefined",
  ])
})
