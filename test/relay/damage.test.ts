/** Rows that the disk gives back as something else: named to their readers, skipped, and never served. */
import { describe, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { CoreBench, describe as line, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { LogReader } from "../support/log-reader.ts"
import { sealedEntry } from "../support/relay-people.ts"
import { ROOM, room } from "../support/room-bench.ts"

const ENTRIES = 9

/** Alice and bob, and a log of nine entries of which the first, the fourth and the seventh are handshakes. */
async function log() {
  const it = await room()
  const uploaded = [it.first]
  for (let seq = 2; seq <= ENTRIES; seq++) {
    const isHandshake = seq % 3 === 1
    const entry = isHandshake ? it.commit() : it.message()
    uploaded.push(entry)
    const position = Math.floor((seq - 1) / 3)
    await it.alice.ask(
      isHandshake ? handshake(it.handle, position, entry) : upload(it.handle, position, entry),
    )
    it.bench.now += 1_000
  }
  const { wire: carol } = await it.bench.join("carol")
  const whole = new LogReader()
  await whole.read(carol, ROOM)
  expect([...whole.entries.values()]).toEqual(uploaded.map(toHex))
  return { ...it, carol, whole, damage: it.bench.disk.damage.bind(it.bench.disk, ROOM) }
}

const REASONS = ["unreadable", "altered", "missing"] as const
describe.each(REASONS)("rows that are %s", (how) => {
  test.each<[string, number[], [number, number][]]>([
    ["the first", [1], [[1, 1]]],
    ["one in the middle", [5], [[5, 5]]],
    ["a handshake", [4], [[4, 4]]],
    ["the last before a handshake", [6], [[6, 6]]],
    ["the last", [9], [[9, 9]]],
    ["several together", [4, 5, 6, 7], [[4, 7]]],
    ["several apart", [2, 4, 5, 9], [[2, 2], [4, 5], [9, 9]]], // prettier-ignore
    ["all", [1, 2, 3, 4, 5, 6, 7, 8, 9], [[1, 9]]],
  ])(
    "%s: the reader is told the range, and reads all others with the same hashes",
    async (_, seqs, ranges) => {
      const { bench, carol, whole, damage } = await log()
      for (const seq of seqs) damage(seq, how)
      const reader = new LogReader()
      const opened = await reader.read(carol, ROOM)
      expect(opened).toMatchObject({ resumed: true, firstSeq: 1, lastSeq: ENTRIES, nextPosition: 3 })
      expect(reader.damaged).toEqual(ranges)
      expect([...reader.entries]).toEqual([...whole.entries].filter(([seq]) => !seqs.includes(seq)))
      expect(toHex(reader.head)).toBe(toHex(whole.head))
      expect(reader.nextPosition).toBe(3)
      expect(bench.events.filter(({ type }) => type === "storage.damaged")).toEqual(
        ranges.map(([from, to]) => ({ type: "storage.damaged", entries: to - from + 1 })),
      )
    },
  )

  test("every position behind it is told rightly, wherever the damage ends", async () => {
    for (let from = 1; from <= ENTRIES; from++) {
      for (let to = from; to <= ENTRIES; to++) {
        const { carol, damage } = await log()
        for (let seq = from; seq <= to; seq++) damage(seq, how)
        await new LogReader().read(carol, ROOM)
        carol.take()
        const messages = await carol.ask(open(ROOM))
        const told = messages.find((message) => message.type === "damaged")
        expect(told, `${from} to ${to}`).toMatchObject({
          from,
          to,
          nextPosition: Math.floor((to - 1) / 3) + 1,
        })
      }
    }
  }, 300_000)

  test("the log goes on, for live readers too, and the operator hears of a place once", async () => {
    const { bench, alice, bob, carol, handle, message, damage } = await log()
    damage(ENTRIES, how)
    const reader = new LogReader()
    await reader.read(carol, ROOM)
    for (const wire of [alice, bob, carol]) wire.take()
    await alice.ask(upload(handle, 2, message()))
    expect([bob, carol].map((wire) => wire.take().map(line))).toEqual([["entry"], ["entry"]])
    const late = new LogReader()
    await late.read(bob, ROOM)
    expect(late.damaged).toEqual([[ENTRIES, ENTRIES]])
    expect(late.cursor).toBe(ENTRIES + 1)
    // Nor again when everybody has left and the place is found anew.
    for (const wire of [alice, bob, carol]) await wire.ask({ type: "close", handle })
    const later = new LogReader()
    await later.read(bob, ROOM)
    expect(later.damaged).toEqual(late.damaged)
    expect(bench.events.filter(({ type }) => type === "storage.damaged")).toHaveLength(1)
    expect([alice, bob, carol].map(({ closed }) => closed)).toEqual([false, false, false])
  })

  test("who has read up to it goes on behind it, and who was in the middle of it is told the rest", async () => {
    const { carol, whole, damage } = await log()
    const places = [new LogReader()]
    for (let seq = 1; seq <= ENTRIES; seq++) {
      const reader = new LogReader()
      Object.assign(reader, { cursor: seq, incarnation: whole.incarnation })
      places.push(reader)
    }
    // Heads by number, from a reader that stops everywhere.
    const heads = await headsOf(carol)
    for (const seq of [4, 5, 6]) damage(seq, how)
    for (const [cursor, reader] of places.entries()) {
      reader.head = heads[cursor]!
      reader.nextPosition = Math.floor((cursor + 2) / 3)
      const opened = await reader.read(carol, ROOM)
      // After 4 and 5 neither row that would tell the head can be read: the reader begins anew.
      const unknown = cursor === 4 || cursor === 5
      expect(opened?.resumed, `cursor ${cursor}`).toBe(!unknown)
      const first = unknown ? 4 : Math.max(4, cursor + 1)
      expect(reader.damaged, `cursor ${cursor}`).toEqual(first > 6 ? [] : [[first, 6]])
      expect(toHex(reader.head)).toBe(toHex(whole.head))
    }
  })
})

async function headsOf(wire: Wire): Promise<Uint8Array[]> {
  const { store, disk } = wire.bench
  const { ref, head, lastSeq } = store.findChannel(ROOM)!
  expect(disk.logs[ref]!.entries.size).toBe(lastSeq)
  return [...Array(lastSeq).keys()].map((seq) => store.headAt(ref, seq)!).concat([head])
}

test("a damaged place of many thousand rows holds nobody else up", async () => {
  const { bench, alice, bob, handle, message } = await room()
  const COUNT = 3_000
  for (let n = 0; n < COUNT; n++) {
    alice.post(upload(handle, 0, message()))
    if (n % 100 === 99) await bench.settle()
    for (const wire of [alice, bob]) wire.take()
    await alice.drained()
    await bob.drained()
  }
  for (let seq = 2; seq <= COUNT; seq++) bench.disk.damage(ROOM, seq, "unreadable")
  const { wire: carol } = await bench.join("carol")
  carol.take()
  await bench.pass(0)
  expect(bench.relay.nextTick - bench.now).toBeGreaterThan(10)
  let reads = 0
  const readEntry = bench.store.readEntry.bind(bench.store)
  bench.store.readEntry = (ref, seq) => (reads++, readEntry(ref, seq))
  carol.post(open(ROOM))
  await bench.settle()
  expect(carol.take().map(line)).toEqual(["opened", "entry"])
  expect(reads).toBeLessThan(800)
  expect(bench.relay.nextTick - bench.now).toBeLessThanOrEqual(10)
  // Others are served between two steps.
  expect((await bob.ask({ type: "ping", token: 1 })).map(line)).toEqual(["pong"])
  let steps = 0
  while (carol.of("damaged").length === 0 && steps < 100) {
    reads = 0
    await bench.pass(10)
    expect(reads).toBeLessThan(400)
    steps++
  }
  expect(steps).toBeGreaterThan(5)
  expect(carol.of("damaged")).toMatchObject([{ from: 2, to: COUNT }])
  expect(carol.of("entry")).toMatchObject([{ seq: COUNT + 1 }])
  expect(bench.relay.nextTick - bench.now).toBeGreaterThan(10)
})

test("a commit that meets damage refuses its batch, and the relay goes on", async () => {
  let spoilt = false
  const bench = new CoreBench({ failAt: () => (spoilt ? "damaged" : undefined) })
  const { wire: alice } = await bench.join("alice")
  const { handle } = await alice.expect(open(ROOM), "opened")
  spoilt = true
  const first = sealedEntry(bench.random, { kind: "handshake" })
  expect((await alice.ask(handshake(handle, 0, first))).map(line)).toEqual([`rejected ${REFUSALS.storage}`])
  expect(bench.events.at(-1)).toMatchObject({ type: "storage.trouble" })
  spoilt = false
  expect((await alice.ask(handshake(handle, 0, first))).map(line)).toEqual(["accepted", "entry"])
})
