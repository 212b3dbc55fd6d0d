/** The page of one message: whom it reached, found by counting back, safe from hostile names. */
import { expect, test } from "vitest"
import type { FakeClient } from "../support/fake-client.ts"
import {
  freshReceipts,
  noReceiptsWords,
  plainReceipts,
  receiptLines,
  receiptsOf,
} from "../../src/tui/receipts.ts"
import { drawnCells } from "../../src/tui/text-width.ts"
import { UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { bigClass, PUPILS } from "../support/fake-class.ts"
import { classroom } from "../support/fake-client.ts"
import { HOSTILE_CORPUS } from "../support/hostile-text.ts"

const ROOM = "r_everyone"
const WIDTH = 72

function page(client: FakeClient, back: number, width = WIDTH): string[] {
  const found = receiptsOf(client, ROOM, back)
  if (found === undefined) throw new RangeError("no such message")
  return receiptLines(found, UNICODE_SYMBOLS, width).map((spans) => spans.map(({ text }) => text).join(""))
}

test("counts back own messages only, however far up they stand", async () => {
  const { client, ids } = await bigClass()
  expect(receiptsOf(client, ROOM, 1)?.line.message.id).toBe(ids.queued)
  expect(receiptsOf(client, ROOM, 2)?.line.message.id).toBe(ids.relayed)
  const pupil = client.findPerson("Pupil 1")
  for (let n = 0; n < 450; n++) client.receive(ROOM, pupil, `question ${n}`)
  expect(receiptsOf(client, ROOM, 2)?.line.message.id).toBe(ids.relayed)
  expect(receiptsOf(client, ROOM, 6)?.line.message.id).toBe(ids.failed)
  expect(receiptsOf(client, ROOM, 7)).toBeUndefined()
  expect([noReceiptsWords(1), noReceiptsWords(7)]).toEqual([
    "You have written nothing here yet.",
    "You have not written 7 messages here.",
  ])
})

test("who does not have it stands first, then who has, then who has read it", async () => {
  const { client } = await bigClass()
  const lines = page(client, 2)
  expect(lines[0]).toMatch(/^12:05 Yes, at half past twelve/u)
  expect(lines[1]).toBe("12 of 29 have it, 5 of them have read it.")
  const states = lines.slice(-PUPILS).map((line) => line.slice(0, 9).trim())
  expect(states).toEqual([
    ...Array.from({ length: 17 }, () => "✓ not yet"),
    ...Array.from({ length: 7 }, () => "✓✓ has it"),
    ...Array.from({ length: 5 }, () => "✓✓ read"),
  ])
  expect(lines.at(-1)).toMatch(/^✓✓ read +Pupil 5 \?/u)
})

test.each([
  [1, /It waits on this computer and is sent/u, 0],
  [3, /29 of 29 have it, 28 of them have read it\./u, PUPILS],
  [4, /29 of 29 have it, 29 of them have read it\./u, PUPILS],
  [5, /9 of 29 did not confirm it in 30 days, and it is not tried any more/u, PUPILS],
  [6, /It was not delivered, and is not tried any more: write it again\./u, 0],
])("message %d says what is known", async (back, words, people) => {
  const { client } = await bigClass()
  const lines = page(client, back)
  expect(lines.join("\n")).toMatch(words)
  expect(lines.filter((line) => line.includes("Pupil"))).toHaveLength(people)
})

test("one person, and nobody at all", async () => {
  const client = await classroom()
  const { id } = await client.send("r_Meera T", "thank you")
  client.setState("r_Meera T", id, "relayed")
  const found = receiptsOf(client, "r_Meera T", 1)!
  expect(plainReceipts(found, UNICODE_SYMBOLS)).toContain("Meera T ✓ does not have it yet")
  client.setReceipt("r_Meera T", id, "u_Meera T", "read")
  const [line, people] = freshReceipts(client, found, client.transcript("r_Meera T", 10))
  expect([line.message.state, people[0]?.state]).toEqual(["read", "read"])
  client.setRoom(ROOM, { members: [] })
  const alone = await client.send(ROOM, "anybody?")
  client.setState(ROOM, alone.id, "relayed")
  expect(page(client, 1)[1]).toBe(
    "It is at the relay. This computer knows of nobody who was here when it was sent.",
  )
})

test("of a message that another copy of the profile sent, nothing is claimed", async () => {
  const { client } = await bigClass()
  const { line, ...rest } = receiptsOf(client, ROOM, 2)!
  const message = { ...line.message, state: undefined, receipts: undefined }
  expect(plainReceipts({ ...rest, line: { ...line, message }, people: [] }, UNICODE_SYMBOLS)).toContain(
    "Another copy of your profile sent it: who has it is not known here.",
  )
})

test("the line mode says it in words, one person a line", async () => {
  const { client } = await bigClass()
  const lines = plainReceipts(receiptsOf(client, ROOM, 5)!, UNICODE_SYMBOLS)
  expect(lines[0]).toBe("12:02 you: Tomorrow we start at nine.")
  expect(lines[1]).toBe("20 of 29 have it, 20 of them have read it.")
  expect(lines.filter((line) => line.endsWith("did not confirm it in 30 days"))).toHaveLength(9)
  expect(lines.filter((line) => line.endsWith("has read it"))).toHaveLength(20)
})

test.each([34, 72])("no name hides a state or a mark, in %d cells", async (width) => {
  const { client } = await bigClass((n) => HOSTILE_CORPUS[n]!)
  for (const line of page(client, 2, width).slice(-PUPILS)) {
    expect(line).toMatch(/^(?:✓ not yet|✓✓ has it|✓✓ read {2}) {2}\S/u)
    expect(line).toMatch(/ (?:✓|\?[0-9a-f]{6})$/u)
    expect(drawnCells(line)).toBeLessThanOrEqual(width)
  }
})
