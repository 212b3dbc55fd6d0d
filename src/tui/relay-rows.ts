/** The relay's own screen as rows: exactly as many as the window has, none wider than it. */
import { invitationLines } from "./invitation.ts"
import { qrLines } from "./qr-drawing.ts"
import { shortNumber, sizeWords, spanWords } from "./relay-words.ts"
import type { LiveLine, RelayView } from "./relay-view.ts"
import { joinSafe, repeatSafe, safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { textWidth } from "./layout.ts"
import { cellsOf, drawnCells, truncate, wrap } from "./text-width.ts"
import { span, type Span, type Style } from "./theme.ts"
import { plural, timeOfDay } from "./words.ts"

type Row = readonly Span[]

/** Under this width sentences are short. */
const WIDE = 60
/** Under this height only what matters most is counted. */
const TALL = 18
const LABEL_CELLS = 10
const TIME_CELLS = 6

export function relayRows(view: RelayView): readonly Row[] {
  const height = view.rows - 2
  const body = view.page === "none" ? overview(view, height) : shownPage(view, height)
  const filled = body.slice(0, height)
  while (filled.length < height) filled.push([])
  return [headerRow(view), ...filled, footerRow(view)]
}

function widthOf({ columns }: RelayView): number {
  return textWidth(columns)
}

function headerRow(view: RelayView): Row {
  const { facts, numbers, theme } = view
  const { dot, more } = theme.symbols
  const width = widthOf(view)
  const up = spanWords(numbers.at - numbers.startedAt)
  const right = view.columns < WIDE ? say`` : say`runs for ${up}`
  const address = say` ${dot} ${safeLine(facts.address)}`
  const room = width - cellsOf(address) - drawnCells(right) - 1
  const name = truncate(safeName(facts.name), Math.max(4, room), more)
  const shown = truncate(address, width - cellsOf(name) - drawnCells(right), more)
  const gap = width - drawnCells(name) - drawnCells(shown) - drawnCells(right)
  return [span(name, "strong"), span(shown), span(repeatSafe(say` `, gap)), span(right, "faint")]
}

function footerRow(view: RelayView): Row {
  const { dot } = view.theme.symbols
  const between = say` ${dot} `
  const isWide = view.columns >= WIDE
  const words =
    view.page === "quit"
      ? [say`Y or Ctrl+C stop it`, say`N or Esc go on`]
      : view.page !== "none"
        ? [
            say`Esc back`,
            ...(lastOffset(view) > 0 ? [say`Up Down read on`] : []),
            ...(view.page === "invitation" ? [say`C code`] : []),
          ]
        : isWide
          ? [say`I invitation`, say`C code`, say`L limits`, say`? help`, say`Q stop the relay`]
          : [say`I invite`, say`L limits`, say`? help`, say`Q stop`]
  return [span(truncate(joinSafe(words, between), widthOf(view), view.theme.symbols.more), "faint")]
}

// ── what it counts, and who came and went ───────────────────────────────────────────────────────

function overview(view: RelayView, height: number): readonly Row[] {
  const facts = factRows(view)
  const listHeight = Math.max(1, height - facts.length - 2)
  return [rule(view, say``), ...facts, listRule(view), ...listRows(view, listHeight)]
}

function rule({ columns, theme }: RelayView, title: SafeText): Row {
  const { horizontal, more } = theme.symbols
  const words =
    title === "" ? say`` : truncate(say`${repeatSafe(horizontal, 2)} ${title} `, textWidth(columns) - 3, more)
  return [span(say`${words}${repeatSafe(horizontal, textWidth(columns) - drawnCells(words))}`, "faint")]
}

function listRule(view: RelayView): Row {
  const { down, dot } = view.theme.symbols
  const more = view.back === 0 ? say`` : say` ${dot} ${down} ${view.back} more below ${dot} End`
  return rule(view, say`Who came and went${more}`)
}

function factRows(view: RelayView): readonly Row[] {
  const { numbers } = view
  const { connections, disk, entries, sync } = numbers
  const rates = numbers.rates.tenSeconds
  const isWide = view.columns >= WIDE
  const people = plural(numbers.online, say`person`, say`people`)
  const open = plural(connections.open, say`connection`, say`connections`)
  const speed = say`${shortNumber(rates.entries)}/s, ${sizeWords(rates.bytesIn)}/s in, ${sizeWords(rates.bytesOut)}/s out`
  const rows = [
    fact(
      view,
      say`Here now`,
      isWide
        ? say`${people} on ${open} (at most ${connections.most} so far), of ${numbers.people} in the list`
        : say`${people}, ${open}`,
      numbers.online > 0 ? "good" : "plain",
    ),
    fact(view, say`Traffic`, isWide ? say`${speed} (last 10 seconds)` : speed),
    diskRow(view, disk),
  ]
  if (view.rows < TALL) return rows
  const refused = sum(numbers.refused)
  const cut = sum(numbers.cut)
  rows.push(
    fact(
      view,
      say`Taken`,
      say`${plural(entries.accepted, say`entry`, say`entries`)}, ${sizeWords(entries.bytes)}, since the start`,
    ),
    fact(
      view,
      say`Refused`,
      refused + cut === 0
        ? say`nothing`
        : say`${plural(refused, say`request`, say`requests`)}; ${plural(cut, say`connection`, say`connections`)} ended by the relay`,
      numbers.rates.minute.refused > 0 ? "warning" : "plain",
    ),
  )
  if (sync.count > 0 && view.rows >= 30) {
    rows.push(
      fact(
        view,
        say`Saving`,
        say`the last save took ${shortNumber(sync.lastMs)} ms, the slowest ${shortNumber(sync.mostMs)} ms`,
      ),
    )
  }
  return rows
}

function diskRow(view: RelayView, disk: RelayView["numbers"]["disk"]): Row {
  if (disk === undefined) return fact(view, say`Disk`, say`not looked at yet`)
  const free = say`${sizeWords(disk.freeBytes)} free`
  const store = say`${sizeWords(disk.storeBytes)} stored`
  const words = disk.isLow
    ? say`NEARLY FULL, nothing new is taken: ${free}, ${store}`
    : say`${free}, ${store}`
  return fact(view, say`Disk`, words, disk.isLow ? "danger" : "plain")
}

function fact(view: RelayView, label: SafeText, value: SafeText, style: Style = "plain"): Row {
  const padded = say`${label}${repeatSafe(say` `, LABEL_CELLS - drawnCells(label))}`
  return [
    span(padded, "faint"),
    span(truncate(value, widthOf(view) - LABEL_CELLS, view.theme.symbols.more), style),
  ]
}

function sum(counts: Partial<Record<string, number>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0)
}

