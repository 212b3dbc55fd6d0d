/**
 * Keys by their code: `CSI code u` of the kitty protocol, with its further fields, and xterm's modifyOtherKeys.
 *
 *     CSI code[:shifted[:base]] ; modifiers[:event] u
 *
 * `base` is what the key would be on a Latin layout: with it Ctrl+R is Ctrl+R while the keyboard writes Devanagari.
 */
import type { Key } from "./key-decoder.ts"

const NAMES: Readonly<Record<number, string>> = {
  8: "backspace",
  9: "tab",
  13: "enter",
  27: "esc",
  32: "space",
  127: "backspace",
  // The keypad, where the terminal tells it apart.
  57414: "enter",
  57417: "left",
  57418: "right",
  57419: "up",
  57420: "down",
  57421: "pageup",
  57422: "pagedown",
  57423: "home",
  57424: "end",
  57425: "insert",
  57426: "delete",
}

const SHIFT = 1
const ALT = 2
const CTRL = 4
const RELEASE = "3"

/** A key that was let go, which some terminals report when they are asked to: nothing. */
export function isRelease(parameters: string): boolean {
  return parameters.split(";")[1]?.split(":")[1] === RELEASE
}

/** Caps Lock, Num Lock and keys beyond Ctrl, Alt and Shift say nothing. @param field from 1, as terminals write it. */
export function modifiersOf(field: string): string {
  const bits = bitsOf(field)
  return `${bits & CTRL ? "ctrl+" : ""}${bits & ALT ? "alt+" : ""}${bits & SHIFT ? "shift+" : ""}`
}

function bitsOf(field: string): number {
  const given = Number.parseInt(field, 10) - 1
  return given > 0 ? given : 0
}

/** Undefined for what is no key of ours. @param codes the first field. @param alt what stood before the sequence. */
export function keyOfCode(codes: string, field: string, alt: string): Key | undefined {
  const [code = 0, shifted = 0, base = 0] = codes.split(":").map((part) => Number.parseInt(part, 10) || 0)
  const bits = bitsOf(field)
  const named = NAMES[code]
  if (named !== undefined) return { kind: "chord", chord: alt + modifiersOf(field) + named }
  const letter = letterOf(code)
  if (letter === undefined) return undefined
  const isAlone = (bits & (CTRL | ALT)) === 0 && alt === ""
  if (isAlone) {
    const upper = letterOf(shifted) ?? letter.toUpperCase()
    return { kind: "text", text: bits & SHIFT ? upper : letter }
  }
  // A sign that Shift makes is the sign: Ctrl+_ is Ctrl+Shift+- on many keyboards.
  const sign = bits & SHIFT ? letterOf(shifted) : undefined
  if (sign !== undefined && !/\p{L}/u.test(sign))
    return { kind: "chord", chord: `${alt}${modifiersOf(String((bits & ~SHIFT) + 1))}${sign}` }
  const latin = code > 0x7f ? letterOf(base) : undefined
  return { kind: "chord", chord: `${alt}${modifiersOf(field)}${latin ?? letter}` }
}

/** Codes that terminals give to keys without a letter are in no chord of ours. */
function letterOf(code: number): string | undefined {
  const isPrivate = code >= 0xe000 && code <= 0xf8ff
  const isHalf = code >= 0xd800 && code <= 0xdfff
  const isControl = code <= 0x20 || (code >= 0x7f && code < 0xa0)
  return isPrivate || isHalf || isControl || code > 0x10_ffff ? undefined : String.fromCodePoint(code)
}
