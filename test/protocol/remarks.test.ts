/** What may be put to a message (PROTOCOL.md §13.7): one emoji or a short word, by a rule of our own. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { utf8 } from "../../src/bytes.ts"
import { decodePayload, encodePayload, type Payload } from "../../src/protocol/content.ts"
import { isReaction, MAX_REACTION_BYTES, MAX_REACTIONS, sortedReactions } from "../../src/protocol/remarks.ts"

const GOOD = [
  "\u{1f44d}", // thumb
  "\u{1f44d}\u{1f3fd}", // thumb with a skin tone
  "\u{2764}", // heart as text
  "\u{2764}\u{fe0f}", // heart
  "\u{1f1ee}\u{1f1f3}", // flag of India
  "3\u{fe0f}\u{20e3}", // key three
  "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}", // flag of Scotland
  "\u{1f468}\u{1f3fb}\u{200d}\u{1f469}\u{1f3fb}\u{200d}\u{1f467}\u{1f3fb}\u{200d}\u{1f466}\u{1f3fb}", // family
  "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}", // two pictures joined
  "\u{1fae0}",
  ":yes:",
  ":+1:",
  `:${"a".repeat(24)}:`,
]
const BAD = [
  "",
  " ",
  "a",
  "1",
  "yes",
  ":yes",
  "::",
  ":YES:",
  ":n\u{f6}:",
  ":a b:",
  `:${"a".repeat(25)}:`,
  "\u{1f44d}\u{1f44d}",
  "\u{1f44d} ",
  "\u{1f44d}\n",
  "\u{1f44d}\u{fe0f}\u{fe0f}",
  "\u{1f3fd}", // a tone alone
  "\u{200d}\u{1f44d}",
  "\u{1f44d}\u{200d}",
  "\u{1f1ee}", // half a flag
  "\u{202e}\u{1f44d}", // writes backwards
  "\u{1b}[31m",
  "\u{1f468}" + "\u{200d}\u{1f469}".repeat(9),
  "\u{e0067}",
  "\u{915}",
]

test.each(GOOD)("%s may be put to a message", (reaction) => {
  expect(isReaction(reaction)).toBe(true)
  expect(utf8(reaction).length).toBeLessThanOrEqual(MAX_REACTION_BYTES)
})

test.each(BAD.map((reaction) => [JSON.stringify(reaction), reaction] as const))(
  "%s may not",
  (_, reaction) => {
    expect(isReaction(reaction)).toBe(false)
  },
)

test("whatever may be is one thing to the eye", () => {
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" })
  const pieces = GOOD.flatMap((each) => [...each])
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 6 }), (parts) => {
      const typed = parts.join("")
      if (isReaction(typed) && !typed.startsWith(":")) expect([...segments.segment(typed)]).toHaveLength(1)
    }),
    { numRuns: 2_000 },
  )
})

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const payload = (reactions: string[]): Payload => ({
  chainId: fill(16, 1),
  n: 1,
  previous: fill(32, 2),
  continues: [],
  frontier: [],
  content: { type: "reaction", about: { author: fill(32, 3), messageId: fill(16, 4) }, at: 5, reactions },
})

test("reactions travel each once, in the order of their bytes, and no others", () => {
  const many = Array.from({ length: MAX_REACTIONS }, (_, n) => `:${n}:`)
  for (const good of [[], [":a:"], many, sortedReactions(["\u{1f44d}", ":a:", ":a:", "\u{2764}"])])
    expect(decodePayload(encodePayload(payload(good))).content).toMatchObject({ reactions: good })
  for (const bad of [[":b:", ":a:"], [":a:", ":a:"], ["a"], ["\u{1f44d}", ":a:"]])
    expect(() => decodePayload(encodePayload(payload(bad)))).toThrow(
      expect.objectContaining({ code: "bad-payload" }) as Error,
    )
  expect(() => encodePayload(payload([...many, ":9:"]))).toThrow(RangeError)
})
