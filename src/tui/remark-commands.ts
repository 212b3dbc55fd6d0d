/** Commands about messages: rows of the one table in `commands.ts`, and what a line of them asks for. */
import type { CommandRow } from "./commands.ts"
import { say } from "./safe-text.ts"
import { unquote } from "./typed-names.ts"

export type RemarkWord = "reply" | "edit" | "delete" | "react" | "copy" | "forward" | "open"

/** `number` as the line mode prints them; on the screen counted back, 1 is the newest. Undefined: the one that is meant. */
export type RemarkCommand =
  | { kind: "reply"; number: number | undefined; text: string }
  /** Without a text: the old one is given, to be changed. */
  | { kind: "edit"; number: number | undefined; text: string | undefined }
  | { kind: "delete" | "copy"; number: number | undefined }
  /** On the screen the number of a link; in the line mode that of a message, `link` being which of its links, from 1. */
  | { kind: "open"; number: number | undefined; link: number | undefined }
  | { kind: "react"; number: number | undefined; reaction: string }
  /** `to` as typed: `#everyone`, or a person. */
  | { kind: "forward"; number: number | undefined; to: string }

export const REMARK_COMMANDS: readonly (CommandRow & { word: RemarkWord })[] = [
  { word: "reply", usage: say`/reply [N] TEXT`, what: say`answer a message`, takes: "number text" },
  { word: "edit", usage: say`/edit [N] [TEXT]`, what: say`change what you wrote`, takes: "number text" },
  {
    word: "delete",
    usage: say`/delete [N]`,
    what: say`take back what you wrote; asks once`,
    takes: "number?",
  },
  {
    word: "react",
    usage: say`/react [N] :WORD:`,
    what: say`put an emoji to a message; again: take it away`,
    takes: "number text",
  },
  { word: "copy", usage: say`/copy [N]`, what: say`a message to the clipboard`, takes: "number?" },
  {
    word: "forward",
    usage: say`/forward [N] NAME`,
    what: say`send a message on to others`,
    takes: "number name",
  },
  { word: "open", usage: say`/open [N]`, what: say`a link by its number; shows it first`, takes: "number?" },
]

/** Undefined for a line that is not written as its usage says. @param rest all that stands behind the word. */
export function remarkCommandOf(word: RemarkWord, rest: string): RemarkCommand | undefined {
  const { number, text } = numbered(rest)
  switch (word) {
    case "reply":
      return text.trim() === "" ? undefined : { kind: word, number, text }
    case "edit":
      return { kind: word, number, text: text.trim() === "" ? undefined : text }
    case "react":
      return text.trim() === "" || /\s/u.test(text.trim())
        ? undefined
        : { kind: word, number, reaction: text.trim() }
    case "forward":
      return text.trim() === "" || text.includes("\n")
        ? undefined
        : { kind: word, number, to: unquote(text.trim()) }
    case "delete":
    case "copy":
      return text.trim() === "" ? { kind: word, number } : undefined
    case "open": {
      const second = numbered(text)
      return second.text.trim() === "" ? { kind: word, number, link: second.number } : undefined
    }
  }
}

/** A number of up to five digits that stands for itself, then the text. */
function numbered(rest: string): { number: number | undefined; text: string } {
  const found = /^\s*([1-9]\d{0,4})(?:\s|$)/u.exec(rest)
  if (!found) return { number: undefined, text: rest }
  return { number: Number(found[1]), text: rest.slice(found[0].length) }
}
