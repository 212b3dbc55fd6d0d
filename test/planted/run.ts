/**
 * Does the simulation find what it is there to find? For each planted bug, lives in a process of its own until one
 * fails; a bug that a thousand seeds do not find means that the simulation is too weak. Run as a program it hunts all
 * bugs, or those that are named, and fails unless each is found.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath, pathToFileURL } from "node:url"
import { BUGS } from "./bugs.ts"
import { COMPILED } from "../support/compiled.ts"
import type { Bug, Lives } from "./plant.ts"

/** What a run of lives says of itself. */
export type Sign =
  | { kind: "ready" }
  | { kind: "passed"; seed: number }
  | { kind: "found"; seed: number; how: string }

export type Hunt = { kind: "found"; seed: number; how: string } | { kind: "missed"; seeds: number }

const MOST_SEEDS = 1_000
/** Lives take a second; a bug may make one that never ends. */
const HANGS_AFTER_MS = 120_000
const AT_ONCE = 2

const here = (file: string) => new URL(file, import.meta.url).href
const CORRECTIONS = here("../../.config/register.ts")

/**
 * Runs lives until one fails. @param bug undefined for the program as it is.
 * @throws Error when the run itself is at fault: the bug does not fit its file, or nothing loads the file.
 */
export async function hunt(
  bug: Bug | undefined,
  seeds: number,
  first = 0,
  lives: Lives = bug?.lives ?? "plain",
): Promise<Hunt> {
  const { PLANT: _, PLANTED: __, LIVES: ___, ...env } = process.env
  const imports = [CORRECTIONS, here("register.ts")].flatMap((url) => ["--import", url])
  const child = spawn(
    process.execPath,
    [...imports, fileURLToPath(here("hunt.ts")), String(first), String(seeds)],
    {
      env: { ...env, ...COMPILED, ...(bug && { PLANT: bug.name }), LIVES: lives },
      stdio: ["ignore", "pipe", "pipe"],
    },
  )
  const complaints: string[] = []
  child.stderr.setEncoding("utf8").on("data", (text: string) => void complaints.push(text))
  let isReady = false
  let next = first
  let found: Hunt | undefined
  let isHanging = false
  const hangs = () => {
    isHanging = true
    child.kill("SIGKILL")
  }
  let alarm = setTimeout(hangs, HANGS_AFTER_MS)
  const lines = createInterface({ input: child.stdout })
  lines.on("line", (line) => {
    clearTimeout(alarm)
    alarm = setTimeout(hangs, HANGS_AFTER_MS)
    const sign = JSON.parse(line) as Sign
    if (sign.kind === "ready") isReady = true
    else if (sign.kind === "passed") next = sign.seed + 1
    else found = sign
  })
  const [code] = (await once(child, "close")) as [number | null]
  clearTimeout(alarm)
  if (found) return found
  if (!isReady) throw new Error(`${bug?.name ?? "no bug"}: the run did not begin\n${complaints.join("")}`)
  if (next === first + seeds) return { kind: "missed", seeds }
  const how = isHanging ? "it hangs" : `the process died with ${code}: ${complaints.join("").slice(-2_000)}`
  return { kind: "found", seed: next, how }
}

/**
 * Like `hunt`, but believes only a seed that passes without the bug: one that fails anyway says nothing about it.
 * @returns with the seeds that were not believed.
 */
export async function find(bug: Bug, seeds: number): Promise<Hunt & { flawed: number[] }> {
  const flawed: number[] = []
  for (let first = 0; first < seeds;) {
    const found = await hunt(bug, seeds - first, first)
    if (found.kind === "missed") break
    const without = await hunt(undefined, 1, found.seed, bug.lives)
    if (without.kind === "missed") return { ...found, flawed }
    flawed.push(found.seed)
    first = found.seed + 1
  }
  return { kind: "missed", seeds, flawed }
}

/** Hunts all of them, a few at once. @returns how many were found. */
export async function findAll(bugs: readonly Bug[], seeds: number): Promise<number> {
  const waiting = [...bugs]
  let count = 0
  const worker = async () => {
    for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
      const result = await find(bug, seeds)
      if (result.kind === "found") count++
      const how = result.kind === "found" ? result.how.split("\n")[0]!.slice(0, 100) : bug.why
      const what = result.kind === "found" ? `found at seed ${result.seed}` : `NOT found in ${seeds} seeds`
      const doubt = result.flawed.length > 0 ? ` (seeds ${result.flawed.join(", ")} fail without it)` : ""
      process.stdout.write(`${bug.name}: ${what}${doubt}: ${how}\n`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  process.stdout.write(`planted bugs: ${count} of ${bugs.length} found\n`)
  return count
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2)
  const bugs = names.length === 0 ? BUGS : BUGS.filter(({ name }) => names.includes(name))
  process.exitCode = bugs.length > 0 && (await findAll(bugs, MOST_SEEDS)) === bugs.length ? 0 : 1
}
