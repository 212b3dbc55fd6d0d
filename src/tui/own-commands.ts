/** Commands about this person's own screen: rows of the one table in `commands.ts`, and what a line of them asks for. */
import { numberIn } from "./command-arguments.ts"
import type { CommandRow } from "./commands.ts"
import type { Language } from "./language.ts"
import { languageNamed } from "./language-choice.ts"
import { say } from "./safe-text.ts"
import { unquote } from "./typed-names.ts"
import { SETTING_NAMES, type SettingName } from "./setting-table.ts"

export type OwnCommand =
  /** `isHere`: of the open room alone. */
  | { kind: "set"; name: SettingName | undefined; value: string | undefined; isHere: boolean }
  | { kind: "search"; words: string; everywhere: boolean }
  /** To the line of this number among those that were found last. */
  | { kind: "jump"; number: number }
  /** Lines before those that are there. */
  | { kind: "older" }
  | { kind: "editor" }
  /** Whatever it begins with, and whatever is asked just now. */
  | { kind: "say"; text: string }
  /** Closes the question that is open. */
  | { kind: "cancel" }
  /** To the relay, without waiting for the next time. */
  | { kind: "reconnect" }
  /** Panes away, or back. */
  | { kind: "bare" }
  /** `to` as typed; undefined: the open room. */
  | { kind: "mute"; on: boolean; to: string | undefined }
  /** Undefined: tell which there are. */
  | { kind: "language"; language: Language | undefined }

export type OwnWord =
  | "search"
  | "search-all"
  | "jump"
  | "older"
  | "editor"
  | "bare"
  | "set"
  | "theme"
  | "ascii"
  | "mouse"
  | "notify"
  | "mute"
  | "unmute"
  | "dnd"
  | "language"
  | "say"
  | "cancel"
  | "reconnect"

export const OWN_COMMANDS: readonly (CommandRow & { word: OwnWord })[] = [
  { word: "search", usage: say`/search WORDS`, what: say`find messages in this room`, takes: "words?" },
  { word: "search-all", usage: say`/search-all WORDS`, what: say`find messages everywhere`, takes: "words?" },
  { word: "jump", usage: say`/jump N`, what: say`go to the N-th that was found`, takes: "number" },
  { word: "older", usage: say`/older`, what: say`lines further up in this room`, takes: "nothing" },
  { word: "editor", usage: say`/editor`, what: say`write in your own editor`, takes: "nothing" },
  {
    word: "bare",
    usage: say`/bare`,
    what: say`the chat alone; again: back`,
    takes: "nothing",
  },
  {
    word: "set",
    usage: say`/set [NAME] [VALUE]`,
    what: say`settings: list, show, change`,
    takes: "setting?",
  },
  {
    word: "theme",
    usage: say`/theme [NAME]`,
    what: say`colours: auto, dark, light, contrast, …`,
    takes: "setting?",
  },
  { word: "ascii", usage: say`/ascii [on|off]`, what: say`no symbols beyond ASCII`, takes: "setting?" },
  { word: "mouse", usage: say`/mouse [on|off]`, what: say`wheel and clicks`, takes: "setting?" },
  {
    word: "notify",
    usage: say`/notify all|mentions|off`,
    what: say`of this room; text on: with name and text`,
    takes: "setting?",
  },
  { word: "mute", usage: say`/mute [ROOM]`, what: say`nothing of a room notifies you`, takes: "name?" },
  { word: "unmute", usage: say`/unmute [ROOM]`, what: say`it does again`, takes: "name?" },
  { word: "dnd", usage: say`/dnd 45m|off`, what: say`tell me nothing for so long`, takes: "setting?" },
  {
    word: "language",
    usage: say`/language [en|hi]`,
    what: say`language, from the next start on`,
    takes: "setting?",
  },
  { word: "say", usage: say`/say TEXT`, what: say`a message, whatever it begins with`, takes: "text" },
  { word: "cancel", usage: say`/cancel`, what: say`close what is asked; nothing is done`, takes: "nothing" },
  { word: "reconnect", usage: say`/reconnect`, what: say`try to reach the relay now`, takes: "nothing" },
]

/** Undefined for a line that is not written as its usage says. */
export function ownCommandOf(word: OwnWord, argument: string | undefined): OwnCommand | undefined {
  if (word === "search" || word === "search-all")
    return { kind: "search", words: argument ?? "", everywhere: word === "search-all" }
  if (word === "say") return argument === undefined ? undefined : { kind: word, text: argument }
  if (word === "editor" || word === "bare" || word === "older" || word === "cancel" || word === "reconnect")
    return { kind: word }
  if (word === "mute" || word === "unmute")
    return { kind: "mute", on: word === "mute", to: argument && unquote(argument.replace(/^@(?=.)/u, "")) }
  if (word === "jump") {
    const number = numberIn(argument ?? "")
    return number > 0 ? { kind: "jump", number } : undefined
  }
  if (word === "language") {
    const language = argument === undefined ? undefined : languageNamed(argument)
    return argument !== undefined && language === undefined ? undefined : { kind: word, language }
  }
  const words = argument?.split(/\s+/u) ?? []
  const set = (name: SettingName, value: string | undefined, isHere = false): OwnCommand => ({
    kind: "set",
    name,
    value,
    isHere,
  })
  if (word === "set") {
    if (words[0]?.toLowerCase() === "language")
      return words.length > 2 ? undefined : ownCommandOf("language", words[1])
    const name = SETTING_NAMES.find((known) => known === words[0]?.toLowerCase())
    if (words.length > 2 || (words.length > 0 && name === undefined)) return undefined
    return { kind: "set", name, value: words[1], isHere: false }
  }
  if (word === "notify" && words[0]?.toLowerCase() === "text")
    return words.length === 2 ? set("notify-text", words[1]) : undefined
  return words.length > 1 ? undefined : set(word, words[0], word === "notify")
}
