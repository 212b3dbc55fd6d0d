import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { fileBallast } from "../../src/platform/ballast.ts"
import { smallDisk } from "../support/full-disk.ts"

const folder = mkdtempSync(join(tmpdir(), "secure-chat-ballast-"))
const disk = smallDisk(4_000_000)
afterAll(() => {
  disk?.unmount()
  rmSync(folder, { recursive: true })
})
const BYTES = 1_048_576

test("room is held with real bytes, given up, and taken again; twice is as once", () => {
  const path = join(folder, "ballast")
  const ballast = fileBallast(path, BYTES)
  ballast.release()
  expect(existsSync(path)).toBe(false)
  ballast.take()
  ballast.take()
  const { size, blocks } = statSync(path)
  expect(size).toBe(BYTES)
  expect(blocks * 512).toBeGreaterThanOrEqual(BYTES)
  ballast.release()
  expect(existsSync(path)).toBe(false)
  writeFileSync(path, "half of it was written when the power went")
  ballast.take()
  expect(statSync(path).size).toBe(BYTES)
})

test("a folder that is gone is no error: there is just no room", () => {
  const ballast = fileBallast(join(folder, "no", "such"), BYTES)
  ballast.take()
  ballast.release()
  expect(existsSync(join(folder, "no"))).toBe(false)
})

test.skipIf(disk === undefined)("a nearly full disk gives half, and a full one nothing", () => {
  const path = join(disk!.dir, "ballast")
  const ballast = fileBallast(path, BYTES)
  disk!.fill(1_500_000)
  ballast.take()
  expect(statSync(path).size).toBe(BYTES / 2)
  ballast.release()
  disk!.fill(300_000)
  ballast.take()
  expect(existsSync(path)).toBe(false)
  expect(disk!.free()).toBeGreaterThan(200_000)
})