/** Newest last; filled from below. */
function listRows(view: RelayView, height: number): readonly Row[] {
  const rows: Row[] = []
  for (let at = view.lines.length - 1 - view.back; at >= 0 && rows.length < height; at--)
    rows.unshift(...liveRows(view, view.lines[at]!))
  if (rows.length > 0) return rows.slice(-height)
  const nobody = say`Nobody so far. The invitation (I) is what people need to come here.`
  return wrap(nobody, widthOf(view)).map(({ text }) => [span(text, "faint")])
}

function liveRows(view: RelayView, { at, text, style, times }: LiveLine): readonly Row[] {
  const words = times === 1 ? text : say`${text} (${times} times)`
  return wrap(words, widthOf(view) - TIME_CELLS).map((row, index) => [
    span(index === 0 ? say`${timeOfDay(at)} ` : repeatSafe(say` `, TIME_CELLS), "faint"),
    span(row.text, style),
  ])
}

// ── pages ───────────────────────────────────────────────────────────────────────────────────────

/** The title stays; what does not fit under it is scrolled to. */
function shownPage(view: RelayView, height: number): readonly Row[] {
  const rows = pageRows(view, height)
  const offset = Math.min(view.offset, Math.max(0, rows.length - height))
  return offset === 0 ? rows : [...rows.slice(0, 1), ...rows.slice(1 + offset)]
}

/** How far the page can be scrolled. */
export function lastOffset(view: RelayView): number {
  const height = view.rows - 2
  return view.page === "none" ? 0 : Math.max(0, pageRows(view, height).length - height)
}

function pageRows(view: RelayView, height: number): readonly Row[] {
  switch (view.page) {
    case "none":
      return []
    case "invitation":
      return invitationRows(view, height)
    case "code":
      return codeRows(view, height)
    case "limits":
      return [rule(view, say`Limits`), ...paragraphs(view, limitLines(view))]
    case "help":
      return [rule(view, say`Help`), ...helpRows(view)]
    case "quit":
      return [rule(view, say`Stop the relay?`), ...paragraphs(view, quitLines(view))]
  }
}

