/** How well a few typed letters name something: the whole of it, its start, the start of a word, a part, its letters in order. */

const EXACT = 1_000
const START = 800
const WORD_START = 600
const PART = 400
const LETTERS = 200
/** Of what is found in one way, what is shorter or closer together comes first; never out of its class. */
const MOST_OFF = 150

/** From 1 to 1,000; 0: not at all. Letters may be of any case. */
export function fuzzyScore(typed: string, title: string): number {
  const asked = typed.trim().toLowerCase()
  const text = title.toLowerCase()
  if (asked === "") return 1
  if (text === asked) return EXACT
  const less = (by: number) => Math.min(MOST_OFF, by)
  if (text.startsWith(asked)) return START - less(text.length - asked.length)
  const at = text.indexOf(asked)
  if (at > 0) {
    const isWord = /[^\p{L}\p{N}\p{M}]/u.test(text[at - 1]!)
    return (isWord ? WORD_START : PART) - less(at)
  }
  const spread = spreadOf(asked, text)
  return spread === undefined ? 0 : LETTERS - less(spread)
}

/** Letters that stand between the first and the last of those that were asked for, in order; undefined: not all do. */
function spreadOf(asked: string, text: string): number | undefined {
  const letters = Array.from(asked).filter((letter) => letter !== " ")
  let best: number | undefined
  for (let start = text.indexOf(letters[0]!); start >= 0; start = text.indexOf(letters[0]!, start + 1)) {
    let at = start
    for (const letter of letters.slice(1)) {
      at = text.indexOf(letter, at + 1)
      if (at < 0) break
    }
    if (at < 0) break
    const spread = at - start + 1 - letters.length
    best = best === undefined ? spread : Math.min(best, spread)
  }
  return best
}
