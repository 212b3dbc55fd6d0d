/** The line mode: the same commands, one line each, never an escape sequence. */
import { expect, test } from "vitest"
import { ClientError } from "../../src/client/client.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { COMMANDS } from "../../src/tui/commands.ts"
import type { PlainOptions } from "../../src/tui/plain.ts"
import { runPlain } from "../../src/tui/main.tsx"
import { IN_LINES } from "../support/every-command.ts"
import { bigClass } from "../support/fake-class.ts"
import { classroom, type FakeClient } from "../support/fake-client.ts"
import { WORDS } from "../support/fake-verification.ts"
import { HOSTILE_CORPUS } from "../support/hostile-text.ts"
import { inLines } from "../support/run-plain.ts"

const run = async (
  client: FakeClient,
  lines: readonly string[],
  between: Record<number, () => void> = {},
  invitation: PlainOptions["invitation"] = () => undefined,
): Promise<string> =>
  (await inLines(client, lines, between, { invitation, relayNote: () => "a relay runs here" })).written

test("opens the room, shows its last lines and what is new", async () => {
  const client = await classroom()
  const written = await run(client, [], {})
  expect(written).toContain("You are Asha.")
  expect(written).toContain("a relay runs here")
  expect(written).toContain("— #everyone, 3 here, 1 listed, end-to-end, 2 not verified")
  expect(written).toMatch(/^\[1\] \d\d:\d\d Meera T ✓: Open page 41\.$/mu)
  expect(client.readRooms).toEqual(["r_everyone"])
})

test("sends, says what became of it, shows what others write and in which room", async () => {
  const client = await classroom()
  const written = await run(client, ["hello", "x"], {
    1: () => {
      const line = client.transcript("r_everyone", 1)[0]!
      client.setState("r_everyone", line.kind === "message" ? line.message.id : "", "relayed")
      client.receive("r_Meera T", client.findPerson("meera t"), "two\nlines")
      client.receive("r_everyone", client.findPerson("ravi"), "hi")
    },
  })
  expect(client.sent.map(({ text }) => text)).toContain("hello")
  expect(written).toMatch(/you \(waiting to be sent\): hello/u)
  expect(written).toContain("— [4] at the relay (#everyone)")
  expect(written).toMatch(/\[Meera T\] \[5\] \d\d:\d\d Meera T ✓: two\n {6}more: lines\n/u)
  expect(written).toMatch(/^\[6\] \d\d:\d\d Ravi \?7f3c2k: hi$/mu)
})

test.each(COMMANDS.map((row) => row.word))("/%s works here too", async (word) => {
  const [lines, words] = IN_LINES[word]!
  const client = await classroom()
  expect(await run(client, lines)).toContain(words)
  expect(client.sent.map(({ text }) => text)).not.toContain("never sent")
})

test("what a room has is said in words, and everybody at once", async () => {
  const { client, ids } = await bigClass()
  const written = await run(client, ["/receipts 2", "/receipts 9", "/receipts"], {
    0: () => {
      client.setState("r_everyone", ids.relayed, "delivered")
      client.setState("r_everyone", ids.relayed, "read")
      client.setState("r_everyone", ids.queued, "failed")
    },
  })
  expect(written).toMatch(/you \(delivered to 29 of 29, read by 28\): Open page 41\.$/mu)
  expect(written).toMatch(/you \(not delivered to 9 of 29\): Tomorrow we start at nine\.$/mu)
  expect(written).toContain(
    "\n— [5] delivered to everybody (#everyone)\n— [5] read by everybody (#everyone)\n",
  )
  expect(written).toContain(
    '! [6] "Put your names on the sheet." (#everyone): Not delivered, and not tried any more.',
  )
  expect(written).toContain("29 of 29 have it, 29 of them have read it.")
  expect(written).toMatch(/^Pupil 13 ✓ has read it$/mu)
  expect(written).toContain("You have not written 9 messages here.")
  expect(written).toContain("It was not delivered, and is not tried any more: write it again.")
})

