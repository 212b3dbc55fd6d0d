/**
 * The part of a room that is loaded, and how it stays true: newest lines are read again and again, and whatever
 * vanished from them (a gap that was filled), came between them or moved is so on the screen as well.
 */
import type { ClientEvent, TranscriptLine } from "../client/events.ts"
import type { Scroll } from "./scroll.ts"
import { keyOf } from "./transcript-rows.ts"
import { type ChatView, TAIL_LINES } from "./view.ts"

export interface Loaded {
  lines: readonly TranscriptLine[]
  /** Nothing older exists. */
  complete: boolean
}

/**
 * The newest lines as they are now, below the older ones that were loaded before.
 *
 * @param tail the newest `asked` lines of the room, or all when there are fewer.
 */
export function withTail(known: Loaded, tail: readonly TranscriptLine[], asked: number): Loaded {
  const first = tail[0]
  if (first === undefined || tail.length < asked) return { lines: tail, complete: true }
  const before = new Map(known.lines.map((line) => [keyOf(line), line.order]))
  // A line that stands where it stood joins the two. One that still waits stands at the end of both, and joins nothing.
  const joined = tail.some((line) => before.get(keyOf(line)) === line.order && !isQueued(line))
  if (!joined) return { lines: tail, complete: false }
  const keys = new Set(tail.map(keyOf))
  const older = known.lines.filter((line) => line.order < first.order && !keys.has(keyOf(line)))
  return { lines: [...older, ...tail], complete: known.complete }
}

function isQueued(line: TranscriptLine): boolean {
  return line.kind === "message" && line.message.state === "queued"
}

/** The line of this key, or its nearest neighbour above (else below) that is still there. */
export function keptKey(
  before: readonly TranscriptLine[],
  after: readonly TranscriptLine[],
  key: string | undefined,
): string | undefined {
  if (key === undefined || after.some((line) => keyOf(line) === key)) return key
  const at = before.findLastIndex((line) => keyOf(line) === key)
  const there = new Set(after.map(keyOf))
  const neighbours = [...before.slice(0, Math.max(0, at)).toReversed(), ...before.slice(at + 1)]
  return neighbours.map(keyOf).find((neighbour) => there.has(neighbour))
}

/** What is being read stays where it is, also when its line has gone. */
export function keptScroll(
  before: readonly TranscriptLine[],
  after: readonly TranscriptLine[],
  scroll: Scroll,
): Scroll {
  if (scroll.kind === "end") return scroll
  const key = keptKey(before, after, scroll.key)
  if (key === scroll.key) return scroll
  // The last row of the line above, whatever number that has.
  return key === undefined ? { kind: "end" } : { kind: "at", key, row: Number.MAX_SAFE_INTEGER }
}

const CHANGES_LINES: ReadonlySet<ClientEvent["type"]> = new Set([
  "room.changed",
  "message.state",
  "message.edited",
  "message.deleted",
  "message.reaction",
])

/** A gap that is filled, or a receipt, may concern a line that is loaded and no longer among the newest. */
export function changesOldLines(event: ClientEvent, { roomId, lines }: ChatView): boolean {
  if (!("room" in event) || !CHANGES_LINES.has(event.type)) return false
  return event.room.id === roomId && lines.length > TAIL_LINES
}
