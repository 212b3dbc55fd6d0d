/** What stands beside the chat, put away and back. */
import { say } from "./safe-text.ts"
import type { ChatView } from "./view.ts"
import { layoutOfView } from "./visible.ts"

/** Where there is no room beside the chat, what the pane shows comes over it. */
export function togglePane(view: ChatView, pane: "rooms" | "people"): ChatView {
  const { panes } = layoutOfView(view)
  const fits = pane === "rooms" ? panes !== "one" : panes === "three"
  if (!fits) return { ...view, overlay: { kind: "picker", source: pane, query: say``, index: 0 } }
  return { ...view, hidden: { ...view.hidden, [pane]: !view.hidden[pane] } }
}

/** The chat alone, for selecting with the mouse; again: what there was. */
export function toggleBare(view: ChatView): ChatView {
  const isBare = view.hidden.rooms && view.hidden.people
  return { ...view, hidden: { rooms: !isBare, people: !isBare } }
}
