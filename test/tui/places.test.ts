/** A message chosen, a list beside the chat, a panel over it: what can be done there without a letter, and what is said. */
import { expect, test } from "vitest"
import { classroom } from "../support/fake-client.ts"
import { Chat, chat, EVERYONE, MEERA } from "../support/tui-chat.ts"

const wide = async () => {
  const it = new Chat(await classroom(), { columns: 120, rows: 30 }).open(EVERYONE)
  it.taken()
  return it
}

const bottom = (it: Chat) => it.frame().split("\n").at(-1)!
const choices = ({ view }: Chat) =>
  view.overlay?.kind === "page" ? view.overlay.choices?.map(({ label }) => label) : undefined

test("with a message chosen only what can be done with it is offered", async () => {
  const it = (await chat()).press("esc")
  // One's own, with no link in it.
  expect(it.frame()).toMatch(/R answer · E change · D delete · \+ react · Y copy · I who has it · F forward/u)
  expect(it.press("enter").view.overlay).toMatchObject({ title: "What to do with this message" })
  expect(choices(it)).toEqual([
    "answer it",
    "change it",
    "delete it",
    "react to it",
    "copy it",
    "who has it",
    "forward it",
  ])
  it.press("esc", "up")
  expect(it.frame()).not.toMatch(/E change|D delete|I who has it|O open/u)
  expect(it.frame()).toContain("V verify")
  it.press("enter")
  expect(choices(it)).toEqual(["answer it", "react to it", "copy it", "verify who wrote it", "forward it"])
  expect(it.press("esc").view).toMatchObject({ overlay: undefined, picked: expect.any(String) as string })
})

/** What the keys of R, E, D, Y, V, Q, J and K write on a Devanagari keyboard (InScript), and ? with Shift. */
const DEVANAGARI = "ीा्बनौरक"

test("a keyboard without Latin letters reaches every deed by arrows and Enter, and its letters do nothing", async () => {
  const it = (await chat()).press("esc", "up")
  const { picked } = it.view
  for (const letter of DEVANAGARI) it.type(letter)
  expect(it.view).toMatchObject({ picked, overlay: undefined, composer: { text: "" } })
  it.press("enter", "enter").type("क्यों?").press("enter")
  expect(it.taken()).toMatchObject([{ kind: "send", text: "क्यों?", replyTo: { id: picked } }])
  it.press("esc", "up", "enter", "down", "down", "down", "enter")
  expect(it.taken()).toMatchObject([{ kind: "verify" }])
})

test("what cannot be taken back begins at leaving it; arrows and Enter do it all the same", async () => {
  const it = (await chat()).press("esc", "enter", "down", "down", "enter")
  expect(it.view.overlay).toMatchObject({ title: "Delete this message?" })
  expect(it.press("enter").view.overlay).toBeUndefined()
  expect(it.taken()).toEqual([])
  it.press("esc", "enter", "down", "down", "enter", "up", "enter")
  expect(it.taken()).toMatchObject([{ kind: "remark", wish: { do: "delete" } }])
})

test("a letter and the words behind it that come in one are an answer and its text", async () => {
  const it = (await chat()).press("esc", "up").type("rNo, tomorrow.").press("enter")
  expect(it.taken()).toMatchObject([{ kind: "send", text: "No, tomorrow." }])
  // A deletion takes one letter, and words that begin with none of these do nothing.
  it.press("esc").type("delete this").type("hello")
  expect(it.view).toMatchObject({ picked: expect.any(String) as string, overlay: undefined })
  expect(it.view.composer.text).toBe("")
})

test("digits are compared by arrows and Enter, and Enter alone says nothing", async () => {
  const it = await chat()
  const person = it.client.findPerson("ravi")
  const ask = () =>
    it.give({ kind: "overlay", overlay: { kind: "verify", person, number: "12345", step: "compare" } })
  expect(ask().press("enter", "enter").taken()).toEqual([])
  expect(it.press("right", "enter").taken()).toMatchObject([{ kind: "answer-verify", match: true }])
  expect(ask().press("left", "enter").taken()).toMatchObject([{ kind: "answer-verify", match: false }])
  expect(ask().press("down", "down", "up", "enter").taken()).toMatchObject([{ match: true }])
  // A paste is no answer.
  expect(ask().paste("y").taken()).toEqual([])
})

test("a verification is answered by arrows, and the Enter after it answers nothing", async () => {
  const it = new Chat(await classroom(), { columns: 80, rows: 30 }).open(EVERYONE)
  const { id } = await it.client.verification.askWords(it.client.findPerson("ravi").id)
  it.client.verification.put({ id, step: "compare", waitingFor: "both", digits: "01234" })
  it.refresh().give({ kind: "overlay", overlay: { kind: "verification", id, offset: 0, asText: false } })
  it.taken()
  expect(it.press("enter").taken()).toEqual([])
  expect(it.press("right", "enter").taken()).toMatchObject([{ kind: "verify-act", act: "match" }])
  it.client.verification.put({ id, step: "compare", ownAnswer: true })
  it.refresh()
  expect(it.press("enter", "enter").taken()).toEqual([])
  expect(it.press("left", "enter").taken()).toMatchObject([{ kind: "verify-act", act: "stop" }])
})

