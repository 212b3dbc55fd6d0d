import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "better-sqlite3-multiple-ciphers"
import { afterAll, expect, test } from "vitest"
import { systemRandom } from "../../src/platform/random.ts"
import { SqliteRelayStore } from "../../src/relay/store-sqlite.ts"
import { bytes, newEntry } from "../support/store-harness.ts"
import { storeContract } from "./store.contract.ts"

const folder = mkdtempSync(join(tmpdir(), "relay-store-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0
const freshPath = () => join(folder, `relay-${++made}.db`)

const open = (path: string) => new SqliteRelayStore({ path, random: systemRandom })

storeContract(() => {
  let path = freshPath()
  const harness = {
    store: open(path),
    crash: () => {
      // What a killed process leaves: the files as they are. Its lock dies with it, so a copy is opened.
      const copy = freshPath()
      copyFileSync(path, copy)
      copyFileSync(`${path}-wal`, `${copy}-wal`)
      path = copy
      return (harness.store = open(path))
    },
    fillDisk: () => limit(1),
    emptyDisk: () => limit(1_000_000),
  }
  // SQLite takes the limit up to the present size only, so 1 means: no page more.
  const limit = (pages: number) => harness.store.limitPages(pages)
  return harness
})

test("a second relay on the same file is refused, and served once the first one is gone", () => {
  const path = freshPath()
  const first = open(path)
  expect(() => open(path)).toThrow(expect.objectContaining({ code: "in-use" }))
  first.close()
  const again = open(path)
  // The lock must be taken at opening also when the database exists and nothing is written.
  expect(() => open(path)).toThrow(expect.objectContaining({ code: "in-use" }))
  again.close()
})

test("a database that is not ours is refused", () => {
  const path = freshPath()
  new Database(path).exec("CREATE TABLE other (x)").close()
  expect(() => open(path)).toThrow(expect.objectContaining({ code: "damaged" }))
  const text = freshPath()
  writeFileSync(text, "This is a letter, and by no means a database.".repeat(200))
  expect(() => open(text)).toThrow(expect.objectContaining({ code: "damaged" }))
})

test("a database whose structure is damaged is read as far as it goes, and never written to", async () => {
  const path = freshPath()
  const store = open(path)
  const ref = store.createChannel(bytes(1))
  for (let seq = 1; seq <= 40; seq++) store.append(ref, newEntry(seq))
  await store.commit()
  store.close()
  const whole = readFileSync(path)
  const [found, was] = [{ refused: 0, readOnly: 0, as: 0 }, [...Array(40).keys()].map((n) => n + 1)]
  const pages = Math.floor(whole.length / 4_096)
  for (let page = 0; page < pages; page++) {
    const broken = freshPath()
    const content = Buffer.from(whole)
    content.fill(0xa5, page * 4_096, page * 4_096 + 200)
    writeFileSync(broken, content)
    let again: SqliteRelayStore
    try {
      again = open(broken)
    } catch (cause) {
      expect(cause).toMatchObject({ name: "StoreError", code: "damaged" })
      found.refused++
      continue
    }
    again.addDirectoryEntry(0, bytes(1))
    const commit = again.commit()
    if (again.isWhole) {
      found.as++
      await commit
      expect(again.readEntries(ref, 0, 50, 1e6).map(({ seq }) => seq)).toEqual(was)
    } else {
      found.readOnly++
      await expect(commit).rejects.toMatchObject({ code: "damaged" })
      expect(again.staged).toBe(false)
      expect(readFileSync(broken).equals(content)).toBe(true)
    }
    again.close()
  }
  expect(pages).toBeGreaterThan(10)
  expect(found.as).toBeLessThan(4)
  expect(found.refused).toBeLessThan(4)
  expect(found.readOnly).toBeGreaterThan(pages - 8)
})

test("every commit is synced: the settings that make it so are in force", () => {
  const path = freshPath()
  const store = open(path)
  expect(store.settings()).toEqual({ journal: "wal", synchronous: 2, locking: "exclusive" })
  store.close()
})

test("a copy that is asked for while something is staged begins after the commit, and is whole", async () => {
  const store = open(freshPath())
  const ref = store.createChannel(bytes(32, 1))
  store.append(ref, newEntry(1))
  await store.commit()
  store.append(ref, newEntry(2))
  const path = freshPath()
  writeFileSync(path, "")
  const copied = store.copyTo(path, () => new Promise((resolve) => setImmediate(resolve)))
  // Long enough for the copy's first steps to find the transaction open.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  await store.commit()
  await copied
  store.close()
  const copy = open(path)
  expect(copy.findChannel(bytes(32, 1))).toMatchObject({ lastSeq: 2 })
  copy.close()
})
