/** Questions of the line mode: an answer is never a message, and a question that nobody needs to answer closes. */
import { expect, test } from "vitest"
import { ClientError } from "../../src/client/client.ts"
import { classroom, type FakeClient } from "../support/fake-client.ts"
import { inLines } from "../support/run-plain.ts"

const texts = (client: FakeClient) => client.sent.map(({ text }) => text)

/** A class with everything that something can be asked about. */
async function world() {
  const client = await classroom()
  client.addPerson("Sunil", { trust: "changed", mustDecide: true })
  const everyone = "r_everyone"
  client.receive(everyone, client.findPerson("ravi"), "see https://school.example/page")
  const [last] = client.transcript(everyone, 1)
  const theirs = last?.kind === "message" ? last.message.id : ""
  const { id } = await client.send(everyone, "what I said")
  return { client, before: client.sent.length, mine: id, theirs, everyone }
}

/** What asks, what is asked, every answer, and what comes of the last one. */
const QUESTIONS: readonly (readonly [string, string, readonly string[], string])[] = [
  ["/verify ravi", "How? Type words, digits, show, read, room or later.", ["later"], "Later, then. Ravi"],
  ["/verify ravi digits", "Do they match? Type yes, no or later.", ["yes"], "VERIFIED: Ravi."],
  ["/verify ravi read", "paste the text of the code. Or type later.", ["later"], "Later, then. Ravi"],
  ["/decide Sunil", "Type verify, later or block.", ["later"], "You send to Sunil"],
  ["/decide Sunil", "Type verify, later or block.", ["verify", "later"], "Later, then. Sunil"],
  ["/decide Sunil", "Type verify, later or block.", ["block"], "Sunil is blocked"],
  ["/delete", "Type yes or no.", ["yes"], "you deleted a message"],
  ["/delete", "Type yes or no.", ["n"], "Not deleted."],
  ["/open 4", "Type yes or no.", ["yes"], "Opened."],
  ["/open 4", "Type yes or no.", ["n"], "Not opened."],
  ["/remove ravi", "Type yes or no.", ["yes"], "Ravi ?7f3c2k is being removed."],
  ["/remove ravi", "Type yes or no.", ["no"], "Not done."],
  ["/promote ravi", "Type yes or no.", ["Yes "], "is being made a moderator."],
  ["/link reset", "Type yes or no.", ["yes"], "The link is being replaced."],
]

test.each(QUESTIONS)(
  "%s: its answers are shown, and are no messages (%s %j)",
  async (asks, asked, answers, end) => {
    const { client, before } = await world()
    const { written, notDone } = await inLines(client, [asks, ...answers])
    expect(written).toContain(asked)
    expect(written).toContain(end)
    expect(client.sent).toHaveLength(before)
    expect(notDone).toBe(0)
  },
)

test.each(QUESTIONS)("%s: what is no answer is not sent, and every command works", async (asks, asked) => {
  const { client, before } = await world()
  const lines = [asks, "hello?", "", "/who", "/say hello?", "@ravi psst", "/cancel", "after it"]
  const { written, notDone } = await inLines(client, lines)
  const takesText = asks.endsWith("read")
  if (!takesText) {
    expect(written).toContain(
      `Nothing was sent, for a question is open.\n${asked.startsWith("Type") ? "" : asked}`.trimEnd(),
    )
    expect(written).toContain("/cancel closes the question; /say TEXT says something all the same.")
    expect(written).toContain("The question is closed; nothing was done.")
    expect(notDone).toBe(1)
  }
  expect(written).toContain("Imran ?9qx4e1, offline, not verified, only listed")
  expect(texts(client).slice(before)).toEqual(["hello?", "psst", "after it"])
})

test.each(QUESTIONS)("%s: /quit leaves, and no key of the screen is named", async (asks) => {
  const { client, before } = await world()
  const { written } = await inLines(client, [asks, "/quit", "never sent"])
  expect(client.sent).toHaveLength(before)
  expect(written).not.toMatch(/\b(?:[Pp]ress|F\d|Esc|Ctrl)\b|^ *[A-Z] {2}/mu)
})

test("a path or a code answers the question for one, whatever it begins with", async () => {
  const { client, before } = await world()
  const read: string[] = []
  const readCode = (typed: string) => {
    read.push(typed)
    return typed === "/home/asha/none.png"
      ? Promise.reject(new Error("no such file"))
      : Promise.resolve("code")
  }
  const lines = ["/verify ravi read", "/home/asha/none.png", "#strange.png", "after it"]
  const { written } = await inLines(client, lines, {}, { readCode })
  expect(read).toEqual(["/home/asha/none.png", "#strange.png"])
  expect(written).toContain("no such file")
  // What did not work leaves the question where it was.
  expect(texts(client).slice(before)).toEqual(["after it"])
})

test("an unknown command is no answer, and is told so with the question", async () => {
  const { client, before } = await world()
  const { written } = await inLines(client, ["/delete", "/yes"])
  expect(written).toContain("Not sent: /yes is no command. /help lists them")
  expect(written.split("Type yes or no.")).toHaveLength(3)
  expect(client.sent).toHaveLength(before)
})

