/** The SQLite store on disks that are really full or failing, and what it leaves on a disk that works. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, describe, expect, test } from "vitest"
import { toHex, u16 } from "../../src/bytes.ts"
import { ClientError } from "../../src/client/errors.ts"
import { faultOf } from "../../src/client/store-faults.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { BALLAST_BYTES, openSqliteStore } from "../../src/client/store-sqlite.ts"
import type { ClientStore } from "../../src/client/store.ts"
import { fileBallast } from "../../src/platform/ballast.ts"
import { openedPages } from "../support/database-pages.ts"
import { smallDisk } from "../support/full-disk.ts"

const folder = mkdtempSync(join(tmpdir(), "secure-chat-store-disk-"))
const disk = smallDisk(20_000_000)
afterAll(() => {
  disk?.unmount()
  rmSync(folder, { recursive: true })
})

const key = new Uint8Array(32).fill(0xa7)
const codeOf = (code: string): unknown => expect.objectContaining({ constructor: ClientError, code })

function put(store: ClientStore, n: number, bytes = 1_000): void {
  store.transaction(n % 2 === 0 ? "synced" : "ordered", (tx) =>
    tx.put("line", u16(n), new Uint8Array(bytes).fill(n)),
  )
}

/** @returns how many rows of 1 KB fitted before the disk refused one. */
function fillWithRows(store: ClientStore, from: number): number {
  for (let n = from; ; n++) {
    try {
      put(store, n)
    } catch (error) {
      expect(error).toMatchObject({ code: "storage" })
      return n - from
    }
  }
}

describe.skipIf(disk === undefined)("on a disk that is really full", () => {
  test("what is refused did not happen, reading goes on, and so does writing once there is room", () => {
    const path = join(disk!.dir, "full.db")
    const store = openSqliteStore({ path, key })
    for (let n = 0; n < 50; n++) put(store, n)
    disk!.fill(100_000)
    const more = fillWithRows(store, 50)
    for (const bytes of [1_000, 100_000]) expect(() => put(store, 9_999, bytes)).toThrow(codeOf("storage"))
    expect(() => store.tidy()).toThrow(codeOf("storage"))
    expect(store.count("line", {})).toBe(50 + more)
    expect(store.get("line", u16(49))).toEqual(new Uint8Array(1_000).fill(49))
    disk!.empty()
    put(store, 9_999)
    store.tidy()
    // And a start on a full disk finds everything.
    disk!.fill()
    store.close()
    const again = openSqliteStore({ path, key })
    expect(again.count("line", {})).toBe(51 + more)
    expect(() => put(again, 10_000, 500_000)).toThrow(codeOf("storage"))
    again.close()
    disk!.empty()
    for (const file of [path, `${path}-wal`]) rmSync(file, { force: true })
  })

  test("deleting works all the same, with the ballast's room, and makes room for what comes", () => {
    const path = join(disk!.dir, "ballast.db")
    const ballast = fileBallast(`${path}.ballast`, BALLAST_BYTES)
    const store = openSqliteStore({ path, key, ballast })
    const ballastSize = () => statSync(`${path}.ballast`, { throwIfNoEntry: false })?.size ?? 0
    expect(ballastSize()).toBe(BALLAST_BYTES)
    store.transaction("synced", (tx) => {
      for (let n = 0; n < 500; n++) tx.put("line", u16(n), new Uint8Array(1_000).fill(n))
    })
    disk!.fill(50_000)
    fillWithRows(store, 500)
    disk!.fill(0)
    expect(() => store.transaction("synced", (tx) => tx.deleteRange("line", { to: u16(300) }))).toThrow(
      codeOf("storage"),
    )
    store.shrink((tx) => tx.deleteRange("line", { to: u16(300) }))
    expect(store.count("line", { to: u16(500) })).toBe(200)
    expect(ballastSize()).toBe(BALLAST_BYTES / 2)
    put(store, 1_000)
    // And again, when that is used up.
    fillWithRows(store, 2_000)
    store.shrink((tx) => tx.deleteRange("line", { to: u16(400) }))
    expect(ballastSize()).toBe(BALLAST_BYTES / 2)
    disk!.empty()
    store.tidy()
    expect(ballastSize()).toBe(BALLAST_BYTES)
    store.close()
    const again = openSqliteStore({ path, key })
    expect(again.count("line", { to: u16(500) })).toBe(100)
    expect(again.get("line", u16(1_000))).toBeDefined()
    again.close()
  })
})

