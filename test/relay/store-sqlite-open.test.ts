/** What the database's failures mean, and the journal: its size from the start, and when it is moved. */
import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, describe, expect, test } from "vitest"
import { systemRandom } from "../../src/platform/random.ts"
import { StoreError } from "../../src/relay/errors.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import { asStoreError } from "../../src/relay/store-sqlite-open.ts"
import { bytes, newEntry } from "../support/store-harness.ts"

const folder = mkdtempSync(join(tmpdir(), "relay-open-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0
const freshPath = () => join(folder, `relay-${++made}.db`)
const sqliteError = (code: string) => Reflect.construct(Database.SqliteError, ["why", code]) as Error

test.each([
  ["SQLITE_FULL", "full"],
  ["SQLITE_IOERR", "failed"],
  ["SQLITE_IOERR_FSYNC", "failed"],
  ["SQLITE_IOERR_DIR_FSYNC", "failed"],
  ["SQLITE_IOERR_WRITE", "failed"],
  ["SQLITE_IOERR_READ", "failed"],
  ["SQLITE_IOERR_SHORT_READ", "failed"],
  ["SQLITE_IOERR_TRUNCATE", "failed"],
  ["SQLITE_READONLY", "failed"],
  ["SQLITE_READONLY_DBMOVED", "failed"],
  ["SQLITE_CANTOPEN", "failed"],
  ["SQLITE_NOMEM", "failed"],
  ["SQLITE_CORRUPT", "damaged"],
  ["SQLITE_CORRUPT_INDEX", "damaged"],
  ["SQLITE_NOTADB", "damaged"],
  ["SQLITE_BUSY", "in-use"],
])("%s means %s", (code, meaning) => {
  const error = asStoreError(sqliteError(code))
  expect(error).toMatchObject({ name: "StoreError", code: meaning })
  if (meaning === "failed") expect(error.message).toContain(code)
})

test("an error of ours stays what it is, and one of nobody's says so", () => {
  const ours = new StoreError("full", "x")
  expect(asStoreError(ours)).toBe(ours)
  expect(asStoreError(new TypeError("odd"))).toMatchObject({ code: "failed" })
})

describe("the journal", () => {
  const MIB = 1_048_576
  const journalOf = (path: string) => statSync(`${path}-wal`).size
  const open = (path: string, layOut: boolean, journalBytes = MIB) =>
    new SqliteRelayStore({ path, random: systemRandom, journalBytes, layOut })

  test("has its size before the first commit, and keeps it", async () => {
    const path = freshPath()
    const store = open(path, true)
    const size = journalOf(path)
    expect(size).toBeGreaterThan(MIB)
    expect(store.settings()).toMatchObject({ synchronous: 2 })
    const ref = store.createChannel(bytes(1))
    for (let seq = 1; seq <= 1_000; seq++) {
      store.append(ref, newEntry(seq))
      await store.commit()
      store.tidy()
    }
    // A thousand commits wrote twenty times as much; each turn of the journal began again in the same place.
    expect(journalOf(path)).toBeLessThan(size * 1.3)
    expect(statSync(path).size).toBeGreaterThan(100_000)
    store.close()
  })

  test("what was committed over the laid-out pages is there after a crash, and so is what was there before", async () => {
    const path = freshPath()
    const first = open(path, true)
    const ref = first.createChannel(bytes(1))
    first.append(ref, newEntry(1))
    await first.commit()
    const crash = (from: string) => {
      const copy = freshPath()
      copyFileSync(from, copy)
      copyFileSync(`${from}-wal`, `${copy}-wal`)
      return copy
    }
    // Opened again after a crash, the journal holds what must not be laid over before it is in its place.
    const second = open(crash(path), true)
    second.append(ref, newEntry(2))
    await second.commit()
    const third = open(crash(join(folder, `relay-${made}.db`)), false)
    expect(third.readEntries(ref, 0, 10, 1e6).map(({ seq }) => seq)).toEqual([1, 2])
    for (const store of [first, second, third]) store.close()
  })

  test("gives back what one large batch added, and keeps its size", async () => {
    const path = freshPath()
    const store = open(path, true)
    const size = journalOf(path)
    store.addBlob(bytes(9), new Uint8Array(4 * MIB), 1_000)
    await store.commit()
    expect(journalOf(path)).toBeGreaterThan(4 * MIB)
    store.tidyAll()
    expect(journalOf(path)).toBeGreaterThan(4 * MIB)
    store.createChannel(bytes(1))
    await store.commit()
    expect(journalOf(path)).toBeLessThanOrEqual(size)
    expect(journalOf(path)).toBeGreaterThan(MIB)
    expect(store.readBlob(bytes(9), 0, 100).length).toBe(100)
    store.close()
  })

  test("what was deleted is space for what comes", async () => {
    const store = open(freshPath(), false)
    const before = store.reusableBytes
    store.addBlob(bytes(9), new Uint8Array(MIB), 1_000)
    await store.commit()
    expect(store.dropLooseBlobs(2_000, 10)).toBe(1)
    await store.commit()
    expect(store.reusableBytes - before).toBeGreaterThan(MIB)
    store.close()
  })
})
