import { expect, test } from "vitest"
import { KeyDecoder } from "../../src/tui/key-decoder.ts"
import type { TranscriptLine } from "../../src/client/events.ts"
import { safeBlock } from "../../src/tui/safe-text.ts"
import { PAGE_LINES, TAIL_LINES, type Effect } from "../../src/tui/view.ts"
import { newBelow } from "../../src/tui/visible.ts"
import { themeOf } from "../../src/tui/theme.ts"
import { classroom, FakeClient, NOON } from "../support/fake-client.ts"
import { Chat, chat, EVERYONE, longRoom, MEERA } from "../support/tui-chat.ts"

test("the first room opens by itself, also when it comes later", () => {
  const client = new FakeClient()
  expect(new Chat(client).taken()).toEqual([{ kind: "open-room", roomId: EVERYONE }])
})

test("Enter sends what is written, to the open room, and empties the line", async () => {
  const it = (await chat()).type("hello").press("enter")
  expect(it.taken()).toEqual([{ kind: "send", roomId: EVERYONE, text: "hello", typed: "hello" }])
  expect(it.view.composer.text).toBe("")
  expect(it.press("up").view.composer.text).toBe("hello")
})

test.each([
  ["ctrl+j", ["a", "b"]],
  ["alt+enter", ["a", "b"]],
  ["shift+enter", ["a", "b"]],
])("%s makes a new line and sends nothing", async (chord, lines) => {
  const it = (await chat()).type("a").press(chord).type("b")
  expect(it.view.composer.text).toBe(lines.join("\n"))
  expect(it.taken()).toEqual([])
})

test("backslash and Enter make a new line", async () => {
  const it = (await chat()).type("a\\").press("enter").type("b")
  expect(it.view.composer.text).toBe("a\nb")
  expect(it.taken()).toEqual([])
})

test("a paste never sends; Esc drops a large one, and Ctrl+Y brings it back", async () => {
  const it = (await chat()).paste("1\n2\r3\n4\n5\n6\n/quit\n")
  expect(it.taken()).toEqual([])
  expect(it.view.composer.pasted?.lines).toBe(7)
  expect(it.press("esc").view.composer.text).toBe("")
  expect(it.press("ctrl+y").view.composer.text).toBe("1\n2\n3\n4\n5\n6\n/quit")
})

test.each(["/nonsense", " /quit", "/msg ravi", "/win x"])(
  "%j stays in the line with a reason",
  async (line) => {
    const it = (await chat()).type(line).press("enter")
    expect(it.taken()).toEqual([])
    expect(it.view.composer.text).toBe(line)
    expect(it.view.toast?.tone).toBe("warning")
  },
)

test.each<[string, Effect]>([
  ["/msg ravi hi", { kind: "send-to", to: "ravi", text: "hi", typed: safeBlock("/msg ravi hi") }],
  ["@ravi hi", { kind: "send-to", to: "ravi", text: "hi", typed: safeBlock("@ravi hi") }],
  ["/go ravi", { kind: "go", to: "ravi" }],
  ["/verify ravi", { kind: "verify", name: "ravi", how: undefined }],
  ["/fingerprint", { kind: "fingerprint", name: undefined }],
  ["/export x.txt", { kind: "export", roomId: EVERYONE, path: "x.txt" }],
  ["/win 2", { kind: "open-room", roomId: MEERA }],
  ["/unread", { kind: "open-room", roomId: MEERA }],
  ["/invite", { kind: "invite" }],
  ["/receipts", { kind: "receipts", roomId: EVERYONE, back: 1 }],
  ["/receipts 3", { kind: "receipts", roomId: EVERYONE, back: 3 }],
  ["/redraw", { kind: "redraw" }],
  ["/quit", { kind: "quit" }],
  ["//literal", { kind: "send", roomId: EVERYONE, text: "/literal", typed: safeBlock("//literal") }],
])("%j asks for %j", async (line, effect) => {
  expect((await chat()).type(line).press("enter").taken()).toEqual([effect])
})

test("/help and /who lie over the chat and Esc takes them away", async () => {
  const it = (await chat()).type("/help").press("enter")
  expect(it.view.overlay?.kind).toBe("help")
  expect(it.press("down", "down").view.overlay).toMatchObject({ index: 2 })
  expect(it.press("home", "up").view.overlay).toMatchObject({ index: 0 })
  expect(it.press("esc").view.overlay).toBeUndefined()
  expect(it.type("/who").press("enter").view.overlay?.kind).toBe("who")
})

