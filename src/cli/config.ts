/**
 * What every command may be told: flags before environment before defaults, checked once, frozen.
 *
 *     SECURE_CHAT_DATA  SECURE_CHAT_PROFILE  SECURE_CHAT_PASSPHRASE_FD  SECURE_CHAT_ASCII  SECURE_CHAT_PLAIN  NO_COLOR
 *     FORCE_COLOR, which goes before NO_COLOR
 */
import { join, resolve } from "node:path"
import * as v from "valibot"
import { THEMES, type ThemeName } from "../client/client.ts"
import { CliError } from "./errors.ts"
import { PROFILE_NAME, profileFolder } from "./profile-folder.ts"

export interface Config {
  /** The profile's folder, absolute. */
  readonly profileDir: string
  /** Whether somebody said which profile: then the chat is meant, whether there is a terminal or not. */
  readonly isNamed: boolean
  /** The relay's folder: `--data` itself when given to a relay's command, else `relay` in the profile's. */
  readonly relayDir: string
  /** Where operators reach a relay whose folder they may not read (`--socket`), absolute. */
  readonly relaySocket: string | undefined
  readonly json: boolean
  readonly ascii: boolean
  readonly plain: boolean
  readonly color: boolean
  /** Instead of the one that is kept in the profile. */
  readonly theme: ThemeName | undefined
  /** The file descriptor to read the passphrase from. */
  readonly passphraseFd: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** A switch in the environment: set and not "0", "no", "false" or empty. */
const toggle = v.pipe(
  v.optional(v.string(), ""),
  v.transform((text) => !["", "0", "no", "false"].includes(text.toLowerCase())),
)
const folder = v.pipe(
  v.string(),
  v.nonEmpty("a folder has a name"),
  v.check((text) => !text.includes("\0"), "a folder's name holds no zero byte"),
)
const profileName = v.pipe(
  v.string(),
  v.regex(PROFILE_NAME, "a profile is named by up to 64 letters, digits, dots and dashes"),
)
const descriptor = v.pipe(
  v.string(),
  v.regex(/^\d{1,4}$/, "a file descriptor is a number, such as 3"),
  v.transform(Number),
)
const flag = v.optional(v.boolean(), false)

const flags = v.object({
  data: v.optional(folder),
  socket: v.optional(folder),
  profile: v.optional(profileName),
  passphraseFd: v.optional(descriptor),
  json: flag,
  ascii: flag,
  plain: flag,
  color: v.optional(v.boolean(), true),
  theme: v.optional(v.picklist(THEMES, `one of ${THEMES.join(", ")}`)),
})
const environment = v.object({
  SECURE_CHAT_DATA: v.optional(folder),
  SECURE_CHAT_PROFILE: v.optional(profileName),
  SECURE_CHAT_PASSPHRASE_FD: v.optional(descriptor),
  SECURE_CHAT_ASCII: toggle,
  SECURE_CHAT_PLAIN: toggle,
  NO_COLOR: toggle,
  FORCE_COLOR: toggle,
})

/** @param given the options as commander collected them. @throws CliError `usage`, naming the option. */
export function readConfig(given: Readonly<Record<string, unknown>>, env: Environment): Config {
  const set = parse(
    flags,
    given,
    (key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
  const around = parse(environment, withoutEmpty(env), (key) => key)
  const profile = set.profile ?? around.SECURE_CHAT_PROFILE
  const data = set.data ?? around.SECURE_CHAT_DATA
  const profileDir = profileFolder(data, profile)
  return Object.freeze({
    profileDir,
    isNamed: data !== undefined || profile !== undefined,
    relayDir: set.data === undefined ? join(profileDir, "relay") : resolve(set.data),
    relaySocket: set.socket === undefined ? undefined : resolve(set.socket),
    json: set.json,
    ascii: set.ascii || around.SECURE_CHAT_ASCII,
    plain: set.plain || around.SECURE_CHAT_PLAIN,
    color: set.color && (env["FORCE_COLOR"] ? around.FORCE_COLOR : !around.NO_COLOR),
    theme: set.theme,
    passphraseFd: set.passphraseFd ?? around.SECURE_CHAT_PASSPHRASE_FD,
  })
}

/** An empty variable is an unset one. */
function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""))
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  nameOf: (key: string) => string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const [issue] = result.issues
  throw new CliError("usage", `${nameOf(v.getDotPath(issue) ?? "")}: ${issue.message}`)
}
