/** What all instruments of `test/reality` share: how many cycles, one line of figures, and why one is left out. */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { tmpdir } from "node:os"

/**
 * Where folders may lie whose disk has no part in what is looked for: a kill leaves all that was written, synced or
 * not, and a disk in a file is cut off from its file. In memory, where there is such a place.
 */
export const IN_MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

/**
 * How often an instrument does what it does: a few times for a commit, often for a night, or as `CYCLES` says.
 * The environment variable holds for every instrument of the run, so name one file with it.
 */
export function cyclesOf({ check, slow }: { check: number; slow: number }): number {
  const asked = Number(process.env["CYCLES"] ?? "")
  if (Number.isSafeInteger(asked) && asked > 0) return asked
  return process.env["SLOW"] === undefined ? check : slow
}

/** One line for whoever reads the run. */
export function figures(instrument: string, values: Readonly<Record<string, number | string>>): void {
  const all = Object.entries(values).map(([name, value]) => `${value} ${name}`)
  console.log(`${instrument}: ${all.join(", ")}`)
}

/** Says why an instrument cannot run here. */
export function leftOut(instrument: string, why: string): void {
  console.log(`${instrument}: left out, ${why}`)
}

/** Undefined when all is there; else the first reason against it. */
export function missing(needs: { root?: boolean; tools?: readonly string[] }): string | undefined {
  if (needs.root === true && process.getuid?.() !== 0) return "needs root"
  for (const tool of needs.tools ?? []) if (!hasTool(tool)) return `needs ${tool}`
  return undefined
}

function hasTool(tool: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${tool}`], { stdio: "ignore", env: withSbin() })
    return true
  } catch {
    return false
  }
}

/** Tools of administration are not in everybody's path. */
export function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` }
}
