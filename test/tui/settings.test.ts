/** Settings by command, the same in words everywhere; drafts on their way to the client. */
import { expect, test } from "vitest"
import { DEFAULT_SETTINGS } from "../../src/client/client.ts"
import { PlatformError } from "../../src/platform/errors.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { parseLine } from "../../src/tui/command-parsing.ts"
import { DraftKeeper } from "../../src/tui/draft-keeper.ts"
import { settingAnswer } from "../../src/tui/setting-table.ts"
import { classroom, NOON } from "../support/fake-client.ts"
import { FakeDesk } from "../support/fake-desk.ts"
import { chat, EVERYONE, MEERA } from "../support/tui-chat.ts"
import { Stage } from "../support/tui-stage.ts"

test.each<[string, object]>([
  ["/set", { name: undefined, value: undefined, isHere: false }],
  ["/set theme", { name: "theme", value: undefined, isHere: false }],
  ["/set Notify-Text on", { name: "notify-text", value: "on", isHere: false }],
  ["/theme light", { name: "theme", value: "light", isHere: false }],
  ["/mouse", { name: "mouse", value: undefined, isHere: false }],
  ["/notify off", { name: "notify", value: "off", isHere: true }],
  ["/notify text on", { name: "notify-text", value: "on", isHere: false }],
  ["/dnd 45m", { name: "dnd", value: "45m", isHere: false }],
])("%j sets", (line, command) =>
  expect(parseLine(line, [])).toEqual({ kind: "command", command: { kind: "set", ...command } }),
)

test.each(["/set pink", "/set theme light now", "/theme very light", "/notify text", "/dnd 4 5", "/set\nx"])(
  "%j is refused",
  (line) => expect(parseLine(line, []).kind).toBe("refused"),
)

test.each([
  ["theme", "pink", "Not set. theme can be: auto, dark, light, contrast, red-green, blue-yellow, mono."],
  ["dnd", "5 minutes", "Not set. dnd can be: 45m, 2h, 1d, off."],
  ["dnd", "0m", "Not set. dnd can be"],
  ["dnd", "31d", "Not set. dnd can be"],
  ["mouse", "maybe", "Not set. mouse can be: on, off."],
] as const)("%s %s is refused with what there is", (name, value, words) => {
  const answer = settingAnswer(DEFAULT_SETTINGS, { name, value, roomId: undefined }, NOON)
  expect(answer).toMatchObject({ kind: "refused", why: expect.stringContaining(words) as unknown })
})

test("notify is of the room that is open, quiet lasts as long as it was asked for", () => {
  const wish = { name: "notify", value: "OFF", roomId: "r_1" } as const
  expect(settingAnswer({ ...DEFAULT_SETTINGS, rooms: { r_2: "all" } }, wish, NOON)).toEqual({
    kind: "change",
    change: { rooms: { r_2: "all", r_1: "off" } },
    said: "In this room: notify off.",
  })
  const quiet = { name: "dnd", value: "2h", roomId: undefined } as const
  expect(settingAnswer(DEFAULT_SETTINGS, quiet, NOON)).toMatchObject({
    change: { quietUntil: NOON + 7_200_000 },
    said: "dnd: until 14:00.",
  })
})

test("receipts are turned off with a word of what others see then", () => {
  const wish = (value: string) => ({ name: "receipts", value, roomId: undefined }) as const
  expect(settingAnswer(DEFAULT_SETTINGS, wish("off"), NOON)).toEqual({
    kind: "change",
    change: { receipts: false },
    said: "receipts: off. Others see that their messages have reached you, and no more that you read them.",
  })
  expect(settingAnswer(DEFAULT_SETTINGS, wish("perhaps"), NOON).kind).toBe("refused")
  expect(settingAnswer(DEFAULT_SETTINGS, { ...wish("on"), value: undefined }, NOON).kind).toBe("shown")
})

test("what is set is kept, and the screen is drawn so at once", async () => {
  const client = await classroom()
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await stage.until("#everyone ▸")
  stage.type("/ascii\r")
  const screen = await stage.until("#everyone >")
  expect(screen).toContain("ascii: on.")
  stage.type("/set\r")
  await stage.until("no symbols beyond ASCII (on, off)")
  expect(client.desk.settings().ascii).toBe(true)
  stage.type("\u001b")
  await stage.until("Open page 41.")
  stage.type("\u0003\u0003")
  await stage.done
})

test("what was being written is with the client when the screen ends, and there when it opens", async () => {
  const client = await classroom()
  const stop = new AbortController()
  const size = { columns: 80, rows: 24 }
  const first = new Stage({ kind: "chat", client }, size, systemClock, { stop: stop.signal })
  await first.until("#everyone ▸")
  first.type("half a thought")
  await first.until("half a thought")
  stop.abort()
  await first.done
  expect(client.desk.draft(EVERYONE)).toBe("half a thought")
  const last = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock)
  await last.until("▸ half a thought")
  last.type("\u0003\u0003\u0003")
  await last.done
  expect(client.desk.draft(EVERYONE)).toBe("")
})

test("a draft is written once a second at most, at once when the room changes, and never over another room's", async () => {
  const it = await chat()
  const desk = new FakeDesk()
  const wakes: (() => void)[] = []
  const keeper = new DraftKeeper(desk, { now: () => 0, wakeAt: (_, wake) => (wakes.push(wake), () => {}) })
  const look = () => keeper.look(it.view)
  look()
  it.type("one")
  look()
  it.type(" two")
  look()
  expect([desk.drafts.size, wakes.length]).toEqual([0, 1])
  it.open(MEERA)
  look()
  await keeper.flush()
  expect(desk.drafts).toEqual(new Map([[EVERYONE, "one two"]]))
  it.open(EVERYONE).press("ctrl+u")
  look()
  await keeper.flush()
  expect(desk.drafts.size).toBe(0)
})

test("what is to take a message's place is no draft: after a crash it would be said as a new message", async () => {
  const it = await chat()
  const desk = new FakeDesk()
  const wakes: (() => void)[] = []
  const keeper = new DraftKeeper(desk, { now: () => 0, wakeAt: (_, wake) => (wakes.push(wake), () => {}) })
  keeper.look(it.view)
  keeper.look(it.press("up").view)
  expect(it.view.about?.kind).toBe("edit")
  keeper.look(it.type(", at noon").view)
  await keeper.flush()
  expect([desk.drafts.size, wakes.length]).toEqual([0, 0])
  it.press("esc").type("new")
  keeper.look(it.view)
  await keeper.flush()
  expect(desk.drafts).toEqual(new Map([[EVERYONE, "new"]]))
})

test("/language on the full screen keeps it for the next start, and says when it cannot", async () => {
  const kept: string[] = []
  const keepLanguage = (language: string) => {
    if (kept.push(language) > 1) throw new PlatformError("disk-full", "no space left")
  }
  const stage = new Stage(
    { kind: "chat", client: await classroom() },
    { columns: 80, rows: 24 },
    systemClock,
    {
      keepLanguage,
    },
  )
  await stage.until("#everyone ▸")
  stage.type("/language hi\r")
  await stage.until("हिन्दी from the next start on")
  stage.type("/language\r")
  await stage.until("This is English. From the next start on: /language en (English), /language hi")
  stage.type("/language en\r")
  await stage.until("That did not work: no space left")
  expect(kept).toEqual(["hi", "en"])
  for (let press = 0; press < 3; press++) stage.type("\u0003")
  await stage.done
})
