/**
 * The rest of the one table of keys (`key-table.ts`): what keys mean while a message is chosen, while a list beside the
 * chat has the arrows, and in what lies over the chat. Nothing is written in the first, so letters mean something there.
 */
import { say, type SafeText } from "./safe-text.ts"

/** While a message is chosen. */
export type MessageAct =
  | "message-menu"
  | "message-up"
  | "message-down"
  | "message-up-more"
  | "message-down-more"
  | "message-oldest"
  | "message-newest"
  | "message-leave"
  | "message-help"
  | MessageDeed

/** What is done with the one that is chosen. */
export type MessageDeed =
  | "message-reply"
  | "message-edit"
  | "message-delete"
  | "message-react"
  | "message-copy"
  | "message-open"
  | "message-who"
  | "message-verify"
  | "message-forward"

/** In the list of rooms or of people beside the chat. */
export type PaneAct =
  | "pane-open"
  | "pane-up"
  | "pane-down"
  | "pane-first"
  | "pane-last"
  | "pane-verify"
  | "pane-leave"
  | "pane-help"

/** In lists, questions and pages over the chat. */
export type PanelAct =
  | "panel-choose"
  | "panel-up"
  | "panel-down"
  | "panel-left"
  | "panel-right"
  | "panel-page-up"
  | "panel-page-down"
  | "panel-first"
  | "panel-last"
  | "panel-erase"
  | "panel-clear"
  | "panel-verify"
  | "panel-close"
  | "panel-help"

export type PlaceAct = MessageAct | PaneAct | PanelAct

interface RowIn<Where extends string, Act> {
  place: Where
  act: Act
  /** As `key-decoder.ts` names them; letters and signs too. */
  chords: readonly string[]
  what: SafeText
}

export type PlaceRow = RowIn<"message", MessageAct> | RowIn<"pane", PaneAct> | RowIn<"panel", PanelAct>

/** Where a key can mean something. */
export type Place = "chat" | PlaceRow["place"]

const message = (act: MessageAct, chords: readonly string[], what: SafeText): PlaceRow => ({
  place: "message",
  act,
  chords,
  what,
})
const pane = (act: PaneAct, chords: readonly string[], what: SafeText): PlaceRow => ({
  place: "pane",
  act,
  chords,
  what,
})
const panel = (act: PanelAct, chords: readonly string[], what: SafeText): PlaceRow => ({
  place: "panel",
  act,
  chords,
  what,
})

export const PLACE_ROWS: readonly PlaceRow[] = [
  message("message-menu", ["enter"], say`all that can be done with this message`),
  message("message-up", ["up", "k"], say`the message before`),
  message("message-down", ["down", "j"], say`the message after; behind the last: back`),
  message("message-up-more", ["pageup"], say`a few messages up`),
  message("message-down-more", ["pagedown"], say`a few messages down`),
  message("message-oldest", ["home"], say`the oldest message here`),
  message("message-newest", ["end"], say`the newest message`),
  message("message-reply", ["r"], say`answer it`),
  message("message-edit", ["e"], say`change it; your own`),
  message("message-delete", ["d"], say`delete it; your own`),
  message("message-react", ["+"], say`react to it`),
  message("message-copy", ["y"], say`copy it`),
  message("message-open", ["o"], say`open its link`),
  message("message-who", ["i"], say`who has it; your own`),
  message("message-verify", ["v"], say`verify who wrote it`),
  message("message-forward", ["f"], say`forward it`),
  message("message-leave", ["esc", "q", "alt+j", "ctrl+c"], say`back to writing`),
  message("message-help", ["?", "f1"], say`these keys`),
  pane("pane-open", ["enter"], say`open the chat`),
  pane("pane-up", ["up", "ctrl+p"], say`up in the list`),
  pane("pane-down", ["down", "ctrl+n"], say`down in the list`),
  pane("pane-first", ["home", "pageup"], say`first in the list`),
  pane("pane-last", ["end", "pagedown"], say`last in the list`),
  pane("pane-verify", ["f5"], say`verify this person`),
  pane("pane-leave", ["esc", "ctrl+c"], say`back to writing; so does any letter`),
  pane("pane-help", ["f1", "?"], say`these keys`),
  panel("panel-choose", ["enter"], say`do it, open it; on a page: back`),
  panel("panel-up", ["up", "ctrl+p", "shift+tab"], say`up`),
  panel("panel-down", ["down", "ctrl+n", "tab"], say`down`),
  panel("panel-left", ["left"], say`the choice, or the message, before`),
  panel("panel-right", ["right"], say`the choice, or the message, after`),
  panel("panel-page-up", ["pageup"], say`a page up`),
  panel("panel-page-down", ["pagedown", "space"], say`a page down`),
  panel("panel-first", ["home"], say`to the beginning`),
  panel("panel-last", ["end"], say`to the end`),
  panel("panel-erase", ["backspace"], say`take back the last letter that was typed`),
  panel("panel-clear", ["ctrl+u"], say`take back all that was typed`),
  panel("panel-verify", ["f5"], say`in a list: verify this person`),
  panel("panel-close", ["esc", "q", "ctrl+c"], say`back; letters do so only where nothing is typed`),
  panel("panel-help", ["f1", "?"], say`these keys`),
]
