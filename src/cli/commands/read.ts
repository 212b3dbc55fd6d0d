/** Commands that print what is stored: `id show`, `people list`, `rooms list`, `history`, `export`. */
import { systemClock } from "../../platform/clock.ts"
import { printHostPort } from "../../protocol/address.ts"
import { safeLine, safeName, say } from "../../tui/safe-text.ts"
import { nameWithMark, roomHeading } from "../../tui/theme.ts"
import { peopleWords } from "../../tui/words.ts"
import { jsonLine, lineJson, personJson, personViewJson, resultJson, roomViewJson } from "../json-lines.ts"
import { writeNewFile } from "../new-file.ts"
import { settleReceipts, syncIfPossible } from "../settle.ts"
import { type ExportParts, exportJson, exportText, lineText } from "../transcript-text.ts"
import { readProfile } from "../../client/profile.ts"
import { type Invocation, withClient } from "./context.ts"

export interface ReadOptions {
  /** Asks no relay, and shows what is stored here. */
  offline: boolean
}

export async function showId(invocation: Invocation): Promise<void> {
  await withClient(invocation, async ({ client, store }) => {
    const self = client.self()
    const profile = readProfile(store)
    const relay = profile?.relay && printHostPort(profile.relay)
    const key = client.keys.history(self.id)[0]?.fingerprint
    const registered = profile?.registered ?? false
    const json = { person: personJson(self), fingerprint: key ?? null, relay: relay ?? null, registered }
    const lines = [
      `name   ${safeName(self.name)}`,
      `id     ${self.id}`,
      `tag    ${self.tag}`,
      `key    ${key ?? "not registered yet"}`,
      `relay  ${relay ?? "none"}`,
    ]
    invocation.show(resultJson("identity", self.name, json), lines.join("\n"))
  })
}

export async function listPeople(invocation: Invocation, { offline }: ReadOptions): Promise<void> {
  await withClient(invocation, async (session) => {
    if (!offline) await syncIfPossible(session, invocation.io)
    const { client } = session
    for (const person of client.people()) {
      const json = resultJson("person", client.self().name, { person: personViewJson(person) })
      const presence = person.online ? invocation.symbols.online : invocation.symbols.offline
      const own = person.registeredName
      const note = own === undefined ? "" : `  (registered as ${safeName(own)})`
      invocation.show(json, `${presence} ${nameWithMark(person, invocation.symbols)}${note}`)
    }
  })
}

export async function listRooms(invocation: Invocation, { offline }: ReadOptions): Promise<void> {
  await withClient(invocation, async (session) => {
    if (!offline) await syncIfPossible(session, invocation.io)
    const { client } = session
    for (const room of client.rooms()) {
      const json = resultJson("room", client.self().name, { room: roomViewJson(room) })
      const people = room.kind === "everyone" ? `  ${peopleWords(room)}` : ""
      const unread = room.unread > 0 ? `  ${room.unread} unread` : ""
      const state = room.state === "open" ? "" : `  ${room.problem ?? room.state}`
      invocation.show(json, `${roomHeading(room, invocation.symbols)}${people}${unread}${state}`)
    }
  })
}

export interface HistoryOptions extends ReadOptions {
  limit: number
}

export async function showHistory(
  invocation: Invocation,
  to: string,
  { limit, offline }: HistoryOptions,
): Promise<void> {
  await withClient(invocation, async (session) => {
    const { client } = session
    if (!offline) await syncIfPossible(session, invocation.io)
    const room = client.findRoom(to)
    const known = client.rooms().find(({ id }) => id === room.id)
    if (!known) return
    for (const line of client.transcript(room.id, limit)) {
      const json = lineJson(client.self().name, room, line)
      invocation.io.result(invocation.config.json ? jsonLine(json) : lineText(line, invocation.symbols))
    }
    if (known.unread === 0) return
    await client.markRead(room.id)
    await settleReceipts(session)
  })
}

export interface ExportOptions extends ReadOptions {
  format: "txt" | "json"
  /** Undefined: to stdout. */
  out: string | undefined
}

export async function exportRoom(invocation: Invocation, to: string, options: ExportOptions): Promise<void> {
  await withClient(invocation, async (session) => {
    const { client } = session
    if (!options.offline) await syncIfPossible(session, invocation.io)
    const room = client.findRoom(to)
    const exists = client.rooms().some(({ id }) => id === room.id)
    const parts: ExportParts = {
      profile: client.self().name,
      room,
      lines: exists ? client.transcript(room.id, client.lineCount(room.id)) : [],
      exportedAt: systemClock.now(),
    }
    const text =
      options.format === "json" ? `${jsonLine(exportJson(parts))}\n` : exportText(parts, invocation.symbols)
    if (options.out === undefined) return invocation.io.resultText(text)
    const path = writeNewFile(options.out, text)
    invocation.io.say(
      say`Written to ${safeLine(path)}. It is not encrypted: whoever has the file can read it.`,
    )
    if (invocation.config.json)
      invocation.io.result(jsonLine(resultJson("exported", parts.profile, { path })))
  })
}
