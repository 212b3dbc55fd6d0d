/**
 * Lines of a room → rows of the screen.
 *
 *     12:03 Asha ✓          │ Yes, at 12:30.
 *                           │ and a second line
 *     12:04 you ✓✓ read     │ thank you
 *     12:03                 │ what follows within five minutes has no name again
 *                           │ └ re Ravi ?7f3c2k: Is the quiz today?
 *     12:04 Meera T ✓       │ At 12:30. (edited)
 *                           │ 👍 2
 *     12:05 you ! failed    │ are you there?
 *                           │ ! Not delivered, and not tried any more. …
 *
 * Everything left of the text is ours, on every row: a message cannot draw a row that looks like another person's,
 * because its own rows never start where a name stands. Rows are cached per line, so that a key press costs the rows
 * on the screen and not the history.
 */
import type { TranscriptLine } from "../client/events.ts"
import { deliveryMark, failureWords, isLost } from "./delivery.ts"
import { LinkBook } from "./link-book.ts"
import { deletedWords, editedWords, extrasOf, reactionSpans, replyWords } from "./message-extras.ts"
import { messageRows } from "./message-text.ts"
import { spokenText } from "./spoken.ts"
import { repeatSafe, say, type SafeText } from "./safe-text.ts"
import { cellsOf, drawnCells, fit, truncate, widthsStamp, wrap, type WrappedRow } from "./text-width.ts"
import { noticeMark, noticeStyle, span, trustMark, trustStyle, type Span, type Symbols } from "./theme.ts"
import { safeName } from "./safe-text.ts"
import { noticeWords } from "./notice-words.ts"
import { dayOf, plural, timeOfDay } from "./words.ts"

/** A message of more rows is folded: it may not push everything else out of reach. */
export const MAX_MESSAGE_ROWS = 200
/** Under this width names stand above the text instead of beside it. */
const BESIDE_MIN = 56

export interface Row {
  key: string
  /** What stands before an anchor, in so many cells: a name may not push the text behind it. */
  head: { spans: readonly Span[]; width: number } | undefined
  spans: readonly Span[]
}

/** What a line's rows depend on besides the line. */
export interface RowContext {
  width: number
  symbols: Symbols
  /** This person's name, to be marked where somebody uses it. */
  selfName: string
  /** Key of the message that is picked. */
  picked: string | undefined
}

/** One sender's lines closer together than this have one head. */
const GROUP_MS = 5 * 60_000

/** Stays the same while a message travels: its place in the order changes, its id does not. */
export function keyOf(line: TranscriptLine): string {
  return line.kind === "message" ? line.message.id : `n ${line.order}`
}

/** Rows of the lines that were asked for, kept until the line, its neighbour or the width changes. */
export class RowCache {
  readonly #kept = new Map<string, { stamp: string; line: TranscriptLine; rows: readonly Row[] }>()

  /** Numbers of the links that were drawn; each keeps its own. */
  readonly links = new LinkBook()

  #draft: { text: SafeText; width: number; rows: readonly WrappedRow[] } | undefined

  /** The draft, wrapped: asked for several times per key, and long after a large paste. */
  draftRows(text: SafeText, width: number): readonly WrappedRow[] {
    if (this.#draft?.text !== text || this.#draft.width !== width) {
      this.#draft = { text, width, rows: wrap(text, width) }
    }
    return this.#draft.rows
  }

