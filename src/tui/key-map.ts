/** The table of keys as it is in force: what a chord means, and chords that two actions want. */
import type { Key } from "./key-decoder.ts"
import type { MessageAct, PaneAct, PanelAct, Place } from "./key-places.ts"
import { KEYS, nameOfRow, type Action, type KeyName, type KeyRow } from "./key-table.ts"
import { safeLine, say, type SafeText } from "./safe-text.ts"

export interface KeyMap {
  rows: readonly KeyRow[]
  always: ReadonlyMap<string, Action>
  /** Looked at first while nothing is written. */
  empty: ReadonlyMap<string, Action>
  /** First chords of those that are pressed one after the other. */
  starts: ReadonlySet<string>
  message: ReadonlyMap<string, MessageAct>
  pane: ReadonlyMap<string, PaneAct>
  panel: ReadonlyMap<string, PanelAct>
}

export function keyMapOf(rows: readonly KeyRow[]): KeyMap {
  const always = new Map<string, Action>()
  const empty = new Map<string, Action>()
  const message = new Map<string, MessageAct>()
  const pane = new Map<string, PaneAct>()
  const panel = new Map<string, PanelAct>()
  for (const row of rows) {
    for (const chord of row.chords) {
      if (row.place === "chat") always.set(chord, row.action)
      else if (row.place === "message") message.set(chord, row.act)
      else if (row.place === "pane") pane.set(chord, row.act)
      else panel.set(chord, row.act)
    }
    if (row.place === "chat") for (const chord of row.whenEmpty) empty.set(chord, row.action)
  }
  const starts = new Set([...always.keys(), ...empty.keys()].flatMap(startOf))
  return { rows, always, empty, starts, message, pane, panel }
}

export const DEFAULT_KEYS: KeyMap = keyMapOf(KEYS)

/** What a key means now; undefined for a key without a meaning. */
export function actionOf(keys: KeyMap, chord: string, isEmpty: boolean): Action | undefined {
  return (isEmpty ? keys.empty.get(chord) : undefined) ?? keys.always.get(chord)
}

/** A key as the table names it: a letter is itself, in small, and a space is `space`. Empty for what is no key. */
export function pressedName(key: Key): string {
  if (key.kind === "chord") return key.chord
  if (key.kind !== "text") return ""
  return key.text === " " ? "space" : key.text.toLowerCase()
}

/** What a key means in a panel; where one types, text means nothing but itself. */
export function panelActOf(keys: KeyMap, key: Key, isTyping = false): PanelAct | undefined {
  return isTyping && key.kind !== "chord" ? undefined : keys.panel.get(pressedName(key))
}

export interface KeyConflict {
  chord: string
  names: readonly [KeyName, KeyName]
}

/** Chords that two actions of one place want at the same time, and chords that begin what two in a row mean. */
export function conflictsOf(rows: readonly KeyRow[]): readonly KeyConflict[] {
  const found: KeyConflict[] = []
  const taken = new Map<Place | "empty", Map<string, KeyName>>()
  const takenIn = (when: Place | "empty") => {
    const there = taken.get(when) ?? new Map<string, KeyName>()
    taken.set(when, there)
    return there
  }
  const take = (when: Place | "empty", chords: readonly string[], name: KeyName) => {
    for (const chord of chords) {
      const other = takenIn(when).get(chord)
      if (other !== undefined && other !== name) found.push({ chord, names: [other, name] })
      takenIn(when).set(chord, name)
    }
  }
  for (const row of rows) {
    take(row.place, row.chords, nameOfRow(row))
    if (row.place === "chat") take("empty", row.whenEmpty, nameOfRow(row))
  }
  const [always, empty] = [takenIn("chat"), takenIn("empty")]
  for (const [chord, name] of [...always, ...empty]) {
    for (const start of startOf(chord)) {
      const other = always.get(start) ?? empty.get(start)
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
    step === "+"
      ? "+"
      : step.endsWith("++")
        ? `${step.slice(0, -2).split("+").map(part).join("+")}++`
        : step.split("+").map(part).join("+")
  return safeLine(chord.split(" ").map(one).join(" "))
}

/** The first key of an action, for hints; `whenEmpty` ones only where there is no other. */
export function labelOf(keys: KeyMap, name: KeyName): SafeText {
  return labelIfAny(keys, name) ?? say`(no key)`
}

/** The same, undefined for an action without a key. */
export function labelIfAny(keys: KeyMap, name: KeyName): SafeText | undefined {
  const row = keys.rows.find((each) => nameOfRow(each) === name)
  const chord = row?.chords[0] ?? (row?.place === "chat" ? row.whenEmpty[0] : undefined)
  return chord === undefined ? undefined : chordLabel(chord)
}