test("keys between rooms", async () => {
  const it = await chat()
  expect(it.press("ctrl+n").taken()).toEqual([{ kind: "open-room", roomId: MEERA }])
  expect(it.press("ctrl+p").taken()).toEqual([{ kind: "open-room", roomId: MEERA }])
  expect(it.press("alt+2").taken()).toEqual([{ kind: "open-room", roomId: MEERA }])
  expect(it.press("ctrl+g").taken()).toEqual([{ kind: "open-room", roomId: MEERA }])
  expect(it.press("alt+9").taken()).toEqual([])
  expect(it.view.toast?.text).toContain("no room 9")
})

test("a draft waits in its room", async () => {
  const it = (await chat()).type("half a thought").open(MEERA)
  expect(it.view.composer.text).toBe("")
  it.type("other").open(EVERYONE)
  expect(it.view.composer.text).toBe("half a thought")
  expect(it.open(MEERA).view.composer.text).toBe("other")
  expect(it.type("/close").view.roomBefore).toBe(EVERYONE)
})

test("/close goes back to the room before", async () => {
  const it = (await chat()).open(MEERA)
  it.taken()
  expect(it.type("/close").press("enter").taken()).toEqual([{ kind: "open-room", roomId: EVERYONE }])
})

test("go to: typing chooses, Enter opens a room or makes a chat", async () => {
  const it = (await chat()).press("ctrl+k")
  expect(it.view.overlay?.kind).toBe("picker")
  expect(it.type("mee").press("enter").taken()).toEqual([{ kind: "open-room", roomId: MEERA }])
  expect(it.press("f3").type("imr").press("enter").taken()).toEqual([{ kind: "go", to: "u_Imran" }])
  expect(it.press("ctrl+o").type("zzz").press("enter").taken()).toEqual([])
  expect(it.press("backspace", "backspace", "backspace", "backspace").view.overlay).toBeUndefined()
  expect(it.press("f3", "down", "f5").taken()).toEqual([
    { kind: "verify", name: "u_Meera T", how: undefined },
  ])
})

test("F3 and F4 put panes away and back; where there is no room for one, it comes over the chat", async () => {
  const wide = new Chat(await classroom(), { columns: 120, rows: 30 }).open(EVERYONE)
  const has = () => wide.frame()
  expect(has()).toMatch(/Rooms[^]*online/u)
  expect(wide.press("f3").view.overlay).toBeUndefined()
  expect(has()).not.toContain("of 4 online")
  expect(has()).toContain("Rooms")
  wide.press("f4")
  // Nothing stands beside the chat: what the mouse selects is what was said.
  expect(has()).not.toMatch(/Rooms|online$|┴/mu)
  expect(has()).toContain("Is the quiz today?")
  wide.press("f3")
  expect(has()).toContain("of 3 online")
  wide.type("/bare").press("enter")
  expect(has()).not.toMatch(/Rooms|online$|┴/mu)
  wide.type("/bare").press("enter")
  expect(has()).toMatch(/Rooms[^]*online/u)
  const small = await chat()
  expect(small.press("f3").view.overlay).toMatchObject({ kind: "picker", source: "people" })
  small.press("esc", "f4")
  expect(small.view).toMatchObject({ overlay: undefined, hidden: { rooms: true } })
  const narrow = new Chat(await classroom(), { columns: 40, rows: 12 }).open(EVERYONE)
  expect(narrow.press("f4").view.overlay).toMatchObject({ kind: "picker", source: "rooms" })
})

test("lines that came at once from a terminal that marks no paste are not sent, and that is said", async () => {
  const decoder = new KeyDecoder()
  const it = await chat()
  for (const key of decoder.push("hello\ryes\r")) it.give({ kind: "key", key })
  expect(it.taken()).toEqual([])
  expect(it.view.composer.text).toBe("hello\nyes")
  expect(it.view.toast?.text).toContain("none was sent. Enter sends what stands here.")
  // One that the terminal has marked needs no word, and one Enter in a chunk is somebody's Enter.
  const marked = await chat()
  for (const key of decoder.push("\u001b[200~hello\ryes\r\u001b[201~")) marked.give({ kind: "key", key })
  expect(marked.view.toast).toBeUndefined()
  const typed = await chat()
  for (const key of decoder.push("hello\r")) typed.give({ kind: "key", key })
  expect(typed.taken()).toMatchObject([{ kind: "send", text: "hello" }])
})

