/**
 * Symbols and styles. A state is always a symbol or a word first and a colour second, so that nothing is lost
 * without colour, on one-colour terminals and for people who do not see red and green.
 */
import type { MessageState, Notice, PersonRef, RoomView, Trust } from "../client/events.ts"
import { PALETTES, SIMPLE, type PaletteName } from "./palettes.ts"
import { safeLine, safeName, say, type SafeText } from "./safe-text.ts"
import { type Colours, type Look, type Sgr, sgrOf } from "./sgr.ts"

export interface Symbols {
  verified: SafeText
  changed: SafeText
  /** Keys were compared, and differ. */
  differs: SafeText
  /** A key that was replaced. */
  replaced: SafeText
  unverified: SafeText
  /** Before a room in which somebody means this person. */
  mention: SafeText
  online: SafeText
  offline: SafeText
  queued: SafeText
  relayed: SafeText
  delivered: SafeText
  more: SafeText
  down: SafeText
  pointer: SafeText
  vertical: SafeText
  horizontal: SafeText
  /** Where a line between panes meets the rule under it. */
  crossing: SafeText
  menu: SafeText
  dot: SafeText
  mark: SafeText
  /** Before an item of a list. */
  bullet: SafeText
  /** Before what a message answers. */
  corner: SafeText
}

export const UNICODE_SYMBOLS: Symbols = {
  verified: say`✓`,
  changed: say`!`,
  differs: say`≠`,
  replaced: say`×`,
  unverified: say`?`,
  mention: say`*`,
  online: say`●`,
  offline: say`○`,
  queued: say`·`,
  relayed: say`✓`,
  delivered: say`✓✓`,
  more: say`…`,
  down: say`↓`,
  pointer: say`▸`,
  vertical: say`│`,
  horizontal: say`─`,
  crossing: say`┴`,
  menu: say`≡`,
  dot: say`·`,
  mark: say`—`,
  bullet: say`•`,
  corner: say`└`,
}

export const ASCII_SYMBOLS: Symbols = {
  verified: say`+`,
  changed: say`!`,
  differs: say`!=`,
  replaced: say`%`,
  unverified: say`?`,
  mention: say`*`,
  online: say`*`,
  offline: say`o`,
  queued: say`.`,
  relayed: say`+`,
  delivered: say`++`,
  more: say`~`,
  down: say`v`,
  pointer: say`>`,
  vertical: say`|`,
  horizontal: say`-`,
  crossing: say`+`,
  menu: say`=`,
  dot: say`-`,
  mark: say`--`,
  bullet: say`*`,
  corner: say`\\`,
}

/** What a piece of text is; `look` says how that is drawn. */
export type Style =
  | "plain"
  | "faint"
  | "strong"
  | "good"
  | "warning"
  | "danger"
  | "accent"
  | "selected"
  | "bar"
  | "dangerBar"
  /** Lines between panes. */
  | "line"
  /** A QR code: its half blocks; in ASCII its dark and its light cells. */
  | "paper"
  | "ink"
  | "light"

/** What no palette changes. */
const FIXED = {
  plain: {},
  strong: { bold: true },
  selected: { inverse: true },
  bar: { inverse: true },
  line: { dimColor: true },
  paper: { color: "#000000", backgroundColor: "#ffffff" },
  ink: { backgroundColor: "#000000" },
  light: { backgroundColor: "#ffffff" },
} satisfies Partial<Record<Style, Look>>

function coloured(palette: Exclude<PaletteName, "mono">, manyColours: boolean): Record<Style, Look> {
  const { good, warning, danger, accent } = manyColours ? PALETTES[palette] : SIMPLE[palette]
  return {
    ...FIXED,
    faint: manyColours
      ? { color: PALETTES[palette].faint }
      : palette === "contrast"
        ? {}
        : { dimColor: true },
    good: { color: good },
    warning: { color: warning },
    danger: { color: danger, bold: true },
    accent: { color: accent },
    dangerBar: { inverse: true, bold: true, color: danger },
  }
}

const UNCOLOURED: Record<Style, Look> = {
  plain: {},
  faint: { dimColor: true },
  strong: { bold: true },
  good: {},
  warning: { bold: true },
  danger: { bold: true },
  accent: {},
  selected: { inverse: true },
  bar: { inverse: true },
  dangerBar: { inverse: true, bold: true },
  line: { dimColor: true },
  paper: {},
  ink: {},
  light: { inverse: true },
}

export interface Theme {
  ascii: boolean
  color: boolean
  symbols: Symbols
  looks: Record<Style, Look>
  /** The same as a terminal takes it. */
  sgr: Record<Style, Sgr>
}

export function themeOf(options: {
  ascii: boolean
  color: boolean
  palette?: PaletteName
  colours?: Colours
}): Theme {
  const { ascii, color, palette = "dark", colours = 16 } = options
  const looks = !color || palette === "mono" ? UNCOLOURED : coloured(palette, colours !== 16)
  const sgr = Object.fromEntries(
    Object.entries(looks).map(([style, look]) => [style, sgrOf(look, colours)]),
  ) as Record<Style, Sgr>
  return { ascii, color, symbols: ascii ? ASCII_SYMBOLS : UNICODE_SYMBOLS, looks, sgr }
}

/** A piece of a row. */
export interface Span {
  text: SafeText
  style: Style
}

export function span(text: SafeText, style: Style = "plain"): Span {
  return { text, style }
}

