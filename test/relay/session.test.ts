/** Logging in and registering. */
import { expect, test } from "vitest"
import { concat } from "../../src/bytes.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { ADMISSION, CoreBench, describe as line, type Wire } from "../support/core-bench.ts"
import type { RelayPerson } from "../support/relay-people.ts"

const register = (person: RelayPerson, changes: Partial<Of<"register">> = {}): Of<"register"> => ({
  type: "register",
  rid: 5,
  admission: ADMISSION,
  entry: person.registration(),
  ...changes,
})

test("a stranger registers and is a member: done, then ready", async () => {
  const bench = new CoreBench()
  const alice = bench.person("alice")
  const wire = await bench.connect("10.0.0.3")
  expect((await wire.ask(bench.hello(wire, alice))).map(line)).toEqual(["registerFirst"])
  expect(wire.trusted).toBe(false)
  const answers = await wire.ask(register(alice))
  expect(answers.map(line)).toEqual(["done", "ready", "directoryGrew"])
  expect(answers[1]).toMatchObject({
    relayName: "bench",
    open: false,
    directorySize: 1,
    packagesLeft: 0,
    lastResort: false,
  })
  expect(wire.trusted).toBe(true)
  expect(bench.events).toEqual([
    { type: "person.registered", name: "alice", people: 1 },
    { type: "client.connected", name: "alice", remote: "10.0.0.3", online: 1 },
  ])
})

test("whoever is registered is a member at once, also after a restart", async () => {
  const bench = new CoreBench()
  const { person } = await bench.join("alice")
  await bench.comeBack(person)
  bench.store.crash()
  const again = new CoreBench({ disk: bench.disk, seed: 2 })
  await again.comeBack(person)
})

type HelloChange = (hello: Of<"hello">, bench: CoreBench, wire: Wire) => Partial<Of<"hello">>
const flip = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte))

test.each<[string, HelloChange, keyof typeof REFUSALS]>([
  ["another version", () => ({ version: 2 }), "bad-version"],
  ["a signature that does not fit", ({ signature }) => ({ signature: flip(signature) }), "not-allowed"],
  [
    "a certificate that does not fit",
    ({ certificate }) => ({ certificate: flip(certificate) }),
    "not-allowed",
  ],
  ["a certificate that has ended", () => ({ notAfter: 1 }), "not-allowed"],
  [
    "another key than it signed with",
    ({ devicePublic }) => ({ devicePublic: flip(devicePublic) }),
    "not-allowed",
  ],
  [
    "somebody else's account",
    (_, bench) => ({ accountId: bench.person("mallory").accountId }),
    "not-allowed",
  ],
])("a hello with %s is refused, and the connection ends", async (_, change, code) => {
  const bench = new CoreBench()
  const { person } = await bench.join("alice")
  const wire = await bench.connect()
  const hello = bench.hello(wire, person)
  expect(await wire.ask({ ...hello, ...change(hello, bench, wire) })).toEqual([
    { type: "refused", rid: 0, code: REFUSALS[code], detail: 0 },
  ])
  expect(wire.closed).toBe(true)
  expect(bench.events.at(-1)).toMatchObject({ type: "client.refused", code })
})

test("a hello made for one connection is worth nothing on another", async () => {
  const bench = new CoreBench()
  const { person } = await bench.join("alice")
  const [first, second] = [await bench.connect(), await bench.connect()]
  expect((await second.ask(bench.hello(first, person))).map(line)).toEqual(["refused 1"])
  await first.expect(bench.hello(first, person), "ready")
})

test("a device that is not on the account's list must register first, and is added by an update", async () => {
  const bench = new CoreBench()
  const { person } = await bench.join("alice")
  const laptop = person.anotherDevice()
  const wire = await bench.connect()
  expect((await wire.ask(bench.hello(wire, person, laptop))).map(line)).toEqual(["registerFirst"])
  const previous = person.registration()
  const entry = person.update(previous, 1, {}, [person.device, laptop])
  // The account vouches for it: no admission code is needed.
  const answers = await wire.ask(register(person, { entry, admission: new Uint8Array(16) }))
  expect(answers.map(line)).toContain("ready")
  await bench.comeBack(person, laptop)
})

