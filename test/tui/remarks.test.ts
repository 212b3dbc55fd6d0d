/** Messages about messages on the screen and in the line mode: drawn, chosen, answered, changed. */
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import { runPlain, type TuiOptions } from "../../src/tui/main.tsx"
import { classroom, type FakeClient, NOON } from "../support/fake-client.ts"
import { expectGoldenScreen } from "../support/golden.ts"
import { themeOf } from "../../src/tui/theme.ts"
import { type Chat, chat, EVERYONE } from "../support/tui-chat.ts"
import { Stage } from "../support/tui-stage.ts"

const SIZES = [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
]

/** A room in which everything was said that can be said about messages. */
async function talk(): Promise<{
  client: FakeClient
  ids: Record<"page" | "quiz" | "mine" | "link", string>
}> {
  const client = await classroom()
  const [page, quiz, mine] = client
    .transcript(EVERYONE, 10)
    .flatMap((line) => (line.kind === "message" ? [line.message] : []))
  const meera = client.findPerson("Meera T")
  const ravi = client.findPerson("ravi")
  client.receive(EVERYONE, meera, "@Asha at half past, **no notes**", NOON + 300_000, quiz)
  client.receive(EVERYONE, meera, "- pencil\n- `q3.txt`", NOON + 360_000)
  const link = client.receive(EVERYONE, ravi, "see https://example.org/quiz", NOON + 420_000)
  const gone = client.receive(EVERYONE, ravi, "never mind", NOON + 430_000)
  client.receive(EVERYONE, meera, "which page?", NOON + 440_000, { id: "m_unknown" })
  client.remarks.editedBy(EVERYONE, meera, page!.id, "Open page 42.")
  client.remarks.deletedBy(EVERYONE, ravi, gone.id)
  client.remarks.reactedBy(EVERYONE, meera, mine!.id, "\u{1f44d}")
  client.remarks.reactedBy(EVERYONE, ravi, mine!.id, "\u{1f44d}")
  client.remarks.reactedBy(EVERYONE, client.self(), page!.id, ":yes:")
  client.setRoom(EVERYONE, { unread: 0 })
  return { client, ids: { page: page!.id, quiz: quiz!.id, mine: mine!.id, link: link.id } }
}

async function stageOf(
  client: FakeClient,
  size: { columns: number; rows: number },
  more: Partial<TuiOptions> = {},
): Promise<Stage> {
  const stage = new Stage({ kind: "chat", client }, size, systemClock, more)
  await stage.until("which page?")
  return stage
}

async function end(stage: Stage): Promise<void> {
  stage.type("\u0003\u0003")
  stage.type("\u0003\u0003")
  await stage.done
}

test.each(SIZES)("replies, edits, reactions, links and lists at $columns × $rows", async (size) => {
  const name = (what: string) => `tui-${what}-${size.columns}x${size.rows}.txt`
  const { client, ids } = await talk()
  const stage = await stageOf(client, size)
  await expectGoldenScreen(stage, name("remarks"), "which page?")
  stage.type("\u001b")
  await expectGoldenScreen(stage, name("remarks-picked"), "R answer")
  stage.type("r")
  await stage.until(/Esc\s+cancels/u)
  stage.type("page 42\r")
  await stage.until("page 42")
  expect(client.sent.at(-1)).toMatchObject({
    text: "page 42",
    replyTo: expect.stringMatching(/^m_/u) as string,
  })
  stage.type(`/delete\r`)
  await expectGoldenScreen(stage, name("remarks-delete"), /Y +delete it/u)
  stage.type("\u001b")
  await stage.until("which page?")
  expect(client.remarks.asked).not.toContain(`delete ${ids.mine}`)
  await end(stage)
})

