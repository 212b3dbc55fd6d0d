/** Pages about keys and the directory: a key that was replaced, with its three answers, and the relay's list of people. */
import { expect, test } from "vitest"
import type { AlarmReason, HeadView } from "../../src/client/events.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { DIRECTORY_TITLE, directoryLines } from "../../src/tui/directory-page.ts"
import { UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { classroom, FakeClient, NOON } from "../support/fake-client.ts"
import { expectGoldenScreen } from "../support/golden.ts"
import { HOSTILE_CORPUS } from "../support/hostile-text.ts"
import { Stage } from "../support/tui-stage.ts"

const SIZES = [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
]

const nameOf = (what: string, { columns, rows }: (typeof SIZES)[number]) =>
  `tui-${what}-${columns}x${rows}.txt`

async function stageOf(size: (typeof SIZES)[number], client: FakeClient): Promise<Stage> {
  const stage = new Stage({ kind: "chat", client }, size, systemClock)
  await stage.until("▸")
  return stage
}

async function end(stage: Stage): Promise<void> {
  stage.type("\u0003\u0003")
  stage.type("\u0003\u0003")
  await stage.done
}

test.each(SIZES)("what to do about a changed key, at $columns × $rows", async (size) => {
  const client = await classroom()
  client.addPerson("Sunil", { trust: "changed", tag: "q4w5e6", mustDecide: true })
  const stage = await stageOf(size, client)
  stage.type("/decide sunil\r")
  await expectGoldenScreen(stage, nameOf("decide", size), "The key of Sunil")
  stage.type("l")
  await stage.until("You send to Sunil again.")
  expect(client.keys.decisions).toEqual(["later u_Sunil"])
  await end(stage)
})

const head = (size: number): HeadView => ({ log: 1_700_000_000, size, root: "0f1e2d3c".repeat(8) })

/** A list that was read, somebody who told of it, and perhaps an alarm. */
async function withDirectory(why?: AlarmReason, accepted = false): Promise<FakeClient> {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  const alarm = why && { why, at: NOON, from: ravi, ours: head(7), theirs: head(9), accepted }
  client.directory.now = { head: head(7), readAt: NOON, former: [], alarm }
  client.directory.told = () => [
    { person: client.findPerson("meera t"), head: head(7), at: NOON, fits: true },
    { person: ravi, head: head(9), at: NOON, fits: false },
  ]
  if (why) client.directory.evidence = () => "secure-chat directory alarm\nwhy: contradiction\n"
  return client
}

const textOf = (client: FakeClient) => [
  DIRECTORY_TITLE,
  ...directoryLines(client, UNICODE_SYMBOLS).map((spans) => spans.map(({ text }) => text).join("")),
]

test.each(SIZES)("the relay's list of people, at $columns × $rows", async (size) => {
  const stage = await stageOf(size, await withDirectory("contradiction"))
  stage.type("/directory\r")
  await expectGoldenScreen(stage, nameOf("directory", size), "ALARM: the relay has shown")
  stage.type("q")
  await stage.until("write with.")
  await end(stage)
})

test("the page says how the list stands, who was shown what, and what an alarm rests on", async () => {
  const honest = textOf(await withDirectory())
  expect(honest.join("\n")).toMatch(/7 places of log 1700000000, root (0f1e2d3c){8}/u)
  expect(honest).toContain("All of it was computed again just now, and fits what the relay has signed.")
  expect(honest.slice(-2)).toEqual([
    "  Meera T ✓  7 places, 12:00, fits",
    "  Ravi ?7f3c2k  9 places, 12:00, not explained yet",
  ])
  const caught = textOf(await withDirectory("contradiction"))
  expect(caught[1]).toMatch(/^ALARM: the relay has shown two different lists/u)
  expect(caught.join("\n")).toMatch(/Told by Ravi \?7f3c2k.*\n.*secure-chat directory accept/u)
  expect(caught.slice(-2)).toEqual(["secure-chat directory alarm", "why: contradiction"])
  expect(textOf(await withDirectory("behind", true))).toContain("You have gone on with this relay since.")
  expect(textOf(new FakeClient())).toEqual([
    "The relay's list of people",
    "It has not been read yet.",
    "",
    "Nobody has told what they were shown yet: that comes with messages.",
  ])
})

test("once it is known whom two lists differ in, the page says so, and cuts what nobody reads", async () => {
  const client = await withDirectory("contradiction")
  const { alarm } = client.directory.now
  const ravi = client.findPerson("ravi")
  const difference = {
    kind: "other" as const,
    place: 5,
    by: ravi,
    ours: client.findPerson("meera t"),
    theirs: { name: "Meera T", tag: "q2w3e4" },
  }
  client.directory.now = { ...client.directory.now, alarm: { ...alarm!, difference } }
  client.directory.evidence = () => `c2sp.org/tlog-proof@v1\nextra ${"A".repeat(5_000)}\n`
  const lines = textOf(client)
  expect(lines[2]).toMatch(
    /At place 5 your list has Meera T \?\w+; the list of Ravi \?7f3c2k has Meera T \?q2w3e4 there\./u,
  )
  expect(lines[2]).toMatch(/write nothing to Meera T before/u)
  expect(lines.slice(-2)).toEqual([
    `extra ${"A".repeat(113)}…`,
    '"secure-chat directory evidence" prints all of it.',
  ])
})

test("what does not fit is said, and no evidence steers a terminal", async () => {
  const client = await withDirectory("entries")
  client.directory.verify = () => ["u_x is known here and not in the directory"]
  expect(textOf(client)).toContain("U_x is known here and not in the directory.")
  for (const text of HOSTILE_CORPUS) {
    client.directory.evidence = () => text
    client.directory.verify = () => [text]
    for (const line of textOf(client))
      expect(line).not.toMatch(
        // oxlint-disable-next-line no-control-regex
        /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u,
      )
  }
})
