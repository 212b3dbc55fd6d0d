/** Whole screens in Hindi: nothing English is left on them, and nothing stands outside of its column. */
// First: sentences are made while the others load.
import "../support/hindi.ts"
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import { runPlain } from "../../src/tui/main.tsx"
import { classroom, NOON } from "../support/fake-client.ts"
import { DIGITS, WORDS } from "../support/fake-verification.ts"
import { expectGoldenScreen } from "../support/golden.ts"
import { Stage } from "../support/tui-stage.ts"

const SIZE = { columns: 80, rows: 24 }
const nameOf = (what: string, { columns, rows } = SIZE) => `tui-hi-${what}-${columns}x${rows}.txt`

async function end(stage: Stage): Promise<void> {
  for (let press = 0; press < 5; press++) stage.type("\u0003")
  await stage.done
}

test.each([SIZE, { columns: 40, rows: 12 }])("the chat at $columns × $rows", async (size) => {
  const stage = new Stage({ kind: "chat", client: await classroom() }, size, systemClock)
  await stage.until("write with.")
  stage.type("मैं आज लिख रही हूँ")
  await expectGoldenScreen(stage, nameOf("chat", size), "रही हूँ")
  await end(stage)
})

test("the help", async () => {
  const stage = new Stage({ kind: "chat", client: await classroom() }, SIZE, systemClock)
  await stage.until("write with.")
  stage.type("\u001b[11~")
  await expectGoldenScreen(stage, nameOf("help"), "/msg नाम संदेश")
  await end(stage)
})

test("verification: the ways, the digits, seven words, and what they led to", async () => {
  const client = await classroom()
  const stage = new Stage({ kind: "chat", client }, SIZE, systemClock)
  await stage.until("write with.")
  stage.type("/verify ravi\r")
  await expectGoldenScreen(stage, nameOf("verify-how"), "पूरा कमरा")
  stage.type("2")
  await expectGoldenScreen(stage, nameOf("verify-digits"), "क्या ये मिलते हैं?")
  stage.type("\u001b")
  await stage.until("write with.")
  stage.type("/verify ravi words\r")
  await stage.until("Ravi ?7f3c2k का इंतज़ार")
  const { id } = client.verification.current()!
  client.verification.put(
    { id, step: "compare", waitingFor: "both", words: WORDS, digits: DIGITS },
    "verify.compare",
  )
  await expectGoldenScreen(stage, nameOf("verify-words"), "आपकी बारी, और Ravi")
  stage.type("n")
  await expectGoldenScreen(stage, nameOf("verify-differ"), "रोका गया")
  await end(stage)
})

test("the line mode speaks it too, an error's message with it", async () => {
  let written = ""
  async function* input(): AsyncGenerator<string> {
    for (const line of ["/msg Nobody hello", "/language en", "/language", "/language tlh"]) {
      await new Promise((resolve) => setImmediate(resolve))
      yield line
    }
  }
  const kept: string[] = []
  await runPlain({
    client: await classroom(),
    lines: input(),
    write: (text) => (written += text),
    exportRoom: () => Promise.resolve(""),
    readCode: (typed) => Promise.resolve(typed),
    relayNote: () => undefined,
    invitation: () => undefined,
    keepLanguage: (language) => kept.push(language),
    ascii: false,
    clock: { ...systemClock, now: () => NOON },
  })
  expect(written).toContain("आप Asha हैं।")
  expect(written).toMatch(/^यहाँ "Nobody" नाम का कोई नहीं है।$/mu)
  expect(written).toContain("अगली बार शुरू करने पर English")
  expect(written).toContain("यह हिन्दी है। अगली बार शुरू करने पर: /language en (English), /language hi (हिन्दी)।")
  expect(written).toContain("नहीं किया। ऐसे लिखें: /language [en|hi]")
  expect(kept).toEqual(["en"])
})