test("a quote has no marks of bold and code, a message no blank lines around it, a link its number apart", async () => {
  const it = await chat()
  const meera = it.client.findPerson("Meera T")
  const bold = it.client.receive(EVERYONE, meera, "**Bring** `q3`, 2 ** 3", NOON + 300_000)
  it.client.receive(EVERYONE, meera, "yes", NOON + 310_000, bold)
  it.client.receive(EVERYONE, meera, "\n \n  first\n\nlast https://example.org/a).\n\n", NOON + 320_000)
  const screen = it.refresh().screen()
  expect(screen.find((row) => row.includes("└ re"))).toContain(": Bring q3, 2 ** 3")
  const at = screen.findIndex((row) => row.endsWith("│   first"))
  expect(screen.slice(at + 1).map((row) => row.slice(row.indexOf("│") + 1).trim())).toEqual([
    "",
    "last https://example.org/a [1]).",
  ])
  expect(screen[at - 1]).toContain("yes")
})

test("a reaction is typed by its name, on the page that offers eight", async () => {
  const react = async (typed: string, ascii = false) => {
    const it = await chat()
    it.give({ kind: "theme", theme: themeOf({ ascii, color: false }) })
    it.press("alt+j").type("k").type("+")
    expect(it.frame()).toContain("type : and")
    for (const letter of typed) it.type(letter)
    return it
  }
  const reaction = (it: Chat) =>
    it
      .press("enter")
      .taken()
      .map((each) => (each.kind === "remark" && each.wish.do === "react" ? each.wish.reaction : each.kind))
  expect(reaction(await react(":fire:"))).toEqual(["\u{1f525}"])
  expect(reaction(await react(":fire", true))).toEqual([":fire:"])
  expect(reaction(await react(":page-41"))).toEqual([":page-41:"])
  const none = await react(":no such thing")
  expect(none.frame()).toContain("nothing of that name")
  expect(reaction(none)).toEqual([])
  const whole = await react("")
  whole.type(":tada:")
  expect(whole.frame()).toContain(":tada:")
  expect(reaction(whole)).toEqual(["\u{1f389}"])
})

test("in ASCII nothing of ours is beyond it, and the words of reactions are offered", async () => {
  const { client } = await talk()
  const stage = await stageOf(client, { columns: 80, rows: 24 }, { ascii: true })
  stage.type("\u001b")
  await stage.until("R answer")
  stage.type("+")
  const screen = await stage.until(":thanks:")
  expect(screen).not.toMatch(/[^\u0000-\u007f]/u)
  stage.type("1")
  await stage.until("which page?")
  await stage.until(":yes: 1")
  await end(stage)
})

test("a link is opened only after its whole address stood there", async () => {
  const { client } = await talk()
  const opened: string[] = []
  const openLink = async (address: string) => void opened.push(address)
  const stage = await stageOf(client, { columns: 80, rows: 24 }, { openLink })
  stage.type("/open 1\r")
  await stage.until("https://example.org/quiz")
  await stage.until("Open this address?")
  expect(opened).toEqual([])
  // The letter that asked in message mode is no answer: held, it would open at once.
  stage.type("oo")
  stage.type("o")
  await stage.until("Open this address?")
  expect(opened).toEqual([])
  stage.type("y")
  await stage.until("Opened.")
  expect(opened).toEqual(["https://example.org/quiz"])
  await end(stage)
})

test("F sends a message on: to whom is chosen, then asked once; whose words they are goes along", async () => {
  const it = await chat()
  it.press("esc", "up").type("f")
  expect(it.view.overlay).toMatchObject({ kind: "picker", source: "forward" })
  // Commands are nobody; Enter on a name only asks.
  it.type("help").press("enter")
  expect(it.taken()).toEqual([])
  it.press("ctrl+u").type("meera").press("enter")
  expect(it.taken()).toEqual([])
  expect(it.frame()).toMatch(/"Is the quiz today\?"[^]*To Meera T ✓\.[^]*says that it is from Ravi/u)
  it.paste("f").press("enter")
  expect(it.taken()).toEqual([])
  it.press("esc", "up").type("f").type("everyone").press("enter")
  // One Enter too many leaves it; the arrows lead to the answer as well as its letter does.
  expect(it.frame()).toMatch(/▸ Esc {2}leave it\s+F {4}forward it/u)
  it.press("down", "enter")
  expect(it.taken()).toMatchObject([
    {
      kind: "send-to",
      to: "#everyone",
      text: "Forwarded, from Ravi:\nIs the quiz today?",
      typed: "",
      of: { roomId: EVERYONE, message: { text: "Is the quiz today?" } },
    },
  ])
  it.press("esc").type("f").type("meera").press("enter").type("f")
  expect(it.taken()).toMatchObject([{ kind: "send-to", to: "u_Meera T" }])
})

