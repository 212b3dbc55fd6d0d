/** `sees`: the relay tells everything that its store has about whoever asks, and nothing about anybody else. */
import { channelOf } from "../support/channels.ts"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterEach, describe, expect, test } from "vitest"
import { concat, toHex } from "../../src/bytes.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { HELD_NAMES, HELD_SUBJECTS } from "../../src/protocol/held.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { NOTE_KINDS } from "../../src/relay/door-store.ts"
import { type About, type Held, HELD_ENTRIES, HELD_TABLES } from "../../src/relay/held.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import type { DiskRelayStore } from "../../src/relay/store-disk.ts"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import type { RelayStore } from "../../src/relay/store.ts"
import { CoreBench, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"
import { bytes, newEntry } from "../support/store-harness.ts"

const dirs: string[] = []
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
})

function onDisk(): DiskRelayStore {
  const dir = mkdtempSync(join(tmpdir(), "held-"))
  dirs.push(dir)
  return openRelayStore(join(dir, "relay.db"))
}

const memory = () => new MemoryRelayStore(new MemoryDisk(bytes(1, 16)))
const CHANNEL = channelOf(0xc1)
const OWNER = bytes(0x0e, 48)
const ABOUT: readonly About[] = [
  { kind: "relay" },
  { kind: "account", entries: [0, 2, 9], accountId: bytes(0x0a) },
  { kind: "device", owner: OWNER },
  { kind: "channel", channelId: CHANNEL },
]

/** Something of everything, beside things of others that must not be told. */
async function fill(store: RelayStore, entries = 3): Promise<void> {
  for (const [index, length] of [100, 200, 300].entries())
    store.addDirectoryEntry(index, bytes(index, length))
  for (const key of [bytes(0x0a), bytes(0x0b)])
    store.door.put(NOTE_KINDS.admitted, { key, value: bytes(7, 8) })
  for (const owner of [OWNER, bytes(0x0f, 48)]) {
    store.addPackage(owner, bytes(1, 70))
    store.addPackage(owner, bytes(2, 80))
    store.setLastResort(owner, bytes(3, 90))
    store.putGeneration(owner, bytes(4, 44))
  }
  for (const id of [bytes(0xc0), CHANNEL]) {
    const ref = store.createChannel(id)
    const hash = bytes(id[0]!)
    store.addBlob(hash, new Uint8Array(60_000), 5)
    store.append(ref, newEntry(1, { tokenHash: bytes(9), blobHash: hash }))
    for (let seq = 2; seq <= entries; seq++) store.append(ref, newEntry(seq))
    store.pinBlob(hash, 1, 6)
    store.putHeader(bytes(id[0]! + 8), { ref, position: 0, blobHash: undefined, inline: bytes(7, 40) })
  }
  await store.commit()
}

/** Numbers that each store gives out by itself are left out. */
function told(store: RelayStore, about: About): Held[] {
  const own = /\.ref$|^package\.id$/
  return store
    .held(about)
    .map((held) => (own.test(held.column) ? { ...held, least: 0, most: 0 } : held))
    .sort((a, b) => a.column.localeCompare(b.column))
}

test("every column of the real store has a name in the list, and belongs to a table that is told", () => {
  const store = onDisk()
  store.close()
  const db = new Database(join(dirs[0]!, "relay.db"), { readonly: true })
  const columns = db
    .prepare<[], { name: string }>(
      `SELECT m.name || '.' || c.name AS name FROM sqlite_master m, pragma_table_info(m.name) c
       WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`,
    )
    .all()
    .map(({ name }) => name)
  db.close()
  expect(columns.length).toBeGreaterThan(40)
  const names = HELD_NAMES.filter((name) => !name.startsWith("memory."))
  expect(columns.toSorted()).toEqual(names.toSorted())
  expect([...new Set(columns.map((name) => name.split(".")[0]!))].toSorted()).toEqual(
    Object.values(HELD_TABLES).flat().toSorted(),
  )
})

test("both stores tell the same, every column of it, and nothing of others", async () => {
  const [disk, ram] = [onDisk(), memory()]
  await fill(disk)
  await fill(ram)
  // Of itself the relay keeps which log is its own, and how far it goes.
  for (const about of ABOUT.slice(1)) expect(told(disk, about)).toEqual(told(ram, about))
  expect(disk.held(ABOUT[0]!).find(({ column }) => column === "meta.name")).toMatchObject({ rows: 3 })
  const all = ABOUT.flatMap((about) => told(disk, about)).map(({ column }) => column)
  const names: string[] = HELD_NAMES.filter((name) => !name.startsWith("memory."))
  expect(names.filter((name) => !all.includes(name))).toEqual(["header.blob_hash"])
  const entry = disk.held(ABOUT[3]!).find(({ column }) => column === "entry.seq")
  expect(entry).toEqual({ column: "entry.seq", rows: 3, least: 1, most: 3, bytes: 0 })
  expect(disk.held({ kind: "channel", channelId: bytes(0xcc) })).toEqual([])
  disk.close()
})