test("whoever holds the account's key is shown its newest entry, a stranger none", async () => {
  const bench = new CoreBench()
  const { person } = await bench.join("alice")
  const laptop = person.anotherDevice()
  const wire = await bench.connect()
  const newest = person.registration()
  expect(await wire.ask(bench.hello(wire, person, laptop))).toEqual([{ type: "registerFirst", newest }])
  const second = person.update(newest, 1, {}, [person.device, laptop])
  await wire.expect(register(person, { entry: second }), "ready")
  const third = await bench.connect()
  expect(await third.ask(bench.hello(third, person, person.anotherDevice()))).toEqual([
    { type: "registerFirst", newest: second },
  ])
  const stranger = await bench.connect()
  expect(await stranger.ask(bench.hello(stranger, bench.person("bob")))).toEqual([
    { type: "registerFirst", newest: new Uint8Array(0) },
  ])
})

test("a device that was taken off the list is refused for good, with everything that was kept for it gone", async () => {
  const bench = new CoreBench()
  const { person, wire: lost } = await bench.join("alice")
  await lost.expect({ type: "putPackages", rid: 1, lastResort: false, packages: [Uint8Array.of(7)] }, "done")
  const phone = person.anotherDevice()
  const wire = await bench.connect()
  await wire.ask(bench.hello(wire, person, phone))
  const first = person.registration()
  const second = person.update(first, 1, {}, [phone])
  await wire.expect(register(person, { entry: second }), "ready")
  expect(lost.closed).toBe(true)

  const again = await bench.connect()
  expect((await again.ask(bench.hello(again, person))).map(line)).toEqual(["refused 1"])
  expect(again.closed).toBe(true)
  // Not by another device either, and not after a restart.
  const third = person.update(second, 2, {}, [phone, person.device])
  expect((await wire.ask(register(person, { entry: third }))).map(line)).toEqual(["refused 14"])
  bench.store.crash()
  const later = new CoreBench({ disk: bench.disk, seed: 2 })
  const { accountId } = person
  expect(later.store.countPackages(concat(accountId, person.device.keys.deviceId)).oneUse).toBe(0)
  const back = await later.connect()
  expect((await back.ask(later.hello(back, person))).map(line)).toEqual(["refused 1"])
  await later.comeBack(person, phone)
})

test("an update that leaves a device out ends its connection", async () => {
  const bench = new CoreBench()
  const { person, wire } = await bench.join("alice")
  const laptop = person.anotherDevice()
  const second = await bench.connect()
  await second.ask(bench.hello(second, person, laptop))
  const added = person.update(person.registration(), 1, {}, [person.device, laptop])
  await second.expect(register(person, { entry: added }), "ready")
  const removed = person.update(added, 2, {}, [person.device])
  await wire.expect(register(person, { entry: removed }), "done")
  expect(second.closed).toBe(true)
  expect(second.take().map(line)).toEqual(["refused 1"])
  expect(wire.closed).toBe(false)
})

test.each<[string, (alice: RelayPerson, bench: CoreBench) => Partial<Of<"register">>, keyof typeof REFUSALS]>(
  [
    ["a wrong code", () => ({ admission: new Uint8Array(16) }), "not-allowed"],
    ["an entry that is no entry", () => ({ entry: new Uint8Array(99) }), "bad-directory-entry"],
    [
      "a name that is taken, written differently",
      (alice) => ({ entry: alice.registration({ name: "BOB" }) }),
      "name-taken",
    ],
    ["no name", (alice) => ({ entry: alice.registration({ name: "" }) }), "bad-directory-entry"],
    [
      "an invisible name",
      (alice) => ({ entry: alice.registration({ name: "a\u200bb" }) }),
      "bad-directory-entry",
    ],
    [
      "a name with a colour",
      (alice) => ({ entry: alice.registration({ name: "\u001b[31mred" }) }),
      "bad-directory-entry",
    ],
    [
      "a name of 33 letters",
      (alice) => ({ entry: alice.registration({ name: "x".repeat(33) }) }),
      "bad-directory-entry",
    ],
    [
      "a later entry first",
      (alice) => ({ entry: alice.update(new Uint8Array(9), 1) }),
      "bad-directory-entry",
    ],
    [
      "an account id of its own choice",
      (alice) => ({ entry: alice.registration({ accountId: new Uint8Array(32) }) }),
      "bad-directory-entry",
    ],
    [
      "an X25519 key of small order",
      (alice) => ({ entry: alice.registration({ accountX: new Uint8Array(32) }) }),
      "bad-directory-entry",
    ],
    [
      "somebody else's entry",
      (_, bench) => ({ entry: bench.person("eve").registration() }),
      "bad-directory-entry",
    ],
    ["no device", (alice) => ({ entry: alice.registration({ devices: [] }) }), "bad-directory-entry"],
  ],
)("a registration with %s is refused", async (_, change, code) => {
  const bench = new CoreBench()
  await bench.join("bob")
  const alice = bench.person("alice")
  const wire = await bench.connect()
  await wire.ask(bench.hello(wire, alice))
  const [answer, ...more] = await wire.ask(register(alice, change(alice, bench)))
  expect(answer).toEqual({ type: "refused", rid: 5, code: REFUSALS[code], detail: 0 })
  expect(more).toEqual([])
  expect(wire.closed).toBe(code === "not-allowed")
  expect(bench.store.directorySize()).toBe(1)
})

