/**
 * `relay.json` in the relay's folder, or where `--config` says: what an administrator sets, and the program only changes
 * when told to (`relay limits set`). Everything in it may be left out; what is in it is checked to the last field.
 *
 *     {
 *       "name": "Class 8B", "host": "192.168.1.10", "port": 7667, "advertise": "chat.school.lan", "discovery": true,
 *       "limits": { "connectionsPerAddress": 200 },
 *       "metrics": { "host": "127.0.0.1", "port": 9667 },
 *       "operators": [{ "socket": "/run/secure-chat-teachers/socket", "role": "moderate" }]
 *     }
 */
import { isIPv6 } from "node:net"
import * as v from "valibot"
import { BytesError, fromUtf8, utf8 } from "../bytes.ts"
import { nodeFiles } from "../platform/files.ts"
import { DEFAULT_LIMITS, LIMIT_NAMES, type LimitName, LIMITS, type RelayLimits } from "../relay/config.ts"
import { OPERATOR_ROLES } from "./control-server.ts"
import { CliError } from "./errors.ts"
import { parseDuration } from "./numbers.ts"

const MAX_FILE_BYTES = 65_536
const MAX_TEXT = 255
const MAX_OPERATORS = 8

const BRACES = "must be an object in braces"
const HOST = "must be a name or an address without a port, such as 192.168.1.10"

const text = v.pipe(
  v.string("must be text in quotation marks"),
  v.nonEmpty("must not be empty"),
  v.maxLength(MAX_TEXT, "is too long"),
)
const port = v.pipe(
  v.number("must be a number"),
  v.integer("must be a whole number"),
  v.minValue(0, "must be 0 to 65535"),
  v.maxValue(65_535, "must be 0 to 65535"),
)
const limit = (name: LimitName) => {
  const { least, most } = LIMITS[name]
  const bounds = `must be a whole number from ${least} to ${most}`
  return v.optional(
    v.pipe(v.number(bounds), v.integer(bounds), v.minValue(least, bounds), v.maxValue(most, bounds)),
  )
}
/** A list has fields too. */
const braces = v.pipe(
  v.unknown(),
  v.check((given) => !Array.isArray(given), BRACES),
)
const limits = v.strictObject({
  ...(Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit(name)])) as Record<
    LimitName,
    ReturnType<typeof limit>
  >),
  loopbackExempt: v.optional(v.boolean("must be true or false")),
})
const schema = v.strictObject({
  name: v.optional(text),
  host: v.optional(text),
  port: v.optional(port),
  advertise: v.optional(v.pipe(text, v.check(isHost, HOST))),
  discovery: v.optional(v.boolean("must be true or false")),
  limits: v.optional(v.pipe(braces, limits), {}),
  metrics: v.optional(v.pipe(braces, v.strictObject({ host: v.optional(text, "127.0.0.1"), port }))),
  operators: v.optional(
    v.pipe(
      v.array(
        v.pipe(
          braces,
          v.strictObject({
            socket: text,
            role: v.picklist(OPERATOR_ROLES, `must be one of ${OPERATOR_ROLES.join(", ")}`),
          }),
        ),
        "must be a list in brackets",
      ),
      v.maxLength(MAX_OPERATORS, `must not name more than ${MAX_OPERATORS} sockets`),
    ),
    [],
  ),
})
export type RelayFile = v.InferOutput<typeof schema>

/**
 * @param isNamed whether somebody named the file, which must then exist.
 * @throws CliError `bad-config`, naming the file and the field. @throws PlatformError.
 */
export function readRelayFile(path: string, isNamed: boolean): RelayFile {
  if (!isNamed && !nodeFiles.exists(path)) return v.parse(schema, {})
  const result = v.safeParse(v.pipe(braces, schema), readJson(path))
  if (result.success) return result.output
  const [issue] = result.issues
  const field = v.getDotPath(issue) ?? ""
  throw new CliError("bad-config", `${path}: ${field === "" ? "the file" : field} ${faultOf(issue)}`)
}

/** An object says in one kind of issue that it is none, that a field is missing, and that one is too many. */
function faultOf({ type, expected, message }: v.BaseIssue<unknown>): string {
  if (type !== "strict_object") return message
  if (expected === "never") return "is no setting that there is"
  return expected === "Object" ? BRACES : "is missing"
}

/** Whether an invitation can name it: what the network calls a machine, without brackets and port. */
function isHost(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/.test(name) || (isIPv6(name) && !name.includes("%"))
}

/** What is typed for `advertise`. @throws CliError `usage`. */
export function parseHost(typed: string): string {
  if (isHost(typed)) return typed
  throw new CliError(
    "usage",
    `"${typed}" is no address for an invitation: write a name or an address without a port`,
  )
}

/** @returns all limits, those of the file in the place of the usual ones. */
export function limitsOf(file: RelayFile): RelayLimits {
  const set = Object.entries(file.limits).filter(([, value]) => value !== undefined)
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(set) }
}

/** Notes one limit down in the file, which is made when missing; undefined takes it out. @throws as `readRelayFile`. */
export function keepLimit(path: string, name: LimitName, value: number | undefined): void {
  readRelayFile(path, false)
  const before = nodeFiles.exists(path) ? (readJson(path) as { limits?: object }) : {}
  const { [name]: _, ...others } = { ...before.limits } as Record<string, unknown>
  const after = { ...before, limits: value === undefined ? others : { ...others, [name]: value } }
  nodeFiles.writeAtomic(path, utf8(`${JSON.stringify(after, undefined, 2)}\n`))
}

export function isLimit(name: string): name is LimitName {
  return (LIMIT_NAMES as readonly string[]).includes(name)
}

const UNITS: Readonly<Record<string, number>> = { "": 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 }

/** A number; of times also `30d`, of sizes also `64MiB`. @throws CliError `usage` when it is out of bounds. */
export function parseLimit(name: LimitName, typed: string): number {
  const { least, most } = LIMITS[name]
  const isTime = name.endsWith("Ms")
  const match = /^(\d{1,15})(KiB|MiB|GiB)?$/.exec(typed)
  let value = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2] ?? ""]!
  if (match === null && isTime) value = parseDuration(typed)
  if (!(value >= least && value <= most && Number.isSafeInteger(value)))
    throw new CliError("usage", `${name} must be a whole number from ${least} to ${most}`)
  return value
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(fromUtf8(nodeFiles.read(path, MAX_FILE_BYTES)))
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof BytesError)) throw cause
    throw new CliError(
      "bad-config",
      `${path}: ${cause instanceof SyntaxError ? cause.message : "it is no text"}`,
      {
        cause,
      },
    )
  }
}
