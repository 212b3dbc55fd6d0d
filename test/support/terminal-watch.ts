/** Whatever a text could make a terminal do, seen: for the tests that show hostile text. */
import stringWidth from "string-width"
import { ASK_WIDTHS } from "../../src/tui/terminal-widths.ts"
import type { VirtualTerminal } from "./virtual-screen.ts"

/** How terminals count: old tables, and code points one by one without joining emoji. */
export type Widths = "old tables" | "code point by code point"

/** Everything Ink and we write: cursor moves, erasing, colours, cursor, frames, and the modes of the start and end. */
const ALLOWED = /\u001b\[(?:\d*[ABEGK]|[12]?J|H|\d*(?:;\d*)*m|\?(?:25|2026|1049|7|2004|1004)[hl])/gu

/** The first control or directional character among the bytes that were written, besides what we write ourselves. */
export function strangeIn(written: string): string | undefined {
  const rest = written.replace(ASK_WIDTHS, "").replaceAll(ALLOWED, "").replaceAll("\r\n", "")
  return /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.exec(rest)?.[0]
}

/** Notes everything that a text could make a terminal do. */
export function watch(terminal: VirtualTerminal, widths: Widths): string[] {
  const reached: string[] = []
  for (const id of [0, 1, 2, 4, 7, 8, 9, 10, 11, 52, 99, 104, 133, 777, 1337]) {
    terminal.parser.registerOscHandler(id, () => reached.push(`OSC ${id}`) > 0)
  }
  for (const final of "pqrstuvwxyz{|}")
    terminal.parser.registerDcsHandler({ final }, () => reached.push("DCS") > 0)
  terminal.parser.registerCsiHandler({ final: "c" }, () => reached.push("CSI c") > 0)
  // Our own questions are answered: what is hostile is shown as wide as this terminal says it is.
  let own = ASK_WIDTHS.split("\u001b[6n").length - 1
  terminal.parser.registerCsiHandler({ final: "n" }, () => (own > 0 ? own-- < 0 : reached.push("CSI n") > 0))
  terminal.onTitleChange((title) => reached.push(`title ${title}`))
  terminal.onBell(() => reached.push("bell"))
  if (widths === "code point by code point") {
    terminal.unicode.register(codePointWidths)
    terminal.unicode.activeVersion = codePointWidths.version
  }
  return reached
}

const codePointWidths = {
  version: "code points",
  wcwidth: (point: number): 0 | 1 | 2 => {
    const cells = stringWidth(String.fromCodePoint(point))
    return cells >= 2 ? 2 : cells === 1 ? 1 : 0
  },
  /** Packed as the emulator wants it: width in bits 1 and 2, "belongs to the cell before" in bit 0. */
  charProperties(point: number, preceding: number): number {
    const width = this.wcwidth(point)
    const joins = width === 0 && preceding !== 0 && ((preceding >> 1) & 3) !== 0
    return ((joins ? (preceding >> 1) & 3 : width) << 1) | (joins ? 1 : 0)
  },
}
