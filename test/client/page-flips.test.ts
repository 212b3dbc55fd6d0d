/** One bit of an encrypted database flips, or its end is gone: wherever that is, nothing wrong is ever read. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { compareBytes, concat, toHex } from "../../src/bytes.ts"
import { ClientError } from "../../src/client/errors.ts"
import { keepsake, rowsOf } from "../../src/client/keepsake.ts"
import { restoreProfile } from "../../src/client/restoring.ts"
import { salvage, type Salvaged } from "../../src/client/salvage.ts"
import { openMemoryStore } from "../../src/client/store-memory.ts"
import { readPages } from "../../src/client/store-sqlite-pages.ts"
import { openSqliteStore } from "../../src/client/store-sqlite.ts"
import type { ClientStore, Row, TableName } from "../../src/client/store.ts"
import { TABLES } from "../../src/client/store.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { openedPages, PAGE_BYTES } from "../support/database-pages.ts"
import { PROFILE_KEY as key, writeFullProfile } from "../support/full-profile.ts"
import { seeded, seededRandom } from "../support/sim.ts"

await sodiumReady()
const folder = mkdtempSync(join(tmpdir(), "secure-chat-flips-"))
afterAll(() => rmSync(folder, { recursive: true }))

const whole = join(folder, "whole.db")
writeFullProfile(whole)
const bytes = readFileSync(whole)
const pages = bytes.length / PAGE_BYTES
const KEPT_TABLES: readonly TableName[] = ["meta", "person", "conversation", "line", "journal"]
const deps = {
  random: seededRandom(seeded(5)),
  clock: { now: () => 1_800_000_000_000, wakeAt: () => () => {} },
}
/** A device of one's own is made anew in each salvage, and the directory's place may be left out. */
const NEW_EACH_TIME = ["device", "inbox", "certificate end", "directory", "successor"]

/** How a page begins that stands above others. */
const INTERIOR = 2

type Known = Map<string, { table: TableName; row: Row; pages: ReadonlySet<number> }>
const nameOf = (table: TableName, rowKey: Uint8Array) => `${table} ${toHex(rowKey)}`

/** All that is in the whole database, and on which of its pages (numbered from 1). */
const known: Known = new Map()
const openPages = openedPages(bytes, key).map((page) => Buffer.from(page))
const store = openSqliteStore({ path: whole, key })
for (const table of TABLES) {
  for (const row of store.range(table, {}))
    known.set(nameOf(table, row.key), { table, row, pages: pagesOf(row) })
}
/** What a salvage that loses nothing brings. */
const expected = openMemoryStore()
restoreProfile(expected, deps, keepsake(rowsOf(store)))
store.close()

function pagesOf({ key: rowKey, value }: Row): Set<number> {
  const marks = [
    rowKey,
    ...Array.from({ length: Math.ceil(value.length / 150) - 2 }, (_, i) =>
      value.subarray(300 + i * 150, 320 + i * 150),
    ),
  ]
  const on = new Set<number>()
  for (const mark of marks)
    for (const [i, page] of openPages.entries()) if (page.includes(mark)) on.add(i + 1)
  return on
}

/** Anything but this is a fault. No `expect`, here and below: it takes longer than what it looks at. */
function mustBeDamaged(error: unknown): void {
  if (!(error instanceof ClientError && error.code === "database-damaged")) throw error
}

/** Reads everything, by range and row by row: right, or `database-damaged`. @returns how many rows could be read. */
function readAll(path: string, why: string): number {
  const read = new Set<string>()
  const take = (table: TableName, row: Row) => {
    const name = nameOf(table, row.key)
    const right = known.get(name)?.row.value
    if (!right || compareBytes(row.value, right) !== 0) expect.fail(`${why}: ${name} is wrong`)
    read.add(name)
  }
  let opened: ClientStore
  try {
    opened = openSqliteStore({ path, key })
  } catch (error) {
    mustBeDamaged(error)
    return 0
  }
  for (const table of TABLES) {
    try {
      for (const row of opened.range(table, {})) take(table, row)
    } catch (error) {
      mustBeDamaged(error)
    }
  }
  for (const [name, { table, row }] of known) {
    if (read.has(name)) continue
    try {
      const value = opened.get(table, row.key)
      if (!value) expect.fail(`${why}: ${name} is said not to be there`)
      take(table, { key: row.key, value })
    } catch (error) {
      mustBeDamaged(error)
    }
  }
  opened.close()
  return read.size
}

/** Where the rows are without which there is no profile. */
const accountPages = new Set(
  ["format", "name", "account"].flatMap((name) => [...known.get(nameOf("meta", Buffer.from(name)))!.pages]),
)
let copies = 0

