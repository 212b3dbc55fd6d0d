/** What a person sees as one character (UAX #29), the same in every language. */

let segmenter: Intl.Segmenter | undefined

/** The pieces of a text, in order. The tables behind it take 10 ms to load: a start that shows plain letters spares them. */
export function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("und", { granularity: "grapheme" })
  return segmenter.segment(text)
}

/** Texts in which everything is one cell and one character, wherever it stands: ASCII, and our own signs and lines. */
export const SINGLE_CELLS =
  /^[\u0020-\u007e\u00b7\u2014\u2022\u2026\u2193\u2261\u2500-\u257f\u25b8\u25cb\u25cf\u2713]*$/
