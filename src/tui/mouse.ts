/** What the mouse means, as an action of the key table: nothing is reached by it alone. */
import type { Key } from "./key-decoder.ts"
import type { Action } from "./key-table.ts"
import { roomWindow, withoutRoom } from "./room-window.ts"
import type { ChatView } from "./view.ts"
import { layoutOfView } from "./visible.ts"

type MouseKey = Key & { kind: "mouse" }

/** The wheel scrolls, a room in the list opens, and the line that says what is further down leads there. */
export function mouseAction(view: ChatView, { button, x, y }: MouseKey): Action | undefined {
  if (button !== "left") return { kind: button === "wheel-up" ? "few-up" : "few-down" }
  const { panes, roomsWidth, bodyHeight } = layoutOfView(view)
  // The header is the first row, the rule stands under the body.
  if (y === bodyHeight + 1) return view.scroll.kind === "end" ? undefined : { kind: "newest" }
  if (x < 1 || x > roomsWidth || y < 2 || y > bodyHeight) return undefined
  const { rooms, people } = view.data
  const others = panes === "two" ? withoutRoom(people, rooms).length : 0
  const { first, limit } = roomWindow(rooms, view.roomId, others, bodyHeight)
  const index = y - 2
  return index < Math.min(limit, rooms.length - first)
    ? { kind: "window", number: first + index + 1 }
    : undefined
}

/** What lies over the chat has lists: the wheel goes up and down in them, and a click does nothing. */
export function wheelKey({ button }: MouseKey): Key | undefined {
  return button === "left" ? undefined : { kind: "chord", chord: button === "wheel-up" ? "up" : "down" }
}
