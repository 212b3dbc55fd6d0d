// Started before the relay, and only by the show of attacks, not in the process beside it: notes how much of its processor the relay's thread takes at
// a stretch. Whoever comes in the middle waits for the rest of it; what other programs take is not in it.
import { appendFileSync } from "node:fs"
import { WASI } from "node:wasi"

const EVERY_MS = 1
const WRITE_EVERY_MS = 250
/** Shorter ones are not noted, in milliseconds. */
const LEAST = 0.3
/** WASI's name for the clock of this thread. Node's own figure (getrusage) stands still between the system's ticks, 4 ms. */
const THREAD_CPUTIME = 3

const wasi = new WASI({ version: "preview1" })
const memory = new WebAssembly.Memory({ initial: 1 })
wasi.initialize({ exports: { memory } })
const view = new DataView(memory.buffer)

function cpuMillis() {
  wasi.wasiImport.clock_time_get(THREAD_CPUTIME, 0n, 0)
  return Number(view.getBigUint64(0, true)) / 1e6
}

const file = process.env["TURNS_FILE"]
let before = cpuMillis()
let lines = ""
const isRelay = process.send === undefined
if (isRelay)
  setInterval(() => {
    const now = cpuMillis()
    const ms = now - before
    before = now
    if (ms > LEAST) lines += `${Date.now()} ${ms.toFixed(2)}\n`
  }, EVERY_MS).unref()
setInterval(() => {
  if (lines !== "") appendFileSync(file, lines)
  lines = ""
}, WRITE_EVERY_MS).unref()
