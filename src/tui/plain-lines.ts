/**
 * Single messages in the line mode: how one is printed, found again when an event speaks of it, and how far it got. No
 * lines are drawn here: a screen reader would speak each stroke.
 */
import type { Client } from "../client/client.ts"
import type { ClientEvent, MessageView, TranscriptLine } from "../client/events.ts"
import { deliveryWords, failureWords, stateOfAllWords, stateWords } from "./delivery.ts"
import { answerWords, deletedWords, editedWords, reactionsInWords } from "./message-extras.ts"
import { noticeWords } from "./notice-words.ts"
import type { MessageLine } from "./receipts.ts"
import { linesOf, safeLine, say, type SafeText } from "./safe-text.ts"
import { MORE_WORD } from "./remark-words.ts"
import { spokenText } from "./spoken.ts"
import { truncate } from "./text-width.ts"
import { nameWithMark, noticeMark, roomInWords, type Symbols } from "./theme.ts"
import { keyOf } from "./transcript-rows.ts"
import { timeOfDay } from "./words.ts"

/** Before what belongs to the line above. */
export const BELOW = say`      `
const REACTIONS = say`reactions:`

/** Lines in which the message of an event is looked for. */
const RECENT_LINES = 50

/** Among the newest lines of a room; undefined when it stands further up. */
export function messageLine(client: Client, roomId: string, id: string): MessageLine | undefined {
  const line = client.transcript(roomId, RECENT_LINES).findLast((candidate) => keyOf(candidate) === id)
  return line?.kind === "message" ? line : undefined
}

/** What was missing stands where it belongs, which may be far up; here it is said when it comes. */
export function lineOfMessage(message: MessageView): MessageLine {
  return { kind: "message", order: "", at: message.sentAt, message }
}

/** How far a message has got. In rooms that is said when it is so for everybody; /receipts tells the rest. @param number as it was printed. */
export function stateLine(
  { room, message: { id }, state }: ClientEvent & { type: "message.state" },
  client: Client,
  symbols: Symbols,
  number: SafeText,
): SafeText {
  const numbered = (mark: SafeText) => (number === "" ? mark : say`${mark} ${number}`)
  const where = roomInWords(client.room(room.id))
  if (state !== "failed") {
    const words = room.kind === "everyone" ? stateOfAllWords(state) : stateWords(state)
    return say`${numbered(symbols.mark)} ${words} (${where})`
  }
  const line = messageLine(client, room.id, id)
  if (line === undefined) return say`${numbered(symbols.changed)} ${stateWords(state)} (${where})`
  const text = truncate(safeLine(line.message.text), 40, symbols.more)
  return say`${numbered(symbols.changed)} "${text}" (${where}): ${failureWords(line.message) ?? stateWords(state)}`
}

/**
 * One line as the line mode prints it: states in words, for they are listened to; every further line of the text begins
 * with a word, so that none looks like a line of its own. Messages have the number by which commands name them.
 */
export function plainRows(line: TranscriptLine, symbols: Symbols, number?: number): readonly SafeText[] {
  const time = timeOfDay(line.at)
  if (line.kind === "notice")
    return [say`${time} ${noticeMark(line.notice, symbols)} ${noticeWords(line.notice)}`]
  const { message } = line
  const state = message.own ? deliveryWords(message) : say``
  const who = message.own
    ? state === ""
      ? say`you`
      : say`you (${state})`
    : nameWithMark(message.from, symbols)
  const head = number === undefined ? time : say`[${number}] ${time}`
  const edited = editedWords(message)
  const texts = message.deleted ? [deletedWords()] : linesOf(spokenText(message))
  const said = reactionsInWords(message)
  const rows = texts.map((text, row) => {
    const whole = row === texts.length - 1 && edited !== "" ? say`${text} ${edited}` : text
    return row === 0 ? say`${head} ${who}: ${whole}` : say`${BELOW}${MORE_WORD} ${whole}`
  })
  return [
    ...rows,
    ...(message.replyTo ? [say`${BELOW}${answerWords(message.replyTo, symbols)}`] : []),
    ...(said === "" ? [] : [say`${BELOW}${REACTIONS} ${said}`]),
  ]
}
