/**
 * The relay's own screen as data: what it counts, who came and went, and which page lies over that.
 *
 *     (view, key | event | numbers | resize) → { view, what to do }
 */
import type { Millis } from "../platform/clock.ts"
import type { MonitorEvent, RelaySnapshot } from "../relay/monitor.ts"
import type { OperatorEvent } from "../relay/operator.ts"
import type { Invitation } from "./invitation.ts"
import type { Key } from "./key-decoder.ts"
import { lastOffset } from "./relay-rows.ts"
import { cutWords, operatorStyle, operatorWords } from "./relay-words.ts"
import type { SafeText } from "./safe-text.ts"
import type { Style, Theme } from "./theme.ts"

/** Who came and went is kept for so many lines. */
export const MAX_LIVE_LINES = 500

export interface RelayFacts {
  name: string
  /** `192.168.1.5:7667` */
  address: string
  invitation: Invitation
  /** Everybody on the network may register. */
  isOpen: boolean
  limits: RelayLimitFacts
}

/** As the relay has them (PROTOCOL.md §18). */
export interface RelayLimitFacts {
  connections: number
  connectionsPerAddress: number
  newPerSecond: number
  channelBytes: number
  channelEntries: number
  inboxLetters: number
  accountBytes: number
  accountEntries: number
  people: number
  retentionMs: Millis
}

export type RelayPage = "none" | "invitation" | "code" | "limits" | "help" | "quit"

/** The same again at once is counted. */
export interface LiveLine {
  at: Millis
  text: SafeText
  style: Style
  times: number
}

export interface RelayView {
  kind: "relay"
  columns: number
  rows: number
  theme: Theme
  facts: RelayFacts
  numbers: RelaySnapshot
  lines: readonly LiveLine[]
  /** Lines that lie under the screen; 0 follows what comes. */
  back: number
  page: RelayPage
  /** Rows of the page that were scrolled away. */
  offset: number
}

export type RelayEvent =
  | { kind: "key"; key: Key }
  | { kind: "resize"; columns: number; rows: number }
  | { kind: "told"; at: Millis; event: OperatorEvent }
  | { kind: "cut"; event: MonitorEvent & { kind: "cut" } }
  | { kind: "numbers"; numbers: RelaySnapshot }

export type RelayAct = "stop" | "redraw" | "suspend" | undefined

export interface RelayStep {
  view: RelayView
  act: RelayAct
}

/** Whoever has just made a relay wants to invite somebody. */
export function initialRelay(
  facts: RelayFacts,
  numbers: RelaySnapshot,
  size: { theme: Theme; columns: number; rows: number },
): RelayView {
  const page = numbers.people === 0 ? "invitation" : "none"
  return { kind: "relay", ...size, facts, numbers, lines: [], back: 0, page, offset: 0 }
}

export function reduceRelay(view: RelayView, event: RelayEvent): RelayStep {
  switch (event.kind) {
    case "key":
      return onKey(view, event.key)
    case "resize":
      return still({ ...view, columns: event.columns, rows: event.rows })
    case "told":
      return still(withLine(view, event.at, operatorWords(event.event), operatorStyle(event.event)))
    case "cut":
      return still(withLine(view, event.event.at, cutWords(event.event), "warning"))
    case "numbers":
      return still({ ...view, numbers: event.numbers })
  }
}

function withLine(view: RelayView, at: Millis, text: SafeText, style: Style): RelayView {
  const last = view.lines.at(-1)
  if (last?.text === text) {
    const again = { ...last, at, times: last.times + 1 }
    return { ...view, lines: [...view.lines.slice(0, -1), again] }
  }
  const lines = [...view.lines, { at, text, style, times: 1 }].slice(-MAX_LIVE_LINES)
  // What is being read stays where it is.
  return { ...view, lines, back: view.back === 0 ? 0 : Math.min(view.back + 1, lines.length - 1) }
}

function onKey(view: RelayView, key: Key): RelayStep {
  if (key.kind === "chord") return onChord(view, key.chord)
  if (key.kind !== "text") return still(view)
  let step = still(view)
  // One at a time: what comes behind the answer to a question is no answer to it.
  for (const letter of key.text) {
    step = onLetter(step.view, letter.toLowerCase())
    if (step.act !== undefined) break
  }
  return step
}

function onLetter(view: RelayView, letter: string): RelayStep {
  if (view.page === "quit") return letter === "y" ? { view, act: "stop" } : still(turnedTo(view, "none"))
  switch (letter) {
    case "q":
      return still(turnedTo(view, view.page === "none" ? "quit" : "none"))
    case "i":
      return still(toggled(view, "invitation"))
    case "c":
      return still(toggled(view, "code"))
    case "l":
      return still(toggled(view, "limits"))
    case "?":
    case "h":
      return still(toggled(view, "help"))
    default:
      return still(view)
  }
}

function turnedTo(view: RelayView, page: RelayPage): RelayView {
  return { ...view, page, offset: 0 }
}

function toggled(view: RelayView, page: RelayPage): RelayView {
  return turnedTo(view, view.page === page ? "none" : page)
}

/** The pages one after the other, for keyboards that have no Latin letters. The question is none of them. */
const PAGES: readonly RelayPage[] = ["none", "invitation", "code", "limits", "help"]

function turnedOn(view: RelayView, by: 1 | -1): RelayView {
  if (view.page === "quit") return view
  return turnedTo(view, PAGES[(PAGES.indexOf(view.page) + by + PAGES.length) % PAGES.length]!)
}

function onChord(view: RelayView, chord: string): RelayStep {
  const half = Math.max(1, Math.floor(view.rows / 2))
  switch (chord) {
    case "ctrl+c":
      return view.page === "quit" ? { view, act: "stop" } : still(turnedTo(view, "quit"))
    case "esc":
    case "enter":
      return still(turnedTo(view, "none"))
    case "f1":
      return still(turnedTo(view, "help"))
    case "tab":
    case "right":
      return still(turnedOn(view, 1))
    case "shift+tab":
    case "left":
      return still(turnedOn(view, -1))
    case "up":
      return still(scrolled(view, 1))
    case "down":
      return still(scrolled(view, -1))
    case "pageup":
      return still(scrolled(view, half))
    case "pagedown":
      return still(scrolled(view, -half))
    case "home":
      return still(scrolled(view, MAX_LIVE_LINES))
    case "end":
      return still(scrolled(view, -MAX_LIVE_LINES))
    case "ctrl+l":
      return { view, act: "redraw" }
    case "ctrl+z":
      return { view, act: "suspend" }
    default:
      return still(view)
  }
}

/** @param by rows up: through a page from its beginning, through who came and went from the newest. */
function scrolled(view: RelayView, by: number): RelayView {
  const within = (value: number, last: number) => Math.max(0, Math.min(last, value))
  return view.page === "none"
    ? { ...view, back: within(view.back + by, view.lines.length - 1) }
    : { ...view, offset: within(view.offset - by, lastOffset(view)) }
}

function still(view: RelayView): RelayStep {
  return { view, act: undefined }
}
