/**
 * Power cuts for real: the stores write on an ext4 of their own, which is shut down under them without a flush and then
 * mounted again. What a store called durable is there afterwards. The control run shows that this instrument sees
 * what it is for: with commits that are not synced, something must be lost, or the test fails.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, expect, test } from "vitest"
import { bundled } from "../support/bundle.ts"
import { type Found, lookAtClient, lookAtRelay, scratchBeside } from "../support/power-check.ts"
import { noPowerDisk, PowerDisk } from "../support/power-disk.ts"
import { cyclesOf, figures, leftOut } from "../support/reality.ts"

const CYCLES = cyclesOf({ check: 10, slow: 80 })
const CLIENT_CYCLES = cyclesOf({ check: 6, slow: 40 })
/** The control ends with its first loss; half of its cuts lost something when this was made. */
const CONTROL_CYCLES = 20
/** Acknowledged lines of a life, before the cut. */
const LINES = 15

const why = noPowerDisk()
if (why !== undefined) leftOut("power loss", why)

const disks: PowerDisk[] = []
const writers = new Set<ChildProcess>()
afterAll(async () => {
  for (const writer of writers) {
    writer.kill("SIGKILL")
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit")
  }
  for (const disk of disks) disk.remove()
})

test.skipIf(why)(
  `relay: ${CYCLES} power cuts lose nothing acknowledged`,
  { timeout: 60_000 + CYCLES * 5_000 },
  async () => {
    const { acknowledged, lost, kept } = await cutMany({ kind: "relay", cycles: CYCLES, look: lookAtRelay })
    expect(lost).toBe(0)
    figures("power loss, relay", { cuts: CYCLES, commits: acknowledged, entries: kept, lost })
  },
)

test.skipIf(why)("control: without syncs the same cuts lose something", { timeout: 300_000 }, async () => {
  const { cuts, lost, acknowledged } = await cutMany({
    kind: "relay",
    mode: "lazy",
    cycles: CONTROL_CYCLES,
    look: (path, scratch, said) => {
      try {
        return lookAtRelay(path, scratch, said)
      } catch {
        // A database that is not whole has lost everything.
        return { lost: said.length, forgotten: 0, kept: Infinity }
      }
    },
  })
  expect(lost).toBeGreaterThan(0)
  figures("power loss, control without syncs", {
    "cuts until the first loss": cuts,
    commits: acknowledged,
    lost,
  })
})

test.skipIf(why)(
  `client: ${CLIENT_CYCLES} power cuts lose nothing synced, and only a suffix of the rest`,
  { timeout: 60_000 + CLIENT_CYCLES * 5_000 },
  async () => {
    const { acknowledged, lost, forgotten, kept } = await cutMany({
      kind: "client",
      cycles: CLIENT_CYCLES,
      look: lookAtClient,
    })
    expect(lost).toBe(0)
    figures("power loss, client", {
      cuts: CLIENT_CYCLES,
      transactions: acknowledged,
      kept,
      "synced lost": lost,
      "ordered forgotten at the end": forgotten,
    })
  },
)

interface Cuts {
  kind: "relay" | "client"
  /** From the second life on: what is looked for are lost commits, not a database that was never made. */
  mode?: "lazy"
  cycles: number
  look: (path: string, scratch: string, said: readonly string[]) => Found
}

/** Cuts until something is lost, or often enough. */
async function cutMany({
  kind,
  mode,
  cycles,
  look,
}: Cuts): Promise<Found & { acknowledged: number; cuts: number }> {
  const disk = new PowerDisk()
  disks.push(disk)
  const path = join(disk.path, `${kind}.db`)
  const program = await bundled("power-writer")
  const total = { lost: 0, forgotten: 0, kept: 0, acknowledged: 0, cuts: 0 }
  while (total.cuts < cycles && total.lost === 0) {
    const said: string[] = []
    const writer = spawn(process.execPath, [program, kind, path, total.cuts > 0 ? (mode ?? "") : ""], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    writers.add(writer)
    const wanted = LINES + Math.floor(Math.random() * LINES * 6)
    const enough = Promise.withResolvers<void>()
    createInterface({ input: writer.stdout }).on("line", (line) => {
      said.push(line)
      if (said.length === wanted) enough.resolve()
    })
    const ended = once(writer, "close")
    writer.once("close", (code) => {
      writers.delete(writer)
      enough.reject(new Error(`the writer ended by itself with ${String(code)}`))
    })
    await enough.promise
    disk.cut(writer.pid)
    // What it had said before it stood still is in the pipe, and counts.
    await ended
    const found = look(path, scratchBeside(disk.path), said)
    total.cuts++
    total.acknowledged += said.length
    // What was there after an earlier cut is not said again.
    total.lost += found.lost + Math.max(0, total.kept - found.kept)
    total.forgotten += found.forgotten
    total.kept = found.kept
  }
  disk.remove()
  return total
}
