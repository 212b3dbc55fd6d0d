/** Opening the database of `store-sqlite.ts`, with the settings that make a commit durable. */
import Database from "better-sqlite3-multiple-ciphers"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { StoreError } from "./errors.ts"
import { BESIDE_LOG_VERSION, SCHEMA, SCHEMA_VERSION, type Statements } from "./store-sqlite-schema.ts"
import { upgrade } from "./store-sqlite-upgrade.ts"

/** The first SQLite without the WAL-reset defect that could damage a database. */
const OLDEST_SQLITE = [3, 51, 3] as const
/** "scRL": tells our database from any other. */
const APPLICATION_ID = 0x7363524c
const INCARNATION_BYTES = 16
export const PAGE_BYTES = 4_096
/** A page in the journal, with what goes before it. */
const FRAME_BYTES = 24 + PAGE_BYTES
/** More gathers the pages that are written again and again; less is quicker to move, and to read after a crash. */
const JOURNAL_BYTES = 16_777_216

const NO_PRIMITIVES: Pick<Primitives, "sha"> = {
  sha: () => {
    throw new StoreError("unsuitable", "the database is of an earlier version")
  },
}

export interface SqliteStoreOptions {
  /** The database file; made when missing. Its folder must exist. */
  path: string
  random: Random
  /** How much gathers in the journal before `tidy` moves it; what is above it was one batch. */
  journalBytes?: number
  /** Whether the journal gets its size at once, so that no commit waits for the file system to make it longer. */
  layOut?: boolean
  /** What a database of the first versions is brought forward with; without it, it is refused. */
  primitives?: Pick<Primitives, "sha">
  /** Whether its entries may be in a log beside it, as `store-disk.ts` has them. */
  isBesideLog?: boolean
}

/**
 * @returns the database, and whether its structure is whole. Where it is not, writing could destroy what can still
 * be read. @throws StoreError `unsuitable`, `damaged` (nothing of ours can be read), `in-use`, `full` or `failed`.
 */
export function openDatabase({
  path,
  random,
  journalBytes = JOURNAL_BYTES,
  layOut = false,
  primitives = NO_PRIMITIVES,
  isBesideLog = false,
}: SqliteStoreOptions): {
  db: Database
  version: number
  isWhole: boolean
  journalPages: number
} {
  const journalPages = Math.floor(journalBytes / PAGE_BYTES)
  let db: Database | undefined
  try {
    db = new Database(path, { timeout: 0 })
    checkVersion(db)
    // Before the first access: the lock is then taken with it and held, and WAL needs no shared memory.
    db.pragma("locking_mode = EXCLUSIVE")
    db.pragma("journal_mode = WAL")
    db.pragma("synchronous = FULL")
    // SQLite's own would run inside a commit, and keep to itself that a sync failed: `tidy` does neither.
    db.pragma("wal_autocheckpoint = 0")
    // What one large batch added is given back; the rest stays ours, also on a disk that others fill.
    db.pragma(`journal_size_limit = ${journalPages * FRAME_BYTES}`)
    db.pragma("trusted_schema = OFF")
    const { isWhole, version } = prepare(db, random, primitives, isBesideLog)
    if (isWhole && layOut) layOutJournal(db, journalPages, version)
    return { db, version, isWhole, journalPages }
  } catch (cause) {
    db?.close()
    throw asStoreError(cause)
  }
}

/**
 * A sync of bytes that are overwritten is about twice as fast as one of a file that grows, and they need no new space
 * on a disk that has none. The pages that fill it say nothing: each is the first one, as it is.
 */
function layOutJournal(db: Database, pages: number, version: number): void {
  const move = db.prepare("PRAGMA wal_checkpoint(PASSIVE)")
  move.get()
  try {
    db.pragma("synchronous = OFF")
    const touch = db.prepare(`PRAGMA user_version = ${version}`)
    for (let page = 0; page < pages; page++) touch.run()
  } catch (cause) {
    // Then it is as long as there was space.
    if (asStoreError(cause).code !== "full") throw cause
  } finally {
    db.pragma("synchronous = FULL")
  }
  move.get()
}

