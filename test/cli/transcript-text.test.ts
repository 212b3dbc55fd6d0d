import { expect, test } from "vitest"
import type { MessageView, PersonRef, RoomRef } from "../../src/client/events.ts"
import { eventText, exportText, lineText, localTime, messageText } from "../../src/cli/transcript-text.ts"
import { ASCII_SYMBOLS, UNICODE_SYMBOLS } from "../../src/tui/theme.ts"

const ravi: PersonRef = { id: "u_7f3c", name: "Ravi", tag: "7f3c2k", trust: "unverified" }
const room: RoomRef = { id: "r_9k", name: "everyone", kind: "everyone" }
const at = new Date(2026, 10, 22, 12, 4, 5).getTime()
const message = (text: string, from = ravi): MessageView => ({
  id: "m",
  from,
  own: false,
  text,
  sentAt: at,
  state: undefined,
  receipts: undefined,
})

test("a line has its time, its author with a mark, its text", () => {
  expect(messageText(at, message("Hello"), UNICODE_SYMBOLS)).toBe("2026-11-22 12:04:05  Ravi ?7f3c2k: Hello")
  const verified = message("Hello", { ...ravi, trust: "verified" })
  expect(messageText(at, verified, ASCII_SYMBOLS)).toBe("2026-11-22 12:04:05  Ravi +: Hello")
  const own: MessageView = { ...message("Yes"), own: true, state: "delivered" }
  expect(messageText(at, own, UNICODE_SYMBOLS)).toBe("2026-11-22 12:04:05  you: Yes  ✓✓")
})

test("own messages in a room carry how many have them, and what failed says so", () => {
  const own = (state: MessageView["state"], read: number): MessageView => ({
    ...message("Yes"),
    own: true,
    state,
    receipts: { delivered: 12, read, of: 29 },
  })
  const text = (view: MessageView) => messageText(at, view, ASCII_SYMBOLS)
  expect(text(own("relayed", 5))).toBe("2026-11-22 12:04:05  you: Yes  + 12/29 5 read")
  expect(text(own("failed", 0))).toBe("2026-11-22 12:04:05  you: Yes  ! 12/29")
  expect(text({ ...own("failed", 0), receipts: undefined })).toBe("2026-11-22 12:04:05  you: Yes  ! failed")
})

test("what should not be overlooked is marked without colour", () => {
  const notice = { code: "gap", person: ravi, missing: 2 } as const
  const words = "2 messages of Ravi ?7f3c2k are missing here and have been asked for."
  expect(lineText({ kind: "notice", order: "1", at, notice }, UNICODE_SYMBOLS)).toBe(
    `2026-11-22 12:04:05  ! ${words}`,
  )
  expect(eventText({ type: "notice", room, notice }, at, UNICODE_SYMBOLS)).toBe(
    `2026-11-22 12:04:05  #everyone ! ${words}`,
  )
})

test("nobody can write a line that looks like another's", () => {
  const forged = "Hi\r\n2026-11-22 12:04:06  Asha ✓: I agree\u001b[1A\u202e"
  const lines = messageText(at, message(forged), UNICODE_SYMBOLS).split("\n")
  expect(lines).toHaveLength(2)
  expect(lines[1]).toMatch(/^ {4}2026/)
  // oxlint-disable-next-line no-control-regex
  expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  const named = message("x", { ...ravi, name: "Asha ✓: I agree\n2026" })
  expect(messageText(at, named, UNICODE_SYMBOLS).split("\n")).toHaveLength(1)
})

test("events for people name the room when it is not a direct chat, and leave out what says nothing", () => {
  const event = { type: "message.received", room, from: ravi, message: message("Hello\nyou") } as const
  expect(eventText(event, at, UNICODE_SYMBOLS)).toBe(
    "2026-11-22 12:04:05  #everyone Ravi ?7f3c2k: Hello\n    you",
  )
  const direct = { ...event, room: { id: "r", name: "Ravi", kind: "direct" } } as const
  expect(eventText(direct, at, UNICODE_SYMBOLS)).toMatch(/^2026-11-22 12:04:05 {2}Ravi \?/)
  expect(eventText({ type: "ready" }, at, UNICODE_SYMBOLS)).toBeUndefined()
  const gone = { type: "relay.disconnected", why: "unreachable", retryAt: at } as const
  expect(eventText(gone, at, ASCII_SYMBOLS)).toBe("2026-11-22 12:04:05  -- no connection: relay not reached")
})

test("an export holds every line, and a notice cannot be mistaken for one that somebody wrote", () => {
  const lines = [
    { kind: "notice", order: "1", at, notice: { code: "you-joined" } },
    { kind: "message", order: "2", at, message: message("Hello") },
  ] as const
  const text = exportText({ profile: "asha", room, lines, exportedAt: at }, UNICODE_SYMBOLS)
  const [head, empty, notice, first, end] = text.split("\n")
  expect(head).toBe("#everyone, exported for asha on 2026-11-22 12:04:05")
  expect([empty, end]).toEqual(["", ""])
  expect(notice).toMatch(/^2026-11-22 12:04:05 {2}— /)
  expect(first).toBe(lineText(lines[1], UNICODE_SYMBOLS))
})

test("a time that no clock can show", () => {
  expect(localTime(Number.MAX_SAFE_INTEGER)).toBe("---------- --:--:--")
})
