/**
 * A verification as lines of a panel: the steps, what to do, the words, who is on the list, who must act. Words and
 * question always stand on the screen together: where they do not fit, the panel says so and takes no answer.
 */
import { wordsOf, type VerificationView } from "../client/client.ts"
import type { PersonRef } from "../client/events.ts"
import { bigDigits } from "./big-digits.ts"
import { pageHeight, panelWidth } from "./pages.ts"
import { joinSafe, repeatSafe, safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { drawnCells, fit, truncate, wrap } from "./text-width.ts"
import { span, trustStyle, type Span, type Style, type Symbols } from "./theme.ts"
import { answersWords, endWords, isOver, stepsOf, taskWords, turnWords } from "./verification-words.ts"
import type { ChatView } from "./view.ts"

type Row = readonly Span[]

export interface DrawnVerification {
  lines: readonly Row[]
  /** Rows of names further down; 0 when all are on the screen. */
  rowsBelow: number
  /** How far the list may be scrolled. */
  mostOffset: number
  /** Everything that the answer is about is on the screen. */
  isWhole: boolean
}

/** Cells of a name with its mark in the list of a round; where the tags are read too, they need more. */
const ROLL_CELLS = { names: 19, tags: 29 }
/** Cells of one language; in a round the number of people stands behind the second one. */
const WORD_CELLS = 17
/** Fewest rows of the list of names that are worth it. */
const LEAST_ROLL = 2
/** Panels lower than this get everything in short. */
const FULL_ROWS = 18
const FULL_CELLS = 56
const BLANK: Row = [span(say``)]

/** @param offset rows of the list that are scrolled away. */
export function drawVerification(
  view: ChatView,
  verification: VerificationView,
  offset: number,
): DrawnVerification {
  const height = pageHeight(view)
  const width = panelWidth(view) - 4
  const isFull = height >= FULL_ROWS && width >= FULL_CELLS
  const head = isFull ? fullHead(view, verification, width) : shortHead(view, verification, width)
  const roll = rollOf(view, verification, width)
  const above = isFull && roll.length > 0 ? [...head, BLANK] : head
  const room = Math.max(0, height - above.length)
  const mostOffset = Math.max(0, roll.length - room)
  const first = Math.min(offset, mostOffset)
  return {
    lines: [...above, ...roll.slice(first, first + room)].slice(0, height),
    rowsBelow: Math.max(0, roll.length - first - room),
    mostOffset,
    isWhole: above.length + Math.min(LEAST_ROLL, roll.length) <= height,
  }
}

/** The whole picture, for terminals from 80 × 24 on. */
function fullHead(view: ChatView, verification: VerificationView, width: number): Row[] {
  const steps = stepsLine(view, verification, width)
  const task = tasks(verification, width)
  if (isOver(verification)) return [steps, BLANK, ...task]
  const middle = [...wordRows(view, verification), ...countRows(view, verification)]
  // The list of names needs the rows more than the picture does.
  const air = verification.kind === "room" ? [] : [BLANK]
  return [steps, ...air, ...task, BLANK, ...middle, ...statusRows(view, verification, width)]
}

/** For small terminals: what is compared, what is asked, who must act. */
function shortHead(view: ChatView, verification: VerificationView, width: number): Row[] {
  const { words, count, kind } = verification
  if (words === undefined || isOver(verification)) {
    return [...tasks(verification, width), ...statusRows(view, verification, width)]
  }
  const { dot, pointer } = view.theme.symbols
  const text = joinSafe(
    textsOf(words, true).map(({ en }) => en),
    say` ${dot} `,
  )
  const ask =
    kind === "room" ? say`${count} PEOPLE with the same words? Your name once?` : say`The same words there?`
  return [
    ...paragraph(text, width, "strong"),
    ...paragraph(ask, width),
    ...paragraph(say`${pointer} ${turnWords(verification)}`, width, "accent"),
  ]
}

/** `1 Asha asks   2 Ravi agrees   ▸ 3 both compare   4 done`: the same line on both screens. */
function stepsLine(view: ChatView, verification: VerificationView, width: number): Row {
  const { steps, at } = stepsOf(verification, view.data.self)
  const { pointer, more } = view.theme.symbols
  const spans = steps.map((step, index): Span => {
    const lead = say`${index === 0 ? say`` : say`   `}${index === at ? say`${pointer} ` : say``}`
    return span(say`${lead}${index + 1} ${step}`, index === at ? "strong" : "faint")
  })
  const cells = spans.reduce((sum, { text }) => sum + drawnCells(text), 0)
  if (cells <= width) return spans
  const now = say`${pointer} ${at + 1} of ${steps.length}: ${steps[at] ?? say``}`
  return [span(truncate(now, width, more), "strong")]
}

function tasks(verification: VerificationView, width: number): Row[] {
  return taskWords(verification).flatMap((text, index) =>
    paragraph(text, width, index === 0 ? toneOf(verification) : "plain"),
  )
}

function toneOf({ step }: VerificationView): Style {
  switch (step) {
    case "verified":
      return "good"
    case "mismatch":
    case "failed":
      return "danger"
    case "cancelled":
    case "timed-out":
      return "warning"
    default:
      return "plain"
  }
}

/** Seven rows, each word in both languages; in a round the number of people stands beside them. */
function wordRows(view: ChatView, { words, kind, count, digits }: VerificationView): Row[] {
  if (words === undefined) return []
  const { more } = view.theme.symbols
  const numbers = digits === undefined ? say`` : safeLine(digits)
  const beside: readonly SafeText[] =
    kind === "room" ? [...bigDigits(count, view.theme.ascii), say`people, one screen each`, numbers] : []
  const rows = textsOf(words, view.theme.ascii).map(({ en, hi }, index): Row => [
    span(fit(say`${index + 1}  ${en}`, WORD_CELLS, more), "strong"),
    span(fit(hi, WORD_CELLS, more)),
    span(beside[index] ?? say``, "strong"),
  ])
  const below: Row[] = kind === "room" || numbers === "" ? [] : [[span(say`or ${numbers}`)]]
  return [...rows, ...below, BLANK]
}

/** While people come in, their number is what the leader looks at. */
function countRows(view: ChatView, { kind, words, count, step }: VerificationView): Row[] {
  if (kind !== "room" || words !== undefined || step === "accept?") return []
  const big = bigDigits(count, view.theme.ascii).map((row): Row => [span(say`   ${row}`, "strong")])
  return [...big, [span(say`   ${count === 1 ? say`has come in` : say`have come in`}`, "strong")], BLANK]
}

/** Who must act, what the others have said, when it ends. */
function statusRows(view: ChatView, verification: VerificationView, width: number): Row[] {
  if (isOver(verification)) return []
  const mine = verification.waitingFor === "you" || verification.waitingFor === "both"
  const turn = say`${mine ? say`${view.theme.symbols.pointer} ` : say``}${turnWords(verification)}`
  const rest = joinSafe(
    [saidWords(verification), endWords(verification)].filter((text) => text !== ""),
    say` `,
  )
  const style = mine ? "accent" : "strong"
  if (drawnCells(turn) + drawnCells(rest) + 1 <= width)
    return [[span(turn, style), span(say` ${rest}`, "faint")]]
  return [...paragraph(turn, width, style), ...(rest === "" ? [] : paragraph(rest, width, "faint"))]
}

function saidWords(verification: VerificationView): SafeText {
  const { kind, step, missing, saidYes } = verification
  if (kind === "room" && step === "gathering" && missing.length > 0)
    return say`Not in yet: ${missing.length}.`
  if (kind === "room" && step === "compare" && saidYes.length > 0) return answersWords(verification)
  if (kind === "words" && step === "compare" && verification.theirAnswer === true)
    return say`The other side has said that they match.`
  return say``
}

/** The names of a round, by columns, numbered; with the key tags once they are to be read aloud. */
function rollOf(view: ChatView, { kind, people, step }: VerificationView, width: number): Row[] {
  if (kind !== "room" || people.length === 0 || step === "accept?") return []
  const tags = step !== "gathering" && step !== "compare" && step !== "verified"
  const cells = tags ? ROLL_CELLS.tags : ROLL_CELLS.names
  const columns = Math.max(1, Math.floor(width / (cells + 5)))
  const rows = Math.ceil(people.length / columns)
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => column * rows + row)
      .filter((index) => index < people.length)
      .flatMap((index) => rollEntry(view, people[index]!, index, { cells, tags })),
  )
}

