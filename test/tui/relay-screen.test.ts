/** The relay's own screen: what it counts, who comes and goes, its pages, and that it gives the window back. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { type Clock, systemClock } from "../../src/platform/clock.ts"
import type { OperatorEvent } from "../../src/relay/operator.ts"
import { initialRelay, MAX_LIVE_LINES, reduceRelay, type RelayView } from "../../src/tui/relay-view.ts"
import { relayRows } from "../../src/tui/relay-rows.ts"
import { sizeWords, spanWords } from "../../src/tui/relay-words.ts"
import { drawnCells } from "../../src/tui/text-width.ts"
import { themeOf } from "../../src/tui/theme.ts"
import { NOON } from "../support/fake-client.ts"
import { BUSY_RELAY, FakeMonitor, NEW_RELAY, RELAY_FACTS } from "../support/fake-relay.ts"
import { expectGoldenScreen } from "../support/golden.ts"
import { hostileText } from "../support/hostile-text.ts"
import { RelayStage } from "../support/tui-stage.ts"

const SIZES = [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
]

/** Three in the afternoon, and from there on as time goes. */
const shift = NOON + 3 * 3_600_000 - systemClock.now()
const noon: Clock = {
  now: () => systemClock.now() + shift,
  wakeAt: (at, wake) => systemClock.wakeAt(at - shift, wake),
}
const theme = themeOf({ ascii: false, color: false })

const LESSON: readonly OperatorEvent[] = [
  { type: "person.registered", name: "Asha", people: 41 },
  { type: "client.connected", name: "Asha", remote: "192.168.1.23", online: 29 },
  { type: "client.connected", name: "अनीता राव", remote: "192.168.1.24", online: 30 },
  { type: "client.connected", name: "Meera T", remote: "192.168.1.40", online: 31 },
  { type: "client.refused", remote: "192.168.1.66", code: "not-allowed" },
  { type: "client.refused", remote: "192.168.1.66", code: "not-allowed" },
  { type: "client.refused", remote: "192.168.1.66", code: "not-allowed" },
  { type: "storage.low", freeBytes: 200_000_000 },
  { type: "storage.ok", freeBytes: 400_000_000 },
  { type: "client.disconnected", name: "Asha", remote: "192.168.1.23", online: 30 },
]

function stageOf(size: { columns: number; rows: number }, numbers = BUSY_RELAY) {
  const monitor = new FakeMonitor(numbers)
  return { monitor, stage: new RelayStage(size, { facts: RELAY_FACTS, monitor, clock: noon }) }
}

const nameOf = (what: string, size: { columns: number; rows: number }) =>
  `tui-relay-${what}-${size.columns}x${size.rows}.txt`

test.each(SIZES)("the middle of a lesson at $columns × $rows", async (size) => {
  const { stage, monitor } = stageOf(size)
  for (const event of LESSON) stage.screenOfRelay.told(event)
  monitor.tell({
    at: noon.now(),
    kind: "cut",
    tag: "u_AAAAAAAA",
    remote: "192.168.1.9",
    why: "slow",
    times: 1,
  })
  await expectGoldenScreen(stage, nameOf("lesson", size), /and\s+was\s+ended/u)
  stage.type("?")
  await expectGoldenScreen(stage, nameOf("help", size), "Help")
  stage.type("\u001b[F")
  await stage.until(/or\s+to\s+whom; it cannot\./u)
  stage.type("\u001b")
  await stage.until("Here now")
  stage.type("l")
  await expectGoldenScreen(stage, nameOf("limits", size), "Limits")
  stage.type("i")
  await expectGoldenScreen(stage, nameOf("invitation", size), "Invitation")
  stage.type("iq")
  await expectGoldenScreen(stage, nameOf("stop", size), "Stop the relay?")
  // Anything else than yes goes on, and what comes with it in one chunk answers nothing.
  stage.type("ny")
  await stage.until("Here now")
  stage.type("qy")
  await stage.screenOfRelay.ended
  expect(stage.rawMode()).toBe(false)
})

test("whoever has just made a relay sees the invitation first", async () => {
  const size = { columns: 80, rows: 24 }
  const { stage } = stageOf(size, NEW_RELAY)
  await expectGoldenScreen(stage, nameOf("new", size), "Whoever has it can join")
  stage.type("c")
  await stage.until("too small for the code")
  stage.resize(120, 60)
  await stage.until(/█ {3}█/u)
  stage.type("\u001b")
  await stage.until("Nobody so far.")
  stage.stop.abort()
  await stage.screenOfRelay.ended
  expect(stage.rawMode()).toBe(false)
})