test("a disk that fails to write ends the store: every further call says so, and nothing is closed over it", () => {
  const path = join(folder, "failing.db")
  // A limit on the size of files is a write error that is not a full disk, and needs no rights.
  const script = `
    import { BALLAST_BYTES, openSqliteStore } from ${JSON.stringify(join(process.cwd(), "src/client/store-sqlite.ts"))}
    const store = openSqliteStore({ path: ${JSON.stringify(path)}, key: new Uint8Array(32).fill(0xa7) })
    const told = []
    const attempt = (act) => { try { act(); told.push("done") } catch (error) { told.push(error.code) } }
    let kept = 0
    try {
      for (;; kept++) store.transaction("synced", (tx) => tx.put("line", Uint8Array.of(kept), new Uint8Array(9_000)))
    } catch (error) { told.push(error.code) }
    attempt(() => store.transaction("synced", (tx) => tx.put("line", Uint8Array.of(250), new Uint8Array(1))))
    attempt(() => store.get("line", Uint8Array.of(0)))
    attempt(() => store.range("line", {}))
    attempt(() => store.count("line", {}))
    attempt(() => store.shrink((tx) => tx.delete("line", Uint8Array.of(0))))
    attempt(() => store.tidy())
    attempt(() => store.close())
    console.log(JSON.stringify({ kept, told }))
  `
  const limited = `ulimit -f 600; exec "$0" --input-type=module --eval "$1"`
  const output = execFileSync("bash", ["-c", limited, process.execPath, script], { encoding: "utf8" })
  const { kept, told } = JSON.parse(output) as { kept: number; told: string[] }
  expect(kept).toBeGreaterThan(5)
  expect(told).toEqual([...Array<string>(7).fill("storage-failed"), "done"])
  const again = openSqliteStore({ path, key })
  // The one that failed may be there or not; those before it are.
  expect(again.count("line", {})).toBeGreaterThanOrEqual(kept)
  expect(again.count("line", {})).toBeLessThanOrEqual(kept + 1)
  again.close()
})

test("memory: a disk that fails ends its store, and only what it swore to have is there afterwards", () => {
  for (const fails of ["write", "commit", "sync"] as const) {
    for (const survivors of [0, 1]) {
      const dying = new MemoryDisk()
      const store = dying.open()
      put(store, 0)
      if (fails === "sync") dying.failSyncAt(dying.syncs + 1)
      else dying.failAt(dying.writes + (fails === "write" ? 1 : 2), "failed")
      expect(() => put(store, 2)).toThrow(codeOf("storage-failed"))
      dying.failAt(undefined)
      dying.failSyncAt(undefined)
      for (const act of [
        () => put(store, 4),
        () => store.get("line", u16(0)),
        () => store.range("line", {}),
        () => store.count("line", {}),
        () => store.tidy(),
      ])
        expect(act).toThrow(codeOf("storage-failed"))
      store.close()
      dying.crash(survivors)
      const found = dying.open().count("line", {})
      expect(found, `${fails}, ${survivors}`).toBe(fails === "write" ? 1 : 1 + survivors)
    }
  }
})

test("memory: fills up, lets delete, empties; a backup brings an old state back; a damaged row says so", () => {
  const small = new MemoryDisk()
  const store = small.open()
  put(store, 0)
  const backup = small.snapshot()
  put(store, 2)
  small.fill(true)
  expect(() => put(store, 4)).toThrow(codeOf("storage"))
  expect(() => store.transaction("synced", (tx) => tx.delete("line", u16(0)))).toThrow(codeOf("storage"))
  store.shrink((tx) => tx.delete("line", u16(0)))
  expect(() => put(store, 4)).toThrow(codeOf("storage"))
  expect(store.range("line", {}).map((row) => row.key)).toEqual([u16(2)])
  small.fill(false)
  put(store, 4)
  small.damage("line", u16(2))
  for (const act of [
    () => store.get("line", u16(2)),
    () => store.range("line", {}),
    () => put(store, 2),
    () => store.transaction("synced", (tx) => tx.delete("line", u16(2))),
  ])
    expect(act).toThrow(codeOf("database-damaged"))
  expect(store.get("line", u16(4))).toBeDefined()
  expect(store.range("line", { from: u16(3) })).toHaveLength(1)
  small.restore(backup)
  expect(() => store.count("line", {})).toThrow("crashed")
  expect(
    small
      .open()
      .range("line", {})
      .map((row) => row.key),
  ).toEqual([u16(0)])
})

