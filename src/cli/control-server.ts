/**
 * What a running relay answers on its control socket: lines of JSON, `{"id": 1, "do": "status"}` and
 * `{"id": 1, "ok": true, …}` or `{"id": 1, "ok": false, "why": "…"}`. A program of the same user is on the other side;
 * what it says is checked like what a stranger says.
 */
import * as v from "valibot"
import { fromHex } from "../bytes.ts"
import { type ControlPeer, type ControlServer, serveControl, serveShared } from "../platform/control.ts"
import { ADMISSION_MODES } from "../relay/door.ts"
import { LIMIT_NAMES, type LimitName, LIMITS, type RelayLimits } from "../relay/config.ts"
import { prometheus } from "../relay/metrics.ts"
import type { MonitorEvent, RelayMonitor } from "../relay/monitor.ts"
import type { OperatorAct, OperatorAnswer } from "../relay/operating.ts"
import { jsonLine } from "./json-lines.ts"

export interface Controlled {
  name: string
  port: number
  version: string
  monitor: RelayMonitor
  limits: RelayLimits
  operate(act: OperatorAct): Promise<OperatorAnswer>
  /** Notes a limit down for the next start; undefined means the usual one. @throws CodedError. */
  keepLimit(name: LimitName, value: number | undefined): void
  /** Copies the store while it serves. @param path a file that does not exist. @throws CodedError. */
  backUp(path: string): Promise<{ bytes: number }>
}

const who = v.pipe(v.string(), v.nonEmpty(), v.maxLength(512))
const time = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 53)))
const limitSchema = v.strictObject(
  Object.fromEntries(
    LIMIT_NAMES.map((name) => {
      const { least, most } = LIMITS[name]
      return [
        name,
        v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)))),
      ]
    }),
  ),
)
const act = <const Do extends string>(...names: readonly [Do, ...Do[]]) => v.picklist(names)
const request = v.union([
  v.strictObject({ do: act("status", "watch", "metrics") }),
  v.strictObject({ do: act("clients", "bans", "invitations", "queue", "listed", "invite-main") }),
  v.strictObject({ do: act("kick", "ban", "unban", "admit", "turn-away"), who }),
  v.strictObject({ do: act("list", "unlist"), name: who }),
  v.strictObject({ do: act("revoke"), invitation: v.pipe(v.string(), v.regex(/^(main|[0-9a-f]{8,64})$/)) }),
  v.strictObject({
    do: act("invite"),
    hash: v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{64}$/),
      v.transform((hex) => fromHex(hex)),
    ),
    uses: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_ffff))),
    until: time,
  }),
  v.strictObject({ do: act("mode"), mode: v.picklist(ADMISSION_MODES) }),
  v.strictObject({ do: act("limits"), set: limitSchema }),
  v.strictObject({ do: act("backup"), path: v.pipe(v.string(), v.nonEmpty(), v.maxLength(4_096)) }),
])
type Request = v.InferOutput<typeof request>

/** What an operator may do who comes by a shared socket. */
export const OPERATOR_ROLES = ["watch", "moderate"] as const
export type OperatorRole = (typeof OPERATOR_ROLES)[number]

/** Whom a request is for; it is for everybody further to the right in watch, moderate, owner as well. */
const FOR: Readonly<Record<Request["do"], OperatorRole | "owner">> = {
  status: "watch",
  watch: "watch",
  metrics: "watch",
  clients: "watch",
  bans: "watch",
  invitations: "watch",
  queue: "watch",
  listed: "watch",
  kick: "moderate",
  ban: "moderate",
  unban: "moderate",
  admit: "moderate",
  "turn-away": "moderate",
  list: "moderate",
  unlist: "moderate",
  revoke: "moderate",
  invite: "owner",
  "invite-main": "owner",
  mode: "owner",
  limits: "owner",
  backup: "owner",
}
const RANKS = ["watch", "moderate", "owner"] as const

function may(role: OperatorRole | "owner", wanted: Request): boolean {
  return RANKS.indexOf(role) >= RANKS.indexOf(FOR[wanted.do])
}

