/**
 * A QR code in cells of a terminal (PROTOCOL.md §14.6). Two modules stand in one cell, one above the other, drawn with
 * half blocks; in ASCII one module takes two blank cells, told apart by their background.
 *
 * With colours the code is black on white whatever the terminal's own colours are. Without, the light modules are what
 * is drawn, so that it comes out right on a dark terminal; on a light one it is a negative, which most readers take.
 */
import { encode } from "uqr"
import { joinSafe, repeatSafe, say, type SafeText } from "./safe-text.ts"
import { span, type Span, type Theme } from "./theme.ts"

/** Light modules that the standard wants on every side; readers need fewer. */
const QUIET_MODULES = 4
/** The fewest that we draw. */
const LEAST_QUIET_MODULES = 1
/** Longest text that is drawn; ours has 137 characters. */
const MAX_QR_TEXT = 512

/** Cells that a drawing may take. */
export interface QrRoom {
  columns: number
  rows: number
}

/** Rows of true for dark, all equally long, with their quiet zone. */
type Modules = readonly (readonly boolean[])[]

/** The code in half blocks as lines of text. @param inked the lines are printed black on white. @returns undefined where it does not fit. */
export function qrTextRows(text: string, room: QrRoom, inked: boolean): readonly SafeText[] | undefined {
  const modules = fitting(text, { columns: room.columns, rows: room.rows * 2 })
  if (modules === undefined) return undefined
  const rows: SafeText[] = []
  for (let y = 0; y < modules.length; y += 2) {
    const upper = modules[y]!
    // Below an odd number of rows there is paper.
    const lower = modules[y + 1] ?? upper.map(() => false)
    const blocks = upper.map((dark, x) => halfBlock(dark === inked, lower[x] === inked))
    rows.push(joinSafe(blocks, say``))
  }
  return rows
}

/** The code as rows of a screen; every row is equally wide. @returns undefined where it does not fit. */
export function qrLines(text: string, room: QrRoom, theme: Theme): readonly (readonly Span[])[] | undefined {
  if (!theme.ascii) {
    return qrTextRows(text, room, theme.color)?.map((row) => [span(row, "paper")])
  }
  const modules = fitting(text, { columns: Math.floor(room.columns / 2), rows: room.rows })
  return modules?.map(blankRow)
}

function fitting(text: string, room: { columns: number; rows: number }): Modules | undefined {
  if (text.length > MAX_QR_TEXT) return undefined
  const { data, size } = encode(text, { ecc: "L", boostEcc: true, border: 0 })
  const quiet = Math.min(QUIET_MODULES, Math.floor((Math.min(room.columns, room.rows) - size) / 2))
  if (quiet < LEAST_QUIET_MODULES) return undefined
  const width = size + 2 * quiet
  const paper = Array.from({ length: width }, () => false)
  const edge = paper.slice(0, quiet)
  const zone = Array.from({ length: quiet }, () => paper)
  return [...zone, ...data.map((row) => [...edge, ...row, ...edge]), ...zone]
}

function halfBlock(upper: boolean, lower: boolean): SafeText {
  if (upper) return lower ? say`█` : say`▀`
  return lower ? say`▄` : say` `
}

function blankRow(modules: readonly boolean[]): readonly Span[] {
  const spans: Span[] = []
  for (let at = 0; at < modules.length;) {
    const dark = modules[at]!
    const end = modules.findIndex((other, x) => x > at && other !== dark)
    const length = (end === -1 ? modules.length : end) - at
    spans.push(span(repeatSafe(say` `, 2 * length), dark ? "ink" : "light"))
    at += length
  }
  return spans
}
