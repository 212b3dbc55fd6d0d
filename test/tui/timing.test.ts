/** /later and /scheduled: which times there are, what is asked of the client, and that nothing of it is said at once. */
import { expect, test } from "vitest"
import { parseLine } from "../../src/tui/command-parsing.ts"
import { planMessage, scheduled, timeAt, timedText } from "../../src/tui/timing.ts"
import { classroom, NOON } from "../support/fake-client.ts"
import { inLines } from "../support/run-plain.ts"
import { chat, EVERYONE } from "../support/tui-chat.ts"

const HOUR = 3_600_000

test.each([
  ["14:30", 2.5 * HOUR],
  ["12:01", 60_000],
  ["12:00", 24 * HOUR],
  ["9:05", 21 * HOUR + 5 * 60_000],
  ["00:00", 12 * HOUR],
  ["23:59", 12 * HOUR - 60_000],
  ["45m", 45 * 60_000],
  ["2h", 2 * HOUR],
  ["30d", 30 * 24 * HOUR],
])("at noon %s is in %d ms", (time, ahead) => expect(timeAt(time, NOON)! - NOON).toBe(ahead))

test.each(["24:00", "12:60", "99:99", "31d", "0m", "99999d", "soon", ""])("%s is no time", (time) =>
  expect(timeAt(time, NOON)).toBeUndefined(),
)

test.each<[string, object]>([
  ["/later 14:30 see you", { kind: "plan", time: "14:30", text: "see you" }],
  ["/LATER 2H two\nlines", { kind: "plan", time: "2h", text: "two\nlines" }],
  ["/later 2h @@ravi is on time", { kind: "plan", time: "2h", text: "@ravi is on time" }],
  ["/later 2h //go is a command", { kind: "plan", time: "2h", text: "/go is a command" }],
  ["/later 2h /me leaves", { kind: "plan", time: "2h", text: "/me leaves" }],
  ["/later ravi", { kind: "later", name: "ravi" }],
  ["/later", { kind: "later", name: undefined }],
  ["/later 45m", { kind: "later", name: "45m" }],
  ['/later "45m"', { kind: "later", name: "45m" }],
  ["/scheduled", { kind: "scheduled", number: undefined }],
  ["/scheduled 7", { kind: "scheduled", number: 7 }],
])("%j is %j", (line, command) => expect(parseLine(line, [])).toEqual({ kind: "command", command }))

test.each([
  "/later 14:30",
  "/later 25:00 x",
  "/later 31d x",
  "/scheduled x",
  "/scheduled 0",
  "/scheduled -1",
])("%j is refused", (line) => expect(parseLine(line, []).kind).toBe("refused"))

// They would be said in the open room, to all.
test.each([
  "@ravi the code is 42",
  "/msg ravi the code is 42",
  " /msg ravi 42",
  "#everyone hi",
  "/quit",
  "/nonsense x",
])("/later 2h %s is not planned", (text) =>
  expect(parseLine(`/later 2h ${text}`, ["Ravi"]).kind).toBe("refused"),
)

test("secret words are not planned by mistake either", () => {
  const words = `${"abandon ".repeat(11)}about`
  const parsed = parseLine(`/later 2h ${words}`, [])
  expect(parsed.kind === "refused" && parsed.why).toContain("these look like the twelve words")
  expect(parseLine(`/later 2h /say ${words}`, []).kind).toBe("refused")
})

test("a text of any length behind the time is looked at in no time", () => {
  expect(timedText(`14:30 ${"x ".repeat(40_000)}`)?.text).toHaveLength(79_999)
  expect(timedText(`${" ".repeat(65_536)}x`)).toBeUndefined()
  expect(timedText(`45m${" ".repeat(65_536)}`)).toBeUndefined()
})

test("what is planned is said with when, where and how to take it back", async () => {
  const client = await classroom()
  const sent = client.sent.length
  expect(await planMessage(client, { roomId: EVERYONE, time: "14:30", text: "see\u001b[2J you" }, NOON)).toBe(
    "Goes to #everyone at 14:30, 2022-11-22, if the program runs then. /scheduled 1 takes it back.",
  )
  const list = await scheduled(client, undefined)
  const text = "lines" in list ? list.lines.map((spans) => spans.map((each) => each.text).join("")) : []
  expect(text[0]).toBe("1  2022-11-22 14:30 #everyone: see␛[2J you")
  expect(client.sent).toHaveLength(sent)
  expect(await scheduled(client, 1)).toEqual({ said: "Taken back, and not sent: see␛[2J you" })
  await expect(scheduled(client, 1)).rejects.toThrow("number 1")
})

test("what did not go in its time is said at the start, for it was found before anybody listened", async () => {
  const client = await classroom()
  expect((await inLines(client, [])).written).not.toContain("NOT SENT")
  const planned = await client.desk.later.plan(EVERYONE, "see you", NOON - HOUR)
  Object.assign(planned, { why: "missed" })
  const { written } = await inLines(client, ["/scheduled"])
  expect(written).toContain("— NOT SENT when it was to be: 1 message with a time. /scheduled has them.\n")
  expect(written).toContain("#everyone: NOT SENT, the program did not run: see you")
})

test("on the screen it goes to the client with the room, and a refusal brings the line back", async () => {
  const screen = await chat()
  screen.type("/later 2h see you there").press("enter")
  expect(screen.taken()).toEqual([
    {
      kind: "plan",
      roomId: EVERYONE,
      time: "2h",
      text: "see you there",
      typed: "/later 2h see you there",
    },
  ])
  screen.type("/later 25:00 no").press("enter")
  expect(screen.taken()).toEqual([])
  expect(screen.frame()).toContain("25:00 is no time")
  expect(screen.frame()).toContain("▸ /later 25:00 no")
})
