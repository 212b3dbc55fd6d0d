/**
 * The screen at 50,000 messages, in a real pseudo-terminal: the built program, a real relay, a real profile folder.
 * Beside it the same steps of WeeChat, where Debian's `weechat-curses` is installed. Goals: key to frame 16 ms
 * (median), a page up as well, a paste of 1 MB 100 ms, start to first frame 0.4 s, nothing while nothing happens.
 *
 * WeeChat has its lines from memory (`/repeat`), with room for all of them; it loads no history when it starts, so
 * its start is that of an empty program. IDLE_S (20) is how long nothing happens; ROUNDS (60) is how many keys.
 * BEFORE is another build's `secure-chat.js`: measured in the same run on the same profile, since on a busy machine only
 * the ratio of two means anything.
 */
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { buildProgram } from "../../.config/build.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { writeHistory } from "../support/long-history.ts"
import { median, sleep, TimedTerminal } from "../support/timed-terminal.ts"

const MESSAGES = 50_000
const SIZE = { columns: 120, rows: 40 }
const KEYS = Number(process.env["ROUNDS"] ?? 60)
const STARTS = 7
const PASTES = 7
const IDLE_S = Number(process.env["IDLE_S"] ?? 20)
const PASTED_LINE = "one more line of what somebody copied from a long file, with a word नमस्ते in it"

/** Medians in milliseconds, memory in MiB. */
interface Figures {
  start: number
  key: number
  keyCpu: number
  slowKey: number
  page: number
  paste: number
  idleCpu: number
  memory: number
}

const folder = mkdtempSync(join(tmpdir(), "secure-chat-bench-"))
/** With its modules where it stands: a copy of a whole `dist` inside a clone. */
const former = process.env["BEFORE"]
const program = fileURLToPath(new URL("../../dist/secure-chat.js", import.meta.url))

try {
  await sodiumReady()
  await buildProgram()
  const [ours, before] = await withRelay(async (profile, newest) => [
    await measureOurs(program, profile, newest),
    former === undefined ? undefined : await measureOurs(former, profile, newest),
  ])
  const weechat = await measureWeechat()
  print(ours, before, weechat)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Starts a relay, joins it, and fills the room. */
async function withRelay<T>(measure: (profile: string, newest: string) => Promise<T>): Promise<T> {
  const options = ["--data", join(folder, "relay"), "--host", "127.0.0.1", "--port", "0", "--no-discovery"]
  const relay = spawn(process.execPath, [program, "relay", "start", ...options, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOME: folder },
  })
  try {
    const profile = join(folder, "asha")
    const lines = createInterface({ input: relay.stdout })
    const ready = new Promise<string>((resolve) => {
      lines.on("line", (line) => {
        const { type, invitation } = JSON.parse(line) as { type: string; invitation: string }
        if (type === "relay.ready") resolve(invitation)
      })
    })
    const args = [program, "join", await ready, "--name", "Asha", "--data", profile]
    execFileSync(process.execPath, args, { env: { ...process.env, HOME: folder }, stdio: "ignore" })
    return await measure(profile, writeHistory(profile, MESSAGES, Date.now()))
  } finally {
    relay.kill("SIGTERM")
  }
}

async function measureOurs(built: string, profile: string, newest: string): Promise<Figures> {
  const open = () => new TimedTerminal(process.execPath, [built, "--data", profile], SIZE, { HOME: folder })
  const isThere = (written: string) => written.includes(newest)
  const start = await startsOf(open, isThere, "\u0004")
  const terminal = open()
  await terminal.seen(isThere)
  await terminal.seen((written) => written.includes("connected"))
  return figuresOf(terminal, start, {
    typed: (written) => written.includes("q"),
    paged: (written) => written.includes("more below"),
    pasted: (written) => written.includes("[pasted"),
    drop: "\u001b",
    quit: "\u0004",
  })
}

async function measureWeechat(): Promise<Figures | string> {
  try {
    execFileSync("weechat", ["--version"])
  } catch {
    return "skipped: there is no weechat here (Debian: weechat-curses)"
  }
  const home = join(folder, "weechat")
  const open = (...runs: string[]) =>
    new TimedTerminal("weechat", ["-d", home, ...runs.flatMap((run) => ["-r", run])], SIZE, { HOME: folder })
  const isThere = (written: string) => written.includes("WeeChat")
  const start = await startsOf(() => open(), isThere, "/quit\r")
  const terminal = open(
    "/set weechat.history.max_buffer_lines_number 60000",
    `/repeat ${MESSAGES} /print the quiz is on Tuesday, bring your sheet and a pen`,
    "/print that was the newest of them",
  )
  await terminal.seen((written) => written.includes("the newest of them"))
  return figuresOf(terminal, start, {
    typed: (written) => written.includes("q"),
    paged: (written) => written.includes("-MORE("),
    pasted: (written) => written.includes("Paste "),
    drop: "\u000e",
    quit: "/quit\r",
  })
}

