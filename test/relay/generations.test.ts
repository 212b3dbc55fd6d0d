/** Generation records (PROTOCOL.md §5.6): one for each device, swapped and never lost. */
import { expect, test } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { CoreBench, describe as line, type Wire } from "../support/core-bench.ts"

const none = new Uint8Array(0)
const one = new Uint8Array(40).fill(1)
const two = new Uint8Array(128).fill(2)
const swap = (expected: Uint8Array, record: Uint8Array) =>
  ({ type: "swapGeneration", rid: 4, expected, record }) as const

async function alice(options: ConstructorParameters<typeof CoreBench>[0] = {}) {
  const bench = new CoreBench(options)
  const { wire, person } = await bench.join("alice")
  const swapped = async (from: Wire, expected: Uint8Array, record: Uint8Array) => {
    const { swapped: did, record: inForce } = await from.expect(swap(expected, record), "generation")
    return [did, inForce]
  }
  return { bench, wire, person, swapped }
}

test("a record takes the place of the one that is expected, and of no other", async () => {
  const { wire, swapped } = await alice()
  expect(await swapped(wire, none, none)).toEqual([false, none])
  expect(await swapped(wire, one, two)).toEqual([false, none])
  expect(await swapped(wire, none, one)).toEqual([true, one])
  expect(await swapped(wire, none, two)).toEqual([false, one])
  expect(await swapped(wire, none, none)).toEqual([false, one])
  expect(await swapped(wire, one, none)).toEqual([false, one])
  expect(await swapped(wire, one, two)).toEqual([true, two])
  // Repeated, as after a connection that broke: it is in force.
  expect(await swapped(wire, one, two)).toEqual([false, two])
})

test("each device has its own, also after the relay started again", async () => {
  const { bench, wire, person, swapped } = await alice()
  const { wire: bob } = await bench.join("bob")
  await swapped(wire, none, one)
  expect(await swapped(bob, none, two)).toEqual([true, two])
  bench.store.crash()
  const later = new CoreBench({ disk: bench.disk, seed: 2 })
  expect(await swapped(await later.comeBack(person), none, none)).toEqual([false, one])
})

test("of two swaps in one batch the first counts for the second", async () => {
  const { bench, wire } = await alice()
  wire.take()
  wire.post(swap(none, one))
  wire.post(swap(none, two))
  wire.post(swap(one, two))
  await bench.settle()
  expect(wire.of("generation").map(({ swapped, record }) => [swapped, record])).toEqual([
    [true, one],
    [false, two],
    [true, two],
  ])
})

test("nothing is said before it is on the disk, and a full disk leaves the old one", async () => {
  let full = false
  const { bench, wire, swapped } = await alice({ failAt: () => (full ? "full" : undefined) })
  await swapped(wire, none, one)
  wire.take()
  wire.post(swap(one, two))
  expect(wire.take()).toEqual([])
  await bench.settle()
  expect(wire.of("generation")).toMatchObject([{ swapped: true }])
  full = true
  const storage = [`refused ${REFUSALS.storage}`]
  expect((await wire.ask(swap(two, one))).map(line)).toEqual(storage)
  expect(await swapped(wire, none, none)).toEqual([false, two])
})

test("it goes with the device, and so do its packages", async () => {
  const { bench, wire, person, swapped } = await alice()
  await swapped(wire, none, one)
  await wire.ask({ type: "putPackages", rid: 1, lastResort: false, packages: [Uint8Array.of(1)] })
  const second = person.anotherDevice()
  const both = person.update(person.registration(), 1, {}, [person.device, second])
  await wire.expect({ type: "register", rid: 2, admission: new Uint8Array(16), entry: both }, "done")
  expect(bench.disk.generations.size).toBe(1)
  const other = await bench.comeBack(person, second)
  await swapped(other, none, two)
  const only = person.update(both, 2, {}, [second])
  await other.expect({ type: "register", rid: 3, admission: new Uint8Array(16), entry: only }, "done")
  expect([...bench.disk.generations.values()]).toEqual([two])
  expect(bench.disk.packages.size).toBe(0)
})
