/** System calls that fail when they are told to: strace answers them itself, so nothing of them reaches the disk. */
import { existsSync, readFileSync } from "node:fs"
import { missing, withSbin } from "./reality.ts"
import { execFileSync } from "node:child_process"

/** How a database asks for it differs by how it was built. */
const CALLS = { sync: "fsync,fdatasync", write: "pwrite64,write" } as const

export interface Fault {
  call: keyof typeof CALLS
  error: "EIO" | "ENOSPC" | "EINTR"
  /** The first call that fails, from 1, counted among those on the files. */
  first: number
  /** How many in a row. */
  count: number
}

/** Why there is no strace that may trace; undefined where there is. */
export function noStrace(): string | undefined {
  const reason = missing({ tools: ["strace"] })
  if (reason !== undefined) return reason
  try {
    execFileSync("strace", ["-qq", "-o", "/dev/null", "true"], { stdio: "ignore", env: withSbin() })
    return undefined
  } catch {
    return "strace may not trace here"
  }
}

/**
 * To start a program with. It becomes the program: the tracer is a process beside it, and ends with it.
 * @param files whose calls count. @param log where every such call is written. @param fault undefined: none comes.
 */
export function underStrace(files: readonly string[], log: string, fault: Fault | undefined): string[] {
  const only = files.flatMap((file) => ["-P", file])
  const traced = ["strace", "-D", "-f", "-qq", "-o", log, ...only, "-e"]
  if (fault === undefined) return [...traced, `trace=${CALLS.sync},${CALLS.write}`]
  const { call, error, first, count } = fault
  const when = count === 1 ? String(first) : `${first}..${first + count - 1}`
  return [...traced, `trace=${CALLS[call]}`, "-e", `inject=${CALLS[call]}:error=${error}:when=${when}`]
}

/** How many calls of each kind a log holds. */
export function callsIn(log: string): Record<Fault["call"], number> {
  const text = readFileSync(log, "utf8")
  const count = (call: Fault["call"]) =>
    [...text.matchAll(new RegExp(`^\\d+ +(?:${CALLS[call].replace(",", "|")})\\(`, "gm"))].length
  return { sync: count("sync"), write: count("write") }
}

export function hasHit(log: string): boolean {
  return existsSync(log) && readFileSync(log, "utf8").includes("(INJECTED)")
}

export function nameOf({ call, error, first, count }: Fault): string {
  return `${call} ${first}${count > 1 ? `–${first + count - 1}` : ""} ${error}`
}
