/** What happens, in the line mode: one line each, and nothing said twice that has not changed. */
import type { Client } from "../client/client.ts"
import type { ClientEvent } from "../client/events.ts"
import type { Millis } from "../platform/clock.ts"
import { alarmDetail, alarmWords } from "./directory-words.ts"
import { messageSentence } from "./language.ts"
import { noticeWords, renamedWords } from "./notice-words.ts"
import { notificationOf } from "./notifying.ts"
import { lineOfMessage, messageLine, stateLine } from "./plain-lines.ts"
import { numberedRows } from "./plain-remarks.ts"
import type { Tools } from "./plain-rooms.ts"
import { verifyEventLines } from "./plain-verify.ts"
import { remarkLines } from "./remark-words.ts"
import { linesOf, safeBlock, safeLine, say, type SafeText } from "./safe-text.ts"
import { nameWithMark, noticeMark, roomInWords } from "./theme.ts"
import { connectionWords, errorWords, limitWords, problemWords, troubleWords } from "./words.ts"

/** How it stands with the relay, unless that was said last: a relay that stays away is tried again every few seconds. */
export function sayConnection({ client, state, print, symbols }: Tools): void {
  const words = connectionSentence(client)
  if (words === state.connection) return
  state.connection = words
  print(say`${symbols.mark} ${words}`)
}

function connectionSentence(client: Client): SafeText {
  const connection = client.connection()
  const trouble = troubleWords(connection)
  if (trouble !== undefined) return trouble
  switch (connection.state) {
    case "connecting": {
      const where = safeLine(`${connection.host}:${connection.port}`)
      return say`Connecting to the relay at ${where}; what you write is kept until it answers.`
    }
    case "waiting":
      return say`${problemWords(connection.why)}, trying again; what you write is kept. /reconnect tries at once.`
    default:
      return connectionWords(connection)
  }
}

/** Whoever listens to lines is told of each; the bell is for what the settings say. */
export function isToBeHeard(event: ClientEvent, client: Client, now: Millis): boolean {
  const settings = client.desk.settings()
  return notificationOf(event, { settings, self: client.self().name, isWatched: false, now }) !== undefined
}

/** Which message it is about, by the number that was printed with it: `[6]`. Empty for one that was not printed. */
function numberWords(
  { room, message }: { room: { id: string }; message: { id: string } },
  { state }: Tools,
): SafeText {
  const number = state.messages.knownAs(room.id, message.id)
  return number === undefined ? say`` : say`[${number}]`
}

/** One line per event that a person wants to hear of. */
export function onEvent(event: ClientEvent, tools: Tools): void {
  const { client, state, print, symbols } = tools
  switch (event.type) {
    case "message.received":
    case "message.sent": {
      const where =
        event.room.id === state.roomId ? say`` : say`[${roomInWords(client.room(event.room.id))}] `
      const line = messageLine(client, event.room.id, event.message.id) ?? lineOfMessage(event.message)
      const rows = numberedRows(line, event.room.id, tools)
      print(...rows.map((row, index) => (index === 0 ? say`${where}${row}` : row)))
      if (event.type === "message.received" && event.room.id === state.roomId) {
        client.markRead(event.room.id).catch((error: unknown) => print(errorWords(error)))
      }
      return
    }
    case "message.edited":
    case "message.deleted":
    case "message.reaction":
      return print(...remarkLines(event, client, symbols, numberWords(event, tools)))
    case "message.state":
      return print(stateLine(event, client, symbols, numberWords(event, tools)))
    case "notice":
      return print(
        say`${noticeMark(event.notice, symbols)} ${roomInWords(client.room(event.room.id))}: ${noticeWords(event.notice)}`,
      )
    case "relay.connected":
    case "relay.disconnected":
      return sayConnection(tools)
    case "relay.limited":
      return print(say`${symbols.mark} ${limitWords(event.why)}`)
    case "person.renamed":
      // What somebody else did stands in the rooms that they are in.
      return event.by === "them" ? undefined : print(say`${symbols.mark} ${renamedWords(event)}`)
    case "person.joined":
      return print(say`${symbols.mark} ${nameWithMark(event.person, symbols)} is on this relay`)
    case "person.presence":
      // Somebody who is only about to be registered has no name yet.
      if (!client.people().some(({ id }) => id === event.person.id)) return
      return print(
        say`${symbols.mark} ${nameWithMark(event.person, symbols)} is ${event.online ? say`online` : say`offline`}`,
      )
    case "person.blocked":
    case "person.keyChanged":
      return
    case "verify.mismatch":
    case "verify.done":
    case "verify.requested":
    case "verify.accepted":
    case "verify.compare":
    case "verify.roomDone":
    case "verify.cancelled":
    case "verify.changed":
      return print(...verifyEventLines(event, client.self(), state.told, symbols))
    case "directory.split":
      return print(say`${symbols.mark} ${alarmWords(event.alarm.why)} ${alarmDetail(event.alarm)}`)
    case "error":
      return print(
        ...linesOf(safeBlock(messageSentence(event.detail))).map((text) => say`${symbols.mark} ${text}`),
      )
    case "directory.replaced":
    case "gap.detected":
    case "ready":
    case "room.changed":
    case "room.joined":
    case "sync.done":
      return
  }
}
