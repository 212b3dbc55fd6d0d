/**
 * One table of commands and one of keys. Parsing, completion and the help screen all read these tables, so that
 * help cannot promise a key that does nothing, and a new command appears everywhere at once.
 */
import { numberIn, verifyArguments } from "./command-arguments.ts"
import type { Edit } from "./composer-state.ts"
import { ROOM_COMMANDS, type RoomCommand, roomCommandOf, type RoomWord } from "./room-commands.ts"
import type { KeyAction } from "./key-actions.ts"
import { safeName, say, type SafeText } from "./safe-text.ts"
import { bareName, takeName, unquote } from "./typed-names.ts"
import type { VerifyHow } from "./view.ts"

/** What a submitted line asks for. Names are as typed; the client resolves them. */
export type Command =
  | { kind: "say"; text: string }
  | { kind: "msg"; to: string; text: string }
  | { kind: "help" }
  | { kind: "go"; to: string | undefined }
  | { kind: "who" }
  | { kind: "receipts"; back: number }
  | { kind: "invite" }
  | { kind: "verify"; name: string | undefined; how: VerifyHow | undefined }
  /** Without an alias, the one there was is taken away. */
  | { kind: "alias"; name: string; alias: string | undefined }
  | { kind: "fingerprint"; name: string | undefined }
  | { kind: "sees" }
  | { kind: KeyAction; name: string | undefined }
  | { kind: "export"; path: string | undefined }
  | { kind: "win"; number: number }
  | { kind: "unread" }
  | { kind: "close" }
  | { kind: "redraw" }
  | { kind: "quit" }
  | RoomCommand

export type Parsed =
  | { kind: "command"; command: Command }
  /** Not sent and not run: `why` says so, and the draft stays. */
  | { kind: "refused"; why: SafeText }
  | { kind: "nothing" }

type Word = Exclude<Command["kind"], "say" | RoomCommand["kind"]> | RoomWord

export interface CommandRow {
  word: Word
  usage: SafeText
  what: SafeText
  /** What stands after the word: decides how it is read and completed. */
  takes: "nothing" | "name?" | "name text" | "name text?" | "path?" | "number" | "number?" | "reset?"
}

export const COMMANDS: readonly CommandRow[] = [
  { word: "help", usage: say`/help`, what: say`this page`, takes: "nothing" },
  {
    word: "msg",
    usage: say`/msg NAME TEXT`,
    what: say`to one person only; also @NAME TEXT`,
    takes: "name text",
  },
  { word: "go", usage: say`/go [NAME]`, what: say`open a chat or #everyone`, takes: "name?" },
  { word: "win", usage: say`/win N`, what: say`open the room with that number`, takes: "number" },
  { word: "unread", usage: say`/unread`, what: say`open the next room with something new`, takes: "nothing" },
  { word: "close", usage: say`/close`, what: say`back to the room before`, takes: "nothing" },
  { word: "who", usage: say`/who`, what: say`who is in this room, and who is checked`, takes: "nothing" },
  {
    word: "receipts",
    usage: say`/receipts [N]`,
    what: say`who has your newest message; 2: one before`,
    takes: "number?",
  },
  {
    word: "invite",
    usage: say`/invite`,
    what: say`show the invitation to your relay again`,
    takes: "nothing",
  },
  {
    word: "verify",
    usage: say`/verify [NAME] [HOW]`,
    what: say`compare keys; /verify room: all at once`,
    takes: "name?",
  },
  {
    word: "fingerprint",
    usage: say`/fingerprint [NAME]`,
    what: say`the key of a person, or your own`,
    takes: "name?",
  },
  { word: "sees", usage: say`/sees`, what: say`what the relay holds about you now`, takes: "nothing" },
  ...ROOM_COMMANDS,
  { word: "trust", usage: say`/trust`, what: say`whom you trust how`, takes: "nothing" },
  { word: "keys", usage: say`/keys [NAME]`, what: say`every key a person has had`, takes: "name?" },
  { word: "decide", usage: say`/decide [NAME]`, what: say`what to do about a changed key`, takes: "name?" },
  { word: "later", usage: say`/later [NAME]`, what: say`send; compare keys later`, takes: "name?" },
  { word: "block", usage: say`/block [NAME]`, what: say`hide a person, send nothing`, takes: "name?" },
  { word: "unblock", usage: say`/unblock [NAME]`, what: say`end that`, takes: "name?" },
  {
    word: "alias",
    usage: say`/alias NAME [ALIAS]`,
    what: say`your own name for a person; none: theirs`,
    takes: "name text?",
  },
  { word: "export", usage: say`/export [PATH]`, what: say`save this room as a text file`, takes: "path?" },
  { word: "redraw", usage: say`/redraw`, what: say`draw the screen again`, takes: "nothing" },
  { word: "quit", usage: say`/quit`, what: say`leave; what waits is sent next time`, takes: "nothing" },
]

