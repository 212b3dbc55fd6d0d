/** A relay's state in words, for the operator's terminal. */
import * as v from "valibot"
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS } from "../relay/config.ts"
import { safeLine, safeName } from "../tui/safe-text.ts"

const count = v.number()
const counts = v.record(v.string(), count)
const rates = v.object({ entries: count, bytesIn: count, bytesOut: count, opened: count, refused: count })
export const statusSchema = v.looseObject({
  name: v.string(),
  port: count,
  version: v.string(),
  coming: v.object({ mode: v.string(), invitations: count, waiting: count }),
  limits: v.record(v.string(), v.union([count, v.boolean()])),
  snapshot: v.object({
    at: count,
    startedAt: count,
    connections: v.object({ open: count, members: count, most: count, opened: count }),
    online: count,
    people: count,
    entries: v.object({ accepted: count, bytes: count, stale: count, conflict: count }),
    refused: counts,
    cut: counts,
    notices: v.optional(counts, {}),
    bytes: v.object({ in: count, out: count }),
    rates: v.object({ tenSeconds: rates, minute: rates }),
    disk: v.optional(
      v.object({ freeBytes: count, totalBytes: count, storeBytes: count, isLow: v.boolean() }),
    ),
    sync: v.object({
      count,
      totalMs: count,
      lastMs: count,
      mostMs: count,
      upTo: v.array(v.object({ ms: v.nullable(count), count })),
    }),
  }),
})
export type Status = v.InferOutput<typeof statusSchema>

const NAME_CELLS = 14
const LIMIT_CELLS = 26
const VALUE_CELLS = 16

export function statusLines({ name, port, version, coming, limits, snapshot }: Status): string[] {
  const { connections, online, people, entries, bytes, rates: by, disk, sync } = snapshot
  const row = (title: string, text: string) => `  ${title.padEnd(NAME_CELLS)}${text}`
  const up = durationWords(snapshot.at - snapshot.startedAt)
  const { tenSeconds: now, minute } = by
  const room =
    disk &&
    `${bytesWords(disk.storeBytes)} stored, ${bytesWords(disk.freeBytes)} free${disk.isLow ? ": TOO LITTLE, nothing new is taken" : ""}`
  const mean = sync.count === 0 ? 0 : sync.totalMs / sync.count
  return [
    `${safeName(name)} on port ${port}, running for ${up}, version ${safeLine(version)}`,
    row("online", `${online} people, ${people} in the directory`),
    row(
      "connections",
      `${connections.open} open, ${connections.members} logged in, ${connections.most} at most`,
    ),
    row(
      "entries",
      `${entries.accepted} (${perSecond(now.entries)} now, ${perSecond(minute.entries)} in the last minute)`,
    ),
    row(
      "traffic",
      `in ${bytesWords(bytes.in)} (${bytesWords(now.bytesIn)}/s), out ${bytesWords(bytes.out)} (${bytesWords(now.bytesOut)}/s)`,
    ),
    row("refused", countsWords(snapshot.refused)),
    row("ended", countsWords(snapshot.cut)),
    row("disk", room ?? "not known"),
    row("told", countsWords(snapshot.notices)),
    row("sync", `${sync.count}, ${mean.toFixed(1)} ms on average, ${sync.mostMs} ms at most`),
    row(
      "coming in",
      `${safeLine(coming.mode)}; ${counted(coming.invitations, "invitation", "invitations")}, ${counted(coming.waiting, "person waits", "people wait")}`,
    ),
    "",
    ...limitLines(limits),
  ]
}

/** What was changed is marked. */
export function limitLines(limits: Status["limits"]): string[] {
  const line = (name: string, value: string, words: string, isChanged: boolean) =>
    `${isChanged ? "* " : "  "}${name.padEnd(LIMIT_CELLS)}${value.padStart(VALUE_CELLS)}  ${words}`
  const known = LIMIT_NAMES.map((name) => {
    const value = limits[name]
    return line(name, String(value), LIMITS[name].words, value !== DEFAULT_LIMITS[name])
  })
  const { loopbackExempt } = limits
  const words = "whether this machine's own addresses are exempt"
  return [
    ...known,
    line("loopbackExempt", String(loopbackExempt), words, loopbackExempt !== DEFAULT_LIMITS.loopbackExempt),
  ]
}

const eventSchema = v.looseObject({
  kind: v.string(),
  tag: v.optional(v.string(), ""),
  remote: v.optional(v.string(), ""),
  code: v.optional(v.string(), ""),
  why: v.optional(v.string(), ""),
  times: v.optional(count, 1),
  notice: v.optional(v.looseObject({ type: v.string() })),
})

/** Undefined for what this version does not know. */
export function eventWords(event: unknown): string | undefined {
  const read = v.safeParse(eventSchema, event)
  if (!read.success) return undefined
  const { kind, tag, remote, code, why, times, notice } = read.output
  const who = safeLine(tag === "" ? "somebody" : tag)
  const often = times > 1 ? ` (${times} times)` : ""
  switch (kind) {
    case "connected":
      return `${who} is here (${safeLine(remote)})`
    case "disconnected":
      return `${who} left`
    case "refused":
      return `somebody at ${safeLine(remote)} was refused: ${safeLine(code)}${often}`
    case "cut":
      return `${who} at ${safeLine(remote)} was disconnected: ${safeLine(why)}${often}`
    case "notice":
      return safeLine(notice?.type ?? "")
    default:
      return undefined
  }
}

export function bytesWords(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"]
  let [value, unit] = [bytes, 0]
  while (value >= 1_024 && unit < units.length - 1) [value, unit] = [value / 1_024, unit + 1]
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

function perSecond(rate: number): string {
  return `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`
}

function countsWords(all: Readonly<Record<string, number>>): string {
  const words = Object.entries(all).map(([what, times]) => `${times} ${safeLine(what)}`)
  return words.length === 0 ? "none" : words.join(", ")
}

function counted(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`
}

function durationWords(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000)
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}