test("an entry without the device that greeted us is refused", async () => {
  const bench = new CoreBench()
  const alice = bench.person("alice")
  const wire = await bench.connect()
  await wire.ask(bench.hello(wire, alice, alice.anotherDevice()))
  expect((await wire.ask(register(alice))).map(line)).toEqual([`refused ${REFUSALS["bad-directory-entry"]}`])
})

test("an open relay asks for no code", async () => {
  const bench = new CoreBench({ open: true })
  const alice = bench.person("alice")
  const wire = await bench.connect()
  await wire.ask(bench.hello(wire, alice))
  const ready = await wire.expect(register(alice, { admission: new Uint8Array(16) }), "ready")
  expect(ready.open).toBe(true)
})

test("of two who register one name in the same batch, one gets it", async () => {
  const bench = new CoreBench()
  const people = [bench.person("Alice"), bench.person("alice")]
  const wires = await Promise.all(people.map(() => bench.connect()))
  for (const [at, wire] of wires.entries()) await wire.ask(bench.hello(wire, people[at]!))
  for (const [at, wire] of wires.entries()) wire.post(register(people[at]!))
  await bench.settle()
  expect(wires.map((wire) => wire.take().map(line)[0])).toEqual(["done", `refused ${REFUSALS["name-taken"]}`])
})

test("nobody can turn a channel that is in use into an inbox", async () => {
  const bench = new CoreBench()
  const { person: bob, wire } = await bench.join("bob")
  const room = bench.random.bytes(32)
  await wire.expect(
    {
      type: "open",
      rid: 1,
      channelId: room,
      incarnation: new Uint8Array(16),
      cursor: 0,
      head: new Uint8Array(32),
    },
    "opened",
  )
  for (const stolen of [room, bob.device.inboxId]) {
    const eve = bench.person("eve")
    eve.device.inboxId = stolen
    const evil = await bench.connect()
    await evil.ask(bench.hello(evil, eve))
    expect((await evil.ask(register(eve))).map(line)).toEqual([`refused ${REFUSALS["bad-directory-entry"]}`])
  }
})

test("after five tries to register the connection ends", async () => {
  const bench = new CoreBench()
  const alice = bench.person("alice")
  const wire = await bench.connect()
  await wire.ask(bench.hello(wire, alice))
  for (let n = 0; n < 5; n++) await wire.ask(register(alice, { entry: new Uint8Array(9) }))
  expect(wire.closed).toBe(false)
  expect((await wire.ask(register(alice))).map(line)).toEqual([`refused ${REFUSALS.busy}`])
  expect(wire.closed).toBe(true)
})

test("wrong codes use up the patience with an address", async () => {
  const bench = new CoreBench({ limits: { newPerSecond: 3 } })
  const results: boolean[] = []
  for (let n = 0; n < 4; n++) {
    const wire = await bench.connect("10.0.0.9")
    results.push(wire.closed)
    const eve = bench.person("eve")
    await wire.ask(bench.hello(wire, eve))
    await wire.ask(register(eve, { admission: new Uint8Array(16).fill(n) }))
    await wire.drop()
  }
  expect(results).toEqual([false, false, true, true])
  const neighbour = await bench.connect("10.0.0.10")
  expect(neighbour.closed).toBe(false)
  await bench.pass(5_000)
  expect((await bench.connect("10.0.0.9")).closed).toBe(false)
})
