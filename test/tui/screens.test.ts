/** Whole screens, drawn by the real Ink into an emulator, at the three sizes that have a layout of their own. */
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import type { Notice } from "../../src/client/events.ts"
import type { TuiOptions } from "../../src/tui/main.tsx"
import { bigClass } from "../support/fake-class.ts"
import { classroom, type FakeClient, NOON } from "../support/fake-client.ts"
import { expectGoldenScreen } from "../support/golden.ts"
import { Stage } from "../support/tui-stage.ts"

const SIZES = [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
]

type Size = (typeof SIZES)[number]

const nameOf = (what: string, size: Size) => `tui-${what}-${size.columns}x${size.rows}.txt`

async function chatStage(
  size: Size,
  client: FakeClient,
  more: Partial<TuiOptions> = {},
  seen = "▸",
): Promise<Stage> {
  const stage = new Stage({ kind: "chat", client }, size, systemClock, more)
  await stage.until(seen)
  return stage
}

async function end(stage: Stage): Promise<void> {
  stage.type("\u0003\u0003")
  stage.type("\u0003\u0003")
  await stage.done
}

test.each([...SIZES, { columns: 100, rows: 30 }])("the chat at $columns × $rows", async (size) => {
  const client = await classroom()
  const stage = await chatStage(size, client)
  await stage.until("write with.")
  stage.type("A longer thought that does not fit on one row of a small screen,\\\rwith a second line")
  await expectGoldenScreen(stage, nameOf("chat", size), "second line")
  await end(stage)
})

test.each(SIZES)("verifying at $columns × $rows", async (size) => {
  const client = await classroom()
  const stage = await chatStage(size, client)
  stage.type("/verify ravi\r")
  await expectGoldenScreen(stage, nameOf("verify-how", size), "Whole room")
  stage.type("2")
  await expectGoldenScreen(stage, nameOf("verify", size), "Do they match?")
  stage.type("y")
  await expectGoldenScreen(stage, nameOf("verified", size), "VERIFIED.")
  stage.type("\r")
  await stage.until("Ravi ✓")
  expect(await stage.screen()).not.toContain("?7f3c2k")
  await end(stage)
})

test.each(SIZES)("go to and search at $columns × $rows", async (size) => {
  const client = await classroom()
  client.receive(
    "r_everyone",
    client.findPerson("ravi"),
    "And where is the quiz written down?",
    NOON + 200_000,
  )
  const stage = await chatStage(size, client)
  stage.type("\u000f")
  await stage.until("Go to")
  stage.type("e")
  await expectGoldenScreen(stage, nameOf("goto", size), ": e")
  stage.type("\u001b")
  await stage.until((screen) => !screen.includes("Go to"))
  stage.type("\u0006quiz")
  await expectGoldenScreen(stage, nameOf("search", size), "2 messages")
  stage.type("\u001b")
  await end(stage)
})

test.each(SIZES)("the settings at $columns × $rows", async (size) => {
  const stage = await chatStage(size, await classroom())
  stage.type("/set\r")
  await expectGoldenScreen(stage, nameOf("settings", size), "theme")
  stage.type("\u001b")
  await end(stage)
})

test.each(SIZES)("everything that can go wrong at once, at $columns × $rows", async (size) => {
  const client = await classroom()
  const meera = client.findPerson("Meera T")
  client.setTrust(meera.id, "differs")
  client.setRoom("r_Meera T", { state: "stopped", problem: "keys-differ" })
  client.setRoom("r_everyone", { withoutSecret: true })
  client.setConnection({ state: "refused", host: "192.168.1.5", port: 7667, why: "wrong-pin" })
  client.notice("r_Meera T", { code: "gap", person: meera, missing: 2 }, NOON + 240_000)
  client.notice("r_Meera T", { code: "fork", person: meera }, NOON + 24 * 3_600_000)
  const stage = await chatStage(size, client)
  const everyone = await stage.until("#everyone")
  if (size.columns > 100) expect(everyone).toContain("NO SECRET: anybody on this network can be here")
  stage.type("/go meera t\r")
  await expectGoldenScreen(stage, nameOf("stopped", size), "in person.")
  await end(stage)
})

test.each(SIZES)("help at $columns × $rows names the keys of the table", async (size) => {
  const stage = await chatStage(size, await classroom())
  stage.type("\u001bOP")
  await expectGoldenScreen(stage, nameOf("help", size), "Esc back")
  stage.type("\u001b")
  await stage.until("write with.")
  await end(stage)
})

test.each(SIZES)("a room says of each own message how many have it, at $columns × $rows", async (size) => {
  const { client } = await bigClass()
  const stage = await chatStage(size, client)
  await expectGoldenScreen(stage, nameOf("states", size), "Put your names")
  await end(stage)
})

test.each(SIZES)("who has a message, at $columns × $rows", async (size) => {
  const { client, ids } = await bigClass()
  const stage = await chatStage(size, client)
  stage.type("/receipts 2\r")
  await expectGoldenScreen(stage, nameOf("receipts", size), /12 of 29 have it, 5 of them have\s+read it\./u)
  // The page counts on while it is open, and the arrows go to the messages before and after.
  client.setReceipt("r_everyone", ids.relayed, "u_Pupil 13", "delivered")
  await stage.until(/13 of 29 have it, 5 of them have\s+read it\./u)
  stage.type("\u001b[C")
  await stage.until(/It waits on this computer and is\s+sent/u)
  stage.type("\u001b[D\u001b[D\u001b[D\u001b[D")
  await stage.until(/9 of 29 did not confirm it in 30\s+days, and/u)
  stage.type("q")
  await stage.until("Put your names")
  await end(stage)
})

