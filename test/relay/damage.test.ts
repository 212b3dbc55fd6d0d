/** Rows that the disk gives back as something else: named to their readers, skipped, and never served. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, describe, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { StoreError } from "../../src/relay/errors.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import { CoreBench, describe as line, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { LogReader } from "../support/log-reader.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { ROOM, room } from "../support/room-bench.ts"
import { seeded, seededRandom } from "../support/sim.ts"

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
  }, 60_000)

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
  let reads = 0
  const readEntry = bench.store.readEntry.bind(bench.store)
  bench.store.readEntry = (ref, seq) => (reads++, readEntry(ref, seq))
  carol.post(open(ROOM))
  await bench.settle()
  expect(carol.take().map(line)).toEqual(["opened", "entry"])
  expect(reads).toBeLessThan(400)
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

describe("real SQLite", () => {
  const folder = mkdtempSync(join(tmpdir(), "relay-damage-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let made = 0
  const freshPath = () => join(folder, `relay-${++made}.db`)
  const openStore = (path: string) => new SqliteRelayStore({ path, random: systemRandom })
  const alice = new RelayPerson("alice", seededRandom(seeded(5)))

  /** A store with alice and a log of 60 entries of many sizes; and everything in it. */
  async function build() {
    const path = freshPath()
    const store = openStore(path)
    const bench = new CoreBench({ store })
    const { wire } = await bench.join("alice", alice)
    const { handle } = await wire.expect(open(ROOM), "opened")
    for (let n = 0; n < 60; n++) {
      const isHandshake = n % 10 === 0
      const entry = sealedEntry(bench.random, { kind: isHandshake ? "handshake" : "message" }, 30 + n * 40)
      const position = Math.floor(n / 10)
      await wire.ask(isHandshake ? handshake(handle, position, entry) : upload(handle, position, entry))
      bench.now += 10
    }
    const whole = new LogReader()
    await whole.read(wire, ROOM)
    expect(whole.entries.size).toBe(60)
    store.close()
    return { path, whole, now: bench.now }
  }
  type World = Awaited<ReturnType<typeof build>>
  let built: Promise<World> | undefined

  /** The same in a file of its own. */
  async function world(): Promise<World> {
    const { path, ...rest } = await (built ??= build())
    const copy = freshPath()
    copyFileSync(path, copy)
    return { path: copy, ...rest }
  }

  /** Reads the log from that file as a stranger to it. @returns undefined when the relay does not start. */
  async function readFrom(path: string, { now }: World) {
    let store: SqliteRelayStore
    let bench: CoreBench
    try {
      store = openStore(path)
    } catch (cause) {
      expect(cause).toMatchObject({ name: "StoreError", code: "damaged" })
      return undefined
    }
    try {
      bench = new CoreBench({ store })
      bench.now = now
      const wire = await bench.comeBack(alice)
      const reader = new LogReader()
      await reader.read(wire, ROOM)
      return { reader, isWhole: store.isWhole, bench }
    } catch (cause) {
      if (cause instanceof StoreError) expect(cause.code).toBe("damaged")
      // Alice's own entry in the directory is another: she cannot come in.
      else expect(String(cause)).toMatch(/wanted one ready, got refused 1/)
      return undefined
    } finally {
      store.close()
    }
  }

  /** What was read is what was written, or was named as damaged. */
  function checkAgainst(whole: LogReader, reader: LogReader) {
    for (const [seq, entry] of reader.entries) expect(entry).toBe(whole.entries.get(seq))
    const named = reader.damaged.reduce((sum, [from, to]) => sum + to - from + 1, 0)
    expect(reader.entries.size + named).toBe(reader.opened!.lastSeq)
  }

  test.each([
    ["other bytes", "UPDATE entry SET bytes = zeroblob(length(bytes)) WHERE seq IN (7, 8)"],
    ["shorter bytes", "UPDATE entry SET bytes = substr(bytes, 1, length(bytes) - 1) WHERE seq IN (7, 8)"],
    ["no bytes", "UPDATE entry SET bytes = x'' WHERE seq IN (7, 8)"],
    ["a number for bytes", "UPDATE entry SET bytes = 5 WHERE seq IN (7, 8)"],
    ["text for bytes", "UPDATE entry SET bytes = 'text' WHERE seq IN (7, 8)"],
    ["another time", "UPDATE entry SET time = time + 1 WHERE seq IN (7, 8)"],
    ["a time beyond all numbers", "UPDATE entry SET time = 9223372036854775807 WHERE seq IN (7, 8)"],
    ["a negative time", "UPDATE entry SET time = -1 WHERE seq IN (7, 8)"],
    ["another position", "UPDATE entry SET position = position + 1 WHERE seq IN (7, 8)"],
    ["another hash before", "UPDATE entry SET before = zeroblob(32) WHERE seq IN (7, 8)"],
    ["another checksum", "UPDATE entry SET check_sum = zeroblob(8) WHERE seq IN (7, 8)"],
    ["no row", "DELETE FROM entry WHERE seq IN (7, 8)"],
    [
      "each other's place",
      "UPDATE entry SET seq = CASE seq WHEN 7 THEN 1008 ELSE 1007 END WHERE seq IN (7, 8)",
    ],
  ])("a row with %s is named, and all others are served", async (_, sql) => {
    const it = await world()
    const spoilt = it.path
    new Database(spoilt).exec(sql).close()
    const found = await readFrom(spoilt, it)
    expect(found?.reader.damaged).toEqual([[7, 8]])
    checkAgainst(it.whole, found!.reader)
    expect(toHex(found!.reader.head)).toBe(toHex(it.whole.head))
    expect(found!.reader.nextPosition).toBe(it.whole.nextPosition)
    // They are as they were found: nothing was deleted or mended.
    const after = new Database(spoilt)
    const rows = (sql_: string) => after.prepare<[], { n: number }>(sql_).get()!.n
    expect(rows("SELECT count(*) AS n FROM entry")).toBe(sql.startsWith("DELETE") ? 58 : 60)
    after.close()
  })

  test.each([
    ["a number too low", "UPDATE channel SET last_seq = 44"],
    ["a number too high", "UPDATE channel SET last_seq = 61, first_seq = 63"],
    ["another hash", "UPDATE channel SET head = zeroblob(32)"],
    ["no hash", "UPDATE channel SET head = 'text'"],
    ["a number that is none", "UPDATE channel SET next_position = 'text'"],
    ["a beginning beyond its end", "UPDATE channel SET first_seq = 62"],
  ])("a channel with %s is closed, and others are not", async (_, sql) => {
    const it = await world()
    new Database(it.path).exec(`${sql} WHERE ref = 1`).close()
    const store = openStore(it.path)
    const bench = new CoreBench({ store })
    bench.now = it.now
    const wire = await bench.comeBack(alice)
    expect((await wire.ask(open(ROOM))).map(line)).toEqual([`refused ${REFUSALS.storage}`])
    const { handle } = await wire.expect(open(new Uint8Array(32).fill(1)), "opened")
    const commit = sealedEntry(bench.random, { kind: "handshake" })
    expect((await wire.ask(handshake(handle, 0, commit))).map(line)).toEqual(["accepted", "entry"])
    store.close()
  })

  test("a log that nothing can be added to fails one batch and no more", async () => {
    const it = await world()
    const store = openStore(it.path)
    const bench = new CoreBench({ store })
    bench.now = it.now
    const wire = await bench.comeBack(alice)
    const { handle } = await wire.expect(open(ROOM), "opened")
    // Behind the relay's back: a row where the next one belongs, as a damaged index lets appear.
    const { ref, lastSeq, head } = store.findChannel(ROOM)!
    const stray = { seq: lastSeq + 1, time: 1, position: 0, eid: head, before: head, head, check: head }
    store.append(ref, { ...stray, bytes: head, weight: 1, blobHash: undefined, tokenHash: undefined })
    store.append(ref, {
      ...stray,
      seq: lastSeq,
      bytes: head,
      weight: 1,
      blobHash: undefined,
      tokenHash: undefined,
    })
    await expect(store.commit()).rejects.toMatchObject({ code: "damaged" })
    const { handle: other } = await wire.expect(open(new Uint8Array(32).fill(1)), "opened")
    wire.post(upload(handle, 5, sealedEntry(bench.random)))
    wire.post(handshake(other, 0, sealedEntry(bench.random, { kind: "handshake" })))
    await bench.settle()
    expect(wire.take().map(line)).toEqual([`rejected ${REFUSALS.storage}`, "accepted", "entry"])
    const reader = new LogReader()
    await reader.read(wire, ROOM)
    expect(reader.entries.size).toBe(60)
    store.close()
  })

  test("whatever bit flips, no reader is given wrong bytes, and the relay starts or says why not", async () => {
    const it = await world()
    const content = readFileSync(it.path)
    const chance = seeded(77)
    const seen = { same: 0, named: 0, readOnly: 0, refused: 0, closed: 0 }
    for (let n = 0; n < 300; n++) {
      const spoilt = freshPath()
      const copy = Buffer.from(content)
      const at = chance.below(copy.length)
      copy[at]! ^= 1 << chance.below(8)
      writeFileSync(spoilt, copy)
      const found = await readFrom(spoilt, it)
      rmSync(spoilt, { force: true })
      if (found === undefined) {
        seen.refused++
        continue
      }
      if (!found.isWhole) seen.readOnly++
      if (found.reader.opened === undefined) {
        seen.closed++
        continue
      }
      expect(found.reader.opened.lastSeq).toBeOneOf([0, 60])
      if (found.reader.opened.lastSeq === 0) continue
      checkAgainst(it.whole, found.reader)
      if (found.reader.damaged.length > 0) seen.named++
      else seen.same++
    }
    expect(seen.named).toBeGreaterThan(80)
    expect(seen.same).toBeGreaterThan(50)
    expect(seen.refused + seen.closed).toBeLessThan(100)
  }, 120_000)

  test("whatever page is overwritten, the others are served", async () => {
    const it = await world()
    const content = readFileSync(it.path)
    const seen = { served: 0, refused: 0, entries: 0 }
    for (let page = 0; page < content.length / 4_096; page++) {
      const spoilt = freshPath()
      writeFileSync(spoilt, Buffer.from(content).fill(0xa5, page * 4_096, page * 4_096 + 4_096))
      const found = await readFrom(spoilt, it)
      if (found?.reader.opened === undefined) {
        seen.refused++
        continue
      }
      checkAgainst(it.whole, found.reader)
      seen.served++
      seen.entries += found.reader.entries.size
    }
    expect(seen.served).toBeGreaterThan(10)
    expect(seen.entries / seen.served).toBeGreaterThan(30)
  }, 120_000)
})
