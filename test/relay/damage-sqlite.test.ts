/** Damage to a real database: rows, pages and single bits. The relay starts, serves what is whole, and names the rest. */
import { channelOf } from "../support/channels.ts"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { StoreError } from "../../src/relay/errors.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import { CoreBench, describe as line, handshake, open, upload } from "../support/core-bench.ts"
import { LogReader } from "../support/log-reader.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { ROOM } from "../support/room-bench.ts"
import { seeded, seededRandom } from "../support/sim.ts"

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
  const { handle } = await wire.expect(open(channelOf(1)), "opened")
  const commit = sealedEntry(bench.random, { kind: "handshake" })
  expect((await wire.ask(handshake(handle, 0, commit))).map(line)).toEqual(["accepted", "entry"])
  store.close()
})

test.each([
  ["a missing entry", "DELETE FROM directory WHERE entry_index = 1"],
  ["an entry that is none", "UPDATE directory SET bytes = x'00' WHERE entry_index = 1"],
  ["bytes that are a number", "UPDATE directory SET bytes = 7 WHERE entry_index = 1"],
])("with %s in its directory the relay does not start, and says why", async (_, sql) => {
  const path = freshPath()
  const store = openStore(path)
  const bench = new CoreBench({ store })
  for (const name of ["alice", "bob", "carol"]) await bench.join(name)
  store.close()
  new Database(path).exec(sql).close()
  const again = openStore(path)
  expect(() => new CoreBench({ store: again })).toThrow(expect.objectContaining({ code: "damaged" }))
  again.close()
})

test.each([
  ["text for a header", "UPDATE header SET inline = 'text'", { type: "getHeader", rid: 5, headerId: ROOM }],
  [
    "a header's position that is none",
    "UPDATE header SET position = 'x'",
    { type: "getHeader", rid: 5, headerId: ROOM },
  ],
  ["nothing for a package", "UPDATE package SET bytes = 'text'", undefined],
  [
    "text for a record",
    "UPDATE generation SET record = 'text'",
    { type: "swapGeneration", rid: 5, expected: ROOM, record: ROOM },
  ],
] as const)("a row with %s costs one answer and not the relay", async (_, sql, question) => {
  const it = await world()
  const store = openStore(it.path)
  const bench = new CoreBench({ store })
  bench.now = it.now
  const wire = await bench.comeBack(alice)
  const { handle, nextPosition } = await wire.expect(open(ROOM), "opened")
  const header = { headerId: ROOM, headerBlob: new Uint8Array(32), header: Uint8Array.of(1) }
  await wire.ask({ type: "putHeader", rid: 1, handle, expect: nextPosition, ...header })
  await wire.ask({ type: "putPackages", rid: 1, lastResort: false, packages: [Uint8Array.of(1)] })
  await wire.ask({ type: "swapGeneration", rid: 1, expected: new Uint8Array(0), record: ROOM })
  store.close()
  new Database(it.path).exec(sql).close()
  const again = openStore(it.path)
  const later = new CoreBench({ store: again, seed: 2 })
  later.now = it.now
  const back = await later.comeBack(alice)
  const { accountId, device } = alice
  const take = { type: "takePackage", rid: 5, accountId, deviceId: device.keys.deviceId } as const
  expect((await back.ask(question ?? take)).map(line)).toEqual([`refused ${REFUSALS.storage}`])
  expect((await back.ask({ type: "ping", token: 1 })).map(line)).toEqual(["pong"])
  again.close()
})

test("who has a shelf of packages that cannot be read comes in all the same", async () => {
  const it = await world()
  const store = openStore(it.path)
  const bench = new CoreBench({ store })
  bench.now = it.now
  store.countPackages = () => {
    throw new StoreError("damaged", "a page is damaged")
  }
  const wire = await bench.comeBack(alice)
  expect(await wire.expect({ type: "ping", token: 3 }, "pong")).toMatchObject({ token: 3 })
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
  const { handle: other } = await wire.expect(open(channelOf(1)), "opened")
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
}, 300_000)

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
}, 300_000)
