import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { afterEach, beforeEach, expect, test } from "vitest"
import { takeLock } from "../../src/platform/lock.ts"

const holder = fileURLToPath(new URL("../support/lock-holder.ts", import.meta.url))
const inUse = expect.objectContaining({ name: "PlatformError", code: "in-use" }) as Error
let folder: string
let path: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secure-chat-lock-"))
  path = join(folder, "lock")
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

test("one holder; released, it can be taken again", () => {
  const lock = takeLock(path)
  expect(() => takeLock(path)).toThrow(inUse)
  lock.release()
  takeLock(path).release()
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test("a failed attempt in this process does not free the lock for another", async () => {
  const lock = takeLock(path)
  expect(() => takeLock(path)).toThrow(inUse)
  expect((await start()).said).toBe("in-use")
  lock.release()
  expect((await start()).said).toBe("held")
})

test("another process holds it, also while it is stopped, until it is killed", async () => {
  const { child, said } = await start()
  expect(said).toBe("held")
  expect(() => takeLock(path)).toThrow(inUse)
  child.kill("SIGSTOP")
  const began = performance.now()
  expect(() => takeLock(path)).toThrow(inUse)
  // Not asked to answer at once, the database would wait for five seconds.
  expect(performance.now() - began).toBeLessThan(4_000)
  child.kill("SIGKILL")
  await once(child, "exit")
  takeLock(path).release()
})

test("of ten processes at once, one holds it", async () => {
  const said = await Promise.all(Array.from({ length: 10 }, async () => (await start()).said))
  expect(said.toSorted()).toEqual(["held", ...Array.from({ length: 9 }, () => "in-use")])
})

test("a lock that nobody keeps in a variable is held all the same", async () => {
  takeLock(path)
  setFlagsFromString("--expose-gc")
  const collect = runInNewContext("gc") as () => void
  for (let i = 0; i < 3; i++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(() => takeLock(path)).toThrow(inUse)
})

test("a file that is no lock, and a place that is not there, are errors with a code", () => {
  writeFileSync(path, "this is a text of somebody else, longer than a header of SQLite would be".repeat(20))
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: "disk-failed" }))
  expect(() => takeLock(join(folder, "no/lock"))).toThrow(expect.objectContaining({ code: "not-found" }))
})

async function start(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [holder, path], { stdio: ["ignore", "pipe", "inherit"] })
  children.push(child)
  const [chunk] = (await once(child.stdout, "data")) as [Buffer]
  return { child, said: chunk.toString().trim() }
}
