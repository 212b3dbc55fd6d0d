/** The file `keys` in the profile's folder: the person's own keys of the full screen. */
import { join } from "node:path"
import { fromUtf8 } from "../bytes.ts"
import { PlatformError } from "../platform/errors.ts"
import { nodeFiles } from "../platform/files.ts"
import { faultLine, MAX_KEY_FILE_BYTES, parseKeyFile, type KeyFile } from "../tui/key-file.ts"
import { DEFAULT_KEYS, type KeyMap } from "../tui/key-map.ts"
import type { SafeText } from "../tui/safe-text.ts"
import type { Config } from "./config.ts"
import { CliError } from "./errors.ts"

export function keyFileOf({ profileDir }: Pick<Config, "profileDir">): string {
  return join(profileDir, "keys")
}

/** Faults as sentences; none for a file that is not there. */
export function checkKeys(config: Pick<Config, "profileDir">): { keys: KeyMap; faults: readonly SafeText[] } {
  const read = readFile(keyFileOf(config))
  if (read === undefined) return { keys: DEFAULT_KEYS, faults: [] }
  return read.ok
    ? { keys: read.keys, faults: [] }
    : { keys: DEFAULT_KEYS, faults: read.faults.map(faultLine) }
}

/** @throws CliError `bad-keys` with the first fault. */
export function readKeys(config: Pick<Config, "profileDir">): KeyMap {
  const { keys, faults } = checkKeys(config)
  const [first, ...more] = faults
  if (first === undefined) return keys
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`
  throw new CliError("bad-keys", `${keyFileOf(config)}, ${first}${others}`)
}

/** @throws PlatformError `not-permitted`, `disk-failed`. */
function readFile(path: string): KeyFile | undefined {
  try {
    return parseKeyFile(textOf(nodeFiles.read(path, MAX_KEY_FILE_BYTES)))
  } catch (cause) {
    if (!(cause instanceof PlatformError)) throw cause
    if (cause.code === "not-found") return undefined
    throw new CliError("bad-keys", cause.message, { cause })
  }
}

/** What is no UTF-8 becomes something that names no key. */
function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}
