/** Whole screens, drawn by the real Ink into an emulator, at the three sizes that have a layout of their own. */
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import type { TuiOptions } from "../../src/tui/main.tsx"
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

async function chatStage(size: Size, client: FakeClient, more: Partial<TuiOptions> = {}): Promise<Stage> {
  const stage = new Stage({ kind: "chat", client }, size, systemClock, more)
  await stage.until("▸")
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
  await expectGoldenScreen(stage, nameOf("verify", size), "Do they match?")
  stage.type("y")
  await expectGoldenScreen(stage, nameOf("verified", size), "VERIFIED.")
  stage.type("\r")
  await stage.until("Ravi ✓")
  expect(await stage.screen()).not.toContain("?7f3c2k")
  await end(stage)
})

test.each(SIZES)("everything that can go wrong at once, at $columns × $rows", async (size) => {
  const client = await classroom()
  const meera = client.findPerson("Meera T")
  client.setTrust(meera.id, "changed")
  client.setRoom("r_Meera T", { state: "stopped", problem: "key-changed" })
  client.setRoom("r_everyone", { withoutSecret: true })
  client.setConnection({ state: "refused", host: "192.168.1.5", port: 7667, why: "wrong-pin" })
  client.notice("r_Meera T", { code: "gap", person: meera, missing: 2 }, NOON + 240_000)
  client.notice("r_Meera T", { code: "fork", person: meera }, NOON + 24 * 3_600_000)
  const stage = await chatStage(size, client)
  const everyone = await stage.until("#everyone")
  if (size.columns > 100) expect(everyone).toContain("NO SECRET: anybody on this network can be here")
  stage.type("/go meera t\r")
  await expectGoldenScreen(stage, nameOf("stopped", size), "aside.")
  await end(stage)
})

test.each(SIZES)("help at $columns × $rows names the keys of the table", async (size) => {
  const stage = await chatStage(size, await classroom())
  stage.type("\u001bOP")
  await expectGoldenScreen(stage, nameOf("help", size), "Esc back")
  stage.type("q")
  await stage.until("write with.")
  await end(stage)
})

test.each(SIZES)("the invitation again at $columns × $rows", async (size) => {
  const invitation = () => ({
    words:
      "10.0.0.1:7667 abandon ability able about above absent absorb abstract absurd abuse access accident",
    link: `secure-chat://10.0.0.1:7667/#k=${"abcdefgh".repeat(5)}&a=${"ijklmnop".repeat(3)}&i=${"qrstuvwx".repeat(5)}`,
  })
  const stage = await chatStage(size, await classroom(), { invitation })
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
  await new Promise((resolve) => setTimeout(resolve, 100))
  const before = stage.written.length
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(stage.written.length).toBe(before)
  await end(stage)
})

test("a key costs a few rows on the wire, not the screen, with 2,000 messages in the room", async () => {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  for (let n = 0; n < 2_000; n++) client.receive("r_everyone", ravi, `message ${n} of many`)
  const stage = await chatStage({ columns: 100, rows: 30 }, client)
  await stage.until("message 1999")
  await new Promise((resolve) => setTimeout(resolve, 100))
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
  const began = performance.now()
  for (let n = 0; n < 10; n++) stage.type("x")
  await stage.until("xxxxxxxxxx")
  // Ten keys; the machine may be busy, so this is many times what they take.
  expect(performance.now() - began).toBeLessThan(4_000)
  await end(stage)
})
