/** What one account may do in an hour, so that it cannot spoil a place that all share. */
import { expect, test } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { HourlyLimit } from "../../src/relay/hourly-limit.ts"
import { ADMISSION, CoreBench, describe as line, open, START, upload } from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"

const HOUR_MS = 3_600_000

test("each may do it so often within any hour, and is forgotten afterwards", () => {
  const limit = new HourlyLimit(2)
  limit.count("a", START)
  limit.count("a", START + 1_000)
  expect([limit.allows("a", START + 1_000), limit.allows("b", START + 1_000)]).toEqual([false, true])
  expect(limit.allows("a", START + HOUR_MS)).toBe(true)
  limit.sweep(START + HOUR_MS)
  expect(limit.allows("a", START + HOUR_MS - 1)).toBe(false)
  limit.sweep(START + 2 * HOUR_MS)
  expect(limit.allows("a", START + 2_000)).toBe(true)
})

test("a clock that was set back locks nobody out", () => {
  const limit = new HourlyLimit(1)
  limit.count("a", START + 365 * 24 * HOUR_MS)
  expect(limit.allows("a", START)).toBe(true)
})

test("one account takes no more than twenty places an hour in the directory, and so no more names", async () => {
  const bench = new CoreBench()
  const { wire, person } = await bench.join("greedy")
  await bench.join("other")
  let entry = person.registration()
  const rename = async (seq: number) => {
    const next = person.update(entry, seq, { name: `name ${seq % 7}` })
    const [answer] = await wire.ask({ type: "register", rid: 1, admission: ADMISSION, entry: next })
    if (answer?.type === "done") entry = next
    return line(answer!)
  }
  const answers: string[] = []
  for (let seq = 1; seq <= 20; seq++) answers.push(await rename(seq))
  expect(answers).toEqual([...Array<string>(19).fill("done"), `refused ${REFUSALS.busy}`])
  expect(bench.store.directorySize()).toBe(2 + 19)
  await bench.pass(HOUR_MS)
  const again = await bench.comeBack(person)
  const late = person.update(entry, 20, { name: "name 1" })
  await again.expect({ type: "register", rid: 1, admission: ADMISSION, entry: late }, "done")
})

test("a full directory takes no newcomer, and those who are in it may still change", async () => {
  const bench = new CoreBench({ limits: { people: 2 } })
  const { wire, person } = await bench.join("alice")
  await bench.join("bob")
  const late = bench.person("carol")
  const stranger = await bench.connect()
  await stranger.ask(bench.hello(stranger, late))
  const register = { type: "register", rid: 1, admission: ADMISSION, entry: late.registration() } as const
  expect((await stranger.ask(register)).map(line)).toEqual([`refused ${REFUSALS.quota}`])
  const entry = person.update(person.registration(), 1, { name: "alys" })
  await wire.expect({ type: "register", rid: 1, admission: ADMISSION, entry }, "done")
})

test("one account cannot fill an inbox: others' letters still get in", async () => {
  const bench = new CoreBench()
  const { wire: flooder } = await bench.join("flooder")
  const { wire: friend } = await bench.join("friend")
  const { person: carol } = await bench.join("carol")
  const letter = () => sealedEntry(bench.random, { kind: "letter" })
  const { handle } = await flooder.expect(open(carol.device.inboxId), "opened")
  const first = letter()
  const answers = [line((await flooder.ask(upload(handle, 0, first)))[0]!)]
  for (let n = 0; n < 60; n++) answers.push(line((await flooder.ask(upload(handle, 0, letter())))[0]!))
  expect(answers).toEqual([...Array<string>(60).fill("accepted"), `rejected ${REFUSALS.busy}`])
  // What was taken before is still taken: its sender may have missed the answer.
  await flooder.expect(upload(handle, 0, first), "accepted")
  await friend.expect(open(carol.device.inboxId), "opened")
  await friend.expect(upload(handle, 0, letter()), "accepted")
})

test("the operator hears of 600 refused connections an hour, however many there are", async () => {
  const bench = new CoreBench({ limits: { connectionsPerAddress: 0 } })
  for (let n = 0; n < 700; n++) await (await bench.connect("10.0.0.1")).drop()
  expect(bench.events.filter(({ type }) => type === "client.refused")).toHaveLength(600)
  await bench.pass(HOUR_MS)
  await bench.connect("10.0.0.1")
  expect(bench.events).toHaveLength(601)
})
