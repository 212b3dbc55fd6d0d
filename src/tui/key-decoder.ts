/**
 * Bytes of a keyboard → keys. Ink's own hook is not used: it loses function keys, drops the difference between
 * "hi" + Enter and a chunk "hi\r", and swallows what it does not know. Here every chunk ends in a list of keys.
 *
 * A key is named as the key table names it: `enter`, `ctrl+j`, `alt+a`, `shift+tab`, `f1`. Pasted text never
 * becomes keys, answers of the terminal never do.
 */
import { isRelease, keyOfCode, modifiersOf } from "./key-codes.ts"

export type Key =
  /** Printable text, possibly several characters (an input method, a fast typist). */
  | { kind: "text"; text: string }
  | { kind: "chord"; chord: string }
  /**
   * Verbatim, escape sequences included: whoever takes it cleans it. `guessed`: the terminal did not say so, and a slow
   * line hands over what was typed fast in the same way.
   */
  | { kind: "paste"; text: string; guessed?: true }
  | { kind: "focus"; focused: boolean }
  /** Pressed at a cell, from 0 at the upper left. Only where the mouse was asked for. */
  | { kind: "mouse"; button: "left" | "wheel-up" | "wheel-down"; x: number; y: number }

/** Longest paste that is kept, in UTF-16 units; the rest is dropped. */
export const MAX_PASTE_UNITS = 1_048_576
/** Longest escape sequence that is waited for. */
const MAX_SEQUENCE_UNITS = 64

const PASTE_START = "\u001b[200~"
const PASTE_END = "\u001b[201~"

/** A place of the cursor (CPR). In the first row it would be F3 with a modifier, so nobody asks about that one. */
const PLACE = /^\u001b\[(\d{2,4}|[2-9]);(\d{1,4})R/u

const CSI_LETTERS: Record<string, string> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
  Z: "shift+tab",
  M: "enter",
}

const CSI_NUMBERS: Record<string, string> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
}

/** The Linux console's own names: ESC [ [ A. */
const CONSOLE_LETTERS: Record<string, string> = { A: "f1", B: "f2", C: "f3", D: "f4", E: "f5" }

/** The terminal's answer to the question where its cursor stands, both from 1. */
export type OnPlace = (row: number, column: number) => void

export class KeyDecoder {
  #held = ""
  readonly #onPlace: OnPlace
  /** Pieces: a large paste comes in hundreds of chunks, and joining them each time would copy it hundreds of times. */
  #paste: string[] | undefined
  #pasteUnits = 0

  constructor(onPlace: OnPlace = () => {}) {
    this.#onPlace = onPlace
  }

  /** True when a lone Escape waits to learn whether more follows. Call `flush` after a moment. */
  get waiting(): boolean {
    return this.#paste === undefined && this.#held.startsWith("\u001b")
  }

  push(chunk: string): Key[] {
    const keys: Key[] = []
    if (this.#paste === undefined && this.#held === "" && looksPasted(chunk)) {
      return [{ kind: "paste", text: chunk, guessed: true }]
    }
    let rest = this.#held + chunk
    this.#held = ""
    while (rest !== "") {
      if (this.#paste !== undefined) {
        rest = this.#takePaste(rest, keys)
        continue
      }
      const escape = rest.indexOf("\u001b")
      if (escape !== 0) {
        const text = escape < 0 ? rest : rest.slice(0, escape)
        plainKeys(text, keys)
        rest = rest.slice(text.length)
        continue
      }
      const taken = this.#takeEscape(rest, keys)
      if (taken === 0) {
        this.#held = rest
        break
      }
      rest = rest.slice(taken)
    }
    return keys
  }

  /** No more came: what is held was a lone Escape, or something that is no key of ours. */
  flush(): Key[] {
    if (!this.waiting) return []
    const held = this.#held
    this.#held = ""
    if (held === "\u001b") return [{ kind: "chord", chord: "esc" }]
    return held.length === 2 ? [{ kind: "chord", chord: `alt+${held[1]!}` }] : []
  }

