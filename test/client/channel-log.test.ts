import { beforeEach, expect, test } from "vitest"
import { ChannelLog, type LogPlace, START_OF_LOG } from "../../src/client/channel-log.ts"
import { nextHead } from "../../src/crypto/hash.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { FakeLink } from "../support/fake-link.ts"

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const CHANNEL = fill(32, 5)
const PLACE: LogPlace = { incarnation: fill(16, 1), cursor: 10, head: fill(32, 2) }

let link: FakeLink
let log: ChannelLog
beforeEach(async () => {
  await sodiumReady()
  link = new FakeLink()
  log = new ChannelLog(link, nodePrimitives, CHANNEL)
})

function opened(change: Partial<Of<"opened">> = {}): Of<"opened"> {
  return {
    type: "opened",
    rid: 1,
    handle: 7,
    incarnation: PLACE.incarnation,
    resumed: true,
    firstSeq: 1,
    head: new Uint8Array(32),
    lastSeq: 12,
    nextPosition: 3,
    nextUnconfirmed: 0,
    ...change,
  }
}

function entry(change: Partial<Of<"entry">> = {}): Of<"entry"> {
  return {
    type: "entry",
    handle: 7,
    seq: 11,
    time: 99,
    position: 0,
    entry: Uint8Array.of(1, 2, 3),
    ...change,
  }
}

test("asks once, from the saved place on, and says what came", async () => {
  const answers: unknown[] = []
  log.open(PLACE, (answer) => void answers.push(answer))
  log.open(PLACE, () => void answers.push("twice"))
  expect(log.isOpening).toBe(true)
  expect(link.questions).toEqual([
    { type: "open", channelId: CHANNEL, incarnation: PLACE.incarnation, cursor: 10, head: PLACE.head },
  ])
  await link.answer(opened())
  log.open(PLACE, () => void answers.push("again"))
  expect([answers, link.questions, log.handle, log.isOpening]).toEqual([[opened()], [], 7, false])
})

test("a refusal is passed on, and the log may be asked for again", async () => {
  const answers: string[] = []
  log.open(PLACE, (answer) => void answers.push(answer.type))
  await link.answer({ type: "refused", rid: 1, code: 12, detail: 0 })
  expect([answers, log.handle]).toEqual([["refused"], undefined])
  log.open(PLACE, (answer) => void answers.push(answer.type))
  expect(link.questions).toHaveLength(1)
})

test("an answer of another kind is not believed", async () => {
  log.open(PLACE, () => expect.unreachable())
  await link.answer({ type: "done", rid: 1 })
  expect(link.distrusted).toHaveLength(1)
  expect(log.handle).toBeUndefined()
})

test("nothing is asked offline", () => {
  link.online = false
  log.open(PLACE, () => expect.unreachable())
  expect(link.questions).toEqual([])
})

test("caught up is to have read what was there when it was opened", async () => {
  expect(log.isCaughtUp({ ...PLACE, cursor: 99 })).toBe(false)
  log.open(PLACE, () => {})
  await link.answer(opened({ lastSeq: 12 }))
  expect([11, 12, 13].map((cursor) => log.isCaughtUp({ ...PLACE, cursor }))).toEqual([false, true, true])
})

test("an end of the connection forgets the handle, and tells nobody", async () => {
  log.open(PLACE, () => {})
  await link.answer(opened())
  log.forget()
  expect([log.handle, log.isCaughtUp({ ...PLACE, cursor: 99 }), link.sent]).toEqual([undefined, false, []])
})

test("closing tells the relay, once", async () => {
  log.open(PLACE, () => {})
  await link.answer(opened())
  log.close()
  log.close()
  expect([log.handle, link.sent]).toEqual([undefined, [{ type: "close", handle: 7 }]])
})

test("the next entry moves cursor and head; the incarnation stays", () => {
  const eid = nodePrimitives.sha("sha256", Uint8Array.of(1, 2, 3))
  expect(log.next(PLACE, entry())).toEqual({
    eid,
    place: { incarnation: PLACE.incarnation, cursor: 11, head: nextHead(PLACE.head, 11, 1, eid, 99) },
  })
})

for (const [what, change] of [
  ["a number again", { seq: 10 }],
  ["a number left out", { seq: 12 }],
  ["number zero", { seq: 0 }],
  ["the highest number", { seq: Number.MAX_SAFE_INTEGER }],
  ["no bytes", { entry: new Uint8Array(0) }],
] as const) {
  test(`an entry with ${what} does not continue the log`, () =>
    expect(log.next(PLACE, entry(change))).toBeUndefined())
}

test("the head says every byte of every entry, its number and its time", () => {
  const heads = [{}, { time: 100 }, { entry: Uint8Array.of(1, 2, 4) }, { entry: Uint8Array.of(2, 2, 3) }].map(
    (change) => log.next(PLACE, entry(change))!.place.head.join(),
  )
  const elsewhere = log.next({ ...PLACE, cursor: 11 }, entry({ seq: 12 }))!.place.head.join()
  const otherPast = log.next({ ...PLACE, head: fill(32, 3) }, entry())!.place.head.join()
  expect(new Set([...heads, elsewhere, otherPast]).size).toBe(6)
})

test("a log begins with nothing", () => {
  expect(START_OF_LOG).toEqual({ incarnation: new Uint8Array(16), cursor: 0, head: new Uint8Array(32) })
})
