/** What a relay says to the person who runs it, on its screen and in lines: the same sentences in both. */
import type { Millis } from "../platform/clock.ts"
import type { MonitorEvent } from "../relay/monitor.ts"
import type { OperatorEvent } from "../relay/operator.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import type { Style } from "./theme.ts"
import { plural } from "./words.ts"

export function operatorWords(event: OperatorEvent): SafeText {
  switch (event.type) {
    case "client.connected":
      return say`${safeName(event.name)} is here (${safeLine(event.remote)}), ${event.online} online`
    case "client.disconnected":
      return say`${safeName(event.name)} left, ${event.online} online`
    case "client.refused":
      return say`somebody at ${safeLine(event.remote)} was refused: ${safeLine(event.code)}`
    case "person.registered":
      return say`${safeName(event.name)} joined for the first time, ${plural(event.people, say`person`, say`people`)} now`
    case "storage.trouble":
      return say`the disk is full or damaged: ${event.refused} requests were refused`
    case "storage.damaged":
      return say`${event.entries} stored entries cannot be read any more: their readers were told`
    case "storage.log-damaged":
      return say`the log of entries is damaged in ${event.pieces} places (${sizeWords(event.bytes)}); ${event.batches} writes and ${event.entries} entries are missing from it: what is whole is served, readers are told of the rest. Check the disk`
    case "storage.readonly":
      return say`the database is damaged: what can be read is served, nothing new is taken; put back a copy, or begin anew`
    case "directory.reopened":
      return say`the directory's log begins anew, as number ${event.log}: what is stored here is older than what was last signed. Everybody keeps the keys they know, and sees a line`
    case "directory.contradicted":
      return say`somebody has a list of people that was signed with this relay's key and is not this one. Does a copy of this relay run elsewhere? Stop one of the two`
    case "storage.low":
      return say`the disk is nearly full (${megabytes(event.freeBytes)} left): nothing new is taken, all else goes on`
    case "storage.ok":
      return say`the disk has room again (${megabytes(event.freeBytes)})`
  }
}

/** How much attention it wants. */
export function operatorStyle({ type }: OperatorEvent): Style {
  switch (type) {
    case "client.connected":
    case "person.registered":
    case "storage.ok":
      return "good"
    case "client.disconnected":
      return "plain"
    case "client.refused":
    case "storage.low":
      return "warning"
    case "storage.trouble":
    case "storage.damaged":
    case "storage.log-damaged":
    case "storage.readonly":
    case "directory.reopened":
    case "directory.contradicted":
      return "danger"
  }
}

/** Why the relay itself ended a connection. */
export function cutWords(event: MonitorEvent & { kind: "cut" }): SafeText {
  const where = safeLine(event.remote)
  switch (event.why) {
    case "late":
      return say`somebody at ${where} said nothing that this relay understands, and was disconnected`
    case "crowded":
      return say`somebody at ${where} had not logged in yet, and was disconnected: others needed the place`
    case "silent":
      return say`a connection from ${where} went silent, and was ended`
    case "slow":
      return say`a connection from ${where} asks and does not read, and was ended`
    case "superseded":
      return say`the device at ${where} connected a second time: the older connection was ended`
    case "removed":
      return say`the device at ${where} is not on its person's list any more, and was disconnected`
    case "kicked":
    case "banned":
      return say`the device at ${where} was disconnected as you wanted`
    case "expired":
      return say`what ${where} was reading is gone: it was told to begin anew`
  }
}

function megabytes(bytes: number): SafeText {
  return say`${Math.floor(bytes / 1_000_000)} MB`
}

/** `17 B`, `3.4 kB`, `120 MB`: two or three digits that matter. */
export function sizeWords(bytes: number): SafeText {
  if (bytes < 1_000) return say`${Math.round(bytes)} B`
  if (bytes < 1_000_000) return say`${shortNumber(bytes / 1_000)} kB`
  if (bytes < 1_000_000_000) return say`${shortNumber(bytes / 1_000_000)} MB`
  return say`${shortNumber(bytes / 1_000_000_000)} GB`
}

/** `0`, `0.4`, `12`: one digit behind the point under ten. */
export function shortNumber(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value)
}

/** `less than a minute`, `12 minutes`, `3 h 5 min`, `4 days 3 h`. */
export function spanWords(ms: Millis): SafeText {
  const minutes = Math.floor(Math.max(0, ms) / 60_000)
  if (minutes < 1) return say`less than a minute`
  if (minutes < 60) return plural(minutes, say`minute`, say`minutes`)
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return say`${hours} h ${minutes % 60} min`
  const days = plural(Math.floor(hours / 24), say`day`, say`days`)
  return hours % 24 === 0 ? days : say`${days} ${hours % 24} h`
}
