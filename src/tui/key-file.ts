/**
 * The person's own keys, in the file `keys` of the profile:
 *
 *     # what is left out stays as it is
 *     goto = ctrl+o, alt+k, ctrl+k when empty
 *     verify =
 *     message-reply = a
 *
 * With a message chosen, beside the chat and in panels letters may stand alone: nothing is written there.
 * Parsed totally: whatever stands there, the result is a table or every fault with the number of its line.
 */
import { conflictsOf, chordLabel, keyMapOf, type KeyMap } from "./key-map.ts"
import type { Place } from "./key-places.ts"
import { KEYS, nameOfRow, type KeyName, type KeyRow } from "./key-table.ts"
import { safeLine, say, type SafeText } from "./safe-text.ts"

export const MAX_KEY_FILE_BYTES = 65_536
/** Faults that are told at once. */
const MAX_FAULTS = 20
const MAX_CHORDS = 8
const MAX_SHOWN_UNITS = 40

export interface KeyFault {
  /** From 1; undefined for what concerns no line of its own. */
  line: number | undefined
  why: SafeText
}

export type KeyFile = { ok: true; keys: KeyMap } | { ok: false; faults: readonly KeyFault[] }

interface Bound {
  line: number
  chords: readonly string[]
  whenEmpty: readonly string[]
}

export function parseKeyFile(text: string): KeyFile {
  const faults: KeyFault[] = []
  const bound = new Map<string, Bound>()
  const known = new Map(KEYS.map((row) => [nameOfRow(row) as string, row]))
  for (const [at, raw] of text
    .replace(/^\ufeff/u, "")
    .split(/\r?\n/u)
    .entries()) {
    const line = at + 1
    const words = raw.trim()
    if (words === "" || words.startsWith("#")) continue
    const equals = words.indexOf("=")
    const name = (equals < 0 ? words : words.slice(0, equals)).trim().toLowerCase()
    const fault = (why: SafeText) => void faults.push({ line, why })
    const before = bound.get(name)
    const row = known.get(name)
    if (equals < 0) fault(say`write it as: action = key, key`)
    else if (row === undefined)
      fault(say`there is no action "${shown(name)}"; secure-chat config keys lists them`)
    else if (before !== undefined) fault(say`"${shown(name)}" stands in line ${before.line} already`)
    else bound.set(name, { line, ...readChords(words.slice(equals + 1), row.place, fault) })
    if (faults.length >= MAX_FAULTS) return { ok: false, faults }
  }
  const rows = KEYS.map((row): KeyRow => {
    const own = bound.get(nameOfRow(row))
    if (own === undefined) return row
    return row.place === "chat"
      ? { ...row, chords: own.chords, whenEmpty: own.whenEmpty }
      : { ...row, chords: own.chords }
  })
  const lineOf = (name: string) => bound.get(name)?.line
  for (const [name, chord] of KEPT) {
    const row = rows.find((each) => nameOfRow(each) === name)
    const isKept = chord === undefined ? row?.chords.length !== 0 : row?.chords.includes(chord)
    if (isKept !== true)
      faults.push({
        line: lineOf(name),
        why:
          chord === undefined
            ? say`"${safeLine(name)}" needs a key that works at any time`
            : say`"${safeLine(name)}" keeps ${chordLabel(chord)}: without it there may be no way back`,
      })
  }
  for (const { chord, names } of conflictsOf(rows)) {
    const [first, second] = names
    faults.push({
      line: lineOf(second) ?? lineOf(first),
      why: say`${chordLabel(chord)} would mean "${safeLine(first)}" and "${safeLine(second)}"; give one of the two another key, or none, in this file`,
    })
  }
  return faults.length > 0
    ? { ok: false, faults: faults.slice(0, MAX_FAULTS) }
    : { ok: true, keys: keyMapOf(rows) }
}

/** What must stay reachable; undefined: by any key. */
const KEPT: readonly (readonly [KeyName, string | undefined])[] = [
  ["escape", "esc"],
  ["interrupt", "ctrl+c"],
  ["submit", undefined],
  ["message-leave", "esc"],
  ["pane-leave", "esc"],
  ["panel-close", "esc"],
  ["panel-choose", undefined],
  ["panel-up", undefined],
  ["panel-down", undefined],
]

/** Answers to questions in panels, which come before whatever else a letter means there. */
const ANSWERS = /^[a-z0-9]$/u

/** One sentence a fault: `line 3: …`. */
export function faultLine({ line, why }: KeyFault): SafeText {
  return line === undefined ? why : say`line ${line}: ${why}`
}

