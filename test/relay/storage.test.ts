/** The full disk: whoever asked for something is told, nothing half is left, and it goes on when there is room. */
import { channelOf, ROOM } from "../support/channels.ts"
import { expect, test } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { ClientMessage } from "../../src/protocol/messages.ts"
import { StoreError } from "../../src/relay/errors.ts"
import {
  ADMISSION,
  CoreBench,
  describe as line,
  handshake,
  NO_HASH,
  open,
  upload,
  type Wire,
} from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"

const STORAGE = REFUSALS.storage

async function world() {
  let full = false
  const bench = new CoreBench({ failAt: () => (full ? "full" : undefined) })
  const { person, wire } = await bench.join("alice")
  const { wire: other, person: bob } = await bench.join("bob")
  const { handle } = await wire.expect(open(ROOM), "opened")
  await other.expect(open(ROOM), "opened")
  await wire.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
  const shelf = {
    type: "putPackages",
    rid: 1,
    lastResort: false,
    packages: [Uint8Array.of(1), Uint8Array.of(2)],
  } as const
  await other.ask({ ...shelf, packages: [...shelf.packages] })
  for (const each of [wire, other]) each.take()
  return { bench, wire, other, handle, person, bob, fill: (now: boolean) => void (full = now) }
}
type It = Awaited<ReturnType<typeof world>>

const requests: Record<string, (it: It) => ClientMessage> = {
  message: ({ handle, bench }) => upload(handle, 0, sealedEntry(bench.random)),
  handshake: ({ handle, bench }) => handshake(handle, 1, sealedEntry(bench.random, { kind: "handshake" })),
  header: ({ handle }) => ({
    type: "putHeader",
    rid: 3,
    handle,
    expect: 1,
    headerId: new Uint8Array(32).fill(1),
    headerBlob: NO_HASH,
    header: Uint8Array.of(1),
  }),
  packages: () => ({ type: "putPackages", rid: 3, lastResort: false, packages: [Uint8Array.of(3)] }),
  taking: ({ bob }) => ({
    type: "takePackage",
    rid: 3,
    accountId: bob.accountId,
    deviceId: bob.device.keys.deviceId,
  }),
  update: ({ person }) => ({
    type: "register",
    rid: 3,
    admission: ADMISSION,
    entry: person.update(person.registration(), 1, { name: "alys" }),
  }),
}
const granted: Record<string, string> = { message: "accepted", handshake: "accepted", taking: "keyPackage" }

test.each(Object.keys(requests))(
  "a %s is refused when the disk is full, and works when it is not",
  async (name) => {
    const it = await world()
    const message = requests[name]!(it)
    const before = it.bench.disk.snapshot()
    it.fill(true)
    const answers = await it.wire.ask(message)
    expect(answers.map(line)).toEqual([
      `${name === "message" || name === "handshake" ? "rejected" : "refused"} ${STORAGE}`,
    ])
    expect(it.other.take()).toEqual([])
    expect(it.bench.disk.snapshot()).toEqual(before)
    expect(it.bench.events.at(-1)).toEqual({
      type: "storage.trouble",
      refused: 1 + (name === "taking" ? 1 : 0) + (name === "handshake" ? 1 : 0),
    })
    it.fill(false)
    expect((await it.wire.ask(message)).map(line)[0]).toBe(granted[name] ?? "done")
  },
)

test("everything in the batch is refused, and what only reads is answered from what is there", async () => {
  const it = await world()
  const { bench, wire, other, handle } = it
  it.fill(true)
  for (let n = 0; n < 3; n++) wire.post(requests["message"]!(it))
  other.post({ type: "look", rid: 1, channelIds: [ROOM] })
  other.post({ type: "ping", token: 5 })
  other.post(open(ROOM))
  await bench.settle()
  expect(wire.take().map(line)).toEqual([`rejected ${STORAGE}`, `rejected ${STORAGE}`, `rejected ${STORAGE}`])
  const answers = other.take()
  expect(answers.map(line)).toEqual(["looked", "pong", "opened", "entry"])
  expect(answers[0]).toMatchObject({ lastSeqs: [1] })
  it.fill(false)
  // The log goes on without a gap, for everybody.
  await wire.ask(upload(handle, 0, sealedEntry(bench.random)))
  expect(other.take()).toMatchObject([{ type: "entry", seq: 2 }])
})

