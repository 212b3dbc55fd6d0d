import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import { correctTsMls, isCorrected } from "./correct-ts-mls.ts"

const report = process.env["TEST_REPORT"]

/** What starts programs, and waits for them and for clocks as much as it computes. */
const WAITING = /[\\/](?:e2e|reality|planted)[\\/]/
/** What computes for long. */
const COMPUTING =
  /[\\/]scenario[\\/]|[\\/](?:lying|room|hostile-screen|hostile-names|mls-soak|page-flips|outbox\.model|name-skeleton|every-command)\.test/

/**
 * The long ones first, since one that begins last would be waited for by an idle core; of those one that waits and one
 * that computes by turns, so that there is always something to compute.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const all = await super.sort(files)
    const waiting = all.filter(({ moduleId }) => WAITING.test(moduleId))
    const computing = all.filter((file) => !waiting.includes(file) && COMPUTING.test(file.moduleId))
    const byTurns = Array.from({ length: Math.max(waiting.length, computing.length) }, (_, i) => [
      ...computing.slice(i, i + 1),
      ...waiting.slice(i, i + 1),
    ]).flat()
    return [...byTurns, ...all.filter((file) => !byTurns.includes(file))]
  }
}

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  // Packages that publish source maps without their sources would fill the screen.
  logLevel: "error",
  plugins: [
    {
      name: "correct-ts-mls",
      transform: (source, path) =>
        isCorrected(path) ? { code: correctTsMls(source, path), map: null } : undefined,
    },
  ],
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    setupFiles: ["test/support/setup.ts"],
    // For what never ends: a busy machine takes several times as long, and is not at fault. The slow run has many more
    // seeds in the same tests.
    testTimeout: process.env["SLOW"] === undefined ? 120_000 : 900_000,
    hookTimeout: 120_000,
    // Two cores and one more: many tests wait for processes and clocks.
    maxWorkers: 3,
    // Every file would load the engine, React and all the rest anew; none of them changes what others share.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    env: { SEEDS: process.env["SEEDS"] ?? "20" },
    // Vite transforms what is inlined; the correction is such a transformation.
    server: { deps: { inline: ["ts-mls"] } },
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
})
