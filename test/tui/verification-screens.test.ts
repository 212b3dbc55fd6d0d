/** Verifications on whole screens: by words, by a code, a whole room; who must act, and what stays until it is dismissed. */
import { describe, expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import type { TuiOptions } from "../../src/tui/main.tsx"
import { classroom, type FakeClient, NOON } from "../support/fake-client.ts"
import { person } from "../support/fake-people.ts"
import { CODE, DIGITS, WORDS } from "../support/fake-verification.ts"
import { expectGoldenScreen } from "../support/golden.ts"
import { Stage } from "../support/tui-stage.ts"

const SIZES = [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
]

type Size = (typeof SIZES)[number]

const nameOf = (what: string, size: Size) => `tui-verify-${what}-${size.columns}x${size.rows}.txt`

async function stageOf(size: Size, client: FakeClient, more: Partial<TuiOptions> = {}): Promise<Stage> {
  const stage = new Stage({ kind: "chat", client }, size, systemClock, more)
  await stage.until(more.ascii === true ? ">" : "▸")
  return stage
}

async function end(stage: Stage): Promise<void> {
  for (let press = 0; press < 5; press++) stage.type("\u0003")
  await stage.done
}

const compare = { step: "compare", waitingFor: "both", words: WORDS, digits: DIGITS } as const

/** Thirty-one people, of whom some are known and some are not. */
function classOf(client: FakeClient, count: number) {
  const known = client.people()
  return Array.from({ length: count }, (_, n) =>
    n === 0 ? client.self() : (known[n - 1] ?? person(`Pupil ${n}`, n % 4 === 0 ? "verified" : "unverified")),
  )
}

test.each(SIZES)("seven words at $columns × $rows: asked, compared, verified", async (size) => {
  const client = await classroom()
  const stage = await stageOf(size, client)
  stage.type("/verify ravi words\r")
  await expectGoldenScreen(stage, nameOf("asked", size), "Waiting for Ravi ?7f3c2k.")
  const { id } = client.verification.current()!
  client.verification.put({ id, ...compare }, "verify.compare")
  await expectGoldenScreen(stage, nameOf("words", size), "Your turn, and that of Ravi")
  stage.type("y")
  await expectGoldenScreen(stage, nameOf("words-done", size), "VERIFIED: Ravi.")
  client.verification.put({ id, step: "verified", theirAnswer: true })
  if (size.rows > 12) await stage.until("Ravi has said so too.")
  stage.type("\r")
  await stage.until("write with.")
  expect(client.verification.asked).toEqual(["words", "yes", "dismiss"])
  await end(stage)
})

test.each(SIZES)(
  "somebody asks, at $columns × $rows: a line says so and nothing takes the keyboard",
  async (size) => {
    const client = await classroom()
    const stage = await stageOf(size, client)
    stage.type("yes, ")
    const ravi = client.findPerson("ravi")
    const { id } = client.verification.put({ step: "accept?", person: ravi }, "verify.requested")
    await stage.until(/Ravi \?7f3c2k asks you to compare seven\s+words now\. F5 opens it\./u)
    stage.type("you can")
    await expectGoldenScreen(stage, nameOf("banner", size), "yes, you can")
    expect(client.verification.asked).toEqual([])
    stage.type("\u001b[15~")
    await expectGoldenScreen(stage, nameOf("accept", size), "[A] Yes, now")
    // The key that says "they match" agrees to nothing, and the one that agrees says nothing of words.
    stage.type("y")
    stage.type("a")
    await stage.until(() => client.verification.asked.length > 0)
    client.verification.put({ id, ...compare, waitingFor: "you" }, "verify.compare")
    await stage.until("[Y]")
    stage.type("a")
    stage.type("n")
    await expectGoldenScreen(stage, nameOf("words-differ", size), "STOPPED.")
    expect(client.verification.asked).toEqual(["accept", "no"])
    await end(stage)
  },
)

test.each(SIZES)("a whole room at $columns × $rows", async (size) => {
  const client = await classroom()
  const stage = await stageOf(size, client)
  stage.type("/verify room\r")
  await stage.until("Waiting for the others.")
  const { id } = client.verification.current()!
  const people = classOf(client, 31)
  client.verification.put({
    id,
    step: "gathering",
    waitingFor: "you",
    people: people.slice(0, 12),
    count: 12,
    missing: people.slice(12),
  })
  await expectGoldenScreen(stage, nameOf("room-gathering", size), /\[C\] (?:Close the list|close)/u)
  client.verification.put(
    { id, ...compare, people, count: 31, saidYes: people.slice(1, 8), missing: [] },
    "verify.compare",
  )
  await expectGoldenScreen(stage, nameOf("room", size), size.rows > 12 ? "7 of 31" : "31 PEOPLE")
  stage.type("\u001b[6~")
  await expectGoldenScreen(stage, nameOf("room-scrolled", size), size.rows > 12 ? "Pupil" : "31 PEOPLE")
  client.verification.put(
    {
      id,
      step: "mismatch",
      waitingFor: "nobody",
      saidNo: [people[2]!, people[9]!],
      why: "somebody-said-no",
      endsAt: undefined,
    },
    "verify.mismatch",
  )
  await expectGoldenScreen(stage, nameOf("room-differs", size), "STOPPED.")
  await end(stage)
})

test("a member of a round, and the round that is good", async () => {
  const size = { columns: 80, rows: 24 }
  const client = await classroom()
  const stage = await stageOf(size, client)
  const leader = client.findPerson("meera t")
  const room = client.room("r_everyone")
  const given = { kind: "room", role: "member", person: leader, room, endsAt: NOON + 300_000 } as const
  const { id } = client.verification.put({ ...given, step: "accept?" }, "verify.requested")
  await stage.until("asks everybody in #everyone to verify each other now. F5 opens it.")
  stage.type("\u001b[15~")
  await expectGoldenScreen(stage, nameOf("room-accept", size), "[A] I am here")
  stage.type("a")
  const people = classOf(client, 4)
  client.verification.put({ id, ...compare, people, count: 4 }, "verify.compare")
  await expectGoldenScreen(stage, nameOf("room-member", size), "Everybody's turn.")
  stage.type("y")
  client.verification.put(
    { id, step: "verified", waitingFor: "nobody", saidYes: people, missing: [person("Late", "unverified")] },
    "verify.roomDone",
  )
  await expectGoldenScreen(stage, nameOf("room-done", size), "All 4 have said")
  await end(stage)
})

test.each(SIZES)("a code at $columns × $rows: shown, read, confirmed", async (size) => {
  const client = await classroom()
  const stage = await stageOf(size, client)
  stage.type("/verify ravi show\r")
  await expectGoldenScreen(stage, nameOf("code", size), size.rows > 12 ? /█ {3}█/u : "too small")
  stage.type("t")
  await stage.until(size.rows > 12 ? "The code as text" : "too small")
  const { id } = client.verification.current()!
  client.verification.put({ id, step: "confirm?", waitingFor: "you" })
  await expectGoldenScreen(stage, nameOf("code-read", size), /\[Y\] (?:The screen of Ravi|it does)/u)
  stage.type("y")
  await stage.until("VERIFIED: Ravi.")
  expect(client.verification.asked).toEqual(["show", "seen"])
  await end(stage)
})

test.each(SIZES)(
  "a code is read at $columns × $rows: a wrong one is said, a right one marks",
  async (size) => {
    const client = await classroom()
    const stage = await stageOf(size, client, {
      readCode: (typed) =>
        typed === CODE
          ? Promise.resolve(CODE)
          : Promise.reject(new Error("no QR code was found in this picture")),
    })
    stage.type("/verify ravi read\r")
    await stage.until("Read it")
    stage.type("/tmp/cat.png\r")
    await expectGoldenScreen(stage, nameOf("read", size), /no QR code\s+was\s+found/u)
    stage.type("\u0015")
    stage.type(`\u001b[200~${CODE}\n\u001b[201~`)
    await stage.until("_9x")
    expect(client.verification.asked).toEqual([])
    stage.type("\r")
    await stage.until("VERIFIED: Ravi.")
    await end(stage)
  },
)

describe("without what some terminals lack", () => {
  const size = { columns: 80, rows: 24 }

  test("ASCII: nothing else is written", async () => {
    const client = await classroom()
    const stage = await stageOf(size, client, { ascii: true })
    stage.type("/verify room\r")
    await stage.until("Waiting for the others.")
    const { id } = client.verification.current()!
    const people = classOf(client, 31)
    client.verification.put({ id, ...compare, people, count: 31 }, "verify.compare")
    await expectGoldenScreen(stage, "tui-verify-room-ascii-80x24.txt", "Everybody's turn.")
    expect(await stage.screen()).not.toMatch(/[^\u0000-\u007f]/u)
    stage.type("\u001b")
    await stage.until("F5 opens it.")
    stage.type("/verify ravi show\r")
    expect(await stage.until("too small")).not.toMatch(/[^\u0000-\u007f]/u)
    await end(stage)
  })
})
