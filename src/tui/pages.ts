/** Pages that lie over the chat: who is here, a fingerprint, a question. Lines are wrapped to the panel they stand in. */
import type { PersonView } from "../client/events.ts"
import { textWidth } from "./layout.ts"
import { receiptLines } from "./receipts.ts"
import { repeatSafe, safeName, say, type SafeText } from "./safe-text.ts"
import { drawnCells, wrap } from "./text-width.ts"
import { formerWords, nameWithMark, roomTitle, span, trustStyle, type Span } from "./theme.ts"
import { currentRoom, type ChatView, type Overlay } from "./view.ts"
import { peopleSentence, trustWords } from "./words.ts"

export type Page = Overlay & { kind: "who" | "page" | "receipts" }

/** Widest panel; narrower terminals give all they have. */
const MAX_PANEL_COLUMNS = 76

export function panelWidth(view: ChatView): number {
  return Math.min(MAX_PANEL_COLUMNS, textWidth(view.columns))
}

/** Rows of a page that are seen at once: all but header, status line, title and footer. */
export function pageHeight(view: ChatView): number {
  return Math.max(1, view.rows - 4)
}

export function pageTitle(view: ChatView, page: Page): SafeText {
  if (page.kind === "page") return page.title
  if (page.kind === "receipts")
    return page.back === 1 ? say`Who has your newest message` : say`Who has this message`
  const room = currentRoom(view)
  return room === undefined ? say`Who is here` : say`Who is in ${roomTitle(room)}`
}

export function pageLines(view: ChatView, page: Page): readonly (readonly Span[])[] {
  const width = panelWidth(view) - 4
  if (page.kind === "receipts") return wrapLines(receiptLines(page, view.theme.symbols, width), width)
  return wrapLines(page.kind === "page" ? page.lines : whoLines(view), width)
}

/** Wraps lines of spans: a line of one span by words, others as they are. */
function wrapLines(lines: readonly (readonly Span[])[], width: number): readonly (readonly Span[])[] {
  return lines.flatMap((line) => {
    const only = line[0]
    if (line.length !== 1 || only === undefined) return [line]
    return wrap(only.text, width).map(({ text }) => [span(text, only.style)])
  })
}

function whoLines(view: ChatView): readonly (readonly Span[])[] {
  const room = currentRoom(view)
  if (room === undefined) return [[span(say`No room is open.`)]]
  const you: Span[] = [span(say`${safeName(view.data.self.name)}`, "strong"), span(say`  you`, "faint")]
  if (room.kind === "direct") {
    return [...(room.peer === undefined ? [] : [personLine(view, room.peer, undefined)]), you]
  }
  const members = [...room.members].sort((a, b) => Number(b.here) - Number(a.here))
  return [
    [span(peopleSentence(room), "faint")],
    ...(room.withoutSecret
      ? [
          [
            span(
              say`This relay was opened without a secret: anybody on the network can come into this room.`,
              "warning" as const,
            ),
          ],
        ]
      : []),
    [span(say``)],
    you,
    ...(room.ownFormer ?? []).map((key) => [
      span(say`  ${formerWords(key, view.theme.symbols)}`, "danger" as const),
    ]),
    ...members.flatMap(({ person, here: isHere, former }) => [
      personLine(view, person, isHere),
      ...former.map((key) => [span(say`  ${formerWords(key, view.theme.symbols)}`, "danger" as const)]),
    ]),
  ]
}

function personLine(view: ChatView, person: PersonView, here: boolean | undefined): readonly Span[] {
  const { symbols } = view.theme
  const name = nameWithMark(person, symbols)
  const online = person.online ? say`online` : say`offline`
  return [
    span(say`${person.online ? symbols.online : symbols.offline} `, person.online ? "good" : "faint"),
    span(name, trustStyle(person.trust)),
    span(repeatSafe(say` `, Math.max(2, 24 - drawnCells(name)))),
    span(say`${online}, ${trustWords(person)}${here === false ? say`, only listed` : say``}`, "faint"),
  ]
}
