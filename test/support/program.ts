/** The built program as a person or a script runs it: real processes, folders that vanish afterwards. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"
import { buildIfStale } from "../../.config/stale.ts"

export const PROGRAM = fileURLToPath(new URL("../../dist/secure-chat.js", import.meta.url))

/** A line of `--json`, as far as tests look into it. */
export interface Line {
  v?: number
  type: string
  name?: string
  cursor?: string
  number?: string
  person?: { name: string; trust: string }
  message?: { id: string; text?: string; state?: string }
}

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
  /** stdout as one JSON object per line. */
  json(): Line[]
  ms: number
}

export interface Running {
  child: ChildProcess
  /** The first line that fits, however long ago it came. @throws when the process ends without one. */
  line(fits: (line: Line) => boolean): Promise<Line>
  finished: Promise<Finished>
}

export interface Program {
  dir: string
  path(name: string): string
  /** @param under what the program is started with, such as `strace -D`; it must become the program. */
  start(args: readonly string[], input?: string | readonly Uint8Array[], under?: readonly string[]): Running
  run(args: readonly string[], input?: string): Promise<Finished>
  /** A relay on a free port of loopback; `stop` it or let the end of the test do so. */
  relay(name: string, ...options: string[]): Promise<RelayRun>
  /** The same, started with something else; options say where it listens. */
  relayUnder(under: readonly string[], name: string, ...options: string[]): Promise<RelayRun>
}

export interface RelayRun extends Running {
  invitation: string
  words: string
  port: number
  fingerprint: string
  stop(): Promise<Finished>
}

/** @throws with what the program said, unless it ended with 0. */
export function succeeded(finished: Finished): Finished {
  if (finished.code !== 0) throw new Error(`ended with ${finished.code ?? finished.signal}: ${finished.err}`)
  return finished
}

/** Call at the top of a test file: builds what is not built yet, and cleans up after the file. @param parent where its folder is made. */
export function builtProgram(parent = tmpdir()): Program {
  const dir = mkdtempSync(join(parent, "secure-chat-e2e-"))
  const children = new Set<ChildProcess>()
  beforeAll(buildIfStale)
  afterAll(async () => {
    const ends = [...children].map((child) => new Promise((end) => child.once("close", end)))
    for (const child of children) child.kill("SIGKILL")
    await Promise.all(ends)
    rmSync(dir, { recursive: true, force: true })
  })

  const start: Program["start"] = (args, input, under = []) => {
    const env = { PATH: process.env["PATH"], HOME: dir, TZ: "UTC" }
    const began = performance.now()
    const [command, ...all] = [...under, process.execPath, PROGRAM, ...args]
    const child = spawn(command!, all, {
      cwd: dir,
      env,
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    })
    children.add(child)
    // What is not read by the program must not end the test.
    child.stdin.on("error", () => {})
    child.stdin.end(typeof input === "string" ? input : "")
    const extra = child.stdio[3] as NodeJS.WritableStream
    extra.on("error", () => {})
    if (input === undefined || typeof input === "string") extra.end()
    else extra.end(Buffer.concat(input))
    return watch(child, began, () => children.delete(child))
  }
  const relayUnder: Program["relayUnder"] = async (under, name, ...options) => {
    const args = ["relay", "start", "--data", name, "--no-discovery", "--json"]
    const host = options.includes("--host") ? [] : ["--host", "127.0.0.1"]
    const port = options.includes("--port") ? [] : ["--port", "0"]
    const running = start([...args, ...host, ...port, ...options], undefined, under)
    const ready = await running.line(({ type }) => type === "relay.ready")
    const {
      invitation,
      words,
      port: at,
      fingerprint,
    } = ready as unknown as Omit<RelayRun, keyof Running | "stop">
    const stop = () => {
      running.child.kill("SIGTERM")
      return running.finished
    }
    return { ...running, invitation, words, port: at, fingerprint, stop }
  }
  return {
    dir,
    path: (name) => join(dir, name),
    start,
    run: (args, input) => start(args, input).finished,
    relay: (name, ...options) => relayUnder([], name, ...options),
    relayUnder,
  }
}

function watch(child: ChildProcess, began: number, gone: () => void): Running {
  let out = ""
  let err = ""
  const lines: Line[] = []
  const looks = new Set<() => void>()
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (err += text))
  createInterface({ input: child.stdout! }).on("line", (line) => {
    out += `${line}\n`
    if (line.startsWith("{")) lines.push(JSON.parse(line) as Line)
    for (const look of looks) look()
  })
  let isOver = false
  const finished = new Promise<Finished>((resolve) => {
    child.once("close", (code, signal) => {
      isOver = true
      gone()
      const json = () =>
        out
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Line)
      resolve({ code, signal, out, err, json, ms: performance.now() - began })
      for (const look of looks) look()
    })
  })
  const line: Running["line"] = (fits) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.find(fits)
        if (found === undefined && !isOver) return
        looks.delete(look)
        if (found === undefined)
          reject(new Error(`the program ended without that line; it said: ${err}\n${out}`))
        else resolve(found)
      }
      looks.add(look)
      look()
    })
  return { child, line, finished }
}
