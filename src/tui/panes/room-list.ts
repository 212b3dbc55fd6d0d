/** The left pane: rooms with their numbers, marks and unread counts, then people there is no chat with yet. */
import type { PersonView, RoomView } from "../../client/events.ts"
import { roomWindow, sortedPeople, withoutRoom } from "../room-window.ts"
import { repeatSafe, safeName, say, type SafeText } from "../safe-text.ts"
import { drawnCells, fit, truncate } from "../text-width.ts"
import { roomTitle, span, trustMark, trustStyle, type Span, type Theme } from "../theme.ts"

export interface RoomListProps {
  rooms: readonly RoomView[]
  /** People to list under the rooms; empty where they have a pane of their own. */
  people: readonly PersonView[]
  /** Rooms in which something new is meant for this person. */
  meant: ReadonlySet<string>
  roomId: string | undefined
  width: number
  height: number
  theme: Theme
  /** The room or person that the arrows are at. */
  focusId: string | undefined
}

export function roomList(props: RoomListProps): (readonly Span[])[] {
  const { rooms, people, width, height, theme, focusId } = props
  const others = withoutRoom(people, rooms)
  const { first, limit } = roomWindow(
    rooms,
    rooms.some(({ id }) => id === focusId) ? focusId : props.roomId,
    others.length,
    height,
  )
  const shown = rooms.slice(first, first + limit)
  const rows: (readonly Span[])[] = [
    [span(say`Rooms`, focusId === undefined ? "faint" : "accent")],
    ...shown.map((room, index) => roomSpans(room, first + index + 1, props)),
  ]
  if (others.length > 0 && rows.length + 2 <= height) {
    rows.push([span(say`People`, "faint")])
    rows.push(...peopleRows(others, width, height - rows.length, theme, focusId))
  }
  return rows.slice(0, height)
}

function roomSpans(
  room: RoomView,
  number: number,
  { width, theme, roomId, meant, focusId }: RoomListProps,
): readonly Span[] {
  const { symbols } = theme
  const current = room.id === roomId
  // Whatever comes in a chat of two is meant for this person: there the number says it.
  const isNamed = room.kind === "everyone" && room.unread > 0 && meant.has(room.id)
  const state = room.state === "stopped" ? symbols.changed : isNamed ? symbols.mention : say` `
  const count = room.unread === 0 ? say`` : room.unread > 999 ? say`999` : say`${room.unread}`
  const lead = say`${current ? symbols.pointer : state}${number} `
  const mark = room.peer === undefined ? say`` : trustMark(room.peer, symbols)
  return entrySpans({
    lead,
    title: roomTitle(room),
    mark,
    tail: count,
    width,
    theme,
    trust: room.peer?.trust,
    current,
    loud: room.unread > 0,
    calls: isNamed,
    chosen: room.id === focusId,
  })
}

interface Entry {
  lead: SafeText
  title: SafeText
  mark: SafeText
  tail: SafeText
  width: number
  theme: Theme
  trust: PersonView["trust"] | undefined
  current: boolean
  loud: boolean
  /** Somebody in it means this person. */
  calls: boolean
  /** The arrows are at it. */
  chosen: boolean
}

/** The name gives way to the mark and the count: those two are never cut. */
function entrySpans({
  lead,
  title,
  mark,
  tail,
  width,
  theme,
  trust,
  current,
  loud,
  calls,
  chosen,
}: Entry): readonly Span[] {
  const { more } = theme.symbols
  const marked = mark === "" ? say`` : say` ${mark}`
  const room = width - drawnCells(lead) - drawnCells(tail) - 1
  // In a narrow pane a key tag would leave nothing of the name.
  const shownMark = room - drawnCells(marked) >= 4 ? marked : truncate(marked, 2, say``)
  const name = truncate(title, room - drawnCells(shownMark), more)
  const gap = repeatSafe(
    say` `,
    width - drawnCells(lead) - drawnCells(name) - drawnCells(shownMark) - drawnCells(tail),
  )
  return [
    span(lead, current || calls ? "accent" : "faint"),
    span(name, chosen ? "selected" : current || loud ? "strong" : "plain"),
    span(shownMark, trust === undefined ? "plain" : trustStyle(trust)),
    span(gap),
    span(tail, "accent"),
  ]
}

/** People with presence and trust, the ones online first. */
export function peopleRows(
  people: readonly PersonView[],
  width: number,
  height: number,
  theme: Theme,
  focusId: string | undefined,
): (readonly Span[])[] {
  const { symbols } = theme
  const sorted = sortedPeople(people)
  const limit = sorted.length > height ? Math.max(0, height - 1) : sorted.length
  const first = Math.max(0, sorted.findIndex(({ id }) => id === focusId) - limit + 1)
  const shown = sorted.slice(first, first + limit)
  const rows = shown.map((person) =>
    entrySpans({
      lead: say`${person.online ? symbols.online : symbols.offline} `,
      title: safeName(person.name),
      mark: trustMark(person, symbols),
      tail: say``,
      width,
      theme,
      trust: person.trust,
      current: false,
      loud: false,
      calls: false,
      chosen: person.id === focusId,
    }),
  )
  const left = sorted.length - shown.length
  if (left > 0) rows.push([span(fit(say`${symbols.more} ${left} more`, width, symbols.more), "faint")])
  return rows
}
