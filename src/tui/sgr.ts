/** Styles as a terminal takes them: SGR, with as many colours as it has. */

export interface Look {
  /** A name of the sixteen that every terminal has a scheme for, or `#rrggbb`. */
  color?: string
  backgroundColor?: string
  bold?: boolean
  dimColor?: boolean
  inverse?: boolean
}

/** 16: the terminal's own. 256: the cube. "all": as they are. */
export type Colours = 16 | 256 | "all"

export interface Sgr {
  on: string
  off: string
}

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
const FOREGROUND = 30
const BACKGROUND = 40

export function sgrOf({ color, backgroundColor, bold, dimColor, inverse }: Look, colours: Colours): Sgr {
  const codes: [on: string, off: number][] = []
  if (bold === true) codes.push(["1", 22])
  if (dimColor === true) codes.push(["2", 22])
  if (inverse === true) codes.push(["7", 27])
  if (color !== undefined) codes.push([colourCode(color, FOREGROUND, colours), FOREGROUND + 9])
  if (backgroundColor !== undefined)
    codes.push([colourCode(backgroundColor, BACKGROUND, colours), BACKGROUND + 9])
  return {
    on: codes.map(([on]) => `\u001b[${on}m`).join(""),
    off: codes
      .toReversed()
      .map(([, off]) => `\u001b[${off}m`)
      .join(""),
  }
}

function colourCode(colour: string, base: number, colours: Colours): string {
  const bright = colour.endsWith("Bright")
  const named = NAMES.indexOf(bright ? colour.slice(0, -"Bright".length) : colour)
  if (named >= 0) return String(base + (bright ? 60 : 0) + named)
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
  if (colours === "all") return `${base + 8};2;${red};${green};${blue}`
  if (colours === 256) return `${base + 8};5;${cubeOf(red, green, blue)}`
  // Only black and white are asked for on such a terminal, for codes that a camera reads.
  return String(red + green + blue < 384 ? base : base + 67)
}

/** The nearest of the 256 colours: a shade of grey, or a corner of the cube of six by six by six. */
function cubeOf(red: number, green: number, blue: number): number {
  if (red === green && green === blue) {
    if (red < 8) return 16
    return red > 248 ? 231 : Math.round(((red - 8) / 247) * 24) + 232
  }
  const sixth = (part: number) => Math.round((part / 255) * 5)
  return 16 + 36 * sixth(red) + 6 * sixth(green) + sixth(blue)
}