test("states, numbers and the page of receipts in ASCII", async () => {
  const { client } = await bigClass()
  const size = { columns: 80, rows: 24 }
  const stage = await chatStage(size, client, { ascii: true }, "#everyone >")
  await expectGoldenScreen(stage, "tui-states-ascii-80x24.txt", "Put your names")
  expect(await stage.screen()).not.toMatch(/[^\u0000-\u007f]/u)
  stage.type("/receipts 5\r")
  const page = await stage.until(/9 of 29 did not confirm it in 30\s+days, and/u)
  expect(page).not.toMatch(/[^\u0000-\u007f]/u)
  expect(page).toMatch(/! failed +Pupil 21 \?/u)
  await end(stage)
})

test.each(SIZES)("every notice of trouble, at $columns × $rows", async (size) => {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  const { id } = await client.openChat(ravi.id)
  const notices: readonly Notice[] = [
    { code: "gap", person: ravi, missing: 1 },
    { code: "fork", person: ravi },
    { code: "differs", person: ravi },
    { code: "unconfirmed", person: ravi },
    { code: "unreadable", detail: "its contents make no sense" },
    { code: "log-reset" },
    { code: "lost-entries" },
    { code: "rolled-back" },
    { code: "restored" },
  ]
  for (const notice of notices) client.notice(id, notice)
  client.setRoom(id, { state: "stopped", problem: "forked" })
  client.setConnection({ state: "waiting", host: "10.0.0.1", port: 7667, retryAt: NOON, why: "storage" })
  const stage = await chatStage(size, client)
  stage.type("/go ravi\r")
  await expectGoldenScreen(stage, nameOf("notices", size), /since then may be\s+missing|put back from a/u)
  await end(stage)
})

test.each(SIZES)("the invitation again at $columns × $rows", async (size) => {
  const invitation = () => ({
    words:
      "10.0.0.1:7667 abandon ability able about above absent absorb abstract absurd abuse access accident",
    link: `secure-chat://10.0.0.1:7667/#k=${"abcdefgh".repeat(5)}&a=${"ijklmnop".repeat(3)}&i=${"qrstuvwx".repeat(5)}`,
  })
  const client = await classroom()
  client.link.printed = invitation().link
  const stage = await chatStage(size, client, { invitation })
  stage.type("/invite\r")
  await expectGoldenScreen(stage, nameOf("invite", size), "Esc back")
  stage.type("\u001b[F")
  await stage.until(/only to the people\s+who should\./u)
  stage.type("q")
  await stage.until("write with.")
  await end(stage)
})

test("without Unicode and colour every state is still told apart", async () => {
  const client = await classroom()
  const stage = new Stage({ kind: "chat", client }, { columns: 80, rows: 24 }, systemClock, { ascii: true })
  await expectGoldenScreen(stage, "tui-ascii-80x24.txt", "write with.")
  expect(await stage.screen()).not.toMatch(/[^\u0000-\u007f]/u)
  await end(stage)
})

test("a terminal that is too small says so and comes back", async () => {
  const stage = await chatStage({ columns: 80, rows: 24 }, await classroom())
  stage.resize(18, 5)
  await stage.until("Make this window")
  stage.resize(80, 24)
  await stage.until("write with.")
  await end(stage)
})

test("the real cursor stands where the next letter goes, wide letters and all", async () => {
  const stage = await chatStage({ columns: 80, rows: 24 }, await classroom())
  stage.type("日本")
  await stage.until("日本")
  const { buffer } = stage.terminal
  expect([buffer.active.cursorX, buffer.active.cursorY]).toEqual([1 + "#everyone ▸ ".length + 4, 22])
  stage.type("\u001b[D")
  await stage.until(() => buffer.active.cursorX === 1 + "#everyone ▸ ".length + 2)
  await end(stage)
})

test("nothing is written while nothing happens", async () => {
  const stage = await chatStage({ columns: 80, rows: 24 }, await classroom())
  await stage.until("write with.")
  await stage.rest(300)
  await end(stage)
})

test("a key costs a few rows on the wire, not the screen, with 2,000 messages in the room", async () => {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  for (let n = 0; n < 2_000; n++) client.receive("r_everyone", ravi, `message ${n} of many`)
  const stage = await chatStage({ columns: 100, rows: 30 }, client)
  await stage.until("message 1999")
  await stage.rest(100)
  const before = stage.written.join("").length
  stage.type("x")
  await stage.until("▸ x")
  expect(stage.written.join("").length - before).toBeLessThan(400)
  await end(stage)
})

test("a large draft does not make keys slow", async () => {
  const stage = await chatStage({ columns: 80, rows: 24 }, await classroom())
  stage.type(`\u001b[200~${"नमस्ते दुनिया ".repeat(2_000)}\u001b[201~`)
  await stage.until("नमस्ते")
  const before = process.cpuUsage()
  for (let n = 0; n < 10; n++) stage.type("x")
  await stage.until("xxxxxxxxxx")
  // Ten keys, in time of the processor: the machine may be busy. Many times what they take.
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1_000).toBeLessThan(4_000)
  await end(stage)
})
