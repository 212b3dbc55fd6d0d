/**
 * Search in what is stored here: rooms are read from their newest line up, in slices, so that a key is answered in
 * between, and never more than `MAX_SEARCHED_LINES`. The relay is asked nothing.
 */
import type { Client } from "../client/client.ts"
import type { MessageView, TranscriptLine } from "../client/events.ts"
import type { Clock, Millis } from "../platform/clock.ts"
import { mentions } from "./mentions.ts"
import { safeBlock, safeLine, say, sliceSafe, type SafeText } from "./safe-text.ts"
import { clustersOf } from "./text-width.ts"
import { keyOf } from "./transcript-rows.ts"

/** Lines that are read before somebody else has a turn: about as long as a frame (1.3 s for 50,000, measured). */
export const SLICE_LINES = 250
/** Lines that one search reads at most, all rooms together. */
export const MAX_SEARCHED_LINES = 200_000
/** Most lines that are found; whoever finds more asks for more words. */
export const MAX_HITS = 200
/** Lines that are loaded to show one that was found far up. */
export const MAX_JUMP_LINES = 100_000

export type MessageLine = TranscriptLine & { kind: "message" }

export interface Hit {
  roomId: string
  line: MessageLine
}

/** Where a search stands: rooms to be read still, and up to which line the first of them was. */
interface Place {
  rooms: readonly string[]
  before: string | undefined
  searched: number
}

export interface Found {
  hits: readonly Hit[]
  searched: number
  /** `all`: everything that is stored was read. */
  end: "all" | "too-many" | "too-far" | undefined
}

/** The words that all must be in a message; empty: nothing is looked for. */
export function wordsOf(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "")
}

/** Stands for whoever is searching: what others said that names them, or answers them. No name is like it. */
export const ABOUT_ME = "@me"

function fits(message: MessageView, words: readonly string[], self: string): boolean {
  const lower = message.text.toLowerCase()
  return words.every((word) => (word === ABOUT_ME ? isAbout(message, self) : lower.includes(word)))
}

function isAbout({ own, text, replyTo }: MessageView, self: string): boolean {
  return !own && (mentions(text, self) || replyTo?.from.trust === "self")
}

/**
 * Searches slice by slice; `isWanted` is asked before each, and `told` is given all that was found so far, newest first.
 * @param rooms ids; the first is read first.
 */
export async function search(
  { client, clock }: { client: Client; clock: Clock },
  rooms: readonly string[],
  query: string,
  isWanted: () => boolean,
  told: (found: Found) => void,
): Promise<void> {
  const words = wordsOf(query)
  const hits: Hit[] = []
  let place: Place | undefined = words.length === 0 ? undefined : { rooms, before: undefined, searched: 0 }
  let searched = 0
  // Who asks what names them asks what is newest, wherever it stands.
  const inOrder = (all: readonly Hit[]) =>
    words.includes(ABOUT_ME) ? all.toSorted((a, b) => b.line.at - a.line.at) : [...all]
  while (place !== undefined && isWanted()) {
    const next: Place | undefined = slice(client, place, words, hits)
    searched = next?.searched ?? searched
    if (hits.length >= MAX_HITS)
      return told({ hits: inOrder(hits).slice(0, MAX_HITS), searched, end: "too-many" })
    if (searched >= MAX_SEARCHED_LINES) return told({ hits: inOrder(hits), searched, end: "too-far" })
    told({ hits: inOrder(hits), searched, end: next === undefined ? "all" : undefined })
    place = next
    if (place !== undefined) await turn(clock)
  }
  if (words.length === 0) told({ hits, searched, end: "all" })
}

function slice(
  client: Client,
  { rooms, before, searched }: Place,
  words: readonly string[],
  hits: Hit[],
): Place | undefined {
  const [roomId, ...others] = rooms
  if (roomId === undefined) return undefined
  const lines = client.transcript(roomId, SLICE_LINES, before)
  const self = client.self().name
  for (const line of lines.toReversed())
    if (line.kind === "message" && fits(line.message, words, self)) hits.push({ roomId, line })
  const oldest = lines[0]
  const isMore = lines.length === SLICE_LINES && oldest !== undefined
  const after = searched + lines.length
  if (isMore) return { rooms, before: oldest.order, searched: after }
  return others.length === 0 ? undefined : { rooms: others, before: undefined, searched: after }
}

/** Lets whatever waits have its turn. */
function turn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.wakeAt(clock.now(), () => resolve()))
}

/**
 * The newest lines of a room up to the one that was found, and some before it; undefined when it is too far up, or has
 * gone meanwhile.
 */
export async function linesTo(
  { client, clock }: { client: Client; clock: Clock },
  { roomId, line }: Hit,
  more: number,
): Promise<{ lines: readonly TranscriptLine[]; complete: boolean } | undefined> {
  const key = keyOf(line)
  const pages: (readonly TranscriptLine[])[] = []
  let count = 0
  let before: string | undefined
  while (count < MAX_JUMP_LINES) {
    const page = client.transcript(roomId, SLICE_LINES, before)
    pages.unshift(page)
    count += page.length
    before = page[0]?.order
    const isEnd = page.length < SLICE_LINES
    const at = page.findIndex((candidate) => keyOf(candidate) === key)
    if (at >= 0) {
      const rest = isEnd || at >= more ? [] : client.transcript(roomId, SLICE_LINES, before)
      const complete = isEnd || (rest.length < SLICE_LINES && at < more)
      return { lines: [rest, ...pages].flat(), complete }
    }
    if (isEnd || before === undefined) return undefined
    await turn(clock)
  }
  return undefined
}

/** Cells of text that are kept before the first word that was found. */
const LEAD_UNITS = 20

/** One line of a message, from a little before the first word that was found. */
export function snippetOf(text: string, query: string, more: SafeText): SafeText {
  const line = safeLine(safeBlock(text))
  const lower = line.toLowerCase()
  const at = Math.max(0, Math.min(...wordsOf(query).map((word) => lower.indexOf(word))))
  if (at <= LEAD_UNITS || lower.length !== line.length) return line
  let from = 0
  for (const cluster of clustersOf(line)) {
    if (from >= at - LEAD_UNITS) break
    from += cluster.length
  }
  return say`${more}${sliceSafe(line, from)}`
}

/** Unix milliseconds that a search waits for the next letter. */
export const TYPING_MS: Millis = 120