test("? and F1 show the keys of the place first, and what lay over the chat lies there again", async () => {
  const it = await wide()
  const first = () => it.frame().split("\n")[3]
  it.press("f1")
  expect(first()).toContain("Commands")
  it.press("esc", "esc").type("?")
  expect(first()).toContain("Keys with a message chosen")
  expect(it.press("esc").view.picked).toBeDefined()
  it.press("esc", "tab").type("?")
  expect(first()).toContain("Keys in the rooms and people beside the chat")
  expect(it.press("f1").view).toMatchObject({ overlay: undefined, focus: { pane: "rooms" } })
  it.press("f5").press("esc", "f3").press("f7", "f1")
  expect(first()).toContain("Keys in what lies over the chat")
  expect(it.press("esc").view.overlay).toMatchObject({ kind: "picker", source: "people" })
})

test("help is walked, searched by typing, and gives a command to the line", async () => {
  const it = (await chat({ columns: 40, rows: 12 })).press("f1").type("new").type("er")
  expect(it.frame()).toContain(": newer")
  it.press("ctrl+u").type("receipts")
  expect(it.frame()).toMatch(/▸ \/receipts \[N\]/u)
  expect(it.press("enter").view).toMatchObject({ overlay: undefined, composer: { text: "/receipts " } })
  // What stands in the line stays there.
  it.press("f1").type("/who").press("enter")
  expect(it.view.composer.text).toBe("/receipts ")
  it.press("f1", "end")
  expect(it.frame()).toMatch(/▸ [^\n]*12\/29/u)
  it.press("home", "up", "pagedown", "pageup")
  expect(it.frame()).toContain("▸ /help")
  expect(it.type("no such thing").frame()).toContain("nothing of that in help")
  expect(it.press("down", "up", "enter").view.overlay).toBeUndefined()
})

test("every row of help stands on a small screen when the arrows are at it", async () => {
  const it = (await chat({ columns: 40, rows: 12 })).press("f1")
  const seen = new Set<string>()
  for (let step = 0; step < 400; step++) {
    const row = it
      .frame()
      .split("\n")
      .find((line) => line.includes("▸"))
    expect(row).toBeDefined()
    seen.add(row!)
    it.press("down")
  }
  expect(seen.size).toBeGreaterThan(100)
})

test("Tab goes on to rooms, messages and people and back, Shift+Tab the other way; Esc returns at once", async () => {
  const it = await wide()
  const place = () => it.view.focus?.pane ?? (it.view.picked === undefined ? "line" : "messages")
  const walk = (key: string) =>
    Array.from({ length: 4 }, () => {
      it.press(key)
      return place()
    })
  expect(walk("tab")).toEqual(["rooms", "messages", "people", "line"])
  expect(walk("shift+tab")).toEqual(["people", "messages", "rooms", "line"])
  expect(it.press("tab", "esc").view.focus).toBeUndefined()
  // While something is written, Tab completes.
  expect(it.type("/wh").press("tab").view).toMatchObject({ focus: undefined, composer: { text: "/who" } })
})

test("only what is on the screen takes part", async () => {
  const narrow = await chat({ columns: 40, rows: 12 })
  expect(narrow.press("tab").view.picked).toBeDefined()
  expect(narrow.press("tab").view).toMatchObject({ picked: undefined, focus: undefined })
  const it = (await wide()).press("f4", "f3", "tab")
  expect(it.view.picked).toBeDefined()
  // A list that is put away while the arrows are in it gives them back.
  const away = (await wide()).press("tab", "f4")
  expect(away.press("down").view).toMatchObject({ focus: undefined })
})

test("in a list arrows choose and Enter opens; letters are written, and Ctrl+C returns", async () => {
  const it = await wide()
  expect(it.press("tab", "down", "enter").taken()).toEqual([{ kind: "open-room", roomId: MEERA }])
  it.open(EVERYONE)
  it.taken()
  it.press("shift+tab", "end", "home", "down", "down", "up")
  const { focus } = it.view
  expect(it.press("enter").taken()).toEqual([{ kind: "go", to: focus!.id }])
  it.press("shift+tab", "f5")
  expect(it.taken()).toMatchObject([{ kind: "verify" }])
  expect(it.press("tab").type("hello").view).toMatchObject({ focus: undefined, composer: { text: "hello" } })
  it.press("ctrl+u", "tab", "ctrl+c")
  expect(it.view).toMatchObject({ focus: undefined, quitArmed: false })
  // Whoever stands under the rooms, where people have no pane of their own, is walked to as well.
  const two = await chat()
  two.press("tab", "end")
  expect(two.press("enter").taken()).toMatchObject([{ kind: "go" }])
})

