/** Pictures of codes are read as people make them; everything else is refused with a sentence, never with a crash. */
import { deflateSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { CliError } from "../../src/cli/errors.ts"
import { readQrImage } from "../../src/cli/qr-image.ts"
import { qrTextRows } from "../../src/tui/qr-drawing.ts"
import { jpegOf, mirror, photographed, pngOf, screenshot, turned } from "../support/qr-pictures.ts"

const CODE = `secure-chat-verify:1?s=${"Ab3_".repeat(11).slice(1)}&o=${"-x9Q".repeat(11).slice(1)}&n=${"k7Zz01".repeat(4).slice(2)}`
const DRAWN = 255
const INKED = 0
const TERMINAL = { columns: 80, rows: 24 }

const rows = (inked: boolean, room = TERMINAL) => qrTextRows(CODE, room, inked)!

describe("what a terminal of 80 × 24 shows is read from", () => {
  const dark = screenshot(rows(false), 8, DRAWN)
  const inked = screenshot(rows(true), 8, INKED)
  test.each([
    ["a screenshot of a terminal without colours", pngOf(dark)],
    ["a screenshot in black on white", pngOf(inked)],
    ["a light terminal without colours: a negative", pngOf(screenshot(rows(false), 8, INKED))],
    ["small modules", pngOf(screenshot(rows(true), 4, INKED))],
    ["a JPEG of middling quality", jpegOf(inked)],
    ["a photograph: tilted, grainy, light from one side", jpegOf(photographed(turned(inked, 7)))],
    ["a photograph taken sideways", jpegOf(photographed(turned(inked, 97)), 60)],
    ["a camera that mirrors", jpegOf(photographed(mirror(inked)))],
    ["a large terminal", pngOf(screenshot(rows(true, { columns: 120, rows: 40 }), 10, INKED))],
  ])("%s", (_, picture) => {
    expect(readQrImage(picture)).toBe(CODE)
  })
})

function codeOf(bytes: Uint8Array): string {
  try {
    readQrImage(bytes)
    return "read"
  } catch (error) {
    if (error instanceof CliError) return error.code
    throw error
  }
}

/** A PNG that claims a size and brings these bytes as its points. */
function claimedPng(width: number, height: number, points: Uint8Array, interlaced = 0): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, interlaced], 8)
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    const sum = Buffer.alloc(4)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([start, chunk("IHDR", header), chunk("IDAT", points), chunk("IEND", Buffer.alloc(0))])
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

test("a picture without a code, and files that are no pictures", () => {
  expect(codeOf(pngOf({ width: 200, height: 200, at: () => 255 }))).toBe("bad-image")
  expect(codeOf(new Uint8Array(0))).toBe("bad-image")
  expect(codeOf(new TextEncoder().encode("secure-chat-verify:1?s=…"))).toBe("bad-image")
  expect(codeOf(pngOf({ width: 1, height: 1, at: () => 0 }))).toBe("bad-image")
})

test("a picture that claims to be huge, or unpacks to more than it says, costs nothing", () => {
  expect(codeOf(claimedPng(60_000, 60_000, deflateSync(Buffer.alloc(100))))).toBe("image-too-large")
  expect(codeOf(claimedPng(0, 10, deflateSync(Buffer.alloc(100))))).toBe("bad-image")
  expect(codeOf(claimedPng(16, 16, deflateSync(Buffer.alloc(64 << 20))))).toBe("bad-image")
  expect(codeOf(claimedPng(16, 16, deflateSync(Buffer.alloc(8)), 1))).toBe("bad-image")
  expect(codeOf(new Uint8Array(16 * 1024 * 1024 + 1))).toBe("image-too-large")
  // A JPEG frame header of 65,500 × 65,500 points.
  const frame = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0xff, 0xdc, 0xff, 0xdc, 1, 1, 0x11, 0]
  expect(["bad-image", "image-too-large"]).toContain(codeOf(Uint8Array.from(frame)))
})

test("property: damaged pictures are read or refused, nothing else", () => {
  const picture = screenshot(rows(true), 3, INKED, 4)
  const files = [pngOf(picture), jpegOf(picture)]
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.constantFrom(...files), flips, fc.nat(), (file, changes, cut) => {
      const bytes = Uint8Array.from(file)
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      codeOf(cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes)
    }),
    { numRuns: 40 },
  )
})
