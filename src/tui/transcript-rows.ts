/**
 * Lines of a room → rows of the screen.
 *
 *     12:03 Asha ✓          │ Yes, at 12:30.
 *                           │ and a second line
 *     12:04 you ✓✓ read     │ thank you
 *     12:05 you ! failed    │ are you there?
 *                           │ ! Not delivered, and not tried any more. …
 *
 * Everything left of the text is ours, on every row: a message cannot draw a row that looks like another person's,
 * because its own rows never start where a name stands. Rows are cached per line, so that a key press costs the rows
 * on the screen and not the history.
 */
import type { TranscriptLine } from "../client/events.ts"
import { deliveryMark, deliveryWords, failureWords, isLost } from "./delivery.ts"
import { linesOf, repeatSafe, safeBlock, say, type SafeText } from "./safe-text.ts"
import { drawnCells, fit, truncate, wrap, type WrappedRow } from "./text-width.ts"
import {
  nameWithMark,
  noticeMark,
  noticeStyle,
  span,
  trustMark,
  trustStyle,
  type Span,
  type Symbols,
} from "./theme.ts"
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
}

/** Stays the same while a message travels: its place in the order changes, its id does not. */
export function keyOf(line: TranscriptLine): string {
  return line.kind === "message" ? line.message.id : `n ${line.order}`
}

/** Rows of the lines that were asked for, kept until the line, its neighbour or the width changes. */
export class RowCache {
  readonly #kept = new Map<string, { stamp: string; line: TranscriptLine; rows: readonly Row[] }>()

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
    const stamp = `${context.width} ${context.symbols.vertical} ${newDay} ${unreadFrom === key} ${looksOf(line)}`
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
    rows.push(...rowsOf(line, key, context))
    if (this.#kept.size > 4_000) this.#kept.clear()
    this.#kept.set(key, { stamp, line, rows })
    return rows
  }
}

function sameDay(a: number, b: number): boolean {
  return dayOf(a) === dayOf(b)
}

/** Whatever of a line can change while its text stays. */
function looksOf(line: TranscriptLine): string {
  if (line.kind === "notice") return `${line.at}`
  const { from, state, receipts } = line.message
  const counts = receipts === undefined ? "" : `${receipts.delivered} ${receipts.read} ${receipts.of}`
  return `${line.at} ${state ?? ""} ${counts} ${from.trust} ${from.tag} ${from.name}`
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

function rowsOf(line: TranscriptLine, key: string, context: RowContext): Row[] {
  if (line.kind === "notice") return noticeRows(line, key, context)
  return context.width >= BESIDE_MIN ? besideRows(line, key, context) : belowRows(line, key, context)
}

type MessageLine = TranscriptLine & { kind: "message" }

/** Width of the name column, mark included. */
function nameWidth(width: number): number {
  return width >= 72 ? 20 : 16
}

function besideRows(line: MessageLine, key: string, context: RowContext): Row[] {
  const { symbols, width } = context
  const names = nameWidth(width)
  const gutter = span(say`${symbols.vertical} `, "faint")
  const blank = span(repeatSafe(say` `, 6 + names + 1))
  const texts = textRows(line, width - names - 9, symbols)
  const spans = [span(say`${timeOfDay(line.at)} `, "faint"), ...headSpans(line, names, symbols)]
  return texts.map((body, row) => {
    return row === 0
      ? { key: `${key} 0`, head: { spans, width: 6 + names }, spans: [gutter, body] }
      : { key: `${key} ${row}`, head: undefined, spans: [blank, gutter, body] }
  })
}

function belowRows(line: MessageLine, key: string, context: RowContext): Row[] {
  const { symbols, width } = context
  const head = [span(say`${timeOfDay(line.at)} `, "faint"), ...headSpans(line, width - 6, symbols)]
  const texts = textRows(line, width - 3, symbols)
  return [
    { key: `${key} head`, head: undefined, spans: head },
    ...texts.map((body, row) => ({
      key: `${key} ${row}`,
      head: undefined,
      spans: [span(say` ${symbols.vertical} `, "faint"), body],
    })),
  ]
}

/** `Asha ✓` or `you ✓✓`, exactly `width` cells. */
function headSpans(line: MessageLine, width: number, symbols: Symbols): Span[] {
  const { message } = line
  const you = say`you`
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
function textRows({ message }: MessageLine, width: number, symbols: Symbols): readonly Span[] {
  const rows = wrap(safeBlock(message.text), width).map(({ text }) =>
    span(text, isLost(message) ? "danger" : "plain"),
  )
  const failure = failureWords(message)
  const after =
    failure === undefined
      ? []
      : wrap(say`${symbols.changed} ${failure}`, width).map(({ text }) => span(text, "danger"))
  if (rows.length <= MAX_MESSAGE_ROWS) return [...rows, ...after]
  const hidden = rows.length - MAX_MESSAGE_ROWS
  const folded = say`${symbols.more} ${plural(hidden, say`more row`, say`more rows`)}: /export has all`
  return [...rows.slice(0, MAX_MESSAGE_ROWS), span(truncate(folded, width, symbols.more)), ...after]
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

/**
 * One line as the line mode prints it: states in words, for they are listened to; every further line of the text is
 * marked as a continuation.
 */
export function plainRows(line: TranscriptLine, symbols: Symbols): readonly SafeText[] {
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
  return linesOf(safeBlock(message.text)).map((text, row) =>
    row === 0 ? say`${time} ${who}: ${text}` : say`      ${symbols.vertical} ${text}`,
  )
}
