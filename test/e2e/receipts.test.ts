/** Who has a message of a room, as a script asks it: one is there, one is away and comes back. */
import { expect, test } from "vitest"
import { builtProgram, type Line, succeeded } from "../support/program.ts"

const program = builtProgram()
const { run, start } = program

/** `name state`, sorted. */
const statesOf = (lines: readonly Line[]) =>
  lines.map((line) => `${line.person?.name} ${(line as Line & { state?: string }).state}`).toSorted()

test("a room's message: waiting for everybody, and the state of each", async () => {
  const relay = await program.relay("relay")
  for (const name of ["alice", "bob", "carol"])
    succeeded(await run(["join", relay.invitation, "--name", name, "--data", name]))
  // Everybody has met everybody, then carol goes away.
  for (const name of ["alice", "bob", "carol"]) succeeded(await run(["history", "#everyone", "--data", name]))
  const listening = start(["listen", "--data", "bob", "--json"])
  await listening.line(({ type }) => type === "sync.done")

  const late = await run([
    "send",
    "#everyone",
    "hello",
    "--data",
    "alice",
    "--wait",
    "delivered",
    "--timeout",
    "5s",
    "--json",
  ])
  expect([late.code, late.err]).toEqual([6, expect.stringMatching(/by everybody \(1 of 2 have it/u)])
  const id = late.json()[0]!.message!.id
  const asked = succeeded(await run(["receipts", "#everyone", id, "--data", "alice", "--json"]))
  expect(asked.json()[0]).toMatchObject({ v: 1, type: "receipt", profile: "alice", message: { id } })
  expect(statesOf(asked.json())).toEqual(["bob read", "carol relayed"])
  const history = succeeded(await run(["history", "#everyone", "--data", "alice", "--json"]))
  const line = history.json().find(({ message }) => message?.id === id)
  expect(line?.message).toMatchObject({ state: "relayed", receipts: { delivered: 1, read: 1, of: 2 } })

  // Carol comes back, reads, and stays until her receipt is out; without an id it is the newest message.
  succeeded(await run(["listen", "--data", "carol", "--timeout", "4s"]))
  const later = succeeded(await run(["receipts", "#everyone", "--data", "alice", "--ascii"]))
  expect(later.out.split("\n").filter(Boolean).toSorted()).toEqual([
    expect.stringMatching(/^\+\+ read {2}bob \?/u),
    expect.stringMatching(/^\+\+ read {2}carol \?/u),
  ])
  const everybody = await run(["history", "#everyone", "--data", "alice", "--ascii"])
  expect(everybody.out).toMatch(/you: hello {2}\+\+ read$/mu)
}, 300_000)
