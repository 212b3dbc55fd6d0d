/** What the bottom line says of keys: those of the place where one is, the most useful first, and what Esc does now. */
import { labelIfAny } from "./key-map.ts"
import type { Place } from "./key-places.ts"
import type { KeyName } from "./key-table.ts"
import { say, type SafeText } from "./safe-text.ts"
import { currentRoom, type ChatView } from "./view.ts"

/** Where keys are taken now. */
export function placeOf({ overlay, picked, focus }: ChatView): Place {
  if (overlay !== undefined) return "panel"
  if (picked !== undefined) return "message"
  return focus === undefined ? "chat" : "pane"
}

/** In the order in which they give way to what else stands there: the last goes first. */
export function hintsOf(view: ChatView): readonly SafeText[] {
  const place = placeOf(view)
  const key = (name: KeyName, what: SafeText): readonly SafeText[] => {
    const label = labelIfAny(view.keys, name)
    return label === undefined ? [] : [say`${label} ${what}`]
  }
  if (place === "message")
    return [
      ...key("message-leave", say`back`),
      ...key("message-menu", say`what to do`),
      ...key("message-help", say`keys`),
    ]
  if (place === "pane")
    return [...key("pane-leave", say`back`), ...key("pane-open", say`open`), ...key("focus-next", say`next`)]
  if (place === "panel") return key("panel-help", say`keys`)
  const isDirect = currentRoom(view)?.kind === "direct"
  return [
    ...escapeHint(view),
    ...key("submit", say`send`),
    ...key("newline", say`line`),
    ...key("goto", say`go`),
    ...(isDirect ? key("verify", say`verify`) : key("people-pane", say`people`)),
  ]
}

/** Esc does one thing at a time; where it does nothing, nothing is said of it. */
function escapeHint({ about, composer, toast, roomId }: ChatView): readonly SafeText[] {
  if (about !== undefined) return [about.kind === "edit" ? say`Esc leaves it` : say`Esc no answer`]
  if (composer.pasted !== undefined) return [say`Esc drops it`]
  if (composer.text !== "") return toast === undefined ? [] : [say`Esc hides this`]
  return roomId === undefined ? [] : [say`Esc messages`]
}
