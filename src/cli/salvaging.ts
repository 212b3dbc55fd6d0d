/**
 * The files of a salvage (PROTOCOL.md §15.3). The damaged database is read from a copy and kept as it is:
 *
 *     chat.db, chat.db-wal  →  chat.db.damaged-1, chat.db.damaged-1-wal      chat.db.salvaged  →  chat.db
 *
 * The log goes with the database it belongs to. A crash in between leaves no `chat.db`, and the next start takes it back.
 */
import { constants, copyFileSync, existsSync, openSync, readSync, renameSync, rmSync } from "node:fs"
import { closeSync, statSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { ClientError } from "../client/errors.ts"
import { type Salvaged, salvage } from "../client/salvage.ts"
import { openMemoryStore } from "../client/store-memory.ts"
import { openSqliteStore } from "../client/store-sqlite.ts"
import { type ClientStore, TABLES } from "../client/store.ts"
import { systemClock } from "../platform/clock.ts"
import { fileError } from "../platform/errors.ts"
import { syncFolder } from "../platform/files.ts"
import { systemRandom } from "../platform/random.ts"

const PAGE_BYTES = 4_096
const BATCH = 1_000
const deps = { random: systemRandom, clock: systemClock }

export interface SalvagedFolder extends Salvaged {
  /** Where the damaged database is kept. */
  aside: string
}

/** Puts a new database in the place of a damaged one. @throws ClientError `database-damaged`, `storage`; PlatformError. */
export function salvageDatabase(database: string, key: Uint8Array): SalvagedFolder {
  const fresh = `${database}.salvaged`
  removeDatabase(fresh)
  const store = openSqliteStore({ path: fresh, key })
  try {
    const salvaged = fromCopy(database, key, store)
    store.close()
    const aside = freeName(database)
    moving(database, () => {
      renameSync(database, aside)
      if (existsSync(`${database}-wal`)) renameSync(`${database}-wal`, `${aside}-wal`)
      renameSync(fresh, database)
      syncFolder(dirname(database))
    })
    return { ...salvaged, aside }
  } catch (cause) {
    store.close()
    removeDatabase(fresh)
    throw cause
  }
}

/** What could be salvaged, in memory, for somebody who only wants to read; no file is changed. */
export function salvageToMemory(database: string, key: Uint8Array): ClientStore {
  const store = openMemoryStore()
  fromCopy(database, key, store)
  return store
}

/** Whether every row of every table can be read. */
export function isWhole(database: string, key: Uint8Array): boolean {
  let store: ClientStore | undefined
  try {
    store = openSqliteStore({ path: database, key })
    for (const table of TABLES) {
      let from = new Uint8Array(0)
      for (;;) {
        const last = store.range(table, { from, limit: BATCH }).at(-1)
        if (!last) break
        from = new Uint8Array([...last.key, 0])
      }
    }
    return true
  } catch (cause) {
    if (cause instanceof ClientError && cause.code === "database-damaged") return false
    throw cause
  } finally {
    store?.close()
  }
}

/** Takes back a salvage that did not come to its end. */
export function undoHalfSalvage(database: string): void {
  if (existsSync(database) || !existsSync(`${database}.salvaged`)) return
  const aside = lastName(database)
  if (aside === undefined) return
  moving(database, () => {
    // The log first: without a database beside it, it does nothing.
    if (existsSync(`${aside}-wal`)) renameSync(`${aside}-wal`, `${database}-wal`)
    renameSync(aside, database)
  })
}

function fromCopy(database: string, key: Uint8Array, into: ClientStore): Salvaged {
  const copy = `${database}.copy`
  const spare = `${database}.spare`
  removeDatabase(copy)
  removeDatabase(spare)
  try {
    moving(database, () => {
      copyFileSync(database, copy, constants.COPYFILE_FICLONE)
      if (existsSync(`${database}-wal`)) copyFileSync(`${database}-wal`, `${copy}-wal`)
    })
    const pages = Math.ceil(statSync(copy).size / PAGE_BYTES)
    const takeFirstPage = () => moving(copy, () => copyFirstPage(spare, copy))
    return salvage({ copy, spare, pages, takeFirstPage }, key, into, deps)
  } finally {
    removeDatabase(copy)
    removeDatabase(spare)
  }
}

function copyFirstPage(from: string, to: string): void {
  const page = new Uint8Array(PAGE_BYTES)
  const [source, target] = [openSync(from, "r"), openSync(to, "r+")]
  try {
    readSync(source, page, 0, PAGE_BYTES, 0)
    writeSync(target, page, 0, PAGE_BYTES, 0)
  } finally {
    closeSync(source)
    closeSync(target)
  }
}

function freeName(database: string): string {
  for (let n = 1; ; n++) {
    const name = `${database}.damaged-${n}`
    if (!existsSync(name) && !existsSync(`${name}-wal`)) return name
  }
}

function lastName(database: string): string | undefined {
  let last: string | undefined
  for (let n = 1; existsSync(`${database}.damaged-${n}`); n++) last = `${database}.damaged-${n}`
  return last
}

function removeDatabase(path: string): void {
  for (const end of ["", "-wal", "-journal"]) rmSync(path + end, { force: true })
}

function moving<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (cause) {
    throw fileError(cause, path)
  }
}