interface Steps {
  typed: (written: string) => boolean
  paged: (written: string) => boolean
  pasted: (written: string) => boolean
  /** Keys that drop what was pasted, and that end the program. */
  drop: string
  quit: string
}

async function startsOf(
  open: () => TimedTerminal,
  isThere: (written: string) => boolean,
  quit: string,
): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < STARTS; n++) {
    const terminal = open()
    times.push((await terminal.seen(isThere)) - terminal.began)
    await terminal.quiet(200)
    terminal.type(quit)
    await Promise.race([terminal.ended, sleep(3_000)])
    terminal.kill()
    await terminal.ended
  }
  return median(times)
}

async function figuresOf(terminal: TimedTerminal, start: number, steps: Steps): Promise<Figures> {
  try {
    await terminal.quiet(500)
    const memory = terminal.memory()
    const idleBefore = terminal.cpu()
    await sleep(IDLE_S * 1_000)
    const idleCpu = (terminal.cpu() - idleBefore) / IDLE_S
    const keys: number[] = []
    const cpuBefore = terminal.cpu()
    for (let n = 0; n < KEYS; n++) {
      keys.push(await terminal.after("q", steps.typed))
      // Different distances from the last frame, as a person's keys have.
      await sleep(10 + ((n * 13) % 40))
    }
    const keyCpu = (terminal.cpu() - cpuBefore) / KEYS
    terminal.type("\u0015")
    const pages: number[] = []
    for (let n = 0; n < 10; n++) {
      pages.push(await terminal.after("\u001b[5~", steps.paged))
      await terminal.after("\u001b[6~", (written) => written !== "")
    }
    const lines = Math.ceil(1_000_000 / (Buffer.byteLength(PASTED_LINE) + 1))
    const text = `${PASTED_LINE}\n`.repeat(lines)
    const pastes: number[] = []
    for (let n = 0; n < PASTES; n++) {
      pastes.push(await terminal.after(`\u001b[200~${text}\u001b[201~`, steps.pasted))
      await terminal.quiet(200)
      terminal.type(steps.drop)
      await terminal.quiet(200)
    }
    terminal.type(steps.quit)
    await Promise.race([terminal.ended, sleep(3_000)])
    const slowKey = keys.toSorted((a, b) => a - b)[Math.floor(keys.length * 0.95)]!
    return {
      start,
      key: median(keys),
      keyCpu,
      slowKey,
      page: median(pages),
      paste: median(pastes),
      idleCpu,
      memory,
    }
  } finally {
    terminal.kill()
  }
}

function print(ours: Figures, before: Figures | undefined, weechat: Figures | string): void {
  const goals: Partial<Record<keyof Figures, number>> = {
    start: 400,
    key: 16,
    page: 16,
    paste: 100,
    idleCpu: 1,
  }
  const rows: [keyof Figures, string, string][] = [
    ["start", "start to first frame", "ms"],
    ["key", "key to frame", "ms"],
    ["slowKey", "key to frame, the slowest twentieth", "ms"],
    ["keyCpu", "processor time per key", "ms"],
    ["page", "page up to frame", "ms"],
    ["paste", "paste of 1 MB to frame", "ms"],
    ["idleCpu", "processor time per idle second", "ms"],
    ["memory", "resident memory", "MiB"],
  ]
  console.log(`${MESSAGES.toLocaleString("en")} messages, ${SIZE.columns}×${SIZE.rows}, medians`)
  for (const [key, what, unit] of rows) {
    const own = ours[key]
    const goal = goals[key]
    const met = goal === undefined ? "" : ` (goal ${goal}: ${own <= goal ? "met" : "MISSED"})`
    const other =
      typeof weechat === "string"
        ? ""
        : `; WeeChat ${figure(weechat[key])} ${unit}, ratio ${weechat[key] === 0 ? "-" : figure(own / weechat[key])}`
    const then = before?.[key]
    const ratio = then === undefined ? "" : `; before ${figure(then)} ${unit}, ratio ${figure(own / then)}`
    console.log(`${what}: ${figure(own)} ${unit}${met}${ratio}${other}`)
  }
  if (typeof weechat === "string") console.log(`WeeChat: ${weechat}`)
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)
}
