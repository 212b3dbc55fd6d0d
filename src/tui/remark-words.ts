/** What somebody has said about a message, in words: for the line mode, and for everything that must say it in a line. */
import type { Client } from "../client/client.ts"
import type { ClientEvent, MessageView, PersonRef } from "../client/events.ts"
import { unmarked } from "./message-text.ts"
import { spokenText } from "./spoken.ts"
import { joinSafe, linesOf, safeLine, say, type SafeText } from "./safe-text.ts"
import { nameWithMark, roomInWords, type Symbols } from "./theme.ts"
import { truncate } from "./text-width.ts"

export type RemarkEvent = ClientEvent & { type: "message.edited" | "message.deleted" | "message.reaction" }

/** Before every further line of a text: no line of it looks like one of its own, and a screen reader speaks no strokes. */
export const MORE_WORD = say`more:`

/** Cells of a message that is spoken of. */
const QUOTED_CELLS = 40

/** One line for each event, and more for the words of an edit. @param number of the message, or empty. */
export function remarkLines(
  event: RemarkEvent,
  client: Client,
  symbols: Symbols,
  number: SafeText,
): readonly SafeText[] {
  const where = roomInWords(client.room(event.room.id))
  return remarkLine(event, where, findMessage(client, event), symbols, number)
}

/** @param message that is spoken of; undefined: nobody knows. */
export function remarkLine(
  event: RemarkEvent,
  where: SafeText,
  message: MessageView | undefined,
  symbols: Symbols,
  number: SafeText = say``,
): readonly SafeText[] {
  const who = whoWords(event.from, symbols)
  const mark = number === "" ? symbols.mark : say`${symbols.mark} ${number}`
  switch (event.type) {
    case "message.edited": {
      const [first = say``, ...more] = linesOf(spokenText(event.message))
      const head = say`${mark} ${who} changed a message (${where}): ${first}`
      return [head, ...more.map((text) => say`      ${MORE_WORD} ${text}`)]
    }
    case "message.deleted":
      return [say`${mark} ${who} deleted a message (${where})`]
    case "message.reaction": {
      const about = message === undefined ? say`…` : quotedWords(message, symbols)
      if (event.reactions.length === 0)
        return [say`${mark} ${who} took back what they had put to "${about}" (${where})`]
      return [say`${mark} ${who}: ${reactionWords(event.reactions)} to "${about}" (${where})`]
    }
  }
}

/** The first line of a message, cut. */
export function quotedWords({ text, deleted }: MessageView, symbols: Symbols): SafeText {
  if (deleted) return say`deleted`
  return truncate(safeLine(unmarked(text.trim().split("\n", 1)[0] ?? "")), QUOTED_CELLS, symbols.more)
}

/** Emoji and words as they were put; both are short and checked, and go through the same door as all text. */
export function reactionWords(reactions: readonly string[]): SafeText {
  return joinSafe(reactions.map(safeLine), say` `)
}

function whoWords(from: PersonRef, symbols: Symbols): SafeText {
  return from.trust === "self" ? say`you` : nameWithMark(from, symbols)
}

function findMessage(client: Client, { room, message }: RemarkEvent): MessageView | undefined {
  try {
    return client.remarks.find(room.id, message)
  } catch {
    return undefined
  }
}
