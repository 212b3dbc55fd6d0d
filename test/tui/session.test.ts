/** Effects performed on a client: what it is asked, what is told when it refuses. */
import { expect, test } from "vitest"
import { ClientError } from "../../src/client/client.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { classroom, type FakeClient } from "../support/fake-client.ts"
import { Stage } from "../support/tui-stage.ts"
import { feed } from "../support/virtual-screen.ts"

const SIZE = { columns: 80, rows: 24 }

async function stageOf(client: FakeClient): Promise<Stage> {
  const stage = new Stage({ kind: "chat", client }, SIZE, systemClock)
  await stage.until("#everyone ▸")
  return stage
}

async function end(stage: Stage): Promise<void> {
  stage.type("\u0003")
  stage.type("\u0003")
  stage.type("\u0003")
  await stage.done
}

test("what is sent reaches the client, and each state is shown", async () => {
  const client = await classroom()
  const stage = await stageOf(client)
  stage.type("@meera t are you there?\r")
  await stage.until("Sent to Meera T.")
  stage.type("/go meera t\r")
  await stage.until(/you · +│ are you there\?/u)
  const id = client.transcript("r_Meera T", 1)[0]!
  for (const [state, mark] of [
    ["relayed", "you ✓ "],
    ["delivered", "you ✓✓ "],
    ["read", "you ✓✓ read "],
  ] as const) {
    client.setState("r_Meera T", id.kind === "message" ? id.message.id : "", state)
    await stage.until(mark)
  }
  expect(client.sent.at(-1)).toEqual({ roomId: "r_Meera T", text: "are you there?" })
  await end(stage)
})

test("a first message to somebody makes the chat", async () => {
  const client = await classroom()
  const stage = await stageOf(client)
  stage.type("/go imran\r")
  await stage.until("Imran ▸")
  stage.type("hello\r")
  await stage.until(/you · +│ hello/u)
  expect(client.sent.at(-1)).toEqual({ roomId: "r_Imran", text: "hello" })
  await end(stage)
})

test.each([
  [
    new ClientError("message-too-long", "the message has 20 kB, and 16 kB are the most"),
    "Not sent. The message has 20 kB, and 16 kB are the most.",
  ],
  [new ClientError("key-changed", "compare keys first"), "Not sent. Compare keys first."],
])("a refusal is said, and the text is back in its line", async (failure, words) => {
  const client = await classroom()
  client.failNextSend = failure
  const stage = await stageOf(client)
  stage.type("my words\r")
  await stage.until(words)
  await stage.until("▸ my words")
  expect(client.sent.at(-1)?.text).not.toBe("my words")
  await end(stage)
})

test.each([
  ["/verify nobody\r", 'Nobody here is called "nobody".'],
  ["/go nobody\r", 'Nobody here is called "nobody".'],
  ["@nobody psst\r", 'Not sent. Nobody here is called "nobody".'],
  ["#nowhere psst\r", "Not sent. There is no room"],
])("%j says who was not found and sends nothing", async (typed, words) => {
  const client = await classroom()
  const sent = client.sent.length
  const stage = await stageOf(client)
  stage.type(typed)
  await stage.until(words)
  expect(client.sent).toHaveLength(sent)
  await end(stage)
})

test("two people of one name are never guessed", async () => {
  const client = await classroom()
  client.addPerson("ravi")
  const stage = await stageOf(client)
  stage.type("/verify Ravi\r")
  await stage.until('"Ravi" is the name of 2 people.')
  await end(stage)
})

test("digits that changed while somebody compared are not believed", async () => {
  const client = await classroom()
  const stage = await stageOf(client)
  stage.type("/verify ravi digits\r")
  await stage.until("12345 67890")
  client.setSafetyNumber("u_Ravi", "11111222223333344444".repeat(3))
  // Twice: the second one is no answer about the new digits.
  stage.type("y")
  stage.type("y")
  await stage.until("The digits changed while you compared. Compare again.")
  expect(client.findPerson("ravi").trust).toBe("unverified")
  stage.type("\u0003/verify ravi digits\r")
  await stage.until("11111 22222")
  stage.type("y")
  await stage.until("VERIFIED.")
  expect(client.findPerson("ravi").trust).toBe("verified")
  await end(stage)
})

test("digits that differ stop the chat, and that stays on the screen", async () => {
  const client = await classroom()
  const stage = await stageOf(client)
  stage.type("/verify ravi digits\r")
  await stage.until("Do they match?")
  stage.type("n")
  await stage.until("STOPPED. The digits differ")
  expect(client.findPerson("ravi").trust).toBe("differs")
  stage.type("\r")
  await stage.until(/Ravi ≠\S+ +│ Is the quiz today\?/u)
  await end(stage)
})

test("fingerprint, export and who", async () => {
  const stage = await stageOf(await classroom())
  stage.type("/fingerprint ravi\r")
  await stage.until("u_Ravi")
  stage.type("q")
  await stage.until("#everyone ▸")
  stage.type("/export\r")
  await stage.until("Saved in /tmp/room.txt. The file is not encrypted.")
  stage.type("/who\r")
  await stage.until(/Imran .*offline, not verified, only listed/u)
  stage.type("q")
  await end(stage)
})

