/** Names as a person types them in a command: quoted, known, or a word; and how each is typed so that it means one. */
import type { PersonView } from "../client/events.ts"

/** A tag takes milliseconds to make, and a hostile relay can list thousands of doubles. */
const MAX_TAGGED = 16
/** A tag behind a name, as it stands on the screen. */
const KEY_TAG = /^ ?\?[a-z2-7]{6}(?=\s|$)/u

/** The name at the front of a text, with its tag if one stands there: quoted, or the longest known one, or the first word. */
export function takeName(text: string, names: readonly string[]): { name: string; rest: string } {
  const quoted = /^"([^"\n]+)"\s*/u.exec(text)
  if (quoted !== null) return { name: quoted[1]!, rest: text.slice(quoted[0].length) }
  const lower = text.toLowerCase()
  let best = ""
  for (const name of names) {
    if (!lower.startsWith(name.toLowerCase())) continue
    const tag = KEY_TAG.exec(text.slice(name.length))?.[0] ?? ""
    const whole = text.slice(0, name.length + tag.length)
    if (/^(\s|$)/u.test(text.slice(whole.length)) && whole.length > best.length) best = whole
  }
  const name = best === "" ? /^\S*/u.exec(text)![0] : text.slice(0, best.length)
  return { name, rest: text.slice(name.length).replace(/^\s+/u, "") }
}

/** Known names that could all be meant at the front of a text, longest first. Quotes, or a tag, leave one or none. */
export function possibleNames(text: string, names: readonly string[]): readonly string[] {
  if (text.startsWith('"')) return []
  const lower = text.toLowerCase()
  const found = new Map<string, string>()
  for (const name of names) {
    const rest = lower.startsWith(name.toLowerCase()) ? text.slice(name.length) : undefined
    if (rest === undefined) continue
    if (KEY_TAG.test(rest)) return [name]
    if (/^(\s|$)/u.test(rest)) found.set(name.toLowerCase(), name)
  }
  return [...found.values()].toSorted((a, b) => b.length - a.length)
}

/** What names a person may be typed by. */
export function namesOf(people: readonly PersonView[]): readonly string[] {
  return people.flatMap(({ name, registeredName }) =>
    registeredName === undefined ? [name] : [name, registeredName],
  )
}

/** How each person is named without doubt: with the tag where somebody else's name looks the same. */
export function namesToType(people: readonly PersonView[]): readonly string[] {
  let tagged = 0
  // Not taken apart: reading a tag makes it.
  return people.map((person) =>
    person.ambiguous && tagged++ < MAX_TAGGED ? `${person.name}?${person.tag}` : person.name,
  )
}

export function bareName(text: string, names: readonly string[]): string {
  const plain = unquote(text)
  return plain.startsWith("@") && !names.includes(plain) ? plain.slice(1) : plain
}

export function unquote(text: string): string {
  const quoted = /^"([^"]+)"$/u.exec(text)
  return quoted === null ? text : quoted[1]!
}
