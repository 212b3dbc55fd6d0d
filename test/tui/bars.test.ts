/** The first row and the last, and the list of rooms: what is true, in whole words, and what is counted. */
import { expect, test } from "vitest"
import { classroom, NOON } from "../support/fake-client.ts"
import { inLines } from "../support/run-plain.ts"
import { chat, EVERYONE, MEERA } from "../support/tui-chat.ts"

const WIDTHS = [40, 48, 60, 80, 100, 120]

test("the header never says STOPPED of a room that goes on, and cuts no words", async () => {
  for (const columns of WIDTHS) {
    for (const trust of ["unverified", "verified", "changed", "differs", "blocked", "replaced"] as const) {
      const it = await chat({ columns, rows: 24 })
      it.client.setTrust(it.client.findPerson("ravi").id, trust)
      const [header = ""] = it.refresh().frame().split("\n")
      expect(header).not.toContain("STOPPED")
      expect(header).not.toContain("…")
      expect(header).toMatch(/^ (?:≡ )?#everyone · .*(?:end-to-end|e2e)/u)
      if (trust === "changed") expect(header).toContain("1 CHANGED")
      if (trust === "differs") expect(header).toContain("DIFFER")
    }
    const it = await chat({ columns, rows: 24 })
    it.open(MEERA)
    it.client.setRoom(MEERA, { state: "stopped", problem: "key-changed" })
    const [header] = it.refresh().frame().split("\n")
    expect(header).toMatch(/^ (?:≡ )?Meera T [^…]*STOPPED[^…]* F1/u)
  }
})

test("wide screens name the relay in the header, and count in the status line", async () => {
  const it = await chat({ columns: 120, rows: 30 })
  const ends = () => {
    const rows = it.refresh().frame().split("\n")
    return [rows[0]!, rows.at(-1)!]
  }
  expect(ends()[0]).toMatch(/via Class 8B, pinned ✓ · F1 help$/u)
  expect(ends()[1]).toMatch(/^ ● connected · out 0 · gaps 0 · \[2/u)
  const online = it.client.connection()
  if (online.state !== "online") throw new Error("not online")
  it.client.setConnection({ ...online, roundTrip: 3, relayName: "Class 8B of the school by the river" })
  await it.client.send(EVERYONE, "still here")
  it.client.notice(EVERYONE, { code: "gap", person: it.client.findPerson("ravi"), missing: 2 })
  await it.client.desk.change({ quietUntil: NOON + 3_600_000 })
  expect(ends()[0]).toMatch(/via Class 8B of the school …?, pinned ✓ · F1 help$/u)
  expect(ends()[1]).toMatch(/^ ● connected · 3 ms · out 1 · gaps 2 · quiet until \d\d:00 · \[2/u)
  it.client.now = NOON + 3_600_000
  it.client.setConnection({ state: "waiting", host: "h", port: 1, retryAt: NOON, why: "lost" })
  expect(ends()[0]).not.toContain("via")
  expect(ends()[1]).toMatch(/^ ○ connection lost, trying again · out 1 · gaps 2 · \[2/u)
})

test("narrow screens count only what is not nothing", async () => {
  const it = await chat({ columns: 40, rows: 12 })
  const last = () => it.refresh().frame().split("\n").at(-1)!
  expect(last()).toMatch(/^ ● connected · \[2:Meera/u)
  await it.client.desk.change({ quietUntil: NOON + 3_600_000 })
  it.client.notice(EVERYONE, { code: "gap", person: it.client.findPerson("ravi"), missing: 1 })
  expect(last()).toMatch(/^ ● connected · gaps 1 · quiet/u)
})

test("in lines the list of rooms says in words where somebody names us", async () => {
  const client = await classroom()
  const [ravi, imran] = [client.findPerson("ravi"), client.findPerson("imran")]
  await client.openChat(imran.id)
  const { written } = await inLines(client, ["/go Imran", "/go", "/go"], {
    1: () => void client.receive(EVERYONE, ravi, "who is there?"),
    2: () => void client.receive(EVERYONE, ravi, "@Asha, are you?"),
  })
  expect(written).toContain("1 #everyone, 1 new\n")
  expect(written).toContain("1 #everyone, 2 new, you are named\n")
  expect(written).toMatch(/2 Meera T ✓, 1 new\n/u)
})
