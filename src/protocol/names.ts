/**
 * What may be a name (PROTOCOL.md §8.4), judged the same by the relay, by every client and by the dialog that asks for
 * one: NFKC, one way of writing (UTS #39 with its augmented script sets), nothing that cannot be seen, no towers of
 * marks, 1 to 32 graphemes. Total: any text gives a name or the first reason against it.
 */
import { utf8 } from "../bytes.ts"
import { MAX_NAME_BYTES } from "./directory-entry.ts"
import { classOf, COMMON_DIGITS, COMMON_SIGNS, type Writing, WRITINGS } from "./name-letters.ts"
import { skeletons } from "./name-skeleton.ts"

export const MAX_NAME_GRAPHEMES = 32
/** Longest text that is looked at, in UTF-16 units: more than any name needs before it is made NFKC. */
const MAX_TYPED_UNITS = 512
/** As many as a screen draws of one grapheme: what lies behind them would not be seen. */
const MAX_GRAPHEME_POINTS = 8
/** Nonspacing marks in a row (UTS #39 §5.4); of those that go with any letter (U+0300 to U+036F), half as many. */
const MAX_MARKS = 4
const MAX_FREE_MARKS = 2

/** Why a text is no name, and the sentence that says so. */
export const NAME_FAULTS = {
  empty: "a name has at least one letter or digit",
  "too-long": `a name has at most ${MAX_NAME_GRAPHEMES} characters (${MAX_NAME_BYTES} bytes)`,
  invisible: "a name holds nothing that cannot be seen: no control, direction or zero-width characters",
  "bad-character": "a name is made of letters, digits, spaces and - . ' _",
  "mixed-writing": "a name is written in one alphabet: this one mixes letters of several",
  "mixed-digits": "the digits of a name are all of one kind",
  "loose-mark": "an accent or vowel sign in a name stands on a letter",
  "stacked-marks": "a name has too many marks on one letter",
  "bad-order": "a name begins with a letter or digit, and signs stand between letters",
  reserved: "this word means something else here; choose another name",
} as const
export type NameFault = keyof typeof NAME_FAULTS

export type ReadName = { kind: "name"; name: string } | { kind: "fault"; fault: NameFault }

/** What commands and screens take for something else. Compared by skeleton, so that no look-alike gets through. */
const RESERVED = ["everyone", "you", "me", "all", "here", "room", "relay", "nobody", "secure-chat"]

// What takes long to make, and most starts never need.
const RESERVED_KEYS = later(() => new Set(RESERVED.flatMap(skeletons)))
const GRAPHEMES = later(() => new Intl.Segmenter("und", { granularity: "grapheme" }))
/** For each way of writing: nothing but its letters. */
const WHOLLY_IN = WRITINGS.map(({ letters, signs = [] }) =>
  later(() => wholly([letters, COMMON_SIGNS, ...signs].join(" "))),
)
/** Nothing but letters of any of them. */
const ANY_LETTER = later(() =>
  wholly([COMMON_SIGNS, ...WRITINGS.flatMap(({ letters, signs = [] }) => [letters, ...signs])].join(" ")),
)

const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
/** Joiners choose between forms of the same letters in these scripts; a name goes without them. */
const JOINING_SCRIPTS = /[\u0600-\u08ff\u0900-\u109f\u1780-\u17ff]/
const HEBREW = /[\u05d0-\u05ea]/
const JOINERS = /[\u200c\u200d]/g
const ASCII = /^[ -~]+$/
const MARK = /^\p{M}$/u
const DIGIT = /^\p{Nd}$/u
/** Full stop, geresh, tsheg. */
const MAY_END_A_WORD = /^[.\u05f3\u0f0b]$/
/** A dot above a letter that has one already cannot be seen. */
const HIDDEN_DOT = /(?:\p{Soft_Dotted}|[l\u0131\u0237])\p{M}*\u0307/u
const MARK_TOWER = new RegExp(
  `\\p{Mn}{${MAX_MARKS + 1}}|[\\u0300-\\u036f]{${MAX_FREE_MARKS + 1}}|(\\p{M})\\1`,
  "u",
)

/** @param typed as a person typed it or an entry holds it; an entry's name must come out unchanged. */
export function readName(typed: string): ReadName {
  if (typed.length > MAX_TYPED_UNITS) return fault("too-long")
  const name = tidy(typed)
  if (name === "") return fault("empty")
  if (utf8(name).length > MAX_NAME_BYTES) return fault("too-long")
  if (INVISIBLE.test(name)) return fault("invisible")
  const found = faultOf(name)
  return found === undefined ? { kind: "name", name } : fault(found)
}