const envelope = v.looseObject({ id: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31)) })

/** @param folder and note: see `serveControl`. @throws PlatformError. */
export function serveRelayControl(folder: string, note: string, relay: Controlled): Promise<ControlServer> {
  return serveControl(folder, note, (peer, line) => void answer(relay, "owner", peer, line))
}

/**
 * The same for people whom the system lets open the socket, within their role.
 *
 * @param acted is told of whatever was not only looked at, before it is done. @throws PlatformError.
 */
export function serveOperators(
  at: string,
  role: OperatorRole,
  relay: Controlled,
  acted: (what: string) => void,
): Promise<ControlServer> {
  return serveShared(at, (peer, line) => void answer(relay, role, peer, line, acted))
}

/** Never throws, whatever the line is. */
async function answer(
  relay: Controlled,
  role: OperatorRole | "owner",
  peer: ControlPeer,
  line: string,
  acted: (what: string) => void = () => {},
): Promise<void> {
  const read = readRequest(line)
  if (read === undefined) return void peer.send(jsonLine({ id: 0, ok: false, why: "bad-request" }))
  const { id, wanted } = read
  const say = (fields: object) => peer.send(jsonLine({ id, ...fields }))
  if (!may(role, wanted)) return void say({ ok: false, why: "role", role })
  if (FOR[wanted.do] !== "watch") acted(wanted.do)
  try {
    await perform(relay, peer, wanted, say)
  } catch (cause) {
    const coded = cause instanceof Error && "code" in cause ? cause : undefined
    say({ ok: false, why: "failed", detail: coded?.message ?? "the relay could not do it" })
  }
}

function readRequest(line: string): { id: number; wanted: Request } | undefined {
  try {
    const { id, ...rest } = v.parse(envelope, JSON.parse(line))
    return { id, wanted: v.parse(request, rest) }
  } catch {
    return undefined
  }
}

async function perform(
  relay: Controlled,
  peer: ControlPeer,
  wanted: Request,
  say: (fields: object) => boolean,
): Promise<void> {
  const { monitor, name, port, version, limits } = relay
  switch (wanted.do) {
    case "status": {
      const door = await relay.operate({ do: "invitations" })
      const queue = await relay.operate({ do: "queue" })
      const coming = {
        mode: "mode" in door ? door.mode : "invitation",
        invitations: "invitations" in door ? door.invitations.length : 0,
        waiting: "waiting" in queue ? queue.waiting.length : 0,
      }
      return void say({ ok: true, name, port, version, coming, limits, snapshot: monitor.snapshot() })
    }
    case "metrics":
      return void say({ ok: true, text: prometheus(monitor.snapshot()) })
    case "watch":
      return watch(monitor, peer, say)
    case "backup":
      return void say({ ok: true, ...(await relay.backUp(wanted.path)) })
    case "invite":
      return void say(await relay.operate({ ...wanted, uses: wanted.uses, until: wanted.until }))
    case "limits": {
      for (const [limit, value] of chosen(wanted.set)) relay.keepLimit(limit, value ?? undefined)
      const set: Partial<RelayLimits> = {}
      for (const [limit, value] of chosen(wanted.set)) set[limit] = value ?? LIMITS[limit].value
      return void say(await relay.operate({ do: "limits", set }))
    }
    default:
      return void say(await relay.operate(wanted))
  }
}

/** What has happened, then what happens, until the other side has gone. */
function watch(monitor: RelayMonitor, peer: ControlPeer, say: (fields: object) => boolean): void {
  for (const event of monitor.recent()) say({ ok: true, event })
  const end = monitor.subscribe((event: MonitorEvent) => void say({ ok: true, event }))
  peer.onGone(end)
}

function chosen(set: Readonly<Record<string, number | null | undefined>>): [LimitName, number | null][] {
  return LIMIT_NAMES.flatMap((name) => {
    const value = set[name]
    return value === undefined ? [] : [[name, value] as [LimitName, number | null]]
  })
}