function checkVersion(db: Database): void {
  const { version } = db.prepare<[], { version: string }>("SELECT sqlite_version() AS version").get()!
  const parts = version.split(".").map(Number)
  const older = OLDEST_SQLITE.findIndex((part, at) => (parts[at] ?? 0) !== part)
  if (older >= 0 && (parts[older] ?? 0) < OLDEST_SQLITE[older]!) {
    throw new StoreError("unsuitable", `SQLite ${version} is older than ${OLDEST_SQLITE.join(".")}`)
  }
}

function prepare(
  db: Database,
  random: Random,
  primitives: Pick<Primitives, "sha">,
  isBesideLog: boolean,
): { isWhole: boolean; version: number } {
  const application = db.pragma("application_id", { simple: true })
  const { tables } = db.prepare<[], { tables: number }>("SELECT count(*) AS tables FROM sqlite_schema").get()!
  if (tables === 0) {
    db.transaction(() => {
      db.exec(SCHEMA)
      db.pragma(`application_id = ${APPLICATION_ID}`)
      db.pragma(`user_version = ${SCHEMA_VERSION}`)
      db.prepare("INSERT INTO meta (name, value) VALUES ('incarnation', ?)").run(
        random.bytes(INCARNATION_BYTES),
      )
    })()
    return { isWhole: true, version: SCHEMA_VERSION }
  }
  const version = db.pragma("user_version", { simple: true })
  if (application !== APPLICATION_ID || typeof version !== "number" || version < 1)
    throw new StoreError("damaged", "the database is not one of this relay's")
  const isWhole = db.pragma("quick_check(1)", { simple: true }) === "ok"
  if (!isWhole && version !== (isBesideLog ? BESIDE_LOG_VERSION : SCHEMA_VERSION))
    throw new StoreError("damaged", "the database is of an earlier version, and damaged")
  if (version === BESIDE_LOG_VERSION && !isBesideLog)
    throw new StoreError("unsuitable", "the database has its entries in a log beside it")
  if (version !== BESIDE_LOG_VERSION) upgrade(db, version, primitives)
  // Takes the lock for good, also when nothing is written for a long time.
  db.exec("BEGIN IMMEDIATE; COMMIT")
  return { isWhole, version: Math.max(version, SCHEMA_VERSION) }
}

/** What a failure of the database library means to the relay. */
export function asStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const code = cause instanceof Database.SqliteError ? cause.code : ""
  const message = cause instanceof Error ? cause.message : String(cause)
  if (code.startsWith("SQLITE_FULL")) return new StoreError("full", "the disk is full", { cause })
  // What a row or an index says must not be there already can be there only when one of them is damaged.
  if (/^SQLITE_(CORRUPT|NOTADB|CONSTRAINT)/u.test(code)) {
    return new StoreError("damaged", `the database is damaged: ${message}`, { cause })
  }
  if (code.startsWith("SQLITE_BUSY"))
    return new StoreError("in-use", "another relay has the database open", { cause })
  if (cause instanceof RangeError) throw cause
  // Every SQLITE_IOERR_…, SQLITE_READONLY and SQLITE_CANTOPEN ends here. A full disk never does: SQLite tells ENOSPC
  // of a write apart, while a sync that reports it has lost what was written before.
  const detail = code === "" ? message : `${message} (${code})`
  return new StoreError("failed", `the disk or the database failed: ${detail}`, { cause })
}

/** @throws StoreError */
export function readSound<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw asStoreError(cause)
  }
}

/** @throws RangeError when the database does not say it. */
export function incarnationOf(sql: Statements): Uint8Array {
  const found = sql.readIncarnation.get()?.value
  if (found instanceof Uint8Array) return found
  throw new RangeError("no incarnation")
}

/** A row of which some bits are others may hold anything, also a number or nothing where bytes belong. */
export function readLog<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof TypeError)
      throw new StoreError("damaged", "a row of the database is damaged", { cause })
    throw asStoreError(cause)
  }
}

/** A flipped bit turns bytes into text, or a number into nothing. @throws StoreError `damaged`. */
export function checkRow<Row extends object>(
  row: Row | undefined,
  bytes: readonly (keyof Row)[],
  numbers: readonly (keyof Row)[],
): void {
  if (row === undefined) return
  const areBytes = bytes.every((column) => row[column] instanceof Uint8Array)
  const areNumbers = numbers.every((column) => Number.isSafeInteger(row[column]) && Number(row[column]) >= 0)
  if (!areBytes || !areNumbers) throw new StoreError("damaged", "a row of the database is damaged")
}
