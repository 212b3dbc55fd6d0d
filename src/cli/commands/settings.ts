/** `secure-chat config`: settings of the screens, where they lie, and the table of keys as a file that can be changed. */
import { systemClock } from "../../platform/clock.ts"
import { ClientError } from "../../client/errors.ts"
import type { Settings } from "../../client/client.ts"
import { LANGUAGES, spokenLanguage } from "../../tui/language.ts"
import { languageNamed } from "../../tui/language-choice.ts"
import { SETTING_NAMES, settingAnswer, SETTINGS, type SettingName } from "../../tui/setting-table.ts"
import { CliError } from "../errors.ts"
import { keyFileText } from "../../tui/key-file.ts"
import { keyFileOf, readKeys } from "../key-settings.ts"
import { resultJson } from "../json-lines.ts"
import { keepLanguage, keptLanguage } from "../language.ts"
import { hasProfile } from "../profile-dir.ts"
import { type Invocation, withClient } from "./context.ts"

export function showPaths({ show, config }: Invocation): void {
  const keys = keyFileOf(config)
  show(
    resultJson("config.path", undefined, { profile: config.profileDir, keys }),
    `profile  ${config.profileDir}\nkeys     ${keys}`,
  )
}

/** @throws CliError `bad-keys`. */
export function showKeys({ show, config }: Invocation): void {
  const text = keyFileText(readKeys(config))
  show(resultJson("config.keys", undefined, { keys: text.split("\n") }), text)
}

/** @throws CliError `usage`, ClientError `not-joined`. */
export async function getSettings(invocation: Invocation, typed: string | undefined): Promise<void> {
  if (typed === LANGUAGE) return showLanguage(invocation)
  const name = typed === undefined ? undefined : nameOf(typed)
  await withClient(invocation, async ({ client }) => {
    const settings = client.desk.settings()
    const answer = settingAnswer(settings, { name, value: undefined, roomId: undefined }, systemClock.now())
    const lines = answer.kind === "shown" ? answer.lines : []
    const language = keptLanguage(invocation.config.profileDir) ?? null
    const json = resultJson("config.settings", undefined, { ...settings, language })
    invocation.show(json, name === undefined ? lines.join("\n") : valueOf(settings, name))
  })
}

/** @throws CliError `usage` for a value that the setting cannot have; ClientError `not-joined`. */
export async function setSetting(invocation: Invocation, typed: string, value: string): Promise<void> {
  if (typed === LANGUAGE) return setLanguage(invocation, value)
  const name = nameOf(typed)
  await withClient(invocation, async ({ client }) => {
    const wish = { name, value, roomId: undefined }
    const answer = settingAnswer(client.desk.settings(), wish, systemClock.now())
    if (answer.kind === "refused") throw new CliError("usage", answer.why)
    if (answer.kind === "shown") return
    const settings = await client.desk.change(answer.change)
    invocation.show(resultJson("config.settings", undefined, { ...settings }), answer.said)
  })
}

/** Beside the database, for it is needed before that is opened: the passphrase is asked for in it. */
const LANGUAGE = "language"

/** @throws ClientError `not-joined`. */
function showLanguage({ config, show }: Invocation): void {
  assertProfile(config)
  const kept = keptLanguage(config.profileDir)
  show(resultJson("config.settings", undefined, { language: kept ?? null }), kept ?? spokenLanguage())
}

/** @throws CliError `usage`; ClientError `not-joined`; PlatformError. */
function setLanguage({ config, show }: Invocation, value: string): void {
  assertProfile(config)
  const language = languageNamed(value)
  if (language === undefined)
    throw new CliError("usage", `language can be: ${Object.keys(LANGUAGES).join(", ")}`)
  keepLanguage(config.profileDir, language)
  show(resultJson("config.settings", undefined, { language }), `language: ${language}`)
}

function assertProfile(config: Invocation["config"]): void {
  if (!hasProfile(config))
    throw new ClientError("not-joined", `there is no profile in ${config.profileDir} yet`)
}

/** @throws CliError `usage`. */
function nameOf(typed: string): SettingName {
  const name = SETTING_NAMES.find((known) => known === typed)
  if (name === undefined)
    throw new CliError(
      "usage",
      `there is no such setting; there are ${[...SETTING_NAMES, LANGUAGE].join(", ")}`,
    )
  return name
}

function valueOf(settings: Settings, name: SettingName): string {
  return SETTINGS[name].shown(settings, systemClock.now())
}
