import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { spaceOf } from "../../src/platform/space.ts"

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "secure-chat-space-"))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test("what the file system says, in bytes", () => {
  const { bavail, blocks, bsize } = statfsSync(folder)
  const room = spaceOf(folder).look()
  expect(room.totalBytes).toBe(blocks * bsize)
  // Others write to the same disk while this runs.
  expect(Math.abs(room.freeBytes - bavail * bsize)).toBeLessThan(room.totalBytes / 10)
  writeFileSync(join(folder, "a"), "a")
  expect(spaceOf(folder).look().freeBytes).toBeLessThanOrEqual(room.totalBytes)
})

test("a folder that is not there is an error with a code", () => {
  expect(() => spaceOf(join(folder, "gone")).look()).toThrow(
    expect.objectContaining({ name: "PlatformError", code: "not-found" }),
  )
})
