/**
 * Which names look alike (PROTOCOL.md §8.4): UTS #39's skeleton, over the confusables of `unhomoglyph` (Unicode 13)
 * and what Unicode 14 to 17 found since (`name-look-alikes.ts`). `test/protocol/name-skeleton.test.ts` holds it
 * against the table of whatever ICU runs the tests, character by character.
 */
import confusables from "unhomoglyph/data.json" with { type: "json" }
import { laterLookAlikes } from "./name-look-alikes.ts"

const OLDER_LOOK_ALIKES: Readonly<Record<string, string>> = confusables
/** Ends a loop of mappings, if new data ever had one; more than any chain in the data. */
const MAX_ROUNDS = 8
/** Signs and blanks in names tell nobody apart: `Anna-Lena`, `Anna Lena` and `AnnaLena` are one name. */
const SIGNS = /[ \-.'_\u00b7\u05f3\u05f4\u0f0b\u30fb]/gu
/** `İ` in lower case, which Turkish writes as plain `i`. */
const DOTTED_I = /i\u0307/gu

/**
 * The keys of a name, one to four: two names look alike when they share one. The skeleton of a name as it stands, in
 * small letters, in capitals, and with capital initials: `AI` looks like `Al`, and `alice` is `ALICE`, which `ALlCE`
 * looks like.
 */
export function skeletons(name: string): readonly string[] {
  const bare = name.normalize("NFKC")
  const small = bare.toLowerCase().replace(DOTTED_I, "i")
  const initials = small.replace(/(?<=^|[ \-.])[^ \-.]+/gu, (word) => {
    const [first = "", ...rest] = word
    return first.toUpperCase() + rest.join("")
  })
  return [...new Set([small, bare, small.toUpperCase(), initials].map(skeleton))]
}

/** UTS #39 §4: decomposed, each character by what it looks like, until nothing changes; without blanks and signs. */
export function skeleton(text: string): string {
  let bones = text.replace(SIGNS, "").normalize("NFD")
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = Array.from(bones, lookOf).join("").normalize("NFD")
    if (next === bones) break
    bones = next
  }
  return bones.replace(SIGNS, "")
}

function lookOf(point: string): string {
  const later = laterLookAlikes().get(point)
  if (later !== undefined) return later
  return Object.hasOwn(OLDER_LOOK_ALIKES, point) ? OLDER_LOOK_ALIKES[point]! : point
}
