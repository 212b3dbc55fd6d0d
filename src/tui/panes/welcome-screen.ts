/** The first start, one step at a time: who you are, which relay, and what to do when it did not work. */
import { OR_PASTE, WHOEVER_HAS_IT, WRITE_THESE_WORDS } from "../invitation.ts"
import { MIN_COLUMNS, MIN_ROWS } from "../layout.ts"
import { type Frame, fullWidth } from "../painting.ts"
import { repeatSafe, safeLine, safeName, say, sliceSafe, type SafeText } from "../safe-text.ts"
import { drawnCells, truncate, wrap } from "../text-width.ts"
import { span, type Span, type Style } from "../theme.ts"
import { choicesOf, relayKeyWords, relayLabel, type Choice, type WelcomeView } from "../welcome-state.ts"
import { tooSmall } from "./too-small.ts"

interface Screen {
  lines: readonly (readonly Span[])[]
  caret: { x: number; y: number } | undefined
  /** The line that must be seen; undefined: the last. */
  focus?: number
  footer: SafeText
}

export function welcomeScreen(view: WelcomeView): Frame {
  if (view.columns < MIN_COLUMNS || view.rows < MIN_ROWS) return tooSmall(view)
  const width = Math.min(76, view.columns - 4)
  const height = view.rows - 1
  const screen = fitted(screenOf(view, width), height)
  const shown = screen.lines.map((spans) => [span(say` `), ...spans])
  const gap = Array.from({ length: height - shown.length }, () => [])
  const footer = [span(say` `), span(screen.footer, "faint")]
  const { columns, rows } = view
  return {
    rows: fullWidth([...shown, ...gap, footer], { columns, height: rows }),
    caret: screen.caret === undefined ? undefined : { x: 2 + screen.caret.x, y: screen.caret.y },
  }
}

const BLANK: readonly Span[] = [span(say` `)]

/** On a small screen blank lines go, then the explanation: what is typed and why it was refused stand last, the title first. */
function fitted(screen: Screen, height: number): Screen {
  if (screen.lines.length <= height) return screen
  const { lines, caret, focus } = withoutBlanks(screen, screen.lines.length - height)
  const [title = BLANK, ...rest] = lines
  const room = height - 1
  const last = Math.max(0, rest.length - room)
  const top = focus === undefined ? last : Math.min(last, Math.max(0, focus - 1 - (room >> 1)))
  return {
    ...screen,
    lines: [title, ...rest.slice(top, top + room)],
    caret: caret && { ...caret, y: caret.y - top },
  }
}

/** @param count how many go at most, the uppermost first. */
function withoutBlanks({ lines, caret, focus, footer }: Screen, count: number): Screen {
  const blanks = lines.flatMap((line, row) => (line === BLANK ? [row] : [])).slice(0, count)
  const above = (row: number) => blanks.filter((blank) => blank < row).length
  return {
    lines: lines.filter((_, row) => !blanks.includes(row)),
    caret: caret && { ...caret, y: caret.y - above(caret.y) },
    ...(focus !== undefined && { focus: focus - above(focus) }),
    footer,
  }
}

function screenOf(view: WelcomeView, width: number): Screen {
  const title = titleLine(view, width)
  const problem = view.problem === undefined ? [] : [BLANK, ...paragraph(view.problem, width, "danger")]
  const { stage } = view
  switch (stage.at) {
    case "name":
      return withInput(
        view,
        width,
        [
          title,
          BLANK,
          ...paragraph(
            say`Talk to people on this network. What you write is encrypted for the people you talk to; the relay in between cannot read it. No internet is used.`,
            width,
          ),
          BLANK,
          ...paragraph(
            say`What should others call you? Your name is seen by everybody on the relay.`,
            width,
            "strong",
          ),
        ],
        say`Your name`,
        problem,
        say`Enter: go on   Ctrl+C: leave`,
      )
    case "choose": {
      const { lines, focus } = chooseLines(view, stage.index, width)
      const above = [title, BLANK, ...problem, ...(problem.length > 0 ? [BLANK] : [])]
      return {
        lines: [...above, ...lines],
        caret: undefined,
        focus: above.length + focus,
        footer:
          width < 44
            ? say`Up Down   Enter: take   Esc: back`
            : say`Up Down: choose   Enter: take   Esc: back`,
      }
    }
    case "invitation":
      return withInput(
        view,
        width,
        [
          title,
          BLANK,
          ...paragraph(
            say`Type or paste the invitation: a link that starts with secure-chat:, or the address and 12 words that whoever runs the relay shows you.`,
            width,
          ),
          ...paragraph(
            say`It says which relay to trust, so take it from a person or a screen that you trust.`,
            width,
            "faint",
          ),
          BLANK,
        ],
        say`Invitation`,
        [...readingLines(view, width), ...problem],
        say`Enter: join   Esc: back`,
      )
    case "joining":
      return waiting(
        [
          title,
          BLANK,
          ...paragraph(
            say`Joining as ${safeName(view.name)}… making your keys and looking for the relay.`,
            width,
          ),
        ],
        stage.leaving ? say`Going back…` : say`Please wait   Esc: back   Ctrl+C: leave`,
      )
    case "hosting":
      return waiting(
        [title, BLANK, ...paragraph(say`Starting a relay on this computer…`, width)],
        say`Please wait   Ctrl+C: leave`,
      )
    case "hosted":
      return {
        lines: [title, BLANK, ...hostedLines(stage.invitation, stage.words, width)],
        caret: undefined,
        // The words are the whole invitation; the link under them is the same once more.
        focus: WORDS_LINE,
        footer: say`Enter: go to the chat`,
      }
  }
}

