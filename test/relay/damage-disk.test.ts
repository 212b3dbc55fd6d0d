/** Damage to the log of a real store under the real core: the relay starts, serves what is whole, and names the rest. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { StoreError } from "../../src/relay/errors.ts"
import { CoreBench, handshake, open, upload } from "../support/core-bench.ts"
import { LogReader } from "../support/log-reader.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { promptFolders, segmentsIn } from "../support/relay-store-files.ts"
import { ROOM } from "../support/room-bench.ts"
import { seeded, seededRandom } from "../support/sim.ts"

const scratch = mkdtempSync(join(tmpdir(), "relay-log-damage-"))
beforeAll(sodiumReady)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const ENTRIES = 60
const alice = new RelayPerson("alice", seededRandom(seeded(5)))

function openStore(folder: string) {
  const path = join(folder, "relay.db")
  return openRelayStore(path, { folderOf: promptFolders(path) })
}

/** A store with alice and a log of entries of many sizes, each in a batch of its own. */
async function build() {
  const folder = mkdtempSync(join(scratch, "whole-"))
  const store = openStore(folder)
  const bench = new CoreBench({ store })
  const { wire } = await bench.join("alice", alice)
  const { handle } = await wire.expect(open(ROOM), "opened")
  for (let n = 0; n < ENTRIES; n++) {
    const isHandshake = n % 10 === 0
    const entry = sealedEntry(bench.random, { kind: isHandshake ? "handshake" : "message" }, 30 + n * 40)
    const position = Math.floor(n / 10)
    await wire.ask(isHandshake ? handshake(handle, position, entry) : upload(handle, position, entry))
    bench.now += 10
  }
  const whole = new LogReader()
  await whole.read(wire, ROOM)
  expect(whole.entries.size).toBe(ENTRIES)
  store.close()
  return { folder, whole, now: bench.now }
}

/** Reads the log as a stranger to it. */
async function readFrom(folder: string, now: number) {
  const store = openStore(folder)
  try {
    const bench = new CoreBench({ store })
    bench.now = now
    const wire = await bench.comeBack(alice)
    const reader = new LogReader()
    await reader.read(wire, ROOM)
    return { reader, damage: store.damage }
  } finally {
    store.close()
  }
}

test("whatever bit or page of the log is another, readers get the rest, and are told which entries are damaged", async () => {
  const { folder, whole, now } = await build()
  const [segment] = segmentsIn(folder)
  const content = readFileSync(segment!)
  const chance = seeded(77)
  const seen = { bits: 0, pages: 0 }
  for (let n = 0; n < 120; n++) {
    const copy = mkdtempSync(join(scratch, "spoilt-"))
    cpSync(folder, copy, { recursive: true })
    const spoilt = Buffer.from(content)
    const at = chance.below(spoilt.length)
    const isPage = n % 4 === 0
    if (isPage) spoilt.fill(0xa5, at, Math.min(at + 4_096, spoilt.length))
    else spoilt[at]! ^= 1 << chance.below(8)
    writeFileSync(segmentsIn(copy)[0]!, spoilt)
    const { reader, damage } = await readFrom(copy, now)
    for (const [seq, entry] of reader.entries) expect(entry).toBe(whole.entries.get(seq))
    const named = reader.damaged.reduce((sum, [from, to]) => sum + to - from + 1, 0)
    expect([at, reader.entries.size + named, reader.opened!.lastSeq]).toEqual([at, ENTRIES, ENTRIES])
    expect(toHex(reader.head)).toBe(toHex(whole.head))
    expect(reader.nextPosition).toBe(whole.nextPosition)
    expect(damage.pieces).toBeGreaterThan(0)
    expect(readFileSync(segmentsIn(copy)[0]!).subarray(0, spoilt.length).equals(spoilt)).toBe(true)
    if (isPage) seen.pages += named
    else {
      expect(named).toBeLessThan(2)
      seen.bits += named
    }
    rmSync(copy, { recursive: true })
  }
  expect(seen.bits).toBeGreaterThan(60)
  expect(seen.pages).toBeGreaterThan(60)
}, 120_000)

test("a log that is gone, or shorter than the database knows, is said", async () => {
  const { folder, now } = await build()
  const [segment] = segmentsIn(folder)
  const content = readFileSync(segment!)
  writeFileSync(segment!, content.subarray(0, content.length >> 1))
  const { reader, damage } = await readFrom(folder, now)
  expect(damage.batches).toBeGreaterThan(0)
  expect(reader.opened!.lastSeq).toBe(ENTRIES)
  expect(reader.damaged.at(-1)![1]).toBe(ENTRIES)
  rmSync(segment!)
  expect(() => openStore(folder)).toThrow(StoreError)
})
