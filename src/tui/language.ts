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
let messages: Catalogue = {}
let messageForms: readonly MessageForm[] | undefined
let plurals = new Intl.PluralRules("en")
let known = new WeakMap<TemplateStringsArray, Pieces>()

/** @param errors messages of errors, which are plain English strings until somebody is to read them. */
export function speak(language: Language, sentences: Catalogue, errors: Catalogue = {}): void {
  spoken = language
  catalogue = sentences
  messages = errors
  messageForms = undefined
  plurals = new Intl.PluralRules(language)
  known = new WeakMap()
}

export function spokenLanguage(): Language {
  return spoken
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

/** One message of an error: what stands between what is put in, and the translation. */
interface MessageForm {
  fixed: readonly string[]
  pieces: Pieces
}

/**
 * The message of an error as the spoken language has it; as it is when no catalogue has it. What is put in stays as it
 * is, unless it is a whole message itself. Nothing here knows of errors: what made them speaks English.
 */
export function messageSentence(message: string): string {
  const exact = messageNamed(message)
  if (exact !== undefined) return exact
  messageForms ??= formsOf(messages)
  for (const { fixed, pieces } of messageForms) {
    const values = valuesIn(message, fixed)
    if (values === undefined) continue
    // Two messages in one: what an error says, and what was done about it.
    const isTwo = fixed[0] === "" && fixed[1]?.startsWith("; ") === true
    const said = values.map((value) => (isTwo ? messageSentence(value) : (messageNamed(value) ?? value)))
    return pieces.map((piece) => (typeof piece === "string" ? piece : (said[piece] ?? ""))).join("")
  }
  return message
}

function messageNamed(message: string): string | undefined {
  return Object.hasOwn(messages, message) ? messages[message] : undefined
}

/** Those with the most words of their own first: the others could take parts of them for values. */
function formsOf(all: Catalogue): readonly MessageForm[] {
  const length = ({ fixed }: MessageForm) => fixed.join("").length
  return Object.entries(all)
    .filter(([key]) => key.includes("{0}"))
    .map(([key, translated]) => ({ fixed: key.split(/\{\d+\}/u), pieces: piecesOf(translated) }))
    .toSorted((a, b) => length(b) - length(a))
}

/** What stands in a message between the fixed parts; undefined when it has not this form. Linear in its length. */
function valuesIn(message: string, fixed: readonly string[]): string[] | undefined {
  const first = fixed[0] ?? ""
  const last = fixed.at(-1) ?? ""
  if (!message.startsWith(first)) return undefined
  let at = first.length
  const values: string[] = []
  for (const part of fixed.slice(1, -1)) {
    const found = part === "" ? at : message.indexOf(part, at)
    if (found < 0) return undefined
    values.push(message.slice(at, found))
    at = found + part.length
  }
  if (message.length < at + last.length || !message.endsWith(last)) return undefined
  return [...values, message.slice(at, message.length - last.length)]
}
