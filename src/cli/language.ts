/**
 * Which language the program speaks: `--language`, else `SECURE_CHAT_LANGUAGE`, else what is kept in a file, else the
 * system's.
 */
import { dirname, join } from "node:path"
import envPaths from "env-paths"
import { utf8 } from "../bytes.ts"
import { nodeFiles } from "../platform/files.ts"
import { type Language, LANGUAGES } from "../tui/language.ts"

const OPTION = "--language"

/** Where a choice is kept, for all profiles of this user: the tag alone. */
export function languageFile(): string {
  return join(envPaths("secure-chat", { suffix: "" }).config, "language")
}

/** @throws PlatformError `not-permitted`, `disk-full`, `disk-failed`. */
export function keepLanguage(language: Language): void {
  const file = languageFile()
  nodeFiles.ensureFolder(dirname(file))
  nodeFiles.writeAtomic(file, utf8(`${language}\n`))
}

/** The language of a tag such as `hi`, `hi_IN.UTF-8` or `en-GB`; undefined for any other. */
export function languageOf(tag: string | undefined): Language | undefined {
  const [primary = ""] = (tag ?? "")
    .trim()
    .toLowerCase()
    .split(/[_.@-]/u)
  return Object.hasOwn(LANGUAGES, primary) ? (primary as Language) : undefined
}

/** @param kept what the file holds. */
export function chooseLanguage(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  kept: string | undefined,
): Language {
  const at = args.indexOf(OPTION)
  const given = at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith(`${OPTION}=`))?.split("=")[1]
  const system = env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"]
  const tags = [given, env["SECURE_CHAT_LANGUAGE"], kept, system]
  return tags.map(languageOf).find((language) => language !== undefined) ?? "en"
}
