/** Everything that the screen has for keys alone, and every panel, has its lines. */
import { expect, test } from "vitest"
import { KEYS } from "../../src/tui/key-table.ts"
import { KEYS_IN_LINES, PANELS_IN_LINES, PLACES_IN_LINES, PICKERS_IN_LINES } from "../support/every-key.ts"
import { classroom } from "../support/fake-client.ts"
import { inLines } from "../support/run-plain.ts"

test("every row of the table of keys is looked at, in every place", () => {
  const kinds = KEYS.map((row) => (row.place === "chat" ? row.action.kind : row.act))
  const known = [...Object.keys(KEYS_IN_LINES), ...Object.keys(PLACES_IN_LINES)]
  expect(known.toSorted()).toEqual([...new Set<string>(kinds)].toSorted())
})

const ALL = [KEYS_IN_LINES, PANELS_IN_LINES, PICKERS_IN_LINES, PLACES_IN_LINES]
  .flatMap((table) => Object.entries(table))
  .filter(([, way]) => typeof way !== "string")

test.each(ALL)("%s has its lines", async (key, way) => {
  const [lines, words] = way as readonly [readonly string[], string]
  const invitation = () => ({ link: "secure-chat://192.168.1.5:7667/#k=abc", words: undefined })
  const edit = () => Promise.resolve("written elsewhere")
  const { written, notDone } = await inLines(await classroom(), lines, {}, { invitation, edit })
  expect(written).toContain(words)
  // There is nothing to come back with: the refusal is an answer, and counts.
  expect(notDone).toBe(key === "lock" ? 1 : 0)
})

test("what is further up than a room opens with is said on, and what is found can be named", async () => {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  for (let n = 0; n < 45; n++) client.receive("r_everyone", ravi, `message ${n}`)
  client.setRoom("r_everyone", { unread: 0 })
  const { written } = await inLines(client, [
    "/older",
    "/older",
    "/older",
    "/search message 7",
    "/jump 1",
    "/react 30 :yes:",
  ])
  const said = [...written.matchAll(/Ravi \?7f3c2k: message (\d+)$/gmu)].map(([, n]) => Number(n))
  expect(said.slice(0, 45).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 45 }, (_, n) => n))
  expect(written).toContain("Nothing older is here.")
  expect(written).toMatch(/^\[\d+\] \d\d:\d\d Ravi \?7f3c2k: message 7$/mu)
  expect(written).toMatch(/^— \[30\] you: :yes: to "/mu)
})

test("of more that is new than is said at once, it is said how much there is", async () => {
  const client = await classroom()
  const ravi = client.findPerson("ravi")
  for (let n = 0; n < 230; n++) client.receive("r_everyone", ravi, `message ${n}`)
  const { unread } = client.room("r_everyone")
  expect(unread).toBeGreaterThan(200)
  const { written } = await inLines(client, [])
  expect(written).toContain(`${unread} are new here; these are the newest. /older says those before.`)
})
