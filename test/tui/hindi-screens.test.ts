/** Whole screens in Hindi: nothing English is left on them, and nothing stands outside of its column. */
import { afterAll, expect, test, vi } from "vitest"

// Test files share modules, and sentences are made while modules load: these are loaded anew, and again after it.
vi.resetModules()
await import("../support/hindi.ts")
const { systemClock } = await import("../../src/platform/clock.ts")
const { runPlain } = await import("../../src/tui/main.tsx")
const { classroom, NOON } = await import("../support/fake-client.ts")
const { ClientError } = await import("../../src/client/client.ts")
const { errorWords } = await import("../../src/tui/words.ts")
const { DIGITS, WORDS } = await import("../support/fake-verification.ts")
const { expectGoldenScreen } = await import("../support/golden.ts")
const { Stage } = await import("../support/tui-stage.ts")

afterAll(() => vi.resetModules())

const SIZE = { columns: 80, rows: 24 }
const nameOf = (what: string, { columns, rows } = SIZE) => `tui-hi-${what}-${columns}x${rows}.txt`

async function end(stage: InstanceType<typeof Stage>): Promise<void> {
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

test("the first steps", async () => {
  const client = await classroom()
  const stage = new Stage(
    {
      kind: "welcome",
      actions: {
        checkName: (name) => ({ ok: true, name }),
        readInvitation: () => ({
          ok: false,
          problem: errorWords(
            new ClientError("bad-invitation", "the link has lost its end, from # on; copy it whole"),
          ),
        }),
        findRelays: (found) => {
          found({ name: "Class 8B", host: "10.0.0.1", port: 7667, letters: "aaaa bbbb cccc" })
          return () => {}
        },
        join: () => Promise.resolve({ ok: true, client }),
        hostHere: () => Promise.resolve({ ok: false, problem: "" }),
      },
    },
    SIZE,
    systemClock,
  )
  await expectGoldenScreen(stage, nameOf("welcome-name"), "आपका नाम")
  stage.type("Asha\r")
  await expectGoldenScreen(stage, nameOf("welcome-choose"), "Class 8B")
  stage.type("\r")
  await stage.until("निमंत्रण टाइप करें")
  stage.type("secure-chat://10.0.0.1\r")
  await expectGoldenScreen(stage, nameOf("welcome-invitation"), "पूरा कॉपी करें")
  await end(stage)
})

test("the help", async () => {
  const stage = new Stage({ kind: "chat", client: await classroom() }, SIZE, systemClock)
  await stage.until("write with.")
  stage.type("\u001b[11~")
  await stage.until("/msg नाम संदेश")
  // The end of it: the list of commands grows.
  stage.type("\u001b[F")
  await expectGoldenScreen(stage, nameOf("help"), "नाम के पीछे")
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

test.each([SIZE, { columns: 40, rows: 12 }])(
  "words and question stand together, and answers are taken, at $columns × $rows",
  async (size) => {
    const client = await classroom()
    const stage = new Stage({ kind: "chat", client }, size, systemClock)
    await stage.until("▸")
    stage.type("/verify ravi words\r")
    await stage.until("[Esc]")
    const compare = { step: "compare", waitingFor: "both", words: WORDS, digits: DIGITS } as const
    const pair = client.verification.current()!
    client.verification.put({ id: pair.id, ...compare }, "verify.compare")
    await stage.until("[Y]")
    expect(await stage.screen()).not.toContain("बड़ी करें")
    stage.type("y\r")
    client.verification.put({ id: pair.id, step: "verified", waitingFor: "nobody" })
    await stage.until("[Enter]")
    stage.type("\r")
    const meera = client.findPerson("meera t")
    for (const [role, leader] of [["leader", client.self()] as const, ["member", meera] as const]) {
      const people = Array.from({ length: 31 }, (_, n) => client.people()[n - 1] ?? client.self())
      const given = { kind: "room", role, person: leader, room: client.room("r_everyone") } as const
      const { id } = client.verification.put(
        { ...given, step: "gathering", waitingFor: "you", people, count: 31, endsAt: NOON + 300_000 },
        "verify.requested",
      )
      await stage.until("F5")
      stage.type("\u001b[15~")
      await stage.until(/\[C\]|सबके आने पर/u)
      client.verification.put(
        { id, ...compare, people, count: 31, saidYes: people.slice(1, 8), missing: [] },
        "verify.compare",
      )
      await expectGoldenScreen(stage, nameOf(`verify-room-${role}`, size), "[Y]")
      expect(await stage.screen()).not.toContain("बड़ी करें")
      client.verification.put({
        id,
        step: "verified",
        waitingFor: "nobody",
        saidYes: people,
        endsAt: undefined,
      })
      await stage.until("[Enter]")
      stage.type("\r")
    }
    await end(stage)
  },
)

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
