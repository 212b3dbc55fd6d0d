/**
 * Tab on an empty line goes on to the rooms, the messages, the people, and back to where one writes; Shift+Tab the other
 * way round. Only what is on the screen takes part. In a list the arrows choose, Enter opens, and any letter is written.
 */
import type { PersonView, RoomView } from "../client/events.ts"
import { verify } from "./chat-commands.ts"
import { open } from "./chat-moves.ts"
import { openHelp } from "./help-panel.ts"
import type { Key } from "./key-decoder.ts"
import { pressedName } from "./key-map.ts"
import { startPicking } from "./message-mode.ts"
import { messagesOf } from "./remark-keys.ts"
import { sortedPeople, withoutRoom } from "./room-window.ts"
import { effect } from "./steps.ts"
import { still, type ChatView, type Focus, type Step } from "./view.ts"
import { layoutOfView } from "./visible.ts"

type Stop = "composer" | "rooms" | "messages" | "people"

const STOPS: readonly Stop[] = ["composer", "rooms", "messages", "people"]

type Item = { id: string } & ({ room: RoomView } | { person: PersonView })

/** What the arrows walk through, in the order in which it is drawn. */
function itemsOf(view: ChatView, pane: Focus["pane"]): readonly Item[] {
  const { rooms, people } = view.data
  const { panes, bodyHeight } = layoutOfView(view)
  if (pane === "people") return sortedPeople(people).map((person) => ({ id: person.id, person }))
  // Lower panes have no room for anybody under the rooms.
  const others = panes === "two" && bodyHeight > 6 ? sortedPeople(withoutRoom(people, rooms)) : []
  return [
    ...rooms.map((room) => ({ id: room.id, room })),
    ...others.map((person) => ({ id: person.id, person })),
  ]
}

function canStop(view: ChatView, stop: Stop): boolean {
  const { roomsWidth, peopleWidth } = layoutOfView(view)
  switch (stop) {
    case "composer":
      return true
    case "messages":
      return messagesOf(view).length > 0
    case "rooms":
      return roomsWidth > 0 && itemsOf(view, "rooms").length > 0
    case "people":
      return peopleWidth > 0 && itemsOf(view, "people").length > 0
  }
}

function stopOf({ focus, picked }: ChatView): Stop {
  return focus?.pane ?? (picked === undefined ? "composer" : "messages")
}

export function moveFocus(view: ChatView, by: 1 | -1): ChatView {
  const away: ChatView = { ...view, focus: undefined, picked: undefined }
  const from = STOPS.indexOf(stopOf(view))
  for (let step = 1; step <= STOPS.length; step++) {
    const stop = STOPS[(from + by * step + STOPS.length * step) % STOPS.length]!
    if (!canStop(away, stop)) continue
    if (stop === "composer") return away
    if (stop === "messages") return startPicking(away)
    const items = itemsOf(away, stop)
    const at = items.find(({ id }) => id === view.roomId) ?? items[0]!
    return { ...away, focus: { pane: stop, id: at.id } }
  }
  return away
}

/** False once everybody in the list has gone, or there is no room for it any more. */
export function isThere(view: ChatView, { pane }: Focus): boolean {
  return canStop(view, pane)
}

/** Undefined for a key that means nothing here: it is the chat's. */
export function onPaneKey(view: ChatView, focus: Focus, key: Key): Step | undefined {
  const items = itemsOf(view, focus.pane)
  const at = Math.max(
    0,
    items.findIndex(({ id }) => id === focus.id),
  )
  const away: ChatView = { ...view, focus: undefined }
  const item = items[at]
  if (item === undefined) return undefined
  const to = (index: number): Step =>
    still({ ...view, focus: { ...focus, id: items[Math.max(0, Math.min(items.length - 1, index))]!.id } })
  switch (view.keys.pane.get(pressedName(key))) {
    case "pane-up":
      return to(at - 1)
    case "pane-down":
      return to(at + 1)
    case "pane-first":
      return to(0)
    case "pane-last":
      return to(items.length - 1)
    case "pane-open":
      return "room" in item ? open(away, item.room) : effect(away, { kind: "go", to: item.id })
    case "pane-verify": {
      const person = "room" in item ? item.room.peer : item.person
      return person === undefined ? still(view) : verify(away, person.id, undefined)
    }
    case "pane-leave":
      return still(away)
    case "pane-help":
      return openHelp(view, "pane")
    case undefined:
      return undefined
  }
}
