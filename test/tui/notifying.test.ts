/** Who is told of what, by which words, and by which bytes. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { DEFAULT_SETTINGS, type Settings } from "../../src/client/client.ts"
import type { ClientEvent } from "../../src/client/events.ts"
import { Attention } from "../../src/tui/attention.ts"
import { mentions } from "../../src/tui/mentions.ts"
import { notificationBytes, notificationOf, notifierOf, titleBytes } from "../../src/tui/notifying.ts"
import { safeLine, safeName } from "../../src/tui/safe-text.ts"
import { messageOf, NOON, person } from "../support/fake-people.ts"
import { chat } from "../support/tui-chat.ts"

const ESC = "\u001b"

test.each<[Record<string, string>, string]>([
  [{ TERM: "xterm-kitty" }, "osc99"],
  [{ TERM: "foot" }, "osc99"],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "WezTerm" }, "osc777"],
  [{ TERM: "xterm-ghostty", TERM_PROGRAM: "ghostty" }, "osc777"],
  [{ TERM: "xterm-256color", VTE_VERSION: "7600" }, "osc777"],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" }, "osc9"],
  [{ TERM: "xterm-256color" }, "bell"],
  [{ TERM: "linux", KITTY_WINDOW_ID: "1" }, "bell"],
  [{ TERM: "screen-256color", TMUX: "/tmp/t,1,0", KITTY_WINDOW_ID: "1" }, "osc99"],
  [{ TERM: "screen", VTE_VERSION: "7600" }, "bell"],
  [{}, "bell"],
])("%j: %s", (env, kind) => expect(notifierOf(env).kind).toBe(kind))

test("a title is written only where it cannot be printed", () => {
  expect(notifierOf({ TERM: "linux" }).hasTitle).toBe(false)
  expect(notifierOf({}).hasTitle).toBe(false)
  expect(notifierOf({ TERM: "xterm" }).hasTitle).toBe(true)
  expect([titleBytes(0), titleBytes(3)]).toEqual([
    `${ESC}]2;secure-chat\u0007`,
    `${ESC}]2;(3) secure-chat\u0007`,
  ])
})

const told = { title: safeName("Asha"), body: safeLine("é; x") }
const plain = { isInTmux: false, isUnsure: false, hasTitle: true }

test.each([
  [{ ...plain, kind: "bell" as const }, "\u0007"],
  [{ ...plain, kind: "osc9" as const }, `${ESC}]9;Asha: é, x${ESC}\\`],
  [{ ...plain, kind: "osc777" as const }, `${ESC}]777;notify;Asha;é, x${ESC}\\`],
  [
    { ...plain, kind: "osc99" as const },
    `${ESC}]99;i=secure-chat:d=0:e=1:p=title;QXNoYQ==${ESC}\\${ESC}]99;i=secure-chat:d=1:e=1:p=body;w6k7IHg=${ESC}\\`,
  ],
  [
    { ...plain, kind: "osc9" as const, isInTmux: true },
    `${ESC}Ptmux;${ESC}${ESC}]9;Asha: é, x${ESC}${ESC}\\${ESC}\\\u0007`,
  ],
])("%j writes %j", (notifier, bytes) => expect(notificationBytes(notifier, told)).toBe(bytes))

test("where nobody knows whether the terminal shows it, the bell is heard as well", () => {
  expect(notifierOf({ TERM: "xterm-256color", VTE_VERSION: "7600" }).isUnsure).toBe(true)
  expect(notifierOf({ TERM: "xterm-ghostty", TERM_PROGRAM: "ghostty" }).isUnsure).toBe(false)
  expect(notificationBytes({ ...plain, kind: "osc777", isUnsure: true }, told).endsWith("\u0007")).toBe(true)
})

test("a name of one letter in a long text is looked for a few times only", () => {
  expect(mentions(`${"ab".repeat(5_000)} a`, "a")).toBe(false)
  expect(mentions("ab ab a", "a")).toBe(true)
})

test("property: whatever a peer is called and says, it ends no sequence and begins none", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, text) => {
      const given = { title: safeName(name), body: safeLine(text) }
      for (const kind of ["osc99", "osc777", "osc9"] as const) {
        const bytes = notificationBytes({ ...plain, kind }, given)
        const ends = kind === "osc99" ? 2 : 1
        expect(bytes.split(ESC)).toHaveLength(2 * ends + 1)
        expect(bytes.replaceAll(ESC, "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/u)
        if (kind === "osc777") expect(bytes.split(";")).toHaveLength(4)
      }
    }),
    { numRuns: 200 },
  )
})

const meera = person("Meera", "verified")
const received = (text: string, kind: "everyone" | "direct" = "everyone"): ClientEvent => ({
  type: "message.received",
  room: { id: "r_1", name: "everyone", kind },
  from: meera,
  message: messageOf("m_1", meera, text, NOON),
})
const asked = (change: Partial<Settings> = {}, isWatched = false) => ({
  settings: { ...DEFAULT_SETTINGS, ...change },
  self: "Asha",
  isWatched,
  now: NOON,
})

describe("who is told", () => {
  test.each<[string, ClientEvent, ReturnType<typeof asked>, string | undefined]>([
    ["all", received("hello"), asked(), "A new message"],
    ["all, meant", received("hello asha!"), asked(), "A message for you"],
    ["direct", received("hello", "direct"), asked({ notify: "mentions" }), "A message for you"],
    ["mentions", received("hello"), asked({ notify: "mentions" }), undefined],
    ["mentions, meant", received("@Asha hello"), asked({ notify: "mentions" }), "A message for you"],
    ["off", received("@Asha hello"), asked({ notify: "off" }), undefined],
    ["off in this room", received("hello", "direct"), asked({ rooms: { r_1: "off" } }), undefined],
    ["all in this room", received("hello"), asked({ notify: "off", rooms: { r_1: "all" } }), "A new message"],
    ["quiet", received("@Asha"), asked({ quietUntil: NOON + 1 }), undefined],
    ["quiet no more", received("@Asha"), asked({ quietUntil: NOON }), "A message for you"],
    ["watched", received("@Asha"), asked({}, true), undefined],
    ["something else", { type: "ready" }, asked(), undefined],
  ])("%s", (_, event, given, body) => {
    const found = notificationOf(event, given)
    expect(found?.body).toBe(body)
    if (found !== undefined) expect(found.title).toBe("secure-chat")
  })

  test("names and texts only when asked for, and then cut", () => {
    const found = notificationOf(received(`secret ${"x".repeat(500)}`), asked({ notifyText: true }))
    expect(found?.title).toBe("Meera")
    expect(found?.body).toHaveLength(121)
  })
})

test.each<[string, boolean]>([
  ["Asha", true],
  ["hi @asha, come", true],
  ["ASHA: look", true],
  ["Ashan", false],
  ["xAsha", false],
  ["natasha and Asha", true],
  ["a_sha", false],
  ["", false],
  ["आशा", false],
])("%j is meant for Asha: %s", (text, meant) => expect(mentions(text, "Asha")).toBe(meant))

test("a name of several words, in another script, or of letters outside the basic plane", () => {
  expect(mentions("नमस्ते @मीरा शर्मा जी", "मीरा शर्मा")).toBe(true)
  expect(mentions("𝔸𝔹", "𝔸")).toBe(false)
  expect(mentions("x", "")).toBe(false)
})

test("told once in a while, never of what is before somebody's eyes; the title counts what is new", async () => {
  const it = await chat()
  const written: string[] = []
  const clock = { now: () => it.client.now, wakeAt: () => () => {} }
  const attention = new Attention({
    client: it.client,
    clock,
    notifier: { ...plain, kind: "bell", hasTitle: true },
    view: () => it.view,
    write: (bytes) => void written.push(bytes),
  })
  it.client.on(({ event }) => attention.heard(event))
  const meeraHere = it.client.findPerson("meera t")
  const says = (roomId: string) => {
    it.client.now += 10_000
    it.client.receive(roomId, meeraHere, "hello")
  }
  attention.pressed({ kind: "focus", focused: true })
  says("r_everyone")
  expect(written).toEqual([])
  says("r_Meera T")
  it.client.receive("r_Meera T", meeraHere, "at once again")
  expect(written).toEqual(["\u0007"])
  it.give({ kind: "key", key: { kind: "focus", focused: false } })
  says("r_everyone")
  expect(written).toHaveLength(2)
  attention.look(it.refresh().view)
  attention.look(it.view)
  expect(written.slice(2)).toEqual([
    titleBytes(it.view.data.rooms.reduce((sum, room) => sum + room.unread, 0)),
  ])
})

test("a terminal that reports no focus: whoever has not pressed a key for a minute is told", async () => {
  const it = await chat()
  const written: string[] = []
  const attention = new Attention({
    client: it.client,
    clock: { now: () => it.client.now, wakeAt: () => () => {} },
    notifier: { ...plain, kind: "bell", hasTitle: false },
    view: () => it.view,
    write: (bytes) => void written.push(bytes),
  })
  it.client.on(({ event }) => attention.heard(event))
  const ravi = it.client.findPerson("ravi")
  it.client.receive("r_everyone", ravi, "now")
  expect(written).toEqual([])
  it.client.now += 61_000
  it.client.receive("r_everyone", ravi, "later")
  attention.pressed({ kind: "text", text: "a" })
  it.client.now += 5_000
  it.client.receive("r_everyone", ravi, "here again")
  expect(written).toEqual(["\u0007"])
  attention.look(it.refresh().view)
  expect(written).toHaveLength(1)
})
