/**
 * Every row that can still be read of a damaged database, whichever page is gone (PROTOCOL.md §15.3).
 *
 * A search goes from a table's root downwards, and what lies below a damaged page is out of its reach. So each page is
 * made the root of a table in turn: a page that is whole then gives its own rows, and those of the pages below it. Only
 * ever done to a copy, since it rewrites the list of tables. No page is believed that does not authenticate.
 */
import Database from "better-sqlite3-multiple-ciphers"
import { compareBytes, equalBytes, toHex } from "../bytes.ts"
import { ClientError } from "./errors.ts"
import { translated } from "./store-faults.ts"
import type { Row } from "./store.ts"

type Statement = Database.Statement<unknown[], unknown>

export interface PageRows {
  /** In key order, of all tables together; equal rows once. Which table a row is of is not known. */
  rows: readonly Row[]
  /** About how many places could not be read; 0 when everything could. */
  places: number
}

const TABLE = `CREATE TABLE page(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID`

/**
 * @param path a copy, with its log beside it, which is changed.
 * @throws ClientError `database-damaged` when the first page does not open; `storage`, `storage-failed`.
 */
export function readPages(path: string, key: Uint8Array): PageRows {
  const db = translated(() => new Database(path))
  try {
    return translated(() => {
      unlock(db, key)
      return new PageReader(db).read()
    })
  } finally {
    db.close()
  }
}

/**
 * Makes a database whose first page may stand in for the lost one of another.
 * @param pages at least so many the other has; read on as far as they are there.
 */
export function makeSpareDatabase(path: string, key: Uint8Array, pages: number): void {
  const db = translated(() => new Database(path))
  try {
    translated(() => {
      db.pragma("cipher = 'chacha20'")
      typeKey(db, key)
      db.exec(TABLE)
      // One value that takes as many pages: its content is never looked at.
      db.prepare<[number]>("INSERT INTO page(k, v) VALUES(x'00', zeroblob(?))").run(pages * 4_096)
    })
  } finally {
    db.close()
  }
}

function unlock(db: Database, key: Uint8Array): void {
  db.unsafeMode(true)
  db.pragma("locking_mode = EXCLUSIVE")
  db.pragma("cipher = 'chacha20'")
  typeKey(db, key)
  // Also lets a file be opened that is shorter than it says.
  db.pragma("writable_schema = ON")
  db.pragma("journal_mode = MEMORY")
  db.pragma("synchronous = OFF")
}

function typeKey(db: Database, key: Uint8Array): void {
  const typed = Buffer.from(`raw:${toHex(key)}`)
  db.key(typed)
  typed.fill(0)
}

class PageReader {
  readonly #db: Database
  readonly #roots: ReadonlySet<number>
  readonly #byKey = new Map<string, Row[]>()
  /** By what lies before or behind them: the pages above a damaged one all come upon it. */
  readonly #places = new Set<string>()
  /** Pages that come upon damage from both sides, with what they reach. */
  readonly #split: { page: number; from: Uint8Array | undefined; to: Uint8Array | undefined }[] = []
  readonly #all: Statement
  readonly #walks: Record<"up" | "down", { rows: Statement; key: Statement }>
  /** A row lies between two pages when it stands above them; one of the two must be whole to come to it. */
  readonly #values: readonly Statement[]
  readonly #neighbours: readonly Statement[]
  readonly #setRoot: Statement

