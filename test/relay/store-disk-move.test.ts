/** Entries on their way: out of databases of earlier versions into the log, and out of the log into a copy. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { PlatformError } from "../../src/platform/errors.ts"
import { crcChecksum, segmentFolder } from "../../src/platform/segment-files.ts"
import { isIntact } from "../../src/relay/damage.ts"
import { DiskRelayStore } from "../../src/relay/store-disk.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import type { RelayStore } from "../../src/relay/store.ts"
import { nextRecord } from "../support/log-keeper.ts"
import { oldDatabase, OLD_CHANNELS, OLD_VERSIONS } from "../support/old-database.ts"
import { segmentsIn } from "../support/relay-store-files.ts"
import { seeded } from "../support/sim.ts"
import { bytes, plain } from "../support/store-harness.ts"

beforeAll(sodiumReady)
const scratch = mkdtempSync(join(tmpdir(), "relay-move-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let made = 0
const freshFolder = () => {
  const path = join(scratch, `folder-${++made}`)
  mkdirSync(path)
  return path
}
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1))
const CHANNELS = [bytes(0xc1), bytes(0xc2), bytes(0xc3)]
const chance = seeded(9)

/** One more entry, as the relay makes them. */
function add(store: RelayStore, id: Uint8Array, now = 1_000_000): void {
  const row = store.findChannel(id)
  const ref = row?.ref ?? store.createChannel(id)
  const end = row ?? { lastSeq: 0, head: new Uint8Array(32), nextPosition: 0 }
  const { record, after } = nextRecord(chance, ref, end, now)
  const { ref: _, ...rest } = record
  const tokenHash = after.nextPosition > end.nextPosition ? bytes(record.seq % 256) : undefined
  store.append(ref, { ...rest, head: after.head, tokenHash })
}

function everything(store: RelayStore) {
  return CHANNELS.map((id) => {
    const row = store.findChannel(id)
    if (row === undefined) return undefined
    const entries = store.readEntries(row.ref, 0, 10_000, Infinity)
    for (const [at, entry] of entries.entries())
      expect(isIntact(nodePrimitives, entry, row.firstSeq + at)).toBe(true)
    expect(entries.length).toBe(row.lastSeq - row.firstSeq + 1)
    return plain([row, entries, store.oldEntries(row.ref, Infinity, 10_000)])
  })
}

test.each(OLD_VERSIONS)("version $version ($file) comes forward, and goes on", async (old) => {
  const folder = freshFolder()
  const { path, heads, entries } = oldDatabase(join(folder, "relay.db"), old)
  const store = openRelayStore(path)
  const row = store.findChannel(OLD_CHANNELS[0]!)!
  expect(plain(row.head)).toBe(plain(heads.at(-1)))
  const rows = store.readEntries(row.ref, 0, 10_000, Infinity)
  expect(rows.map((each) => plain(each.bytes))).toEqual(entries.map(plain))
  expect(rows.every((each, at) => isIntact(nodePrimitives, each, at + 1))).toBe(true)
  expect(store.damage).toEqual({ pieces: 0, bytes: 0, batches: 0, entries: 0 })
  add(store, OLD_CHANNELS[0]!)
  await store.commit()
  store.close()
  const again = openRelayStore(path)
  expect(again.findChannel(OLD_CHANNELS[0]!)).toMatchObject({ lastSeq: entries.length + 1 })
  again.close()
  const db = new Database(path)
  expect(db.prepare("SELECT count(*) AS n FROM entry").get()).toEqual({ n: 0 })
  expect(db.pragma("user_version", { simple: true })).toBe(5)
  db.close()
  // An earlier version of the program says no.
  expect(() => new SqliteRelayStore({ path, random: systemRandom })).toThrow(
    expect.objectContaining({ code: "unsuitable" }),
  )
})

test("cut short at any operation on its files, the move begins anew and loses nothing", async () => {
  const whole = freshFolder()
  const source = new SqliteRelayStore({ path: join(whole, "relay.db"), random: systemRandom })
  for (let n = 0; n < 300; n++) for (const id of CHANNELS) add(source, id)
  await source.commit()
  source.close()
  const first = new SqliteRelayStore({ path: join(whole, "relay.db"), random: systemRandom })
  const wanted = everything(first)
  first.close()
  let cuts = 0
  for (let deadAt = 1; ; deadAt++) {
    const folder = freshFolder()
    cpSync(whole, folder, { recursive: true })
    const path = join(folder, "relay.db")
    let operations = 0
    const count = () => {
      if (++operations === deadAt) throw new Error("the process died")
    }
    const options = {
      path,
      random: systemRandom,
      checksum: crcChecksum,
      segmentBytes: 20_000,
      folderOf: (name: string) => {
        const real = segmentFolder(join(folder, name))
        return {
          ...real,
          create: (segment: number) => {
            count()
            const file = real.create(segment)
            return {
              ...file,
              get size() {
                return file.size
              },
              write: (at: number, content: Uint8Array) => (count(), file.write(at, content)),
              syncNow: () => (count(), file.syncNow()),
            }
          },
        }
      },
    }
    const cut = () => new DiskRelayStore(options)
    const isOver = tryTo(cut)
    if (!isOver) cuts++
    const store = openRelayStore(path)
    expect(everything(store), `operation ${deadAt}`).toEqual(wanted)
    store.close()
    // One log, and no other.
    expect(readdirSync(folder).filter((name) => name.startsWith("entries-"))).toHaveLength(1)
    rmSync(folder, { recursive: true })
    if (isOver) break
  }
  expect(cuts).toBeGreaterThan(3)
})