function rollEntry(
  view: ChatView,
  person: PersonRef,
  index: number,
  { cells, tags }: { cells: number; tags: boolean },
): Row {
  const { symbols } = view.theme
  const isSelf = person.id === view.data.self.id
  const tag = tags ? say` ${safeName(person.tag)}` : say``
  const tail = say`${tag} ${isSelf ? say`(you)` : markOf(person, symbols)}`
  const name = truncate(safeName(person.name), cells - drawnCells(tail), symbols.more)
  const pad = repeatSafe(say` `, Math.max(1, cells + 2 - drawnCells(name) - drawnCells(tail)))
  return [
    span(say`${index < 9 ? say` ` : say``}${index + 1} `, "faint"),
    span(name, isSelf ? "strong" : "plain"),
    span(tail, trustStyle(person.trust)),
    span(pad),
  ]
}

/** Without the tag: a class of sixty is longer than a screen as it is. */
function markOf({ trust }: PersonRef, symbols: Symbols): SafeText {
  if (trust === "verified") return symbols.verified
  return trust === "unverified" ? symbols.unverified : symbols.changed
}

/** The second language in its own letters, or in Latin ones. */
function textsOf(words: readonly number[], latin: boolean): readonly { en: SafeText; hi: SafeText }[] {
  const { en, hi, hiLatin } = wordsOf(words)
  const second = latin ? hiLatin : hi
  return words.map((_, index) => ({ en: safeLine(en[index] ?? "?"), hi: safeLine(second[index] ?? "?") }))
}

function paragraph(text: SafeText, width: number, style: Style = "plain"): Row[] {
  return wrap(text, width).map((row) => [span(row.text, style)])
}
