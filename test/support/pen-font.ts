/**
 * A typeface of pen strokes, made for the pictures of screens: no font file is needed, and the same letters come out
 * on every machine.
 *
 * A glyph is a list of strokes on a grid, 0 to 7 across and 0 to d (13) down, two digits of base 36 a point: capitals
 * stand from 1 to a, small letters from 4 to a, tails end at d. A stroke is a line through its points; with `~` before
 * it a curve between them, with `o` a closed curve, with `.` a dot.
 */

/** Points of the grid, `[x, y]`, as lines to draw; a dot is a line of one point. */
export type Strokes = readonly (readonly (readonly [number, number])[])[]

const GLYPHS: Readonly<Record<string, string>> = {
  A: "0a316a 1757",
  B: "111a ~11616515 ~15757a1a",
  C: "~6351111a5a68",
  D: "111a ~11717a1a",
  E: "61111a6a 1555",
  F: "61111a 1555",
  G: "~6351111a5a68 686646",
  H: "111a 616a 1565",
  I: "1151 313a 1a5a",
  J: "~515a1a17",
  K: "111a 6116 256a",
  L: "111a6a",
  M: "0a0136616a",
  N: "1a116a61",
  O: "o01616a0a",
  P: "111a ~11717616",
  Q: "o01616a0a 476b",
  R: "111a ~11717616 366a",
  S: "~6341010435676a2a08",
  T: "0161 313a",
  U: "~010a6a61",
  V: "013a61",
  W: "011a345a61",
  X: "016a 610a",
  Y: "013561 353a",
  Z: "01610a6a",
  a: "o04646a0a 646a",
  b: "010a o04646a0a",
  c: "~6554040a5a69",
  d: "616a o04646a0a",
  e: "0767 ~6764040a5a69",
  f: "~61313a 1555",
  g: "o04646a0a ~646d1d0c",
  h: "010a ~0604646a",
  i: "14343a 1a5a .32",
  j: "~444d0d0c .42",
  k: "010a 5407 265a",
  l: "11313a 1a5a",
  m: "040a ~0604343a ~3634646a",
  n: "040a ~0604646a",
  o: "o04646a0a",
  p: "040d o04646a0a",
  q: "646d o04646a0a",
  r: "141a ~17145465",
  s: "~6544040637686a2a09",
  t: "~212a5a69 0454",
  u: "~040a6a66 646a",
  v: "043a64",
  w: "041a355a64",
  x: "046a 640a",
  y: "043a 642d",
  z: "04640a6a",
  "0": "o01616a0a 4827",
  "1": "13313a 1a5a",
  "2": "~030161640a 0a6a",
  "3": "~0201616525 ~25656a0a08",
  "4": "4a410767",
  "5": "610105 ~04646a0a08",
  "6": "~6251010708 o05656a0a",
  "7": "01612a",
  "8": "o11515515 o05656a0a",
  "9": "~091a6a6463 o01616606",
  "!": "3137 .3a",
  '"': "2124 4144",
  "#": "212a 515a 0464 0767",
  $: "~6341010435676a2a08 303b",
  "%": "610a o01232405 o36575a3a",
  "&": "~6a0312 115154060a4a66",
  "'": "3134",
  "(": "~5023285b",
  ")": "~1043481b",
  "*": "3238 0367 6307",
  "+": "3339 0666",
  ",": "3a1c",
  "-": "1656",
  ".": ".3a",
  "/": "610b",
  ":": ".35 .3a",
  ";": ".35 3a1c",
  "<": "530659",
  "=": "0565 0868",
  ">": "136619",
  "?": "~02016164353738 .3a",
  "@": "~655535384858676101 0b6b",
  "[": "50202b5b",
  "\\": "016b",
  "]": "10404b1b",
  "^": "043164",
  _: "0c6c",
  "`": "2143",
  "{": "~50303516 ~16373b5b",
  "|": "303c",
  "}": "~10303556 ~56373b1b",
  "~": "~07145865",
  "·": ".36",
  "•": ".36",
  "…": ".0a .3a .6a",
  "—": "0666",
  "–": "1656",
  "✓": "072a62",
  "×": "1559 5519",
  "≡": "0464 0666 0868",
  "↓": "313a 073a67",
  "↑": "313a 043164",
  "→": "0666 336639",
  "←": "0666 330639",
  "’": "3134",
  "‘": "3134",
  "“": "2124 4144",
  "”": "2124 4144",
  "½": "2124 610b 476a",
  "␛": "01616a0a01 2444 2646 2848",
  "␇": "01616a0a01 2444 2646 2848",
}

/** Undefined for what the pen has not learned. */
export function strokesOf(glyph: string): Strokes | undefined {
  const known = GLYPHS[glyph]
  if (known === undefined) return glyph === " " ? [] : undefined
  const parts = known.split(" ")
  return parts.map((part) => {
    const kind = /^[~o.]/u.exec(part)?.[0] ?? ""
    const points = pointsOf(part.slice(kind.length))
    return kind === "~" ? rounded(points, false) : kind === "o" ? rounded(points, true) : points
  })
}

function pointsOf(digits: string): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = []
  for (let at = 0; at + 1 < digits.length; at += 2)
    points.push([Number.parseInt(digits[at]!, 36), Number.parseInt(digits[at + 1]!, 36)])
  return points
}

/** Corners are cut, and cut again, until they are round (Chaikin). */
function rounded(points: readonly (readonly [number, number])[], closed: boolean) {
  let line = closed ? [...points, points[0]!] : [...points]
  for (let turn = 0; turn < 4; turn++) {
    const next: (readonly [number, number])[] = closed ? [] : [line[0]!]
    for (let at = 0; at + 1 < line.length; at++) {
      const [ax, ay] = line[at]!
      const [bx, by] = line[at + 1]!
      next.push(
        [ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25],
        [ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75],
      )
    }
    if (closed) next.push(next[0]!)
    else next.push(line.at(-1)!)
    line = next
  }
  return line
}
