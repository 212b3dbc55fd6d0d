/** What an operator asks of the relay that runs in a folder: who is there, who may come in, and what it may use up. */
import { resolve } from "node:path"
import * as v from "valibot"
import { toHex } from "../../bytes.ts"
import { labelledHash } from "../../crypto/hash.ts"
import { systemClock } from "../../platform/clock.ts"
import { systemRandom } from "../../platform/random.ts"
import { parseInvitation, printLink } from "../../protocol/address.ts"
import { LIMITS } from "../../relay/config.ts"
import type { AdmissionMode } from "../../relay/door.ts"
import { safeLine, safeName, type SafeText, say } from "../../tui/safe-text.ts"
import { askRelay, followRelay, type RelayPlace } from "../control-client.ts"
import { CliError } from "../errors.ts"
import { isoTime, resultJson } from "../json-lines.ts"
import { isLimit, parseLimit } from "../relay-config.ts"
import { storedLink } from "../relay-dir.ts"
import { bytesWords, eventWords, limitLines, statusLines, statusSchema } from "../relay-words.ts"
import { localTime } from "../transcript-text.ts"
import type { Invocation } from "./context.ts"

const CODE_BYTES = 16
/** In place of a value: the usual one. */
const USUAL = "default"
/** These are given to the listener when it opens. */
const AT_START: readonly string[] = ["connections", "handshakes", "handshakeMs"]

export async function statusCommand({ config, io, show }: Invocation): Promise<void> {
  const status = read(statusSchema, await askRelay(config, { do: "status" }))
  if (config.json) return show(resultJson("relay.status", undefined, status), "")
  for (const line of statusLines(status)) io.result(line)
}

export async function metricsCommand({ config, io }: Invocation): Promise<void> {
  const { text } = read(v.looseObject({ text: v.string() }), await askRelay(config, { do: "metrics" }))
  io.resultText(text)
}

const clientSchema = v.object({
  name: v.string(),
  tag: v.string(),
  remote: v.string(),
  since: v.number(),
  heardAt: v.number(),
  bytesIn: v.number(),
  bytesOut: v.number(),
  unread: v.number(),
})

export interface ClientsOptions {
  watch: boolean
}

export async function clientsCommand(invocation: Invocation, { watch }: ClientsOptions): Promise<void> {
  const { config, show, io } = invocation
  const answer = await askRelay(config, { do: "clients" })
  const { clients } = read(v.looseObject({ clients: v.array(clientSchema) }), answer)
  for (const { name, tag, remote, since, bytesIn, bytesOut, unread, heardAt } of clients) {
    const fields = {
      name,
      tag,
      remote,
      since: isoTime(since),
      heardAt: isoTime(heardAt),
      bytesIn,
      bytesOut,
      unread,
    }
    const who = tag === "" ? "(not logged in)" : `${safeName(name)} ${safeLine(tag)}`
    const traffic = `sent ${bytesWords(bytesIn)}, got ${bytesWords(bytesOut)}`
    const behind = unread > 0 ? `, ${bytesWords(unread)} unread` : ""
    show(
      resultJson("relay.client", undefined, fields),
      `${who}  ${safeLine(remote)}  since ${localTime(since)}  ${traffic}${behind}`,
    )
  }
  if (clients.length === 0)
    show(resultJson("relay.clients", undefined, { count: 0 }), say`nobody is connected`)
  if (!watch) return
  let isOld = true
  systemClock.wakeAt(systemClock.now(), () => (isOld = false))
  await followRelay(config, { do: "watch" }, io.stop, ({ event }) => {
    const words = eventWords(event)
    if (words !== undefined && !isOld) show(resultJson("relay.event", undefined, { event }), words)
  })
}

type Act = "kick" | "ban" | "unban" | "admit" | "turn-away"
const DONE: Readonly<Record<Act, readonly [changed: SafeText, same: SafeText]>> = {
  kick: [say`was disconnected, and may come back`, say`is not connected`],
  ban: [say`is shut out`, say`was shut out already`],
  unban: [say`may come in again`, say`was not shut out`],
  admit: [say`is let in, the next time they ask`, say`waits no more`],
  "turn-away": [say`was turned away`, say`waits no more`],
}

export async function personCommand({ config, show, io }: Invocation, act: Act, who: string): Promise<void> {
  const done = await changed(config, { do: act, who })
  const [yes, no] = DONE[act]
  show(
    resultJson(`relay.${act}`, undefined, { who, changed: done > 0 }),
    `${safeName(who)} ${done > 0 ? yes : no}`,
  )
  if (act === "ban" && done > 0 && !config.json)
    io.say(
      say`They can still join under a new name with an invitation that they know: relay invitations, relay revoke. Rooms have bans of their own: secure-chat room ban.`,
    )
}