test("memory: a machine that dies in the middle of a transaction leaves nothing of it", () => {
  const dying = new MemoryDisk()
  const store = dying.open()
  const run = () =>
    store.transaction("synced", (tx) => {
      tx.put("line", u16(1), u16(1))
      dying.crash(0)
      return 1
    })
  expect(run).toThrow("crashed")
  expect(dying.open().count("line", {})).toBe(0)
})

const secretOf = (n: number) => Buffer.from(`secret ${n} `.repeat(6))

/** As ratchets live: written over with every message, some long enough for pages of their own, some deleted. */
function liveWithSecrets(store: ClientStore): void {
  for (let n = 0; n < 400; n++) {
    const value = n % 10 === 0 ? Buffer.concat(Array.from({ length: 90 }, () => secretOf(n))) : secretOf(n)
    store.transaction(n % 3 === 0 ? "synced" : "ordered", (tx) => {
      tx.put("group", u16(n % 7), value)
      tx.put("line", u16(n), secretOf(n + 1_000))
      if (n % 2 === 0) tx.put("package", u16(n), value)
      if (n % 4 === 0) tx.deleteRange("package", { to: u16(n) })
    })
  }
  store.transaction("ordered", (tx) => {
    tx.deleteRange("group", {})
    tx.deleteRange("package", {})
  })
}

/** How many of 400 secrets from `from` on are in the database, in use or not, for whoever has the key. */
function secretsIn(path: string, from: number): number {
  const pages = Buffer.concat(openedPages(readFileSync(path), key))
  return Array.from({ length: 400 }, (_, n) => secretOf(from + n)).filter((secret) => pages.includes(secret))
    .length
}

test("old secrets, overwritten and deleted, are in neither file after tidy", () => {
  const path = join(folder, "secrets.db")
  const store = openSqliteStore({ path, key })
  liveWithSecrets(store)
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0)
  store.tidy()
  expect(statSync(`${path}-wal`).size).toBe(0)
  expect(secretsIn(path, 0)).toBe(0)
  expect(secretsIn(path, 1_000)).toBe(400)
  store.close()
  expect(statSync(`${path}-wal`, { throwIfNoEntry: false })).toBeUndefined()
  expect(secretsIn(path, 0)).toBe(0)
  expect(secretsIn(path, 1_000)).toBe(400)
})

test("the same search finds old secrets where nothing is wiped", () => {
  const path = join(folder, "careless.db")
  openSqliteStore({ path, key }).close()
  const db = new Database(path)
  db.pragma("cipher = 'chacha20'")
  db.key(Buffer.from(`raw:${toHex(key)}`))
  db.pragma("secure_delete = OFF")
  const insert = db.prepare<[Buffer, Buffer]>('INSERT INTO "group"(k, v) VALUES(?, ?)')
  for (let n = 0; n < 400; n++) insert.run(Buffer.from(u16(n)), secretOf(n))
  db.exec('DELETE FROM "group"')
  db.close()
  expect(secretsIn(path, 0)).toBeGreaterThan(300)
})

test("what SQLite says has three meanings, and nothing else is touched", () => {
  const sqlite = (code: string) => Object.assign(new Error(code), { name: "SqliteError", code })
  for (const [code, meaning] of [
    ["SQLITE_FULL", "storage"],
    ["SQLITE_BUSY", "storage"],
    ["SQLITE_READONLY_DBMOVED", "storage"],
    ["SQLITE_CANTOPEN", "storage"],
    ["SQLITE_IOERR_FSYNC", "storage-failed"],
    ["SQLITE_IOERR_DIR_FSYNC", "storage-failed"],
    ["SQLITE_IOERR_WRITE", "storage-failed"],
    ["SQLITE_IOERR_READ", "storage-failed"],
    ["SQLITE_IOERR_TRUNCATE", "storage-failed"],
    ["SQLITE_CORRUPT", "database-damaged"],
    ["SQLITE_CORRUPT_INDEX", "database-damaged"],
    ["SQLITE_NOTADB", "database-damaged"],
    ["SQLITE_ERROR", "database-damaged"],
  ] as const)
    expect({ code, meaning: faultOf(sqlite(code))?.code }).toEqual({ code, meaning })
  expect(faultOf(new RangeError("ours"))).toBeUndefined()
  expect(faultOf(Object.assign(new Error("theirs"), { code: "SQLITE_FULL" }))).toBeUndefined()
})
