/**
 * The one table of keys: what each means unless the person's file `keys` says otherwise (`key-file.ts`). Help, hints
 * and the decoder's chords meet here, so that help cannot promise a key that does nothing.
 *
 * Every action that is on an Alt key has another key or a command as well: many terminals keep Alt for themselves.
 * What keys mean beside the chat's own line, with a message chosen, in a pane and in panels, is in `key-places.ts`.
 */
import type { Edit } from "./composer-state.ts"
import { PLACE_ROWS, type PlaceAct, type PlaceRow } from "./key-places.ts"
import { say, type SafeText } from "./safe-text.ts"

/** Between rooms, and up and down in one. */
export type Move =
  | "room-before"
  | "room-after"
  | "next-unread"
  | "page-up"
  | "page-down"
  | "few-up"
  | "few-down"
  | "oldest"
  | "newest"
  | "first-unread"

type Plain =
  | Move
  | "submit"
  | "complete"
  | "complete-back"
  | "up"
  | "down"
  | "escape"
  | "interrupt"
  | "end-of-input"
  | "goto"
  | "search"
  | "history"
  | "editor"
  | "rooms"
  | "people"
  | "rooms-pane"
  | "people-pane"
  | "help"
  | "verify"
  | "receipts"
  | "pick"
  | "focus-next"
  | "focus-back"
  | "attach"
  | "alert"
  | "lock"
  | "redraw"
  | "mouse"
  | "suspend"

/** What a key does in the chat. Editing keys go to the composer. */
export type Action = { kind: "edit"; edit: Edit } | { kind: Plain } | { kind: "window"; number: number }

/** How the file `keys` calls an action. */
export type KeyName = Plain | Edit | `room-${number}` | PlaceAct

/** A row of the chat, or of another place. */
export type KeyRow = ChatRow | PlaceRow

export interface ChatRow {
  place: "chat"
  action: Action
  /** What they are called: `key-decoder.ts`. Two with a space between them are pressed one after the other. */
  chords: readonly string[]
  /** These mean it only while nothing is written. */
  whenEmpty: readonly string[]
  what: SafeText
  /** Editing as everywhere: one line of help names them all. */
  isEditing: boolean
}

export function nameOfAction(action: Action): KeyName {
  if (action.kind === "edit") return action.edit
  return action.kind === "window" ? `room-${action.number}` : action.kind
}

export function nameOfRow(each: KeyRow): KeyName {
  return each.place === "chat" ? nameOfAction(each.action) : each.act
}

function row(
  kind: Plain,
  chords: readonly string[],
  what: SafeText,
  whenEmpty: readonly string[] = [],
): ChatRow {
  return { place: "chat", action: { kind }, chords, whenEmpty, what, isEditing: false }
}

function editing(edit: Edit, chords: readonly string[], what: SafeText): ChatRow {
  return { place: "chat", action: { kind: "edit", edit }, chords, whenEmpty: [], what, isEditing: true }
}

const CHAT_ROWS: readonly ChatRow[] = [
  row("submit", ["enter"], say`send`),
  {
    ...editing("newline", ["ctrl+j", "alt+enter", "shift+enter"], say`new line; also \\ and Enter`),
    isEditing: false,
  },
  row("complete", ["tab"], say`complete a name, a command, an :emoji:`),
  row("complete-back", ["shift+tab"], say`the one before`),
  row("room-before", ["ctrl+p", "ctrl+up", "alt+up"], say`room before`),
  row("room-after", ["ctrl+n", "ctrl+down", "alt+down"], say`room after`),
  row("next-unread", ["ctrl+g", "alt+a"], say`next room with something new, where you are meant first`),
  row("goto", ["ctrl+o", "alt+k"], say`go to a room, a person, a command`, ["ctrl+k"]),
  row("focus-next", [], say`on to the rooms, the messages, the people, and back`, ["tab"]),
  row("focus-back", [], say`the same the other way round`, ["shift+tab"]),
  row("search", ["ctrl+f"], say`search in this room; again: everywhere`),
  row("history", ["ctrl+r"], say`what you wrote before`),
  row("editor", ["ctrl+x ctrl+e", "alt+c"], say`write in your own editor`),
  row("rooms", ["f2"], say`choose a room, by its number too`),
  row("people", ["f7"], say`choose a person`),
  row("people-pane", ["f3", "alt+n"], say`people beside the chat, or not`),
  row("rooms-pane", ["f4"], say`rooms beside the chat, or not`, ["alt+b"]),
  row("verify", ["f5"], say`verify the person you talk to`),
  row("pick", ["alt+j"], say`choose a message: answer, change, react, copy, …`, ["esc"]),
  row("receipts", ["f6"], say`who has your newest message`),
  row("attach", ["ctrl+t"], say`attach a file`),
  row("alert", ["f8"], say`call for help`),
  row("lock", ["f9"], say`lock this screen`),
  row("page-up", ["pageup"], say`scroll up`),
  row("page-down", ["pagedown"], say`scroll down`),
  row("few-up", ["shift+up", "alt+pageup"], say`scroll a few lines up`),
  row("few-down", ["shift+down", "alt+pagedown"], say`scroll a few lines down`),
  row("oldest", ["ctrl+home", "alt+home"], say`oldest line here`, ["home"]),
  row("newest", ["ctrl+end", "alt+end"], say`newest line`, ["end"]),
  row("first-unread", ["alt+u"], say`first unread line`, ["ctrl+u"]),
  row("up", ["up"], say`up in the text, then what you wrote before`),
  row("down", ["down"], say`down`),
  row("escape", ["esc"], say`close, cancel`),
  row("help", ["f1"], say`help`),
  row("mouse", ["alt+m"], say`mouse on or off; also /mouse`),
  row("redraw", ["ctrl+l"], say`draw the screen again`),
  row("suspend", ["ctrl+z"], say`pause; fg comes back`),
  row("interrupt", ["ctrl+c"], say`empty the text; twice: quit`),
  row("end-of-input", [], say`quit`, ["ctrl+d"]),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number): ChatRow => ({
    place: "chat",
    action: { kind: "window", number },
    chords: [`alt+${number}`],
    whenEmpty: [],
    what: say`room ${number}; also /win ${number}`,
    isEditing: false,
  })),
  editing("left", ["left"], say`one letter left`),
  editing("right", ["right"], say`one letter right`),
  editing("word-left", ["ctrl+left", "alt+b", "alt+left"], say`one word left`),
  editing("word-right", ["ctrl+right", "alt+f", "alt+right"], say`one word right`),
  editing("line-start", ["ctrl+a", "home"], say`start of the line`),
  editing("line-end", ["ctrl+e", "end"], say`end of the line`),
  editing("backspace", ["backspace"], say`delete before`),
  editing("delete", ["delete", "ctrl+d"], say`delete behind`),
  editing("cut-word-left", ["ctrl+w", "alt+backspace"], say`cut the word before`),
  editing("cut-word-right", ["ctrl+delete", "alt+d"], say`cut the word behind`),
  editing("cut-to-start", ["ctrl+u"], say`cut to the start`),
  editing("cut-to-end", ["ctrl+k"], say`cut to the end`),
  editing("yank", ["ctrl+y"], say`put back what was cut`),
  editing("undo", ["ctrl+_"], say`undo`),
]

export const KEYS: readonly KeyRow[] = [...CHAT_ROWS, ...PLACE_ROWS]