test("why a line was refused stands there until the line is written on", async () => {
  const it = (await chat()).type("/mgs ravi psst").press("enter")
  expect(it.press("left").view.toast?.text).toContain("/mgs is no command")
  expect(it.press("ctrl+u").view.toast?.text).toBeUndefined()
  expect(it.type(" /msg").press("enter").view.toast?.text).toContain("a space before the command")
  expect(it.paste("one\ntwo").view.toast?.text).toBeUndefined()
  // What is no word about the draft stays.
  it.press("ctrl+c", "ctrl+c")
  expect(it.view.toast?.text).toContain("quits")
})

test("verify: only the two letters answer, never a paste; F5 asks about the other person of a chat", async () => {
  const it = (await chat()).open(MEERA)
  it.taken()
  expect(it.press("f5").taken()).toEqual([{ kind: "verify", name: "u_Meera T", how: undefined }])
  const person = it.client.findPerson("ravi")
  const number = it.client.safetyNumber(person.id)
  const panel = { kind: "verify", person, number, step: "compare" } as const
  it.give({ kind: "overlay", overlay: panel }).paste("y").type("yes").press("enter")
  expect(it.taken()).toEqual([])
  expect(it.view.overlay).toEqual(panel)
  expect(it.type("Y").taken()).toEqual([{ kind: "answer-verify", person, number, match: true }])
  expect(it.type("n").taken()).toEqual([{ kind: "answer-verify", person, number, match: false }])
  expect(it.press("esc").view.overlay).toBeUndefined()
  it.give({ kind: "overlay", overlay: { ...panel, step: "match" } }).type("x")
  expect(it.view.overlay).toBeDefined()
  expect(it.press("enter").view.overlay).toBeUndefined()
})

test("Ctrl+C empties the line first, then asks, then quits; another key disarms it", async () => {
  const it = (await chat()).type("draft").press("ctrl+c")
  expect([it.view.composer.text, it.taken()]).toEqual(["", []])
  it.press("ctrl+c").type("x").press("backspace", "ctrl+c")
  expect(it.taken()).toEqual([])
  expect(it.view.toast?.text).toBe("Ctrl+C again quits.")
  expect(it.press("pageup").view.toast).toBeUndefined()
  expect(it.press("ctrl+c").taken()).toEqual([])
  expect(it.press("ctrl+c").taken()).toEqual([{ kind: "quit" }])
})

test("Ctrl+D quits on an empty line only", async () => {
  const it = (await chat()).type("ab").press("left", "ctrl+d")
  expect([it.view.composer.text, it.taken()]).toEqual(["a", []])
  expect(it.press("backspace", "ctrl+d").taken()).toEqual([{ kind: "quit" }])
})

test("what could not be sent goes back into its line with the reason", async () => {
  const it = (await chat()).type("hi").press("enter")
  it.give({ kind: "not-sent", roomId: EVERYONE, text: safeBlock("hi"), why: safeBlock("no") })
  expect([it.view.composer.text, it.view.toast]).toEqual(["hi", { text: "no", tone: "danger" }])
  it.give({ kind: "not-sent", roomId: MEERA, text: safeBlock("lost"), why: safeBlock("no") })
  expect(it.view.composer.text).toBe("hi")
  expect(it.open(MEERA).view.composer.text).toBe("lost")
})

test("a room is read when its end is on the screen of a window in use, once", async () => {
  const it = new Chat(await classroom())
  it.taken()
  expect(it.open(MEERA).taken()).toEqual([{ kind: "mark-read", roomId: MEERA }])
  expect(it.refresh().taken()).toEqual([])
})

test.each<[string, (it: Chat) => void]>([
  ["the window is not in use", (it) => it.give({ kind: "key", key: { kind: "focus", focused: false } })],
  ["something lies over the chat", (it) => it.press("f1")],
  ["somebody reads further up", (it) => it.press("home")],
])("a message is not read while %s, and is when that ends", (_, cover) => {
  const client = longRoom(60)
  const it = new Chat(client).open(EVERYONE)
  cover(it)
  it.taken()
  client.receive(EVERYONE, client.findPerson("ravi"), "new")
  it.refresh()
  expect(it.taken()).toEqual([])
  it.give({ kind: "key", key: { kind: "focus", focused: true } }).press("esc", "end")
  expect(it.taken()).toEqual([{ kind: "mark-read", roomId: EVERYONE }])
})

