/**
 * Help, printed from the tables of keys and commands as they are in force: first the keys of the place where somebody
 * asked, then everything else. It is walked with the arrows and searched by typing.
 */
import { commandHelp, COMMANDS } from "./commands.ts"
import { chordLabel, type KeyMap } from "./key-map.ts"
import type { Place } from "./key-places.ts"
import type { ChatRow, KeyRow } from "./key-table.ts"
import { joinSafe, safeLine, say, type SafeText } from "./safe-text.ts"
import { drawnCells } from "./text-width.ts"
import type { Symbols } from "./theme.ts"

export interface HelpRow {
  left: SafeText
  right: SafeText
  /** Goes into the line that is written. */
  text?: SafeText
}

/** What stands together, under what it is. */
export interface HelpPart {
  title: SafeText
  rows: readonly HelpRow[]
}

const PLACES: readonly { place: Exclude<Place, "chat">; title: SafeText }[] = [
  { place: "message", title: say`Keys with a message chosen` },
  { place: "pane", title: say`Keys in the rooms and people beside the chat` },
  { place: "panel", title: say`Keys in what lies over the chat` },
]

/** @param here where it was asked for; `keys`: of keys alone. */
export function helpParts(keys: KeyMap, here: Place | "keys", symbols: Symbols): readonly HelpPart[] {
  const commands: HelpPart = { title: say`Commands`, rows: commandRows() }
  const chat: readonly HelpPart[] = [
    ...(here === "keys" ? [] : [commands]),
    { title: say`Keys`, rows: chatRows(keys) },
    { title: say`Keys for writing`, rows: editRows(keys) },
  ]
  const marks: readonly HelpPart[] = [
    { title: say`Marks behind a name`, rows: nameMarks(symbols) },
    { title: say`Marks behind your own messages`, rows: stateMarks(symbols) },
  ]
  const places = PLACES.map(({ place, title }) => ({ place, title, rows: placeRows(keys, place) }))
  const first = places.filter(({ place }) => place === here)
  return [...first, ...chat, ...places.filter(({ place }) => place !== here), ...marks]
}

/** Parts with the rows in which every word of `query` stands; parts without any are left out. */
export function searchedHelp(parts: readonly HelpPart[], query: string): readonly HelpPart[] {
  const words = query
    .toLocaleLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "")
  if (words.length === 0) return parts
  return parts
    .map(({ title, rows }) => ({
      title,
      rows: rows.filter(({ left, right }) => {
        const text = `${left} ${right}`.toLocaleLowerCase()
        return words.every((word) => text.includes(word))
      }),
    }))
    .filter(({ rows }) => rows.length > 0)
}

/** What can be put into the line as it is, can be taken from help. */
function commandRows(): readonly HelpRow[] {
  const texts = new Map(
    COMMANDS.map(({ word, usage, takes }) => [
      usage,
      takes === "nothing" ? say`/${safeLine(word)}` : say`/${safeLine(word)} `,
    ]),
  )
  return commandHelp().map((row) => {
    const text = texts.get(row.left)
    return text === undefined ? row : { ...row, text }
  })
}

/** Cells that the keys of one action may take in help. */
const HELP_CELLS = 28

/** The keys of a row as far as there is room for them; undefined when it has none. */
function labelsOf(row: KeyRow): SafeText | undefined {
  const empty = row.place === "chat" ? row.whenEmpty.map((chord) => say`${chordLabel(chord)} when empty`) : []
  const all = [...row.chords.map(chordLabel), ...empty]
  if (all.length === 0) return undefined
  let shown = all.slice(0, 1)
  for (const label of all.slice(1)) {
    if (drawnCells(joinSafe([...shown, label], say`  `)) <= HELP_CELLS) shown = [...shown, label]
  }
  return joinSafe(shown, say`  `)
}

function withLabels(rows: readonly KeyRow[]): readonly HelpRow[] {
  return rows.flatMap((row) => {
    const left = labelsOf(row)
    return left === undefined ? [] : [{ left, right: row.what }]
  })
}

function ofChat({ rows }: KeyMap): readonly ChatRow[] {
  return rows.flatMap((row) => (row.place === "chat" ? [row] : []))
}

/** One line an action; rooms by number stand in one. */
function chatRows(keys: KeyMap): readonly HelpRow[] {
  return ofChat(keys).flatMap((row): readonly HelpRow[] => {
    if (row.isEditing) return []
    if (row.action.kind !== "window") return withLabels([row])
    const left = row.action.number > 1 ? undefined : labelsOf(row)
    return left === undefined ? [] : [{ left: say`${left} …`, right: say`room by number; also /win N` }]
  })
}

function editRows(keys: KeyMap): readonly HelpRow[] {
  return withLabels(ofChat(keys).filter(({ isEditing }) => isEditing))
}

function placeRows({ rows }: KeyMap, place: Place): readonly HelpRow[] {
  return withLabels(rows.filter((row) => row.place === place))
}

function nameMarks(symbols: Symbols): readonly HelpRow[] {
  return [
    { left: symbols.verified, right: say`compared, and the same` },
    { left: say`${symbols.unverified}abc123`, right: say`not compared yet` },
    { left: say`${symbols.changed}abc123`, right: say`another key than before` },
    { left: say`${symbols.differs}abc123`, right: say`compared, and they differ` },
    { left: say`${symbols.replaced}abc123`, right: say`an old key, replaced` },
  ]
}

function stateMarks(symbols: Symbols): readonly HelpRow[] {
  return [
    { left: symbols.queued, right: say`waits here` },
    { left: symbols.relayed, right: say`at the relay` },
    { left: symbols.delivered, right: say`delivered; in a room: everybody has it` },
    { left: say`${symbols.delivered} read`, right: say`read` },
    { left: say`${symbols.changed} failed`, right: say`failed` },
    {
      left: say`${symbols.relayed} 12/29 5 read, 12/29 r5`,
      right: say`in a room: 12 of 29 have it, 5 of them read it`,
    },
  ]
}