test("one's own message goes on as it is, a deleted one not at all", async () => {
  const it = await chat()
  it.type("/forward ravi").press("enter")
  const own = it.view.lines.findLast((line) => line.kind === "message")
  expect(it.taken()).toMatchObject([
    { kind: "send-to", to: "ravi", text: own?.kind === "message" ? own.message.text : "" },
  ])
  for (const line of ["/forward", "/forward 2"]) {
    it.type(line).press("enter")
    expect(it.taken()).toEqual([])
    expect(it.view.toast?.text).toContain("/forward [N] NAME")
    it.press("ctrl+u")
  }
})

test("keys of a chosen message", async () => {
  const it = await chat()
  const { client } = it
  const [first, second, own] = it.view.lines.flatMap((line) =>
    line.kind === "message" ? [line.message] : [],
  )
  expect(it.press("esc").view.picked).toBe(own!.id)
  expect(it.press("up").view.picked).toBe(second!.id)
  expect(it.screen().filter((row) => row.includes("▸"))).toEqual([
    expect.stringContaining("Is the quiz today?"),
  ])
  it.type("e")
  expect(it.view).toMatchObject({ picked: undefined, about: undefined })
  expect(it.view.toast?.text).toContain("Only whoever wrote")
  it.press("esc", "up", "up", "up")
  expect(it.view.picked).toBe(first!.id)
  it.type("y")
  expect(it.taken()).toEqual([
    { kind: "remark", roomId: EVERYONE, wish: { do: "copy", text: "Open page 41." } },
  ])
  it.press("esc", "up").type("v")
  expect(it.taken()).toEqual([{ kind: "verify", name: second!.from.id, how: undefined }])
  it.press("esc").type("i")
  expect(it.taken()).toEqual([{ kind: "receipts", roomId: EVERYONE, back: 1 }])
  it.press("esc", "down")
  expect(it.view.picked).toBeUndefined()
  expect(client.remarks.asked).toEqual([])
})

test("Esc, e and Enter change a message; Esc leaves it as it was; the up arrow begins it too", async () => {
  const it = await chat()
  const own = it.view.lines.findLast((line) => line.kind === "message" && line.message.own)!
  it.press("up")
  expect(it.view).toMatchObject({
    about: { kind: "edit" },
    composer: { text: /Yes, at half past/u.exec(it.view.composer.text)?.input },
  })
  it.press("esc")
  expect(it.view).toMatchObject({ about: undefined, composer: { text: "" } })
  it.press("esc").type("e").type(" And a ruler.").press("enter")
  const [effect] = it.taken()
  expect(effect).toMatchObject({
    kind: "remark",
    wish: { do: "edit", text: expect.stringContaining("to write with. And a ruler.") as string },
  })
  expect(it.view.about).toBeUndefined()
  expect(own.kind).toBe("message")
})

test("an answer keeps its draft when it is cancelled, and goes out as one when it is not", async () => {
  const it = await chat()
  it.press("esc", "up").type("r").type("no").press("esc")
  expect(it.view).toMatchObject({ about: undefined, composer: { text: "no" } })
  it.press("ctrl+u", "esc").press("up").type("r").type("soon").press("enter")
  expect(it.taken().at(-1)).toMatchObject({
    kind: "send",
    text: "soon",
    replyTo: { text: "Is the quiz today?" },
  })
})

