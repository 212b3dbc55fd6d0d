/** `secure-chat config`: where settings lie, and the table of keys as a file that can be changed. */
import { keyFileText } from "../../tui/key-file.ts"
import { keyFileOf, readKeys } from "../key-settings.ts"
import { resultJson } from "../json-lines.ts"
import type { Invocation } from "./context.ts"

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