/** What a key does. Editing keys go to the composer. */
export type Action =
  | { kind: "edit"; edit: Edit }
  | {
      kind: "submit" | "complete" | "complete-back" | "up" | "down" | "escape" | "interrupt" | "end-of-input"
    }
  | {
      kind:
        | "room-before"
        | "room-after"
        | "next-unread"
        | "goto"
        | "rooms"
        | "people"
        | "help"
        | "verify"
        | "receipts"
    }
  | { kind: "page-up" | "page-down" | "few-up" | "few-down" | "oldest" | "newest" | "first-unread" }
  | { kind: "redraw" | "suspend" }
  | { kind: "window"; number: number }

interface KeyRow {
  chords: readonly string[]
  /** How help names the keys; undefined: not worth a line there. */
  label: SafeText | undefined
  what: SafeText
  action: Action
  /** Used instead of `action` when the composer is empty. */
  whenEmpty?: Action
}

const edits = (chords: readonly string[], edit: Edit): KeyRow => ({
  chords,
  label: undefined,
  what: say``,
  action: { kind: "edit", edit },
})

export const KEYS: readonly KeyRow[] = [
  { chords: ["enter"], label: say`Enter`, what: say`send`, action: { kind: "submit" } },
  {
    chords: ["ctrl+j", "alt+enter", "shift+enter"],
    label: say`Ctrl+J  Alt+Enter  \\ Enter`,
    what: say`new line`,
    action: { kind: "edit", edit: "newline" },
  },
  {
    chords: ["tab"],
    label: say`Tab  Shift+Tab`,
    what: say`complete a name; when empty: go to`,
    action: { kind: "complete" },
    whenEmpty: { kind: "goto" },
  },
  { chords: ["shift+tab"], label: undefined, what: say``, action: { kind: "complete-back" } },
  {
    chords: ["ctrl+p", "ctrl+up", "alt+up"],
    label: say`Ctrl+P  Ctrl+N`,
    what: say`room before, room after`,
    action: { kind: "room-before" },
  },
  {
    chords: ["ctrl+n", "ctrl+down", "alt+down"],
    label: undefined,
    what: say``,
    action: { kind: "room-after" },
  },
  {
    chords: ["ctrl+g", "alt+a"],
    label: say`Ctrl+G  Alt+A`,
    what: say`next room with something new`,
    action: { kind: "next-unread" },
  },
  {
    chords: ["ctrl+o", "alt+k"],
    label: say`Ctrl+O  Ctrl+K when empty`,
    what: say`go to a room or person`,
    action: { kind: "goto" },
  },
  { chords: ["f2", "f4"], label: say`F2  F4`, what: say`rooms`, action: { kind: "rooms" } },
  { chords: ["f3"], label: say`F3`, what: say`people`, action: { kind: "people" } },
  { chords: ["f5"], label: say`F5`, what: say`verify the person you talk to`, action: { kind: "verify" } },
  { chords: ["f6"], label: say`F6`, what: say`who has your newest message`, action: { kind: "receipts" } },
  { chords: ["pageup"], label: say`PgUp  PgDn`, what: say`scroll`, action: { kind: "page-up" } },
  { chords: ["pagedown"], label: undefined, what: say``, action: { kind: "page-down" } },
  { chords: ["alt+pageup"], label: undefined, what: say``, action: { kind: "few-up" } },
  { chords: ["alt+pagedown"], label: undefined, what: say``, action: { kind: "few-down" } },
  {
    chords: ["home"],
    label: say`Home  End when empty`,
    what: say`oldest line here, newest line`,
    action: { kind: "edit", edit: "line-start" },
    whenEmpty: { kind: "oldest" },
  },
  {
    chords: ["end"],
    label: undefined,
    what: say``,
    action: { kind: "edit", edit: "line-end" },
    whenEmpty: { kind: "newest" },
  },
  { chords: ["alt+home"], label: undefined, what: say``, action: { kind: "oldest" } },
  { chords: ["alt+end"], label: undefined, what: say``, action: { kind: "newest" } },
  {
    chords: ["ctrl+u"],
    label: say`Ctrl+U when empty  Alt+U`,
    what: say`first unread line`,
    action: { kind: "edit", edit: "cut-to-start" },
    whenEmpty: { kind: "first-unread" },
  },
  { chords: ["alt+u"], label: undefined, what: say``, action: { kind: "first-unread" } },
  {
    chords: ["up"],
    label: say`Up  Down`,
    what: say`move in the text, then what you sent`,
    action: { kind: "up" },
  },
  { chords: ["down"], label: undefined, what: say``, action: { kind: "down" } },
  { chords: ["esc"], label: say`Esc`, what: say`close, cancel`, action: { kind: "escape" } },
  { chords: ["f1"], label: say`F1`, what: say`help`, action: { kind: "help" } },
  { chords: ["ctrl+l"], label: say`Ctrl+L`, what: say`draw the screen again`, action: { kind: "redraw" } },
  { chords: ["ctrl+z"], label: say`Ctrl+Z`, what: say`pause; fg comes back`, action: { kind: "suspend" } },
  {
    chords: ["ctrl+c"],
    label: say`Ctrl+C`,
    what: say`empty the text; twice: quit`,
    action: { kind: "interrupt" },
  },
  {
    chords: ["ctrl+d"],
    label: say`Ctrl+D when empty`,
    what: say`quit`,
    action: { kind: "edit", edit: "delete" },
    whenEmpty: { kind: "end-of-input" },
  },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number): KeyRow => ({
    chords: [`alt+${number}`],
    label: number === 1 ? say`Alt+1 … Alt+9` : undefined,
    what: say`room by number`,
    action: { kind: "window", number },
  })),
  edits(["left"], "left"),
  edits(["right", "ctrl+f"], "right"),
  edits(["alt+b", "ctrl+left", "alt+left"], "word-left"),
  edits(["alt+f", "ctrl+right", "alt+right"], "word-right"),
  edits(["ctrl+a"], "line-start"),
  edits(["ctrl+e"], "line-end"),
  edits(["backspace"], "backspace"),
  edits(["delete"], "delete"),
  edits(["ctrl+w", "alt+backspace"], "cut-word-left"),
  edits(["alt+d"], "cut-word-right"),
  {
    chords: ["ctrl+k"],
    label: undefined,
    what: say``,
    action: { kind: "edit", edit: "cut-to-end" },
    whenEmpty: { kind: "goto" },
  },
  edits(["ctrl+y"], "yank"),
  edits(["ctrl+_"], "undo"),
]

