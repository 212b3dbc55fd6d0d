/**
 * How many cells this terminal takes for letters of which terminals disagree: asked once, by drawing one of each kind
 * where nobody has looked yet and reading where the cursor stands behind it (CPR). Nothing waits for the answer: until it
 * comes, and where it never comes, each counts the most cells that any terminal draws it in (`text-width.ts`).
 */
/** Cells of one example of each kind. */
export interface Widths {
  /** 😀 */
  emoji: number
  /** क्ष: two consonants and a virama. */
  conjunct: number
  /** का: a consonant and a spacing mark. */
  mark: number
  /** क्‍ष: the same conjunct with a joiner in it. */
  joined: number
  /** 👩‍🏫 */
  joinedEmoji: number
  /** 👍🏽 */
  skin: number
  /** ❤️: a sign that a selector makes an emoji of. */
  presentation: number
  /** 🇮🇳 */
  flag: number
}

interface Probe {
  kind: keyof Widths
  text: string
  /** The most cells that are believed; at least one always. */
  most: number
}

const PROBES: readonly Probe[] = [
  { kind: "emoji", text: "\u{1f600}", most: 2 },
  { kind: "conjunct", text: "\u0915\u094d\u0937", most: 2 },
  { kind: "mark", text: "\u0915\u093e", most: 2 },
  { kind: "joined", text: "\u0915\u094d\u200d\u0937", most: 3 },
  { kind: "joinedEmoji", text: "\u{1f469}\u200d\u{1f3eb}", most: 5 },
  { kind: "skin", text: "\u{1f44d}\u{1f3fd}", most: 4 },
  { kind: "presentation", text: "\u2764\ufe0f", most: 2 },
  { kind: "flag", text: "\u{1f1ee}\u{1f1f3}", most: 4 },
]

/** Not the first: an answer about that one looks like a function key. */
const ROW = 2

/** Goes to an empty screen, before anything is drawn there; leaves it empty, the cursor in its corner. */
export const ASK_WIDTHS = `${PROBES.map(({ text }) => `\u001b[${ROW}H${text}\u001b[6n`).join("")}\u001b[${ROW}H\u001b[2K\u001b[H`

/** Takes the answers, in the order of the questions; tells once, when all have come and all can be believed. */
export class WidthAnswers {
  #known: Partial<Widths> = {}
  #next = 0
  readonly #tell: (widths: Widths) => void

  constructor(tell: (widths: Widths) => void) {
    this.#tell = tell
  }

  /** Where the cursor stands, from 1. */
  take(row: number, column: number): void {
    const probe = PROBES[this.#next]
    if (probe === undefined) return
    const cells = column - 1
    // A terminal that shows bytes instead of letters, or an answer to somebody else's question: nothing is learned.
    if (row !== ROW || cells < 1 || cells > probe.most) {
      this.#next = PROBES.length
      return
    }
    this.#known = { ...this.#known, [probe.kind]: cells }
    this.#next += 1
    if (this.#next === PROBES.length) this.#tell(this.#known as Widths)
  }
}

const SPACING_MARK = /^\p{Mc}$/u
const SKIN = /^\p{Emoji_Modifier}$/u
const FLAG_PART = /^\p{Regional_Indicator}$/u
const PICTURE = /\p{Extended_Pictographic}/u
const EMOJI = /^\p{Emoji_Presentation}$/u
/** Consonants that a following letter is joined to (UAX #29, GB9c, and the scripts that are not in it yet). */
const VIRAMA = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2]/u
const JOINER = "\u200d"
const SELECTOR = "\ufe0f"

/**
 * One cluster on such a terminal.
 *
 * @param cellsOfPoint of a code point that stands alone
 */
export function measuredCells(
  cluster: string,
  widths: Widths,
  cellsOfPoint: (point: string) => number,
): number {
  const isPicture = PICTURE.test(cluster)
  let cells = 0
  let before = ""
  for (const point of cluster) {
    const own = EMOJI.test(point) ? Math.min(widths.emoji, cellsOfPoint(point)) : cellsOfPoint(point)
    if (cells > 0) cells += followingCells(point, own, before, isPicture, widths)
    else cells += FLAG_PART.test(point) ? Math.max(1, widths.flag - 1) : own
    before = point
  }
  return cells
}

function followingCells(
  point: string,
  own: number,
  before: string,
  isPicture: boolean,
  widths: Widths,
): number {
  if (FLAG_PART.test(point)) return Math.min(1, widths.flag - 1)
  if (SKIN.test(point)) return Math.max(0, widths.skin - widths.emoji)
  if (point === SELECTOR) return widths.presentation - 1
  if (SPACING_MARK.test(point)) return widths.mark - 1
  if (before === JOINER) {
    const more = isPicture ? widths.joinedEmoji - widths.emoji : widths.joined - 1
    return more <= 0 ? 0 : Math.max(own, more)
  }
  if (VIRAMA.test(before)) return widths.conjunct - 1 === 0 ? 0 : own
  return own
}

/** Whether terminals disagree about its cells: whatever stands behind it is sent to its own column. */
export function isDisputed(cluster: string): boolean {
  return cluster.length > 1 || PICTURE.test(cluster)
}