test.each([
  [
    "/delete 5",
    "yes",
    ({ client, mine, everyone }: Awaited<ReturnType<typeof world>>) =>
      client.remarks.delete(everyone, { id: mine }),
    "The question is over: that message was deleted.",
  ],
  [
    "/delete 5",
    "no",
    ({ client, mine, everyone }: Awaited<ReturnType<typeof world>>) =>
      client.remarks.edit(everyone, { id: mine }, "other words"),
    "The question is over: that message was changed.",
  ],
  [
    "/decide Sunil",
    "later",
    ({ client }: Awaited<ReturnType<typeof world>>) => client.keys.block(client.findPerson("sunil").id),
    "The question is over: there is nothing to decide about Sunil",
  ],
  [
    "/remove ravi",
    "yes",
    ({ client }: Awaited<ReturnType<typeof world>>) => {
      client.link.isModerator = false
      client.emit({ type: "ready" })
    },
    "The question is over. Only a moderator of this room can do that",
  ],
  [
    "/promote ravi",
    "yes",
    ({ client }: Awaited<ReturnType<typeof world>>) => {
      client.addPerson("Ravi", { tag: "zzzzzz" })
      client.emit({ type: "ready" })
    },
    "The question is over. ",
  ],
] as const)(
  "%s is overtaken: the answer %s that comes too late goes nowhere",
  async (asks, answer, happens, said) => {
    const all = await world()
    const lines = [asks, answer, answer]
    const { written, notDone } = await inLines(all.client, lines, { 1: () => void happens(all) })
    expect(written).toContain(said)
    expect(written).toContain("That question is over: nothing was done, and nothing was sent.")
    expect(notDone).toBe(1)
    // Once only: a message may be "yes" again.
    expect(texts(all.client).slice(all.before)).toEqual([answer])
  },
)

test.each([
  ["/delete 1", "yes"],
  ["/delete 99", "no"],
  ["/promote nobody", "yes"],
  ["/remove", "Y"],
  ["/open 99", "हाँ"],
  ["/verify nobody", "words"],
  ["/decide ravi", "block"],
  ["/verify nobody read", "code.png"],
])("%s asks nothing: the answer %s behind it is no message, once", async (asks, answer) => {
  const { client, before } = await world()
  const { written } = await inLines(client, [asks, answer, answer, asks, "other words"])
  expect(written).toContain("Nothing was asked, so this is no answer, and it was not sent.")
  const others = asks.endsWith("read") ? [] : ["other words"]
  expect(texts(client).slice(before)).toEqual([answer, ...others])
})

test("the words of Hindi that stand in a question answer it", async () => {
  const { client, before } = await world()
  const { written, notDone } = await inLines(client, ["/remove ravi", "नहीं", "/remove ravi", "हाँ"])
  expect(written).toContain("Not done.")
  expect(written).toContain("Ravi ?7f3c2k is being removed.")
  expect([client.sent.length, notDone]).toEqual([before, 0])
})

test("a second question closes the first, and says so", async () => {
  const { client, before } = await world()
  const { written } = await inLines(client, ["/delete", "/remove ravi", "no"])
  expect(written).toContain("The question before is closed; nothing was done.")
  expect(written).toContain("Not done.")
  expect(client.remarks.asked).toEqual([])
  expect(client.sent).toHaveLength(before)
})

test("whoever invited us was not heard: one question about these words, and about no others", async () => {
  const { client, before } = await world()
  const unheard = () => (client.failNextSend = new ClientError("inviter-unheard", "Meera was not heard here"))
  const { written } = await inLines(client, ["secret", "other words", "yes", "y", "send"], { 0: unheard })
  expect(written).toContain(
    "Not sent. Meera was not heard here. Wait until they are here, or ask them in person.",
  )
  // A message may be "yes", and so may be every line of a pipe: it is no leave to send.
  expect(written.split("Nothing was sent, for a question is open.")).toHaveLength(4)
  expect(texts(client).slice(before)).toEqual(["secret"])
})

test("a forward of what was deleted meanwhile sends nothing", async () => {
  const { client, before, theirs } = await world()
  const openChat = client.openChat.bind(client)
  client.openChat = async (id) => {
    client.remarks.deletedBy("r_everyone", client.findPerson("ravi"), theirs)
    return openChat(id)
  }
  const { written } = await inLines(client, ["/forward 4 imran"])
  expect(written).toContain("This message was deleted.")
  expect(client.sent).toHaveLength(before)
})

test("a verification that a line begins is said once, though it is an event as well", async () => {
  const { client } = await world()
  const askWords = client.verification.askWords.bind(client.verification)
  client.verification.askWords = async (id) => {
    const view = await askWords(id)
    client.emit({ type: "verify.changed", verification: view })
    return view
  }
  const { written } = await inLines(client, ["/verify ravi words", "/verify"])
  // Once when it begins, and once more when somebody asks.
  expect(written.split("Verify Ravi ?7f3c2k with seven words")).toHaveLength(3)
})

test("a question that is open at the end is said to be, and counts as not done", async () => {
  for (const lines of [["/delete"], ["/delete", "/quit"]]) {
    const { client } = await world()
    const { written, notDone } = await inLines(client, lines)
    expect(written).toMatch(/The question is closed; nothing was done\.\n$/u)
    expect(notDone).toBe(1)
    expect(client.remarks.asked).toEqual([])
  }
})
