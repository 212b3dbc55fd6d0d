import { execFileSync } from "node:child_process"
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import { fileError } from "../../src/platform/errors.ts"
import { nodeFiles } from "../../src/platform/files.ts"

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "secure-chat-files-"))))
afterEach(() => rmSync(folder, { recursive: true }))

const mode = (path: string) => statSync(path).mode & 0o777

test("a file is written whole, for its owner only, over what was there", () => {
  const path = join(folder, "key")
  writeFileSync(path, "an older and longer text", { mode: 0o666 })
  chmodSync(path, 0o666)
  nodeFiles.writeAtomic(path, utf8("new"))
  expect(readFileSync(path, "utf8")).toBe("new")
  expect(mode(path)).toBe(0o600)
  expect(readdirSync(folder)).toEqual(["key"])
  expect(Buffer.from(nodeFiles.read(path)).toString()).toBe("new")
})

test("a link at the place is replaced, not followed", () => {
  writeFileSync(join(folder, "victim"), "untouched")
  symlinkSync(join(folder, "victim"), join(folder, "link"))
  nodeFiles.writeAtomic(join(folder, "link"), utf8("ours"))
  expect(readFileSync(join(folder, "victim"), "utf8")).toBe("untouched")
})

test("when the write fails, the old file stands and nothing is left over", () => {
  const path = join(folder, "taken")
  mkdirSync(path)
  expect(() => nodeFiles.writeAtomic(path, utf8("x"))).toThrow(
    expect.objectContaining({ name: "PlatformError" }),
  )
  expect(readdirSync(folder)).toEqual(["taken"])
})

test("folders are made for their owner only", () => {
  nodeFiles.ensureFolder(join(folder, "a/b"))
  nodeFiles.ensureFolder(join(folder, "a/b"))
  expect([mode(join(folder, "a")), mode(join(folder, "a/b"))]).toEqual([0o700, 0o700])
})

test("what is not there, what is too large", () => {
  const path = join(folder, "x")
  expect(nodeFiles.exists(path)).toBe(false)
  expect(() => nodeFiles.read(path)).toThrow(expect.objectContaining({ code: "not-found" }))
  nodeFiles.remove(path)
  nodeFiles.writeAtomic(path, new Uint8Array(10))
  expect(nodeFiles.read(path, 10)).toHaveLength(10)
  expect(() => nodeFiles.read(path, 9)).toThrow(expect.objectContaining({ code: "too-large" }))
  nodeFiles.remove(path)
  expect(nodeFiles.exists(path)).toBe(false)
})

test("free space is what the system says, within what changes meanwhile", () => {
  const line = execFileSync("df", ["-B1", "--output=avail", folder], { encoding: "utf8" }).split("\n")[1]!
  const free = nodeFiles.freeBytes(folder)
  expect(Math.abs(free - Number(line))).toBeLessThan(1_000_000_000)
  expect(() => nodeFiles.freeBytes(join(folder, "nowhere"))).toThrow(
    expect.objectContaining({ code: "not-found" }),
  )
})

test.each([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EACCES", "not-permitted"],
  ["EROFS", "not-permitted"],
  ["ENOENT", "not-found"],
  ["EISDIR", "not-a-file"],
  ["EIO", "disk-failed"],
])("the system's %s is our %s, and the sentence names the file", (system, code) => {
  const wrapped = fileError(Object.assign(new Error("x"), { code: system }), "/data/key")
  expect(wrapped).toMatchObject({
    name: "PlatformError",
    code,
    message: expect.stringContaining("/data/key") as string,
  })
})

test("an error that is not the system's passes unchanged", () => {
  const bug = new TypeError("ours")
  expect(fileError(bug, "/x")).toBe(bug)
  const invalid = Object.assign(new TypeError("ours"), { code: "ERR_INVALID_ARG_TYPE" })
  expect(fileError(invalid, "/x")).toBe(invalid)
})

test("a folder where none can be is refused, and at once", () => {
  expect(() => nodeFiles.ensureFolder("/proc/nowhere/below")).toThrow(
    expect.objectContaining({ name: "PlatformError" }),
  )
})

test("what the system does not let one look at is no missing file; what lies below a file is one", () => {
  const path = join(folder, "loop")
  symlinkSync(path, path)
  expect(() => nodeFiles.exists(path)).toThrow(path)
  writeFileSync(join(folder, "file"), "")
  expect(nodeFiles.exists(join(folder, "file", "below"))).toBe(false)
})
