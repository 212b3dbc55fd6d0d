/**
 * The client's store on disk: one SQLite database, every page of it sealed (PROTOCOL.md §15). Counts, times and
 * sizes are hidden with the contents. The key is random and goes in raw, since whatever guards it is elsewhere.
 *
 * The write-ahead log is synced per transaction when it must be ("synced") and never torn when it need not ("ordered").
 */
import Database from "better-sqlite3-multiple-ciphers"
import { toHex } from "../bytes.ts"
import type { Ballast } from "../platform/ballast.ts"
import { ClientError } from "./errors.ts"
import { translated } from "./store-faults.ts"
import { TABLES } from "./store.ts"
import type { ClientStore, Durability, Range, Row, StoreReader, StoreWriter, TableName } from "./store.ts"

type Statement = Database.Statement<unknown[], unknown>

export const STORE_KEY_BYTES = 32
/** Kept in `user_version`. Raised when the tables change. */
const FORMAT = 2
/** With so many pages of 4 KiB the log is folded into the database: half of the ballast must be room enough for that. */
const LOG_PAGES = 256
/** How much room is held for deleting on a full disk. */
export const BALLAST_BYTES = 4_194_304
/** Below it a crash during a checkpoint could damage a database in write-ahead mode. */
const OLDEST_SQLITE = [3, 51, 3] as const

export interface SqliteStoreOptions {
  path: string
  /** 32 random bytes; the caller keeps and wipes them. */
  key: Uint8Array
  /** The file may not grow above this many pages of 4 KiB. */
  maxPages?: number
  /** Room beside the database that deleting may use when the disk is full. */
  ballast?: Ballast
}

/**
 * Opens the database, or makes it.
 * @throws ClientError `database-damaged` for a file that is no database or belongs to another key,
 * `profile-newer`, `storage`. Nothing is ever deleted or repaired.
 */
export function openSqliteStore({ path, key, maxPages, ballast }: SqliteStoreOptions): ClientStore {
  if (key.length !== STORE_KEY_BYTES) throw new RangeError(`a store key of ${key.length} bytes`)
  const db = translated(() => new Database(path))
  try {
    translated(() => prepareDatabase(db, key, maxPages))
    ballast?.take()
    return new SqliteStore(db, ballast)
  } catch (cause) {
    db.close()
    throw cause
  }
}

function prepareDatabase(db: Database, key: Uint8Array, maxPages: number | undefined): void {
  // One process at a time has the profile; so the log's index can stay in memory. Said before anything is read, or a
  // -shm file appears all the same, for which a full disk has no room.
  db.pragma("locking_mode = EXCLUSIVE")
  const typed = Buffer.from(`raw:${toHex(key)}`)
  db.pragma("cipher = 'chacha20'")
  db.key(typed)
  typed.fill(0)
  assertNewEnough(db.prepare<[], { version: string }>("SELECT sqlite_version() AS version").get()!.version)
  db.pragma("temp_store = MEMORY")
  db.pragma("journal_mode = WAL")
  db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`)
  db.pragma("secure_delete = ON")
  if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`)
  const format = Number(db.pragma("user_version", { simple: true }))
  if (format > FORMAT)
    throw new ClientError("profile-newer", "a newer secure-chat wrote this profile; use that one")
  const made = db.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  const missing = TABLES.filter((table) => !made.some(({ name }) => name === table))
  if (format === FORMAT && missing.length === 0) return
  const tables = missing.map(
    (name) => `CREATE TABLE "${name}"(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID;`,
  )
  db.exec(`BEGIN; ${tables.join(" ")} PRAGMA user_version = ${FORMAT}; COMMIT`)
}

function assertNewEnough(version: string): void {
  const parts = version.split(".").map(Number)
  const different = OLDEST_SQLITE.findIndex((oldest, i) => parts[i] !== oldest)
  if (different >= 0 && !(parts[different]! > OLDEST_SQLITE[different]!)) {
    throw new RangeError(`SQLite ${version} is older than ${OLDEST_SQLITE.join(".")}`)
  }
}

class SqliteStore implements ClientStore {
  readonly #db: Database
  readonly #ballast: Ballast | undefined
  readonly #statements = new Map<string, Statement>()
  #durability: Durability | undefined
  /** Set once: what the disk said when it failed. */
  #failure: ClientError | undefined

  constructor(db: Database, ballast: Ballast | undefined) {
    this.#db = db
    this.#ballast = ballast
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    const row = this.#guarded(() => this.#statement(`SELECT v FROM "${table}" WHERE k = ?`).get(key))
    return row === undefined ? undefined : plain((row as { v: Buffer }).v)
  }

