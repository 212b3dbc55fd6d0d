/** What is drawn is read again by a decoder that is not the encoder's; what does not fit is not drawn. */
import { decodeQR } from "qr/decode.js"
import { describe, expect, test } from "vitest"
import { qrLines, qrTextRows, type QrRoom } from "../../src/tui/qr-drawing.ts"
import { themeOf } from "../../src/tui/theme.ts"

/** As long as ours: 137 characters, which take version 7 with 45 modules. */
const CODE = `secure-chat-verify:1?s=${"a".repeat(43)}&o=${"B".repeat(43)}&n=${"-_9".repeat(7)}x`
const MODULES = 45

function read(modules: readonly (readonly boolean[])[]): string {
  const size = 4
  const [height, width] = [modules.length * size, modules[0]!.length * size]
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (modules[Math.floor(y / size)]![Math.floor(x / size)])
        data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  }
  return decodeQR({ width, height, data }, { effort: Number.POSITIVE_INFINITY, timeLimit: 60_000 })
}

function modulesOf(rows: readonly string[], inked: boolean): boolean[][] {
  const half = (blocks: string) => (row: string) => Array.from(row, (cell) => blocks.includes(cell) === inked)
  return rows.flatMap((row) => [half("█▀")(row), half("█▄")(row)])
}

describe("half blocks", () => {
  test.each([
    { room: { columns: 80, rows: 24 }, inked: true, quiet: 1 },
    { room: { columns: 80, rows: 24 }, inked: false, quiet: 1 },
    { room: { columns: 120, rows: 40 }, inked: true, quiet: 4 },
    { room: { columns: 49, rows: 40 }, inked: true, quiet: 2 },
  ])("in $room.columns × $room.rows, inked $inked, with $quiet light modules around", (given) => {
    const { room, inked, quiet } = given
    const rows = qrTextRows(CODE, room, inked)!
    expect(rows).toHaveLength(Math.ceil((MODULES + 2 * quiet) / 2))
    for (const row of rows) expect(row).toHaveLength(MODULES + 2 * quiet)
    expect(read(modulesOf(rows, inked))).toBe(CODE)
  })

  test.each<QrRoom>([
    { columns: 80, rows: 23 },
    { columns: 46, rows: 40 },
    { columns: 0, rows: 0 },
  ])("do not fit into $columns × $rows", (room) => {
    expect(qrTextRows(CODE, room, true)).toBeUndefined()
  })

  test("a text that no code of ours has is not drawn", () => {
    expect(qrTextRows("x".repeat(513), { columns: 500, rows: 500 }, true)).toBeUndefined()
  })
})

describe("ASCII", () => {
  const theme = themeOf({ ascii: true, color: false })
  test("two blank cells a module, dark and light by their background", () => {
    const lines = qrLines(CODE, { columns: 100, rows: 50 }, theme)!
    const modules = lines.map((spans) =>
      spans.flatMap(({ text, style }) => {
        expect(text).toMatch(/^(?: {2})+$/u)
        return Array.from({ length: text.length / 2 }, () => style === "ink")
      }),
    )
    expect(modules).toHaveLength(MODULES + 4)
    for (const row of modules) expect(row).toHaveLength(MODULES + 4)
    expect(read(modules)).toBe(CODE)
  })

  test("needs a larger terminal than 80 × 24", () => {
    expect(qrLines(CODE, { columns: 80, rows: 24 }, theme)).toBeUndefined()
  })
})