test("new messages never move what is being read, and are counted", () => {
  const client = longRoom(60)
  const it = new Chat(client).open(EVERYONE).press("pageup", "pageup")
  const before = it.screen()
  for (let n = 0; n < 3; n++) client.receive(EVERYONE, client.findPerson("ravi"), `new ${n}`)
  it.refresh()
  expect(it.screen()).toEqual(before)
  expect(newBelow(it.view)).toBe(3)
  expect(it.press("end").screen().at(-1)).toContain("new 2")
  expect(newBelow(it.view)).toBe(0)
})

test("scrolling up asks for older lines until there are none", () => {
  const client = longRoom(TAIL_LINES + PAGE_LINES + 50)
  const it = new Chat(client).open(EVERYONE)
  it.taken()
  it.press("home")
  const asked = it.taken()
  expect(asked).toEqual([{ kind: "load-older", roomId: EVERYONE, before: it.view.lines[0]!.order }])
  const before = it.screen()
  const older = client.transcript(EVERYONE, PAGE_LINES, it.view.lines[0]!.order)
  it.give({ kind: "older", roomId: EVERYONE, lines: older, complete: false })
  // The first message has a head of its own only while nothing is known of what came before it.
  expect(it.screen().slice(2)).toEqual(before.slice(2))
  it.press("home")
  const rest = client.transcript(EVERYONE, PAGE_LINES, it.view.lines[0]!.order)
  it.give({ kind: "older", roomId: EVERYONE, lines: rest, complete: true }).press("home")
  expect(it.screen()[1]).toContain("message 0")
  it.taken()
  expect(it.press("home").taken()).toEqual([])
})

test("up and down a room of many rows, every row comes by once and in order", () => {
  const client = longRoom(60)
  const it = new Chat(client, { columns: 50, rows: 14 }).open(EVERYONE).press("home")
  const seen = new Set<string>()
  const order: string[] = []
  const look = () => {
    for (const row of it.screen()) {
      const number = /message \d+/.exec(row)?.[0]
      if (number !== undefined && !seen.has(number)) {
        seen.add(number)
        order.push(number)
      }
    }
  }
  look()
  for (let page = 0; page < 40; page++) {
    it.press("pagedown")
    look()
  }
  expect(order).toEqual(Array.from({ length: 60 }, (_, n) => `message ${n}`))
})

test("the unread line stands where the room was left, and goes with the next message of one's own", async () => {
  const it = new Chat(await classroom()).open(MEERA)
  expect(it.screen().some((row) => row.includes("new since you left"))).toBe(true)
  it.refresh().type("yes").press("enter")
  expect(it.screen().some((row) => row.includes("new since you left"))).toBe(false)
  expect((await chat()).press("ctrl+u").view.scroll).toEqual({ kind: "end" })
})

test("a state that changes is drawn at once, on the right line", async () => {
  const it = (await chat()).type("one").press("enter")
  const { id } = await it.client.send(EVERYONE, "one")
  it.refresh()
  expect(it.screen().at(-1)).toContain("you ·")
  it.give({ kind: "message-state", roomId: EVERYONE, id, state: "relayed" })
  expect(it.screen().at(-1)).toContain("you ✓ ")
  it.give({ kind: "message-state", roomId: EVERYONE, id, state: "read" })
  expect(it.screen().at(-1)).toContain("you ✓✓ read")
  expect(it.screen().filter((row) => row.includes("✓✓"))).toHaveLength(1)
})

test("more new lines than one reading holds: the window starts again at the end", () => {
  const client = longRoom(150)
  const it = new Chat(client).open(EVERYONE)
  for (let n = 0; n < TAIL_LINES + 20; n++) client.receive(EVERYONE, client.findPerson("ravi"), `burst ${n}`)
  it.refresh()
  const lines: readonly TranscriptLine[] = it.view.lines
  expect(lines).toHaveLength(TAIL_LINES)
  expect(it.view.complete).toBe(false)
  expect(it.screen().at(-1)).toContain(`burst ${TAIL_LINES + 19}`)
})