test("a registration that found no room leaves the name free and the stranger a stranger", async () => {
  const it = await world()
  const { bench } = it
  const carol = bench.person("carol")
  const stranger = await bench.connect()
  await stranger.ask(bench.hello(stranger, carol))
  const register = { type: "register", rid: 4, admission: ADMISSION, entry: carol.registration() } as const
  it.fill(true)
  expect((await stranger.ask(register)).map(line)).toEqual([`refused ${STORAGE}`])
  expect(stranger.trusted).toBe(false)
  it.fill(false)
  expect((await stranger.ask(register)).map(line)).toContain("ready")
  expect(bench.store.directorySize()).toBe(3)
})

test("a first entry that found no room leaves no channel behind", async () => {
  const it = await world()
  const { bench, wire } = it
  const fresh = channelOf(9)
  const { handle } = await wire.expect(open(fresh), "opened")
  const entry = sealedEntry(bench.random, { kind: "handshake" })
  it.fill(true)
  await wire.ask(handshake(handle, 0, entry))
  expect(bench.store.findChannel(fresh)).toBeUndefined()
  it.fill(false)
  expect((await wire.ask(handshake(handle, 0, entry))).map(line)).toEqual(["accepted", "entry"])
})

test("no operation at which the disk fills up leaves the relay and the disk of two minds", async () => {
  for (let deadAt = 1; deadAt <= 12; deadAt++) {
    let operations = 0
    let counting = false
    const bench = new CoreBench({ failAt: () => (counting && ++operations === deadAt ? "full" : undefined) })
    const { wire } = await bench.join("alice")
    const { handle } = await wire.expect(open(ROOM), "opened")
    await wire.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
    counting = true
    const entries = Array.from({ length: 4 }, () => sealedEntry(bench.random))
    for (const entry of entries) {
      wire.post(upload(handle, 0, entry))
      await bench.settle()
    }
    // Whatever was refused is offered again, as a client does.
    for (const entry of entries) await wire.ask(upload(handle, 0, entry))
    const seqs = wire.of("entry").map(({ seq }) => seq)
    expect(bench.store.findChannel(ROOM)?.lastSeq, `operation ${deadAt}`).toBe(5)
    expect(new Set(seqs).size, `operation ${deadAt}`).toBe(seqs.length)
    const reader = await openAll(bench, wire)
    expect(reader, `operation ${deadAt}`).toEqual([1, 2, 3, 4, 5])
  }
})

async function openAll(bench: CoreBench, wire: Wire): Promise<number[]> {
  wire.take()
  await wire.ask(open(ROOM))
  wire.post(open(ROOM))
  await bench.settle()
  return wire.of("entry").map(({ seq }) => seq)
}

test("a place of the database that cannot be read costs one answer", async () => {
  const { bench, wire, other, handle } = await world()
  bench.store.findHeader = () => {
    throw new StoreError("damaged", "a page is damaged")
  }
  expect((await wire.ask({ type: "getHeader", rid: 6, headerId: ROOM })).map(line)).toEqual([
    `refused ${STORAGE}`,
  ])
  expect(
    (
      await wire.ask({
        type: "putHeader",
        rid: 7,
        handle,
        expect: 1,
        headerId: ROOM,
        headerBlob: NO_HASH,
        header: NO_HASH,
      })
    ).map(line),
  ).toEqual([`refused ${STORAGE}`])
  expect((await other.ask({ type: "ping", token: 1 })).map(line)).toEqual(["pong"])
  bench.store.findEntry = () => {
    throw new StoreError("damaged", "a page is damaged")
  }
  const rejected = [`rejected ${STORAGE}`]
  expect((await wire.ask(upload(handle, 0, sealedEntry(bench.random)))).map(line)).toEqual(rejected)
  const commit = sealedEntry(bench.random, { kind: "handshake" })
  expect((await wire.ask(handshake(handle, 1, commit))).map(line)).toEqual(rejected)
  expect([wire.closed, other.closed]).toEqual([false, false])
})
