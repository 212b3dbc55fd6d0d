/**
 * The relay's list of people on one page: how it stands, whether all of it fits, what others were shown, and what an
 * alarm rests on. The line mode prints the same lines; scripts ask `secure-chat directory`.
 */
import type { Client } from "../client/client.ts"
import type { HeadView, ToldHead } from "../client/events.ts"
import { alarmDetail, alarmWords } from "./directory-words.ts"
import { linesOf, safeBlock, safeLine, say, type SafeText } from "./safe-text.ts"
import { nameWithMark, span, trustStyle, type Span, type Symbols } from "./theme.ts"
import { truncate } from "./text-width.ts"
import { dayOf, sentenceOf, timeOfDay } from "./words.ts"

export const DIRECTORY_TITLE = say`The relay's list of people`

/** Whole entries as text are thousands of letters, and nobody reads them. */
const EVIDENCE_COLUMNS = 120

const BLANK: readonly Span[] = [span(say``)]

/** Everything is computed again while it is asked for. */
export function directoryLines(client: Client, symbols: Symbols): readonly (readonly Span[])[] {
  const { head, readAt, former, alarm } = client.directory.view()
  const told = client.directory.told()
  const evidence = client.directory.evidence()
  const isOpen = alarm !== undefined && !alarm.accepted
  return [
    ...(alarm === undefined
      ? []
      : [
          [span(alarmWords(alarm.why), isOpen ? "danger" : "warning")],
          [span(alarmDetail(alarm))],
          [
            span(
              isOpen
                ? say`Nothing is sent or fetched. Tell the others, in person; secure-chat directory accept goes on all the same.`
                : say`You have gone on with this relay since.`,
            ),
          ],
          BLANK,
        ]),
    ...(head === undefined || readAt === undefined
      ? [[span(say`It has not been read yet.`)]]
      : [
          [span(say`Read at ${timeOfDay(readAt)}, ${dayOf(readAt)}: ${headWords(head)}`)],
          ...former.map((each) => [span(say`Before that: ${headWords(each)}`, "faint")]),
          ...verdictLines(client.directory.verify()),
        ]),
    BLANK,
    ...toldLines(told, symbols),
    ...(evidence === undefined ? [] : [BLANK, ...evidenceLines(evidence)]),
  ]
}

function verdictLines(problems: readonly string[]): readonly (readonly Span[])[] {
  if (problems.length > 0) return problems.map((problem) => [span(sentenceOf(problem), "danger")])
  return [[span(say`All of it was computed again just now, and fits what the relay has signed.`, "good")]]
}

/** Of everybody the newest. */
function toldLines(told: readonly ToldHead[], symbols: Symbols): readonly (readonly Span[])[] {
  if (told.length === 0)
    return [[span(say`Nobody has told what they were shown yet: that comes with messages.`)]]
  return [
    [span(say`What others say that they were shown:`)],
    ...told.map(({ person, head, at, fits }) => [
      span(say`  ${nameWithMark(person, symbols)}  `, trustStyle(person.trust)),
      span(say`${head.size} places, ${timeOfDay(at)}, `),
      fits ? span(say`fits`, "good") : span(say`not explained yet`, "warning"),
    ]),
  ]
}

function evidenceLines(evidence: string): readonly (readonly Span[])[] {
  const lines = linesOf(safeBlock(evidence.trimEnd()))
  const shown = lines.map((text) => truncate(text, EVIDENCE_COLUMNS, say`…`))
  const isCut = shown.some((text, at) => text !== lines[at])
  return [
    [span(say`What the alarm rests on, for whoever runs the relay and everybody else:`)],
    ...shown.map((text) => [span(text, "faint" as const)]),
    ...(isCut ? [[span(say`"secure-chat directory evidence" prints all of it.`)]] : []),
  ]
}

function headWords({ log, size, root }: HeadView): SafeText {
  return say`${size} places of log ${log}, root ${safeLine(root)}`
}
