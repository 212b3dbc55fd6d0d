/** Finds the sentences of the interface in the source: every template after `say`, nested ones too. */
import { globSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { keyOf } from "../../src/tui/language.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Sentences as catalogues name them, each with the files where it stands. */
export function allSentences(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const file of globSync("src/{tui,cli}/**/*.{ts,tsx}", { cwd: root }).toSorted())
    for (const key of sentencesOf(readFileSync(`${root}/${file}`, "utf8")))
      found.set(key, [...(found.get(key) ?? []), file])
  return found
}

const MESSAGE = /(?:new (?:ClientError|CliError)\(\s*(?:[\w.]+|"[\w-]+"),|\bhint:)\s*(?=["'`])/gu

/** What errors say, and what they hint at: strings and templates in the places where they are made. */
export function allErrorMessages(): Set<string> {
  const found = new Set<string>()
  for (const file of globSync("src/{client,tui,cli}/**/*.{ts,tsx}", { cwd: root }).toSorted()) {
    const source = readFileSync(`${root}/${file}`, "utf8")
    for (const match of source.matchAll(MESSAGE)) found.add(literalAt(source, match.index + match[0].length))
  }
  return found
}

/** Everything that is written in the source, to find there what no scanner can. */
export function wholeSource(): string {
  const files = globSync("src/{client,protocol,crypto,platform,cli,tui}/**/*.{ts,tsx}", {
    cwd: root,
    exclude: ["**/languages/**"],
  })
  return files.map((file) => readFileSync(`${root}/${file}`, "utf8")).join("\n")
}

/** @param at where the opening quote or backtick is. */
function literalAt(source: string, at: number): string {
  if (source[at] === "`") return readTemplate(source, at).key
  return source.slice(at + 1, source.indexOf(source[at]!, at + 1))
}

/** In the order in which they end. */
export function sentencesOf(source: string): string[] {
  const keys: string[] = []
  for (const match of source.matchAll(/(?<![\w.])say`/gu))
    keys.push(readTemplate(source, match.index + 3).key)
  return keys
}

/** @param at where the opening backtick is. */
function readTemplate(source: string, at: number): { key: string; end: number } {
  const parts: string[] = []
  let part = ""
  let i = at + 1
  for (; i < source.length && source[i] !== "`"; i++) {
    if (source[i] === "\\") {
      part += unescaped(source[i + 1]!)
      i++
    } else if (source.startsWith("${", i)) {
      parts.push(part)
      part = ""
      i = endOfValue(source, i + 2)
    } else part += source[i]
  }
  return { key: keyOf([...parts, part]), end: i }
}

/** The closing brace of what is put in. */
function endOfValue(source: string, from: number): number {
  let depth = 0
  for (let i = from; i < source.length; i++) {
    const char = source[i]
    if (char === "{") depth++
    else if (char === "}" && depth-- === 0) return i
    else if (char === "`") i = readTemplate(source, i).end
    else if (char === '"' || char === "'") i = source.indexOf(char, i + 1)
  }
  throw new Error("a template without an end")
}

function unescaped(char: string): string {
  return char === "n" ? "\n" : char
}