test("of a long log both ends are looked at, and no more", async () => {
  const [disk, ram] = [onDisk(), memory()]
  for (const store of [disk, ram]) {
    await fill(store, 3 * HELD_ENTRIES)
    const held = store.held(ABOUT[3]!)
    const find = (name: string) => held.find(({ column }) => column === name)
    expect(find("entry.seq")).toMatchObject({ rows: 2 * HELD_ENTRIES, least: 1, most: 3 * HELD_ENTRIES })
    expect(find("channel.last_seq")).toMatchObject({ rows: 1, most: 3 * HELD_ENTRIES })
  }
  disk.close()
})

describe("asked by a member", () => {
  const ask = (wire: Wire, from = 0) => wire.expect({ type: "sees", rid: 5, from }, "seen")
  const all = async (wire: Wire) => {
    const subjects: Of<"seen">["subjects"] = []
    for (let total = 1; subjects.length < total;) {
      const page = await ask(wire, subjects.length)
      expect(page.from).toBe(subjects.length)
      total = page.total
      subjects.push(...page.subjects)
    }
    return subjects
  }
  const ofKind = (subjects: Of<"seen">["subjects"], kind: keyof typeof HELD_SUBJECTS) =>
    subjects.filter((subject) => subject.kind === HELD_SUBJECTS[kind])

  test("everything of theirs is told, and channels that others have open are not", async () => {
    const bench = new CoreBench()
    const { wire: bob } = await bench.join("bob")
    const { person, wire } = await bench.join("alice")
    await wire.ask({ type: "putPackages", rid: 2, lastResort: false, packages: [bytes(1, 50)] })
    const { handle } = await wire.expect(open(CHANNEL), "opened")
    await bob.expect(open(bytes(0xc2)), "opened")
    await bob.expect(open(CHANNEL), "opened")
    const subjects = await all(wire)
    expect(ofKind(subjects, "relay")).toHaveLength(1)
    const { accountId, device } = person
    expect(ofKind(subjects, "account").map(({ id }) => toHex(id))).toEqual([toHex(accountId)])
    const [held] = ofKind(subjects, "device")
    expect(toHex(held!.id)).toBe(toHex(concat(accountId, device.keys.deviceId)))
    expect(held!.facts.find(({ name }) => name === "package.bytes")).toMatchObject({ rows: 1, bytes: 50 })
    expect(ofKind(subjects, "channel").map(({ id }) => toHex(id))).toEqual([toHex(CHANNEL)])
    const [inMemory] = ofKind(subjects, "memory")
    expect(inMemory!.facts.find(({ name }) => name === "memory.channels")).toMatchObject({ rows: 1 })
    expect(inMemory!.facts.find(({ name }) => name === "memory.address")).toMatchObject({ text: "127.0.0.1" })
    await wire.ask({ type: "close", handle })
    expect(ofKind(await all(wire), "channel")).toEqual([])
  })

  test("what was sent today, fetched and written is told", async () => {
    const bench = new CoreBench()
    const { person: bob } = await bench.join("bob")
    const { wire } = await bench.join("alice")
    const { handle } = await wire.expect(open(CHANNEL), "opened")
    await wire.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
    await wire.ask(upload(handle, 0, sealedEntry(bench.random)))
    await wire.ask({
      type: "takePackage",
      rid: 3,
      accountId: bob.accountId,
      deviceId: bob.device.keys.deviceId,
    })
    const [inMemory] = ofKind(await all(wire), "memory")
    expect(inMemory!.facts.find(({ name }) => name === "memory.day")?.rows).toBe(2)
    // Who wrote a handshake is remembered until somebody else has followed it.
    const rowsOf = (name: string) => inMemory!.facts.find((fact) => fact.name === name)?.rows
    expect([rowsOf("memory.handshakes"), rowsOf("memory.overdue"), rowsOf("memory.logins")]).toEqual([
      1, 0, 1,
    ])
    expect(rowsOf("memory.asked")).toBeGreaterThan(0)
    const names = inMemory!.facts.map(({ name }) => name)
    expect(names.every((name) => (HELD_NAMES as readonly string[]).includes(name))).toBe(true)
    expect(new Set(names).size).toBe(HELD_NAMES.filter((name) => name.startsWith("memory.")).length)
  })

  test("many channels come in pages, each once", async () => {
    const bench = new CoreBench()
    const { wire } = await bench.join("alice")
    for (let at = 0; at < 40; at++) await wire.expect(open(bytes(at + 1)), "opened")
    const subjects = await all(wire)
    expect(ofKind(subjects, "channel")).toHaveLength(40)
    expect(await ask(wire, 1_000_000)).toMatchObject({ total: subjects.length, subjects: [] })
  })

  test("above 600 pages an hour the answer is busy", async () => {
    const bench = new CoreBench()
    const { wire } = await bench.join("alice")
    for (let page = 0; page < 600; page++) await ask(wire)
    expect(await wire.ask({ type: "sees", rid: 5, from: 0 })).toEqual([
      { type: "refused", rid: 5, code: REFUSALS.busy, detail: 0 },
    ])
    await bench.pass(3_600_000 / 2)
  })

  test("a stranger is told nothing", async () => {
    const bench = new CoreBench()
    const wire = await bench.connect()
    await wire.ask({ type: "sees", rid: 5, from: 0 })
    expect(wire.closed).toBe(true)
  })
})
