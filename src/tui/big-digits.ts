/** A number that is read from the back of a room: five rows high, in half blocks or in ASCII. */
import { joinSafe, say, type SafeText } from "./safe-text.ts"

/** Rows of one digit: `#` is ink. */
const SHAPES: readonly (readonly string[])[] = [
  ["#####", "#   #", "#   #", "#   #", "#####"],
  ["  #  ", " ##  ", "  #  ", "  #  ", " ### "],
  ["#####", "    #", "#####", "#    ", "#####"],
  ["#####", "    #", " ####", "    #", "#####"],
  ["#   #", "#   #", "#####", "    #", "    #"],
  ["#####", "#    ", "#####", "    #", "#####"],
  ["#####", "#    ", "#####", "#   #", "#####"],
  ["#####", "    #", "   # ", "  #  ", "  #  "],
  ["#####", "#   #", "#####", "#   #", "#####"],
  ["#####", "#   #", "#####", "    #", "#####"],
]
const BIG_DIGIT_ROWS = 5

/** @param count a whole number, not negative. @returns five rows, six cells for each digit. */
export function bigDigits(count: number, ascii: boolean): readonly SafeText[] {
  const ink = ascii ? say`#` : say`█`
  const digits = Array.from(String(count), (digit) => SHAPES[Number(digit)] ?? [])
  return Array.from({ length: BIG_DIGIT_ROWS }, (_, row) =>
    joinSafe(
      digits.flatMap((shape) => [
        ...Array.from(shape[row] ?? "", (cell) => (cell === "#" ? ink : say` `)),
        say` `,
      ]),
      say``,
    ),
  )
}
