/**
 * The client's store on disk: one SQLite database, every page of it sealed (PROTOCOL.md §15). Counts, times and
 * sizes are hidden with the contents. The key is random and goes in raw, since whatever guards it is elsewhere.
 *
 * The write-ahead log is synced per transaction when it must be ("synced") and never torn when it need not ("ordered").
 */
import Database from "better-sqlite3-multiple-ciphers"
import { toHex } from "../bytes.ts"
import { ClientError } from "./errors.ts"
import { TABLES } from "./store.ts"
import type { ClientStore, Durability, Range, Row, StoreReader, StoreWriter, TableName } from "./store.ts"

type Statement = Database.Statement<unknown[], unknown>

export const STORE_KEY_BYTES = 32
/** Kept in `user_version`. Raised when the tables change. */
const FORMAT = 2
/** Below it a crash during a checkpoint could damage a database in write-ahead mode. */
const OLDEST_SQLITE = [3, 51, 3] as const

export interface SqliteStoreOptions {
  path: string
  /** 32 random bytes; the caller keeps and wipes them. */
  key: Uint8Array
  /** The file may not grow above this many pages of 4 KiB. */
  maxPages?: number
}

/**
 * Opens the database, or makes it.
 * @throws ClientError `database-damaged` for a file that is no database or belongs to another key,
 * `profile-newer`, `storage`. Nothing is ever deleted or repaired.
 */
export function openSqliteStore({ path, key, maxPages }: SqliteStoreOptions): ClientStore {
  if (key.length !== STORE_KEY_BYTES) throw new RangeError(`a store key of ${key.length} bytes`)
  const db = translated(() => new Database(path))
  try {
    translated(() => prepareDatabase(db, key, maxPages))
    return new SqliteStore(db)
  } catch (cause) {
    db.close()
    throw cause
  }
}

function prepareDatabase(db: Database, key: Uint8Array, maxPages: number | undefined): void {
  const typed = Buffer.from(`raw:${toHex(key)}`)
  db.pragma("cipher = 'chacha20'")
  db.key(typed)
  typed.fill(0)
  assertNewEnough(db.prepare<[], { version: string }>("SELECT sqlite_version() AS version").get()!.version)
  // One process at a time has the profile; so the log's index can stay in memory and no -shm file appears.
  db.pragma("locking_mode = EXCLUSIVE")
  db.pragma("temp_store = MEMORY")
  db.pragma("journal_mode = WAL")
  db.pragma("secure_delete = ON")
  if (maxPages !== undefined) db.pragma(`max_page_count = ${maxPages}`)
  const format = Number(db.pragma("user_version", { simple: true }))
  if (format > FORMAT)
    throw new ClientError("profile-newer", "a newer secure-chat wrote this profile; use that one")
  if (format === FORMAT) return
  const tables = TABLES.map(
    (name) => `CREATE TABLE IF NOT EXISTS "${name}"(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID;`,
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
  readonly #statements = new Map<string, Statement>()
  #durability: Durability | undefined

  constructor(db: Database) {
    this.#db = db
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    const row = translated(() => this.#statement(`SELECT v FROM "${table}" WHERE k = ?`).get(key))
    return row === undefined ? undefined : plain((row as { v: Buffer }).v)
  }

  range(table: TableName, range: Range): readonly Row[] {
    const { where, bound } = condition(range)
    const sql = `SELECT k, v FROM "${table}"${where} ORDER BY k ${range.reverse ? "DESC" : "ASC"} LIMIT ?`
    return translated(() => {
      const rows = this.#statement(sql).all(...bound, range.limit ?? -1) as { k: Buffer; v: Buffer }[]
      return rows.map(({ k, v }) => ({ key: plain(k), value: plain(v) }))
    })
  }

  count(table: TableName, range: Range): number {
    const { where, bound } = condition(range)
    const row = translated(() =>
      this.#statement(`SELECT count(*) AS found FROM "${table}"${where}`).get(...bound),
    )
    return Math.min((row as { found: number }).found, range.limit ?? Infinity)
  }

  transaction<T>(durability: Durability, body: (tx: StoreWriter) => T): T {
    if (this.#db.inTransaction) throw new RangeError("a transaction inside a transaction")
    return translated(() => {
      this.#setDurability(durability)
      this.#statement("BEGIN IMMEDIATE").run()
      const tx = new SqliteWriter(this, (sql, ...bound) =>
        translated(() => this.#statement(sql).run(...bound)),
      )
      try {
        const result = body(tx)
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

  tidy(): void {
    translated(() => this.#db.pragma("wal_checkpoint(TRUNCATE)"))
  }

  close(): void {
    if (!this.#db.open) return
    // Closing checkpoints as well; a disk that refuses keeps its log, which the next start reads.
    translated(() => this.#db.close())
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

/** Runs something of SQLite's and turns its errors into ours. */
function translated<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    // The library's own word for a folder that is missing; SQLite is not asked then.
    if (cause instanceof TypeError && cause.message.startsWith("Cannot open database")) {
      throw new ClientError("storage", "the folder of the database does not exist", { cause })
    }
    const code = cause instanceof Database.SqliteError ? cause.code : ""
    if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
      throw new ClientError("database-damaged", "the database is damaged or belongs to another key", {
        cause,
      })
    }
    if (/^SQLITE_(FULL|IOERR|CANTOPEN|READONLY|BUSY|LOCKED|PERM|NOLFS|NOMEM)/.test(code)) {
      throw new ClientError("storage", `the disk refused (${code}): it may be full, or not writable`, {
        cause,
      })
    }
    if (code.startsWith("SQLITE_"))
      throw new ClientError("database-damaged", `the database does not fit (${code})`, { cause })
    throw cause
  }
}
