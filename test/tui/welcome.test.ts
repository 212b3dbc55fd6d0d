/** The first start, on a virtual terminal: every way through it, and back. */
import type { FoundRelay } from "../../src/tui/welcome-state.ts"
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import type { WelcomeActions } from "../../src/tui/main.tsx"
import { classroom, FakeClient } from "../support/fake-client.ts"
import { expectGoldenScreen } from "../support/golden.ts"
import { Stage } from "../support/tui-stage.ts"

const SIZE = { columns: 80, rows: 24 }
const WORDS = "abandon ability able about above absent absorb abstract absurd abuse access accident"

/** Accepts what the real thing accepts, in miniature. */
function actions(client: FakeClient, change: Partial<WelcomeActions> = {}): WelcomeActions {
  return {
    checkName: (name) =>
      name.includes("!") ? { ok: false, problem: "A name has letters and digits only." } : { ok: true, name },
    readInvitation: (text) => {
      const address = /^([\w.]+):(\d+)\s*(.*)$/u.exec(text.trim())
      if (address === null) return { ok: false, problem: "That is neither a link nor an address." }
      return {
        ok: true,
        host: address[1]!,
        port: Number(address[2]),
        complete: address[3]!.split(" ").length === 12,
      }
    },
    findRelays: () => () => undefined,
    join: () => Promise.resolve({ ok: true, client }),
    hostHere: () =>
      Promise.resolve({
        ok: true,
        client,
        invitation: "secure-chat://10.0.0.1:7667/#k=abc&a=def&i=ghi",
        words: `10.0.0.1:7667 ${WORDS}`,
      }),
    ...change,
  }
}

async function opened(given: WelcomeActions, size = SIZE): Promise<Stage> {
  const stage = new Stage({ kind: "welcome", actions: given }, size, systemClock)
  await stage.until("Your name ▸")
  return stage
}

test.each([SIZE, { columns: 40, rows: 12 }, { columns: 120, rows: 40 }])(
  "name, invitation, chat at $columns × $rows",
  async (size) => {
    const client = await classroom()
    const joined: string[][] = []
    const stage = await opened(
      actions(client, {
        join: (name, invitation) => {
          joined.push([name, invitation])
          return Promise.resolve({ ok: true, client })
        },
      }),
      size,
    )
    const name = `${size.columns}x${size.rows}.txt`
    stage.type("Asha")
    await expectGoldenScreen(stage, `tui-welcome-name-${name}`, "▸ Asha")
    stage.type("\r")
    await expectGoldenScreen(stage, `tui-welcome-choose-${name}`, "Start a relay")
    stage.type("\r")
    await stage.until("Invitation ▸")
    stage.type(
      "\u001b[200~10.0.0.1:7667 abandon ability able about above absent\nabsorb abstract absurd abuse access accident\u001b[201~",
    )
    await expectGoldenScreen(stage, `tui-welcome-invitation-${name}`, /Enter joins\s+it/u)
    expect(joined).toEqual([])
    stage.type("\r")
    await stage.until("#everyo")
    expect(joined).toEqual([["Asha", `10.0.0.1:7667 ${WORDS}`]])
    stage.type("\u0004")
    expect((await stage.done).client).toBe(client)
  },
)

test("a link that a screen broke into rows is joined again", async () => {
  const seen: string[] = []
  const given = actions(new FakeClient())
  const stage = await opened({
    ...given,
    readInvitation: (text) => {
      seen.push(text)
      return given.readInvitation(text)
    },
  })
  stage.type("Asha\r")
  await stage.until("I have an invitation")
  stage.type("\u001b[200~secure-chat://10.0.0.1:7667/#k=ab\r\n  cd&a=ef\n\u001b[201~")
  await stage.until("k=abcd&a=ef")
  expect(seen).toEqual(["secure-chat://10.0.0.1:7667/#k=abcd&a=ef"])
  stage.type("\u0003")
  await stage.done
})

test("each mistake gets its sentence and stays where it was made", async () => {
  const stage = await opened(actions(new FakeClient()))
  stage.type("\r")
  await stage.until("Type a name first.")
  stage.type("A!\r")
  await stage.until("A name has letters and digits only.")
  stage.type("\u0015Asha\r")
  await stage.until("I have an invitation")
  stage.type("\r")
  await stage.until("Invitation ▸")
  stage.type("nonsense")
  await stage.until("That is neither a link nor an address.")
  stage.type("\u001510.0.0.1:7667")
  await stage.until("Now the 12 words")
  stage.type("\r")
  await stage.until("That is only the address.")
  stage.type("\u0003")
  expect(await stage.done).toEqual({ client: undefined, summary: "", next: "end" })
})

