/** Pictures of QR codes as phones and screenshots make them, for tests of the reader. */
import jpeg from "jpeg-js"
import pngjs from "pngjs"

/** Grey values, 0 to 255, row by row. */
export interface Grey {
  width: number
  height: number
  at(x: number, y: number): number
}

/** What a terminal shows: half blocks, `size` points a module. @param paper value of a drawn half: 0 inked, 255 not. */
export function screenshot(rows: readonly string[], size: number, drawn: 0 | 255, around = 40): Grey {
  const columns = rows[0]!.length
  return {
    width: columns * size + 2 * around,
    height: rows.length * 2 * size + 2 * around,
    at: (x, y) => {
      const column = Math.floor((x - around) / size)
      const half = Math.floor((y - around) / size)
      const block = rows[Math.floor(half / 2)]?.[column]
      // The terminal round the code is black.
      if (block === undefined || half < 0 || column < 0) return 0
      const isDrawn = block === "█" || block === (half % 2 === 0 ? "▀" : "▄")
      return isDrawn ? drawn : 255 - drawn
    },
  }
}

/** Turned by an angle, as a hand holds a phone. */
export function turned(picture: Grey, degrees: number): Grey {
  const angle = (degrees * Math.PI) / 180
  const { width, height } = picture
  const side = Math.ceil(Math.hypot(width, height))
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return {
    width: side,
    height: side,
    at: (x, y) => {
      const [dx, dy] = [x - side / 2, y - side / 2]
      const fromX = Math.round(cos * dx + sin * dy + width / 2)
      const fromY = Math.round(-sin * dx + cos * dy + height / 2)
      return fromX < 0 || fromY < 0 || fromX >= width || fromY >= height ? 90 : picture.at(fromX, fromY)
    },
  }
}

/** Light from one side, and a little grain that is the same every time. */
export function photographed(picture: Grey): Grey {
  return {
    ...picture,
    at: (x, y) => {
      const grain = (((x * 7_919 + y * 104_729) % 31) + 31) % 31
      const light = 0.55 + (0.4 * x) / picture.width
      return Math.max(0, Math.min(255, (picture.at(x, y) * 0.8 + 25) * light + grain - 15))
    },
  }
}

export function mirror(picture: Grey): Grey {
  return { ...picture, at: (x, y) => picture.at(picture.width - 1 - x, y) }
}

export function pngOf(picture: Grey): Uint8Array {
  return pngjs.PNG.sync.write(rgba(picture))
}

export function jpegOf(picture: Grey, quality = 70): Uint8Array {
  return jpeg.encode(rgba(picture), quality).data
}

function rgba({ width, height, at }: Grey): { width: number; height: number; data: Buffer } {
  const data = Buffer.alloc(width * height * 4, 255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.fill(at(x, y), (y * width + x) * 4, (y * width + x) * 4 + 3)
  }
  return { width, height, data }
}
