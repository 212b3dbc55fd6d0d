/** The chosen language on the disk: kept by each profile for its next start. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { expect, test } from "vitest"
import { chooseLanguage, keepLanguage, keptLanguage } from "../../src/cli/language.ts"
import { folderOfArguments } from "../../src/cli/profile-folder.ts"

const fresh = () => mkdtempSync(join(tmpdir(), "language-"))

test("is written into the profile's folder for its owner alone, and found again", () => {
  const dir = join(fresh(), "not", "there")
  expect(keptLanguage(dir)).toBeUndefined()
  for (const language of ["hi", "en", "hi"] as const) keepLanguage(dir, language)
  expect(readFileSync(join(dir, "language"), "utf8")).toBe("hi\n")
  if (process.platform !== "win32") expect(statSync(join(dir, "language")).mode & 0o077).toBe(0)
  expect(keptLanguage(dir)).toBe("hi")
  expect(chooseLanguage([], { LANG: "en_GB.UTF-8" }, keptLanguage(dir))).toBe("hi")
})

test.each([["fr"], [""], ["hi".padEnd(40)], ["\u00ff\u0000"], ["__proto__"]])(
  "what is no language in that file is none: %j",
  (text) => {
    const dir = fresh()
    writeFileSync(join(dir, "language"), text, "latin1")
    expect(keptLanguage(dir)).toBeUndefined()
  },
)

test("the folder is found before the options are read, and is the one that they mean", () => {
  const last = (args: readonly string[], env = {}) => folderOfArguments(args, env)
  expect(last(["--data", "/a"])).toBe(resolve("/a"))
  expect(last(["send", "x", "--data=/b", "y"], { SECURE_CHAT_DATA: "/env" })).toBe(resolve("/b"))
  expect(last(["--data", "/a", "--data", "/c"])).toBe(resolve("/c"))
  expect(last(["send", "--", "--data", "/d"], { SECURE_CHAT_DATA: "/env" })).toBe(resolve("/env"))
  expect(last(["--profile", "work"])).toMatch(/[\\/]work$/u)
  expect(last([], { SECURE_CHAT_PROFILE: "home", SECURE_CHAT_DATA: "" })).toMatch(/[\\/]home$/u)
  expect(last([])).toMatch(/[\\/]default$/u)
  expect(last(["--profile", "../up"])).toBeUndefined()
  expect(last(["--data", "a\u0000b"])).toBeUndefined()
  expect(last(["--data="])).toBeUndefined()
})