const lineSchema = v.object({ name: v.string(), tag: v.string(), since: v.number() })

export async function bansCommand(invocation: Invocation): Promise<void> {
  const { bans } = read(
    v.looseObject({ bans: v.array(lineSchema) }),
    await askRelay(invocation.config, { do: "bans" }),
  )
  showLines(invocation, "relay.banned", bans, say`nobody is shut out`)
}

export async function queueCommand(invocation: Invocation): Promise<void> {
  const { waiting, mode } = read(
    v.looseObject({ waiting: v.array(lineSchema), mode: v.string() }),
    await askRelay(invocation.config, { do: "queue" }),
  )
  const nobody =
    mode === "approval"
      ? say`nobody waits`
      : say`nobody waits: newcomers are not asked to (relay admission approval)`
  showLines(invocation, "relay.waiting", waiting, nobody)
}

function showLines(
  { show }: Invocation,
  type: string,
  lines: readonly v.InferOutput<typeof lineSchema>[],
  nobody: string,
): void {
  for (const { name, tag, since } of lines)
    show(
      resultJson(type, undefined, { name, tag, since: isoTime(since) }),
      `${safeName(name)} ${safeLine(tag)}  since ${localTime(since)}`,
    )
  if (lines.length === 0) show(resultJson(type, undefined, { count: 0 }), nobody)
}

export async function admissionCommand(
  { config, show }: Invocation,
  mode: AdmissionMode | undefined,
): Promise<void> {
  if (mode !== undefined) await changed(config, { do: "mode", mode })
  const answer = await askRelay(config, { do: "listed" })
  const { mode: now, listed } = read(v.looseObject({ mode: v.string(), listed: v.array(v.string()) }), answer)
  const words: Readonly<Record<string, SafeText>> = {
    invitation: say`whoever has a good invitation comes in`,
    approval: say`newcomers wait until you let them in: relay queue, relay admit NAME`,
    list: say`only names on the list come in (${listed.length} now): relay allow NAME`,
  }
  show(
    resultJson("relay.admission", undefined, { mode: now, listed }),
    `${safeLine(now)}: ${words[now] ?? ""}`,
  )
}

export interface AllowOptions {
  remove: boolean
}

export async function allowCommand(
  { config, show, io }: Invocation,
  name: string | undefined,
  { remove }: AllowOptions,
): Promise<void> {
  if (name !== undefined) {
    const done = await changed(config, { do: remove ? "unlist" : "list", name })
    const words = remove
      ? [say`is off the list`, say`was not on the list`]
      : [say`is on the list`, say`was on the list already`]
    show(
      resultJson("relay.allow", undefined, { name, listed: !remove, changed: done > 0 }),
      `${safeName(name)} ${words[done > 0 ? 0 : 1]}`,
    )
  }
  const answer = await askRelay(config, { do: "listed" })
  const { mode, listed } = read(v.looseObject({ mode: v.string(), listed: v.array(v.string()) }), answer)
  if (name === undefined)
    for (const each of listed) show(resultJson("relay.listed", undefined, { name: each }), safeName(each))
  if (mode !== "list" && !config.json) io.say(say`The list is not asked now: relay admission list`)
}

export interface InviteOptions {
  uses?: number
  expires?: number
  main: boolean
}

/** The relay is told the hash of the code; the code and the room's secret stay in what is printed here. */
export async function inviteCommand(
  { config, show, io }: Invocation,
  { uses, expires, main }: InviteOptions,
): Promise<void> {
  const link = parseInvitation(storedLink(config.relayDir))
  if (link.kind !== "link" || link.admission === undefined)
    throw new CliError("usage", "this relay is open: whoever is on the network may join")
  if (main) {
    await changed(config, { do: "invite-main" })
    return show(
      resultJson("relay.invitation", undefined, { id: "main", link: printLink(link) }),
      printLink(link),
    )
  }
  const code = systemRandom.bytes(CODE_BYTES)
  const hash = toHex(labelledHash("admission", code))
  const until = expires === undefined ? undefined : systemClock.now() + expires
  await changed(config, { do: "invite", hash, uses, until })
  const printed = printLink({ ...link, admission: code })
  const id = hash.slice(0, 8)
  const json = { id, link: printed, uses: uses ?? null, until: until === undefined ? null : isoTime(until) }
  show(resultJson("relay.invitation", undefined, json), printed)
  if (!config.json)
    io.say(
      say`Invitation ${safeLine(id)}: ${usesWords(uses)}${untilWords(until)}. To end it: secure-chat relay revoke ${safeLine(id)}`,
    )
}

