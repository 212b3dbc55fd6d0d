/**
 * One table of commands; that of keys is `key-table.ts`. Parsing, completion, "go to" and help read it, so that a new
 * command appears everywhere at once.
 */
import { numberIn, verifyArguments } from "./command-arguments.ts"
import { ROOM_COMMANDS, type RoomCommand, roomCommandOf, type RoomWord } from "./room-commands.ts"
import type { KeyAction } from "./key-actions.ts"
import { keyHelp, type KeyMap } from "./key-map.ts"
import { OWN_COMMANDS, type OwnCommand, ownCommandOf, type OwnWord } from "./own-commands.ts"
import { REMARK_COMMANDS, type RemarkCommand, remarkCommandOf, type RemarkWord } from "./remark-commands.ts"
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
  /** Oneself, for everybody. */
  | { kind: "rename"; name: string }
  | { kind: "fingerprint"; name: string | undefined }
  | { kind: "directory" }
  | { kind: "sees" }
  | { kind: KeyAction; name: string | undefined }
  | { kind: "export"; path: string | undefined }
  | { kind: "win"; number: number }
  | { kind: "unread" }
  | { kind: "close" }
  | { kind: "redraw" }
  | { kind: "quit" }
  | RoomCommand
  | OwnCommand
  | RemarkCommand

export type Parsed =
  | { kind: "command"; command: Command }
  /** Not sent and not run: `why` says so, and the draft stays. */
  | { kind: "refused"; why: SafeText }
  | { kind: "nothing" }

type Word =
  | Exclude<Command["kind"], "say" | RoomCommand["kind"] | OwnCommand["kind"]>
  | RoomWord
  | OwnWord
  | RemarkWord

export interface CommandRow {
  word: Word
  usage: SafeText
  what: SafeText
  /** What stands after the word: decides how it is read and completed. */
  takes:
    | "nothing"
    | "name?"
    | "name text"
    | "name text?"
    | "text"
    | "path?"
    | "number"
    | "number?"
    | "number text"
    | "number name"
    | "reset?"
    | "setting?"
    | "words?"
}

export const COMMANDS: readonly CommandRow[] = [
  { word: "help", usage: say`/help`, what: say`this page`, takes: "nothing" },
  {
    word: "msg",
    usage: say`/msg NAME TEXT`,
    what: say`to one person only; also @NAME TEXT`,
    takes: "name text",
  },
  ...REMARK_COMMANDS,
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
  {
    word: "directory",
    usage: say`/directory`,
    what: say`is the list of people the same for all?`,
    takes: "nothing",
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
  { word: "rename", usage: say`/rename NAME`, what: say`another name for you, for everybody`, takes: "text" },
  { word: "export", usage: say`/export [PATH]`, what: say`save this room as a text file`, takes: "path?" },
  ...OWN_COMMANDS,
  { word: "redraw", usage: say`/redraw`, what: say`draw the screen again`, takes: "nothing" },
  { word: "quit", usage: say`/quit`, what: say`leave; what waits is sent next time`, takes: "nothing" },
]

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
  const remark = REMARK_COMMANDS.find((known) => known.word === row.word)
  if (remark !== undefined) {
    const command = remarkCommandOf(remark.word, rest)
    return command === undefined ? usage : { kind: "command", command }
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
    case "rename":
      return text === undefined ? undefined : done({ kind: "rename", name: unquote(text) })
    case "export":
      return done({ kind: "export", path: text })
    case "msg":
    case "alias":
    case "reply":
    case "edit":
    case "delete":
    case "react":
    case "copy":
    case "forward":
    case "open":
      return undefined
    case "help":
    case "who":
    case "invite":
    case "directory":
    case "sees":
    case "unread":
    case "close":
    case "redraw":
    case "quit":
      return done({ kind: word })
    case "search":
    case "search-all":
    case "jump":
    case "editor":
    case "bare":
    case "set":
    case "theme":
    case "ascii":
    case "mouse":
    case "notify":
    case "dnd":
    case "language": {
      const command = ownCommandOf(word, text)
      return command && done(command)
    }
    default: {
      const command = roomCommandOf(word, text && bareName(text, names))
      return command && done(command)
    }
  }
}

/** The help page: every command, and every key as it is in force. */
export function helpRows(keys: KeyMap): readonly { left: SafeText; right: SafeText }[] {
  return [
    ...COMMANDS.map((row) => ({ left: row.usage, right: row.what })),
    { left: say`//text`, right: say`a message that starts with a slash` },
    { left: say``, right: say`` },
    ...keyHelp(keys),
  ]
}
