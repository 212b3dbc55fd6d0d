/** What is typed reaches whom it was meant for, whatever had the keys before, and whatever moves meanwhile. */
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import { TypedAhead } from "../../src/tui/typed-ahead.ts"
import { classroom, NOON } from "../support/fake-client.ts"
import { chat, EVERYONE, MEERA } from "../support/tui-chat.ts"
import { Stage } from "../support/tui-stage.ts"

test.each(["@ravi secret", "/msg ravi secret", "#everyone hello"])(
  "%s is written, not done, where a message is chosen",
  async (line) => {
    const it = await chat()
    it.press("esc")
    expect(it.view.picked).toBeDefined()
    for (const letter of line) it.type(letter)
    expect(it.view).toMatchObject({ picked: undefined, about: undefined, overlay: undefined })
    expect(it.view.composer.text).toBe(line)
    it.press("enter")
    const to = line.startsWith("#") ? "#everyone" : "ravi"
    expect(it.taken()).toMatchObject([{ kind: "send-to", to }])
    // In one, as a slow line hands it over.
    it.press("esc").type(line)
    expect(it.view.composer.text).toBe(line)
  },
)

test("who is chosen in a list stays chosen when others come to stand before them", async () => {
  const it = await chat()
  it.press("ctrl+o", "down")
  expect(it.client.rooms()[1]!.id).toBe(MEERA)
  const imran = it.client.findPerson("Imran")
  const { id } = await it.client.openChat(imran.id)
  it.client.receive(id, imran, "first now", NOON + 900_000)
  const [everyone, ...others] = it.client.rooms()
  it.client.rooms = () => [everyone!, ...others.toReversed()]
  expect(it.client.rooms()[1]!.id).toBe(id)
  it.refresh()
  it.press("f1").refresh()
  it.press("esc")
  expect(it.press("enter").taken()).toEqual([{ kind: "open-room", roomId: MEERA }])
})

test("what is typed ahead waits for the room that is being opened", async () => {
  const client = await classroom()
  const openChat = client.openChat.bind(client)
  const { promise: ready, resolve: open } = Promise.withResolvers<void>()
  client.openChat = async (id) => {
    await ready
    return openChat(id)
  }
  const before = client.sent.length
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await stage.until("Is the quiz today?")
  stage.type("/go imran\r")
  stage.type("for you alone")
  stage.type("\r")
  await stage.rest(20)
  expect(client.sent).toHaveLength(before)
  open()
  await stage.until(/Imran[^]*│ for you alone/u)
  expect(client.sent.slice(before).map(({ roomId }) => roomId)).toEqual(["r_Imran"])
  // A chat that exists is open before the next key.
  stage.type("/go #everyone\r")
  stage.type("/go meera t\r")
  stage.type("hello meera\r")
  await stage.until("│ hello meera")
  expect(client.sent.at(-1)!.roomId).toBe(MEERA)
  expect(client.sent.slice(before).map(({ roomId }) => roomId)).not.toContain(EVERYONE)
  stage.type("\u0003\u0003\u0003")
  await stage.done
})

test("a room that cannot be opened: what was typed ahead stands in the line, and nobody is told it", async () => {
  const client = await classroom()
  const { promise: failing, reject } = Promise.withResolvers<never>()
  client.openChat = () => failing
  const before = client.sent.length
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await stage.until("Is the quiz today?")
  stage.type("/go imran\r")
  stage.type("for you alone")
  stage.type("\r")
  await stage.rest(20)
  reject(new Error("no such chat"))
  await stage.until(/▸[^\n]*for you alone/u)
  await stage.rest(20)
  expect(client.sent).toHaveLength(before)
  stage.type("\u0003\u0003\u0003")
  await stage.done
})

test("a name that nobody has: the command stands in the line again, and what follows is said to nobody", async () => {
  const client = await classroom()
  const before = client.sent.length
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await stage.until("Is the quiz today?")
  stage.type("/go bbo\r")
  await stage.until(/▸ \/go bbo/u)
  stage.type("for you alone")
  stage.type("\r")
  await stage.rest(20)
  expect(client.sent).toHaveLength(before)
  stage.type("\u0003\u0003\u0003")
  await stage.done
})

test("nobody is held up by a room that does not open", () => {
  const given: string[] = []
  const ahead = new TypedAhead((keys) => {
    for (const key of keys) if (key.kind === "text") given.push(key.text)
  })
  expect(ahead.takes({ kind: "text", text: "a" })).toBe(false)
  ahead.wait(new Promise(() => {}))
  expect(ahead.takes({ kind: "text", text: "b" })).toBe(true)
  expect(ahead.takes({ kind: "chord", chord: "ctrl+l" })).toBe(false)
  expect(ahead.takes({ kind: "chord", chord: "enter" })).toBe(true)
  expect(ahead.takes({ kind: "chord", chord: "ctrl+c" })).toBe(false)
  expect(ahead.takes({ kind: "text", text: "c" })).toBe(false)
  expect(given).toEqual([])
})
