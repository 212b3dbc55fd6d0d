/**
 * What the database keeps for the log of entries beside it (`store-disk.ts`), and the way of entries from the one into
 * the other: earlier versions have them in the table `entry`, and so have copies.
 */
import type Database from "better-sqlite3-multiple-ciphers"
import { ByteReader, u64 } from "../bytes.ts"
import { StoreError } from "./errors.ts"
import type { LogEnd, LogRecord } from "./log-format.ts"
import type { Ways } from "./store-sqlite-door.ts"
import { asStoreError } from "./store-sqlite-open.ts"
import { BESIDE_LOG_VERSION, SCHEMA_VERSION } from "./store-sqlite-schema.ts"

/** Rows of `meta`. `coming` is the secret of a log that is being made of the entries in the database. */
const NOTES = { secret: "log", coming: "log-coming", number: "batch" } as const
type NoteName = (typeof NOTES)[keyof typeof NOTES]
const NUMBER_BYTES = 8
const ROWS_A_READ = 500

interface BesideWays extends Ways {
  /** A write to one log, which is closed for writing when it finds it damaged. */
  stageLog(ref: number, write: () => void): void
}

/** Where every value may be of any type, because the row is damaged. */
interface Row {
  row: number
  ref: number
  seq: number
  time: number
  position: number
  weight: number
  blobHash: Uint8Array | null
  eid: Uint8Array
  before: Uint8Array
  check: Uint8Array
  bytes: Uint8Array
}

export type SqliteBeside = ReturnType<typeof sqliteBeside>

export function sqliteBeside(db: Database, version: number, { stage, stageLog, read }: BesideWays) {
  const setEnd = db.prepare<[number, Uint8Array, number, number, number]>(
    "UPDATE channel SET last_seq = ?, head = ?, next_position = ?, weight = ? WHERE ref = ?",
  )
  const setBase = db.prepare<[number, Uint8Array, number]>(
    "UPDATE channel SET first_seq = ?, base = ? WHERE ref = ?",
  )
  const addToken = db.prepare<[number, number, Uint8Array]>(
    "INSERT INTO token (ref, position, hash) VALUES (?, ?, ?)",
  )
  const readNote = db.prepare<[NoteName], { value: Uint8Array }>("SELECT value FROM meta WHERE name = ?")
  const putNote = db.prepare<[NoteName, Uint8Array]>(
    "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
  )
  const dropNote = db.prepare<[NoteName]>("DELETE FROM meta WHERE name = ?")
  const entries = db.prepare<[number, number], Row>(
    `SELECT rowid AS row, ref, seq, time, position, weight, blob_hash AS blobHash, eid, before, check_sum AS "check", bytes
     FROM entry WHERE rowid > ? ORDER BY rowid LIMIT ?`,
  )
  const addEntry = db.prepare<unknown[]>(
    `INSERT INTO entry (ref, seq, time, position, weight, blob_hash, eid, before, check_sum, bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const note = (name: NoteName) => read(() => readNote.get(name)?.value)
  /** In one transaction of its own: all of it or nothing. @throws StoreError. */
  const atOnce = (write: () => void) => {
    try {
      db.transaction(write)()
    } catch (cause) {
      throw asStoreError(cause)
    }
  }
  return {
    /** Whether the entries are in the log, and not in the database. */
    isInUse: version === BESIDE_LOG_VERSION,

    /** What the log says of a channel. */
    setEnd: ({ ref, lastSeq, head, nextPosition, weight }: LogEnd) =>
      stageLog(ref, () => void setEnd.run(lastSeq, head, nextPosition, weight, ref)),
    setBase: (ref: number, firstSeq: number, base: Uint8Array) =>
      stageLog(ref, () => void setBase.run(firstSeq, base, ref)),
    addToken: (ref: number, position: number, hash: Uint8Array) =>
      stageLog(ref, () => void addToken.run(ref, position, hash)),

    /** Of the newest batch of the log that the database has a part of, or knows to be on the disk. @throws StoreError. */
    number: (): number => {
      const known = note(NOTES.number)
      if (known === undefined) return 0
      if (known instanceof Uint8Array && known.length === NUMBER_BYTES) return new ByteReader(known).u64()
      throw new StoreError("damaged", "the database does not say how far the log of entries goes")
    },
    setNumber: (number: number) => stage(() => void putNote.run(NOTES.number, u64(number))),

    secret: () => note(NOTES.secret),
    coming: () => note(NOTES.coming),
    /** @throws StoreError. */
    begin: (secret: Uint8Array) => atOnce(() => void putNote.run(NOTES.coming, secret)),
    /** In a copy that is put back: that log may by now be the other database's. @throws StoreError. */
    forgetComing: () => atOnce(() => void dropNote.run(NOTES.coming)),

    /** Rows of the table, a few at a time. @param after the last one's `row`, at first 0. */
    entries: (after: number) => read(() => entries.all(after, ROWS_A_READ)),

    /** From now on the entries are in the log with this secret. @throws StoreError. */
    moved: (secret: Uint8Array, number: number) => {
      atOnce(() => {
        putNote.run(NOTES.secret, secret)
        putNote.run(NOTES.number, u64(number))
        dropNote.run(NOTES.coming)
        db.exec("DELETE FROM entry")
        db.pragma(`user_version = ${BESIDE_LOG_VERSION}`)
      })
    },

    /** Gives back the room of what was moved away, and with it the bytes. Without room for that they stay for now. */
    shrink: () => {
      try {
        db.exec("VACUUM")
      } catch (cause) {
        const error = asStoreError(cause)
        if (error.code !== "full") throw error
      }
    },

    /** In a copy: takes entries up. @throws StoreError. */
    takeIn: (records: readonly LogRecord[]) =>
      atOnce(() => {
        for (const { ref, seq, time, position, weight, blobHash, eid, before, check, bytes } of records)
          addEntry.run(ref, seq, time, position, weight, blobHash ?? null, eid, before, check, bytes)
      }),

    /** In a copy: it has all its entries, and needs no log beside it. @throws StoreError. */
    standsAlone: (ends: Iterable<LogEnd>) =>
      atOnce(() => {
        for (const { ref, lastSeq, head, nextPosition, weight } of ends)
          setEnd.run(lastSeq, head, nextPosition, weight, ref)
        for (const name of Object.values(NOTES)) dropNote.run(name)
        db.pragma(`user_version = ${SCHEMA_VERSION}`)
      }),
  }
}