  #takePaste(rest: string, keys: Key[]): string {
    const end = rest.indexOf(PASTE_END)
    // The end marker itself may be cut by the chunk, so its possible beginning is looked at again.
    const safe = end >= 0 ? end : Math.max(0, rest.length - PASTE_END.length + 1)
    const piece = rest.slice(0, Math.min(safe, MAX_PASTE_UNITS - this.#pasteUnits))
    this.#paste!.push(piece)
    this.#pasteUnits += piece.length
    if (end < 0) {
      this.#held = rest.slice(safe)
      return ""
    }
    keys.push({ kind: "paste", text: this.#paste!.join("") })
    this.#paste = undefined
    return rest.slice(end + PASTE_END.length)
  }

  /** Units taken from the front of `rest`, which starts with Escape; 0 when more is needed. */
  #takeEscape(rest: string, keys: Key[]): number {
    if (rest.length === 1) return 0
    if (rest.startsWith(PASTE_START)) {
      this.#paste = []
      this.#pasteUnits = 0
      return PASTE_START.length
    }
    const kind = rest[1]!
    if (kind === "[") {
      const place = PLACE.exec(rest)
      if (place === null) return takeCsi(rest, 2, "", keys)
      this.#onPlace(Number(place[1]), Number(place[2]))
      return place[0].length
    }
    if (kind === "O") {
      if (rest.length < 3) return 0
      const name = CSI_LETTERS[rest[2]!]
      if (name !== undefined) keys.push({ kind: "chord", chord: name })
      return 3
    }
    if (kind === "]" && (rest.length === 2 || /\d/.test(rest[2]!))) return takeAnswer(rest)
    if (kind === "\u001b") {
      // Escape and then a paste, read as one: no Alt is meant, and what was pasted may not become keys.
      const mayBePaste = rest.length > 2 && PASTE_START.startsWith(rest.slice(1, 1 + PASTE_START.length))
      if (mayBePaste && rest.length <= PASTE_START.length) return 0
      if (mayBePaste) {
        keys.push({ kind: "chord", chord: "esc" })
        return 1
      }
      // Escape, and an answer of the terminal right behind it.
      if (PLACE.test(rest.slice(1))) {
        keys.push({ kind: "chord", chord: "esc" })
        return 1
      }
      if (rest[2] === "[") return takeCsi(rest, 3, "alt+", keys)
      keys.push({ kind: "chord", chord: "esc" })
      return 1
    }
    // Escape and a command or a line for one person, typed fast or sent over a slow line as one: without its first sign
    // it would be a message, said to whoever is in the room. No key of ours is alt+/, alt+@ or alt+#.
    if (kind === "/" || kind === "@" || kind === "#") {
      keys.push({ kind: "chord", chord: "esc" })
      return 1
    }
    const point = String.fromCodePoint(rest.codePointAt(1)!)
    const named = controlName(point)
    if (named !== undefined) keys.push({ kind: "chord", chord: `alt+${named}` })
    else keys.push({ kind: "chord", chord: `alt+${point.toLowerCase()}` })
    return 1 + point.length
  }
}

/** A control sequence whose parameters start at `from`. */
function takeCsi(rest: string, from: number, alt: string, keys: Key[]): number {
  if (rest[from] === "[") {
    if (rest.length <= from + 1) return 0
    const name = CONSOLE_LETTERS[rest[from + 1]!]
    if (name !== undefined) keys.push({ kind: "chord", chord: name })
    return from + 2
  }
  let end = from
  while (end < rest.length && !/[@-~]/.test(rest[end]!)) end++
  if (end >= rest.length) return rest.length > MAX_SEQUENCE_UNITS ? rest.length : 0
  const parameters = rest.slice(from, end)
  const final = rest[end]!
  // Mouse, old form: three bytes follow.
  if (final === "M" && parameters === "") return rest.length < end + 4 ? 0 : end + 4
  if (parameters.startsWith("<")) {
    const mouse = final === "M" ? mouseKey(parameters.slice(1)) : undefined
    if (mouse !== undefined) keys.push(mouse)
    return end + 1
  }
  if (parameters.startsWith("?") || parameters.startsWith(">")) return end + 1
  if (final === "I" || final === "O") keys.push({ kind: "focus", focused: final === "I" })
  const key = csiKey(parameters, final, alt)
  if (key !== undefined) keys.push(key)
  return end + 1
}

/** Largest place on a screen that is believed. */
const MAX_CELL = 10_000
/** What Shift, Alt and Ctrl add to a button's number. */
const MOUSE_MODIFIERS = 4 | 8 | 16
const MOUSE_BUTTONS: Readonly<Record<number, "left" | "wheel-up" | "wheel-down">> = {
  0: "left",
  64: "wheel-up",
  65: "wheel-down",
}

/** `button;column;row` of an SGR report, both from 1. Movements, releases and other buttons are nothing. */
function mouseKey(parameters: string): (Key & { kind: "mouse" }) | undefined {
  const match = /^(\d{1,3});(\d{1,5});(\d{1,5})$/u.exec(parameters)
  if (match === null) return undefined
  const [code = 0, x = 0, y = 0] = match.slice(1).map(Number)
  const button = MOUSE_BUTTONS[code & ~MOUSE_MODIFIERS]
  if (button === undefined || x < 1 || y < 1 || x > MAX_CELL || y > MAX_CELL) return undefined
  return { kind: "mouse", button, x: x - 1, y: y - 1 }
}

function csiKey(parameters: string, final: string, alt: string): Key | undefined {
  if (isRelease(parameters)) return undefined
  const [first = "", second = "1", third = ""] = parameters.split(";")
  if (final === "u") return keyOfCode(first, second, alt)
  // xterm's modifyOtherKeys: CSI 27 ; modifiers ; code ~
  if (final === "~" && first === "27" && third !== "") return keyOfCode(third, second, alt)
  const name = final === "~" ? CSI_NUMBERS[first] : final === "M" ? undefined : CSI_LETTERS[final]
  return name === undefined ? undefined : { kind: "chord", chord: alt + modifiersOf(second) + name }
}

/** An answer of the terminal (OSC … BEL or ST): nothing of ours asks, so nothing reads it. */
function takeAnswer(rest: string): number {
  const end = /\u0007|\u001b\\/.exec(rest)
  if (end !== null) return end.index + end[0].length
  return rest.length > MAX_SEQUENCE_UNITS * 16 ? rest.length : 0
}

function plainKeys(text: string, keys: Key[]): void {
  let run = ""
  const flush = () => {
    if (run !== "") keys.push({ kind: "text", text: run })
    run = ""
  }
  for (const point of text) {
    const name = controlName(point)
    if (name === undefined) run += point
    else {
      flush()
      if (name !== "") keys.push({ kind: "chord", chord: name })
    }
  }
  flush()
}

/** The chord of a control character, "" for one that means nothing, undefined for text. */
function controlName(point: string): string | undefined {
  const code = point.codePointAt(0)!
  if (code >= 0x20 && code < 0x7f) return undefined
  if (code >= 0xa0) return undefined
  if (code === 0x0d) return "enter"
  if (code === 0x0a) return "ctrl+j"
  if (code === 0x09) return "tab"
  if (code === 0x08 || code === 0x7f) return "backspace"
  if (code === 0) return "ctrl+space"
  if (code < 27) return `ctrl+${String.fromCharCode(code + 96)}`
  if (code < 0x20) return `ctrl+${String.fromCharCode(code + 64).toLowerCase()}`
  return ""
}

/**
 * A terminal without bracketed paste hands over pasted lines as one chunk of text. Two line ends or more in one
 * chunk with text between them are nobody's typing, so none of them may send.
 */
function looksPasted(chunk: string): boolean {
  if (chunk.includes("\u001b")) return false
  const breaks = chunk.split(/\r\n?|\n/)
  return breaks.length > 2 && breaks.filter((line) => line !== "").length > 1
}
