/**
 * Tab: completes the word before the caret. At the start of the line a command, after a command or `@` a person,
 * after `#` the room, elsewhere a person's name. Tab again goes on to the next candidate, Shift+Tab back.
 */
import { COMMANDS } from "./commands.ts"
import { setDraft, type Composer } from "./composer-state.ts"
import { safeTyped } from "./safe-text.ts"

export interface Completion {
  candidates: readonly string[]
  index: number
  /** The draft around the completed word. */
  before: string
  after: string
}

/** Names with a space are quoted where a command reads a name; everywhere else they stand as they are. */
export function startCompletion(
  composer: Composer,
  names: readonly string[],
  by: 1 | -1,
): { composer: Composer; completion: Completion } | undefined {
  const before = composer.text.slice(0, composer.caret)
  const after = composer.text.slice(composer.caret)
  const found = candidatesFor(before, names)
  if (found === undefined || found.candidates.length === 0) return undefined
  const completion: Completion = {
    candidates: found.candidates,
    index: by === 1 ? 0 : found.candidates.length - 1,
    before: before.slice(0, found.from),
    after,
  }
  return { composer: applied(composer, completion), completion }
}

export function nextCompletion(
  composer: Composer,
  completion: Completion,
  by: 1 | -1,
): { composer: Composer; completion: Completion } {
  const count = completion.candidates.length
  const next = { ...completion, index: (completion.index + by + count) % count }
  return { composer: applied(composer, next), completion: next }
}

function applied(composer: Composer, completion: Completion): Composer {
  const word = completion.candidates[completion.index]!
  const start = completion.before + word
  const text = start + completion.after
  return { ...setDraft(composer, text), caret: safeTyped(start).length }
}

function candidatesFor(
  before: string,
  names: readonly string[],
): { from: number; candidates: string[] } | undefined {
  const command = /^\/(\S*)$/u.exec(before)
  if (command !== null) {
    const typed = command[1]!.toLowerCase()
    const words = COMMANDS.filter((row) => row.word.startsWith(typed))
    return { from: 0, candidates: words.map((row) => `/${row.word}${row.takes === "nothing" ? "" : " "}`) }
  }
  const argument = /^\/(\S+)\s+"?([^"]*)$/u.exec(before)
  if (argument !== null) {
    const row = COMMANDS.find((known) => known.word === argument[1]!.toLowerCase())
    if (row !== undefined && (row.takes === "name?" || row.takes.startsWith("name text"))) {
      const typed = argument[2]!
      const from = before.length - typed.length - (before.at(-typed.length - 1) === '"' ? 1 : 0)
      const end = row.takes.startsWith("name text") ? " " : ""
      const all = row.word === "go" ? ["#everyone", ...names] : names
      const quote = (name: string) =>
        row.takes.startsWith("name text") && name.includes(" ") ? `"${name}"` : name
      return { from, candidates: matching(all, typed).map((name) => quote(name) + end) }
    }
  }
  if (/^#\S*$/u.test(before))
    return { from: 0, candidates: "#everyone".startsWith(before) ? ["#everyone "] : [] }
  const word = /(?:^|\s)(@?)([^\s@]+|)$/u.exec(before)
  if (word === null || (word[1] === "" && word[2] === "")) return undefined
  const typed = word[2]!
  const from = before.length - typed.length
  const atStart = from - word[1]!.length === 0
  const end = atStart && word[1] === "" ? ": " : " "
  return { from, candidates: matching(names, typed).map((name) => name + end) }
}

function matching(names: readonly string[], typed: string): string[] {
  const start = typed.toLowerCase()
  return names.filter((name) => name.toLowerCase().startsWith(start))
}
