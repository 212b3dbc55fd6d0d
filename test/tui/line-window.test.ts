/** The loaded part of a room stays what the room is: what vanished is gone, nothing stands twice, nothing is skipped. */
import fc from "fast-check"
import { expect, test } from "vitest"
import type { TranscriptLine } from "../../src/client/events.ts"
import { keptKey, keptScroll, withTail, type Loaded } from "../../src/tui/line-window.ts"
import { keyOf } from "../../src/tui/transcript-rows.ts"
import { FakeClient } from "../support/fake-client.ts"

const self = new FakeClient().self()
const order = (n: number) => String(n).padStart(6, "0")

function text(n: number): TranscriptLine {
  const message = {
    id: `m_${n}`,
    from: self,
    own: false,
    text: `text ${n}`,
    sentAt: 0,
    state: undefined,
    receipts: undefined,
  }
  return { kind: "message", order: order(n), at: 0, message }
}

/** One's own message, which waits at the end of the room until it has a place. */
function waiting(n: number): TranscriptLine {
  const message = {
    id: `m_${n}`,
    from: self,
    own: true,
    text: "mine",
    sentAt: 0,
    state: "queued" as const,
    receipts: undefined,
  }
  return { kind: "message", order: order(900_000 + n), at: 0, message }
}

function gap(n: number): TranscriptLine {
  return {
    kind: "notice",
    order: order(n),
    at: 0,
    notice: { code: "gap", person: { id: "u_x", name: "x", tag: "x", trust: "verified" }, missing: 1 },
  }
}

const keys = (lines: readonly TranscriptLine[]) => lines.map(keyOf)
const newest = (room: readonly TranscriptLine[], count: number) => room.slice(-count)

test("a gap among the newest lines vanishes, and the older ones stay loaded", () => {
  const room = [text(1), text(2), text(3), gap(4), text(5)]
  const known: Loaded = { lines: room, complete: false }
  const filled = [text(1), text(2), text(3), text(4), text(5)]
  const read = withTail(known, newest(filled, 3), 3)
  expect(keys(read.lines)).toEqual(keys(filled))
  expect(read.complete).toBe(false)
})

test("a gap further up vanishes when all that is loaded is read again", () => {
  const room = [text(1), gap(2), text(3), text(4), text(5)]
  const known: Loaded = { lines: room, complete: false }
  const filled = [text(0), text(1), text(3), text(4), text(5)]
  expect(keys(withTail(known, newest(filled, 2), 2).lines)).toContain(keyOf(gap(2)))
  expect(keys(withTail(known, newest(filled, 5), 5).lines)).toEqual(keys(filled))
})

test("fewer lines than were asked for are all there are", () => {
  expect(withTail({ lines: [], complete: false }, [text(1)], 2)).toEqual({ lines: [text(1)], complete: true })
  expect(withTail({ lines: [text(1)], complete: false }, [], 2)).toEqual({ lines: [], complete: true })
})

test("own messages that wait at the end of both join nothing: lines between would be skipped", () => {
  const before = [text(1), text(2), waiting(1)]
  const burst = [...Array.from({ length: 9 }, (_, n) => text(n + 3)), waiting(1)]
  const read = withTail({ lines: before, complete: true }, newest(burst, 4), 4)
  expect(keys(read.lines)).toEqual(["m_9", "m_10", "m_11", "m_1"])
  expect(read.complete).toBe(false)
})

test("what moved does not stand twice", () => {
  const moved: TranscriptLine = { ...text(2), order: order(9) }
  const known: Loaded = { lines: [text(1), text(2), text(3), text(4)], complete: true }
  const read = withTail(known, [text(4), moved], 2)
  expect(keys(read.lines)).toEqual(["m_1", "m_3", "m_4", "m_2"])
})

test("what is being read stays where it is when its line goes", () => {
  const before = [text(1), gap(2), text(3)]
  const after = [text(1), text(3)]
  const at = { kind: "at", key: keyOf(gap(2)), row: 0 } as const
  expect(keptScroll(before, after, at)).toMatchObject({ kind: "at", key: "m_1" })
  expect(keptScroll(before, after, { ...at, key: "m_3" })).toEqual({ ...at, key: "m_3" })
  expect(keptScroll([gap(2)], [], at)).toEqual({ kind: "end" })
  expect(keptKey(before, [text(3)], keyOf(gap(2)))).toBe("m_3")
  expect(keptKey(before, after, undefined)).toBeUndefined()
})

test("property: what is shown is the end of the room, in order, without holes", () => {
  const change = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("add" as const), count: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("fill" as const), count: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("older" as const), count: fc.constant(5) }) },
  )
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const ASKED = 6
      let room: TranscriptLine[] = [text(1)]
      let known: Loaded = { lines: room, complete: true }
      let next = 2
      for (const { kind, count } of changes) {
        if (kind === "add")
          for (let n = 0; n < count; n++, next++) room.push(next % 4 === 0 ? gap(next) : text(next))
        if (kind === "fill") room = room.filter((line, at) => line.kind === "message" || at % 7 !== count % 7)
        if (kind === "older" && !known.complete) {
          const end = room.findIndex((line) => line.order >= known.lines[0]!.order)
          const lines = room.slice(Math.max(0, end - count), Math.max(0, end))
          known = { lines: [...lines, ...known.lines], complete: lines.length < count }
        }
        known = withTail(known, newest(room, ASKED), ASKED)
        expect(keys(newest(known.lines, ASKED))).toEqual(keys(newest(room, ASKED)))
        expect(new Set(keys(known.lines)).size).toBe(known.lines.length)
        // Whatever is in the room and not older than the first line is on the screen.
        const shown = new Set(keys(known.lines))
        const first = known.lines[0]!.order
        expect(room.filter((line) => line.order >= first && !shown.has(keyOf(line)))).toEqual([])
        if (known.complete) expect(first <= room[0]!.order).toBe(true)
        const whole = withTail(known, newest(room, known.lines.length), known.lines.length)
        expect(keys(whole.lines)).toEqual(keys(newest(room, whole.lines.length)))
      }
    }),
  )
})
