/** Marks and words of how far a message got: never more than is known, and no half numbers. */
import fc from "fast-check"
import { expect, test } from "vitest"
import type { MessageState, MessageView } from "../../src/client/events.ts"
import { deliveryMark, deliveryWords, failureWords, isLost } from "../../src/tui/delivery.ts"
import { ASCII_SYMBOLS, stateMark, UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { drawnCells } from "../../src/tui/text-width.ts"
import { FakeClient } from "../support/fake-client.ts"

const WIDE = 16
const NARROW = 12

type Counts = [delivered: number, read: number, of: number]

function message(state: MessageState | undefined, counts?: Counts): MessageView {
  const [delivered, read, of] = counts ?? [0, 0, 0]
  return {
    id: "m_1",
    from: new FakeClient().self(),
    own: true,
    text: "x",
    sentAt: 0,
    state,
    receipts: counts === undefined ? undefined : { delivered, read, of },
  }
}

test.each<[MessageState, Counts | undefined, number, string, string]>([
  ["queued", undefined, WIDE, "·", "waiting to be sent"],
  ["relayed", undefined, WIDE, "✓", "at the relay"],
  ["delivered", undefined, WIDE, "✓✓", "delivered"],
  ["read", undefined, WIDE, "✓✓ read", "read"],
  ["failed", undefined, WIDE, "! failed", "not delivered"],
  ["relayed", [0, 0, 29], WIDE, "✓ 0/29", "delivered to 0 of 29"],
  ["relayed", [12, 0, 29], WIDE, "✓ 12/29", "delivered to 12 of 29"],
  ["relayed", [12, 5, 29], WIDE, "✓ 12/29 5 read", "delivered to 12 of 29, read by 5"],
  ["relayed", [12, 5, 29], NARROW, "✓ 12/29 r5", "delivered to 12 of 29, read by 5"],
  ["relayed", [312, 205, 499], WIDE, "✓ 312/499 r205", "delivered to 312 of 499, read by 205"],
  ["relayed", [312, 205, 499], NARROW, "✓ 312/499", "delivered to 312 of 499, read by 205"],
  ["relayed", [312, 205, 499], 6, "✓", "delivered to 312 of 499, read by 205"],
  ["delivered", [29, 0, 29], WIDE, "✓✓ 29/29", "delivered to 29 of 29"],
  ["delivered", [29, 28, 29], NARROW, "✓✓ 29/29 r28", "delivered to 29 of 29, read by 28"],
  ["read", [29, 29, 29], NARROW, "✓✓ read", "read by 29 of 29"],
  ["failed", [20, 5, 29], WIDE, "! 20/29 5 read", "not delivered to 9 of 29"],
  ["failed", [0, 0, 29], WIDE, "! failed", "not delivered"],
  ["relayed", [0, 0, 0], WIDE, "✓", "at the relay"],
  ["queued", [0, 0, 29], WIDE, "·", "waiting to be sent"],
])("%s with %j in %d cells is %j, %j", (state, counts, width, mark, words) => {
  expect(deliveryMark(message(state, counts), UNICODE_SYMBOLS, width)).toBe(mark)
  expect(deliveryWords(message(state, counts))).toBe(words)
})

test("what others wrote has neither mark nor words", () => {
  expect(deliveryMark(message(undefined), UNICODE_SYMBOLS, WIDE)).toBe("")
  expect(deliveryWords(message(undefined))).toBe("")
  expect(failureWords(message("relayed", [0, 0, 3]))).toBeUndefined()
})

test("a failure says what to do, and whether anybody has it", () => {
  expect(failureWords(message("failed"))).toMatch(/^Not delivered, and not tried any more\. Write it again/u)
  expect(failureWords(message("failed", [0, 0, 29]))).toMatch(/^Not delivered/u)
  expect(failureWords(message("failed", [20, 5, 29]))).toMatch(/^9 of 29 did not confirm it.*\/receipts/u)
  expect(isLost(message("failed", [20, 5, 29]))).toBe(false)
  expect(isLost(message("failed"))).toBe(true)
})

const counts = fc
  .tuple(fc.nat(500), fc.nat(500), fc.nat(500))
  .map((all) => all.toSorted((a, b) => a - b))
  .map(([read = 0, delivered = 0, of = 0]): Counts => [delivered, read, of])

test("property: it fits, and each number stands there whole or not at all", () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 8, max: 24 }), fc.boolean(), (given, width, ascii) => {
      const symbols = ascii ? ASCII_SYMBOLS : UNICODE_SYMBOLS
      const [delivered, read, of] = given
      for (const state of ["queued", "relayed", "delivered", "read", "failed"] as const) {
        const mark = deliveryMark(message(state, given), symbols, width)
        expect(drawnCells(mark)).toBeLessThanOrEqual(width)
        if (mark === stateMark(state, symbols)) continue
        const numbers = (mark.match(/\d+/gu) ?? []).map(Number)
        expect([[], [delivered, of], [delivered, of, read]]).toContainEqual(numbers)
      }
    }),
  )
})

test("property: the mark of everybody stands only where everybody has it", () => {
  fc.assert(
    fc.property(counts, (given) => {
      for (const symbols of [UNICODE_SYMBOLS, ASCII_SYMBOLS]) {
        const mark = deliveryMark(message("relayed", given), symbols, WIDE)
        expect(mark.startsWith(symbols.delivered)).toBe(false)
      }
    }),
  )
})
