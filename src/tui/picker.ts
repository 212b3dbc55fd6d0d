/** The list of "go to…": rooms and people whose name holds what was typed. */
import type { PersonView } from "../client/events.ts"
import { roomTitle } from "./theme.ts"
import type { SafeText } from "./safe-text.ts"
import { safeName } from "./safe-text.ts"
import type { ChatView, Overlay } from "./view.ts"

export interface PickerItem {
  key: string
  title: SafeText
  /** Set for rooms that exist. */
  roomId: string | undefined
  person: PersonView | undefined
  unread: number
  number: number | undefined
}

export function pickerItems(view: ChatView, overlay: Overlay & { kind: "picker" }): readonly PickerItem[] {
  const rooms: PickerItem[] = view.data.rooms.map((room, index) => ({
    key: room.id,
    title: roomTitle(room),
    roomId: room.id,
    person: room.peer,
    unread: room.unread,
    number: index + 1,
  }))
  const reached = new Set(rooms.flatMap(({ person }) => (person === undefined ? [] : [person.id])))
  const people: PickerItem[] = view.data.people.map((person) => ({
    key: person.id,
    title: safeName(person.name),
    roomId: view.data.rooms.find(({ peer }) => peer?.id === person.id)?.id,
    person,
    unread: 0,
    number: undefined,
  }))
  const all =
    overlay.source === "rooms"
      ? rooms
      : overlay.source === "people"
        ? people
        : [...rooms, ...people.filter(({ key }) => !reached.has(key))]
  const wanted = overlay.query.trim().toLowerCase()
  if (wanted === "") return all
  return all
    .map((item) => ({ item, score: scoreOf(item, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}

/** Number or start of the name first, then a part of it, then its letters in order. */
function scoreOf(item: PickerItem, wanted: string): number {
  const title = item.title.toLowerCase().replace(/^#/u, "")
  const asked = wanted.replace(/^[#@]/u, "")
  if (item.number !== undefined && asked === String(item.number)) return 5
  if (title.startsWith(asked)) return 4
  if (title.includes(asked)) return 3
  let at = 0
  for (const letter of title) if (letter === asked[at]) at += 1
  return at === asked.length ? 1 : 0
}