const byChord = (): ReadonlyMap<string, KeyRow> => {
  const rows = new Map<string, KeyRow>()
  for (const row of KEYS) for (const chord of row.chords) rows.set(chord, row)
  return rows
}

const KEY_OF_CHORD = byChord()

/** What a key means now; undefined for a key without a meaning. */
export function actionOf(chord: string, composerEmpty: boolean): Action | undefined {
  const row = KEY_OF_CHORD.get(chord)
  if (row === undefined) return undefined
  return composerEmpty && row.whenEmpty !== undefined ? row.whenEmpty : row.action
}

/**
 * Reads a submitted line.
 *
 * @param names of everybody who could be meant, so that names with spaces need no quotes.
 */
export function parseLine(line: string, names: readonly string[]): Parsed {
  if (line.trim() === "") return { kind: "nothing" }
  if (line.startsWith("//")) return { kind: "command", command: { kind: "say", text: line.slice(1) } }
  if (line.startsWith("/")) return parseCommand(line.slice(1), names)
  // A space before a command is the classic way to say a secret aloud.
  if (/^\s+\/[^\s/]/u.test(line)) {
    return {
      kind: "refused",
      why: say`Not sent: there is a space before the command. // starts a message with a slash.`,
    }
  }
  if (/^[@#]\S/u.test(line)) return parseAddressed(line, names)
  return { kind: "command", command: { kind: "say", text: line } }
}

/** `@name text` and `#everyone text` say something there without going there. */
function parseAddressed(line: string, names: readonly string[]): Parsed {
  const room = line.startsWith("#")
  const { name, rest } = takeName(line.slice(1), room ? ["everyone"] : names)
  if (rest === "") return { kind: "refused", why: say`Not sent: write the message after the name.` }
  return { kind: "command", command: { kind: "msg", to: room ? `#${name}` : name, text: rest } }
}

function parseCommand(text: string, names: readonly string[]): Parsed {
  const word = /^\S*/u.exec(text)![0]
  const rest = text.slice(word.length).replace(/^\s/u, "")
  const row = COMMANDS.find((known) => known.word === word.toLowerCase())
  if (row === undefined) {
    return {
      kind: "refused",
      why: say`Not sent: /${safeName(word)} is no command. F1 lists them; // starts a message with a slash.`,
    }
  }
  const usage: Parsed = { kind: "refused", why: say`Not done. Write it so: ${row.usage}` }
  if (row.takes === "name text?") {
    const { name, rest: alias } = takeName(rest, names)
    if (name === "" || alias.includes("\n")) return usage
    return { kind: "command", command: { kind: "alias", name, alias: unquote(alias.trim()) || undefined } }
  }
  if (row.takes === "name text") {
    const { name, rest: message } = takeName(rest, names)
    return name === "" || message === ""
      ? usage
      : { kind: "command", command: { kind: "msg", to: name, text: message } }
  }
  const argument = rest.trim()
  if (argument.includes("\n")) return { kind: "refused", why: say`Not done: a command is one line.` }
  if (row.takes === "nothing" && argument !== "") return usage
  return commandOf(row.word, argument, names) ?? usage
}

function commandOf(word: Word, argument: string, names: readonly string[]): Parsed | undefined {
  const text = argument === "" ? undefined : argument
  const done = (command: Command): Parsed => ({ kind: "command", command })
  switch (word) {
    case "win": {
      const number = numberIn(argument)
      return number > 0 ? done({ kind: "win", number }) : undefined
    }
    case "receipts": {
      const back = text === undefined ? 1 : numberIn(argument)
      return back > 0 ? done({ kind: "receipts", back }) : undefined
    }
    case "go":
      return done({ kind: "go", to: text === undefined ? undefined : unquote(text) })
    case "verify":
      return done({ kind: "verify", ...verifyArguments(text, names) })
    case "fingerprint":
    case "keys":
    case "trust":
    case "decide":
    case "later":
    case "block":
    case "unblock":
      return done({ kind: word, name: text === undefined ? undefined : bareName(text, names) })
    case "export":
      return done({ kind: "export", path: text })
    case "msg":
    case "alias":
      return undefined
    case "help":
    case "who":
    case "invite":
    case "sees":
    case "unread":
    case "close":
    case "redraw":
    case "quit":
      return done({ kind: word })
    default: {
      const command = roomCommandOf(word, text && bareName(text, names))
      return command && done(command)
    }
  }
}

/** The help page: every command and every key worth a line, from the tables above. */
export function helpRows(): readonly { left: SafeText; right: SafeText }[] {
  return [
    ...COMMANDS.map((row) => ({ left: row.usage, right: row.what })),
    { left: say`//text`, right: say`a message that starts with a slash` },
    { left: say``, right: say`` },
    ...KEYS.flatMap((row) => (row.label === undefined ? [] : [{ left: row.label, right: row.what }])),
    { left: say`Ctrl+A E W K Y _  Alt+B F D`, right: say`edit as in a shell` },
  ]
}
