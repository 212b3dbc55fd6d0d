/** The first start in lines: everything that the screen offers is there too. */
import { expect, test } from "vitest"
import { plainWelcome } from "../../src/cli/commands/plain-welcome.ts"
import type { WelcomeActions } from "../../src/tui/main.tsx"
import { FakeClient } from "../support/fake-client.ts"

const RELAY = { name: "Class\u001b[2J 8B", host: "192.168.1.5", port: 7667, letters: "aaaa bbbb cccc" }

function actions(client: FakeClient, joined: string[][], stops: string[]): WelcomeActions {
  return {
    checkName: (name) => (name === "" ? { ok: false, problem: "A name is needed." } : { ok: true, name }),
    readInvitation: () => ({ ok: false, problem: "not asked" }),
    findRelays: (onFound) => {
      onFound(RELAY)
      return () => stops.push("stopped")
    },
    join: (name, invitation) => {
      joined.push([name, invitation])
      return Promise.resolve(
        name === "Asha"
          ? { ok: false, problem: "Somebody has that name.", retry: "name" }
          : { ok: true, client },
      )
    },
    hostHere: () => Promise.resolve({ ok: false, problem: "no room here" }),
  }
}

async function walk(typed: readonly string[]) {
  const client = new FakeClient()
  const joined: string[][] = []
  const stops: string[] = []
  const printed: string[] = []
  const input = (async function* () {
    for (const line of typed) yield await Promise.resolve(line)
  })()
  const entered = await plainWelcome(actions(client, joined, stops), input, (line) => printed.push(line))
  return { client, entered, joined, stops, printed }
}

test("relays of this network are named, a taken name is asked for again, and looking ends", async () => {
  const { client, entered, joined, stops, printed } = await walk([
    "",
    "Asha",
    "1.2.3.4 words",
    "Ravi",
    "1.2.3.4 words",
  ])
  expect(entered).toBe(client)
  expect(printed).toContain("Class␛[2J 8B at 192.168.1.5:7667 is a relay that shows itself on this network.")
  expect(printed).toContain("A name is needed.")
  expect(printed).toContain("Somebody has that name.")
  expect(joined).toEqual([
    ["Asha", "1.2.3.4 words"],
    ["Ravi", "1.2.3.4 words"],
  ])
  expect(stops).toEqual(["stopped"])
})

test("an input that ends early ends the first start too", async () => {
  const { entered, stops } = await walk(["Asha", "host"])
  expect(entered).toBeUndefined()
  expect(stops).toEqual(["stopped"])
})

test("the first start can be left, and the name asked for again; no other command is taken for an address", async () => {
  const { entered, joined, printed } = await walk([
    "Ravi",
    "/help",
    "/who",
    "/back",
    "Ravi K",
    "/quit",
    "never read",
  ])
  expect(entered).toBeUndefined()
  expect(joined).toEqual([])
  expect(printed[0]).toContain("is a relay that shows itself")
  expect(printed.filter((line) => line.startsWith("Not done: here there are only /back"))).toHaveLength(2)
  expect(printed.filter((line) => line === "Your name, as others will see it:")).toHaveLength(2)
})

test("leaving works where the name is asked for", async () => {
  expect((await walk(["/quit", "Ravi", "1.2.3.4 words"])).joined).toEqual([])
})
