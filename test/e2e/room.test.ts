/** A moderator removes somebody with the built program; the old invitation leads nowhere, the new one says whose it is. */
import { expect, test } from "vitest"
import { builtProgram, type Line, succeeded } from "../support/program.ts"

const program = builtProgram()
const { run, start } = program

test("out of the room by one command, and in again only by another", async () => {
  const relay = await program.relay("relay")
  for (const name of ["alice", "bob", "carol"])
    succeeded(await run(["join", relay.invitation, "--name", name, "--data", name]))
  succeeded(await run(["history", "#everyone", "--data", "alice"]))
  const asked = await run(["room", "remove", "bob", "--data", "alice"])
  expect([asked.code, asked.err]).toEqual([1, expect.stringMatching(/removes bob.*--yes/su)])
  const forbidden = await run(["room", "remove", "carol", "--yes", "--data", "bob"])
  expect([forbidden.code, forbidden.err]).toEqual([8, expect.stringContaining("only a moderator")])

  const removed = succeeded(await run(["room", "remove", "bob", "--yes", "--data", "alice", "--json"]))
  expect(removed.json()[0]).toMatchObject({ type: "room.done", act: "remove", generation: 1 })
  const refused = await run(["send", "#everyone", "but I", "--data", "bob", "--timeout", "8s"])
  const told = await run(["history", "#everyone", "--data", "bob"])
  expect(told.out).toMatch(/alice \?\w{6} removed you from this room\./)
  const again = refused.code === 8 ? refused : await run(["send", "#everyone", "but I", "--data", "bob"])
  expect([again.code, again.err]).toEqual([8, expect.stringContaining("you were removed from this room")])
  const roles = succeeded(await run(["room", "moderators", "--data", "carol", "--ascii"]))
  expect(roles.out).toMatch(/replace the link: alice \?.*\nRemoved: bob \?/u)

  const late = await run(["join", relay.invitation, "--name", "late", "--data", "late", "--timeout", "8s"])
  expect([late.code, late.err]).toEqual([6, expect.stringContaining("not in #everyone yet")])
  const shown = succeeded(await run(["link", "show", "--data", "carol", "--json"]))
  const { invitation } = shown.json()[0] as Line & { invitation: string }
  expect(invitation).toMatch(/^secure-chat:\/\/.*&c=.*&p=/u)
  succeeded(await run(["join", invitation, "--name", "dave", "--data", "dave"]))
  // Carol, whose invitation it is, is not there: nothing is sent unawares.
  const unheard = await run(["send", "#everyone", "hello?", "--data", "dave"])
  expect([unheard.code, unheard.err]).toEqual([
    4,
    expect.stringMatching(/carol.*has not been heard.*--without-inviter/su),
  ])
  const listening = start(["listen", "--data", "carol", "--json"])
  await listening.line(({ type }) => type === "sync.done")
  succeeded(await run(["send", "#everyone", "hello", "--data", "dave"]))
  await listening.line((line) => line.message?.text === "hello")
  // Whoever had waited with the old one comes in with the new one.
  succeeded(await run(["join", invitation, "--data", "late"]))
}, 180_000)
