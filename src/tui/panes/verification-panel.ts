/** The panels of a verification: which way, the steps of one, a code on the whole screen, a code to be read. */
import type { VerificationView } from "../../client/client.ts"
import type { PersonRef } from "../../client/events.ts"
import { textWidth } from "../layout.ts"
import { panelWidth } from "../pages.ts"
import { qrLines } from "../qr-drawing.ts"
import { joinSafe, safeLine, say, sliceSafe, type SafeText } from "../safe-text.ts"
import { cellsOf, clustersOf, drawnCells, fit, truncate, wrap } from "../text-width.ts"
import { nameInWords, nameWithMark, span, type Span } from "../theme.ts"
import { answersOf, verificationIn, type Answer } from "../verification-keys.ts"
import { drawVerification } from "../verification-lines.ts"
import { endWords, isOver, taskWords, turnWords, verificationTitle } from "../verification-words.ts"
import { waysOf } from "../verify-ways.ts"
import type { ChatView, Overlay } from "../view.ts"
import { answerSpans, choicesLine, type PanelContent } from "./panel.ts"
import { changeLines } from "./verify-panel.ts"

type Row = readonly Span[]

function howToRead(person: PersonRef): SafeText {
  return say`Take a picture of the code on the screen of ${nameInWords(person)} and bring it onto this computer, or copy its text. Drag the file here or type its name (PNG or JPEG), or paste the text. A code that came as a message proves nothing.`
}

/** Cells of the text beside a code. */
const LEAST_SIDE_CELLS = 24
/** Rows of text that stand above a code when there is no room beside it. */
const ROWS_ABOVE = 5

export function verifyHowPanel(view: ChatView, panel: Overlay & { kind: "verify-how" }): PanelContent {
  const width = panelWidth(view)
  const inner = width - 4
  const { symbols } = view.theme
  const lines = waysOf(panel.person).map((way, index): Row => {
    const chosen = index === panel.index
    const head = say`${chosen ? symbols.pointer : say` `} ${index + 1}  `
    const title = fit(way.title, 14, symbols.more)
    const what = truncate(way.what, inner - drawnCells(head) - drawnCells(title), symbols.more)
    return [span(head, "accent"), span(title, chosen ? "selected" : "strong"), span(say` ${what}`, "faint")]
  })
  const change = view.rows < 16 ? [] : changeLines(panel.person, inner)
  const ask: Row[] = view.rows < 16 ? [] : [[span(say`How do you want to compare?`)], [span(say``)]]
  return {
    title: say`Verify ${nameWithMark(panel.person, symbols)}`,
    lines: [...change, ...ask, ...lines, ...toastRows(view, inner)],
    footer: [span(choicesLine([say`Enter or 1 to 5`, say`Up Down choose`, say`Esc back`], inner), "faint")],
  }
}

export function verificationPanel(
  view: ChatView,
  panel: Overlay & { kind: "verification" },
): PanelContent | undefined {
  const verification = verificationIn(view, panel.id)
  const width = panelWidth(view)
  if (verification === undefined) return undefined
  const drawn = drawVerification(view, verification, panel.offset)
  const lines = drawn.isWhole || verification.step !== "compare" ? drawn.lines : TOO_SMALL
  const below = drawn.rowsBelow > 0 ? [say`PgDn: ${drawn.rowsBelow} more rows`] : []
  const leave = isOver(verification) ? [] : [say`[Esc] Later`]
  return {
    title: verificationTitle(verification, view.theme.symbols),
    lines: [...lines, ...toastRows(view, width - 4)],
    footer: answerSpans(
      choiceLabels(answersOf(view, panel), width - 4),
      chosenAt(answersOf(view, panel), panel.chosen),
      [...leave, ...below],
      width - 4,
    ),
  }
}

const TOO_SMALL: readonly Row[] = [
  [span(say`Make this window larger: the words and`, "warning")],
  [span(say`the question must stand on it together.`, "warning")],
]

/** Every answer is named, in short where the width asks for it. */
function choiceLabels(answers: readonly Answer[], width: number): readonly SafeText[] {
  const named = (words: (answer: Answer) => SafeText) =>
    answers.map((answer) => say`[${safeLine(keyName(answer.key))}] ${words(answer)}`)
  const full = named(({ label }) => label)
  const cells = full.reduce((sum, label) => sum + drawnCells(label) + 3, 0)
  return cells <= width ? full : named(({ short }) => short)
}

function keyName(key: string): string {
  return key.length === 1 ? key.toUpperCase() : "Enter"
}

/** What could not be done is said where it was asked for. */
function toastRows({ toast }: ChatView, width: number): Row[] {
  if (toast === undefined) return []
  return wrap(toast.text, width).map((row) => [span(row.text, toast.tone)])
}

/** True while a code is to be shown: it takes the whole screen. */
export function isCode(view: ChatView): boolean {
  const { overlay } = view
  return overlay?.kind === "verification" && verificationIn(view, overlay.id)?.step === "show"
}

