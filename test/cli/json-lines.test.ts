import fc from "fast-check"
import { expect, test } from "vitest"
import type { MessageView, PersonRef, RoomRef } from "../../src/client/events.ts"
import { eventJson, isoTime, jsonLine, lineJson } from "../../src/cli/json-lines.ts"

const ravi: PersonRef = { id: "u_7f3c", name: "Ravi", tag: "7f3c2k", trust: "unverified" }
const room: RoomRef = { id: "r_9k", name: "everyone", kind: "everyone" }
const at = Date.UTC(2026, 10, 22, 12, 4, 5, 120)
const message: MessageView = {
  id: "m_1",
  from: ravi,
  own: false,
  text: "Is the quiz today?",
  sentAt: at,
  state: undefined,
  receipts: undefined,
}

test("a message in the shape that scripts read", () => {
  const event = { type: "message.received", room, from: ravi, message } as const
  const line = jsonLine(eventJson("asha", { event, at, cursor: "c_1j" }))
  expect(line).toBe(
    '{"v":1,"cursor":"c_1j","ts":"2026-11-22T12:04:05.120Z","type":"message.received","profile":"asha",' +
      '"room":{"id":"r_9k","name":"everyone","kind":"everyone"},' +
      '"from":{"id":"u_7f3c","name":"Ravi","tag":"7f3c2k","trust":"unverified"},' +
      '"message":{"id":"m_1","text":"Is the quiz today?","own":false,"sentAt":"2026-11-22T12:04:05.120Z"}}',
  )
})

test("what is not kept has no cursor; states and other events keep their names", () => {
  const state = { type: "message.state", room, message: { id: "m_1" }, state: "relayed" } as const
  expect(eventJson("asha", { event: state, at, cursor: undefined })).toEqual({
    v: 1,
    ts: isoTime(at),
    type: "message.state",
    profile: "asha",
    room,
    message: { id: "m_1", state: "relayed" },
  })
  const gone = { type: "relay.disconnected", why: "lost", retryAt: undefined } as const
  expect(eventJson("asha", { event: gone, at, cursor: undefined })).toMatchObject({
    why: "lost",
    retryAt: null,
  })
  const joined = { type: "person.joined", person: ravi } as const
  expect(eventJson("asha", { event: joined, at, cursor: "c_2" })).toMatchObject({
    type: "person.joined",
    person: ravi,
  })
})

test("own lines of a transcript say how far they got", () => {
  const own: MessageView = { ...message, own: true, state: "delivered" }
  expect(lineJson("asha", room, { kind: "message", order: "1", at, message: own })).toMatchObject({
    type: "message.sent",
    message: { state: "delivered" },
  })
  const alone = lineJson("asha", room, { kind: "message", order: "1", at, message: own })
  expect(jsonLine(alone)).not.toContain("receipts")
  const receipts = { delivered: 12, read: 5, of: 29 }
  const counted: MessageView = { ...own, state: "relayed", receipts }
  expect(lineJson("asha", room, { kind: "message", order: "1", at, message: counted })).toMatchObject({
    message: { state: "relayed", receipts },
  })
  expect(
    eventJson("asha", { event: { type: "message.sent", room, message: counted }, at, cursor: "c_3" }),
  ).toMatchObject({ type: "message.sent", message: { id: "m_1", receipts } })
  expect(
    lineJson("asha", room, { kind: "notice", order: "2", at, notice: { code: "you-joined" } }),
  ).toMatchObject({
    type: "notice",
    notice: { code: "you-joined" },
  })
})

test("notices keep their codes, and a message of a room its states", () => {
  const gap = { code: "gap", person: ravi, missing: 2 } as const
  expect(eventJson("asha", { event: { type: "notice", room, notice: gap }, at, cursor: undefined })).toEqual({
    v: 1,
    ts: isoTime(at),
    type: "notice",
    profile: "asha",
    room,
    notice: { code: "gap", person: ravi, missing: 2 },
  })
  for (const code of ["lost-entries", "rolled-back", "restored"] as const) {
    const line = { kind: "notice", order: "2", at, notice: { code } } as const
    expect(lineJson("asha", room, line)).toMatchObject({ type: "notice", notice: { code } })
  }
  const read = { type: "message.state", room, message: { id: "m_1" }, state: "read" } as const
  expect(eventJson("asha", { event: read, at, cursor: "c_4" })).toMatchObject({
    type: "message.state",
    room: { kind: "everyone" },
    message: { id: "m_1", state: "read" },
  })
})

test("a clock that is out of its mind costs nothing", () => {
  expect(isoTime(Number.MAX_SAFE_INTEGER)).toBe("+275760-09-13T00:00:00.000Z")
})

test("property: one line, nothing that a terminal acts on, and the same text for its reader", () => {
  const nasty = fc.constantFrom(
    "\u001b[2J",
    "\r\n",
    "\u009b31m",
    "\u202e",
    "\u2028",
    "\u200b",
    "\u007f",
    "\ufeff",
    "é",
    "👩‍🚀",
  )
  const text = fc
    .array(fc.oneof(nasty, fc.string({ unit: "binary" })), { maxLength: 8 })
    .map((parts) => parts.join(""))
  fc.assert(
    fc.property(text, (given) => {
      const line = jsonLine({ text: given })
      expect(line).not.toMatch(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u)
      expect(JSON.parse(line)).toEqual({ text: given })
    }),
  )
})