/** Salvages the file, and checks that what was on no damaged page came, and nothing else. */
function salvageAll(path: string, bad: ReadonlySet<number>, why: string): Salvaged {
  const into = openMemoryStore()
  const [copy, spare] = [join(folder, `copy-${++copies}.db`), join(folder, `spare-${copies}.db`)]
  copyFileSync(path, copy)
  const takeFirstPage = () => {
    const copied = readFileSync(copy)
    copied.set(readFileSync(spare).subarray(0, PAGE_BYTES))
    writeFileSync(copy, copied)
  }
  const salvaged = (() => {
    try {
      return salvage({ copy, spare, pages, takeFirstPage }, key, into, deps)
    } catch (error) {
      mustBeDamaged(error)
      if (![...accountPages].some((page) => bad.has(page))) expect.fail(`${why}: the account was there`)
      return undefined
    } finally {
      for (const file of [copy, spare])
        for (const end of ["", "-wal", "-journal"]) rmSync(file + end, { force: true })
    }
  })()
  if (!salvaged) return { rows: 0, places: 1 }
  for (const table of TABLES) {
    for (const row of carried(into, table)) {
      const right = expected.get(table, row.key)
      if (!right || compareBytes(row.value, right) !== 0)
        expect.fail(`${why}: ${nameOf(table, row.key)} is wrong`)
    }
    for (const row of carried(expected, table)) {
      const on = known.get(nameOf(table, row.key))?.pages
      if (!on || [...on].some((page) => bad.has(page))) continue
      // One that stands above two pages is out of reach when both are damaged.
      if (bad.size > 1 && [...on].some((page) => openPages[page - 1]![0] === INTERIOR)) continue
      if (!into.get(table, row.key))
        expect.fail(`${why}: ${nameOf(table, row.key)} of ${[...on].join()} is missing`)
    }
  }
  return salvaged
}

/** Rows but for those that are made anew each time. */
function carried(from: ClientStore, table: TableName): Row[] {
  return from
    .range(table, {})
    .filter((row) => table !== "meta" || !NEW_EACH_TIME.includes(Buffer.from(row.key).toString()))
}

test("the database is what this test needs", () => {
  expect(pages).toBeGreaterThan(180)
  expect(known.size).toBeGreaterThan(1_000)
  const spread = new Set([...known.values()].flatMap((row) => [...row.pages]))
  expect(spread.size).toBeGreaterThan(pages * 0.9)
  expect(readAll(whole, "whole")).toBe(known.size)
  const { rows, places } = salvageAll(whole, new Set(), "whole")
  const kept = KEPT_TABLES.reduce((sum, table) => sum + carried(expected, table).length, 0)
  expect(kept).toBeGreaterThan(1_000)
  // Each conversation has a mark until it goes on; the directory's place is counted and left out above.
  expect({ rows, places }).toEqual({ rows: kept - 3 + 1, places: 0 })
})

test("a bit that flips: the right data or `database-damaged`, and salvage brings what is on other pages", () => {
  const chance = seeded(3)
  const flips = process.env["SLOW"] ? 20_000 : 200
  const everySalvage = process.env["SLOW"] ? 40 : 8
  const noticed = { reads: 0, places: 0, salvages: 0 }
  for (let flip = 0; flip < flips; flip++) {
    const page = 1 + (flip % pages)
    const at = (page - 1) * PAGE_BYTES + chance.below(PAGE_BYTES)
    const path = join(folder, "flipped.db")
    const flipped = Buffer.from(bytes)
    flipped[at]! ^= 1 << chance.below(8)
    writeFileSync(path, flipped)
    const why = `page ${page}, byte ${at}`
    if (readAll(path, why) < known.size) noticed.reads++
    expect(readFileSync(path).equals(flipped), `${why}: the file is as it was`).toBe(true)
    if (flip % everySalvage !== 0 && page !== 1) continue
    noticed.salvages++
    if (salvageAll(path, new Set([page]), why).places > 0) noticed.places++
  }
  // Of tables that are nearly empty a page may hold nothing.
  expect(noticed.reads).toBeGreaterThan(flips * 0.9)
  expect(noticed.places).toBeGreaterThan(noticed.salvages * 0.8)
}, 3_600_000)

test("an end that is gone, at any length", () => {
  const path = join(folder, "short.db")
  for (let n = 1; n <= 12; n++) {
    const length = Math.floor((bytes.length * n) / 13)
    writeFileSync(path, bytes)
    truncateSync(path, length)
    readAll(path, `${length} bytes`)
    const bad = new Set(
      Array.from({ length: pages }, (_, i) => i + 1).filter((page) => page * PAGE_BYTES > length),
    )
    salvageAll(path, bad, `${length} bytes`)
    expect(readFileSync(path).equals(bytes.subarray(0, length))).toBe(true)
  }
})

test("many damaged pages at once, the first among them", () => {
  const chance = seeded(8)
  for (let round = 0; round < 6; round++) {
    const bad = new Set(round % 2 === 0 ? [1] : [])
    while (bad.size < 4 + round * 4) bad.add(1 + chance.below(pages))
    const path = join(folder, "many.db")
    const flipped = Buffer.from(bytes)
    for (const page of bad)
      flipped[(page - 1) * PAGE_BYTES + chance.below(PAGE_BYTES)]! ^= 1 << chance.below(8)
    writeFileSync(path, flipped)
    salvageAll(path, bad, [...bad].join(", "))
  }
})

test("another key, and what is no database, give nothing", () => {
  const path = join(folder, "foreign.db")
  writeFileSync(path, bytes)
  expect(() => readPages(path, new Uint8Array(32))).toThrow(ClientError)
  writeFileSync(path, concat(bytes.subarray(100)))
  expect(() => readPages(path, key)).toThrow(ClientError)
})
