/**
 * What is said about a message (PROTOCOL.md §13.7): contents 30 to 33 of a payload. A message is named by its id and the
 * account of its author, since only both together are one message's.
 */
import { type ByteReader, BytesError, compareBytes, utf8 } from "../bytes.ts"
import { type Field, fixed, list, record, text, u64 } from "./fields.ts"

/** Reactions of one person to one message. */
export const MAX_REACTIONS = 8
/** Longest reaction in UTF-8 bytes: a family of four with skin tones and everything between them. */
export const MAX_REACTION_BYTES = 64
const MAX_WORD_LETTERS = 24

/** Which message is meant. */
const messageRef = record({ author: fixed(32), messageId: fixed(16) })
export type MessageRef = typeof messageRef extends Field<infer T> ? T : never

// Written out, since the tables of the runtime change with its version, and all readers must agree.
const SYMBOL =
  "[\\u{a9}\\u{ae}\\u{203c}\\u{2049}\\u{2122}\\u{2139}\\u{2194}-\\u{21aa}\\u{231a}-\\u{23ff}\\u{24c2}\\u{25aa}-\\u{25fe}" +
  "\\u{2600}-\\u{27bf}\\u{2934}\\u{2935}\\u{2b05}-\\u{2b55}\\u{3030}\\u{303d}\\u{3297}\\u{3299}" +
  "\\u{1f004}-\\u{1f1e5}\\u{1f200}-\\u{1f3fa}\\u{1f400}-\\u{1faff}]"
const TONE = "[\\u{1f3fb}-\\u{1f3ff}]"
const PART = `${SYMBOL}(?:\\u{fe0f}|${TONE})?`
const EMOJI = new RegExp(
  [
    // A flag of two letters, a key, a flag spelt out, and one picture or several joined to one.
    "^(?:[\\u{1f1e6}-\\u{1f1ff}]{2}",
    "[0-9#*]\\u{fe0f}?\\u{20e3}",
    "\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{2,6}\\u{e007f}",
    `${PART}(?:\\u{200d}${PART}){0,7})$`,
  ].join("|"),
  "u",
)
const WORD = new RegExp(`^:[a-z0-9_+-]{1,${MAX_WORD_LETTERS}}:$`)

/** Whether this is one emoji, or a `:word:` of up to 24 small letters, digits, `_`, `+` and `-`. */
export function isReaction(typed: string): boolean {
  return utf8(typed).length <= MAX_REACTION_BYTES && (WORD.test(typed) || EMOJI.test(typed))
}

/** The order in which reactions travel: each once. */
export function sortedReactions(reactions: Iterable<string>): string[] {
  return [...new Set(reactions)].sort((a, b) => compareBytes(utf8(a), utf8(b)))
}

const plain = list(text(MAX_REACTION_BYTES), MAX_REACTIONS)
const reactions: Field<string[]> = {
  write: (to, values) => plain.write(to, values),
  read: (from: ByteReader) => {
    const values = plain.read(from)
    const isSorted = sortedReactions(values).every((value, i) => value === values[i])
    if (!isSorted || new Set(values).size !== values.length || !values.every(isReaction))
      throw new BytesError("bad-value", "reactions are emoji or :words:, each once, in order")
    return values
  },
}

/** `at`: of all that one account says about one message the latest counts. */
export function remarkContents(maxTextBytes: number) {
  const words = text(maxTextBytes)
  return {
    /** A text, and the message that it answers. */
    reply: [30, record({ messageId: fixed(16), sentAt: u64, replyTo: messageRef, text: words })],
    /** The author's new words. */
    edit: [31, record({ about: messageRef, at: u64, text: words })],
    /** The author takes it back, for good. */
    delete: [32, record({ about: messageRef, at: u64 })],
    /** All that the person has put to the message now; none: taken back. */
    reaction: [33, record({ about: messageRef, at: u64, reactions })],
  } as const
}

/** Contents that change how a message is seen. */
export const REMARKS: ReadonlySet<string> = new Set(["edit", "delete", "reaction"])