export async function invitationsCommand({ config, show }: Invocation): Promise<void> {
  const invitation = v.object({
    id: v.string(),
    made: v.number(),
    left: v.optional(v.number()),
    until: v.optional(v.number()),
    used: v.number(),
  })
  const answer = await askRelay(config, { do: "invitations" })
  const { invitations } = read(v.looseObject({ invitations: v.array(invitation) }), answer)
  for (const { id, left, until, used, made } of invitations) {
    const json = {
      id,
      made: isoTime(made),
      left: left ?? null,
      until: until === undefined ? null : isoTime(until),
      used,
    }
    const words =
      id === "main"
        ? say`the relay's own`
        : say`${usesWords(left)}${untilWords(until)}, ${used} came in with it`
    show(resultJson("relay.invitation", undefined, json), `${safeLine(id)}  ${words}`)
  }
  if (invitations.length === 0)
    show(
      resultJson("relay.invitations", undefined, { count: 0 }),
      say`no invitation is good: nobody new comes in`,
    )
}

/** @param typed the id that `relay invitations` shows, `main`, or the invitation itself. */
export async function revokeCommand({ config, show, io }: Invocation, typed: string): Promise<void> {
  const id = invitationId(typed)
  const done = await changed(config, { do: "revoke", invitation: id })
  if (done === 0) throw new CliError("no-such-invitation", `there is no invitation ${safeLine(typed)}`)
  show(resultJson("relay.revoked", undefined, { id }), say`nobody comes in with ${safeLine(id)} any more`)
  if (id === "main" && !config.json) io.say(say`To make it good again: secure-chat relay invite --main`)
}

function invitationId(typed: string): string {
  if (/^(main|[0-9a-f]{8,64})$/.test(typed)) return typed
  const link = parseInvitation(typed)
  if (link.kind !== "link" || link.admission === undefined)
    throw new CliError("usage", "give the id that relay invitations shows, or the link")
  return toHex(labelledHash("admission", link.admission))
}

function usesWords(left: number | undefined): SafeText {
  if (left === undefined) return say`for anybody who has it`
  return left === 1 ? say`for one person` : say`for ${left} people`
}

function untilWords(until: number | undefined): SafeText {
  return until === undefined ? say`` : say`, until ${safeLine(localTime(until))}`
}

export async function showLimitsCommand({ config, io, show }: Invocation): Promise<void> {
  const { limits } = read(statusSchema, await askRelay(config, { do: "status" }))
  if (config.json) return show(resultJson("relay.limits", undefined, { limits }), "")
  for (const line of limitLines(limits)) io.result(line)
}

/** Counts from now on, and after a start too. */
export async function setLimitCommand(
  { config, show, io }: Invocation,
  name: string,
  typed: string,
): Promise<void> {
  if (!isLimit(name)) throw new CliError("usage", `there is no limit "${safeLine(name)}": relay limits show`)
  const value = typed === USUAL ? null : parseLimit(name, typed)
  await askRelay(config, { do: "limits", set: { [name]: value } })
  const now = value ?? LIMITS[name].value
  show(
    resultJson("relay.limit", undefined, { name, value: now }),
    say`${safeLine(name)} is ${now} from now on`,
  )
  if (AT_START.includes(name) && !config.json)
    io.say(say`New places for connections are there after the next start.`)
}

/** @param path where the copy is to be, on the relay's machine. */
export async function backupCommand({ config, show, io }: Invocation, path: string): Promise<void> {
  const whole = resolve(path)
  const { bytes } = read(
    v.looseObject({ bytes: v.number() }),
    await askRelay(config, { do: "backup", path: whole }),
  )
  show(resultJson("relay.backup", undefined, { path: whole, bytes }), `${whole}: ${bytesWords(bytes)}`)
  if (!config.json)
    io.say(
      say`Keep a copy of relay.key, invitation and settings.json as well: they are not in it, and hardly ever change.`,
    )
}

async function changed(place: RelayPlace, ask: Parameters<typeof askRelay>[1]): Promise<number> {
  return read(v.looseObject({ done: v.number() }), await askRelay(place, ask)).done
}

function read<Schema extends v.GenericSchema>(schema: Schema, answer: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, answer)
  if (result.success) return result.output
  throw new CliError(
    "relay-refused",
    "the relay that runs is of another version: stop it, and start it again",
  )
}
