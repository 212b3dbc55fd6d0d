/** What a submitted line asks for, by the one table in `commands.ts`; a line that is not understood is never a message. */
import { holdsTwelveWords } from "../client/client.ts"
import { numberIn, verifyArguments } from "./command-arguments.ts"
import { rowNamed, type Command, type Word } from "./commands.ts"
import { notYet } from "./not-yet.ts"
import { ownCommandOf } from "./own-commands.ts"
import { REMARK_COMMANDS, remarkCommandOf } from "./remark-commands.ts"
import { roomCommandOf } from "./room-commands.ts"
import { joinSafe, safeName, say, type SafeText } from "./safe-text.ts"
import { ABOUT_ME } from "./search.ts"
import { noTimeWords, timeAt, timedText } from "./timing.ts"
import { bareName, possibleNames, takeName, unquote } from "./typed-names.ts"

export type Parsed =
  | { kind: "command"; command: Command }
  /** Not sent and not run: `why` says so, and the draft stays. */
  | { kind: "refused"; why: SafeText }
  | { kind: "nothing" }

/**
 * Reads a submitted line.
 *
 * @param names of everybody who could be meant, so that names with spaces need no quotes.
 */
export function parseLine(line: string, names: readonly string[]): Parsed {
  const parsed = readLine(line, names)
  return parsed.kind === "command" && saysSecret(line, parsed.command)
    ? { kind: "refused", why: SECRET_WORDS }
    : parsed
}

/** Why a line with twelve secret words is not a message, unless somebody says so. */
export const SECRET_WORDS = say`Not sent: these look like the twelve words of a backup or of an invitation, and whoever reads them can use them. /say before them says them all the same.`

function saysSecret(line: string, command: Command): boolean {
  const { kind } = command
  if (kind !== "say" && kind !== "msg" && kind !== "reply" && kind !== "edit" && kind !== "plan") return false
  return command.text !== undefined && !/^\/say\s/iu.test(line) && holdsTwelveWords(command.text)
}

function readLine(line: string, names: readonly string[]): Parsed {
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
  if (/^\s+(?:@\S|#everyone\b)/iu.test(line)) {
    return {
      kind: "refused",
      why: say`Not sent: there is a space before the name. @@ starts a message with an @.`,
    }
  }
  if (/^(?:@@\S|##[^\s#])/u.test(line))
    return { kind: "command", command: { kind: "say", text: line.slice(1) } }
  if (/^(?:@\S|#[\p{L}\p{N}"])/u.test(line)) return parseAddressed(line, names)
  return { kind: "command", command: { kind: "say", text: line } }
}

/** `@name text` and `#everyone text` say something there without going there. */
function parseAddressed(line: string, names: readonly string[]): Parsed {
  const room = line.startsWith("#")
  const known = room ? ["everyone"] : names
  const doubt = inDoubt(line.slice(1), known)
  if (doubt !== undefined) return doubt
  const { name, rest } = takeName(line.slice(1), known)
  if (rest === "") return { kind: "refused", why: say`Not sent: write the message after the name.` }
  return { kind: "command", command: { kind: "msg", to: room ? `#${name}` : name, text: rest } }
}

/**
 * Two names can stand at the front of one line, "Asha" and "Asha could": somebody might choose theirs so that they are
 * told what was for another. Quotes, or the tag, say which is meant.
 */
function inDoubt(text: string, names: readonly string[]): Parsed | undefined {
  const possible = possibleNames(text, names)
  if (possible.length < 2) return undefined
  const quoted = possible.slice(0, MOST_NAMED).map((name) => say`"${safeName(name)}"`)
  return {
    kind: "refused",
    why: say`Not sent, not done: more than one name could be meant. Put the one you mean in quotes: ${joinSafe(quoted, say`, `)}.`,
  }
}

/** Names that a refusal lists. */
const MOST_NAMED = 4

function parseCommand(text: string, names: readonly string[]): Parsed {
  const word = /^\S*/u.exec(text)![0]
  const rest = text.slice(word.length).replace(/^\s/u, "")
  const row = rowNamed(word)
  if (row === undefined) {
    return {
      kind: "refused",
      why:
        notYet(word) ??
        say`Not sent: /${safeName(word)} is no command. /help lists them; // starts a message with a slash.`,
    }
  }
  const usage: Parsed = { kind: "refused", why: say`Not done. Write it so: ${row.usage}` }
  const doubt = row.takes.startsWith("name text") ? inDoubt(rest, names) : undefined
  if (doubt !== undefined) return doubt
  if (row.word === "me" || row.word === "all") {
    if (rest.trim() === "") return usage
    const command: Command =
      row.word === "all" ? { kind: "msg", to: "#everyone", text: rest } : { kind: "say", text: `/me ${rest}` }
    return { kind: "command", command }
  }
  const timed = row.word === "later" ? timedText(rest) : undefined
  if (timed !== undefined) {
    const { time, text: planned } = timed
    if (timeAt(time, 0) === undefined) return { kind: "refused", why: noTimeWords(time) }
    if (planned === undefined)
      return { kind: "refused", why: say`Not planned: write the message behind the time.` }
    // It goes into the open room: what begins as if it were for somebody, or a command, would be said there to all.
    const said = readLine(planned, names)
    if (said.kind !== "command" || said.command.kind !== "say")
      return {
        kind: "refused",
        why: say`Not planned: what goes at a time goes into the open room, to all in it, and is no command. @@ and // start a message with an @ or a slash.`,
      }
    return { kind: "command", command: { kind: "plan", time, text: said.command.text } }
  }
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
    case "scheduled": {
      const number = text === undefined ? undefined : numberIn(argument)
      return number === 0 ? undefined : done({ kind: "scheduled", number })
    }
    case "receipts": {
      const back = text === undefined ? 1 : numberIn(argument)
      return back > 0 ? done({ kind: "receipts", back }) : undefined
    }
    case "go":
      if (text?.toLowerCase().startsWith("secure-chat:") === true)
        return {
          kind: "refused",
          why: say`Not done: an invitation is taken at the start. /quit, then: secure-chat join INVITATION`,
        }
      return done({ kind: "go", to: text === undefined ? undefined : unquote(text) })
    case "verify":
      return done({ kind: "verify", ...verifyArguments(text, names) })
    case "qr":
      return done({
        kind: "verify",
        name: text === undefined ? undefined : bareName(text, names),
        how: "show",
      })
    case "mentions":
      return done({ kind: "search", words: ABOUT_ME, everywhere: true })
    case "whois":
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
    case "all":
    case "me":
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
    case "keys-help":
    case "doctor":
    case "log":
    case "lock":
    case "plain":
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
    case "mute":
    case "unmute":
    case "dnd":
    case "language":
    case "older":
    case "say":
    case "cancel":
    case "reconnect": {
      const command = ownCommandOf(word, text)
      return command && done(command)
    }
    default: {
      const command = roomCommandOf(word, text && bareName(text, names))
      return command && done(command)
    }
  }
}