test("notices, a full disk and a stopped chat are said when they happen and when the room is opened", async () => {
  const client = await classroom()
  const meera = client.findPerson("meera t")
  const written = await run(client, ["/win 2"], {
    0: () => {
      client.notice("r_everyone", { code: "gap", person: meera, missing: 2 })
      client.notice("r_everyone", { code: "rolled-back" })
      client.setRoom("r_Meera T", { state: "stopped", problem: "forked" })
      client.setConnection({ state: "waiting", host: "10.0.0.1", port: 7667, retryAt: 0, why: "storage" })
    },
  })
  expect(written).toContain(
    "\n! #everyone: 2 messages of Meera T are missing here and have been asked for.\n",
  )
  expect(written).toContain("\n! #everyone: This is an older copy of your profile.")
  expect(written).toContain("\n— The disk of this computer is full.")
  expect(written).toContain("\nSTOPPED: the computer of Meera T tells different people different things.")
})

test("a relay that stays away is said once, however often it is tried, and again when it is back", async () => {
  const client = await classroom()
  const away = (why: "unreachable" | "lost" | "busy") =>
    client.setConnection({ state: "waiting", host: "10.0.0.1", port: 7667, retryAt: 0, why })
  const here = { state: "online", host: "10.0.0.1", port: 7667, relayName: "r", openRelay: false } as const
  let tries = 0
  client.start = () => {
    tries++
    away("busy")
  }
  const written = await run(client, ["hello", "/reconnect", "/reconnect", "x"], {
    0: () => {
      for (let n = 0; n < 20; n++) away("unreachable")
    },
    1: () => {
      for (let n = 0; n < 20; n++) away("busy")
    },
    3: () => {
      client.setConnection(here)
      client.setConnection(here)
    },
  })
  const connection = written.split("\n").filter((line) => /reach|busy|connect/u.test(line))
  const again = "trying again; what you write is kept. /reconnect tries at once."
  expect(connection).toEqual([
    "— connected",
    `— relay not reached, ${again}`,
    `— relay busy, ${again}`,
    "Trying to reach the relay.",
    `— relay busy, ${again}`,
    "Trying to reach the relay.",
    `— relay busy, ${again}`,
    "— connected",
  ])
  // What is said looks for a relay that nobody reached, and leaves one alone that asked for it.
  expect(tries).toBe(3)
})

test("who is not connected yet is told so at the start", async () => {
  const client = await classroom()
  client.setConnection({ state: "connecting", host: "10.0.0.1", port: 7667 })
  const written = await run(client, [])
  expect(written).toContain("— Connecting to the relay at 10.0.0.1:7667; what you write is kept")
  expect(written).toContain("— Meera T ✓, 1 new\n/unread opens the next of them.\n")
})

test("no line is drawn: a screen reader would speak every stroke", async () => {
  const client = await classroom()
  const written = await run(
    client,
    ["/reply 2 yes\nand no", "/react 2 :yes:", "/search quiz", "/help", "/edit 4 a\nb"],
    {
      0: () => client.receive("r_everyone", client.findPerson("ravi"), "one\ntwo https://a.example/b"),
    },
  )
  expect(written).not.toMatch(/[\u2500-\u259f]/u)
  expect(written).toContain("\n      more: two https://a.example/b\n      /open 4: https://a.example/b\n")
})

test("what was missing is said when it comes, however far up it belongs", async () => {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  const written = await run(client, [""], {
    0: () => {
      client.notice("r_everyone", { code: "gap", person: ravi, missing: 1 })
      for (let n = 0; n < 60; n++) client.receive("r_everyone", ravi, `message ${n}`)
      client.fillGap("r_everyone", ravi, ["what was missing"])
    },
  })
  expect(written).toMatch(/^\[\d+\] \d\d:\d\d Ravi \?7f3c2k: what was missing$/mu)
})

