/** /whois, /doctor, /log, /mentions: what they say of good days, bad days and people who mean harm. */
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import { doctorLines } from "../../src/tui/doctor-page.ts"
import { plainSearch } from "../../src/tui/plain-search.ts"
import { ABOUT_ME } from "../../src/tui/search.ts"
import { SessionLog } from "../../src/tui/session-log.ts"
import { UNICODE_SYMBOLS, type Span } from "../../src/tui/theme.ts"
import { whois } from "../../src/tui/whois.ts"
import { classroom, type FakeClient, NOON } from "../support/fake-client.ts"
import { HOSTILE_CORPUS } from "../support/hostile-text.ts"
import { EVERYONE } from "../support/tui-chat.ts"

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u

const textOf = (lines: readonly (readonly Span[])[]) =>
  lines.map((spans) => spans.map(({ text }) => text).join("")).join("\n")

const whoIs = (client: FakeClient, name: string | undefined) =>
  textOf(whois(client, { name, peer: undefined }, UNICODE_SYMBOLS).lines)

test("/whois tells everything that a mistake could hang on", async () => {
  const client = await classroom()
  client.addPerson("Rаvi", {
    tag: "aaaaaa",
    looksLike: "Ravi",
    ambiguous: true,
    formerNames: ["Raju", "Bad\u001b[2J"],
    mustDecide: true,
    trust: "changed",
    hidden: 3,
  })
  const page = whoIs(client, "Rаvi")
  expect(page).toContain("The name looks like Ravi, who is somebody else.")
  expect(page).toContain("commands ask for the tag behind it")
  expect(page).toMatch(/Called Raju, Bad.* before\./u)
  expect(page).toContain("Nothing is sent before you decide: /decide")
  expect(page).toContain("3 messages were not kept.")
  expect(page).toContain("here in #everyone")
  expect(page.replaceAll("\n", "")).not.toMatch(CONTROL)
})

test("/whois without a name is about the other one of the chat, else about oneself", async () => {
  const client = await classroom()
  const meera = client.findPerson("meera t")
  const about = whois(client, { name: undefined, peer: meera }, UNICODE_SYMBOLS)
  expect(about.title).toBe("Who Meera T is")
  expect(whoIs(client, undefined)).toContain("The tag behind your name on other screens: ?")
  expect(whoIs(client, "ASHA")).toContain("Asha, you")
  expect(() => whoIs(client, "nobody")).toThrow("nobody")
})

test("/doctor is content with nothing that is not in order", async () => {
  const client = await classroom()
  const ask = (canLock: boolean, now = NOON) => textOf(doctorLines(client, { canLock, now }))
  const good = ask(true)
  expect(good).toContain("ok    The relay: Class 8B, its key is the pinned one.")
  expect(good).toContain("ok    A passphrase protects this profile")
  expect(good).toContain("LOOK  You have verified 1 of 3 people")
  client.setConnection({ state: "waiting", host: "10.0.0.1", port: 7667, retryAt: 0, why: "unreachable" })
  client.setRoom(EVERYONE, { state: "stopped", problem: "removed" })
  await client.send(EVERYONE, "hello")
  await client.desk.change({ quietUntil: NOON + 60_000 })
  const bad = ask(false)
  expect(bad).toMatch(/^LOOK {2}The relay: /mu)
  expect(bad).toMatch(/^LOOK {2}1 message waits here until the relay is reached\.$/mu)
  expect(bad).toMatch(/^LOOK {2}#everyone: /mu)
  expect(bad).toMatch(/^LOOK {2}Nothing notifies you until 12:01; \/dnd off ends that\.$/mu)
  expect(bad).toMatch(/^LOOK {2}No passphrase/mu)
})

test("/log keeps the newest of a flood, cut, clean and in order", async () => {
  const client = await classroom()
  const log = new SessionLog(client, { ...systemClock, now: () => NOON })
  client.on(({ event }) => log.heard(event))
  expect(textOf(log.lines())).toBe("Nothing so far.")
  for (const text of HOSTILE_CORPUS) client.emit({ type: "error", code: "internal", detail: text })
  client.emit({ type: "error", code: "internal", detail: "y".repeat(65_536) })
  for (const line of log.lines()) expect(textOf([line])).not.toMatch(CONTROL)
  for (let n = 0; n < 400; n++) client.emit({ type: "error", code: "internal", detail: `number ${n}` })
  const lines = textOf(log.lines()).split("\n")
  expect(lines).toHaveLength(300)
  expect(lines[0]).toBe("12:00 Something went wrong: number 100")
  client.receive(EVERYONE, client.findPerson("ravi"), "never in the log")
  expect(textOf(log.lines())).not.toContain("never in the log")
})

test("/mentions finds who named us or answered us, everywhere, the newest first, and nothing else", async () => {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  const { id } = await client.send(EVERYONE, "Asha speaks of Asha")
  client.receive(EVERYONE, ravi, "thank you ASHA!", NOON + 1)
  client.receive(EVERYONE, ravi, "Ashanti is a word", NOON + 2)
  client.receive("r_Meera T", client.findPerson("meera t"), "is @asha here?", NOON + 3)
  client.receive(EVERYONE, ravi, "an answer", NOON + 4, { id })
  const clock = { ...systemClock, now: () => NOON }
  const { found } = await plainSearch({ client, clock }, ABOUT_ME, undefined, UNICODE_SYMBOLS)
  expect(found.map(({ line }) => line.message.text)).toEqual([
    "an answer",
    "is @asha here?",
    "thank you ASHA!",
  ])
  const narrow = await plainSearch({ client, clock }, `${ABOUT_ME} thank`, undefined, UNICODE_SYMBOLS)
  expect(narrow.found).toHaveLength(1)
})
