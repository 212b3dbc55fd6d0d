/** The chosen language on the disk: kept for the next start, for all profiles. */
import { mkdtempSync, readFileSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test, vi } from "vitest"
import { chooseLanguage, keepLanguage, languageFile } from "../../src/cli/language.ts"

afterEach(() => vi.unstubAllEnvs())

test.skipIf(process.platform !== "linux")("is written for its owner alone, and found again", () => {
  vi.stubEnv("XDG_CONFIG_HOME", join(mkdtempSync(join(tmpdir(), "language-")), "not", "there"))
  keepLanguage("hi")
  keepLanguage("en")
  keepLanguage("hi")
  const kept = readFileSync(languageFile(), "utf8")
  expect(kept).toBe("hi\n")
  expect(statSync(languageFile()).mode & 0o077).toBe(0)
  expect(chooseLanguage([], { LANG: "en_GB.UTF-8" }, kept)).toBe("hi")
})
