/**
 * Colours. Each palette is made for a background, named with it, and every colour of it stands out from that by a
 * contrast of 4.5 or more (WCAG 2.2, 1.4.3), which a test computes. A terminal with 16 colours gets its own, which
 * follow the scheme that the person chose there. A colour never says anything alone: `theme.ts` has the symbols.
 */
import type { ThemeName } from "../client/client.ts"
import type { Colours } from "./sgr.ts"

export type PaletteName = Exclude<ThemeName, "auto">

export interface Palette {
  /** What it is made for, as `#rrggbb`; never painted. */
  background: string
  /** `plain` is the terminal's own. */
  faint: string
  good: string
  warning: string
  danger: string
  accent: string
}

export const PALETTES: Readonly<Record<Exclude<PaletteName, "mono">, Palette>> = {
  dark: {
    background: "#1e1e1e",
    faint: "#9aa0a6",
    good: "#7ddc8b",
    warning: "#f2cc60",
    danger: "#ff8080",
    accent: "#7cc7ff",
  },
  light: {
    background: "#ffffff",
    faint: "#5f6368",
    good: "#146c2e",
    warning: "#7a4d00",
    danger: "#b3261e",
    accent: "#0b57a4",
  },
  contrast: {
    background: "#000000",
    faint: "#d0d0d0",
    good: "#80ff80",
    warning: "#ffff00",
    danger: "#ff9c9c",
    accent: "#80e0ff",
  },
  // Blue, yellow and orange: told apart without red or green.
  "red-green": {
    background: "#1e1e1e",
    faint: "#9aa0a6",
    good: "#6cb6ff",
    warning: "#ffe066",
    danger: "#ffb84d",
    accent: "#d0d7ff",
  },
  // Green, red and white: told apart without blue or yellow.
  "blue-yellow": {
    background: "#1e1e1e",
    faint: "#a8a8a8",
    good: "#57d9a3",
    warning: "#ffb3c7",
    danger: "#ff7a7a",
    accent: "#e8e8e8",
  },
}

/** The 16 colours that every terminal has a scheme for, by the same meanings. */
export const SIMPLE: Readonly<Record<Exclude<PaletteName, "mono">, Omit<Palette, "background" | "faint">>> = {
  dark: { good: "green", warning: "yellow", danger: "red", accent: "cyan" },
  light: { good: "green", warning: "magenta", danger: "red", accent: "blue" },
  contrast: { good: "greenBright", warning: "yellowBright", danger: "redBright", accent: "cyanBright" },
  "red-green": {
    good: "blueBright",
    warning: "yellowBright",
    danger: "magentaBright",
    accent: "whiteBright",
  },
  "blue-yellow": { good: "greenBright", warning: "magenta", danger: "redBright", accent: "whiteBright" },
}

type Environment = Readonly<Record<string, string | undefined>>

/** How many colours this terminal shows, as far as it says so. */
export function coloursOf(env: Environment): Colours {
  const force = env["FORCE_COLOR"] ?? ""
  if (force === "3") return "all"
  if (force === "2") return 256
  if (force === "1" || force === "true") return 16
  const term = env["TERM"] ?? ""
  if (/^(?:truecolor|24bit)$/iu.test(env["COLORTERM"] ?? "") || term.endsWith("-direct")) return "all"
  return term.endsWith("-256color") ? 256 : 16
}

/** `COLORFGBG` ends in the number of the background: 7 and 15 are light. */
export function paletteOf(theme: ThemeName, env: Environment): PaletteName {
  if (theme !== "auto") return theme
  return /;(?:7|15)$/u.test(env["COLORFGBG"] ?? "") ? "light" : "dark"
}

/** From 1 to 21 (WCAG 2.2). @param a, b `#rrggbb`. */
export function contrastOf(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