test("without room for both, nothing is left of the log, and the database is as it was", async () => {
  const folder = freshFolder()
  const path = join(folder, "relay.db")
  const source = new SqliteRelayStore({ path, random: systemRandom })
  for (let n = 0; n < 300; n++) for (const id of CHANNELS) add(source, id)
  await source.commit()
  const wanted = everything(source)
  source.close()
  const folderOf = (name: string) => {
    const real = segmentFolder(join(folder, name))
    const create = (segment: number) => {
      const file = real.create(segment)
      const write = (at: number, content: Uint8Array) => {
        file.write(at, content.subarray(0, 5_000))
        if (content.length > 5_000) throw new PlatformError("disk-full", "the disk is full")
      }
      return { ...file, size: 0, write }
    }
    return { ...real, create }
  }
  expect(() => openRelayStore(path, { folderOf })).toThrow(expect.objectContaining({ code: "full" }))
  expect(segmentsIn(folder)).toEqual([])
  const before = new SqliteRelayStore({ path, random: systemRandom })
  expect(everything(before)).toEqual(wanted)
  before.close()
  const after = openRelayStore(path)
  expect(everything(after)).toEqual(wanted)
  after.close()
})

function tryTo(open: () => DiskRelayStore): boolean {
  try {
    open().close()
    return true
  } catch (cause) {
    expect(String(cause)).toMatch(/the process died|could not be synced/)
    return false
  }
}

test("a copy made while entries come and go is one moment, in one file, and becomes a store again", async () => {
  const folder = freshFolder()
  const store = openRelayStore(join(folder, "relay.db"), { segmentBytes: 30_000 })
  for (let n = 0; n < 400; n++) {
    for (const id of CHANNELS.slice(0, 2)) add(store, id)
    if (n % 10 === 0) await store.commit()
  }
  await store.commit()
  const path = join(freshFolder(), "relay.db")
  writeFileSync(path, "")
  const copied = { isOver: false }
  const moments: unknown[] = [everything(store)]
  const copying = store.copyTo(path, pause).finally(() => (copied.isOver = true))
  while (!copied.isOver) {
    for (const id of CHANNELS) add(store, id)
    const row = store.findChannel(CHANNELS[0]!)!
    const old = store.oldEntries(row.ref, Infinity, 3)
    const base = store.headAt(row.ref, old.at(-1)!.seq)!
    store.dropEntries(
      row.ref,
      old.at(-1)!.seq,
      base,
      old.reduce((sum, { weight }) => sum + weight, 0),
    )
    await store.commit()
    store.tidy()
    moments.push(everything(store))
    await pause()
  }
  await copying
  expect(moments.length).toBeGreaterThan(3)
  const copy = openRelayStore(path)
  expect(moments.map((each) => JSON.stringify(each))).toContain(JSON.stringify(everything(copy)))
  add(copy, CHANNELS[0]!)
  await copy.commit()
  copy.close()
  const last = everything(store)
  store.close()
  const again = openRelayStore(join(folder, "relay.db"), { segmentBytes: 30_000 })
  expect(everything(again)).toEqual(last)
  again.close()
})

test("segments of which nothing is read any more go, also the newest, and rows know what was in them", async () => {
  const folder = freshFolder()
  const path = join(folder, "relay.db")
  const store = openRelayStore(path, { segmentBytes: 50_000 })
  for (let n = 0; n < 2_000; n++) {
    add(store, CHANNELS[0]!)
    if (n % 40 === 0) add(store, CHANNELS[1]!)
    if (n % 100 === 0) await store.commit()
  }
  await store.commit()
  expect(segmentsIn(folder).length).toBeGreaterThan(5)
  const { ref, lastSeq, head, weight } = store.findChannel(CHANNELS[0]!)!
  store.dropEntries(ref, lastSeq, head, weight)
  await store.commit()
  for (let n = 0; n < 60; n++) store.tidy()
  const kept = store.findChannel(CHANNELS[1]!)!.weight
  expect(store.logBytes).toBeLessThan(4 * kept + 100_000)
  const wanted = everything(store)
  // Killed: nothing but the files is left.
  const copy = freshFolder()
  cpSync(folder, copy, { recursive: true })
  const again = openRelayStore(join(copy, "relay.db"))
  expect(everything(again)).toEqual(wanted)
  again.close()
  store.close()
})