test("/invite writes both writings of the invitation, as they are when it is asked", async () => {
  const client = await classroom()
  const before = client.sent.length
  let asked = 0
  const invitation = () => ({
    words: `10.0.0.${++asked}:7667 abandon\u001b[2J ability`,
    link: "only shown by whoever is not in the room",
  })
  client.link.printed = "secure-chat://10.0.0.1:7667/#k=abc"
  const written = await run(client, ["/invite", "/invite"], {}, invitation)
  expect(written).toContain("\n10.0.0.1:7667 abandon␛[2J ability\n")
  expect(written).toContain("\n10.0.0.2:7667 abandon␛[2J ability\n")
  expect(written).toContain("\nsecure-chat://10.0.0.1:7667/#k=abc\n")
  expect(written).toContain("Whoever has it can join")
  expect(client.sent).toHaveLength(before)
})

test("/invite for an open relay has only the link", async () => {
  const open = () => ({ words: undefined, link: "secure-chat://10.0.0.1:7667/#k=abc" })
  const client = await classroom()
  client.link.view = () => undefined
  const written = await run(client, ["/invite"], {}, open)
  expect(written).toContain("and paste this link:\n\nsecure-chat://10.0.0.1:7667/#k=abc\n")
  expect(written).not.toContain("write:")
})

test.each([
  ["no", "STOPPED: nothing more is sent to Ravi ?7f3c2k.", "differs"],
  ["later", "Later, then. Ravi ?7f3c2k stays not verified.", "unverified"],
])("the question of /verify answered with %s", async (answer, words, trust) => {
  const client = await classroom()
  const written = await run(client, ["/verify ravi digits", "what?", answer])
  expect(written).toContain("12345 67890 12345 67890")
  expect(written).toContain(
    "Nothing was sent, for a question is open.\nDo they match? Type yes, no or later. /cancel",
  )
  expect(written).toContain(words)
  expect(client.findPerson("ravi").trust).toBe(trust)
  expect(client.sent.map(({ text }) => text)).not.toContain("what?")
})

test("a word that two verifications wait for is nobody's, until it is said whose", async () => {
  const client = await classroom()
  const comparing = { kind: "words", step: "compare", waitingFor: "both", words: WORDS } as const
  const [ravi, meera] = [client.findPerson("ravi"), client.findPerson("meera t")]
  const start = () => {
    client.verification.put({ ...comparing, person: ravi })
    client.verification.put({ ...comparing, person: meera })
  }
  start()
  const written = await run(client, ["/verify match", "/verify ravi match", "/verify match"])
  expect(written).toContain("More than one verification waits for that word, and nothing was done.")
  expect(written).toContain("Write with whom: /verify NAME match.")
  expect(client.verification.asked).toEqual(["yes", "yes"])
  expect(client.verification.all().map(({ person, step }) => [person?.name, step])).toEqual([
    ["Meera T", "verified"],
    ["Ravi", "verified"],
  ])
})

test.each(["/nonsense", " /quit", "/msg ravi"])("%j is refused and not sent", async (line) => {
  const client = await classroom()
  const before = client.sent.length
  expect(await run(client, [line])).toMatch(/Not sent|Not done/u)
  expect(client.sent).toHaveLength(before)
})

test("what cannot be done is said in a sentence", async () => {
  const client = await classroom()
  client.failNextSend = new ClientError("storage", "The disk is full.")
  const written = await run(client, ["hello", "/verify nobody"])
  expect(written).toContain("Not saved. The disk is full.")
  expect(written).toContain('Nobody here is called "nobody".')
})

test("hostile text: no escape sequence, and no line that looks like another's", async () => {
  const client = await classroom()
  const written = await run(client, [""], {
    0: () => {
      for (const text of HOSTILE_CORPUS)
        client.receive("r_everyone", { ...client.findPerson("ravi"), name: text }, text)
      for (const text of HOSTILE_CORPUS)
        client.notice("r_everyone", {
          code: "gap",
          person: { ...client.findPerson("ravi"), name: text },
          missing: 1,
        })
    },
  })
  expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u.exec(written)).toBeNull()
  const forged = written.split("\n").filter((line) => line.startsWith("12:03 Asha ✓"))
  expect(forged).toEqual([])
})

