/** Who came and went is told to everybody, and gathered where there are many. */
import { expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { CoreBench, type Wire } from "../support/core-bench.ts"
import type { RelayPerson } from "../support/relay-people.ts"

const MANY = 70
/** A tenth of a millisecond for each of them. */
const EVERY_MS = 7

async function crowd(count: number): Promise<{ bench: CoreBench; people: RelayPerson[]; wires: Wire[] }> {
  const bench = new CoreBench()
  const people: RelayPerson[] = []
  const wires: Wire[] = []
  for (let n = 0; n < count; n++) {
    const { person, wire } = await bench.join(`person ${n}`)
    people.push(person)
    wires.push(wire)
  }
  // What waits is told, and then long enough ago.
  await bench.pass(EVERY_MS)
  await bench.pass(EVERY_MS)
  for (const wire of wires) wire.take()
  return { bench, people, wires }
}

const told = (wire: Wire) =>
  wire.of("presence").map(({ accountId, online }) => `${toHex(accountId)} ${online}`)
const said = ({ accountId }: RelayPerson, online: boolean) => `${toHex(accountId)} ${online}`

test("where there are many, what happens together is told together, in one piece of memory", async () => {
  const { bench, people, wires } = await crowd(MANY)
  const [watcher, other] = wires
  for (const gone of [7, 8, 9]) await wires[gone]!.drop()
  // The first is told at once; the next two wait.
  expect(told(watcher!)).toEqual([said(people[7]!, false)])
  await bench.pass(EVERY_MS - 1)
  expect(told(watcher!)).toEqual([said(people[7]!, false)])
  const before = watcher!.frames.length
  await bench.pass(1)
  expect(told(watcher!)).toEqual([7, 8, 9].map((n) => said(people[n]!, false)))
  expect(watcher!.frames.length).toBe(before + 1)
  expect(other!.frames.at(-1)).toBe(watcher!.frames.at(-1))
})

test("nobody hears of whoever was gone for a moment, nor of themselves; a newcomer hears of all", async () => {
  const { bench, people, wires } = await crowd(MANY)
  const [watcher] = wires
  await wires[1]!.drop()
  watcher!.take()
  await wires[2]!.drop()
  const back = await bench.connect()
  back.post(bench.hello(back, people[2]!))
  await bench.settle()
  expect(new Set(told(back)).size).toBe(MANY - 2)
  const one = await bench.comeBack(people[1]!)
  one.take()
  await bench.pass(EVERY_MS)
  expect(told(watcher!)).toEqual([said(people[1]!, true)])
  expect(told(one)).toEqual([])
})

test("the directory grew: once for all who registered meanwhile, with its size by then", async () => {
  const { bench, wires } = await crowd(MANY)
  const [watcher] = wires
  for (const name of ["one", "two", "three"]) await bench.join(name)
  await bench.pass(EVERY_MS + 1)
  const sizes = watcher!.of("directoryGrew").map(({ size }) => size)
  expect(sizes).toEqual([MANY + 1, MANY + 3])
})

test("a clock that was set back keeps nobody waiting", async () => {
  const { bench, people, wires } = await crowd(MANY)
  await wires[1]!.drop()
  await wires[2]!.drop()
  bench.now -= 3_600_000
  await bench.pass(0)
  await bench.pass(EVERY_MS)
  expect(told(wires[0]!)).toEqual([said(people[1]!, false), said(people[2]!, false)])
})

test("whoever is in the news is told of all the others, before and behind, in the same piece of memory", async () => {
  const { bench, people, wires } = await crowd(MANY)
  // Told at once, so that the next ones wait for each other.
  await wires[1]!.drop()
  const back: Wire[] = []
  for (const n of [2, 3, 4]) {
    await wires[n]!.drop()
    await bench.pass(EVERY_MS)
  }
  await wires[5]!.drop()
  for (const n of [2, 3, 4]) back.push(await bench.comeBack(people[n]!))
  for (const wire of back) wire.take()
  await bench.pass(EVERY_MS)
  const all = [5, 2, 3, 4]
  expect(told(wires[0]!).slice(-all.length)).toEqual(all.map((n) => said(people[n]!, n !== 5)))
  for (const [at, wire] of back.entries())
    expect(told(wire)).toEqual(all.filter((n) => n !== at + 2).map((n) => said(people[n]!, n !== 5)))
  const { buffer } = wires[0]!.frames.at(-1)!
  expect(back.map(({ frames }) => frames.at(-1)!.buffer === buffer)).toEqual([true, true, true])
})

test("where there are few, a crowd that comes and goes is told of at once at first, and then every 50 ms", async () => {
  const { bench, people, wires } = await crowd(40)
  const [watcher] = wires
  await bench.pass(2_000)
  watcher!.take()
  const before = watcher!.frames.length
  for (let n = 1; n <= 20; n++) await wires[n]!.drop()
  expect(told(watcher!)).toEqual(people.slice(1, 17).map((person) => said(person, false)))
  await bench.pass(49)
  expect(watcher!.frames.length).toBe(before + 16)
  await bench.pass(1)
  expect(told(watcher!)).toEqual(people.slice(1, 21).map((person) => said(person, false)))
  expect(watcher!.frames.length).toBe(before + 17)
  // Nothing is saved up in so short a time, and everything in a second.
  await wires[21]!.drop()
  expect(watcher!.frames.length).toBe(before + 17)
  await bench.pass(1_000)
  for (let n = 22; n <= 30; n++) await wires[n]!.drop()
  expect(watcher!.frames.length).toBe(before + 18 + 9)
})