test("Esc goes back step by step, and what was typed is still there", async () => {
  const stage = await opened(actions(new FakeClient()))
  stage.type("Asha\r")
  await stage.until("I have an invitation")
  stage.type("\r")
  await stage.until("Invitation ▸")
  stage.type("10.0.0.1:7667 abandon")
  await stage.until("abandon")
  stage.type("\u001b")
  await stage.until("I have an invitation")
  stage.type("\u001b")
  await stage.until("▸ Asha")
  stage.type("\r")
  await stage.until("I have an invitation")
  stage.type("\r")
  await stage.until("▸ 10.0.0.1:7667 abandon")
  stage.type("\u0003")
  await stage.done
})

test("relays that show themselves are listed, once each, and only fill in the address", async () => {
  let found: (relay: FoundRelay) => void = () => undefined
  let stopped = 0
  const client = await classroom()
  const stage = await opened(
    actions(client, {
      findRelays: (onFound) => {
        found = onFound
        return () => (stopped += 1)
      },
    }),
  )
  stage.type("Asha\r")
  await stage.until("No relay has shown itself")
  const relay = {
    name: "Class\u001b]0;x\u0007 8B",
    host: "192.168.1.5",
    port: 7667,
    letters: "aaaa bbbb cccc",
  }
  found(relay)
  found(relay)
  const screen = await stage.until("at 192.168.1.5:7667")
  expect(screen.match(/192\.168\.1\.5/gu)).toHaveLength(1)
  expect(screen).toContain("Class␛]0;x␇ 8B")
  stage.type("\r")
  await stage.until("Now the 12 words")
  expect(await stage.screen()).toContain("▸ 192.168.1.5:7667")
  stage.type(WORDS)
  await stage.until("Enter joins it.")
  stage.type("\r")
  await stage.until("#everyone ▸")
  expect(stopped).toBe(1)
  stage.type("\u0004")
  await stage.done
})

test("whatever was chosen stays chosen when the first relay shows itself", async () => {
  let found: (relay: FoundRelay) => void = () => undefined
  const client = await classroom()
  const findRelays = (onFound: typeof found) => {
    found = onFound
    return () => undefined
  }
  const stage = await opened(actions(client, { findRelays }))
  stage.type("Asha\r")
  await stage.until("No relay has shown itself")
  stage.type("\u001b[B")
  await stage.until("▸ Start a relay")
  found({ name: "Class 8B", host: "192.168.1.5", port: 7667, letters: "aaaa bbbb cccc" })
  await stage.until(/192\.168\.1\.5[^]*▸ Start a relay/u)
  stage.type("\u0003")
  await stage.done
})

test("hosting: says that it goes on, and shows the invitation for the others before the chat", async () => {
  const stage = await opened(actions(await classroom()))
  stage.type("Asha\r")
  await stage.until("Start a relay")
  stage.type("\u001b[A\r")
  await expectGoldenScreen(stage, "tui-welcome-hosted-80x24.txt", "Your relay runs")
  stage.type("\r")
  await stage.until("#everyone ▸")
  stage.type("\u0004")
  await stage.done
})

test("the summary speaks of the relay that was started in this very session", async () => {
  const client = await classroom()
  let note: string | undefined
  const given = actions(client, {
    hostHere: () => {
      note = "Your relay goes on running."
      return actions(client).hostHere("Asha")
    },
  })
  const stage = new Stage({ kind: "welcome", actions: given }, SIZE, systemClock, { relayNote: () => note })
  await stage.until("Your name ▸")
  stage.type("Asha\r")
  await stage.until("Start a relay")
  stage.type("\u001b[A\r")
  await stage.until("Your relay runs")
  stage.type("\r")
  await stage.until("#everyone ▸")
  stage.type("\u0004")
  expect((await stage.done).summary).toContain("Your relay goes on running.")
})

test.each([
  ["name", "Somebody has this name.", "▸ Asha"],
  ["invitation", "The relay refused it.", "▸ 10.0.0.1:7667"],
] as const)("a join that fails for the %s goes there and says why", async (retry, problem, line) => {
  const stage = await opened(
    actions(new FakeClient(), { join: () => Promise.resolve({ ok: false, problem, retry }) }),
  )
  stage.type("Asha\r")
  await stage.until("I have an invitation")
  stage.type("\r")
  await stage.until("Invitation ▸")
  stage.type(`10.0.0.1:7667 ${WORDS}`)
  await stage.until("Enter joins it.")
  stage.type("\r")
  await stage.until(problem)
  await stage.until(line)
  stage.type("\u0003")
  await stage.done
})

