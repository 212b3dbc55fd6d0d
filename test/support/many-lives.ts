/**
 * Very many simulated lives, outside the test runner, on all cores, with progress on stdout:
 *
 *     node --import ./.config/register.ts --import tsx test/support/many-lives.ts --seeds 100000 --from 0
 *
 * `--life lossy` adds backups, losses and bad disks, `--engine real` lives them with the real engine, `--workers n` with so many processes. A seed that fails is printed at
 * once and the others go on; the exit code is 1 when there was one. `SEED=n npx vitest run test/scenario/delivery` replays it.
 */
import { fork } from "node:child_process"
import { availableParallelism } from "node:os"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { type EngineKind, liveWell } from "./lives.ts"
import { liveLossy, SHORT } from "./lossy-lives.ts"
import { rememberSodium } from "./remembered-sodium.ts"

const REPORT_MS = 10_000
/** Lines of a failure that are printed; the seed gives all of them. */
const FAILURE_LINES = 12

interface Lived {
  seed: number
  tally: Record<string, number> | undefined
  failure: string | undefined
}

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "0" },
    engine: { type: "string", default: "fast" },
    /** `plain`: links and processes die; `lossy`: with backups, losses and bad disks; `short`: that, for two. */
    life: { type: "string", default: "plain" },
    workers: { type: "string", default: String(availableParallelism()) },
    /** Given by the parent: this process lives every `workers`-th seed from this one on. */
    worker: { type: "string" },
  },
})
const [seeds, from, workers] = [Number(values.seeds), Number(values.from), Number(values.workers)]
const kind: EngineKind = values.engine === "real" ? "real" : "fast"

if (values.worker === undefined) process.exitCode = await oversee()
else await work(Number(values.worker))

async function work(first: number): Promise<void> {
  process.once("disconnect", () => process.exit(1))
  await sodiumReady()
  rememberSodium()
  for (let seed = from + first; seed < from + seeds; seed += workers) {
    const lived = await liveOne(seed)
    await new Promise((resolve) => process.send!(lived, resolve))
  }
  process.exit(0)
}

async function liveOne(seed: number): Promise<Lived> {
  try {
    const tally =
      values.life !== "plain"
        ? await liveLossy(seed, kind, values.life === "short" ? SHORT : undefined)
        : await liveWell(seed, kind)
    return { seed, tally: { ...tally }, failure: undefined }
  } catch (error) {
    return { seed, tally: undefined, failure: error instanceof Error ? error.message : String(error) }
  }
}

async function oversee(): Promise<number> {
  const began = performance.now()
  const total: Record<string, number> = {}
  const failed: number[] = []
  let done = 0
  const report = () => {
    const elapsed = (performance.now() - began) / 1_000
    const left = (elapsed / Math.max(1, done)) * (seeds - done)
    const speed = (done / elapsed).toFixed(1)
    console.log(
      `${done} of ${seeds} seeds, ${speed} a second, ${minutes(left)} left, ${failed.length} failed, ${JSON.stringify(total)}`,
    )
  }
  const take = ({ seed, tally, failure }: Lived) => {
    done++
    for (const [what, count] of Object.entries(tally ?? {})) total[what] = (total[what] ?? 0) + count
    if (failure === undefined) return
    failed.push(seed)
    console.log(`FAILED  seed ${seed}: ${failure.split("\n").slice(0, FAILURE_LINES).join("\n        ")}`)
  }
  const timer = setInterval(report, REPORT_MS)
  const codes = await Promise.all(Array.from({ length: workers }, (_, index) => runWorker(index, take)))
  clearInterval(timer)
  report()
  if (failed.length > 0) console.log(`failed: ${failed.sort((a, b) => a - b).join(" ")}`)
  return failed.length === 0 && done === seeds && codes.every((code) => code === 0) ? 0 : 1
}

function runWorker(index: number, take: (lived: Lived) => void): Promise<number> {
  const args = [...process.argv.slice(2), "--worker", String(index)]
  const child = fork(fileURLToPath(import.meta.url), args, {
    // Most of what a life allocates dies with it: a larger nursery saves a tenth of the time.
    execArgv: [...process.execArgv, "--max-semi-space-size=32"],
  })
  child.on("message", (message) => take(message as Lived))
  return new Promise((resolve) => void child.once("exit", (code) => resolve(code ?? 1)))
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
