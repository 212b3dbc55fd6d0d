/** Tables and statements of `store-sqlite.ts`: everything in SQL is here, everything about it is there. */

/** Each change of the tables has a step in `store-sqlite-upgrade.ts`. */
export const SCHEMA_VERSION = 4
/** The same tables, with all entries in a log beside the database: none in `entry`. */
export const BESIDE_LOG_VERSION = 5

export const DOOR_TABLE = `CREATE TABLE door (
    kind INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (kind, key)
  ) WITHOUT ROWID;`

export const SCHEMA = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE channel (
    ref INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    first_seq INTEGER NOT NULL DEFAULT 1,
    base BLOB NOT NULL DEFAULT (zeroblob(32)),
    last_seq INTEGER NOT NULL DEFAULT 0,
    head BLOB NOT NULL DEFAULT (zeroblob(32)),
    next_position INTEGER NOT NULL DEFAULT 0,
    next_unconfirmed INTEGER NOT NULL DEFAULT 0,
    weight INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE entry (
    ref INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    time INTEGER NOT NULL,
    position INTEGER NOT NULL,
    weight INTEGER NOT NULL,
    blob_hash BLOB,
    eid BLOB NOT NULL,
    before BLOB NOT NULL,
    check_sum BLOB NOT NULL,
    bytes BLOB NOT NULL
  );
  CREATE UNIQUE INDEX entry_seq ON entry (ref, seq);
  CREATE UNIQUE INDEX entry_eid ON entry (ref, eid);
  CREATE TABLE token (ref INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (ref, position))
    WITHOUT ROWID;
  CREATE TABLE header (
    id BLOB PRIMARY KEY, ref INTEGER NOT NULL, position INTEGER NOT NULL, blob_hash BLOB, inline BLOB NOT NULL
  );
  CREATE INDEX header_ref ON header (ref);
  CREATE TABLE blob (hash BLOB PRIMARY KEY, total INTEGER NOT NULL, pins INTEGER NOT NULL, loose_since INTEGER NOT NULL);
  CREATE TABLE blob_piece (hash BLOB NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE UNIQUE INDEX blob_piece_at ON blob_piece (hash, at);
  CREATE TABLE directory (entry_index INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  CREATE TABLE package (id INTEGER PRIMARY KEY AUTOINCREMENT, owner BLOB NOT NULL, last_resort INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE INDEX package_owner ON package (owner, last_resort, id);
  CREATE TABLE generation (owner BLOB PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
  ${DOOR_TABLE}
`

/** A compiled statement: the values it takes, the rows it gives. */
export interface Statement<Bound extends unknown[], Row> {
  run(...values: Bound): { changes: number; lastInsertRowid: number | bigint }
  get(...values: Bound): Row | undefined
  all(...values: Bound): Row[]
  iterate(...values: Bound): IterableIterator<Row>
}

/** What this file needs of the database. */
export interface SqlDatabase {
  prepare<Bound extends unknown[], Row = unknown>(sql: string): Statement<Bound, Row>
}

interface ChannelColumns {
  ref: number
  firstSeq: number
  base: Uint8Array
  lastSeq: number
  head: Uint8Array
  nextPosition: number
  confirmed: number
  weight: number
}
interface EntryColumns {
  seq: number
  time: number
  position: number
  before: Uint8Array
  check: Uint8Array
  bytes: Uint8Array
}
interface OldColumns {
  seq: number
  time: number
  weight: number
  blobHash: Uint8Array | null
}
interface HeaderColumns {
  ref: number
  position: number
  blobHash: Uint8Array | null
  inline: Uint8Array
  nextPosition: number
}

const CHANNEL_COLUMNS = `ref, first_seq AS firstSeq, base, last_seq AS lastSeq, head, next_position AS nextPosition, next_unconfirmed - 1 AS confirmed, weight`
const ENTRY_COLUMNS = `seq, time, position, before, check_sum AS "check", bytes`

export type Statements = ReturnType<typeof statements>

/** Every statement, compiled once. */
export function statements(db: SqlDatabase) {
  const prepare = <Bound extends unknown[], Row = unknown>(sql: string): Statement<Bound, Row> =>
    db.prepare(sql)
  type Id = Uint8Array
  return {
    begin: prepare<[]>("BEGIN IMMEDIATE"),
    commit: prepare<[]>("COMMIT"),
    rollback: prepare<[]>("ROLLBACK"),
    journalSize: prepare<[], { log: number; checkpointed: number }>("PRAGMA wal_checkpoint(NOOP)"),
    moveJournal: prepare<[]>("PRAGMA wal_checkpoint(PASSIVE)"),
    freePages: prepare<[], { freelist_count: number }>("PRAGMA freelist_count"),
    readIncarnation: prepare<[], { value: Uint8Array }>("SELECT value FROM meta WHERE name = 'incarnation'"),

    findChannel: prepare<[Id], ChannelColumns>(`SELECT ${CHANNEL_COLUMNS} FROM channel WHERE id = ?`),
    channelsAfter: prepare<[number, number], ChannelColumns>(
      `SELECT ${CHANNEL_COLUMNS} FROM channel WHERE ref > ? ORDER BY ref LIMIT ?`,
    ),
    createChannel: prepare<[Id]>("INSERT INTO channel (id) VALUES (?)"),
    append: prepare<[number, number, number, number, number, Id | null, Id, Id, Uint8Array, Uint8Array]>(
      `INSERT INTO entry (ref, seq, time, position, weight, blob_hash, eid, before, check_sum, bytes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    advance: prepare<[number, Id, number, number]>(
      "UPDATE channel SET last_seq = ?, head = ?, weight = weight + ? WHERE ref = ?",
    ),
    advanceHandshake: prepare<[number, Id, number, number, number]>(
      "UPDATE channel SET last_seq = ?, head = ?, weight = weight + ?, next_position = ? WHERE ref = ?",
    ),
    findEntry: prepare<[number, Id], { seq: number; time: number }>(
      "SELECT seq, time FROM entry WHERE ref = ? AND eid = ?",
    ),
    headBefore: prepare<[number, number], { before: Uint8Array }>(
      "SELECT before FROM entry WHERE ref = ? AND seq = ?",
    ),
    readEntries: prepare<[number, number, number], EntryColumns>(
      `SELECT ${ENTRY_COLUMNS} FROM entry WHERE ref = ? AND seq > ? ORDER BY seq LIMIT ?`,
    ),
    readEntry: prepare<[number, number], EntryColumns>(
      `SELECT ${ENTRY_COLUMNS} FROM entry WHERE ref = ? AND seq = ?`,
    ),
    oldEntries: prepare<[number, number], OldColumns>(
      `SELECT seq, time, weight, blob_hash AS blobHash FROM entry WHERE ref = ? ORDER BY seq LIMIT ?`,
    ),
    dropEntries: prepare<[number, number]>("DELETE FROM entry WHERE ref = ? AND seq <= ?"),
    moveBase: prepare<[number, Id, number, number]>(
      "UPDATE channel SET first_seq = ?, base = ?, weight = max(weight - ?, 0) WHERE ref = ?",
    ),
    addToken: prepare<[number, number, Id]>("INSERT INTO token (ref, position, hash) VALUES (?, ?, ?)"),
    dropToken: prepare<[number, number]>("DELETE FROM token WHERE ref = ? AND position <= ?"),
    tokenHash: prepare<[number, number], { hash: Uint8Array }>(
      "SELECT hash FROM token WHERE ref = ? AND position = ?",
    ),

    countTokens: prepare<[number, number], { count: number }>(
      "SELECT count(*) AS count FROM token WHERE ref = ? AND position > ?",
    ),
    confirm: prepare<[number, number]>("UPDATE channel SET next_unconfirmed = ? WHERE ref = ?"),

    findHeader: prepare<[Id], HeaderColumns>(
      `SELECT header.ref, position, blob_hash AS blobHash, inline, next_position AS nextPosition
       FROM header JOIN channel ON channel.ref = header.ref WHERE header.id = ?`,
    ),
    putHeader: prepare<[Id, number, number, Id | null, Uint8Array]>(
      "INSERT OR REPLACE INTO header (id, ref, position, blob_hash, inline) VALUES (?, ?, ?, ?, ?)",
    ),
    deleteHeader: prepare<[Id]>("DELETE FROM header WHERE id = ?"),

    countHeaders: prepare<[number], { count: number; largest: number; oldest: Uint8Array | null }>(
      `SELECT count(*) AS count, coalesce(max(coalesce(total, length(inline))), 0) AS largest,
         (SELECT id FROM header AS each WHERE each.ref = header.ref ORDER BY position, id LIMIT 1) AS oldest
       FROM header LEFT JOIN blob ON hash = blob_hash WHERE ref = ?`,
    ),

    findBlob: prepare<[Id], { total: number }>("SELECT total FROM blob WHERE hash = ?"),
    addBlob: prepare<[Id, number, number]>(
      `INSERT INTO blob (hash, total, pins, loose_since) VALUES (?, ?, 0, ?)
       ON CONFLICT (hash) DO UPDATE SET total = excluded.total`,
    ),
    addPiece: prepare<[Id, number, Uint8Array]>("INSERT INTO blob_piece (hash, at, bytes) VALUES (?, ?, ?)"),
    readPieces: prepare<[Id, number, number], { bytes: Uint8Array }>(
      "SELECT bytes FROM blob_piece WHERE hash = ? AND at >= ? AND at < ? ORDER BY at",
    ),
    pinBlob: prepare<[number, number, Id]>("UPDATE blob SET pins = pins + ?, loose_since = ? WHERE hash = ?"),
    looseBlobs: prepare<[number, number], { hash: Uint8Array }>(
      "SELECT hash FROM blob WHERE pins = 0 AND loose_since < ? LIMIT ?",
    ),
    dropPieces: prepare<[Id]>("DELETE FROM blob_piece WHERE hash = ?"),
    dropBlob: prepare<[Id]>("DELETE FROM blob WHERE hash = ?"),

    directorySize: prepare<[], { size: number }>(
      "SELECT coalesce(max(entry_index) + 1, 0) AS size FROM directory",
    ),
    readDirectory: prepare<[number, number], { index: number; bytes: Uint8Array }>(
      'SELECT entry_index AS "index", bytes FROM directory WHERE entry_index >= ? ORDER BY entry_index LIMIT ?',
    ),
    addDirectoryEntry: prepare<[number, Uint8Array]>(
      "INSERT INTO directory (entry_index, bytes) VALUES (?, ?)",
    ),

    countPackages: prepare<[Id], { oneUse: number; lastResort: number }>(
      "SELECT count(*) FILTER (WHERE last_resort = 0) AS oneUse, count(*) FILTER (WHERE last_resort = 1) AS lastResort FROM package WHERE owner = ?",
    ),
    addPackage: prepare<[Id, number, Uint8Array]>(
      "INSERT INTO package (owner, last_resort, bytes) VALUES (?, ?, ?)",
    ),
    nextPackage: prepare<[Id], { id: number; lastResort: number; bytes: Uint8Array }>(
      "SELECT id, last_resort AS lastResort, bytes FROM package WHERE owner = ? ORDER BY last_resort, id LIMIT 1",
    ),
    dropPackage: prepare<[number]>("DELETE FROM package WHERE id = ?"),
    dropLastResort: prepare<[Id]>("DELETE FROM package WHERE owner = ? AND last_resort = 1"),
    dropPackages: prepare<[Id]>("DELETE FROM package WHERE owner = ?"),

    findGeneration: prepare<[Id], { record: Uint8Array }>("SELECT record FROM generation WHERE owner = ?"),
    putGeneration: prepare<[Id, Uint8Array]>(
      "INSERT OR REPLACE INTO generation (owner, record) VALUES (?, ?)",
    ),
    dropGeneration: prepare<[Id]>("DELETE FROM generation WHERE owner = ?"),
  }
}
