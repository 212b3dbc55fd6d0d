/**
 * The text of a message as rows: `code` and **bold** drawn as such, lists set in, the person's own name marked, links
 * marked and numbered. Nothing is interpreted that could hide what was written: what is not drawn is the two marks
 * around a piece that is drawn differently, and never more.
 */
import { mentions } from "./mentions.ts"
import { linesOf, repeatSafe, safeBlock, say, sliceSafe, type SafeText } from "./safe-text.ts"
import { drawnCells, wrap } from "./text-width.ts"
import { span, type Span, type Style, type Symbols } from "./theme.ts"

/** Links of one message that are numbered; what follows is text. */
const MAX_LINKS = 32
const PIECES = /`([^`\n]+)`|\*\*(?=\S)([^*\n]*[^*\s])\*\*|(https?:\/\/[^\s<>"'`]+)/gu
const LIST = /^(\s{0,8})(?:([-*])|(\d{1,3}[.)]))\s+(?=\S)/u
/** Whatever stands behind an address and rarely belongs to it. */
const TAIL = /[.,;:!?)\]}»”’…]+$/u

/** A part of a line with a style of its own. */
interface Piece {
  text: SafeText
  style: Style
}

/** Addresses in a text as it is shown, in order: http and https only. */
export function linksIn(text: string): string[] {
  return [...safeBlock(text).matchAll(PIECES)]
    .flatMap((found) => (found[3] ? [bare(found[3])] : []))
    .slice(0, MAX_LINKS)
}

function bare(address: string): string {
  return address.replace(TAIL, "")
}

export interface TextContext {
  width: number
  symbols: Symbols
  /** Whose name is marked. */
  selfName: string
  /** Of the first link. */
  linkNumber: (index: number) => number
  style: Style
}

/** A text as it is spoken of in one line: without the marks around what is drawn differently. */
export function unmarked(text: string): string {
  return text.replaceAll(PIECES, (whole, code?: string, bold?: string) => code ?? bold ?? whole)
}

/** Always at least one row. */
export function messageRows(text: SafeText, context: TextContext): Span[][] {
  let links = 0
  return linesOf(text).flatMap((line) => {
    const list = LIST.exec(line)
    const marker =
      list && (list[2] ? say`${context.symbols.bullet} ` : sliceSafe(line, list[1]!.length, list[0].length))
    const indent = list ? say`${sliceSafe(line, 0, list[1]!.length)}${marker!}` : say``
    const rest = list ? sliceSafe(line, list[0].length) : line
    const { pieces, count } = piecesOf(rest, context, links)
    links += count
    const cells = drawnCells(indent)
    const rows = wrapPieces(pieces, Math.max(2, context.width - cells))
    if (cells === 0) return rows
    return rows.map((row, at) => [span(at === 0 ? indent : repeatSafe(say` `, cells), context.style), ...row])
  })
}

function piecesOf(line: SafeText, context: TextContext, before: number): { pieces: Piece[]; count: number } {
  const pieces: Piece[] = []
  let count = 0
  let at = 0
  const plain = (to: number) => {
    if (to > at) pieces.push(...withMentions(sliceSafe(line, at, to), context))
  }
  for (const found of line.matchAll(PIECES)) {
    const [whole, code, bold, link] = found
    plain(found.index)
    at = found.index + whole.length
    if (code !== undefined) pieces.push({ text: sliceSafe(line, found.index + 1, at - 1), style: "accent" })
    else if (bold !== undefined)
      pieces.push({ text: sliceSafe(line, found.index + 2, at - 2), style: "strong" })
    else if (link !== undefined) {
      const end = found.index + bare(link).length
      pieces.push({ text: sliceSafe(line, found.index, end), style: "accent" })
      if (before + count < MAX_LINKS) {
        // A space apart: terminals and people take everything that touches an address for a part of it.
        pieces.push({ text: say` [${context.linkNumber(before + count)}]`, style: "strong" })
        count++
      }
      at = end
    }
  }
  plain(line.length)
  return { pieces: pieces.length === 0 ? [{ text: line, style: context.style }] : pieces, count }
}

/** `@name` of this person stands out. */
function withMentions(text: SafeText, { selfName, style }: TextContext): Piece[] {
  const name = selfName.trim().toLowerCase()
  if (name === "" || !mentions(text, selfName)) return [{ text, style }]
  const lower = text.toLowerCase()
  const pieces: Piece[] = []
  let from = 0
  for (let at = lower.indexOf(name); at >= 0; at = lower.indexOf(name, at + name.length)) {
    const start = lower[at - 1] === "@" ? at - 1 : at
    const around = text.slice(Math.max(from, start - 2), at + name.length + 2)
    if (!mentions(around, selfName)) continue
    if (start > from) pieces.push({ text: sliceSafe(text, from, start), style })
    from = at + name.length
    pieces.push({ text: sliceSafe(text, start, from), style: "selected" })
  }
  if (from < text.length) pieces.push({ text: sliceSafe(text, from), style })
  return pieces
}

/** Wrapped as one text, then cut where the style changes. */
function wrapPieces(pieces: readonly Piece[], width: number): Span[][] {
  const [only] = pieces
  if (only && pieces.length === 1) return wrap(only.text, width).map(({ text }) => [span(text, only.style)])
  const whole = pieces.reduce((text, piece) => say`${text}${piece.text}`, say``)
  return wrap(whole, width).map(({ text, start }) => {
    const row: Span[] = []
    let from = 0
    for (const piece of pieces) {
      const to = from + piece.text.length
      const [left, right] = [Math.max(from, start), Math.min(to, start + text.length)]
      if (left < right) row.push(span(sliceSafe(whole, left, right), piece.style))
      from = to
    }
    return row.length === 0 ? [span(say``)] : row
  })
}
