/** The built program as a person or a script runs it: real processes, folders that vanish afterwards. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"
import { buildProgram } from "../../.config/build.ts"

const PROGRAM = fileURLToPath(new URL("../../dist/secure-chat.js", import.meta.url))

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
  /** stdout as one JSON object per line. */
  json(): Record<string, any>[]
  ms: number
}

export interface Running {
  child: ChildProcess
  /** The first line that fits, however long ago it came. @throws when the process ends without one. */
  line(fits: (line: any) => boolean): Promise<any>
  finished: Promise<Finished>
}

export interface Program {
  dir: string
  path(name: string): string
  start(args: readonly string[], input?: string | readonly Uint8Array[]): Running
  run(args: readonly string[], input?: string): Promise<Finished>
  /** A relay on a free port of loopback; `stop` it or let the end of the test do so. */
  relay(name: string, ...options: string[]): Promise<RelayRun>
}

export interface RelayRun extends Running {
  invitation: string
  words: string
  port: number
  fingerprint: string
  stop(): Promise<Finished>
}

/** Call at the top of a test file: builds once, and cleans up after the file. */
export function builtProgram(): Program {
  const dir = mkdtempSync(join(tmpdir(), "secure-chat-e2e-"))
  const children = new Set<ChildProcess>()
  beforeAll(() => buildProgram())
  afterAll(async () => {
    const ends = [...children].map((child) => new Promise((end) => child.once("close", end)))
    for (const child of children) child.kill("SIGKILL")
    await Promise.all(ends)
    rmSync(dir, { recursive: true, force: true })
  })

  const start: Program["start"] = (args, input) => {
    const env = { PATH: process.env["PATH"], HOME: dir, TZ: "UTC" }
    const began = performance.now()
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: dir, env, stdio: ["pipe", "pipe", "pipe", "pipe"] })
    children.add(child)
    // What is not read by the program must not end the test.
    child.stdin!.on("error", () => {})
    child.stdin!.end(typeof input === "string" ? input : "")
    const extra = child.stdio[3] as NodeJS.WritableStream
    extra.on("error", () => {})
    extra.end(Array.isArray(input) ? input[0] : undefined)
    return watch(child, began, () => children.delete(child))
  }
  return {
    dir,
    path: (name) => join(dir, name),
    start,
    run: (args, input) => start(args, input).finished,
    relay: async (name, ...options) => {
      const args = ["relay", "start", "--host", "127.0.0.1", "--data", name, "--no-discovery", "--json"]
      const port = options.includes("--port") ? [] : ["--port", "0"]
      const running = start([...args, ...port, ...options])
      const { invitation, words, port: at, fingerprint } = await running.line(({ type }) => type === "relay.ready")
      const stop = () => {
        running.child.kill("SIGTERM")
        return running.finished
      }
      return { ...running, invitation, words, port: at, fingerprint, stop }
    },
  }
}

function watch(child: ChildProcess, began: number, gone: () => void): Running {
  let out = ""
  let err = ""
  const lines: unknown[] = []
  const looks = new Set<() => void>()
  child.stderr!.setEncoding("utf8").on("data", (text: string) => (err += text))
  createInterface({ input: child.stdout! }).on("line", (line) => {
    out += `${line}\n`
    lines.push(line.startsWith("{") ? JSON.parse(line) : line)
    for (const look of [...looks]) look()
  })
  let isOver = false
  const finished = new Promise<Finished>((resolve) => {
    child.once("close", (code, signal) => {
      isOver = true
      gone()
      const json = () => out.trimEnd().split("\n").filter(Boolean).map((line) => JSON.parse(line) as Record<string, any>)
      resolve({ code, signal, out, err, json, ms: performance.now() - began })
      for (const look of [...looks]) look()
    })
  })
  const line: Running["line"] = (fits) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.find(fits)
        if (found === undefined && !isOver) return
        looks.delete(look)
        if (found === undefined) reject(new Error(`the program ended without that line; it said: ${err}\n${out}`))
        else resolve(found)
      }
      looks.add(look)
      look()
    })
  return { child, line, finished }
}
