/** What stands in an emulator's buffer, as a picture: byte for byte the same for the same screen. */
import pngjs from "pngjs"
import { strokesOf, type Strokes } from "./pen-font.ts"
import type { VirtualTerminal } from "./virtual-screen.ts"

/** Pixels of a cell, and of the edge around the screen. */
const CELL = { width: 10, height: 20 }
const EDGE = 12
/** Half the width of the pen. */
const PEN = { plain: 0.75, bold: 1.15 }

type Colour = readonly [red: number, green: number, blue: number]

const BACKGROUND: Colour = [0x1e, 0x1e, 0x1e]
const INK: Colour = [0xe4, 0xe6, 0xea]
/** The first sixteen, as most terminals have them on a dark ground. */
const BASIC: readonly Colour[] = [
  [0x2e, 0x34, 0x36],
  [0xef, 0x6b, 0x6b],
  [0x7d, 0xdc, 0x8b],
  [0xf2, 0xcc, 0x60],
  [0x7a, 0xa6, 0xda],
  [0xc3, 0x97, 0xd8],
  [0x7c, 0xc7, 0xd8],
  [0xd3, 0xd7, 0xcf],
  [0x88, 0x8a, 0x85],
  [0xff, 0x80, 0x80],
  [0x8f, 0xf0, 0x9f],
  [0xff, 0xe0, 0x80],
  [0x8f, 0xbf, 0xff],
  [0xd7, 0xaf, 0xff],
  [0x8f, 0xe3, 0xf5],
  [0xff, 0xff, 0xff],
]

/** @throws Error for a character that the pen has not learned: a picture with a hole in it is no picture of the screen. */
export function pictureOf(terminal: VirtualTerminal): Buffer {
  const width = terminal.cols * CELL.width + 2 * EDGE
  const height = terminal.rows * CELL.height + 2 * EDGE
  const canvas = new Canvas(width, height)
  const buffer = terminal.buffer.active
  for (let row = 0; row < terminal.rows; row++) {
    const line = buffer.getLine(buffer.viewportY + row)
    for (let column = 0; column < terminal.cols; column++) {
      const cell = line?.getCell(column)
      if (cell === undefined || cell.getWidth() === 0) continue
      const [ink, ground] = coloursOf(cell)
      const x = EDGE + column * CELL.width
      const y = EDGE + row * CELL.height
      canvas.fill(x, y, CELL.width * cell.getWidth(), CELL.height, ground)
      drawGlyph(canvas, cell.getChars() || " ", x, y, ink, cell.isBold() !== 0)
    }
  }
  return pngjs.PNG.sync.write({ width, height, data: canvas.data })
}

