/**
 * Brings a database of an earlier version of this program forward, in one transaction: it is the old one or the new
 * one, also after a crash. Nothing of what clients were promised changes: entries, numbers, heads and the incarnation.
 */
import type Database from "better-sqlite3-multiple-ciphers"
import { isZero } from "../bytes.ts"
import { HASH_BYTES } from "../crypto/hash.ts"
import type { Primitives } from "../platform/primitives.ts"
import { checkOf } from "./damage.ts"
import { StoreError } from "./errors.ts"
import { DOOR_TABLE, SCHEMA_VERSION } from "./store-sqlite-schema.ts"

/** Rows of the log that are in memory at a time. */
const STEP_ROWS = 500

const ENTRY_COLUMNS = `
  ref INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL, position INTEGER NOT NULL,
  weight INTEGER NOT NULL, blob_hash BLOB, eid BLOB NOT NULL, before BLOB NOT NULL, check_sum BLOB NOT NULL,
  bytes BLOB NOT NULL`

interface OldEntry {
  rowid: number
  ref: number
  seq: number
  time: number
  position: number
  eid: Uint8Array
  head: Uint8Array
  bytes: Uint8Array
}

/**
 * @param version 1 to `SCHEMA_VERSION`; what is up to date already stays as it is.
 * @throws StoreError `unsuitable` for a database of a later version, which this program must not touch.
 */
export function upgrade(db: Database, version: number, primitives: Pick<Primitives, "sha">): void {
  if (version === SCHEMA_VERSION) return
  if (version > SCHEMA_VERSION)
    throw new StoreError(
      "unsuitable",
      `the database was written by a later version of this program (${version})`,
    )
  db.transaction(() => {
    const columns = (table: string) =>
      db
        .prepare<[string], { name: string }>("SELECT name FROM pragma_table_info(?)")
        .all(table)
        .map(({ name }) => name)
    const add = (table: string, column: string, definition: string) => {
      if (!columns(table).includes(column)) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${definition}`)
    }
    db.exec(
      "CREATE TABLE IF NOT EXISTS generation (owner BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID",
    )
    add("channel", "first_seq", "INTEGER NOT NULL DEFAULT 1")
    add("channel", "base", "BLOB NOT NULL DEFAULT (x'" + "00".repeat(HASH_BYTES) + "')")
    // What was confirmed nobody knows: whoever shows tokens from now on says it.
    add("channel", "next_unconfirmed", "INTEGER NOT NULL DEFAULT 0")
    if (columns("entry").includes("head")) checkEntries(db, primitives)
    if (columns("door").length === 0) db.exec(DOOR_TABLE)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
  })()
}

/** At first a row had the running hash after the entry, and neither a check nor what it weighs. */
function checkEntries(db: Database, primitives: Pick<Primitives, "sha">): void {
  db.exec(`CREATE TABLE new_entry (${ENTRY_COLUMNS})`)
  const read = db.prepare<[number, number, number], OldEntry>(
    `SELECT rowid, ref, seq, time, position, eid, head, bytes FROM entry
     WHERE (ref, seq) > (?, ?) ORDER BY ref, seq LIMIT ?`,
  )
  const blob = db.prepare<[Uint8Array], { total: number }>("SELECT total FROM blob WHERE hash = ?")
  const write = db.prepare<unknown[]>(`INSERT INTO new_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  let [ref, seq, before] = [-1, 0, new Uint8Array(HASH_BYTES)]
  for (;;) {
    const rows = read.all(ref, seq, STEP_ROWS)
    for (const row of rows) {
      if (row.ref !== ref) before = new Uint8Array(HASH_BYTES)
      const named = row.bytes.subarray(1, 1 + HASH_BYTES)
      const hash = named.length < HASH_BYTES || isZero(named) ? null : named
      const weight = row.bytes.length + (hash === null ? 0 : (blob.get(hash)?.total ?? 0))
      const check = checkOf(primitives, { ...row, before }, row.eid)
      write.run(row.ref, row.seq, row.time, row.position, weight, hash, row.eid, before, check, row.bytes)
      before = new Uint8Array(row.head)
      ;({ ref, seq } = row)
    }
    if (rows.length < STEP_ROWS) break
  }
  db.exec(`
    DROP TABLE entry;
    ALTER TABLE new_entry RENAME TO entry;
    CREATE UNIQUE INDEX entry_seq ON entry (ref, seq);
    CREATE UNIQUE INDEX entry_eid ON entry (ref, eid);
  `)
}