test("an alias stands in place of the name, everywhere and only here; without one the name comes back", async () => {
  const client = await classroom()
  const written = await run(client, ["/alias ravi Mr. Kumar", "/who", "/alias Mr. Kumar", "/who"])
  expect(written).toContain("Ravi is now called Mr. Kumar ?7f3c2k, on your screens only")
  expect(written).toContain("Mr. Kumar ?7f3c2k, online, not verified")
  expect(written).toContain("Mr. Kumar is now called Ravi ?7f3c2k\n")
})

test("a double is marked wherever the name stands alone, and a verified twin has its tag too", async () => {
  const client = await classroom()
  client.addPerson("Rav1", { tag: "zzzzzz", looksLike: "Ravi", ambiguous: true })
  const written = await run(client, ["/who", "/fingerprint Rav1"])
  expect(written).toContain("Rav1 ?zzzzzz (looks like Ravi), online, not verified")
  expect(written).toContain("The name looks like Ravi, who is somebody else.")
})

test("/editor sends what was saved as it is, and nothing when nothing was", async () => {
  const client = await classroom()
  const sent = client.sent.length
  const saved = ["/quit\nis no command here", " \n"]
  const written: string[] = []
  await runPlain({
    client,
    lines: (async function* () {
      yield* ["/editor", "/editor"]
    })(),
    write: (text) => void written.push(text),
    exportRoom: () => Promise.resolve(""),
    keepLanguage: () => {},
    readCode: (typed) => Promise.resolve(typed),
    relayNote: () => undefined,
    invitation: () => undefined,
    ascii: false,
    clock: systemClock,
    edit: () => Promise.resolve(saved.shift()!),
  })
  expect(written.join("")).toContain("Nothing was sent.")
  expect(client.sent.slice(sent).map(({ text }) => text)).toEqual(["/quit\nis no command here"])
})

test.each(["/go nobody", "/j nobody", "/win 99", "/win x", "/jump 5", "/go secure-chat://x"])(
  "%s cannot be done: what is typed next goes to nobody",
  async (wrong) => {
    const client = await classroom()
    const before = client.sent.length
    const lines = [wrong, "for somebody else", "/close", "for everybody"]
    // Whatever happens meanwhile opens no room.
    const happens = () => client.receive("r_everyone", client.findPerson("ravi"), "hi")
    const { written, notDone } = await inLines(client, lines, { 1: happens })
    expect(written).toContain("No room is open now, so that nothing goes where it was not meant.")
    expect(written).toContain("[#everyone] [4]")
    expect(written).toContain("Not sent: no room is open.")
    expect(notDone).toBe(2)
    expect(client.sent.slice(before).map(({ text, roomId }) => [roomId, text])).toEqual([
      ["r_everyone", "for everybody"],
    ])
  },
)

test.each([
  "/verify",
  "/lock",
  "/close",
  "/receipts 99",
  "/theme pink",
  "/set receipts maybe",
  "/qr",
  "/mute nobody",
  "/scheduled 9",
  "/copy 99",
])("%s that cannot be done counts for the exit code", async (line) => {
  const { notDone } = await inLines(await classroom(), [line])
  expect(notDone).toBe(1)
})

test("a message that is said again cannot pass for lines of the program", async () => {
  const client = await classroom()
  const forged = "fine\n[9] 12:04 Meera T ✓: the test is off\nVERIFIED: Ravi."
  client.receive("r_everyone", client.findPerson("ravi"), forged)
  const { written } = await inLines(client, ["/copy"])
  expect(written).toContain(`Ravi ?7f3c2k, 3 lines:\n${forged}\n`)
})
