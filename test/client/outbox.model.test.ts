import fc from "fast-check"
import { expect, test } from "vitest"
import { Desk } from "../support/desk.ts"
import { modelRuns } from "../support/model-runs.ts"
import { commands, end, happened, type Model } from "./outbox-model.ts"

test("what was promised goes into the log once and in order", { timeout: modelRuns.timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands(commands, { maxCommands: modelRuns.commands, size: "max" }),
      async (steps) => {
        const real = await Desk.create()
        const model: Model = { promised: [], failed: new Set() }
        await fc.asyncModelRun(async () => ({ model, real }), steps)
        await end(model, real)
      },
    ),
    { numRuns: modelRuns.runs },
  )
  for (const what of FAULTS)
    expect(happened.get(what) ?? 0, `what is tested for must really happen: ${what}`).toBeGreaterThan(2)
})

const DAY_MS = 86_400_000

test("a handshake of which nobody knows the token, a power cut and a day in the dark silence nobody", async () => {
  const desk = await Desk.create()
  await desk.noise("handshake")
  await desk.clientHears()
  await desk.say("text 0")
  await desk.crash(0)
  await desk.connect()
  // The relay is shown the token of before, and then nothing for a day.
  await desk.relayTakes()
  await desk.clientHears()
  await desk.relayTakes()
  await desk.pass(DAY_MS)
  await desk.settle()
  expect(desk.logged().map(({ text }) => text)).toEqual(["text 0"])
})

test("whoever is cut off with what they lack still on its way comes back by themselves", async () => {
  const desk = await Desk.create()
  await desk.commit()
  await desk.clientHears()
  await desk.relayTakes()
  // The relay has seen the newest token, and the disk has lost it.
  await desk.crash(0)
  await desk.connect()
  await desk.say("text 0")
  await desk.relayTakes()
  await desk.clientHears()
  for (let n = 0; n < 2; n++) await desk.relayTakes()
  await desk.pass(DAY_MS)
  expect(desk.link.down.map(({ type }) => type)).toContain("cut")
  await desk.settle()
  expect(desk.logged().map(({ text }) => text)).toEqual(["text 0"])
})

const FAULTS = [
  "stale",
  "accepted",
  "granted",
  "rejected",
  "lost before the relay",
  "lost answer",
  "lost transactions",
]
