/**
 * The composer: a text, a caret, and what each editing key does to them. Pure, and in graphemes: one press of
 * Backspace removes what a person sees as one character, whatever it is made of.
 *
 * Typed and pasted text is cleaned on its way in (`safe-text.ts`), so the draft holds nothing that a terminal obeys.
 */
import { safeTyped, say, sliceSafe, type SafeText } from "./safe-text.ts"
import { clustersOf, drawnCells, wrap } from "./text-width.ts"

/** Longest draft, in UTF-16 units. What is longer than a message is refused when it is sent, with the exact size. */
export const MAX_DRAFT_UNITS = 32_768
const MAX_HISTORY = 100
const MAX_UNDO = 100
/** A paste of more lines is announced above the composer. */
export const PASTE_PREVIEW_LINES = 5

export interface Composer {
  text: SafeText
  /** In UTF-16 units, always between two graphemes. */
  caret: number
  /** What was cut last, for `yank`. */
  kill: SafeText
  undo: readonly { text: SafeText; caret: number }[]
  history: readonly SafeText[]
  /** Where in the history the draft stands; undefined: a new text. `parked` is what was being written. */
  recalled: { index: number; parked: SafeText } | undefined
  /** The large paste that the draft holds, in its own size; `cut`: not all of it found room. */
  pasted: { lines: number; bytes: number; cut: boolean } | undefined
}

export const EMPTY_COMPOSER: Composer = {
  text: say``,
  caret: 0,
  kill: say``,
  undo: [],
  history: [],
  recalled: undefined,
  pasted: undefined,
}

export type Edit =
  | "left"
  | "right"
  | "word-left"
  | "word-right"
  | "line-start"
  | "line-end"
  | "backspace"
  | "delete"
  | "cut-word-left"
  | "cut-word-right"
  | "cut-to-start"
  | "cut-to-end"
  | "yank"
  | "undo"
  | "newline"

/** Puts text in at the caret. Line breaks in it stay line breaks: nothing is ever sent from here. */
export function insert(composer: Composer, raw: string): Composer {
  return insertSafe(composer, safeTyped(withinDraft(raw)))
}

function insertSafe(composer: Composer, text: SafeText): Composer {
  if (text === "") return composer
  const room = MAX_DRAFT_UNITS - composer.text.length
  const taken = text.length > room ? wholeClusters(text, room) : text
  return change(composer, composer.caret, composer.caret, taken)
}

/** Pasted text; remembers its size when it is large, or larger than a draft. */
export function paste(composer: Composer, raw: string): Composer {
  const whole = raw.replace(/[\r\n]+$/u, "")
  const text = safeTyped(withinDraft(whole))
  const next = insertSafe(composer, text)
  const lines = (whole.match(/\r\n|[\r\n]/gu)?.length ?? 0) + 1
  const isCut = whole.length > MAX_DRAFT_UNITS || next.text.length - composer.text.length < text.length
  if (lines <= PASTE_PREVIEW_LINES && !isCut) return next
  return { ...next, pasted: { lines, bytes: new TextEncoder().encode(whole).length, cut: isCut } }
}

/** More than a draft can hold is not even cleaned: that would take longer than anybody waits for a key. */
function withinDraft(raw: string): string {
  return raw.length <= MAX_DRAFT_UNITS ? raw : raw.slice(0, MAX_DRAFT_UNITS).replace(/[\ud800-\udbff]$/, "")
}

export function edit(composer: Composer, what: Edit): Composer {
  const { text, caret } = composer
  switch (what) {
    case "left":
      return { ...composer, caret: stepLeft(text, caret) }
    case "right":
      return { ...composer, caret: stepRight(text, caret) }
    case "word-left":
      return { ...composer, caret: wordLeft(text, caret) }
    case "word-right":
      return { ...composer, caret: wordRight(text, caret) }
    case "line-start":
      return { ...composer, caret: lineStart(text, caret) }
    case "line-end":
      return { ...composer, caret: lineEnd(text, caret) }
    case "backspace":
      return change(composer, stepLeft(text, caret), caret, say``)
    case "delete":
      return change(composer, caret, stepRight(text, caret), say``)
    case "cut-word-left":
      return cut(composer, wordLeft(text, caret), caret)
    case "cut-word-right":
      return cut(composer, caret, wordRight(text, caret))
    case "cut-to-start":
      return cut(composer, lineStart(text, caret), caret)
    case "cut-to-end": {
      // At the end of a line the line feed itself goes, as readline users expect of a second press.
      const end = lineEnd(text, caret)
      return cut(composer, caret, end === caret && end < text.length ? end + 1 : end)
    }
    case "yank":
      return insert(composer, composer.kill)
    case "newline":
      return insert(composer, "\n")
    case "undo": {
      const last = composer.undo.at(-1)
      if (last === undefined) return composer
      return { ...composer, ...last, undo: composer.undo.slice(0, -1), pasted: undefined }
    }
  }
}