test("a focus report or an unknown key changes nothing that is drawn", async () => {
  const it = await chat()
  const before = it.screen()
  expect(it.press("f12", "ctrl+b").type("").screen()).toEqual(before)
  expect(it.taken()).toEqual([])
})

test("Ctrl+X Ctrl+E gives the text to the editor, and what comes back is never sent", async () => {
  const it = (await chat()).type("half").press("ctrl+x", "ctrl+e")
  expect(it.taken()).toContainEqual({ kind: "editor", roomId: EVERYONE, text: "half" })
  it.give({ kind: "edited", roomId: EVERYONE, text: "/quit\n1\n2\n3\n4\n5\u001b[31m" })
  expect(it.view.composer.text).toBe("/quit\n1\n2\n3\n4\n5␛[31m")
  expect(it.view.composer.pasted?.lines).toBe(6)
  it.open(MEERA).taken()
  it.give({ kind: "edited", roomId: EVERYONE, text: "for the class" })
  expect([it.view.composer.text, it.taken()]).toEqual(["", []])
  expect(it.open(EVERYONE).view.composer.text).toBe("for the class")
  const opened = it.press("ctrl+u").type("/editor").press("enter").taken()
  expect(opened).toContainEqual({ kind: "editor", roomId: EVERYONE, text: "" })
})

test("Tab in a path asks the disk; what comes too late changes nothing", async () => {
  const it = (await chat()).type("/export no").press("tab")
  expect(it.taken().at(-1)).toEqual({ kind: "complete-path", typed: "no", by: 1 })
  it.give({ kind: "paths", typed: "na", by: 1, paths: ["name"] })
  expect(it.view.composer.text).toBe("/export no")
  it.give({ kind: "paths", typed: "no", by: 1, paths: ["note.txt", "notes/"] })
  expect(it.view.composer.text).toBe("/export note.txt")
  expect(it.press("tab").view.composer.text).toBe("/export notes/")
  expect(it.taken()).toEqual([])
})

test("what came below while one read further up is found, also where nothing was new before", async () => {
  const it = new Chat(longRoom(60)).open(EVERYONE)
  it.press("pageup", "pageup")
  const ravi = it.client.findPerson("ravi")
  for (let n = 0; n < 40; n++) it.client.receive(EVERYONE, ravi, `new ${n}`, NOON + 100_000 + n * 1_000)
  it.refresh()
  expect(it.frame()).toContain("40 new below")
  it.press("ctrl+u")
  expect(it.frame()).not.toContain("Nothing new")
  const first = it.screen().findIndex((row) => row.includes("new 0"))
  expect(it.screen()[first - 1] ?? "").not.toContain("message")
  expect(first).toBeLessThanOrEqual(1)
  expect(it.press("end", "ctrl+u").frame()).toContain("Nothing new in this room.")
})

test.each([false, true])("a room where somebody means us has a mark of its own, ASCII: %s", async (ascii) => {
  const it = await chat()
  it.give({ kind: "theme", theme: themeOf({ ascii, color: false }) })
  const [ravi, imran] = [it.client.findPerson("ravi"), it.client.findPerson("imran")]
  it.open((await it.client.openChat(imran.id)).id)
  it.client.receive(EVERYONE, ravi, "who is there?")
  expect(it.refresh().frame()).toMatch(/^ {2}1 #everyone +3 /mu)
  it.client.receive(EVERYONE, ravi, "@Asha, are you?")
  expect(it.refresh().frame()).toMatch(/^ \*1 #everyone +4 /mu)
  // A chat of two is meant for both: its number says enough.
  expect(it.frame()).toMatch(/^ {2}2 Meera T . +1 /mu)
})

test("the next unread room is the one where somebody means us", async () => {
  const it = await chat()
  const [ravi, imran] = [it.client.findPerson("ravi"), it.client.findPerson("imran")]
  it.open((await it.client.openChat(imran.id)).id)
  it.client.receive(EVERYONE, ravi, "who is there?")
  it.refresh().taken()
  expect([...it.view.data.meant]).toEqual([MEERA])
  expect(it.press("ctrl+g").taken()).toContainEqual({ kind: "open-room", roomId: MEERA })
  it.client.receive(EVERYONE, ravi, "@Asha, are you?")
  expect(it.refresh().view.data.meant.has(EVERYONE)).toBe(true)
  expect(it.press("alt+a").taken()).toContainEqual({ kind: "open-room", roomId: EVERYONE })
})
