/** What an operator does with a relay's files: read its log, and put a copy of its store back. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { resolve } from "node:path"
import { systemClock } from "../../platform/clock.ts"
import { PlatformError } from "../../platform/errors.ts"
import { nodeFiles } from "../../platform/files.ts"
import { takeLock } from "../../platform/lock.ts"
import { nodePrimitives } from "../../platform/primitives.ts"
import { systemRandom } from "../../platform/random.ts"
import { safeLine, say } from "../../tui/safe-text.ts"
import { CliError } from "../errors.ts"
import { resultJson } from "../json-lines.ts"
import { restoreStore } from "../relay-backup.ts"
import { relayFiles } from "../relay-dir.ts"
import type { Invocation } from "./context.ts"

export interface LogOptions {
  follow: boolean
  lines: number
}

const FOLLOW_EVERY_MS = 500
/** Of a file's end; a line of the log has some hundred bytes. */
const MAX_TAIL_BYTES = 4_194_304
const MAX_STEP_BYTES = 1_048_576

/** Prints the log's last lines as they are; with `follow`, what comes, until it is stopped. */
export async function logCommand({ config, io }: Invocation, { follow, lines }: LogOptions): Promise<void> {
  const path = relayFiles(config.relayDir).log
  if (!nodeFiles.exists(path))
    throw new CliError("relay-not-running", `there is no log in ${config.relayDir}`)
  const end = { at: 0 }
  const tail = readFrom(path, end, MAX_TAIL_BYTES, true)
  for (const line of tail.split("\n").filter(Boolean).slice(-lines)) io.result(safeLine(line))
  if (!follow) return
  let rest = ""
  while (!io.stop.aborted) {
    await new Promise<void>((wake) => {
      const cancel = systemClock.wakeAt(systemClock.now() + FOLLOW_EVERY_MS, wake)
      io.stop.addEventListener("abort", () => (cancel(), wake()), { once: true })
    })
    const parts = (rest + readFrom(path, end, MAX_STEP_BYTES, false)).split("\n")
    rest = (parts.pop() ?? "").slice(-MAX_STEP_BYTES)
    for (const line of parts) io.result(safeLine(line))
  }
}

/** Reads on from `end.at`; a file that was begun anew is read from its start. */
function readFrom(path: string, end: { at: number }, most: number, isTail: boolean): string {
  if (!nodeFiles.exists(path)) return ""
  const file = openSync(path, "r")
  try {
    const { size } = fstatSync(file)
    if (size < end.at) end.at = 0
    const from = isTail ? Math.max(0, size - most) : end.at
    const bytes = Buffer.alloc(Math.min(most, size - from))
    const got = readSync(file, bytes, 0, bytes.length, from)
    end.at = from + got
    return bytes.subarray(0, got).toString("utf8")
  } finally {
    closeSync(file)
  }
}

/** Only while the relay is stopped. */
export function restoreCommand({ config, io, show }: Invocation, file: string): Promise<void> {
  const { relayDir } = config
  const paths = relayFiles(relayDir)
  if (!nodeFiles.exists(paths.key))
    throw new CliError(
      "usage",
      `${relayDir} is no relay's folder: put its relay.key, invitation and settings.json there first`,
    )
  const lock = lockOf(paths.lock, relayDir)
  try {
    const former = restoreStore(resolve(file), paths.database, {
      random: systemRandom,
      primitives: nodePrimitives,
    })
    show(
      resultJson("relay.restored", undefined, { database: paths.database, former: former ?? null }),
      say`${safeLine(paths.database)} is the copy now`,
    )
    if (former !== undefined && !config.json)
      io.say(say`What was there before is kept: ${safeLine(former)}. Start the relay.`)
  } finally {
    lock.release()
  }
  return Promise.resolve()
}

function lockOf(path: string, dir: string): { release(): void } {
  try {
    return takeLock(path)
  } catch (cause) {
    if (!(cause instanceof PlatformError) || cause.code !== "in-use") throw cause
    throw new CliError("profile-in-use", `a relay runs in ${dir}: stop it first (relay stop)`, { cause })
  }
}
