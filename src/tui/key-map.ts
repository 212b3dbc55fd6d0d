/** The table of keys as it is in force: what a chord means, what help says, and chords that two actions want. */
import { KEYS, nameOfAction, type Action, type KeyName, type KeyRow } from "./key-table.ts"
import { joinSafe, safeLine, say, type SafeText } from "./safe-text.ts"
import { drawnCells } from "./text-width.ts"

export interface KeyMap {
  rows: readonly KeyRow[]
  always: ReadonlyMap<string, Action>
  /** Looked at first while nothing is written. */
  empty: ReadonlyMap<string, Action>
  /** First chords of those that are pressed one after the other. */
  starts: ReadonlySet<string>
}

export function keyMapOf(rows: readonly KeyRow[]): KeyMap {
  const always = new Map<string, Action>()
  const empty = new Map<string, Action>()
  for (const { chords, whenEmpty, action } of rows) {
    for (const chord of chords) always.set(chord, action)
    for (const chord of whenEmpty) empty.set(chord, action)
  }
  const starts = new Set([...always.keys(), ...empty.keys()].flatMap(startOf))
  return { rows, always, empty, starts }
}

export const DEFAULT_KEYS: KeyMap = keyMapOf(KEYS)

/** What a key means now; undefined for a key without a meaning. */
export function actionOf(keys: KeyMap, chord: string, isEmpty: boolean): Action | undefined {
  return (isEmpty ? keys.empty.get(chord) : undefined) ?? keys.always.get(chord)
}

export interface KeyConflict {
  chord: string
  names: readonly [KeyName, KeyName]
}

/** Chords that two actions want at the same time, and chords that begin what two in a row mean. */
export function conflictsOf(rows: readonly KeyRow[]): readonly KeyConflict[] {
  const found: KeyConflict[] = []
  const taken = { always: new Map<string, KeyName>(), empty: new Map<string, KeyName>() }
  for (const { action, chords, whenEmpty } of rows) {
    const name = nameOfAction(action)
    for (const [when, list] of [["always", chords] as const, ["empty", whenEmpty] as const]) {
      for (const chord of list) {
        const other = taken[when].get(chord)
        if (other !== undefined && other !== name) found.push({ chord, names: [other, name] })
        taken[when].set(chord, name)
      }
    }
  }
  for (const [chord, name] of [...taken.always, ...taken.empty]) {
    for (const start of startOf(chord)) {
      const other = taken.always.get(start) ?? taken.empty.get(start)
      if (other !== undefined) found.push({ chord: start, names: [other, name] })
    }
  }
  return found
}

function startOf(chord: string): string[] {
  const space = chord.indexOf(" ")
  return space < 0 ? [] : [chord.slice(0, space)]
}

const LABELS: Readonly<Record<string, string>> = { pageup: "PgUp", pagedown: "PgDn", delete: "Del" }

/** `ctrl+x ctrl+e` → `Ctrl+X Ctrl+E`. */
export function chordLabel(chord: string): SafeText {
  const part = (name: string) => LABELS[name] ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
  const one = (step: string) =>
    step.endsWith("++")
      ? `${step.slice(0, -2).split("+").map(part).join("+")}++`
      : step.split("+").map(part).join("+")
  return safeLine(chord.split(" ").map(one).join(" "))
}

/** The first key of an action, for hints; `whenEmpty` ones only where there is no other. */
export function labelOf(keys: KeyMap, name: KeyName): SafeText {
  const row = keys.rows.find(({ action }) => nameOfAction(action) === name)
  const chord = row?.chords[0] ?? row?.whenEmpty[0]
  return chord === undefined ? say`(no key)` : chordLabel(chord)
}

/** Cells that the keys of one action may take in help. */
const HELP_CELLS = 28

/** The keys of a row as far as there is room for them; undefined when it has none. */
function labelsOf({ chords, whenEmpty }: KeyRow): SafeText | undefined {
  const all = [...chords.map(chordLabel), ...whenEmpty.map((chord) => say`${chordLabel(chord)} when empty`)]
  if (all.length === 0) return undefined
  let shown = all.slice(0, 1)
  for (const label of all.slice(1)) {
    if (drawnCells(joinSafe([...shown, label], say`  `)) <= HELP_CELLS) shown = [...shown, label]
  }
  return joinSafe(shown, say`  `)
}

/** The keys of help: one line an action; those that edit as everywhere stand together at the end. */
export function keyHelp(keys: KeyMap): readonly { left: SafeText; right: SafeText }[] {
  const lines = keys.rows.flatMap((row) => {
    const isRoom = row.action.kind === "window"
    const left =
      row.isEditing || (isRoom && row.action.kind === "window" && row.action.number > 1)
        ? undefined
        : labelsOf(row)
    if (left === undefined) return []
    return [
      { left: isRoom ? say`${left} …` : left, right: isRoom ? say`room by number; also /win N` : row.what },
    ]
  })
  const edits = keys.rows.flatMap((row) => {
    const left = row.isEditing ? labelsOf(row) : undefined
    return left === undefined ? [] : [{ left, right: row.what }]
  })
  return [...lines, { left: say``, right: say`` }, ...edits]
}