test("/receipts shows each person, counts on, and says when there is no such message", async () => {
  const client = await classroom()
  const stage = await stageOf(client)
  stage.type("/receipts 2\r")
  await stage.until("You have not written 2 messages here.")
  stage.type("/receipts\r")
  await stage.until(/✓ not yet +Ravi \?7f3c2k/u)
  const own = client.transcript("r_everyone", 1)[0]!
  const id = own.kind === "message" ? own.message.id : ""
  client.setReceipt("r_everyone", id, "u_Ravi", "read")
  await stage.until(/✓✓ read +Ravi \?7f3c2k/u)
  await stage.until("1 of 3 has it, 1 of them has read it.")
  stage.type("\u001b")
  await stage.until(/you ✓ 1\/3 1 read +│ Yes, at half past/u)
  await end(stage)
})

test("a gap far above what is read again and again vanishes too, while somebody looks at it", async () => {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  client.notice("r_everyone", { code: "gap", person: ravi, missing: 1 })
  for (let n = 0; n < 150; n++) client.receive("r_everyone", ravi, `message ${n}`)
  const stage = await stageOf(client)
  stage.type("\u001b[H")
  await stage.until("message of Ravi ?7f3c2k is missing here")
  client.fillGap("r_everyone", ravi, ["what was missing"])
  await stage.until((screen) => screen.includes("what was missing") && !screen.includes("is missing"))
  expect(await stage.screen()).toContain("Open page 41.")
  await end(stage)
})

test("/invite shows what it is given, and nothing of it stays", async () => {
  const client = await classroom()
  const sent = client.sent.length
  const invitation = () => ({
    words: "10.0.0.1:7667 abandon\u001b[2J able",
    link: "secure-chat://10.0.0.1/#k=abc",
  })
  const stage = new Stage({ kind: "chat", client }, SIZE, systemClock, { invitation })
  await stage.until("#everyone ▸")
  stage.type("/invite\r")
  await stage.until("10.0.0.1:7667 abandon␛[2J able")
  stage.type("q")
  await stage.until("write with.")
  stage.type("\u001b[A")
  expect(await stage.until("▸ /invite")).not.toContain("abandon")
  expect(client.sent).toHaveLength(sent)
  await end(stage)
  expect((await stage.done).summary).not.toContain("abandon")
})

test("/invite says who has the invitation when we are not in the room and run no relay, and why it cannot be read", async () => {
  const given: { read: () => undefined } = { read: () => undefined }
  const more = { invitation: () => given.read() }
  const client = await classroom()
  client.link.view = () => undefined
  const stage = new Stage({ kind: "chat", client }, SIZE, systemClock, more)
  await stage.until("#everyone ▸")
  stage.type("/invite\r")
  await stage.until(/Whoever runs the relay has the\s+invitation/u)
  stage.type("q")
  await stage.until("write with.")
  given.read = () => {
    throw new Error("the file is locked")
  }
  stage.type("/invite\r")
  await stage.until("That did not work: the file is locked")
  await end(stage)
})

test("a room that comes after the start opens by itself; a refused connection says what to do", async () => {
  const client = await classroom()
  const stage = await stageOf(client)
  client.setConnection({ state: "refused", host: "10.0.0.9", port: 7667, why: "name-taken" })
  await stage.until("Somebody else on this relay has your name")
  client.setConnection({ state: "waiting", host: "10.0.0.9", port: 7667, retryAt: 0, why: "unreachable" })
  await stage.until("relay not reached, trying again")
  await end(stage)
})

test("the summary says what waits; the client is handed back for its owner to stop", async () => {
  const client = await classroom()
  await client.send("r_everyone", "unsent")
  const stage = await stageOf(client)
  stage.type("\u0004")
  const result = await stage.done
  expect(result.client).toBe(client)
  expect(client.stopped).toBe(false)
  expect(result.summary.split("\n")).toEqual([
    "You were Asha on the relay at 192.168.1.5:7667. Nothing of the chat stays on this screen.",
    "1 message waits here and will be sent the next time you start.",
    "",
  ])
  expect(stage.rawMode()).toBe(false)
})

test("a client whose store broke ends the screen with that error, terminal first", async () => {
  const client = await classroom()
  const stage = await stageOf(client)
  client.people = () => {
    throw new ClientError("storage", "the disk is gone")
  }
  client.receive("r_everyone", client.findPerson("ravi"), "one more")
  await expect(stage.done).rejects.toMatchObject({ code: "storage" })
  expect(stage.rawMode()).toBe(false)
})

test("Ctrl+L draws a screen again that something else wrote on", async () => {
  const client = await classroom()
  const stage = await stageOf(client)
  const before = await stage.until(/▸1 #everyone +│/u)
  await feed(stage.terminal, "\u001b[5;1Hrubbish from another program\r\n\r\nmore rubbish")
  expect(await stage.screen()).toContain("rubbish")
  stage.type("\u000c")
  await stage.until((screen) => screen === before)
  stage.type("still here")
  await stage.until("▸ still here")
  await end(stage)
})

test("Ctrl+Z lends the terminal as a shell wants it, and takes it back", async () => {
  const client = await classroom()
  let resume: () => void = () => undefined
  const stage = new Stage({ kind: "chat", client }, SIZE, systemClock, {
    suspend: () => new Promise((resolve) => (resume = resolve)),
  })
  const before = await stage.until(/▸1 #everyone +│/u)
  stage.type("\u001a")
  await stage.until(() => stage.terminal.buffer.active.type === "normal")
  expect(stage.rawMode()).toBe(false)
  expect(stage.terminal.modes.wraparoundMode).toBe(true)
  expect(stage.terminal.modes.bracketedPasteMode).toBe(false)
  resume()
  await stage.until((screen) => screen === before)
  expect(stage.terminal.modes.wraparoundMode).toBe(false)
  expect(stage.rawMode()).toBe(true)
  stage.type("back")
  await stage.until("▸ back")
  await end(stage)
})
