/**
 * One table of commands; that of keys is `key-table.ts`. Parsing, completion, "go to" and help read it, so that a new
 * command appears everywhere at once.
 */
import { ROOM_COMMANDS, type RoomCommand, type RoomWord } from "./room-commands.ts"
import type { KeyAction } from "./key-actions.ts"
import { OWN_COMMANDS, type OwnCommand, type OwnWord } from "./own-commands.ts"
import { PROGRAM_COMMANDS, type ProgramCommand } from "./program-commands.ts"
import { REMARK_COMMANDS, type RemarkCommand, type RemarkWord } from "./remark-commands.ts"
import { say, type SafeText } from "./safe-text.ts"
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
  /** Without a name: the other person of the chat, else oneself. */
  | { kind: "whois"; name: string | undefined }
  | { kind: "fingerprint"; name: string | undefined }
  /** `time` as typed, into the open room. */
  | { kind: "plan"; time: string; text: string }
  /** A number takes that one back. */
  | { kind: "scheduled"; number: number | undefined }
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
  | ProgramCommand
  | RemarkCommand

export type Word =
  | "all"
  | "me"
  | "mentions"
  | "qr"
  | Exclude<Command["kind"], "say" | "plan" | RoomCommand["kind"] | OwnCommand["kind"]>
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
    what: say`to one person only`,
    takes: "name text",
  },
  {
    word: "all",
    usage: say`/all TEXT`,
    what: say`to everybody, wherever you are`,
    takes: "text",
  },
  { word: "me", usage: say`/me TEXT`, what: say`what you do: /me waves`, takes: "text" },
  ...REMARK_COMMANDS,
  {
    word: "scheduled",
    usage: say`/scheduled [N]`,
    what: say`what goes at a time; N: take it back`,
    takes: "number?",
  },
  { word: "go", usage: say`/go [NAME]`, what: say`open a chat or #everyone`, takes: "name?" },
  { word: "win", usage: say`/win N`, what: say`open the room with that number`, takes: "number" },
  { word: "unread", usage: say`/unread`, what: say`open the next room with something new`, takes: "nothing" },
  { word: "mentions", usage: say`/mentions`, what: say`lines that name you, everywhere`, takes: "nothing" },
  { word: "close", usage: say`/close`, what: say`back to the room before`, takes: "nothing" },
  { word: "who", usage: say`/who`, what: say`who is in this room, and who is checked`, takes: "nothing" },
  {
    word: "whois",
    usage: say`/whois [NAME]`,
    what: say`all that is known of a person`,
    takes: "name?",
  },
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
  { word: "qr", usage: say`/qr [NAME]`, what: say`your code, for their screen to read`, takes: "name?" },
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
  ...PROGRAM_COMMANDS,
  { word: "redraw", usage: say`/redraw`, what: say`draw the screen again`, takes: "nothing" },
  { word: "quit", usage: say`/quit`, what: say`leave; what waits is sent next time`, takes: "nothing" },
]

/** The same by the words of other programs. */
const SHORT_FORMS: ReadonlyMap<string, Word> = new Map([
  ["j", "go"],
  ["join", "go"],
  ["m", "msg"],
  ["w", "who"],
  ["q", "quit"],
  ["nick", "rename"],
  ["kick", "remove"],
  ["ban", "remove"],
  ["roles", "moderators"],
])

/** The row of a word as it is typed, in any case; undefined: there is no such command. */
export function rowNamed(typed: string): CommandRow | undefined {
  const lower = typed.toLowerCase()
  const word = SHORT_FORMS.get(lower) ?? lower
  return COMMANDS.find((known) => known.word === word)
}

/** Every command, and what else a line can begin with. */
export function commandHelp(): readonly { left: SafeText; right: SafeText }[] {
  return [
    ...COMMANDS.map((row) => ({ left: row.usage, right: row.what })),
    { left: say`/later 14:30 TEXT`, right: say`send it then, into this room; also 45m, 2h, 1d` },
    { left: say`/m /w /q`, right: say`short for /msg, /who, /quit` },
    { left: say`/j /join`, right: say`the same as /go` },
    { left: say`/nick`, right: say`the same as /rename` },
    { left: say`/kick /ban`, right: say`the same as /remove` },
    { left: say`/roles`, right: say`the same as /moderators` },
    { left: say`@NAME TEXT`, right: say`to one person only, like /msg` },
    { left: say`#everyone TEXT`, right: say`to everybody, wherever you are` },
    { left: say`//text @@text`, right: say`a message that starts with / or @` },
  ]
}
