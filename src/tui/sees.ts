/** The page of `/sees`: what the relay holds about this person now, and where that is not what it must be. */
import type { HeldSubject, HeldThing, SeesDifference, SeesReport } from "../client/client.ts"
import { joinSafe, safeLine, say, type SafeText } from "./safe-text.ts"
import { HELD_WORDS, TABLE_WORDS } from "./sees-words.ts"
import { roomTitle, span, type Span } from "./theme.ts"
import { dayOf, plural, timeOfDay } from "./words.ts"

export const SEES_TITLE: SafeText = say`What the relay holds about you now`

/** Said with every report: what no program can know. */
export const NOT_PROVEN: SafeText = say`The relay took this from its own store and said it itself. An honest relay tells everything. A lying one can keep more than it says, copies and notes of who talked when, and no program can prove that it does not. What it can never do is open what is sealed.`

const NOTHING_DIFFERS: SafeText = say`Everything that your program can predict is as it must be.`

/** One span per line, wrapped by whoever draws it. */
export function seesLines({ subjects, differences }: SeesReport): readonly (readonly Span[])[] {
  const blank = [span(say``)]
  const found = differences.map((each) => [span(differenceWords(each), "danger")])
  return [
    ...(found.length === 0 ? [[span(NOTHING_DIFFERS, "good")]] : found),
    blank,
    ...subjects.flatMap((subject) => [
      [span(headingOf(subject), "strong")],
      ...rowsOf(subject).map((row) => [span(say`  ${row}`)]),
      blank,
    ]),
    [span(NOT_PROVEN, "faint")],
  ]
}

export function headingOf({ kind, room, isOurs }: HeldSubject): SafeText {
  switch (kind) {
    case "relay":
      return say`On its disk, about itself`
    case "memory":
      return say`In its memory only, gone when it stops`
    case "account":
      return say`On its disk: you in the directory`
    case "device":
      return isOurs ? say`On its disk: this device` : say`On its disk: another device of yours`
    case "inbox":
      return isOurs ? say`On its disk: your inbox` : say`On its disk: the inbox of another device of yours`
    case "channel":
      return room === undefined
        ? say`On its disk: a chat that your program does not know`
        : say`On its disk: ${room.kind === "everyone" ? roomTitle(room) : say`your chat with ${roomTitle(room)}`}`
    case "unknown":
      return say`Something that this version does not know`
  }
}

/** A row for each table, and one for each thing in memory. */
export function rowsOf({ things }: Pick<HeldSubject, "things">): readonly SafeText[] {
  const tables = new Map<string, HeldThing[]>()
  for (const thing of things) {
    const table = thing.name.startsWith("memory.") ? thing.name : (thing.name.split(".")[0] ?? "")
    tables.set(table, [...(tables.get(table) ?? []), thing])
  }
  if (tables.size === 0) return [say`nothing`]
  return [...tables].map(([table, columns]) =>
    table.startsWith("memory.") ? memoryRow(columns[0]!) : tableRow(table, columns),
  )
}

function memoryRow(thing: HeldThing): SafeText {
  const words = wordsOf(thing.name)
  switch (thing.name) {
    case "memory.address":
      return say`${words}: ${safeLine(thing.text)}`
    case "memory.heard":
      return say`${words}: ${dateAndTime(thing.most)}`
    case "memory.day":
    case "memory.uploads":
      return say`${words}: ${thing.rows}, ${sizeWords(thing.bytes)}`
    case "memory.packages":
    case "memory.letters":
      return say`${words}: ${thing.most}, ${plural(thing.rows, say`time`, say`times`)} in all`
    default:
      return say`${words}: ${thing.rows}`
  }
}

function tableRow(table: string, columns: readonly HeldThing[]): SafeText {
  const rows = Math.max(...columns.map((column) => column.rows))
  const bytes = columns.reduce((all, column) => all + column.bytes, 0)
  const words = Object.hasOwn(TABLE_WORDS, table) ? TABLE_WORDS[table] : undefined
  const [one, many] = words ?? [safeLine(table), safeLine(table)]
  const kept = joinSafe(columns.map(columnWords), say`; `)
  return say`${plural(rows, one, many)}, ${sizeWords(bytes)}: ${kept}`
}

/** Numbers that a person can make something of stand behind what they are. */
function columnWords({ name, least, most, bytes }: HeldThing): SafeText {
  const words = wordsOf(name)
  if (bytes > 0 || most === 0) return words
  if (name.endsWith(".time") || name.endsWith(".loose_since"))
    return least === most
      ? say`${words} (${dateAndTime(most)})`
      : say`${words} (${dateAndTime(least)} to ${dateAndTime(most)})`
  if (name.endsWith("weight") || name.endsWith(".total"))
    return least === most
      ? say`${words} (${sizeWords(most)})`
      : say`${words} (${sizeWords(least)} to ${sizeWords(most)})`
  return least === most ? say`${words} (${most})` : say`${words} (${least} to ${most})`
}

export function differenceWords(difference: SeesDifference): SafeText {
  const where = whereWords(difference)
  switch (difference.code) {
    case "not-told":
      return say`DIFFERS: ${where}: your program reads it, and the relay says nothing about it.`
    case "not-ours":
      return say`DIFFERS: the relay says that you have a chat open which your program does not know.`
    case "unknown":
      return say`DIFFERS: ${where}: the relay holds "${safeLine(difference.name)}", which this version has no words for.`
    case "other":
      return otherWords(difference, where)
  }
}

function otherWords(
  { name, held, least, most }: SeesDifference & { code: "other" },
  where: SafeText,
): SafeText {
  if (name === "channel.last_seq")
    return held > most
      ? say`DIFFERS: ${where}: the relay holds ${held} messages and has given you ${most}: it keeps something back.`
      : say`DIFFERS: ${where}: you have read ${least} messages, and the relay holds ${held}: it has lost some.`
  const expected = least === most ? say`${least}` : say`between ${least} and ${most}`
  return say`DIFFERS: ${where}: ${wordsOf(name)}: the relay says ${held}, your program expects ${expected}.`
}

function whereWords({ subject, room }: SeesDifference): SafeText {
  switch (subject) {
    case "channel":
      return room === undefined ? say`an unknown chat` : roomTitle(room)
    case "inbox":
      return say`your inbox`
    case "account":
      return say`you in the directory`
    case "device":
      return say`this device`
    case "memory":
    case "relay":
    case "unknown":
      return say`the relay itself`
  }
}

function wordsOf(name: string): SafeText {
  const words: Readonly<Record<string, SafeText>> = HELD_WORDS
  return (Object.hasOwn(words, name) ? words[name] : undefined) ?? safeLine(name)
}

export function sizeWords(bytes: number): SafeText {
  if (bytes < 1_000) return plural(bytes, say`byte`, say`bytes`)
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1_000, say`kB`] : [bytes / 1_000_000, say`MB`]
  return say`${safeLine(size < 100 ? size.toFixed(1) : size.toFixed(0))} ${unit}`
}

function dateAndTime(at: number): SafeText {
  return say`${dayOf(at)}, ${timeOfDay(at)}`
}
