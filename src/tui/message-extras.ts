/** What stands around the text of a message: what it answers, that it was changed or deleted, reactions. */
import type { MessageView, ReplyView } from "../client/events.ts"
import { unmarked } from "./message-text.ts"
import { safeLine, say, type SafeText } from "./safe-text.ts"
import { cellsOf, truncate } from "./text-width.ts"
import { nameWithMark, span, type Span, type Symbols } from "./theme.ts"

/** `└ re Meera T ✓: Open page 41.` */
export function replyWords(reply: ReplyView, symbols: Symbols): SafeText {
  const who = reply.from.trust === "self" ? say`you` : nameWithMark(reply.from, symbols)
  return say`${symbols.corner} re ${who}: ${quoted(reply)}`
}

/** The same where nothing is drawn. */
export function answerWords(reply: ReplyView, symbols: Symbols): SafeText {
  const who = reply.from.trust === "self" ? say`you` : nameWithMark(reply.from, symbols)
  return say`in answer to ${who}: ${quoted(reply)}`
}

function quoted({ state, text }: ReplyView): SafeText {
  if (state === "unknown") return say`(a message that is not here)`
  return state === "deleted" ? say`(deleted)` : safeLine(unmarked(text.trim()))
}

/** Behind the text; empty for a message as it was written. */
export function editedWords({ edited, deleted, unsent, own }: MessageView): SafeText {
  const change = deleted ? say`` : edited === undefined ? say`` : say`(edited)`
  if (!own || unsent === undefined) return change
  const way = unsent === "queued" ? say`(the change waits here)` : say`(the change did not go out)`
  return change === "" ? way : say`${change} ${way}`
}

export function deletedWords(): SafeText {
  return say`(deleted)`
}

/** `👍 2  :yes: 1`: one's own stand out. As many as fit. */
export function reactionSpans({ reactions = [] }: MessageView, width: number, symbols: Symbols): Span[] {
  const spans: Span[] = []
  let left = width
  for (const { reaction, people, own } of reactions) {
    const lead = spans.length === 0 ? say`` : say`  `
    const text = say`${lead}${safeLine(reaction)} ${people.length}`
    if (cellsOf(text) > left) {
      if (left > 2) spans.push(span(truncate(say` ${symbols.more}`, left, symbols.more), "faint"))
      break
    }
    left -= cellsOf(text)
    spans.push(span(text, own ? "strong" : "faint"))
  }
  return spans
}

/** The same in words, for the line mode. */
export function reactionsInWords({ reactions = [] }: MessageView): SafeText {
  let words = say``
  for (const { reaction, people, own } of reactions) {
    const lead = words === "" ? say`` : say`${words}, `
    words = say`${lead}${safeLine(reaction)} ${people.length}${own ? say` (you too)` : say``}`
  }
  return words
}

/** Whatever of these can change, to know whether a message must be drawn again. */
export function extrasOf({ replyTo, edited, deleted, reactions, unsent }: MessageView): string {
  if (!replyTo && edited === undefined && !deleted && !reactions && !unsent) return ""
  const said = (reactions ?? []).map(({ reaction, people, own }) => `${reaction}${people.length}${own}`)
  const re = replyTo && [replyTo.state, replyTo.text, replyTo.from.name, replyTo.from.trust, replyTo.from.tag]
  return JSON.stringify([edited, deleted, unsent, said, re])
}
