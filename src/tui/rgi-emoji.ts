/**
 * `/^\p{RGI_Emoji}$/v` as `string-width` asks it, the same answers: that expression takes the engine 40 ms to make, so
 * it is made only for sequences that may be one. The build gives it to `string-width` (`.config/build.ts`).
 */

const ALONE = /^(?!\p{Regional_Indicator})\p{Emoji_Presentation}$/u
/** Every sequence of emoji has one of these in it. */
const IN_SEQUENCES = /[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]/u

let whole: RegExp | undefined

export const rgiEmoji = {
  test(text: string): boolean {
    const first = text.codePointAt(0)
    if (first === undefined) return false
    if (text.length === (first > 0xffff ? 2 : 1)) return ALONE.test(text)
    if (!IN_SEQUENCES.test(text)) return false
    whole ??= new RegExp("^\\p{RGI_Emoji}$", "v")
    return whole.test(text)
  },
}
