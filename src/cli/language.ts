/**
 * Which language the program speaks: `--language`, else `SECURE_CHAT_LANGUAGE`, else what the profile keeps, else the
 * system's.
 */
import { join } from "node:path"
import { fromUtf8, utf8 } from "../bytes.ts"
import { nodeFiles } from "../platform/files.ts"
import { type Language, LANGUAGES } from "../tui/language.ts"
import { optionIn } from "./profile-folder.ts"

const MAX_FILE_BYTES = 32

/** The file `language` in the profile's folder: the tag alone. It lies open, for a locked profile asks in a language too. */
function languageFile(profileDir: string): string {
  return join(profileDir, "language")
}

/** @throws PlatformError `not-permitted`, `disk-full`, `disk-failed`. */
export function keepLanguage(profileDir: string, language: Language): void {
  nodeFiles.ensureFolder(profileDir)
  nodeFiles.writeAtomic(languageFile(profileDir), utf8(`${language}\n`))
}

/** What this profile speaks when nothing else is asked for; undefined: whatever the system does. */
export function keptLanguage(profileDir: string): Language | undefined {
  try {
    return languageOf(fromUtf8(nodeFiles.read(languageFile(profileDir), MAX_FILE_BYTES)))
  } catch {
    // None is kept, or nobody can read it: a language is no reason not to start.
    return undefined
  }
}

/** The language of a tag such as `hi`, `hi_IN.UTF-8` or `en-GB`; undefined for any other. */
export function languageOf(tag: string | undefined): Language | undefined {
  const [primary = ""] = (tag ?? "")
    .trim()
    .toLowerCase()
    .split(/[_.@-]/u)
  return Object.hasOwn(LANGUAGES, primary) ? (primary as Language) : undefined
}

/** @param kept by the profile. */
export function chooseLanguage(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  kept: Language | undefined,
): Language {
  const system = env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"]
  const tags = [optionIn(args, "--language"), env["SECURE_CHAT_LANGUAGE"]]
  const asked = tags.map(languageOf).find((language) => language !== undefined)
  return asked ?? kept ?? languageOf(system) ?? "en"
}