function titleLine(view: WelcomeView, width: number): readonly Span[] {
  const { horizontal } = view.theme.symbols
  const head = say`${repeatSafe(horizontal, 2)} secure-chat `
  return [span(say`${head}${repeatSafe(horizontal, width - drawnCells(head))}`, "accent")]
}

function waiting(lines: readonly (readonly Span[])[], footer: SafeText): Screen {
  return { lines, caret: undefined, footer }
}

/** A long invitation runs over several rows; the caret is found by counting cells. */
function withInput(
  view: WelcomeView,
  width: number,
  above: readonly (readonly Span[])[],
  label: SafeText,
  under: readonly (readonly Span[])[],
  footer: SafeText,
): Screen {
  const lead = say`${label} ${view.theme.symbols.pointer} `
  const indent = drawnCells(lead)
  const rows = wrap(view.input.text, Math.max(8, width - indent - 1))
  let at = 0
  for (const [index, row] of rows.entries()) if (row.start <= view.input.caret) at = index
  const input = rows.map((row, index) => [
    span(index === 0 ? lead : repeatSafe(say` `, indent), "accent"),
    span(row.text, "strong"),
  ])
  const column = indent + drawnCells(sliceSafe(view.input.text, rows[at]!.start, view.input.caret))
  return {
    lines: [...above, ...input, ...under],
    caret: { x: Math.min(column, width), y: above.length + at },
    footer,
  }
}

/** What stands on the screen of choices, and on which of its lines the chosen one is. */
function chooseLines(
  view: WelcomeView,
  index: number,
  width: number,
): { lines: (readonly Span[])[]; focus: number } {
  const { symbols } = view.theme
  const intro = say`Hello ${safeName(view.name)}. A relay on this network carries the messages. Which one?`
  const found =
    view.found.length > 0
      ? say`Relays that show themselves on this network are only addresses: their invitation is still needed.`
      : say`No relay has shown itself here so far; one that does appears in this list.`
  const lines = [...paragraph(intro, width), BLANK, ...paragraph(found, width, "faint"), BLANK]
  let focus = 0
  for (const [at, choice] of choicesOf(view).entries()) {
    const { title, why } = choiceWords(choice)
    const chosen = at === index
    if (chosen) focus = lines.length
    lines.push([
      span(chosen ? say`${symbols.pointer} ` : say`  `, "accent"),
      span(truncate(title, width - 2, symbols.more), chosen ? "selected" : "strong"),
    ])
    if (why !== undefined)
      lines.push(...paragraph(why, width - 4, "faint").map((row) => [span(say`    `), ...row]))
  }
  return { lines, focus }
}

function choiceWords(choice: Choice): { title: SafeText; why: SafeText | undefined } {
  switch (choice.kind) {
    case "relay":
      return { title: relayLabel(choice.relay), why: relayKeyWords(choice.relay) }
    case "invitation":
      return { title: say`I have an invitation`, why: say`A link, or an address and 12 words.` }
    case "host":
      return {
        title: say`Start a relay on this computer`,
        why: say`It goes on after you leave the chat, so that others can talk.`,
      }
  }
}

function readingLines(view: WelcomeView, width: number): (readonly Span[])[] {
  const { reading } = view
  if (reading === undefined || view.problem !== undefined) return []
  if (!reading.ok) return [BLANK, ...paragraph(safeLine(reading.problem), width, "warning")]
  const where = safeLine(`${reading.host}:${reading.port}`)
  const words = reading.complete
    ? say`Relay at ${where}. Enter joins it.`
    : say`Relay at ${where}. Now the 12 words of its invitation.`
  return [BLANK, ...paragraph(words, width, reading.complete ? "good" : "faint")]
}

/** Where the twelve words stand, about, on the screen of `hostedLines`. */
const WORDS_LINE = 8

function hostedLines(invitation: SafeText, words: SafeText, width: number): (readonly Span[])[] {
  return [
    ...paragraph(say`Your relay runs, and goes on after you leave the chat.`, width, "good"),
    BLANK,
    ...paragraph(WRITE_THESE_WORDS, width),
    BLANK,
    ...paragraph(words, width - 2, "strong"),
    BLANK,
    ...paragraph(OR_PASTE, width),
    BLANK,
    ...paragraph(invitation, width - 2, "plain"),
    BLANK,
    ...paragraph(WHOEVER_HAS_IT, width, "faint"),
  ]
}

function paragraph(text: SafeText, width: number, style: Style = "plain"): (readonly Span[])[] {
  return wrap(text, width).map((row) => [span(row.text, style)])
}
