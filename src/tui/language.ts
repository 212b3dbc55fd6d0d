/**
 * In which language the interface speaks. Sentences stand in the source in English; a catalogue has the same sentence in
 * another language under the English one, with `{0}`, `{1}` where something is put in, in whatever order that language
 * needs. What a catalogue lacks is shown in English; `test/tui/language.test.ts` holds that it lacks nothing.
 *
 * The language is chosen once, before any sentence is made: sentences that are made while modules load have it too.
 */

/** English template → the same in the other language. */
export type Catalogue = Readonly<Record<string, string>>

/** By their tags (BCP 47), as they call themselves. */
export const LANGUAGES = { en: "English", hi: "हिन्दी" } as const
export type Language = keyof typeof LANGUAGES

/** Text and numbers of what is put in between. */
type Pieces = readonly (string | number)[]

let spoken: Language = "en"
let catalogue: Catalogue = {}
let plurals = new Intl.PluralRules("en")
let known = new WeakMap<TemplateStringsArray, Pieces>()

export function speak(language: Language, sentences: Catalogue): void {
  spoken = language
  catalogue = sentences
  plurals = new Intl.PluralRules(language)
  known = new WeakMap()
}

/** Whether this many takes the form for one: in Hindi none does too. */
export function isOne(count: number): boolean {
  return plurals.select(count) === "one"
}

/** A sentence as the spoken language has it; each value is put in as it is. */
export function sentence(parts: TemplateStringsArray, values: readonly (string | number)[]): string {
  if (spoken === "en") return joined(parts, values)
  let pieces = known.get(parts)
  if (pieces === undefined) {
    const there = catalogue[keyOf(parts)]
    pieces = there === undefined ? [] : piecesOf(there)
    known.set(parts, pieces)
  }
  if (pieces.length === 0) return joined(parts, values)
  let text = ""
  for (const piece of pieces) text += typeof piece === "string" ? piece : String(values[piece] ?? "")
  return text
}

/** A template as catalogues name it: `{0} came in`. */
export function keyOf(parts: readonly string[]): string {
  let key = parts[0] ?? ""
  for (let at = 1; at < parts.length; at++) key += `{${at - 1}}${parts[at]}`
  return key
}

function joined(parts: readonly string[], values: readonly (string | number)[]): string {
  let text = parts[0] ?? ""
  for (const [index, value] of values.entries()) text += String(value) + (parts[index + 1] ?? "")
  return text
}

/** What stands between, and the numbers of what is put in. */
export function piecesOf(translated: string): Pieces {
  return translated
    .split(/(\{\d+\})/u)
    .filter((piece) => piece !== "")
    .map((piece) => (/^\{\d+\}$/u.test(piece) ? Number(piece.slice(1, -1)) : piece))
}
