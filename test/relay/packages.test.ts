import { expect, test } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { CoreBench, describe as line, type Wire } from "../support/core-bench.ts"
import type { RelayPerson } from "../support/relay-people.ts"

const put = (packages: number[], lastResort = false): Of<"putPackages"> => ({
  type: "putPackages",
  rid: 2,
  lastResort,
  packages: packages.map((byte) => new Uint8Array(50).fill(byte)),
})
const take = ({ accountId, device }: RelayPerson, deviceId = device.keys.deviceId): Of<"takePackage"> => ({
  type: "takePackage",
  rid: 3,
  accountId,
  deviceId,
})

async function two() {
  const bench = new CoreBench()
  const { person: alice, wire: owner } = await bench.join("alice")
  const { wire: bob } = await bench.join("bob")
  return { bench, alice, owner, bob }
}
const first = async (wire: Wire, message: Of<"takePackage"> | Of<"putPackages">) =>
  line((await wire.ask(message))[0]!)

test("each one goes out once, the oldest first, then the last-resort one as often as need be", async () => {
  const { alice, owner, bob } = await two()
  await owner.expect(put([9], true), "done")
  await owner.expect(put([1, 2]), "done")
  const seen: [number, boolean][] = []
  for (let n = 0; n < 4; n++) {
    const { keyPackage, lastResort } = await bob.expect(take(alice), "keyPackage")
    seen.push([keyPackage[0]!, lastResort])
  }
  expect(seen).toEqual([
    [1, false],
    [2, false],
    [9, true],
    [9, true],
  ])
})

test("of two who ask in one batch, each gets another one", async () => {
  const { bench, alice, owner, bob } = await two()
  await owner.ask(put([1, 2, 3]))
  const { wire: carol } = await bench.join("carol")
  for (const wire of [bob, carol, bob]) wire.post(take(alice))
  await bench.settle()
  const taken = [...bob.of("keyPackage"), ...carol.of("keyPackage")].map(({ keyPackage }) => keyPackage[0])
  expect(new Set(taken)).toEqual(new Set([1, 2, 3]))
})

test("the owner is told when the shelf runs low, and at the next login", async () => {
  const { bench, alice, owner, bob } = await two()
  for (let n = 0; n < 3; n++) await owner.ask(put([1, 2, 3, 4, 5, 6]))
  owner.take()
  await bob.ask(take(alice))
  expect(owner.take()).toEqual([])
  await bob.ask(take(alice))
  expect(owner.take()).toEqual([{ type: "packagesLeft", count: 16 }])
  await owner.ask(put([9], true))
  const again = await bench.connect()
  const ready = await again.expect(bench.hello(again, alice), "ready")
  expect(ready).toMatchObject({ packagesLeft: 16, lastResort: true })
})

test.each<[string, (it: Awaited<ReturnType<typeof two>>) => Of<"takePackage">, keyof typeof REFUSALS]>([
  ["an empty shelf", ({ alice }) => take(alice), "no-package"],
  ["a stranger's", ({ bench }) => take(bench.person("nobody")), "unknown-person"],
  ["a device that is not on the list", ({ alice }) => take(alice, new Uint8Array(16)), "unknown-person"],
])("taking from %s is refused", async (_, make, code) => {
  const it = await two()
  expect(await first(it.bob, make(it))).toBe(`refused ${REFUSALS[code]}`)
})

test.each<[string, Of<"putPackages">[], keyof typeof REFUSALS]>([
  ["none at all", [put([])], "bad-request"],
  ["two of last resort", [put([1, 2], true)], "bad-request"],
  ["an empty one", [{ ...put([]), packages: [new Uint8Array(0)] }], "bad-request"],
  ["the 65th", [...Array.from({ length: 9 }, () => put([1, 2, 3, 4, 5, 6, 7])), put([1, 2])], "quota"],
])("publishing %s is refused", async (_, messages, code) => {
  const { owner } = await two()
  const answers: string[] = []
  for (const message of messages) answers.push(await first(owner, message))
  expect(answers.at(-1)).toBe(`refused ${REFUSALS[code]}`)
  expect(answers.slice(0, -1).every((answer) => answer === "done")).toBe(true)
})

test("one requester gets twenty an hour of one device; others are not held up by it", async () => {
  const { bench, alice, owner, bob } = await two()
  for (let n = 0; n < 4; n++) await owner.ask(put([1, 2, 3, 4, 5, 6, 7]))
  const { wire: carol } = await bench.join("carol")
  for (let n = 0; n < 20; n++) expect(await first(bob, take(alice))).toBe("keyPackage")
  expect(await first(bob, take(alice))).toBe(`refused ${REFUSALS.busy}`)
  expect(await first(carol, take(alice))).toBe("keyPackage")
  bench.now += 3_600_000
  expect(await first(bob, take(alice))).toBe("keyPackage")
})
