/**
 * The outbox against a list of promises: however frames, connections and machines are lost, what was promised goes into
 * the log once, in the order in which it was said, and the screen shows the log and then what still waits
 * (PROTOCOL.md §9.4).
 */
import fc from "fast-check"
import { expect } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { Desk } from "../support/desk.ts"

/** The simple truth: what was said, in order, and what the relay would never take. */
export interface Model {
  promised: string[]
  failed: Set<string>
}

type Step = fc.AsyncCommand<Model, Desk>

/** After which a device refreshes its keys. */
const DAY_MS = 25 * 3_600_000

/** How often each thing that is tested for has happened. */
export const happened = new Map<string, number>()
const count = (what: string) => void happened.set(what, (happened.get(what) ?? 0) + 1)

function check(model: Readonly<Model>, desk: Desk): void {
  const logged = desk.logged()
  const waiting = model.promised.filter((text) => !model.failed.has(text))
  expect(
    logged.map(({ text }) => text),
    "the log holds the first of what was promised, each once",
  ).toEqual(waiting.slice(0, logged.length))
  const { cursor } = desk.room.record
  const read = logged.filter(({ seq }) => seq <= cursor).map(({ text }) => text)
  const lines = desk.lines()
  const stateOf = (text: string) =>
    read.includes(text) ? "relayed" : model.failed.has(text) ? "failed" : "queued"
  expect(lines.map(({ text }) => text).toSorted(), "each line once").toEqual(model.promised.toSorted())
  for (const { text, state, place } of lines) {
    expect(`${text} ${state}`).toBe(`${text} ${stateOf(text)}`)
    if (state === "relayed")
      expect(place, `the place of ${text}`).toBe(logged.find((each) => each.text === text)!.seq)
  }
  const inOrder = lines.map(({ text }) => text).filter((text) => !model.failed.has(text))
  expect(inOrder, "the log's order, then what waits").toEqual(waiting)
  expect(desk.link.distrusted, "an honest relay is believed").toEqual([])
  expect(desk.wrongs).toEqual([])
}

/** @param run does it. @returns what is to be counted, if anything. */
function step(name: string, run: (model: Model, desk: Desk) => Promise<string | void>): Step {
  return {
    check: () => true,
    async run(model, desk) {
      const what = await run(model, desk)
      if (what !== undefined) count(what)
      check(model, desk)
    },
    toString: () => name,
  }
}

const say = fc.constant(
  step("say", async (model, desk) => {
    const text = `text ${model.promised.length}`
    await desk.say(text)
    model.promised.push(text)
  }),
)
const up = fc.nat({ max: 3 }).map((n) =>
  step(`the relay takes ${n + 1}`, async (_, desk) => {
    for (let i = 0; i <= n; i++) await desk.relayTakes()
  }),
)
const down = fc.nat({ max: 3 }).map((n) =>
  step(`the client hears ${n + 1}`, async (_, desk) => {
    for (let i = 0; i <= n; i++) {
      const [next] = desk.link.down
      if (next) count(next.type)
      await desk.clientHears()
    }
  }),
)
const cut = fc.constant(
  step("the connection breaks", async (_, desk) => {
    const wasSent = desk.link.up.some(({ type }) => type === "entry")
    const isUnheard = desk.link.down.some(({ type }) => type === "accepted")
    await desk.cut()
    await desk.connect()
    return wasSent ? "lost before the relay" : isUnheard ? "lost answer" : undefined
  }),
)
const crash = fc.nat({ max: 100 }).map((part) =>
  step(`power cut, ${part} % survive`, async (_, desk) => {
    const { unsynced } = desk
    const kept = Math.round((unsynced * part) / 100)
    await desk.crash(kept)
    await desk.connect()
    return kept < unsynced ? "lost transactions" : undefined
  }),
)
const noise = fc.constantFrom("message" as const, "handshake" as const, "handshake" as const).map((kind) =>
  step(`somebody's ${kind} makes no sense`, async (_, desk) => {
    await desk.noise(kind)
  }),
)
const join = fc.constant(
  step("somebody comes in", async (_, desk) => {
    await desk.commit()
  }),
)
/** A commit is faster than a message that is on its way. */
const race = fc.constant(
  step("somebody comes in faster", async (_, desk) => {
    if (!desk.link.up.some(({ type }) => type === "entry")) return
    await desk.commit()
    while (desk.link.up.length > 0) await desk.relayTakes()
  }),
)
const refuse = fc.constantFrom("quota" as const, "storage" as const, "too-large" as const).map((code) =>
  step(`the relay says ${code}`, async (model, desk) => {
    while (desk.link.up.length > 0 && desk.link.up[0]!.type !== "entry") await desk.relayTakes()
    const isRefused = desk.refuseNext(REFUSALS[code])
    if (!isRefused || code !== "too-large") return
    const logged = desk.logged().length
    const waiting = model.promised.filter((text) => !model.failed.has(text))
    while (desk.link.down.length > 0) await desk.clientHears()
    // What was heard before may have shown that it was in vain: then nobody waited for this answer.
    const first = desk.lines().find(({ text }) => text === waiting[logged])
    if (first?.state === "failed") model.failed.add(first.text)
  }),
)
const wait = fc.constantFrom(100, 5_000, 60_000, DAY_MS).map((ms) =>
  step(`${ms} ms`, async (_, desk) => {
    await desk.pass(ms)
  }),
)
const drain = fc.constant(
  step("everything goes on", async (model, desk) => {
    await end(model, desk)
  }),
)

export const commands = [
  say,
  say,
  up,
  up,
  down,
  down,
  cut,
  crash,
  noise,
  join,
  race,
  refuse,
  refuse,
  wait,
  drain,
]

/** Lets everything go on, and looks whether all of it is where it belongs. */
export async function end(model: Model, desk: Desk): Promise<void> {
  await desk.settle()
  check(model, desk)
  const waiting = model.promised.filter((text) => !model.failed.has(text))
  expect(
    desk.logged().map(({ text }) => text),
    "nothing waits in the end",
  ).toEqual(waiting)
}
