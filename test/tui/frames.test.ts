/** Whatever is on the screen and however large it is: a frame is as large as the screen, and the caret stands on it. */
import fc from "fast-check"
import stringWidth from "string-width"
import { expect, test } from "vitest"
import { MIN_COLUMNS, MIN_ROWS } from "../../src/tui/layout.ts"
import { paint } from "../../src/tui/painting.ts"
import { chatScreen } from "../../src/tui/panes/chat-screen.ts"
import { safeBlock } from "../../src/tui/safe-text.ts"
import { classroom } from "../support/fake-client.ts"
import { Chat, EVERYONE, MEERA } from "../support/tui-chat.ts"

const CHORDS =
  "enter esc tab up down pageup home f1 f3 f4 f5 f6 f7 ctrl+o ctrl+f ctrl+r ctrl+u ctrl+c ctrl+j alt+j".split(
    " ",
  )
const LINES = [
  "/help",
  "/who",
  "/bare",
  " /msg x",
  "/nothing",
  "/verify ravi",
  "/react 1 :yes:",
  "/forward 2 ravi",
  "q",
]

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...CHORDS).map((chord) => (it: Chat) => it.press(chord)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...LINES).map((line) => (it: Chat) => it.type(line).press("enter")),
  },
  {
    weight: 2,
    arbitrary: fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => (it: Chat) => it.type(text)),
  },
  {
    weight: 1,
    arbitrary: fc.nat(20).map((lines) => (it: Chat) => it.paste("a line of it 日本\n".repeat(lines))),
  },
  { weight: 1, arbitrary: fc.constantFrom(EVERYONE, MEERA).map((room) => (it: Chat) => it.open(room)) },
  {
    weight: 2,
    arbitrary: fc
      .string({ maxLength: 300 })
      .map(
        (text) => (it: Chat) => it.give({ kind: "toast", toast: { text: safeBlock(text), tone: "danger" } }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ columns: fc.integer({ min: 10, max: 140 }), rows: fc.integer({ min: 3, max: 45 }) })
      .map((size) => (it: Chat) => it.give({ kind: "resize", ...size })),
  },
)

test("every frame has the rows of the screen, none is wider, and the caret stands on it", async () => {
  const client = await classroom()
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const it = new Chat(client, { columns: 80, rows: 24 }).open(EVERYONE)
      for (const one of steps) {
        one(it)
        const { columns, rows } = it.view
        const frame = chatScreen(it.view)
        const isTooSmall = columns < MIN_COLUMNS || rows < MIN_ROWS
        expect(frame.rows).toHaveLength(isTooSmall ? 1 : rows)
        for (const row of paint(frame, it.view.theme))
          expect(stringWidth(row.replaceAll("\t", "|"))).toBeLessThanOrEqual(columns)
        if (frame.caret === undefined) continue
        expect(frame.caret.x).toBeLessThan(columns)
        expect(frame.caret.y).toBeLessThan(rows)
        expect(Math.min(frame.caret.x, frame.caret.y)).toBeGreaterThanOrEqual(0)
      }
    }),
    { numRuns: 100 },
  )
})
