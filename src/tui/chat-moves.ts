/** Between rooms, and up and down in one. */
import type { RoomView } from "../client/events.ts"
import type { Move } from "./key-table.ts"
import { say } from "./safe-text.ts"
import { AT_END, scrollBy, scrollToTop } from "./scroll.ts"
import { effect, told } from "./steps.ts"
import { still, type ChatView, type Step } from "./view.ts"
import { firstBelow, viewportOf } from "./visible.ts"

/** Rows of `alt+pageup`. */
const FEW_ROWS = 3

export function onMove(view: ChatView, move: Move): Step {
  const page = Math.max(1, viewportOf(view).height - 2)
  switch (move) {
    case "room-before":
      return step(view, -1)
    case "room-after":
      return step(view, 1)
    case "next-unread":
      return nextUnread(view)
    case "page-up":
      return scroll(view, -page)
    case "page-down":
      return scroll(view, page)
    case "few-up":
      return scroll(view, -FEW_ROWS)
    case "few-down":
      return scroll(view, FEW_ROWS)
    case "oldest":
      return scroll(view, -Number.MAX_SAFE_INTEGER)
    case "newest":
      return still({ ...view, scroll: AT_END })
    case "first-unread": {
      const first = view.unreadFrom ?? firstBelow(view)
      if (first === undefined) return still(told(view, say`Nothing new in this room.`))
      return still({ ...view, scroll: scrollToTop(viewportOf(view), first) })
    }
  }
}

function scroll(view: ChatView, rows: number): Step {
  const moved = scrollBy(viewportOf(view), view.scroll, rows)
  const next = { ...view, scroll: moved.scroll }
  const first = view.lines[0]
  if (!moved.atStart || rows > 0 || view.complete || first === undefined || view.roomId === undefined)
    return still(next)
  return effect(next, { kind: "load-older", roomId: view.roomId, before: first.order })
}

function step(view: ChatView, by: 1 | -1): Step {
  const { rooms } = view.data
  if (rooms.length === 0) return still(view)
  const at = rooms.findIndex(({ id }) => id === view.roomId)
  return open(view, rooms[(at + by + rooms.length) % rooms.length])
}

export function nextUnread(view: ChatView): Step {
  const others = view.data.rooms.filter((room) => room.unread > 0 && room.id !== view.roomId)
  const next = others.find(({ id }) => view.data.meant.has(id)) ?? others[0]
  return next === undefined ? still(told(view, say`Nothing new anywhere.`)) : open(view, next)
}

export function openNumber(view: ChatView, number: number): Step {
  const room = view.data.rooms[number - 1]
  return room === undefined
    ? still(told(view, say`There is no room ${number}.`, "warning"))
    : open(view, room)
}

export function open(view: ChatView, room: RoomView | undefined): Step {
  if (room === undefined || room.id === view.roomId) return still({ ...view, overlay: undefined })
  return effect({ ...view, toast: undefined }, { kind: "open-room", roomId: room.id })
}

/** Back to the room before. */
export function close(view: ChatView): Step {
  const back = view.data.rooms.find(({ id }) => id === view.roomBefore) ?? view.data.rooms[0]
  return open(view, back)
}
