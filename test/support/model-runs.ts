/** How long the model-based tests go on: enough for a commit, or, with `SLOW`, for a night. */
const isSlow = process.env["SLOW"] !== undefined

export const modelRuns = isSlow
  ? { runs: 50_000, commands: 100, timeout: 7_200_000 }
  : { runs: 500, commands: 50, timeout: 180_000 }