test.each([
  ["/reply 2 in an hour", { kind: "send", text: "in an hour", replyTo: { text: "Is the quiz today?" } }],
  ["/reply at noon", { kind: "send", text: "at noon", replyTo: { text: "Is the quiz today?" } }],
  ["/edit new words", { kind: "remark", wish: { do: "edit", text: "new words" } }],
  [
    "/react :yes:",
    { kind: "remark", wish: { do: "react", reaction: ":yes:", message: { text: "Is the quiz today?" } } },
  ],
  [
    "/react 3 :no:",
    { kind: "remark", wish: { do: "react", reaction: ":no:", message: { text: "Open page 41." } } },
  ],
  ["/copy 2", { kind: "remark", wish: { do: "copy", text: "Is the quiz today?" } }],
])("%s", async (line, effect) => {
  const it = await chat()
  it.type(line).press("enter")
  expect(it.taken()).toEqual([
    expect.objectContaining(effect.kind === "send" ? { kind: "send" } : { kind: "remark" }),
  ])
  const again = await chat()
  again.type(line).press("enter")
  expect(again.taken()[0]).toMatchObject(effect)
})

test.each([
  "/reply",
  "/reply 2",
  "/react",
  "/react two words",
  "/delete me",
  "/edit 2 x",
  "/edit 9 x",
  "/open 7",
  "/delete 2",
])("%s asks nothing of anybody", async (line) => {
  const it = await chat()
  it.type(line).press("enter")
  expect(it.taken()).toEqual([])
  expect(it.view.toast).toBeDefined()
})

/** Runs lines in the line mode. */
async function plain(
  client: FakeClient,
  lines: readonly string[],
): Promise<{ written: string; opened: string[] }> {
  let written = ""
  const opened: string[] = []
  async function* input(): AsyncGenerator<string> {
    for (const line of lines) {
      await new Promise((resolve) => setImmediate(resolve))
      yield line
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await runPlain({
    client,
    lines: input(),
    write: (text) => (written += text),
    exportRoom: () => Promise.resolve("x"),
    readCode: (typed) => Promise.resolve(typed),
    relayNote: () => undefined,
    invitation: () => undefined,
    keepLanguage: () => {},
    openLink: async (address) => void opened.push(address),
    ascii: false,
    clock: { ...systemClock, now: () => NOON },
  })
  return { written, opened }
}

test("the line mode numbers messages, and every command takes the number", async () => {
  const { client, ids } = await talk()
  const { written, opened } = await plain(client, [
    "/reply 2 soon",
    "/edit 3 Yes, at one.",
    "/edit 3",
    "/react 1 :yes:",
    "/react 2 :no:",
    "/copy 1",
    "/open 6",
    "yes",
    "/delete 3",
    "/react 2 :no:",
    "no",
    "/delete 3",
    "yes",
    "/edit 1 not mine",
    "/reply 99 nobody",
    "/react 2 hello",
  ])
  expect(written).toMatch(/^\[1\] \d\d:\d\d Meera T ✓: Open page 42\. \(edited\)$/mu)
  expect(written).toMatch(/^ +reactions: :yes: 1 \(you too\)$/mu)
  expect(written).toMatch(/^ +in answer to Ravi \?7f3c2k: Is the quiz today\?$/mu)
  expect(written).toMatch(/^ +in answer to you: \(a message that is not here\)$/mu)
  expect(written).toMatch(/Ravi \?7f3c2k: \(deleted\)$/mu)
  expect(written).toMatch(/^ +\/open 6: https:\/\/example\.org\/quiz$/mu)
  expect(client.sent.at(-1)).toEqual({ roomId: EVERYONE, text: "soon", replyTo: ids.quiz })
  expect(client.remarks.asked.slice(0, 5)).toEqual([
    `edit ${ids.mine} Yes, at one.`,
    `react ${ids.page} :yes: off`,
    `react ${ids.quiz} :no: on`,
    `react ${ids.quiz} :no: off`,
    `delete ${ids.mine}`,
  ])
  expect(opened).toEqual(["https://example.org/quiz"])
  for (const words of [
    "Write /edit 3 and the new words",
    "and wherever it is read with an honest program? Somebody",
    "Somebody may have kept it all the same.",
    "Only whoever wrote a message can change it",
    "There is no such message here.",
    "changed a message (#everyone)",
    "you deleted a message (#everyone)",
  ])
    expect(written).toContain(words)
  expect(written).not.toContain("\u001b")
})
