import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import { correctTsMls, isCorrected } from "./correct-ts-mls.ts"

const report = process.env["TEST_REPORT"]

/** The long ones first: a simulation that begins last would be waited for by an idle core. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      /scenario|e2e|hostile-screen|reality|soak/.test(moduleId) ? (moduleId.includes("delivery") ? 0 : 1) : 2
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
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
    // The slow run has many more seeds in the same tests.
    testTimeout: process.env["SLOW"] === undefined ? 30_000 : 900_000,
    hookTimeout: 30_000,
    // Half of the tests wait for processes and clocks: one worker less than cores would leave a core idle.
    maxWorkers: 2,
    // Every file would load the engine, React and all the rest anew; none of them changes what others share.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    env: { SEEDS: process.env["SEEDS"] ?? "20" },
    // Vite transforms what is inlined; the correction is such a transformation.
    server: { deps: { inline: ["ts-mls"] } },
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
})