test("a name that is taken costs only another name: the invitation is used again", async () => {
  const client = await classroom()
  const joined: string[][] = []
  const stage = await opened(
    actions(client, {
      join: (...[name, invitation]) => {
        joined.push([name, invitation])
        return Promise.resolve(
          name === "Asha"
            ? { ok: false, problem: "Somebody has this name.", retry: "name" }
            : { ok: true, client },
        )
      },
    }),
  )
  stage.type("Asha\r")
  await stage.until("I have an invitation")
  stage.type(`\u001b[200~10.0.0.1:7667 ${WORDS}\u001b[201~`)
  await stage.until("Enter joins it.")
  stage.type("\r")
  await stage.until("Somebody has this name.")
  stage.type(" K\r")
  await stage.until("#everyone ▸")
  expect(joined).toEqual([
    ["Asha", `10.0.0.1:7667 ${WORDS}`],
    ["Asha K", `10.0.0.1:7667 ${WORDS}`],
  ])
  stage.type("\u0004")
  await stage.done
})

test("nobody has to wait for a dead address: Esc goes back, with what was typed", async () => {
  const client = await classroom()
  let given: AbortSignal | undefined
  let answer: (answered: Awaited<ReturnType<WelcomeActions["join"]>>) => void = () => {}
  const join: WelcomeActions["join"] = (_name, _invitation, stop) => {
    given = stop
    return new Promise((resolve) => (answer = resolve))
  }
  const stage = await opened(actions(client, { join }))
  stage.type("Asha\r")
  await stage.until("I have an invitation")
  stage.type(`\u001b[200~10.0.0.1:7667 ${WORDS}\u001b[201~`)
  await stage.until("Enter joins it.")
  stage.type("\r")
  await stage.until("Please wait   Esc: back   Ctrl+C: leave")
  stage.type("\u001b")
  await stage.until("Going back…")
  expect(given?.aborted).toBe(true)
  // What the relay says all the same holds.
  answer({ ok: false, problem: "You went back before the relay answered.", retry: "invitation" })
  await stage.until("You went back before the relay answered.")
  await stage.until("10.0.0.1:7667")
  stage.type("\r")
  await stage.until("Please wait")
  expect(given?.aborted).toBe(false)
  stage.type("\u001b")
  await stage.until("Going back…")
  answer({ ok: true, client })
  await stage.until("#everyone ▸")
  stage.type("\u0004")
  await stage.done
})

test("on a small screen the list of relays moves with the choice", async () => {
  const stage = await opened(
    actions(new FakeClient(), {
      findRelays: (onFound) => {
        for (let at = 1; at <= 9; at++)
          onFound({ name: `Room ${at}`, host: `10.0.0.${at}`, port: 7667, letters: "aaaa bbbb cccc" })
        return () => undefined
      },
    }),
    { columns: 40, rows: 12 },
  )
  stage.type("Asha\r")
  await stage.until("▸ Room 1 at")
  for (let at = 2; at <= 9; at++) {
    stage.type("\u001b[B")
    await stage.until(`▸ Room ${at} at`)
  }
  stage.type("\t")
  await stage.until("▸ I have an invitation")
  stage.type("\t")
  await stage.until("▸ Start a relay")
  stage.type("\t")
  await stage.until("▸ Room 1 at")
  stage.type("\u0003")
  await stage.done
})

test("hosting on a small screen shows all of the twelve words", async () => {
  const stage = await opened(actions(await classroom()), { columns: 40, rows: 12 })
  stage.type("Asha\r")
  await stage.until("I have an invitation")
  stage.type("\u001b[A\r")
  await stage.until((screen) => screen.replaceAll(/\s+/gu, " ").includes(`10.0.0.1:7667 ${WORDS}`))
  stage.type("\u0003")
  await stage.done
})

test.each([
  [
    "says why",
    () => Promise.resolve({ ok: false as const, problem: "Port 7667 is busy." }),
    "Port 7667 is busy.",
  ],
  ["breaks", () => Promise.reject(new Error("no such program")), "no such program"],
])("hosting that %s is told, and the choice is open again", async (_, hostHere, words) => {
  const stage = await opened(actions(new FakeClient(), { hostHere }))
  stage.type("Asha\r")
  await stage.until("Start a relay")
  stage.type("\u001b[A\r")
  await stage.until(words)
  await stage.until("I have an invitation")
  stage.type("\u0003")
  await stage.done
})
