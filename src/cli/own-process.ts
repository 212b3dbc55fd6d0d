/** Starts this same program again, as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"

/** How the running program was started: the same Node, the same flags, the same file. */
export function ownCommand(args: readonly string[]): { program: string; args: string[] } {
  return { program: process.execPath, args: [...process.execArgv, process.argv[1]!, ...args] }
}

export interface ReadyRelay {
  invitation: string
  words: string | undefined
  port: number
  fingerprint: string
}

/** `relay start … --json` failed before its first line. */
export interface NotReady {
  exitCode: number
  /** What it said, for people. */
  said: string
}

/**
 * Starts `relay start` so that it outlives us, and waits for its first line.
 * @returns the relay, or how it ended.
 */
export function startDetachedRelay(args: readonly string[], env: Io["env"]): Promise<ReadyRelay | NotReady> {
  const own = ownCommand(["relay", "start", "--background", "--json", ...args])
  const child = spawn(own.program, own.args, { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...env } })
  return new Promise((resolve, reject) => {
    let said = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text))
    child.once("error", (cause) => reject(new CliError("relay-refused", "the relay could not be started", { cause })))
    child.once("close", (code) => resolve({ exitCode: code ?? 2, said }))
    createInterface({ input: child.stdout }).once("line", (line) => {
      letGo(child)
      resolve(JSON.parse(line) as ReadyRelay)
    })
  })
}

/** From here on the child is on its own; it writes nothing more to us. */
function letGo(child: ChildProcess): void {
  child.removeAllListeners("close")
  child.stdout?.destroy()
  child.stderr?.destroy()
  child.unref()
}
