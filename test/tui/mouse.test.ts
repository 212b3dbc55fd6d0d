/** The mouse: what it means where, and that nothing is reached by it alone. */
import { expect, test } from "vitest"
import { mouseAction } from "../../src/tui/mouse.ts"
import { nameOfAction } from "../../src/tui/key-table.ts"
import { DEFAULT_KEYS, labelOf } from "../../src/tui/key-map.ts"
import { viewportOf } from "../../src/tui/visible.ts"
import { Chat, chat, EVERYONE, longRoom, MEERA } from "../support/tui-chat.ts"
import { FakeClient } from "../support/fake-client.ts"

type Button = "left" | "wheel-up" | "wheel-down"
const press = (it: Chat, button: Button, x: number, y: number) =>
  it.give({ kind: "key", key: { kind: "mouse", button, x, y } })

test("a click on a room opens it; on anything else nothing happens", async () => {
  const it = await chat()
  expect(press(it, "left", 3, 3).taken()).toContainEqual({ kind: "open-room", roomId: MEERA })
  for (const [x, y] of [
    [3, 0],
    [3, 1],
    [3, 4],
    [3, 10],
    [30, 3],
    [0, 3],
    [3, 23],
    [79, 23],
  ] as const)
    expect(press(it, "left", x, y).taken(), `${x} ${y}`).toEqual([])
  it.give({ kind: "resize", columns: 40, rows: 12 }).taken()
  expect(press(it, "left", 3, 3).taken()).toEqual([])
})

test("with more rooms than rows, the room that stands there opens", async () => {
  const client = new FakeClient()
  const people = Array.from({ length: 40 }, (_, n) => client.addPerson(`Pupil ${String(n).padStart(2, "0")}`))
  for (const { id } of people) await client.openChat(id)
  const it = new Chat(client).open("r_Pupil 39")
  it.taken()
  const rows = viewportOf(it.view).height
  const last = mouseAction(it.view, { kind: "mouse", button: "left", x: 2, y: rows })
  expect(last).toEqual({ kind: "window", number: 41 })
  const first = mouseAction(it.view, { kind: "mouse", button: "left", x: 2, y: 2 })
  expect(first).toEqual({ kind: "window", number: 41 - rows + 2 })
})

test("the wheel scrolls, and the line below leads to the end", () => {
  const it = new Chat(longRoom(60)).open(EVERYONE)
  const end = it.screen()
  press(it, "wheel-up", 40, 5)
  expect(it.screen()).not.toEqual(end)
  press(it, "wheel-down", 40, 5)
  expect(it.screen()).toEqual(end)
  press(press(it, "wheel-up", 40, 5), "wheel-up", 40, 5)
  press(it, "left", 70, viewportOf(it.view).height + 1)
  expect(it.screen()).toEqual(end)
})

test("over a list the wheel goes up and down in it, and a click does nothing", async () => {
  const it = (await chat()).press("ctrl+o")
  press(it, "wheel-down", 5, 5)
  expect(it.view.overlay).toMatchObject({ kind: "picker", index: 1 })
  press(it, "wheel-up", 5, 5)
  press(it, "left", 5, 3)
  expect(it.view.overlay).toMatchObject({ kind: "picker", index: 0 })
  expect(it.taken()).toEqual(expect.not.arrayContaining([expect.objectContaining({ kind: "open-room" })]))
})

test("whatever the mouse does, a key does as well", async () => {
  const it = new Chat(longRoom(60)).open(EVERYONE).press("pageup")
  for (const [button, x, y] of [
    ["wheel-up", 1, 1],
    ["wheel-down", 1, 1],
    ["left", 70, viewportOf(it.view).height + 1],
    ["left", 2, 2],
  ] as const) {
    const action = mouseAction(it.view, { kind: "mouse", button, x, y })!
    expect(labelOf(DEFAULT_KEYS, nameOfAction(action))).not.toBe("(no key)")
  }
})

test("/mouse and Alt+M ask for it", async () => {
  const it = (await chat()).press("alt+m")
  expect(it.taken()).toContainEqual({ kind: "set", name: "mouse", value: undefined, roomId: undefined })
})
