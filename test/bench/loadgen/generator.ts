/** Builds the load generator, where there is a compiler, and runs it. */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

const sources = ["loadgen.cpp", "transport.cpp", "peers.cpp", "secure-chat.cpp"]
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** What one run says; `README.md` tells the names. */
export type Figures = Readonly<Record<string, number>>

export interface Load {
  protocol: string
  mode: string
  port: number
  pid: number
  options: Readonly<Record<string, number | string | true>>
  /** It gets its core at once, as a machine of its own would; only for root. */
  comesFirst?: boolean
}

/** The path of a program, also of those for administrators. */
export function programAt(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/local/sbin"]
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Why no generator can be built here; undefined when it can. */
export function missingForLoad(): string | undefined {
  if (process.platform !== "linux") return "the load generator is for Linux: epoll and /proc"
  const compiler = programAt("g++")
  if (compiler === undefined) return "there is no g++ (apt-get install g++)"
  try {
    const args = ["-E", "-x", "c++", "-include", "openssl/ssl.h", "/dev/null"]
    execFileSync(compiler, args, { stdio: "ignore" })
  } catch {
    return "there are no headers of OpenSSL (apt-get install libssl-dev)"
  }
  return undefined
}

/** @param needed files that the generator, and the server likewise, must be able to hold open. */
export function missingForConnections(needed: number): string | undefined {
  const limits = readFileSync("/proc/self/limits", "utf8")
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1] ?? "unlimited"
  if (soft === "unlimited" || Number(soft) >= needed) return undefined
  return `${needed} open files are needed and ${soft} allowed: run "ulimit -n ${needed}" first`
}

/** @param folder where the programs go. @returns their paths. */
export function buildGenerator(folder: string): { generator: string; reference: string } {
  const generator = join(folder, "loadgen")
  const reference = join(folder, "reference")
  const flags = ["-O2", "-std=c++17", "-Wall"]
  const compile = (to: string, from: string[], libraries: string[]) =>
    execFileSync(programAt("g++")!, [...flags, "-o", to, ...from.map(here), ...libraries], {
      stdio: "inherit",
    })
  compile(generator, sources, ["-lssl", "-lcrypto"])
  compile(reference, ["reference.cpp"], [])
  return { generator, reference }
}

/** Servers on the first core, load on the second: neither takes the other's time. */
export function pinned(core: 0 | 1, command: readonly string[]): string[] {
  const taskset = programAt("taskset")
  return taskset === undefined ? [...command] : [taskset, "-c", String(core), ...command]
}

/** A thread by its id; all threads of a process when it has just begun. */
export function pinTo(core: 0 | 1, id: number): void {
  const taskset = programAt("taskset")
  if (taskset !== undefined) spawnSync(taskset, ["-cp", String(core), String(id)], { stdio: "ignore" })
}

/** Undefined, and a line about it, when the run is worth nothing. @param patience seconds. */
export function runLoad(generator: string, load: Load, patience = 90): Promise<Figures | undefined> {
  const { protocol, mode, port, pid, options } = load
  const named: Readonly<Record<string, number | string | true>> = { protocol, mode, port, pid, ...options }
  const args = Object.entries(named).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  )
  const first = load.comesFirst === true ? ["chrt", "--fifo", "1"] : []
  const [command, ...words] = pinned(1, [...first, generator, ...args])
  const child = spawn(command!, words, { stdio: ["ignore", "pipe", "pipe"] })
  const cut = setTimeout(() => child.kill("SIGKILL"), patience * 1_000)
  let said = ""
  let complaints = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (options["every"] === undefined) complaints += text
    else process.stdout.write(`    ${text}`)
  })
  return new Promise((resolve) =>
    child.once("close", (code) => {
      clearTimeout(cut)
      const line = said.split("\n").find((each) => each.startsWith("{"))
      if (line !== undefined && (code === 0 || options["storm"] !== undefined))
        return resolve(JSON.parse(line) as Figures)
      const why = complaints.trim().split("\n").slice(0, 3).join("; ")
      console.log(`    no figure: ${protocol} ${mode}: ${why || `ended with ${code ?? "a signal"}`}`)
      resolve(undefined)
    }),
  )
}