  range(table: TableName, range: Range): readonly Row[] {
    const { where, bound } = condition(range)
    const sql = `SELECT k, v FROM "${table}"${where} ORDER BY k ${range.reverse ? "DESC" : "ASC"} LIMIT ?`
    return this.#guarded(() => {
      const rows = this.#statement(sql).all(...bound, range.limit ?? -1) as { k: Buffer; v: Buffer }[]
      return rows.map(({ k, v }) => ({ key: plain(k), value: plain(v) }))
    })
  }

  count(table: TableName, range: Range): number {
    const { where, bound } = condition(range)
    const row = this.#guarded(() =>
      this.#statement(`SELECT count(*) AS found FROM "${table}"${where}`).get(...bound),
    )
    return Math.min((row as { found: number }).found, range.limit ?? Infinity)
  }

  transaction<T>(durability: Durability, body: (tx: StoreWriter) => T): T {
    return this.#guarded(() => {
      if (this.#db.inTransaction) throw new RangeError("a transaction inside a transaction")
      this.#setDurability(durability)
      this.#statement("BEGIN IMMEDIATE").run()
      const tx = new SqliteWriter(this, (sql, ...bound) =>
        this.#guarded(() => this.#statement(sql).run(...bound)),
      )
      try {
        const result = body(tx)
        // Whoever swallowed a failure of the disk in the body must not commit over it.
        if (this.#failure) throw this.#failure
        this.#statement("COMMIT").run()
        return result
      } catch (cause) {
        // A full disk may have rolled back by itself already.
        if (this.#db.inTransaction) this.#statement("ROLLBACK").run()
        throw cause
      } finally {
        tx.end()
      }
    })
  }

  shrink<T>(body: (tx: StoreWriter) => T): T {
    try {
      return this.transaction("synced", body)
    } catch (cause) {
      if (!this.#ballast || !(cause instanceof ClientError && cause.code === "storage")) throw cause
    }
    this.#ballast.release()
    try {
      // The log first: folding it into the database gives back the room that it takes.
      this.#tidyIfPossible()
      const result = this.transaction("synced", body)
      this.#tidyIfPossible()
      return result
    } finally {
      this.#ballast.take()
    }
  }

  tidy(): void {
    this.#guarded(() => this.#db.pragma("wal_checkpoint(TRUNCATE)"))
    this.#ballast?.take()
  }

  close(): void {
    if (!this.#db.open) return
    // Closing folds the log into the database, which after a failed sync would pass off lost pages as saved. The end
    // of the process lets go of the file as it is.
    if (this.#failure) return
    // A disk that is full keeps its log, which the next start reads.
    translated(() => this.#db.close())
  }

  #tidyIfPossible(): void {
    try {
      this.#guarded(() => this.#db.pragma("wal_checkpoint(TRUNCATE)"))
    } catch (cause) {
      if (!(cause instanceof ClientError && cause.code === "storage")) throw cause
    }
  }

  /** Every way to the database: its errors become ours, and after a failure of the disk there is no way any more. */
  #guarded<T>(run: () => T): T {
    if (this.#failure) throw this.#failure
    try {
      return translated(run)
    } catch (cause) {
      if (cause instanceof ClientError && cause.code === "storage-failed") this.#failure = cause
      throw cause
    }
  }

  #setDurability(durability: Durability): void {
    if (this.#durability === durability) return
    this.#db.pragma(`synchronous = ${durability === "synced" ? "FULL" : "NORMAL"}`)
    this.#durability = durability
  }

  /** Compiled once: the texts come from a small closed set. */
  #statement(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known) return known
    const compiled = this.#db.prepare<unknown[]>(sql)
    this.#statements.set(sql, compiled)
    return compiled
  }
}

class SqliteWriter implements StoreWriter {
  readonly #reader: StoreReader
  #run: ((sql: string, ...bound: Uint8Array[]) => void) | undefined

  constructor(reader: StoreReader, run: (sql: string, ...bound: Uint8Array[]) => void) {
    this.#reader = reader
    this.#run = run
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    return this.#reader.get(table, key)
  }

  range(table: TableName, range: Range): readonly Row[] {
    return this.#reader.range(table, range)
  }

  count(table: TableName, range: Range): number {
    return this.#reader.count(table, range)
  }

  put(table: TableName, key: Uint8Array, value: Uint8Array): void {
    this.#write(
      `INSERT INTO "${table}"(k, v) VALUES(?, ?) ON CONFLICT(k) DO UPDATE SET v = excluded.v`,
      key,
      value,
    )
  }

  delete(table: TableName, key: Uint8Array): void {
    this.#write(`DELETE FROM "${table}" WHERE k = ?`, key)
  }

  deleteRange(table: TableName, range: Pick<Range, "from" | "to">): void {
    const { where, bound } = condition(range)
    this.#write(`DELETE FROM "${table}"${where}`, ...bound)
  }

  /** The transaction is over: whoever kept this must not write any more. */
  end(): void {
    this.#run = undefined
  }

  #write(sql: string, ...bound: Uint8Array[]): void {
    if (!this.#run) throw new RangeError("a transaction used after its end")
    this.#run(sql, ...bound)
  }
}

function condition({ from, to }: Range): { where: string; bound: Uint8Array[] } {
  const limits = [...(from ? ["k >= ?"] : []), ...(to ? ["k < ?"] : [])]
  const bound = [...(from ? [from] : []), ...(to ? [to] : [])]
  return { where: limits.length > 0 ? ` WHERE ${limits.join(" AND ")}` : "", bound }
}

/** The same bytes without Buffer's own ways of slicing and printing. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes)
}
