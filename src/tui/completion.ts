/**
 * Tab: completes the word before the caret. At the start of the line a command, after a command a person, a setting or a
 * file, after `@` a person, after `#` the room, after `:` an emoji, elsewhere a person's name. Tab again goes on to the next candidate, Shift+Tab back.
 */
import { COMMANDS, rowNamed } from "./commands.ts"
import { setDraft, type Composer } from "./composer-state.ts"
import { emojiLike } from "./emoji.ts"
import { safeTyped } from "./safe-text.ts"
import { LANGUAGES } from "./language.ts"
import { SETTING_NAMES, SETTINGS } from "./setting-table.ts"

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

/** What stands where a command reads the path of a file; undefined elsewhere. */
export function typedPath({ text, caret }: Composer): string | undefined {
  const found = /^\/(\S+)\s+(.*)$/u.exec(text.slice(0, caret))
  const row = found === null ? undefined : rowNamed(found[1]!)
  return row?.takes === "path?" ? found![2] : undefined
}

/** Once the paths are known; undefined when something else stands there meanwhile, or there are none. */
export function completePath(
  composer: Composer,
  typed: string,
  candidates: readonly string[],
  by: 1 | -1,
): { composer: Composer; completion: Completion } | undefined {
  if (typedPath(composer) !== typed || candidates.length === 0) return undefined
  const before = composer.text.slice(0, composer.caret - typed.length)
  const index = by === 1 ? 0 : candidates.length - 1
  const completion = { candidates, index, before, after: composer.text.slice(composer.caret) }
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
    const row = rowNamed(argument[1]!)
    if (row?.takes === "number name") {
      const typed = argument[2]!.replace(/^\d+\s+/u, "")
      return { from: before.length - typed.length, candidates: matching(["#everyone", ...names], typed) }
    }
    if (row !== undefined && (row.takes === "name?" || row.takes.startsWith("name text"))) {
      const typed = argument[2]!
      const from = before.length - typed.length - (before.at(-typed.length - 1) === '"' ? 1 : 0)
      const end = row.takes.startsWith("name text") ? " " : ""
      const all = ["go", "mute", "unmute"].includes(row.word) ? ["#everyone", ...names] : names
      const quote = (name: string) =>
        row.takes.startsWith("name text") && name.includes(" ") ? `"${name}"` : name
      return { from, candidates: matching(all, typed).map((name) => quote(name) + end) }
    }
  }
  const setting = /^\/(\S+)\s+(?:(\S+)\s+)?(\S*)$/u.exec(before)
  if (setting !== null) {
    const [, word = "", name, typed = ""] = setting
    const row = rowNamed(word)
    if (row?.takes === "setting?") {
      const words = settingWords(row.word, name)
      return { from: before.length - typed.length, candidates: matching(words, typed) }
    }
  }
  const emoji = /(?:^|\s):([\w+-]{1,20}):?$/u.exec(before)
  if (emoji !== null) {
    const typed = emoji[1]!
    const from = before.lastIndexOf(`:${typed}`)
    return { from, candidates: emojiLike(typed).map((each) => `${each} `) }
  }
  const addressed = /^@"?([^"\n]*)$/u.exec(before)
  if (addressed !== null) {
    const quoted = matching(names, addressed[1]!).map((name) =>
      name.includes(" ") ? `@"${name}" ` : `@${name} `,
    )
    if (quoted.length > 0) return { from: 0, candidates: quoted }
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

/** What may stand behind `/set`, `/set NAME`, `/language` and the commands named after a setting. */
function settingWords(word: string, name: string | undefined): readonly string[] {
  if (word === "language") return name === undefined ? Object.keys(LANGUAGES) : []
  if (word === "set" && name === undefined) return SETTING_NAMES.map((each) => `${each} `)
  const setting = SETTING_NAMES.find((known) => known === (word === "set" ? name : word))
  if (setting === undefined || (word !== "set" && name !== undefined)) return []
  const values = SETTINGS[setting].values.split(", ").filter((value) => !/^\d/u.test(value))
  return word === "notify" ? [...values, "text on", "text off"] : values
}

function matching(names: readonly string[], typed: string): string[] {
  const start = typed.toLowerCase()
  return names.filter((name) => name.toLowerCase().startsWith(start))
}