/** Whether an entry's name is one that `readName` gave. */
export function isName(name: string): boolean {
  const read = readName(name)
  return read.kind === "name" && read.name === name
}

/** NFKC, one kind of apostrophe and hyphen, single blanks, no joiners between letters that do without. */
function tidy(typed: string): string {
  const whole = typed
    .toWellFormed()
    .normalize("NFKC")
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u2010\u2013]/g, "-")
  // Without a joiner letters may compose that it kept apart, and blanks meet.
  const plain = JOINING_SCRIPTS.test(whole) ? whole.replace(JOINERS, "").normalize("NFKC") : whole
  const text = plain.replace(/[\u0020]{2,}/g, " ").trim()
  // In Hebrew both are letters' own signs, which read in the direction of the letters.
  return HEBREW.test(text) ? text.replaceAll("'", "\u05f3").replaceAll('"', "\u05f4") : text
}

function faultOf(name: string): NameFault | undefined {
  const points = [...name]
  const writing = WRITINGS.find((_, at) => WHOLLY_IN[at]!().test(name))
  if (writing === undefined) return ANY_LETTER().test(name) ? "mixed-writing" : "bad-character"
  const shape = points.map(shapeOf).join("")
  if (!/[LD]/.test(shape)) return "empty"
  if (/(?:^|[^LM])M/.test(shape)) return "loose-mark"
  if (MARK_TOWER.test(name) || HIDDEN_DOT.test(name.normalize("NFD"))) return "stacked-marks"
  // Of ASCII each letter is a grapheme, and what finds others takes 10 ms to begin.
  const clusters = ASCII.test(name) ? points : Array.from(GRAPHEMES().segment(name), ({ segment }) => segment)
  if (clusters.some((cluster) => [...cluster].length > MAX_GRAPHEME_POINTS)) return "stacked-marks"
  if (clusters.length > MAX_NAME_GRAPHEMES) return "too-long"
  if (new Set(points.filter((point) => DIGIT.test(point)).map(zeroOf)).size > 1) return "mixed-digits"
  if (!isInOrder(name, shape, writing)) return "bad-order"
  if (skeletons(name).some((key) => RESERVED_KEYS().has(key))) return "reserved"
  // `u_…` and `r_…` are ids of people and rooms.
  return /^[ur]_/i.test(name) ? "reserved" : undefined
}

/**
 * Begins with a letter or digit; signs one at a time between letters and digits, but a full stop may end a word and an
 * apostrophe begin one. From right to left the first is a letter and the last no sign (RFC 5893's rule), for a name
 * whose ends a screen may swap looks like another one.
 */
function isInOrder(name: string, shape: string, { isRightToLeft }: Writing): boolean {
  if (!/^[LD]/.test(shape) || /SS/.test(shape)) return false
  if (isRightToLeft && (!shape.startsWith("L") || /[-.'_\u00b7]$/.test(name))) return false
  return [...name.matchAll(/[^\p{L}\p{M}\p{N} ]/gu)].every(({ 0: sign, index }) => {
    const opens = index === 0 || name[index - 1] === " "
    const ends = index + sign.length === name.length || name[index + sign.length] === " "
    if (opens) return sign === "'" && !ends
    return !ends || MAY_END_A_WORD.test(sign)
  })
}

/** L letter, M mark, D digit, S sign, or a blank. */
function shapeOf(point: string): string {
  if (point === " ") return point
  if (MARK.test(point)) return "M"
  if (DIGIT.test(point)) return "D"
  return /^[\p{L}\u3007]$/u.test(point) ? "L" : "S"
}

/** The zero of a digit's own ten: digits of different systems have different ones. */
function zeroOf(digit: string): number {
  const point = digit.codePointAt(0)!
  let zero = point
  while (point - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero--
  return zero
}

/** How names are told apart when a person types one: any case, and as `readName` tidies them. */
export function foldedName(typed: string): string {
  return tidy(typed.slice(0, MAX_TYPED_UNITS))
    .toLowerCase()
    .replace(/i\u0307/gu, "i")
}

/** Makes it when it is first asked for. */
function later<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

function wholly(ranges: string): RegExp {
  return new RegExp(`^[${classOf(`${ranges} ${COMMON_DIGITS} 20`)}]+$`, "u")
}

function fault(code: NameFault): ReadName {
  return { kind: "fault", fault: code }
}