/** The same screen as an SVG: text in the reader's own monospace font, each run at its column. */
export function drawingOf(terminal: VirtualTerminal): string {
  const width = terminal.cols * CELL.width + 2 * EDGE
  const height = terminal.rows * CELL.height + 2 * EDGE
  const parts: string[] = []
  const buffer = terminal.buffer.active
  for (let row = 0; row < terminal.rows; row++) {
    const y = EDGE + row * CELL.height
    for (const { column, cells, text, ink, ground, isBold } of runsOf(
      buffer.getLine(buffer.viewportY + row),
    )) {
      const x = EDGE + column * CELL.width
      if (ground !== BACKGROUND)
        parts.push(
          `<rect x="${x}" y="${y}" width="${cells * CELL.width}" height="${CELL.height}" fill="${hex(ground)}"/>`,
        )
      if (text.trim() === "") continue
      const weight = isBold ? ' font-weight="bold"' : ""
      // Only letters of one cell each are stretched to their cells; others keep the shape that their reader gives them.
      const length = /^[\u0020-\u007e]*$/u.test(text) ? ` textLength="${cells * CELL.width}"` : ""
      parts.push(`<text x="${x}" y="${y + 15}" fill="${hex(ink)}"${weight}${length}>${escaped(text)}</text>`)
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="16" xml:space="preserve">
<rect width="100%" height="100%" fill="${hex(BACKGROUND)}"/>
${parts.join("\n")}
</svg>
`
}

interface Run {
  column: number
  cells: number
  text: string
  ink: Colour
  ground: Colour
  isBold: boolean
}

function runsOf(line: ReturnType<VirtualTerminal["buffer"]["active"]["getLine"]>): Run[] {
  const runs: Run[] = []
  for (let column = 0; column < (line?.length ?? 0); column++) {
    const cell = line?.getCell(column)
    if (cell === undefined || cell.getWidth() === 0) continue
    const [ink, ground] = coloursOf(cell)
    const isBold = cell.isBold() !== 0
    const text = cell.getChars() || " "
    const last = runs.at(-1)
    const isAscii = (some: string) => /^[\u0020-\u007e]*$/u.test(some)
    const goesOn =
      last !== undefined &&
      hex(last.ink) === hex(ink) &&
      hex(last.ground) === hex(ground) &&
      last.isBold === isBold &&
      isAscii(last.text) === isAscii(text)
    if (goesOn) {
      last.text += text
      last.cells += cell.getWidth()
    } else runs.push({ column, cells: cell.getWidth(), text, ink, ground, isBold })
  }
  return runs
}

function hex(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}

type Cell = NonNullable<
  ReturnType<NonNullable<ReturnType<VirtualTerminal["buffer"]["active"]["getLine"]>>["getCell"]>
>

function coloursOf(cell: Cell): [ink: Colour, ground: Colour] {
  let ink = cell.isFgDefault() ? INK : colourOf(cell.getFgColor(), cell.isFgRGB())
  let ground = cell.isBgDefault() ? BACKGROUND : colourOf(cell.getBgColor(), cell.isBgRGB())
  if (cell.isInverse()) [ink, ground] = [ground, ink]
  return [cell.isDim() ? mixed(ground, ink, 0.6) : ink, ground]
}

function colourOf(value: number, isRgb: boolean): Colour {
  if (isRgb) return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
  if (value < 16) return BASIC[value]!
  if (value >= 232) return [8 + (value - 232) * 10, 8 + (value - 232) * 10, 8 + (value - 232) * 10]
  const step = (n: number) => (n === 0 ? 0 : 55 + n * 40)
  const cube = value - 16
  return [step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6)]
}

function mixed(from: Colour, to: Colour, share: number): Colour {
  const part = (at: 0 | 1 | 2) => Math.round(from[at] + (to[at] - from[at]) * share)
  return [part(0), part(1), part(2)]
}

class Canvas {
  readonly width: number
  readonly data: Buffer

  constructor(width: number, height: number) {
    this.width = width
    this.data = Buffer.alloc(width * height * 4)
    this.fill(0, 0, width, height, BACKGROUND)
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour): void {
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) this.#set(column, row, colour)
  }

  /** @param share 0 leaves the pixel as it is, 1 covers it. */
  blend(x: number, y: number, colour: Colour, share: number): void {
    if (share <= 0) return
    const at = (y * this.width + x) * 4
    this.#set(
      x,
      y,
      mixed([this.data[at]!, this.data[at + 1]!, this.data[at + 2]!], colour, Math.min(1, share)),
    )
  }

  #set(x: number, y: number, [red, green, blue]: Colour): void {
    const at = (y * this.width + x) * 4
    this.data[at] = red
    this.data[at + 1] = green
    this.data[at + 2] = blue
    this.data[at + 3] = 255
  }
}

/** Lines between panes reach from cell to cell: left, right, up, down. */
const LINES: Readonly<Record<string, readonly [boolean, boolean, boolean, boolean]>> = {
  "─": [true, true, false, false],
  "│": [false, false, true, true],
  "┌": [false, true, false, true],
  "┐": [true, false, false, true],
  "└": [false, true, true, false],
  "┘": [true, false, true, false],
  "├": [false, true, true, true],
  "┤": [true, false, true, true],
  "┬": [true, true, false, true],
  "┴": [true, true, true, false],
  "┼": [true, true, true, true],
}

function drawGlyph(canvas: Canvas, glyph: string, x: number, y: number, ink: Colour, isBold: boolean): void {
  const { width, height } = CELL
  const half = { x: width / 2, y: height / 2 }
  const line = LINES[glyph]
  if (line !== undefined) {
    const [left, right, up, down] = line
    const middle = { x: x + half.x - 1, y: y + half.y - 1 }
    if (left) canvas.fill(x, middle.y, half.x, 1, ink)
    if (right) canvas.fill(middle.x, middle.y, half.x + 1, 1, ink)
    if (up) canvas.fill(middle.x, y, 1, half.y, ink)
    if (down) canvas.fill(middle.x, middle.y, 1, half.y + 1, ink)
    return
  }
  if (glyph === "█") return canvas.fill(x, y, width, height, ink)
  if (glyph === "▀") return canvas.fill(x, y, width, half.y, ink)
  if (glyph === "▄") return canvas.fill(x, y + half.y, width, half.y, ink)
  if (glyph === "●" || glyph === "○")
    return drawRing(canvas, x + half.x, y + half.y + 0.5, glyph === "●", ink)
  if (glyph === "▸") return drawTriangle(canvas, x, y, ink)
  const strokes = strokesOf(glyph)
  if (strokes === undefined)
    throw new Error(`the pen has not learned ${JSON.stringify(glyph)}: add it to pen-font.ts`)
  drawStrokes(canvas, strokes, x, y, ink, isBold ? PEN.bold : PEN.plain)
}

function drawStrokes(canvas: Canvas, strokes: Strokes, x: number, y: number, ink: Colour, pen: number): void {
  const lines = strokes.map((points) =>
    points.map(([column, row]) => [1.9 + column * 1.03, 2.9 + row * 1.2] as const),
  )
  for (let py = 0; py < CELL.height; py++) {
    for (let px = 0; px < CELL.width; px++) {
      let nearest = Infinity
      for (const points of lines) {
        const dot = points.length === 1 ? 0.45 : 0
        for (let at = 0; at < Math.max(1, points.length - 1); at++) {
          const from = points[at]!
          nearest = Math.min(nearest, distance(px + 0.5, py + 0.5, from, points[at + 1] ?? from) - dot)
        }
      }
      canvas.blend(x + px, y + py, ink, pen + 0.5 - nearest)
    }
  }
}

function distance(
  x: number,
  y: number,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length))
  return Math.hypot(x - ax - along * dx, y - ay - along * dy)
}

function drawRing(canvas: Canvas, cx: number, cy: number, isFull: boolean, ink: Colour): void {
  const radius = 3.6
  for (let y = Math.floor(cy - 5); y <= cy + 5; y++) {
    for (let x = Math.floor(cx - 5); x <= cx + 5; x++) {
      const from = Math.hypot(x + 0.5 - cx, y + 0.5 - cy)
      canvas.blend(x, y, ink, isFull ? radius + 0.5 - from : PEN.plain + 0.5 - Math.abs(from - radius + 0.4))
    }
  }
}

function drawTriangle(canvas: Canvas, x: number, y: number, ink: Colour): void {
  for (let py = 0; py < CELL.height; py++) {
    for (let px = 2; px < CELL.width; px++) {
      const reach = 7 * (1 - Math.abs(py + 0.5 - 10.5) / 5)
      canvas.blend(x + px, y + py, ink, reach - (px - 2))
    }
  }
}