/** Replaces the draft; the caret goes to its end. */
export function setDraft(composer: Composer, text: string): Composer {
  return { ...change(composer, 0, composer.text.length, safeTyped(text)), pasted: undefined }
}

/** Empties the draft and keeps it within reach of `yank`: nothing that was written is lost by one key. */
export function clearDraft(composer: Composer): Composer {
  return {
    ...setDraft(composer, ""),
    kill: composer.text === "" ? composer.kill : composer.text,
    recalled: undefined,
  }
}

/** After sending: an empty draft, and the text in the history. */
export function remember(composer: Composer, sent: SafeText): Composer {
  const history =
    composer.history.at(-1) === sent ? composer.history : [...composer.history, sent].slice(-MAX_HISTORY)
  return { ...EMPTY_COMPOSER, kill: composer.kill, history }
}

/** One row up or down in a draft of several rows; past the first and last row, through the history. */
export function vertical(composer: Composer, by: -1 | 1, width: number): Composer {
  const rows = wrap(composer.text, width)
  const at = rowOfCaret(rows, composer.caret)
  const target = rows[at + by]
  if (target === undefined) return recall(composer, by)
  const column = drawnCells(composer.text.slice(rows[at]!.start, composer.caret))
  let caret = target.start
  let cells = 0
  for (const cluster of clustersOf(target.text)) {
    const size = drawnCells(cluster)
    if (cells + size > column) break
    cells += size
    caret += cluster.length
  }
  return { ...composer, caret }
}

/** Which wrapped row holds the caret. */
export function rowOfCaret(rows: readonly { start: number }[], caret: number): number {
  let at = 0
  for (let row = 0; row < rows.length; row++) if (rows[row]!.start <= caret) at = row
  return at
}

function recall(composer: Composer, by: -1 | 1): Composer {
  const { history, recalled } = composer
  const index = (recalled?.index ?? history.length) + by
  if (index < 0 || index > history.length) return composer
  const parked = recalled?.parked ?? composer.text
  if (index === history.length) {
    return recalled === undefined ? composer : { ...setDraft(composer, parked), recalled: undefined }
  }
  return { ...setDraft(composer, history[index]!), recalled: { index, parked } }
}

function change(composer: Composer, from: number, to: number, put: SafeText): Composer {
  if (from === to && put === "") return composer
  const text = say`${sliceSafe(composer.text, 0, from)}${put}${sliceSafe(composer.text, to)}`
  const undo = [...composer.undo, { text: composer.text, caret: composer.caret }].slice(-MAX_UNDO)
  return {
    ...composer,
    text,
    caret: from + put.length,
    undo,
    pasted: text === "" ? undefined : composer.pasted,
  }
}

function cut(composer: Composer, from: number, to: number): Composer {
  if (from === to) return composer
  return { ...change(composer, from, to, say``), kill: sliceSafe(composer.text, from, to) }
}

function lineStart(text: string, caret: number): number {
  return caret === 0 ? 0 : text.lastIndexOf("\n", caret - 1) + 1
}

function lineEnd(text: string, caret: number): number {
  const end = text.indexOf("\n", caret)
  return end < 0 ? text.length : end
}

function stepLeft(text: string, caret: number): number {
  if (caret === 0) return 0
  const start = lineStart(text, caret)
  if (start === caret) return caret - 1
  return caret - clustersOf(text.slice(start, caret)).at(-1)!.length
}

function stepRight(text: string, caret: number): number {
  if (caret >= text.length) return caret
  const end = lineEnd(text, caret)
  if (end === caret) return caret + 1
  return caret + clustersOf(text.slice(caret, end))[0]!.length
}

const SPACE = /^\s$/u

function wordLeft(text: string, caret: number): number {
  let at = caret
  while (at > 0 && SPACE.test(text[at - 1]!)) at--
  while (at > 0 && !SPACE.test(text[at - 1]!)) at--
  return at
}

function wordRight(text: string, caret: number): number {
  let at = caret
  while (at < text.length && SPACE.test(text[at]!)) at++
  while (at < text.length && !SPACE.test(text[at]!)) at++
  return at
}

function wholeClusters(text: SafeText, room: number): SafeText {
  let kept = 0
  for (const cluster of clustersOf(text.slice(0, Math.max(0, room) + 64))) {
    if (kept + cluster.length > room) break
    kept += cluster.length
  }
  return sliceSafe(text, 0, kept)
}
