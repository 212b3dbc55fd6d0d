/** Which rooms the left pane shows: the open one is always in sight, however many there are. */
import type { PersonView, RoomView } from "../client/events.ts"

export interface RoomWindow {
  /** Of the first room that is shown, from 0. */
  first: number
  /** Most rooms that are shown. */
  limit: number
}

/** @param roomId of the room that is in sight. @param others people who are listed under the rooms. @param height of the pane, its title included. */
export function roomWindow(
  rooms: readonly RoomView[],
  roomId: string | undefined,
  others: number,
  height: number,
): RoomWindow {
  const limit = others > 0 && height > 6 ? height - Math.min(4, others + 1) - 1 : height - 1
  const at = Math.max(
    0,
    rooms.findIndex(({ id }) => id === roomId),
  )
  return { first: Math.max(0, Math.min(at - limit + 1, rooms.length - limit)), limit }
}

/** The ones online first. */
export function sortedPeople(people: readonly PersonView[]): readonly PersonView[] {
  return [...people].sort((a, b) => Number(b.online) - Number(a.online))
}

/** People there is no chat with yet. */
export function withoutRoom<Person extends { id: string }>(
  people: readonly Person[],
  rooms: readonly RoomView[],
): readonly Person[] {
  const reached = new Set(rooms.flatMap(({ peer }) => (peer === undefined ? [] : [peer.id])))
  return people.filter(({ id }) => !reached.has(id))
}
