/** Starts this same program again, as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { spokenLanguage } from "../tui/language.ts"
import { CliError } from "./errors.ts"
import type { Io } from "./io.ts"

/** How the running program was started: the same Node, the same flags, the same file. */
export function ownCommand(args: readonly string[]): { program: string; args: string[] } {
  return { program: process.execPath, args: [...process.execArgv, process.argv[1]!, ...args] }
}

/** A run of this program for its result. */
export interface OwnRun {
  readonly child: ChildProcess
  /** What stdout has said so far. */
  readonly lines: readonly string[]
  /** Resolves when a line fits; undefined when the process ends without one. */
  line(fits: (line: string) => boolean): Promise<string | undefined>
  readonly ended: Promise<{ exitCode: number; lines: readonly string[]; said: string }>
}

/** Starts this program with these arguments and nothing on stdin; it gets no terminal and no questions. */
export function startOwn(args: readonly string[], env: Io["env"]): OwnRun {
  const own = ownCommand(args)
  const child = spawn(own.program, own.args, { stdio: ["ignore", "pipe", "pipe"], env: { ...env } })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const wakeAll = () => {
    for (const look of waiting) look()
  }
  let said = ""
  let isOver = false
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text))
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line)
    wakeAll()
  })
  const ended = new Promise<{ exitCode: number; lines: readonly string[]; said: string }>((resolve) => {
    child.once("error", (error) => (said += error.message))
    child.once("close", (code) => {
      isOver = true
      resolve({ exitCode: code ?? 2, lines, said })
      wakeAll()
    })
  })
  const line = (fits: (line: string) => boolean) =>
    new Promise<string | undefined>((resolve) => {
      const look = () => {
        const found = lines.find(fits)
        if (found === undefined && !isOver) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { child, lines, line, ended }
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
  const child = spawn(own.program, own.args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...env, SECURE_CHAT_LANGUAGE: spokenLanguage() },
  })
  return new Promise((resolve, reject) => {
    let said = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text))
    child.once("error", (cause) =>
      reject(new CliError("relay-refused", "the relay could not be started", { cause })),
    )
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
