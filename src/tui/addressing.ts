/** Lines that begin with whom they are for: `@NAME text`, `#everyone text`. Whom they reach is said before they are sent. */
import type { PersonView, RoomView } from "../client/events.ts"
import { parseLine, type Parsed } from "./command-parsing.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { drawnCells, truncate } from "./text-width.ts"
import { nameWithMark, roomInWords, trustMark, type Symbols } from "./theme.ts"
import { namesOf } from "./typed-names.ts"

const TAG = /^(.*?) ?\?([a-z2-7]{6})$/su

/** What stands above a line as long as it goes elsewhere than into the open room; undefined: it goes there, or nowhere. */
export function addressedWords(
  text: string,
  { people, room, symbols }: { people: readonly PersonView[]; room: RoomView | undefined; symbols: Symbols },
): SafeText | undefined {
  // Most lines are for the room, and each letter asks.
  if (!/^[@#/]/u.test(text)) return undefined
  const parsed: Parsed = parseLine(text, namesOf(people))
  if (parsed.kind !== "command" || parsed.command.kind !== "msg") return undefined
  const { to } = parsed.command
  if (to.startsWith("#"))
    return to.toLowerCase() === "#everyone"
      ? say`To everybody in #everyone.`
      : say`There is no room ${safeName(to)}: this is not sent.`
  const found = peopleCalled(to, people)
  const [only] = found
  if (only === undefined)
    return say`Nobody here is called ${safeName(to)}: this is not sent. @@ starts a message with an @.`
  if (found.length > 1 || (only.ambiguous && !TAG.test(to) && only.id !== to))
    return say`Several people look like ${safeName(to)}: this is not sent without the tag behind the name.`
  const here = room === undefined || room.peer?.id === only.id ? say`` : say`, not to ${roomInWords(room)}`
  return say`To ${whomWords(only, symbols)} alone${here}.`
}

/** Cells of a name: what is checked about it, and that it is for nobody else, must stand in the narrowest window too. */
const NAME_CELLS = 24

function whomWords(person: PersonView, symbols: Symbols): SafeText {
  const name = safeName(person.name)
  if (person.looksLike !== undefined || drawnCells(name) <= NAME_CELLS) return nameWithMark(person, symbols)
  return say`${truncate(name, NAME_CELLS, symbols.more)} ${trustMark(person, symbols)}`
}

function peopleCalled(to: string, people: readonly PersonView[]): readonly PersonView[] {
  const [, bare = to, tag] = TAG.exec(to) ?? []
  const lower = bare.toLowerCase()
  const called = people.filter(
    ({ id, name, registeredName }) =>
      id === to || name.toLowerCase() === lower || registeredName?.toLowerCase() === lower,
  )
  // Reading a tag makes it: only of those who are meant.
  return tag === undefined ? called : called.filter((person) => person.tag === tag)
}

/** How a text is typed so that it is said as it stands, and is no command and for nobody else: to be changed, for one. */
export function asTyped(text: SafeText): SafeText {
  // What its author does is typed as it was.
  if (/^\/me \S/u.test(text)) return text
  const sign = /^(?:\/|@(?=\S)|#(?=[\p{L}\p{N}"]))/u.exec(text)?.[0]
  return sign === undefined ? text : say`${safeLine(sign)}${text}`
}