/** The table as such a file, ready to be changed. */
export function keyFileText({ rows }: KeyMap): string {
  return rows
    .map((row) => {
      const empty = row.place === "chat" ? row.whenEmpty.map((chord) => `${chord} ${WHEN_EMPTY}`) : []
      return `${nameOfRow(row)} = ${[...row.chords, ...empty].join(", ")}`.trimEnd()
    })
    .join("\n")
}

const WHEN_EMPTY = "when empty"

function readChords(
  text: string,
  place: Place,
  fault: (why: SafeText) => void,
): { chords: readonly string[]; whenEmpty: readonly string[] } {
  const chords: string[] = []
  const whenEmpty: string[] = []
  const parts = text
    .toLowerCase()
    .split(",")
    .map((part) => part.trim().replaceAll(/\s+/gu, " "))
    .filter((part) => part !== "")
  if (parts.length > MAX_CHORDS) fault(say`at most ${MAX_CHORDS} keys for one action`)
  for (const part of parts.slice(0, MAX_CHORDS)) {
    const isWhenEmpty = part.endsWith(` ${WHEN_EMPTY}`)
    const read = readChord(isWhenEmpty ? part.slice(0, -WHEN_EMPTY.length - 1) : part, place)
    if (isWhenEmpty && place !== "chat") fault(say`"when empty" is for keys of the chat alone`)
    else if (typeof read === "string") (isWhenEmpty ? whenEmpty : chords).push(read)
    else fault(read.why)
  }
  return { chords, whenEmpty }
}

const NAMES = new Set(
  "enter tab esc space backspace delete insert home end pageup pagedown up down left right".split(" "),
)
// Maps, since what is looked up was typed: every object answers to "constructor".
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["return", "enter"],
  ["escape", "esc"],
  ["del", "delete"],
  ["ins", "insert"],
  ["pgup", "pageup"],
  ["pgdn", "pagedown"],
])
/** What a terminal sends for these is another key's. */
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ["ctrl+i", "tab"],
  ["ctrl+m", "enter"],
  ["ctrl+[", "esc"],
  ["ctrl+h", "backspace"],
])
const MODIFIERS = ["ctrl", "alt", "shift"]

/** As the decoder names it, or why it cannot be one. */
function readChord(text: string, place: Place): string | { why: SafeText } {
  const steps = text.split(" ")
  if (steps.length > 1 && place !== "chat") return { why: say`"${shown(text)}": one key, not two in a row` }
  if (steps.length > 2) return { why: say`"${shown(text)}": at most two keys one after the other` }
  const read: string[] = []
  for (const step of steps) {
    const one = readStep(step, place)
    if (typeof one !== "string") return one
    read.push(one)
  }
  return read.join(" ")
}

function readStep(step: string, place: Place): string | { why: SafeText } {
  const pieces =
    step === "+" ? ["+"] : step.endsWith("++") ? [...step.slice(0, -2).split("+"), "+"] : step.split("+")
  const typed = pieces.at(-1) ?? ""
  const key = OTHER_NAMES.get(typed) ?? typed
  const given = pieces.slice(0, -1)
  const strange = given.find((each) => !MODIFIERS.includes(each))
  if (strange !== undefined || new Set(given).size !== given.length)
    return { why: say`"${shown(step)}" is no key: before it may stand ctrl+, alt+ and shift+` }
  const isNamed = NAMES.has(key) || /^f(?:[1-9]|1[0-2])$/u.test(key)
  const isLetter = [...key].length === 1 && /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(key)
  if (!isNamed && !isLetter) return { why: say`"${shown(step)}" is no key` }
  const isAlone = !given.includes("ctrl") && !given.includes("alt")
  if (place !== "chat" && isLetter && given.length === 0) return letterIn(place, key)
  if (isLetter && isAlone) return { why: say`"${shown(step)}" is for writing; put ctrl+ or alt+ before it` }
  if (key === "space" && given.length === 0 && place === "chat")
    return { why: say`"space" is for writing; put ctrl+ before it` }
  const chord = [...MODIFIERS.filter((each) => given.includes(each)), key].join("+")
  const same = SAME_AS.get(chord)
  if (same !== undefined)
    return { why: say`terminals send the same for "${shown(chord)}" as for "${safeLine(same)}"; write that` }
  if (/^alt\+[/@#[\]]$/u.test(chord))
    return { why: say`"${shown(chord)}" cannot be told from the start of something else` }
  return chord
}

/** `q` closes what lies over the chat wherever it answers nothing, as in every pager. */
function letterIn(place: Place, key: string): string | { why: SafeText } {
  if (place === "panel" && ANSWERS.test(key) && key !== "q")
    return { why: say`"${shown(key)}" may be an answer in a panel; put ctrl+ or alt+ before it` }
  return key
}

function shown(text: string): SafeText {
  return safeLine(text.slice(0, MAX_SHOWN_UNITS))
}
