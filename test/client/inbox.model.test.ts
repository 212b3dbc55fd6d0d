import fc from "fast-check"
import { expect, test } from "vitest"
import { modelRuns } from "../support/model-runs.ts"
import { beginning, commands, happened } from "./inbox-model.ts"

test(
  "every letter is told when it is read, from the saved place on",
  { timeout: modelRuns.timeout },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: modelRuns.commands, size: "max" }), (steps) =>
        fc.asyncModelRun(beginning, steps),
      ),
      { numRuns: modelRuns.runs },
    )
    for (const what of ["told", "begins anew", "lost transactions", "damaged", "distrusted"])
      expect(happened.get(what) ?? 0, `what is tested for must really happen: ${what}`).toBeGreaterThan(2)
  },
)