test("a list that has no room any more gives the arrows back, and no key is lost", async () => {
  const it = (await wide()).press("tab")
  it.give({ kind: "resize", columns: 40, rows: 12 })
  expect(it.view.focus).toBeUndefined()
  it.give({ kind: "resize", columns: 120, rows: 30 }).press("tab")
  it.view = { ...it.view, hidden: { rooms: true, people: true } }
  expect(it.press("up").view).toMatchObject({ focus: undefined, about: { kind: "edit" } })
})

test("the arrows stay at the same person when somebody comes or goes", async () => {
  const it = (await wide()).press("shift+tab", "end")
  const { focus } = it.view
  it.client.addPerson("Zoya")
  it.client.addPerson("Anil")
  expect(it.refresh().view.focus).toEqual(focus)
  expect(it.press("enter").taken()).toEqual([{ kind: "go", to: focus!.id }])
})

test("Esc does what the bottom line says, and no letter after it goes into the draft", async () => {
  const it = await chat()
  it.press("f8")
  expect(it.view.toast?.text).toContain("cannot be sent yet")
  expect(bottom(it)).toContain("Esc messages")
  it.press("esc").type("r")
  expect(it.view).toMatchObject({ about: { kind: "reply" }, composer: { text: "" }, toast: undefined })
  expect(bottom(it)).toContain("Esc no answer")
  it.press("esc").paste("one\ntwo\nthree\nfour\nfive\nsix\nseven")
  expect(bottom(it)).toContain("Esc drops it")
  it.press("esc")
  expect(it.view.composer.text).toBe("")
  expect(bottom(it)).toContain("Esc messages")
  it.press("up")
  expect(bottom(it)).toContain("Esc leaves it")
  it.press("esc").type("x").press("f8")
  expect(bottom(it)).toContain("Esc hides this")
  expect(it.press("esc").view).toMatchObject({ toast: undefined, composer: { text: "x" } })
  expect(bottom(it)).not.toContain("Esc")
  expect(it.press("f1").frame().split("\n").at(-1)).not.toMatch(/Enter send|Ctrl\+O go/u)
})

test("a notice goes when it is no longer true, or after the next deed; what went wrong stays until it is put away", async () => {
  const it = await chat()
  const toast = () => it.view.toast?.text
  it.type("half").press("ctrl+c")
  expect(toast()).toContain("Ctrl+Y brings it back.")
  expect(it.press("ctrl+y").view.toast).toBeUndefined()
  it.press("ctrl+c").type("other")
  expect(toast()).toBeUndefined()
  it.press("ctrl+u")
  const say = (tone: "plain" | "danger") =>
    it.give({ kind: "toast", toast: { text: it.client.self().name as never, tone } })
  // Writing and reading are no deeds.
  expect(say("plain").press("pageup", "left").type("a").press("backspace").view.toast).toBeDefined()
  expect(it.press("f6").view.toast).toBeUndefined()
  say("danger").press("f6", "f1", "esc", "pageup", "ctrl+g")
  it.open(EVERYONE)
  expect(say("danger").press("f6", "f1", "esc").type("hello").view.toast).toBeDefined()
  expect(it.press("enter").view.toast).toBeUndefined()
  expect(say("danger").press("tab", "esc", "esc", "esc").view.toast).toBeUndefined()
})

test("keys of what is not there yet say so, and F9 locks", async () => {
  const it = await chat()
  expect(it.press("ctrl+t").view.toast).toMatchObject({
    text: "Files cannot be attached yet.",
    tone: "warning",
  })
  expect(it.press("f8").view.toast?.text).toMatch(/call for help cannot be sent yet/u)
  expect(it.taken()).toEqual([])
  expect(it.press("f9").taken()).toEqual([{ kind: "lock" }])
})

test("from a chosen message the keys of the chat lead on, and those of the line do nothing", async () => {
  const it = (await chat()).press("esc")
  const { picked } = it.view
  for (const chord of ["ctrl+w", "ctrl+a", "backspace", "ctrl+d", "left", "f11", "ctrl+x", "alt+c"])
    it.press(chord)
  expect(it.view).toMatchObject({ picked, overlay: undefined })
  expect(it.taken()).toEqual([])
  expect(it.press("ctrl+l").taken()).toEqual([{ kind: "redraw" }])
  expect(it.view.picked).toBe(picked)
  expect(it.press("ctrl+n").taken()).toEqual([{ kind: "open-room", roomId: MEERA }])
  expect(it.press("alt+j", "ctrl+o").view).toMatchObject({ picked: undefined, overlay: { kind: "picker" } })
})

test("Ctrl+R finds what was written now, and one's own messages of the room from before", async () => {
  const it = await chat()
  it.type("/whois ravi").press("enter", "ctrl+r")
  expect(it.frame()).toMatch(/\/whois ravi[^]*Yes, at half past/u)
  expect(it.type("half").press("enter").view.composer.text).toContain("Yes, at half past")
})
