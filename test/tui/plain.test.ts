/** The line mode: the same commands, one line each, never an escape sequence. */
import { expect, test } from "vitest"
import { ClientError } from "../../src/client/client.ts"
import { COMMANDS } from "../../src/tui/commands.ts"
import type { PlainOptions } from "../../src/tui/plain.ts"
import { runPlain } from "../../src/tui/main.tsx"
import { classroom, type FakeClient } from "../support/fake-client.ts"
import { HOSTILE_CORPUS } from "../support/hostile-text.ts"

/** Runs the lines and gives back everything that was written. `between` happens before the line of its index. */
async function run(
  client: FakeClient,
  lines: readonly string[],
  between: Record<number, () => void> = {},
  invitation: PlainOptions["invitation"] = () => undefined,
): Promise<string> {
  let written = ""
  async function* input(): AsyncGenerator<string> {
    for (const [index, line] of lines.entries()) {
      await new Promise((resolve) => setImmediate(resolve))
      between[index]?.()
      yield line
    }
  }
  await runPlain({
    client,
    lines: input(),
    write: (text) => (written += text),
    exportRoom: (_, path) => Promise.resolve(path ?? "everyone.txt"),
    relayNote: () => "a relay runs here",
    invitation,
    ascii: false,
  })
  return written
}

test("opens the room, shows its last lines and what is new", async () => {
  const client = await classroom()
  const written = await run(client, [], {})
  expect(written).toContain("You are Asha.")
  expect(written).toContain("a relay runs here")
  expect(written).toContain("— #everyone, end-to-end, 2 not verified")
  expect(written).toMatch(/^\d\d:\d\d Meera T ✓: Open page 41\.$/mu)
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
  expect(written).toMatch(/you ·: hello/u)
  expect(written).toContain("— at the relay")
  expect(written).toMatch(/\[Meera T\] \d\d:\d\d Meera T ✓: two\n {6}│ lines\n/u)
  expect(written).toMatch(/^\d\d:\d\d Ravi \?7f3c2k: hi$/mu)
})

const answers: Record<string, [lines: string[], words: string]> = {
  help: [["/help"], "/verify [NAME]: compare 60 digits"],
  msg: [["/msg ravi psst"], "[Ravi]"],
  go: [["/go"], "2 Meera T ✓, 1 new"],
  win: [["/win 2"], "Can you help me"],
  unread: [["/unread"], "Can you help me"],
  close: [["/win 2", "/close"], "— #everyone"],
  invite: [["/invite"], 'Whoever runs the relay has the invitation: it is in the file "invitation"'],
  who: [["/who"], "Imran ?9qx4e1, offline, not verified, only listed"],
  verify: [["/verify ravi", "yes"], "VERIFIED: Ravi."],
  fingerprint: [["/fingerprint ravi"], "u_Ravi"],
  export: [["/export notes.txt"], "Saved in notes.txt. The file is not encrypted."],
  redraw: [["/redraw"], "Open page 41."],
  quit: [["/quit", "never sent"], "You are Asha"],
}

test.each(COMMANDS.map((row) => row.word))("/%s works here too", async (word) => {
  const [lines, words] = answers[word]!
  const client = await classroom()
  expect(await run(client, lines)).toContain(words)
  expect(client.sent.map(({ text }) => text)).not.toContain("never sent")
})

test("/invite writes both writings of the invitation, as they are when it is asked", async () => {
  const client = await classroom()
  const before = client.sent.length
  let asked = 0
  const invitation = () => ({
    words: `10.0.0.${++asked}:7667 abandon\u001b[2J ability`,
    link: "secure-chat://10.0.0.1:7667/#k=abc",
  })
  const written = await run(client, ["/invite", "/invite"], {}, invitation)
  expect(written).toContain("\n10.0.0.1:7667 abandon␛[2J ability\n")
  expect(written).toContain("\n10.0.0.2:7667 abandon␛[2J ability\n")
  expect(written).toContain("\nsecure-chat://10.0.0.1:7667/#k=abc\n")
  expect(written).toContain("Whoever has it can join")
  expect(client.sent).toHaveLength(before)
})

test("/invite for an open relay has only the link", async () => {
  const open = () => ({ words: undefined, link: "secure-chat://10.0.0.1:7667/#k=abc" })
  const written = await run(await classroom(), ["/invite"], {}, open)
  expect(written).toContain("and paste this link:\n\nsecure-chat://10.0.0.1:7667/#k=abc\n")
  expect(written).not.toContain("write:")
})

test.each([
  ["no", "STOPPED: nothing more is sent to Ravi.", "blocked"],
  ["later", "Later, then. Ravi stays not verified.", "unverified"],
])("the question of /verify answered with %s", async (answer, words, trust) => {
  const client = await classroom()
  const written = await run(client, ["/verify ravi", "what?", answer])
  expect(written).toContain("12345 67890 12345 67890")
  expect(written).toContain("Nothing was sent. Do they match?")
  expect(written).toContain(words)
  expect(client.findPerson("ravi").trust).toBe(trust)
  expect(client.sent.map(({ text }) => text)).not.toContain("what?")
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
    },
  })
  expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u.exec(written)).toBeNull()
  const forged = written.split("\n").filter((line) => line.startsWith("12:03 Asha ✓"))
  expect(forged).toEqual([])
})