/** The code stands beside the words where both have room. */
function invitationRows(view: RelayView, height: number): readonly Row[] {
  const title = rule(view, say`Invitation`)
  const lines = invitationLines(view.facts.invitation)
  const least = 40
  const drawn = qrLines(
    view.facts.invitation.link,
    { columns: widthOf(view) - least - 2, rows: height - 1 },
    view.theme,
  )
  if (drawn === undefined) return [title, ...wrapped(lines, widthOf(view))]
  const cells = drawn[0]!.reduce((total, part) => total + drawnCells(part.text), 0)
  const words = wrapped(lines, widthOf(view) - cells - 2)
  const rows = Array.from({ length: Math.max(words.length, drawn.length) }, (_, y): Row => [
    ...(drawn[y] ?? [span(repeatSafe(say` `, cells))]),
    span(say`  `),
    ...(words[y] ?? []),
  ])
  return [title, ...rows]
}

function codeRows(view: RelayView, height: number): readonly Row[] {
  const { link } = view.facts.invitation
  const drawn = qrLines(link, { columns: widthOf(view), rows: height }, view.theme)
  if (drawn !== undefined) return drawn
  const why = say`This window is too small for the code of the invitation. Make it larger, or give people the words or the link (I).`
  return [rule(view, say`Invitation`), ...wrapped([[span(why)]], widthOf(view))]
}

function limitLines({ facts, numbers }: RelayView): readonly SafeText[] {
  const { limits } = facts
  return [
    say`Connections: ${limits.connections} at once, ${limits.connectionsPerAddress} from one address, ${limits.newPerSecond} new ones a second from one address. Now: ${numbers.connections.open}.`,
    say`People in the list: ${limits.people}. Now: ${numbers.people}.`,
    say`A conversation: ${limits.channelEntries} entries, ${sizeWords(limits.channelBytes)}. Letters for somebody who is away: ${limits.inboxLetters}.`,
    say`One person in 24 hours: ${limits.accountEntries} entries, ${sizeWords(limits.accountBytes)}.`,
    say`Everything is kept ${spanWords(limits.retentionMs)}, and then goes. When the disk is nearly full, nothing new is taken and all else goes on.`,
    facts.isOpen
      ? say`This relay is OPEN: everybody on the network may join, and read #everyone from then on.`
      : say`Whoever has the invitation may join; nobody else.`,
  ]
}

function quitLines({ numbers }: RelayView): readonly SafeText[] {
  const here =
    numbers.online === 0
      ? say`Nobody is connected.`
      : say`${plural(numbers.online, say`person is`, say`people are`)} connected.`
  return [
    say`${here} Until it runs again nobody here can send or read anything new. What was accepted is saved, and people connect again by themselves.`,
    say`Stop it? Y or Ctrl+C: yes. N or Esc: no.`,
  ]
}

function helpRows(view: RelayView): readonly Row[] {
  const keys: readonly [SafeText, SafeText][] = [
    [say`I`, say`The invitation: twelve words, a link and a code for a camera.`],
    [say`C`, say`The code of the invitation alone, as large as it fits.`],
    [say`L`, say`What this relay takes at most.`],
    [say`Tab`, say`The next of these pages; Shift+Tab the one before.`],
    [say`Up Down`, say`Who came and went earlier; End goes back to the newest.`],
    [say`Q`, say`Stop the relay, after a question.`],
    [say`Ctrl+L`, say`Draw the screen again.`],
    [
      say`Ctrl+Z`,
      say`Pause: the relay stands still with its screen, and nobody gets anything until it goes on.`,
    ],
  ]
  const width = widthOf(view)
  const rows = keys.flatMap(([key, what]) =>
    wrap(what, width - LABEL_CELLS).map(({ text }, index): Row => [
      span(
        index === 0
          ? say`${key}${repeatSafe(say` `, LABEL_CELLS - drawnCells(key))}`
          : repeatSafe(say` `, LABEL_CELLS),
        "strong",
      ),
      span(text),
    ]),
  )
  const about = say`The relay carries sealed envelopes. Nothing on this screen says what people write or to whom; it cannot.`
  return [...rows, [], ...wrapped([[span(about, "faint")]], width)]
}

function paragraphs(view: RelayView, texts: readonly SafeText[]): readonly Row[] {
  return texts.flatMap((text): Row[] => [...wrapped([[span(text)]], widthOf(view)), []])
}

/** Lines of one span by words. */
function wrapped(lines: readonly Row[], width: number): readonly Row[] {
  return lines.flatMap((line): Row[] => {
    const only = line[0]
    if (only === undefined || only.text === "") return [[]]
    return wrap(only.text, width).map((row): Row => [span(row.text, only.style)])
  })
}
