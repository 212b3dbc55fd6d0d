// Started before the relay, and only by the show of attacks: notes how much of its processor the relay's thread takes at
// a stretch. Whoever comes in the middle waits for the rest of it; what other programs take is not in it.
import { appendFileSync } from "node:fs"

const EVERY_MS = 1
const WRITE_EVERY_MS = 250
/** Shorter ones are not noted, in milliseconds. */
const LEAST = 1.5

const file = process.env["TURNS_FILE"]
let before = process.threadCpuUsage()
let lines = ""
setInterval(() => {
  const now = process.threadCpuUsage()
  const ms = (now.user + now.system - before.user - before.system) / 1_000
  before = now
  if (ms > LEAST) lines += `${Date.now()} ${ms.toFixed(2)}\n`
}, EVERY_MS).unref()
setInterval(() => {
  if (lines !== "") appendFileSync(file, lines)
  lines = ""
}, WRITE_EVERY_MS).unref()
