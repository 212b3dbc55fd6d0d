/**
 * What each npm script does. `src/cli/launch.mjs` runs this file under a Node that is new enough,
 * so every program below is started with that same Node.
 */
import { spawn } from "node:child_process"
import { globSync, readFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { buildIfStale } from "./stale.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const program = join(root, "dist", "secure-chat.js")
// tsx still uses the older of two interfaces for hooks, and Node says so at each start.
const fromSource = [
  "--disable-warning=DEP0205",
  "--import",
  pathToFileURL(join(root, ".config", "register.ts")).href,
  "--import",
  "tsx",
]

/** How many seeds each simulation runs: enough to notice while typing, for a commit, for a night. */
const SEEDS = { test: "20", check: "200", slow: "1000" }

const [task = "", ...args] = process.argv.slice(2)
const tasks: Record<string, () => Promise<number>> = {
  start: startProgram,
  build: async () => (await import("./build.ts")).buildProgram().then(() => 0),
  dev: () => runNode([...fromSource, join(root, "src", "cli", "main.ts"), ...args]),
  test: async () => (await buildIfStale(), await runTests({ SEEDS: SEEDS.test, ...process.env })),
  check: () => check({ SEEDS: SEEDS.check, ...process.env }),
  "check:slow": () => check({ SEEDS: SEEDS.slow, ...process.env, SLOW: "1" }),
  bench,
  // Colours whatever this is run in; the emulator shows them all.
  screenshots: () =>
    runNode([...fromSource, join(root, "test", "support", "screenshots.ts")], {
      ...process.env,
      TZ: "UTC",
      FORCE_COLOR: "3",
    }),
}

const chosen = tasks[task]
if (chosen === undefined) console.error(`launch.mjs knows ${Object.keys(tasks).join(", ")}; not "${task}"`)
process.exitCode = chosen === undefined ? 1 : await chosen()

/** Runs the built program in this process, so that its terminal and its signals are its own. */
async function startProgram(): Promise<number> {
  await buildIfStale()
  process.argv.splice(1, 2, program)
  await import(pathToFileURL(program).href)
  return Number(process.exitCode ?? 0)
}

function runTests(env: NodeJS.ProcessEnv): Promise<number> {
  return runNode([binOf("vitest"), "run", "--config", ".config/vitest.config.ts", ...args], env)
}

/** Everything a machine can check, fastest first; a line per step, and the first failure ends it. */
async function check(env: NodeJS.ProcessEnv): Promise<number> {
  // What a machine wrote or what stands byte for byte is left as it is.
  const formatted = ["src", "test", ".config", "!test/golden/**", "!test/vectors/**"]
  const oxlintArgs = ["--config", ".config/oxlintrc.json", "--type-aware", "--deny-warnings"]
  const steps: [name: string, run: () => Promise<number>][] = [
    [
      "format",
      () => runQuietly([binOf("oxfmt"), "--config", ".config/oxfmtrc.json", "--check", ...formatted]),
    ],
    ["types", () => runQuietly([binOf("typescript", "tsc"), "--noEmit", "--project", "tsconfig.json"])],
    ["lint", () => runQuietly([binOf("oxlint"), ...oxlintArgs, "src", "test", ".config"])],
    ["unused", () => runQuietly([binOf("knip"), "--config", ".config/knip.json"])],
    ["build", () => runQuietly([join(root, ".config", "tasks.ts"), "build"])],
    ["tests", () => runTests(env)],
  ]
  if (env["SLOW"] !== undefined) {
    steps.push(["planted", () => runNode([join(root, "test", "planted", "run.ts")], env)])
    steps.push(["lives", () => manyLives("--life", "short", "--seeds", "100000")])
    steps.push(["real", () => manyLives("--engine", "real", "--seeds", "5000")])
  }
  for (const [name, run] of steps) {
    const began = performance.now()
    const code = await run()
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    console.log(`${code === 0 ? "passed" : "FAILED"}  ${name.padEnd(7)} ${seconds.padStart(6)} s`)
    if (code !== 0) return code
  }
  return 0
}

/** Simulated lives outside the test runner, on all cores: hours of them. */
function manyLives(...size: string[]): Promise<number> {
  return runNode([...fromSource, join(root, "test", "support", "many-lives.ts"), ...size])
}

/**
 * Every benchmark, one after the other, so that none disturbs another; with names, only those, and shows too, which
 * last. What begins with two dashes is for them.
 */
async function bench(): Promise<number> {
  const options = args.findIndex((arg) => arg.startsWith("--"))
  const names = options < 0 ? args : args.slice(0, options)
  const kinds = names.length === 0 ? "bench" : "{bench,show}"
  const files = globSync(`test/bench/*.${kinds}.ts`, { cwd: root }).toSorted()
  const wanted = files.filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  if (wanted.length === 0) {
    console.error("no such benchmark")
    return 1
  }
  for (const file of wanted) {
    console.log(`\n${file}`)
    const code = await runNode(["--expose-gc", ...fromSource, join(root, file), ...args.slice(names.length)])
    if (code !== 0) return code
  }
  return 0
}

/** A package's own program. npm 10 does not link every program into `.bin`, so its manifest is asked. */
function binOf(packageName: string, name = packageName): string {
  const folder = join(root, "node_modules", packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: string | Record<string, string>
  }
  const path = typeof bin === "string" ? bin : bin[name]
  if (path === undefined) throw new Error(`${packageName} has no program ${name}`)
  return join(folder, path)
}

function runNode(nodeArgs: string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return exitCodeOf(spawn(process.execPath, nodeArgs, { cwd: root, env: withTools(env), stdio: "inherit" }))
}

/** Shows what the program printed only when it fails. */
async function runQuietly(nodeArgs: string[]): Promise<number> {
  const child = spawn(process.execPath, nodeArgs, { cwd: root, env: withTools(process.env), stdio: "pipe" })
  const printed: Buffer[] = []
  child.stdout.on("data", (chunk: Buffer) => printed.push(chunk))
  child.stderr.on("data", (chunk: Buffer) => printed.push(chunk))
  const code = await exitCodeOf(child)
  if (code !== 0) process.stdout.write(Buffer.concat(printed))
  return code
}

/** Puts this Node and the installed tools first in the path of what we start. */
function withTools(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folders = [dirname(process.execPath), join(root, "node_modules", ".bin"), env["PATH"] ?? ""]
  return { ...env, PATH: folders.join(delimiter) }
}

function exitCodeOf(child: ReturnType<typeof spawn>): Promise<number> {
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
  for (const signal of signals) process.on(signal, forward)
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code) => {
      for (const signal of signals) process.off(signal, forward)
      resolve(code ?? 1)
    })
  })
}
