/** Single messages in the line mode: found again when an event speaks of one, and how far it got. */
import type { Client } from "../client/client.ts"
import type { ClientEvent, MessageView } from "../client/events.ts"
import { failureWords, stateOfAllWords, stateWords } from "./delivery.ts"
import type { MessageLine } from "./receipts.ts"
import { safeLine, say, type SafeText } from "./safe-text.ts"
import { truncate } from "./text-width.ts"
import { roomInWords, type Symbols } from "./theme.ts"
import { keyOf } from "./transcript-rows.ts"

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

/** How far a message has got. In rooms that is said when it is so for everybody; /receipts tells the rest. */
export function stateLine(
  { room, message: { id }, state }: ClientEvent & { type: "message.state" },
  client: Client,
  symbols: Symbols,
): SafeText {
  const where = roomInWords(client.room(room.id))
  if (state !== "failed") {
    const words = room.kind === "everyone" ? stateOfAllWords(state) : stateWords(state)
    return say`${symbols.mark} ${words} (${where})`
  }
  const line = messageLine(client, room.id, id)
  if (line === undefined) return say`${symbols.changed} ${stateWords(state)} (${where})`
  const text = truncate(safeLine(line.message.text), 40, symbols.more)
  return say`${symbols.changed} "${text}" (${where}): ${failureWords(line.message) ?? stateWords(state)}`
}