/** A code on the whole screen, with the words beside or above it; where it does not fit, its text. */
export function codeScreen(view: ChatView, panel: Overlay & { kind: "verification" }): readonly Row[] {
  const verification = verificationIn(view, panel.id)
  if (verification?.qr === undefined) return []
  const columns = view.columns - 1
  const inner = textWidth(view.columns)
  const text = safeLine(verification.qr)
  const keys = codeKeys(view, panel)
  const beside = (drawn: readonly Row[], first: number) =>
    wordsOfCode(view, verification, keys, inner - first - 2, drawn.length < view.rows)
  if (!panel.asText) {
    const side = qrLines(text, { columns: columns - LEAST_SIDE_CELLS - 2, rows: view.rows }, view.theme)
    if (side !== undefined) {
      const cells = side[0]!.reduce((sum, part) => sum + drawnCells(part.text), 0)
      const words = beside(side, cells)
      return side.map((row, y) => [...row, span(say`  `), ...(words[y] ?? [])])
    }
    const above = qrLines(text, { columns, rows: view.rows - ROWS_ABOVE }, view.theme)
    const words = wordsOfCode(view, verification, keys, inner, false)
    if (above !== undefined && words.length <= ROWS_ABOVE) return [...words, ...above]
  }
  const why = panel.asText
    ? say`The code as text, for ${codeReader(verification)} to type or to copy:`
    : say`This window is too small for the code (${view.theme.ascii ? say`94 by 47` : say`47 by 24`} cells and room for words). Make it larger, or let ${codeReader(verification)} have this text by a way of your own, not as a message here:`
  const lines = wrap(why, inner).map((row): Row => [span(row.text)])
  const code = wrap(text, inner).map((row): Row => [span(row.text, "strong")])
  return [...lines, ...code, ...wordsOfCode(view, verification, keys, inner, false).slice(-2)]
}

function codeReader(verification: VerificationView): SafeText {
  return verification.person === undefined ? say`them` : nameInWords(verification.person)
}

function chosenAt(answers: readonly Answer[], chosen: string | undefined): number | undefined {
  const at = answers.findIndex(({ key }) => key === chosen)
  return at < 0 ? undefined : at
}

/** The one that the arrows are at has a mark before it: beside a code nothing can be drawn in reverse. */
function codeKeys(view: ChatView, panel: Overlay & { kind: "verification" }): readonly SafeText[] {
  const answers = answersOf(view, panel)
  const labels = choiceLabels(answers, Number.POSITIVE_INFINITY)
  const chosen = chosenAt(answers, panel.chosen)
  const { pointer } = view.theme.symbols
  return [
    ...labels.map((label, index) => (index === chosen ? say`${pointer} ${label}` : label)),
    say`[Esc] Later`,
  ]
}

function wordsOfCode(
  view: ChatView,
  verification: VerificationView,
  answers: readonly SafeText[],
  width: number,
  roomy: boolean,
): readonly Row[] {
  const { symbols } = view.theme
  const paragraph = (text: SafeText, style: Span["style"] = "plain"): Row[] =>
    wrap(text, width).map((row) => [span(row.text, style)])
  const keys = joinSafe(answers, width < 40 ? say`\n` : say`   `)
  const gap: Row[] = roomy || width < 40 ? [[span(say``)]] : []
  return [
    ...paragraph(verificationTitle(verification, symbols), "accent"),
    ...gap,
    ...taskWords(verification).flatMap((text) => paragraph(text)),
    ...gap,
    ...paragraph(say`${turnWords(verification)} ${endWords(verification)}`, "strong"),
    ...gap,
    ...paragraph(keys, "strong"),
  ]
}

export function readCodePanel(view: ChatView, panel: Overlay & { kind: "read-code" }): PanelContent {
  const width = panelWidth(view)
  const inner = width - 4
  const paragraph = (text: SafeText, style: Span["style"] = "plain"): Row[] =>
    wrap(text, inner).map((row) => [span(row.text, style)])
  const how = view.rows < 16 ? [] : [...paragraph(howToRead(panel.person)), [span(say``)]]
  const trouble = panel.trouble === undefined ? [] : [[span(say``)], ...paragraph(panel.trouble, "danger")]
  return {
    title: say`Read the code of ${nameWithMark(panel.person, view.theme.symbols)}`,
    lines: [...how, [span(say`: `, "accent"), span(tailOf(panel.typed, inner - 3))], ...trouble],
    footer: [
      span(
        panel.state === "reading" ? say`Reading it now   [Esc] Back` : say`[Enter] Read it   [Esc] Back`,
        "strong",
      ),
    ],
  }
}

/** The end of a long text, where one types. */
function tailOf(text: SafeText, width: number): SafeText {
  const clusters = clustersOf(text)
  let start = text.length
  let cells = 0
  for (const cluster of clusters.toReversed()) {
    cells += cellsOf(cluster)
    if (cells > width) break
    start -= cluster.length
  }
  return sliceSafe(text, start)
}

/** Where the caret stands in the panel of a code to be read. */
export function readCodeCaret(
  view: ChatView,
  panel: Overlay & { kind: "read-code" },
): { x: number; y: number } {
  const inner = panelWidth(view) - 4
  const how = view.rows < 16 ? 0 : wrap(howToRead(panel.person), inner).length + 1
  return { x: 4 + drawnCells(tailOf(panel.typed, inner - 3)), y: 2 + how }
}
