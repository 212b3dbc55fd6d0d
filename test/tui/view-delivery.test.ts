/** What the chat screen shows of delivery: numbers, failures, the page of receipts, gaps that come and go. */
import { expect, test } from "vitest"
import { snapshotOf } from "../../src/tui/snapshot.ts"
import { TAIL_LINES } from "../../src/tui/view.ts"
import { NOON } from "../support/fake-client.ts"
import { Chat, chat, EVERYONE, longRoom } from "../support/tui-chat.ts"

test("in a room the numbers change on the right line, and the state when everybody has it", async () => {
  const it = await chat()
  const { id } = await it.client.send(EVERYONE, "one")
  it.client.setState(EVERYONE, id, "relayed")
  expect(it.refresh().screen().at(-1)).toContain("you ✓ 0/3 ")
  it.client.setReceipt(EVERYONE, id, "u_Ravi", "read")
  expect(it.refresh().screen().at(-1)).toContain("you ✓ 1/3 1 read")
  it.client.setReceipt(EVERYONE, id, "u_Meera T", "delivered")
  it.client.setReceipt(EVERYONE, id, "u_Imran", "delivered")
  expect(it.refresh().screen().at(-1)).toContain("you ✓✓ 3/3 r1 ")
  it.client.setState(EVERYONE, id, "read")
  expect(it.refresh().screen().at(-1)).toContain("you ✓✓ read ")
})

test("what failed says so in words under it, on a wide screen and a narrow one", async () => {
  for (const columns of [80, 40]) {
    const it = await chat({ columns, rows: 24 })
    const { id } = await it.client.send(EVERYONE, "one")
    it.client.setState(EVERYONE, id, "failed")
    const screen = it.refresh().screen().join("\n")
    expect(screen).toContain("you ! failed")
    expect(screen).toMatch(/! Not delivered, and not tried/u)
  }
})

test("the page of receipts: arrows go to other messages, and it counts on while it is open", async () => {
  const it = await chat()
  const line = it.client.transcript(EVERYONE, 1)[0]!
  if (line.kind !== "message") throw new RangeError("a message was expected")
  const page = (back: number) =>
    ({ kind: "receipts", roomId: EVERYONE, back, line, people: [], offset: 0 }) as const
  expect(it.press("f6").taken()).toEqual([{ kind: "receipts", roomId: EVERYONE, back: 1 }])
  it.give({ kind: "overlay", overlay: page(1) }).press("right")
  expect(it.taken()).toEqual([])
  expect(it.press("left").taken()).toEqual([{ kind: "receipts", roomId: EVERYONE, back: 2 }])
  expect(
    it
      .give({ kind: "overlay", overlay: page(2) })
      .press("right")
      .taken(),
  ).toEqual([{ kind: "receipts", roomId: EVERYONE, back: 1 }])
  const people = it.client.receipts(EVERYONE, line.message.id)
  const tail = {
    roomId: EVERYONE,
    lines: it.client.transcript(EVERYONE, TAIL_LINES),
    asked: TAIL_LINES,
    receipts: { line, people },
  }
  it.give({ kind: "snapshot", data: snapshotOf(it.client, it.client.now), tail })
  expect(it.view.overlay).toMatchObject({ kind: "receipts", people: [{}, {}, {}] })
  expect(it.press("f6").view.overlay).toBeUndefined()
})

test("a gap that is filled is gone, and what was missing stands in its place", async () => {
  const it = await chat()
  const ravi = it.client.findPerson("ravi")
  it.client.notice(EVERYONE, { code: "gap", person: ravi, missing: 2 })
  it.client.receive(EVERYONE, ravi, "after the gap")
  expect(it.refresh().screen().join("\n")).toContain("! 2 messages of Ravi ?7f3c2k are missing here")
  it.client.fillGap(EVERYONE, ravi, ["first", "second"])
  const screen = it.refresh().screen()
  expect(screen.join("\n")).not.toContain("missing")
  expect(screen.slice(-3).map((row) => row.split("│ ")[1])).toEqual(["first", "second", "after the gap"])
})

test("somebody who reads further up stays there when the lowest line on the screen goes", () => {
  const client = longRoom(60)
  const ravi = client.findPerson("ravi")
  client.notice(EVERYONE, { code: "gap", person: ravi, missing: 1 }, NOON + 60_000)
  for (let n = 0; n < 20; n++) client.receive(EVERYONE, ravi, `later ${n}`, NOON + 61_000)
  const it = new Chat(client).open(EVERYONE)
  while (!/missing here|for\.$/u.test(it.screen().at(-1)!)) it.press("alt+pageup")
  while (it.view.scroll.kind === "at" && !it.view.scroll.key.startsWith("n ")) it.press("alt+pageup")
  const top = it.screen()[0]
  client.fillGap(EVERYONE, ravi, [])
  const screen = it.refresh().screen()
  expect(it.view.scroll.kind).toBe("at")
  expect(screen.at(-1)).toContain("message 59")
  expect(screen.join("\n")).not.toContain("missing")
  expect(screen.some((row) => row === top)).toBe(true)
})
