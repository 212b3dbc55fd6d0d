/**
 * Transcripts as lines of text: for `history`, `listen` and `export`. Everything that others wrote goes through
 * `tui/safe-text.ts`, and a message's later lines are set in, so that none of them can pose as a line of its own.
 */
import type { ClientEvent, MessageView, RoomRef, TranscriptLine } from "../client/events.ts"
import type { Millis } from "../platform/clock.ts"
import { deliveryMark } from "../tui/delivery.ts"
import { deletedWords, editedWords, reactionsInWords, replyWords } from "../tui/message-extras.ts"
import { remarkLine } from "../tui/remark-words.ts"
import { linesOf, safeBlock, safeLine } from "../tui/safe-text.ts"
import { nameWithMark, noticeMark, roomTitle, type Symbols } from "../tui/theme.ts"
import { noticeWords } from "../tui/notice-words.ts"
import { problemWords } from "../tui/words.ts"
import { isoTime, lineJson } from "./json-lines.ts"

const INDENT = "    "

/** `2026-11-22 12:04:05`, in this machine's time zone; dashes for what no clock can show. */
export function localTime(at: Millis): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return "---------- --:--:--"
  const two = (value: number) => String(value).padStart(2, "0")
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

export function lineText(line: TranscriptLine, symbols: Symbols): string {
  return line.kind === "message"
    ? messageText(line.at, line.message, symbols)
    : `${localTime(line.at)}  ${noticeMark(line.notice, symbols)} ${noticeWords(line.notice)}`
}

export function messageText(at: Millis, message: MessageView, symbols: Symbols): string {
  const author = message.own ? "you" : nameWithMark(message.from, symbols)
  const [first = "", ...more] = message.deleted ? [deletedWords()] : linesOf(safeBlock(message.text))
  const mark = message.own ? deliveryMark(message, symbols, Number.POSITIVE_INFINITY) : ""
  const state = mark === "" ? "" : `  ${mark}`
  const edited = editedWords(message)
  const said = reactionsInWords(message)
  const changed = edited === "" ? "" : ` ${edited}`
  const below = [
    ...(message.replyTo ? [replyWords(message.replyTo, symbols)] : []),
    ...more,
    ...(said === "" ? [] : [said]),
  ]
  const head = `${localTime(at)}  ${author}: ${first}${changed}${state}`
  return [head, ...below.map((line) => INDENT + line)].join("\n")
}

/** One line for `listen`; undefined for what a person need not read. */
export function eventText(event: ClientEvent, at: Millis, symbols: Symbols): string | undefined {
  const time = localTime(at)
  switch (event.type) {
    case "message.received":
    case "message.sent": {
      const room = event.room.kind === "everyone" ? `${roomTitle(event.room)} ` : ""
      const [head, ...more] = messageText(at, event.message, symbols).split("\n")
      return [`${time}  ${room}${head!.slice(time.length + 2)}`, ...more].join("\n")
    }
    case "message.edited":
    case "message.deleted":
    case "message.reaction":
      return `${time}  ${remarkLine(event, roomTitle(event.room), undefined, symbols).join("\n")}`
    case "notice":
      return `${time}  ${roomTitle(event.room)} ${noticeMark(event.notice, symbols)} ${noticeWords(event.notice)}`
    case "relay.connected":
      return `${time}  ${symbols.mark} connected`
    case "relay.disconnected":
      return `${time}  ${symbols.mark} no connection: ${problemWords(event.why)}`
    case "error":
      return `${time}  ${symbols.changed} ${safeLine(event.code)}: ${safeLine(event.detail)}`
    default:
      return undefined
  }
}

export interface ExportParts {
  profile: string
  room: RoomRef
  lines: readonly TranscriptLine[]
  exportedAt: Millis
}

/** The whole room as text for people. */
export function exportText({ profile, room, lines, exportedAt }: ExportParts, symbols: Symbols): string {
  const head = [`${roomTitle(room)}, exported for ${safeLine(profile)} on ${localTime(exportedAt)}`]
  return `${[...head, "", ...lines.map((line) => lineText(line, symbols))].join("\n")}\n`
}

/** The whole room as one JSON document. */
export function exportJson({ profile, room, lines, exportedAt }: ExportParts): object {
  const { id, name, kind } = room
  return {
    v: 1,
    type: "export",
    profile,
    exportedAt: isoTime(exportedAt),
    room: { id, name, kind },
    lines: lines.map((line) => lineJson(profile, room, line)),
  }
}
