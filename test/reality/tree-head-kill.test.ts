/** kill -9 of a relay that signs heads, and old folders put back: never two roots of one size in one log. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { bundled } from "../support/bundle.ts"
import { cyclesOf, figures } from "../support/reality.ts"

const CYCLES = cyclesOf({ check: 8, slow: 400 })
const folder = mkdtempSync(join(tmpdir(), "secure-chat-heads-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the writer until it has said so many heads and a moment more, then ends it as the power would. */
async function live(program: string, dir: string, heads: number): Promise<string[]> {
  const writer = spawn(process.execPath, [program, dir], { stdio: ["ignore", "pipe", "inherit"] })
  let text = ""
  writer.stdout.on("data", (bytes: Buffer) => {
    text += bytes.toString()
    if (text.split("\n").length > heads) writer.kill("SIGKILL")
  })
  await once(writer, "close")
  return text.split("\n").slice(0, -1)
}

test("each head that was given out is the only one of its size in its log", async () => {
  const program = await bundled("tree-head-writer")
  const [dir, backup] = [join(folder, "relay"), join(folder, "backup")]
  cpSync(mkdtempSync(join(folder, "empty-")), dir, { recursive: true })
  const roots = new Map<string, string>()
  const logs = new Set<string>()
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    // The whole folder, the file that should not be there included, goes back to an older state now and then.
    if (cycle % 4 === 1) cpSync(dir, backup, { recursive: true })
    if (cycle % 4 === 3) {
      rmSync(dir, { recursive: true })
      cpSync(backup, dir, { recursive: true })
    }
    for (const line of await live(program, dir, 5 + ((cycle * 7) % 11))) {
      const [log, size, root] = line.split(" ")
      logs.add(log!)
      const place = `${log} ${size}`
      if ((roots.get(place) ?? root) !== root) expect.fail(`two roots at ${place}`)
      roots.set(place, root!)
    }
  }
  expect(roots.size).toBeGreaterThan(CYCLES * 4)
  expect(logs.size).toBe(1 + Math.floor(CYCLES / 4))
  figures("heads and kill -9", { lives: CYCLES, heads: roots.size, logs: logs.size })
}, 300_000)