  constructor(db: Database) {
    this.#db = db
    const roots = db.prepare<[], { rootpage: number }>("SELECT rootpage FROM sqlite_schema").all()
    this.#roots = new Set(roots.map(({ rootpage }) => rootpage))
    db.exec("DELETE FROM sqlite_schema")
    db.prepare<[string]>("INSERT INTO sqlite_schema VALUES('table', 'page', 'page', 2, ?)").run(TABLE)
    this.#setRoot = db.prepare<unknown[]>("UPDATE sqlite_schema SET rootpage = ?")
    this.#pointTo(2)
    this.#all = db.prepare<unknown[]>("SELECT k, v FROM page ORDER BY k")
    const walk = (order: "ASC" | "DESC") => ({
      rows: db.prepare<unknown[]>(`SELECT k, v FROM page ORDER BY k ${order} LIMIT -1 OFFSET ?`),
      key: db.prepare<unknown[]>(`SELECT k FROM page ORDER BY k ${order} LIMIT 1 OFFSET ?`),
    })
    this.#walks = { up: walk("ASC"), down: walk("DESC") }
    this.#values = [
      db.prepare<unknown[]>("SELECT k, v FROM page WHERE k >= ? ORDER BY k LIMIT 1"),
      db.prepare<unknown[]>("SELECT k, v FROM page WHERE k <= ? ORDER BY k DESC LIMIT 1"),
    ]
    this.#neighbours = [
      db.prepare<unknown[]>("SELECT k FROM page WHERE k > ? ORDER BY k LIMIT 1"),
      db.prepare<unknown[]>("SELECT k FROM page WHERE k < ? ORDER BY k DESC LIMIT 1"),
    ]
  }

  read(): PageRows {
    const pages = Number(this.#db.pragma("page_count", { simple: true }))
    for (let page = 2; page <= pages; page++) this.#readFrom(page)
    this.#readBetween()
    const rows = [...this.#byKey.values()].flat().sort((a, b) => compareBytes(a.key, b.key))
    const missingRoots = [...this.#roots].filter((root) => root > pages).length
    return { rows, places: this.#places.size + missingRoots }
  }

  #pointTo(page: number): void {
    this.#setRoot.run(page)
    this.#db.pragma("writable_schema = RESET")
    this.#db.pragma("writable_schema = ON")
  }

  #readFrom(page: number): void {
    this.#pointTo(page)
    const whole = unlessDamaged(() => this.#all.all() as { k: Buffer; v: Buffer }[])
    if (whole) {
      for (const { k, v } of whole) this.#keep(k, v)
      return
    }
    const before = this.#walk("up")
    if (!before.isCut) return
    const behind = this.#walk("down")
    const [from, to] = [before.last, behind.last]
    if (from === undefined && to === undefined) {
      // Pages of other kinds are no damage; the root of a table that gives nothing is.
      if (this.#roots.has(page)) this.#places.add(`root ${page}`)
      return
    }
    this.#places.add(from ? `after ${toHex(from)}` : `before ${toHex(to!)}`)
    this.#split.push({ page, from, to })
  }

  /**
   * Rows in one direction, as far as pages can be read. A long value lies on pages of its own, which may be damaged while
   * its key is not: then the walk goes on behind it. Never by a search, which would look at such values on its way.
   */
  #walk(direction: "up" | "down"): { last: Uint8Array | undefined; isCut: boolean } {
    const { rows, key } = this.#walks[direction]
    let last: Uint8Array | undefined
    for (let at = 0; ; at++) {
      const walked = unlessDamaged(() => {
        for (const row of rows.iterate(at)) {
          const { k, v } = row as { k: Buffer; v: Buffer }
          this.#keep(k, v)
          last = k
          at++
        }
        return true
      })
      if (walked) return { last, isCut: false }
      const unread = unlessDamaged(() => key.get(at) as { k: Buffer } | undefined)
      if (!unread) return { last, isCut: true }
      last = unread.k
      this.#places.add(`value ${toHex(unread.k)}`)
    }
  }

  #readValue(key: Uint8Array): void {
    for (const statement of this.#values) {
      const row = unlessDamaged(() => statement.get(key) as { k: Buffer; v: Buffer } | undefined)
      if (row && equalBytes(row.k, key)) return this.#keep(key, row.v)
    }
    this.#places.add(`value ${toHex(key)}`)
  }

  /**
   * What lies between two damaged places is found from the keys that are known of it. Only a row that stands alone
   * between two damaged pages stays out of reach.
   */
  #readBetween(): void {
    const known = [...this.#byKey.values()].map((rows) => rows[0]!.key).sort(compareBytes)
    for (const { page, from, to } of this.#split) {
      this.#pointTo(page)
      for (const key of known) {
        if (from && compareBytes(key, from) <= 0) continue
        if (to && compareBytes(key, to) >= 0) break
        for (const statement of this.#neighbours) {
          const row = unlessDamaged(() => statement.get(key) as { k: Buffer } | undefined)
          if (row) this.#readValue(row.k)
        }
      }
    }
  }

  #keep(k: Uint8Array, v: Uint8Array): void {
    const name = toHex(k)
    const rows = this.#byKey.get(name) ?? []
    if (rows.some(({ value }) => equalBytes(value, v))) return
    this.#byKey.set(name, [...rows, { key: new Uint8Array(k), value: new Uint8Array(v) }])
  }
}

function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return translated(read)
  } catch (cause) {
    if (cause instanceof ClientError && cause.code === "database-damaged") return undefined
    throw cause
  }
}
