import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { concat, utf8 } from "../../src/bytes.ts"
import { ClientError } from "../../src/client/errors.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { openSqliteStore } from "../../src/client/store-sqlite.ts"
import { TABLES } from "../../src/client/store.ts"
import { storeContract } from "./store.contract.ts"
import { deathContract } from "./store-death.contract.ts"

const folder = mkdtempSync(join(tmpdir(), "secure-chat-store-"))
afterAll(() => rmSync(folder, { recursive: true }))

const key = new Uint8Array(32).fill(0xa7)
let files = 0
const freshPath = () => join(folder, `store-${files++}.db`)
const k = (...bytes: number[]) => Uint8Array.from(bytes)
const damaged: unknown = expect.objectContaining({ constructor: ClientError, code: "database-damaged" })

storeContract("memory", () => {
  const disk = new MemoryDisk()
  return { open: () => disk.open(), fill: (writes) => disk.failAt(disk.writes + writes) }
})

storeContract("sqlite", () => {
  const path = freshPath()
  return {
    // A limit on its size is a file's own way to be full: the tables and about 700 rows of 1 KiB fit.
    open: () => openSqliteStore({ path, key, maxPages: 400 }),
    fill: () => {},
  }
})

deathContract("memory", () => {
  const disk = new MemoryDisk()
  return {
    open: () => disk.open(),
    synced: () => {},
    afterPowerCut: (chance) => {
      const found = new MemoryDisk()
      found.restore(disk.snapshot(Math.floor(chance * (disk.unsynced + 1))))
      return found.open()
    },
  }
})

deathContract("sqlite", () => {
  const path = freshPath()
  const log = `${path}-wal`
  const sizeOfLog = () => statSync(log, { throwIfNoEntry: false })?.size ?? 0
  let syncedTo = 0
  return {
    open: () => openSqliteStore({ path, key }),
    synced: () => {
      syncedTo = sizeOfLog()
    },
    // The log grows at its end only, so a power cut leaves any length of it from the last sync on.
    afterPowerCut: (chance) => {
      const found = freshPath()
      copyFileSync(path, found)
      copyFileSync(log, `${found}-wal`)
      truncateSync(`${found}-wal`, syncedTo + Math.floor(chance * (sizeOfLog() + 1 - syncedTo)))
      return openSqliteStore({ path: found, key })
    },
  }
})

test("memory: a crash takes unsynced transactions from the end only", () => {
  for (let kept = 0; kept <= 3; kept++) {
    const disk = new MemoryDisk()
    const store = disk.open()
    store.transaction("ordered", (tx) => tx.put("line", k(1), k(1)))
    store.transaction("synced", (tx) => tx.put("line", k(2), k(2)))
    store.transaction("ordered", (tx) => tx.put("line", k(3), k(3)))
    store.transaction("ordered", (tx) => tx.delete("line", k(1)))
    store.transaction("ordered", (tx) => tx.put("line", k(4), k(4)))
    expect(disk.unsynced).toBe(3)
    disk.crash(kept)
    expect(() => store.get("line", k(1))).toThrow(RangeError)
    const keys = disk
      .open()
      .range("line", {})
      .map((row) => row.key[0])
    expect(keys).toEqual(
      [
        [1, 2],
        [1, 2, 3],
        [2, 3],
        [2, 3, 4],
      ][kept],
    )
  }
})

test("memory: a transaction that dies at any of its writes leaves nothing behind", () => {
  for (let write = 1; write <= 4; write++) {
    const disk = new MemoryDisk()
    const store = disk.open()
    store.transaction("synced", (tx) => tx.put("line", k(1), k(1)))
    const before = store.range("line", {})
    disk.failAt(disk.writes + write)
    const run = () =>
      store.transaction("synced", (tx) => {
        tx.put("line", k(1), k(2))
        tx.put("line", k(2), k(2))
        tx.deleteRange("line", { to: k(2) })
      })
    expect(run).toThrow(expect.objectContaining({ code: "storage" }))
    expect(store.range("line", {})).toEqual(before)
    disk.failAt(undefined)
    run()
    expect(store.range("line", {})).toEqual([{ key: k(2), value: k(2) }])
  }
})

test("sqlite: neither keys nor values are in the files, and the log is empty after tidy", () => {
  const path = freshPath()
  const store = openSqliteStore({ path, key })
  const mark = utf8("a mark that nobody else writes")
  store.transaction("synced", (tx) => tx.put("line", mark, concat(mark, mark)))
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
  const find = () => [path, `${path}-wal`].some((file) => readFileSync(file).includes(mark))
  expect(find()).toBe(false)
  expect(readFileSync(path).includes(key)).toBe(false)
  store.tidy()
  expect(statSync(`${path}-wal`).size).toBe(0)
  expect(find()).toBe(false)
  expect(existsSync(`${path}-shm`)).toBe(false)
  store.close()
})

test("sqlite: another key, a foreign file, an older file's tail: damaged, and not a byte of it changed", () => {
  const path = freshPath()
  const store = openSqliteStore({ path, key })
  store.transaction("synced", (tx) => {
    for (let i = 0; i < 500; i++) tx.put("line", k(i >> 8, i & 255), new Uint8Array(500).fill(i))
  })
  store.close()
  const whole = readFileSync(path)

  expect(() => openSqliteStore({ path, key: new Uint8Array(32) })).toThrow(damaged)
  expect(readFileSync(path).equals(whole)).toBe(true)

  const foreign = freshPath()
  writeFileSync(foreign, "This is no database. ".repeat(1_000))
  expect(() => openSqliteStore({ path: foreign, key })).toThrow(damaged)
  expect(readFileSync(foreign, "utf8")).toContain("This is no database.")

  const readAll = (file: string) => {
    const opened = openSqliteStore({ path: file, key })
    try {
      return opened.range("line", {}).length
    } finally {
      opened.close()
    }
  }
  expect(readAll(path)).toBe(500)
  const short = freshPath()
  copyFileSync(path, short)
  truncateSync(short, Math.floor(whole.length / 2))
  expect(() => readAll(short)).toThrow(damaged)

  let unread = 0
  // Every page is authenticated: one flipped bit in any page that is read is noticed.
  for (let page = 0; page < whole.length / 4_096; page++) {
    const flipped = freshPath()
    const bytes = Buffer.from(whole)
    bytes[page * 4_096 + 2_000]! ^= 1
    writeFileSync(flipped, bytes)
    try {
      expect(readAll(flipped)).toBe(500)
      unread++
    } catch (error) {
      expect(error).toMatchObject({ constructor: ClientError, code: "database-damaged" })
    }
  }
  expect(whole.length / 4_096).toBeGreaterThan(60)
  // Those of the other tables, which are empty: one each.
  expect(unread).toBe(TABLES.length - 1)
})

test("sqlite: a profile of a newer version is refused", async () => {
  const path = freshPath()
  openSqliteStore({ path, key }).close()
  const { default: Database } = await import("better-sqlite3-multiple-ciphers")
  const db = new Database(path)
  db.pragma("cipher = 'chacha20'")
  db.key(Buffer.from(`raw:${"a7".repeat(32)}`))
  db.pragma("user_version = 99")
  db.close()
  expect(() => openSqliteStore({ path, key })).toThrow(expect.objectContaining({ code: "profile-newer" }))
})

test("sqlite: what cannot be opened is a storage error", () => {
  expect(() => openSqliteStore({ path: join(folder, "no", "such", "folder.db"), key })).toThrow(
    expect.objectContaining({ code: "storage" }),
  )
  expect(() => openSqliteStore({ path: freshPath(), key: new Uint8Array(31) })).toThrow(RangeError)
})
