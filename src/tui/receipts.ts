/** "Who has it": one of our messages, and how far it got with each person it was for. */
import { ClientError, type Client } from "../client/client.ts"
import type { PersonRef, ReceiptView, TranscriptLine } from "../client/events.ts"
import { receiptMark, receiptStyle, receiptWords, stateWords } from "./delivery.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { drawnCells, fit, truncate } from "./text-width.ts"
import { nameInWords, nameWithMark, span, trustMark, trustStyle, type Span, type Symbols } from "./theme.ts"
import { plural, timeOfDay } from "./words.ts"

export type MessageLine = TranscriptLine & { kind: "message" }

/** What is known of one message. `back` counts own messages from the newest, which is 1. */
export interface Receipts {
  roomId: string
  back: number
  line: MessageLine
  people: readonly ReceiptView[]
}

/** How far back a room is searched for own messages. */
const MAX_SEARCHED_LINES = 5_000
const SEARCH_PAGE = 200
/** Cells for the mark and its word: `✓✓ has it`. */
const STATE_CELLS = 11

/** Who needs attention stands first. */
const RANK: Record<ReceiptView["state"], number> = { failed: 0, relayed: 1, delivered: 2, read: 3 }

/** @returns undefined when there are not so many own messages in the newest lines of the room. */
export function receiptsOf(client: Client, roomId: string, back: number): Receipts | undefined {
  let left = back
  let before: string | undefined
  for (let searched = 0; searched < MAX_SEARCHED_LINES; searched += SEARCH_PAGE) {
    const lines = client.transcript(roomId, SEARCH_PAGE, before)
    for (const line of lines.toReversed()) {
      if (line.kind !== "message" || !line.message.own) continue
      left -= 1
      if (left === 0) return { roomId, back, line, people: peopleOf(client, roomId, line) }
    }
    before = lines[0]?.order
    if (lines.length < SEARCH_PAGE) return undefined
  }
  return undefined
}

/** The same message as it is now. @param lines newest lines of the room, for the message's own state. */
export function freshReceipts(
  client: Client,
  known: Receipts,
  lines: readonly TranscriptLine[],
): readonly [line: MessageLine, people: readonly ReceiptView[]] {
  const { roomId, line } = known
  const found = lines.find((each) => each.kind === "message" && each.message.id === line.message.id)
  const now = found?.kind === "message" ? found : line
  try {
    return [now, peopleOf(client, roomId, now)]
  } catch (error) {
    if (error instanceof ClientError && error.code === "unknown-name") return [now, known.people]
    throw error
  }
}

/** Before the relay has it, it is on its way to nobody. */
function peopleOf(client: Client, roomId: string, { message }: MessageLine): readonly ReceiptView[] {
  return message.state === "queued" ? [] : client.receipts(roomId, message.id)
}

/** Said instead of the page. */
export function noReceiptsWords(back: number): SafeText {
  return back === 1
    ? say`You have written nothing here yet.`
    : say`You have not written ${plural(back, say`message`, say`messages`)} here.`
}

/** The page, in lines of at most `width` cells where names allow it; lines of one span may be wrapped. */
export function receiptLines(
  receipts: Receipts,
  symbols: Symbols,
  width: number,
): readonly (readonly Span[])[] {
  const { at, message } = receipts.line
  const head = say`${timeOfDay(at)} ${safeLine(message.text)}`
  return [
    [span(truncate(head, width, symbols.more), "strong")],
    ...sentences(receipts).map(({ text, style }) => [span(text, style)]),
    [span(say``)],
    ...inOrder(receipts.people).map((receipt) => personLine(receipt, symbols, width)),
  ]
}

/** The state stands on the left, where no name can push it or cover it. */
function personLine({ person, state }: ReceiptView, symbols: Symbols, width: number): readonly Span[] {
  const mark = trustMark(person, symbols)
  const marked = mark === "" ? say`` : say` ${mark}`
  const room = width - STATE_CELLS - drawnCells(marked)
  // The mark behind a name is never cut away by the name.
  const name = truncate(safeName(person.name), Math.max(4, room), symbols.more)
  return [
    span(fit(receiptMark(state, symbols), STATE_CELLS, symbols.more), receiptStyle(state)),
    span(name),
    span(marked, trustStyle(person.trust)),
  ]
}

/** For the line mode: the message, the sum, one line per person. */
export function plainReceipts(receipts: Receipts, symbols: Symbols): readonly SafeText[] {
  const { at, message } = receipts.line
  const text = truncate(safeLine(message.text), 60, symbols.more)
  return [
    say`${timeOfDay(at)} you: ${text}`,
    ...sentences(receipts).map((sentence) => sentence.text),
    ...inOrder(receipts.people).map(
      ({ person, state }) => say`${nameWithMark(person, symbols)} ${receiptWords(state)}`,
    ),
  ]
}

interface Sentence {
  text: SafeText
  style: Span["style"]
}

/** The sum of it, and what it means. */
function sentences({ line, people }: Receipts): Sentence[] {
  const { state } = line.message
  if (state === "queued")
    return [
      {
        text: say`It waits on this computer and is sent as soon as the relay can be reached.`,
        style: "warning",
      },
    ]
  if (people.length === 0) return [forNobody(line.message)]
  const count = (...states: ReceiptView["state"][]) =>
    people.filter((person) => states.includes(person.state)).length
  const [failed, waiting, read] = [count("failed"), count("relayed"), count("read")]
  const have = count("delivered", "read")
  const all: Sentence[] = [{ text: sumWords(people, have, read), style: "plain" }]
  if (failed > 0)
    all.push({
      text: say`${failed} of ${people.length} did not confirm it in 30 days, and it is not tried any more: tell them another way.`,
      style: "danger",
    })
  if (waiting > 0)
    all.push({
      text: say`Whoever does not have it yet gets it when they come back, for up to 30 days.`,
      style: "faint",
    })
  return all
}

function sumWords(people: readonly ReceiptView[], have: number, read: number): SafeText {
  const [only] = people
  if (only !== undefined && people.length === 1)
    return say`${nameInWords(only.person)} ${receiptWords(only.state)}.`
  const haveIt =
    have === 1 ? say`${have} of ${people.length} has it` : say`${have} of ${people.length} have it`
  if (have === 0) return say`${haveIt}.`
  return read === 1
    ? say`${haveIt}, ${read} of them has read it.`
    : say`${haveIt}, ${read} of them have read it.`
}

function forNobody({ state, receipts }: MessageLine["message"]): Sentence {
  if (state === "failed")
    return { text: say`It was not delivered, and is not tried any more: write it again.`, style: "danger" }
  if (state === undefined)
    return { text: say`Another copy of your profile sent it: who has it is not known here.`, style: "plain" }
  // A restored profile knows that it was read and no more by whom.
  const alone =
    receipts === undefined ? say`` : say` This computer knows of nobody who was here when it was sent.`
  return { text: say`It is ${stateWords(state)}.${alone}`, style: "plain" }
}

function inOrder(people: readonly ReceiptView[]): readonly ReceiptView[] {
  return people.toSorted((a, b) => RANK[a.state] - RANK[b.state] || byName(a.person, b.person))
}

function byName(a: PersonRef, b: PersonRef): number {
  return a.name.localeCompare(b.name, "en") || (a.id < b.id ? -1 : 1)
}