test("every page is reached without a letter, and the relay is stopped without one", () => {
  let view = initialRelay(RELAY_FACTS, BUSY_RELAY, { theme, columns: 80, rows: 24 })
  const press = (chord: string) => {
    const step = reduceRelay(view, { kind: "key", key: { kind: "chord", chord } })
    view = step.view
    return step.act ?? view.page
  }
  const start = view.page
  const walked = Array.from({ length: 5 }, () => press("tab"))
  expect(new Set(walked)).toEqual(new Set(["none", "invitation", "code", "limits", "help"]))
  expect(walked.at(-1)).toBe(start)
  expect(press("shift+tab")).toBe(walked.at(-2))
  expect([press("right"), press("left"), press("esc")]).toEqual([start, walked.at(-2), "none"])
  expect([press("ctrl+c"), press("tab"), press("esc")]).toEqual(["quit", "quit", "none"])
  expect([press("ctrl+c"), press("ctrl+c")]).toEqual(["quit", "stop"])
})

test("the numbers are read again, and nothing is written while they stay", async () => {
  const { stage, monitor } = stageOf({ columns: 80, rows: 24 })
  await stage.until("31 people on 34 connections")
  monitor.numbers = { ...BUSY_RELAY, online: 32 }
  await stage.until("32 people on 34 connections")
  await stage.rest(1_300)
  stage.stop.abort()
  await stage.screenOfRelay.ended
})

test("who came earlier is scrolled to, stays while others come, and no more is kept than is allowed", () => {
  const size = { theme, columns: 80, rows: 24 }
  let view = initialRelay(RELAY_FACTS, BUSY_RELAY, size)
  const told = (n: number) =>
    (view = reduceRelay(view, {
      kind: "told",
      at: NOON + n,
      event: { type: "client.connected", name: `Pupil ${n}`, remote: "10.0.0.1", online: n },
    }).view)
  const chord = (name: string) =>
    (view = reduceRelay(view, { kind: "key", key: { kind: "chord", chord: name } }).view)
  const text = () =>
    relayRows(view)
      .map((row) => row.map((part) => part.text).join(""))
      .join("\n")
  for (let n = 0; n < 60; n++) told(n)
  expect(text()).toContain("Pupil 59 is here")
  chord("pageup")
  expect(text()).not.toContain("Pupil 59 is here")
  expect(text()).toContain("Pupil 47 is here")
  expect(text()).toContain("12 more below")
  for (let n = 60; n < 63; n++) told(n)
  expect(text()).toContain("Pupil 47 is here")
  expect(text()).toContain("15 more below")
  chord("home")
  expect(text()).toContain("Pupil 0 is here")
  chord("end")
  for (let n = 63; n < 2 * MAX_LIVE_LINES; n++) told(n)
  expect(view.lines).toHaveLength(MAX_LIVE_LINES)
  expect(text()).toContain(`Pupil ${2 * MAX_LIVE_LINES - 1} is here`)
})

test("property: whatever a member or a stranger is called, every row fits and every window is filled", () => {
  const sizes = fc.record({
    columns: fc.integer({ min: 20, max: 130 }),
    rows: fc.integer({ min: 6, max: 50 }),
  })
  const pages = fc.constantFrom<RelayView["page"]>("none", "invitation", "code", "limits", "help", "quit")
  fc.assert(
    fc.property(sizes, pages, fc.array(hostileText, { maxLength: 12 }), (size, page, names) => {
      const [first = "Class"] = names
      const facts = { ...RELAY_FACTS, name: first, address: names.at(-1) ?? "10.0.0.1:7667" }
      let view: RelayView = { ...initialRelay(facts, BUSY_RELAY, { theme, ...size }), page }
      for (const name of names) {
        const event: OperatorEvent = { type: "client.connected", name, remote: name, online: 1 }
        view = reduceRelay(view, { kind: "told", at: NOON, event }).view
      }
      const rows = relayRows(view)
      expect(rows).toHaveLength(size.rows)
      for (const row of rows) {
        const text = row.map((part) => part.text).join("")
        expect(drawnCells(text)).toBeLessThanOrEqual(size.columns - 1)
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u)
      }
    }),
    { numRuns: 300 },
  )
})

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [3_420, "3.4 kB"],
  [45_200_000, "45 MB"],
  [1_073_741_824, "1.1 GB"],
])("%d bytes are %s", (bytes, words) => {
  expect(sizeWords(bytes)).toBe(words)
})

test.each([
  [0, "less than a minute"],
  [60_000, "1 minute"],
  [3_600_000, "1 h 0 min"],
  [90_000_000, "1 day 1 h"],
  [-5, "less than a minute"],
])("%d ms are %s", (ms, words) => {
  expect(spanWords(ms)).toBe(words)
})