/** What lists know of a person, lines do not: whether somebody else's name looks like this one. */
type Named = PersonRef & { ambiguous?: boolean }

/**
 * `✓`, `?7f3c2k`, `!7f3c2k`, `≠7f3c2k` or `×7f3c2k`: what stands behind a name wherever it is shown. Empty for oneself.
 * The tag stands behind every name that is not verified, and behind each of several that look alike.
 */
export function trustMark(person: Named, symbols: Symbols): SafeText {
  const tag = needsTag(person) || isDoubtful(person) ? safeName(person.tag) : say``
  switch (person.trust) {
    case "self":
      return say``
    case "verified":
      return say`${symbols.verified}${tag}`
    case "unverified":
      return say`${symbols.unverified}${tag}`
    case "differs":
      return say`${symbols.differs}${tag}`
    case "replaced":
      return say`${symbols.replaced}${tag}`
    case "changed":
    case "blocked":
      return say`${symbols.changed}${tag}`
  }
}

/** Which of somebody's keys is meant stands wherever there may be doubt of it. */
function isDoubtful({ trust }: Named): boolean {
  return trust === "changed" || trust === "differs" || trust === "replaced"
}

function needsTag({ trust, ambiguous = false, looksLike }: Named): boolean {
  return trust === "unverified" || ambiguous || looksLike !== undefined
}

/** A name within a sentence, the first time it stands there: `Ravi ?7f3c2k` unless he is verified. Then `nameAgain`. */
export function nameInWords(person: Named): SafeText {
  const name = nameAgain(person)
  return person.trust !== "self" && needsTag(person) ? say`${name} ?${safeName(person.tag)}` : name
}

/** Whoever was named with the tag just before. */
export function nameAgain({ name }: Pick<PersonRef, "name">): SafeText {
  return safeName(name)
}

/** As it stands behind a command: with the tag where the name alone would be refused. */
export function nameToType(person: Named): SafeText {
  const isDouble = person.ambiguous === true || person.looksLike !== undefined
  return isDouble ? say`${nameAgain(person)}?${safeName(person.tag)}` : nameAgain(person)
}

export function trustStyle(trust: Trust): Style {
  switch (trust) {
    case "self":
      return "plain"
    case "verified":
      return "good"
    case "unverified":
      return "warning"
    case "changed":
    case "differs":
    case "replaced":
    case "blocked":
      return "danger"
  }
}

/** A name with its mark: `Asha ✓`, and `A5ha ?7f3c2k (looks like Asha)`. */
export function nameWithMark(person: Named, symbols: Symbols): SafeText {
  const mark = trustMark(person, symbols)
  const marked = mark === "" ? safeName(person.name) : say`${safeName(person.name)} ${mark}`
  return person.looksLike === undefined ? marked : say`${marked} (looks like ${safeName(person.looksLike)})`
}

/** A key of somebody who has another one now, in a room that it has not left yet. */
export function formerWords(key: PersonRef, symbols: Symbols): SafeText {
  return say`${trustMark(key, symbols)} old key of ${nameAgain(key)}, replaced: whoever holds it still reads here`
}

/** How far an own message got, as a mark; `delivery.ts` adds the numbers that it has in rooms. */
export function stateMark(state: MessageState, symbols: Symbols): SafeText {
  switch (state) {
    case "queued":
      return symbols.queued
    case "relayed":
      return symbols.relayed
    case "delivered":
      return symbols.delivered
    case "read":
      return say`${symbols.delivered} read`
    case "failed":
      return say`${symbols.changed} failed`
  }
}

/** What a notice asks for: `danger` to be read and acted on, `warning` to be known, `faint` nothing. */
export function noticeStyle({ code }: Notice): "faint" | "warning" | "danger" {
  switch (code) {
    case "directory-split":
    case "directory-differs":
    case "fork":
    case "differs":
    case "mismatch":
    case "key-changed":
    case "void-commit":
    case "log-reset":
    case "rolled-back":
    case "you-removed":
      return "danger"
    case "gap":
    case "directory-replaced":
    case "unconfirmed":
    case "unreadable":
    case "damaged":
    case "rejoined":
    case "lost-entries":
    case "restored":
    case "removed":
    case "let-back":
    case "moderator":
    case "no-moderator":
    case "link-reset":
    case "key-rotated":
    case "key-accepted":
    case "renamed":
    case "blocked":
      return "warning"
    case "joined":
    case "left":
    case "you-joined":
    case "chat-opened":
    case "chat-reopened":
    case "verified":
    case "unblocked":
      return "faint"
  }
}

/** What stands before a notice: a dash, or an exclamation mark before what should not be overlooked. */
export function noticeMark(notice: Notice, symbols: Symbols): SafeText {
  return noticeStyle(notice) === "faint" ? symbols.mark : symbols.changed
}

/** `#everyone`, or the other person with their mark. */
export function roomHeading(room: RoomView, symbols: Symbols): SafeText {
  return room.peer === undefined ? roomTitle(room) : nameWithMark(room.peer, symbols)
}

/** A room within a sentence: `#everyone`, or the other person with their tag. */
export function roomInWords(room: RoomView): SafeText {
  return room.peer === undefined ? roomTitle(room) : nameInWords(room.peer)
}

/** `#everyone`, or the other person's name. */
export function roomTitle(room: { kind: "direct" | "everyone"; name: string }): SafeText {
  return room.kind === "everyone" ? say`#${safeName(room.name)}` : safeLine(safeName(room.name))
}
