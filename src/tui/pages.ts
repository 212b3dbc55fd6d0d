/** Pages that lie over the chat: help, who is here, a fingerprint. Lines are wrapped to the panel they stand in. */
import type { PersonView } from "../client/events.ts"
import { helpRows } from "./commands.ts"
import { textWidth } from "./layout.ts"
import { receiptLines } from "./receipts.ts"
import { repeatSafe, safeName, say, type SafeText } from "./safe-text.ts"
import { drawnCells, fit, wrap } from "./text-width.ts"
import { formerWords, nameWithMark, roomTitle, span, trustStyle, type Span } from "./theme.ts"
import { currentRoom, type ChatView, type Overlay } from "./view.ts"
import { peopleSentence, trustWords } from "./words.ts"

export type Page = Overlay & { kind: "help" | "who" | "page" | "receipts" }

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
  if (page.kind === "help") return say`Help`
  if (page.kind === "receipts")
    return page.back === 1 ? say`Who has your newest message` : say`Who has this message`
  const room = currentRoom(view)
  return room === undefined ? say`Who is here` : say`Who is in ${roomTitle(room)}`
}

export function pageLines(view: ChatView, page: Page): readonly (readonly Span[])[] {
  const width = panelWidth(view) - 4
  if (page.kind === "help") return helpLines(view, width)
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

function helpLines(view: ChatView, width: number): readonly (readonly Span[])[] {
  const left = width < 60 ? 0 : 30
  const { symbols } = view.theme
  const rows = helpRows(view.keys).flatMap((row): (readonly Span[])[] => {
    if (row.left === "") return [[span(say``)]]
    if (left > 0) {
      return wrap(row.right, width - left).map(({ text }, index) => [
        span(index === 0 ? fit(row.left, left, symbols.more) : repeatSafe(say` `, left), "strong"),
        span(text),
      ])
    }
    return [
      [span(row.left, "strong")],
      ...wrap(row.right, width - 2).map(({ text }) => [span(say`  `), span(text)]),
    ]
  })
  return [...rows, [span(say``)], ...legend(view, width)]
}

function legend(view: ChatView, width: number): readonly (readonly Span[])[] {
  const { symbols } = view.theme
  const lines: Span[][] = [
    [
      span(
        say`Behind a name:  ${symbols.verified} compared and the same   ${symbols.unverified}abc123 not compared yet   ${symbols.changed}abc123 another key than before   ${symbols.differs}abc123 compared, and they differ   ${symbols.replaced}abc123 an old key, replaced`,
      ),
    ],
    [
      span(
        say`Behind "you":  ${symbols.queued} waits here   ${symbols.relayed} at the relay   ${symbols.delivered} delivered   ${symbols.delivered} read   ${symbols.changed} failed`,
      ),
    ],
    [
      span(
        say`In a room:  ${symbols.relayed} 12/29 5 read (or r5): 12 of 29 have it, 5 of them read it   ${symbols.delivered} everybody has it`,
      ),
    ],
  ]
  return wrapLines(lines, width)
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