  /** Rows of `lines[index]`, with the day line and the unread line that stand before it. */
  rowsAt(
    lines: readonly TranscriptLine[],
    index: number,
    context: RowContext,
    unreadFrom: string | undefined,
  ): readonly Row[] {
    const line = lines[index]!
    const before = lines[index - 1]
    const key = keyOf(line)
    const newDay = before === undefined || !sameDay(before.at, line.at)
    const isFollowing = !newDay && unreadFrom !== key && follows(before, line)
    const place = `${newDay} ${unreadFrom === key} ${isFollowing} ${context.picked === key}`
    const stamp = `${widthsStamp()} ${context.width} ${context.symbols.vertical} ${context.selfName} ${place} ${looksOf(line)}`
    const kept = this.#kept.get(key)
    if (kept !== undefined && kept.stamp === stamp && sameText(kept.line, line)) return kept.rows
    const rows: Row[] = []
    if (newDay)
      rows.push({
        key: `${key} day`,
        head: undefined,
        spans: [span(ruled(dayOf(line.at), context), "faint")],
      })
    if (unreadFrom === key)
      rows.push({
        key: `${key} new`,
        head: undefined,
        spans: [span(ruled(say`new since you left`, context), "accent")],
      })
    rows.push(...rowsOf(line, key, { ...context, isFollowing, links: this.links }))
    if (this.#kept.size > 4_000) this.#kept.clear()
    this.#kept.set(key, { stamp, line, rows })
    return rows
  }
}

function sameDay(a: number, b: number): boolean {
  return dayOf(a) === dayOf(b)
}

/** Whether nothing but a little time is between two messages of one person. */
function follows(before: TranscriptLine | undefined, line: TranscriptLine): boolean {
  if (before?.kind !== "message" || line.kind !== "message") return false
  const [one, two] = [before.message.from, line.message.from]
  // How far each of one's own got stands beside its name.
  const isSame = !line.message.own && one.id === two.id && one.trust === two.trust && one.name === two.name
  return isSame && Math.abs(line.at - before.at) < GROUP_MS
}

interface Drawing extends RowContext {
  isFollowing: boolean
  links: LinkBook
}

/** Whatever of a line can change while its text stays. */
function looksOf(line: TranscriptLine): string {
  if (line.kind === "notice") return `${line.at}`
  const { from, state, receipts } = line.message
  const counts = receipts === undefined ? "" : `${receipts.delivered} ${receipts.read} ${receipts.of}`
  return `${line.at} ${state ?? ""} ${counts} ${from.trust} ${from.tag} ${from.name} ${extrasOf(line.message)}`
}

function sameText(a: TranscriptLine, b: TranscriptLine): boolean {
  if (a === b) return true
  if (a.kind === "message" && b.kind === "message") return a.message.text === b.message.text
  return a.kind === "notice" && b.kind === "notice" && noticeWords(a.notice) === noticeWords(b.notice)
}

/** ── text ── */
function ruled(text: SafeText, { width, symbols }: RowContext): SafeText {
  const inner = truncate(say` ${text} `, width - 4, symbols.more)
  const left = repeatSafe(symbols.horizontal, 2)
  return say`${left}${inner}${repeatSafe(symbols.horizontal, Math.min(width, 60) - 2 - drawnCells(inner))}`
}

function rowsOf(line: TranscriptLine, key: string, context: Drawing): Row[] {
  if (line.kind === "notice") return noticeRows(line, key, context)
  return context.width >= BESIDE_MIN ? besideRows(line, key, context) : belowRows(line, key, context)
}

type MessageLine = TranscriptLine & { kind: "message" }

/** Width of the name column, mark included. */
function nameWidth(width: number): number {
  return width >= 72 ? 20 : 16
}

/** The line beside the text, or what points to the message that is picked. */
function gutterOf(key: string, { symbols, picked }: RowContext): Span {
  return picked === key ? span(say`${symbols.pointer} `, "accent") : span(say`${symbols.vertical} `, "faint")
}

function besideRows(line: MessageLine, key: string, context: Drawing): Row[] {
  const { width } = context
  const names = nameWidth(width)
  const gutter = gutterOf(key, context)
  const blank = span(repeatSafe(say` `, 6 + names + 1))
  const texts = textRows(line, width - names - 9, context)
  const spans = [span(say`${timeOfDay(line.at)} `, "faint"), ...headSpans(line, names, context)]
  return texts.map((body, row) => {
    return row === 0
      ? { key: `${key} 0`, head: { spans, width: 6 + names }, spans: [gutter, ...body] }
      : { key: `${key} ${row}`, head: undefined, spans: [blank, gutter, ...body] }
  })
}

function belowRows(line: MessageLine, key: string, context: Drawing): Row[] {
  const { width, isFollowing } = context
  const head = [
    span(say`${timeOfDay(line.at)} `, "faint"),
    ...headSpans(line, width - 6, { ...context, isFollowing: false }),
  ]
  const texts = textRows(line, width - 3, context)
  return [
    ...(isFollowing ? [] : [{ key: `${key} head`, head: undefined, spans: head }]),
    ...texts.map((body, row) => ({
      key: `${key} ${row}`,
      head: undefined,
      spans: [span(say` `), gutterOf(key, context), ...body],
    })),
  ]
}

/** `Asha ✓` or `you ✓✓`, exactly `width` cells. */
function headSpans(line: MessageLine, width: number, { symbols, isFollowing }: Drawing): Span[] {
  const { message } = line
  const you = say`you`
  if (isFollowing) return [span(repeatSafe(say` `, width))]
  const mark = message.own
    ? deliveryMark(message, symbols, width - drawnCells(you) - 1)
    : trustMark(message.from, symbols)
  const style = message.own
    ? message.state === "failed"
      ? "danger"
      : "faint"
    : trustStyle(message.from.trust)
  const full = message.own ? you : safeName(message.from.name)
  const name = truncate(full, width - drawnCells(mark) - (mark === "" ? 0 : 1), symbols.more)
  const rest = mark === "" ? say`` : say` ${fit(mark, width - drawnCells(name) - 1, symbols.more)}`
  const padded = mark === "" ? fit(name, width, symbols.more) : name
  return [span(padded, message.own ? "accent" : "strong"), span(rest, style)]
}

/** The text, and under a message that failed what that means. */
function textRows({ message }: MessageLine, width: number, context: Drawing): readonly Span[][] {
  const { symbols, selfName, links } = context
  const rows = message.deleted
    ? [[span(deletedWords(), "faint")]]
    : messageRows(spokenText(message), {
        width,
        symbols,
        selfName: message.own ? "" : selfName,
        linkNumber: (index) => links.numberOf(message.id, index),
        style: isLost(message) ? "danger" : "plain",
      })
  const edited = editedWords(message)
  if (edited !== "") {
    const last = rows.at(-1)!
    const used = last.reduce((sum, { text }) => sum + cellsOf(text), 0)
    if (used + 1 + cellsOf(edited) <= width) last.push(span(say` ${edited}`, "faint"))
    else rows.push(...wrap(edited, width).map(({ text }) => [span(text, "faint")]))
  }
  const above = message.replyTo
    ? [[span(truncate(replyWords(message.replyTo, symbols), width, symbols.more), "faint")]]
    : []
  const said = reactionSpans(message, width, symbols)
  const failure = failureWords(message)
  const after =
    failure === undefined
      ? []
      : wrap(say`${symbols.changed} ${failure}`, width).map(({ text }) => [span(text, "danger")])
  if (said.length > 0) after.unshift(said)
  if (rows.length <= MAX_MESSAGE_ROWS) return [...above, ...rows, ...after]
  const hidden = rows.length - MAX_MESSAGE_ROWS
  const folded = say`${symbols.more} ${plural(hidden, say`more row`, say`more rows`)}: /export has all`
  return [
    ...above,
    ...rows.slice(0, MAX_MESSAGE_ROWS),
    [span(truncate(folded, width, symbols.more))],
    ...after,
  ]
}

function noticeRows(line: TranscriptLine & { kind: "notice" }, key: string, context: RowContext): Row[] {
  const time = say`${timeOfDay(line.at)} `
  const lead = say`${noticeMark(line.notice, context.symbols)} `
  const indent = 6 + drawnCells(lead)
  const style = noticeStyle(line.notice)
  return wrap(noticeWords(line.notice), context.width - indent).map(({ text }, row) => ({
    key: `${key} ${row}`,
    head: undefined,
    spans: [
      span(row === 0 ? time : repeatSafe(say` `, 6), "faint"),
      span(row === 0 ? lead : repeatSafe(say` `, drawnCells(lead)), style),
      span(text, style),
    ],
  }))
}
