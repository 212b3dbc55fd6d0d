/**
 * The one door between text that others wrote and the screen. What comes out has the type `SafeText`, and what paints a
 * screen accepts nothing else, so the compiler shows every place where a peer's bytes could slip through.
 *
 * Nothing in a `SafeText` moves a cursor, changes a mode, turns the reading direction or hides: control characters
 * become visible pictures, bidi and invisible characters go, heaps of combining marks are cut. Line feeds survive in
 * blocks only; tabs never do, because `terminal.ts` gives them a meaning of our own.
 */
import { graphemesOf } from "./graphemes.ts"
import { sentence } from "./language.ts"

declare const checked: unique symbol
/** Text that a terminal draws and does nothing else with. */
export type SafeText = string & { readonly [checked]: true }

/** Longest text that is looked at; the protocol's largest message is shorter. */
export const MAX_SAFE_UNITS = 65_536
/** Longest name that is looked at, in UTF-16 units. */
const MAX_NAME_UNITS = 256
/** Code points kept of one grapheme: enough for every real syllable and most emoji, too few to climb over lines. */
export const MAX_GRAPHEME_POINTS = 8

const TAB_SPACES = "    "
const LINE_BREAKS = /\r\n|[\r\n\v\f\u0085\u2028\u2029]/gu
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/gu
/** Joiners and emoji presentation are part of real words; every other invisible or directional character goes. */
const INVISIBLE =
  /(?![\u200c\u200d\ufe0e\ufe0f])[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu
const INVISIBLE_IN_NAMES = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu
const NOT_CHARACTERS = /\p{Noncharacter_Code_Point}/gu
/** A mark without a letter would sit on the character before it, which may be ours. */
const LOOSE_MARK = /(^|\n)(?=[\p{M}\u200c\u200d\ufe0e\ufe0f])/gu
const PLAIN = /^[\u0020-\u007e\n]*$/

/** A message: several lines, joined by line feeds. */
export function safeBlock(text: string): SafeText {
  return clean(text.length > MAX_SAFE_UNITS ? text.slice(0, MAX_SAFE_UNITS) : text, INVISIBLE)
}

/** One line: line breaks become spaces. For error details, host names and everything that is not a message. */
export function safeLine(text: string): SafeText {
  return safeBlock(text).replaceAll("\n", " ") as SafeText
}

/** A name of a person, room or relay: one line, nothing invisible, never empty. */
export function safeName(text: string): SafeText {
  const cut = text.length > MAX_NAME_UNITS ? text.slice(0, MAX_NAME_UNITS) : text
  const line = clean(cut, INVISIBLE_IN_NAMES).replaceAll(/\s+/gu, " ").trim()
  return (line === "" ? "(no name)" : line) as SafeText
}

/**
 * Our own words, as a template: the fixed parts are source code, in English, or the catalogue's of the spoken language;
 * only safe text or numbers may be put in.
 *
 *     say`${safeName(person.name)} joined`
 */
export function say(parts: TemplateStringsArray, ...values: readonly (SafeText | number)[]): SafeText {
  return sentence(parts, values) as SafeText
}

/** Joins safe pieces with a safe separator. */
export function joinSafe(pieces: readonly SafeText[], between: SafeText): SafeText {
  return pieces.join(between) as SafeText
}

/** A part of a safe text, cut at grapheme boundaries by the caller. */
export function sliceSafe(text: SafeText, from: number, to?: number): SafeText {
  return text.slice(from, to) as SafeText
}

/** The lines of a block. */
export function linesOf(text: SafeText): readonly SafeText[] {
  return text.split("\n") as unknown as readonly SafeText[]
}

/** `count` times the same safe text. */
export function repeatSafe(text: SafeText, count: number): SafeText {
  return text.repeat(Math.max(0, count)) as SafeText
}

/**
 * What the person at this keyboard typed or pasted, on its way into the draft. The same cleaning, but a combining
 * mark may come alone: input methods send a syllable in pieces.
 */
export function safeTyped(text: string): SafeText {
  return withoutHarm(text, INVISIBLE) as SafeText
}

function clean(text: string, invisible: RegExp): SafeText {
  return withoutHarm(text, invisible).replace(LOOSE_MARK, "$1\u25cc") as SafeText
}

function withoutHarm(text: string, invisible: RegExp): string {
  if (PLAIN.test(text)) return text
  const visible = text
    .toWellFormed()
    .replace(LINE_BREAKS, "\n")
    .replaceAll("\t", TAB_SPACES)
    .replace(CONTROLS, pictureOf)
    .replace(NOT_CHARACTERS, "\ufffd")
    .replace(invisible, "")
  return capGraphemes(visible)
}

/** C0 and DEL have pictures of their own; C1 has none. */
function pictureOf(control: string): string {
  const code = control.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? "\u2421" : "\ufffd"
}

function capGraphemes(text: string): string {
  let capped = ""
  for (const { segment } of graphemesOf(text)) {
    if (segment.length <= MAX_GRAPHEME_POINTS) capped += segment
    else capped += cutGrapheme(segment)
  }
  return capped
}

function cutGrapheme(segment: string): string {
  const points = [...segment]
  if (points.length <= MAX_GRAPHEME_POINTS) return segment
  // The dots also keep what is left from growing together with the next grapheme.
  return (
    points
      .slice(0, MAX_GRAPHEME_POINTS)
      .join("")
      .replace(/\u200d$/u, "") + "\u2026"
  )
}
