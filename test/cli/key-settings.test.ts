/** The file of a person's own keys, on the disk. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { checkKeys, keyFileOf, readKeys } from "../../src/cli/key-settings.ts"
import { actionOf, DEFAULT_KEYS } from "../../src/tui/key-map.ts"

const root = mkdtempSync(join(tmpdir(), "keys-"))
afterAll(() => rmSync(root, { recursive: true }))

function profile(name: string, bytes: string | Uint8Array | undefined) {
  const profileDir = join(root, name)
  mkdirSync(profileDir)
  if (bytes !== undefined) writeFileSync(join(profileDir, "keys"), bytes)
  return { profileDir }
}

test("no file, no change", () => expect(readKeys(profile("none", undefined))).toBe(DEFAULT_KEYS))

test("a key of one's own", () => {
  const keys = readKeys(profile("own", "help = f1, f12\n"))
  expect(actionOf(keys, "f12", false)).toEqual({ kind: "help" })
})

test.each<[string, string | Uint8Array, string]>([
  ["twice", "help = ctrl+g\n", 'line 1: Ctrl+G would mean "next-unread" and "help"'],
  ["bytes", Uint8Array.of(0x68, 0xff, 0xfe, 0x3d), "line 1: there is no action"],
  ["large", "#".repeat(70_000), "70000 bytes"],
])("%s: the start is refused with a sentence that names the file", (name, bytes, words) => {
  const config = profile(name, bytes)
  expect(() => readKeys(config)).toThrow(expect.objectContaining({ code: "bad-keys" }))
  expect(() => readKeys(config)).toThrow(words)
  expect(() => readKeys(config)).toThrow(keyFileOf(config))
  if (name !== "large") expect(checkKeys(config).faults).toHaveLength(1)
})
