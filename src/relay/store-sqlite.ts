/**
 * `RelayStore` in SQLite: WAL, `synchronous=FULL`, one transaction for everything staged between two commits,
 * so that one sync serves them all (PROTOCOL.md §16).
 *
 * The database is locked for as long as it is open: a second relay on the same folder is refused, also while
 * the first one is stopped, and a killed process leaves no lock behind.
 */
import type Database from "better-sqlite3-multiple-ciphers"
import { concat } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import { BLOB_CHUNK_BYTES } from "../protocol/messages.ts"
import { StoreError } from "./errors.ts"
import type { DoorStore } from "./door-store.ts"
import type { About, Held } from "./held.ts"
import { copyDatabase } from "./store-sqlite-backup.ts"
import { sqliteBeside, type SqliteBeside } from "./store-sqlite-beside.ts"
import { sqliteDoor } from "./store-sqlite-door.ts"
import { SqliteJournal } from "./store-sqlite-journal.ts"
import { SqliteHeld } from "./store-sqlite-held.ts"
import {
  asStoreError,
  checkRow,
  incarnationOf,
  openDatabase,
  PAGE_BYTES,
  readLog,
  readSound,
  type SqliteStoreOptions,
} from "./store-sqlite-open.ts"
import { statements, type Statements } from "./store-sqlite-schema.ts"
import {
  type ChannelRow,
  type HeaderCount,
  type HeaderRow,
  KEPT_TOKENS,
  type NewEntry,
  type OldEntry,
  type PackageCount,
  type RelayStore,
  type StoredEntry,
} from "./store.ts"

export class SqliteRelayStore implements RelayStore {
  readonly incarnation: Uint8Array
  readonly isWhole: boolean
  readonly door: DoorStore
  /** For a log of entries beside the database. */
  readonly beside: SqliteBeside
  readonly #db: Database
  readonly #sql: Statements
  readonly #held: SqliteHeld
  readonly #journal: SqliteJournal
  #inTransaction = false
  #broken: StoreError | undefined
  /** Logs that nothing could be written to since the process began. */
  readonly #unwritable = new Set<number>()

  /** @throws StoreError `unsuitable`, `damaged`, `in-use`, `full` or `failed`. */
  constructor(options: SqliteStoreOptions) {
    const { db, version, isWhole, journalPages } = openDatabase(options)
    this.#db = db
    this.isWhole = isWhole
    try {
      this.#sql = statements(this.#db)
      this.#journal = new SqliteJournal(this.#sql, journalPages)
      this.#held = new SqliteHeld(this.#db)
      this.door = sqliteDoor(db, { stage: (to) => this.#stage(to), read: readLog })
      const stageLog = (ref: number, write: () => void) => this.#stageLog(ref, write)
      const ways = { stage: (to: () => void) => this.#stage(to), stageLog, read: readLog }
      this.beside = sqliteBeside(db, version, ways)
      this.incarnation = incarnationOf(this.#sql)
    } catch (cause) {
      this.#db.close()
      throw new StoreError("damaged", "the database is damaged: it lacks a table, a column or a value", {
        cause,
      })
    }
  }

  get staged(): boolean {
    return this.#inTransaction || this.#broken !== undefined
  }

  findChannel(channelId: Uint8Array): ChannelRow | undefined {
    return readSound(() => this.#sql.findChannel.get(channelId))
  }

  createChannel(channelId: Uint8Array): number {
    let ref = 0
    this.#stage(() => {
      ref = Number(this.#sql.createChannel.run(channelId).lastInsertRowid)
    })
    return ref
  }

  append(ref: number, entry: NewEntry): void {
    const { seq, time, position, eid, before, head, check, bytes, weight, blobHash, tokenHash } = entry
    this.#journal.added(bytes.length)
    this.#stageLog(ref, () => {
      this.#sql.append.run(ref, seq, time, position, weight, blobHash ?? null, eid, before, check, bytes)
      if (tokenHash === undefined) {
        this.#sql.advance.run(seq, head, weight, ref)
      } else {
        this.#sql.advanceHandshake.run(seq, head, weight, position + 1, ref)
        this.#sql.addToken.run(ref, position, tokenHash)
      }
    })
  }

  findEntry(ref: number, eid: Uint8Array): { seq: number; time: Millis } | undefined {
    if (this.#unwritable.has(ref)) throw new StoreError("damaged", "nothing can be added to this log")
    return readLog(() => this.#sql.findEntry.get(ref, eid))
  }

  headAt(ref: number, seq: number): Uint8Array | undefined {
    return readLog(() => this.#sql.headBefore.get(ref, seq + 1)?.before)
  }

  readEntries(ref: number, after: number, count: number, maxBytes: number): StoredEntry[] {
    return readLog(() => {
      const entries: StoredEntry[] = []
      let bytes = 0
      for (const entry of this.#sql.readEntries.iterate(ref, after, count)) {
        bytes += entry.bytes.length
        if (bytes > maxBytes && entries.length > 0) break
        entries.push(entry)
      }
      return entries
    })
  }

  readEntry(ref: number, seq: number): StoredEntry | undefined {
    return readLog(() => this.#sql.readEntry.get(ref, seq))
  }

  channelsAfter(ref: number, count: number): ChannelRow[] {
    return readSound(() => this.#sql.channelsAfter.all(ref, count))
  }

  oldEntries(ref: number, before: Millis, count: number): OldEntry[] {
    if (this.#unwritable.has(ref)) return []
    const rows = readLog(() => this.#sql.oldEntries.all(ref, count))
    const kept = rows.findIndex(({ time }) => !Number.isInteger(time) || time >= before)
    return (kept < 0 ? rows : rows.slice(0, kept)).map(({ seq, weight, blobHash }) => ({
      seq,
      weight: Number.isInteger(weight) ? weight : 0,
      blobHash: blobHash instanceof Uint8Array ? blobHash : undefined,
    }))
  }

  dropEntries(ref: number, seq: number, base: Uint8Array, weight: number): void {
    this.#stageLog(ref, () => {
      this.#sql.dropEntries.run(ref, seq)
      this.#sql.moveBase.run(seq + 1, base, weight, ref)
    })
  }

  tokenHash(ref: number, position: number): Uint8Array | undefined {
    return readSound(() => this.#sql.tokenHash.get(ref, position)?.hash)
  }

  countTokens(ref: number, after: number): number {
    return readSound(() => this.#sql.countTokens.get(ref, after)!.count)
  }

  confirm(ref: number, position: number): void {
    this.#stageLog(ref, () => {
      this.#sql.confirm.run(position + 1, ref)
      this.#sql.dropToken.run(ref, position - KEPT_TOKENS)
    })
  }

  findHeader(headerId: Uint8Array): (HeaderRow & { nextPosition: number }) | undefined {
    const row = readSound(() => this.#sql.findHeader.get(headerId))
    checkRow(row, ["inline"], ["ref", "position", "nextPosition"])
    return row && { ...row, blobHash: row.blobHash ?? undefined }
  }

  putHeader(headerId: Uint8Array, { ref, position, blobHash, inline }: HeaderRow): void {
    this.#stage(() => this.#sql.putHeader.run(headerId, ref, position, blobHash ?? null, inline))
  }

  deleteHeader(headerId: Uint8Array): void {
    this.#stage(() => this.#sql.deleteHeader.run(headerId))
  }

  countHeaders(ref: number): HeaderCount {
    const row = readSound(() => this.#sql.countHeaders.get(ref)!)
    return { ...row, oldest: row.oldest ?? undefined }
  }

  findBlob(hash: Uint8Array): { total: number } | undefined {
    return readSound(() => this.#sql.findBlob.get(hash))
  }

  addBlob(hash: Uint8Array, bytes: Uint8Array, now: Millis): void {
    this.#journal.added(bytes.length)
    this.#stage(() => {
      this.#sql.dropPieces.run(hash)
      this.#sql.addBlob.run(hash, bytes.length, now)
      for (let at = 0; at < bytes.length; at += BLOB_CHUNK_BYTES) {
        this.#sql.addPiece.run(hash, at, bytes.subarray(at, at + BLOB_CHUNK_BYTES))
      }
    })
  }

  readBlob(hash: Uint8Array, offset: number, length: number): Uint8Array {
    return readLog(() => {
      const first = offset - (offset % BLOB_CHUNK_BYTES)
      const pieces = this.#sql.readPieces.all(hash, first, offset + length)
      return concat(...pieces.map((piece) => piece.bytes)).subarray(offset - first, offset - first + length)
    })
  }

  pinBlob(hash: Uint8Array, change: 1 | 0 | -1, now: Millis): void {
    this.#stage(() => this.#sql.pinBlob.run(change, now, hash))
  }

  dropLooseBlobs(before: Millis, count: number): number {
    const loose = readSound(() => this.#sql.looseBlobs.all(before, count))
    for (const { hash } of loose) {
      this.#stage(() => {
        this.#sql.dropPieces.run(hash)
        this.#sql.dropBlob.run(hash)
      })
    }
    return loose.length
  }

  directorySize(): number {
    return readSound(() => this.#sql.directorySize.get()!.size)
  }

  readDirectory(index: number, count: number, maxBytes: number): Uint8Array[] {
    return readSound(() => {
      const entries: Uint8Array[] = []
      let bytes = 0
      for (const row of this.#sql.readDirectory.iterate(index, count)) {
        if (row.index !== index + entries.length) break
        checkRow(row, ["bytes"], [])
        bytes += row.bytes.length
        if (bytes > maxBytes && entries.length > 0) break
        entries.push(row.bytes)
      }
      return entries
    })
  }

  addDirectoryEntry(index: number, bytes: Uint8Array): void {
    this.#stage(() => {
      const size = this.directorySize()
      if (index !== size) throw new RangeError(`directory entry ${index} of ${size}`)
      this.#sql.addDirectoryEntry.run(index, bytes)
    })
  }

  countPackages(owner: Uint8Array): PackageCount {
    const { oneUse, lastResort } = readSound(() => this.#sql.countPackages.get(owner)!)
    return { oneUse, lastResort: lastResort > 0 }
  }

  addPackage(owner: Uint8Array, keyPackage: Uint8Array): void {
    this.#stage(() => this.#sql.addPackage.run(owner, 0, keyPackage))
  }

  setLastResort(owner: Uint8Array, keyPackage: Uint8Array): void {
    this.#stage(() => {
      this.#sql.dropLastResort.run(owner)
      this.#sql.addPackage.run(owner, 1, keyPackage)
    })
  }

  takePackage(owner: Uint8Array): { keyPackage: Uint8Array; lastResort: boolean } | undefined {
    const row = readSound(() => this.#sql.nextPackage.get(owner))
    if (row === undefined) return undefined
    checkRow(row, ["bytes"], ["id", "lastResort"])
    if (row.lastResort === 0) this.#stage(() => this.#sql.dropPackage.run(row.id))
    return { keyPackage: row.bytes, lastResort: row.lastResort > 0 }
  }

  dropPackages(owner: Uint8Array): void {
    this.#stage(() => this.#sql.dropPackages.run(owner))
  }

  findGeneration(owner: Uint8Array): Uint8Array | undefined {
    const row = readSound(() => this.#sql.findGeneration.get(owner))
    checkRow(row, ["record"], [])
    return row?.record
  }

  putGeneration(owner: Uint8Array, record: Uint8Array): void {
    this.#stage(() => this.#sql.putGeneration.run(owner, record))
  }

  dropGeneration(owner: Uint8Array): void {
    this.#stage(() => this.#sql.dropGeneration.run(owner))
  }

  /** @param blobs that a log beside the database names. */
  held(about: About, blobs: readonly Uint8Array[] = []): Held[] {
    return readLog(() => this.#held.about(about, blobs))
  }

  async commit(): Promise<void> {
    this.commitNow()
  }

  /** What went wrong with what is staged; `commitNow` would throw it. */
  get broken(): StoreError | undefined {
    return this.#broken
  }

  /** Nothing that is staged is kept. */
  rollBack(): void {
    this.#broken = undefined
    this.#inTransaction = false
    // SQLite may have rolled back by itself, as it does when the disk is full.
    if (this.#db.inTransaction) this.#sql.rollback.run()
  }

  /** `commit`, waited for. @throws StoreError */
  commitNow(): void {
    const broken = this.#broken
    this.#broken = undefined
    if (!this.#inTransaction) {
      if (broken !== undefined) throw broken
      return
    }
    this.#inTransaction = false
    if (broken !== undefined) {
      this.rollBack()
      throw broken
    }
    try {
      this.#sql.commit.run()
    } catch (cause) {
      this.rollBack()
      throw asStoreError(cause)
    }
  }

  tidy(): void {
    this.#journal.tidy()
  }

  tidyAll(): void {
    readSound(() => this.#sql.moveJournal.get())
  }

  get reusableBytes(): number {
    return readSound(() => this.#sql.freePages.get()!.freelist_count) * PAGE_BYTES
  }

  /** Into an empty file. @param pause between tries, a millisecond or so. @throws StoreError. */
  copyTo(path: string, pause: () => Promise<void>): Promise<void> {
    return copyDatabase(this.#db, path, pause)
  }

  /** Bounds the database to `pages` of 4,096 bytes; at or below its present size, it grows no more. */
  limitPages(pages: number): void {
    this.#db.pragma(`max_page_count = ${pages}`)
  }

  /** What decides about durability, as the database itself reports it. */
  settings(): { journal: unknown; synchronous: unknown; locking: unknown } {
    const read = (name: string) => this.#db.pragma(name, { simple: true })
    return { journal: read("journal_mode"), synchronous: read("synchronous"), locking: read("locking_mode") }
  }

  close(): void {
    this.#inTransaction = false
    // A transaction that is open is rolled back with it.
    this.#db.close()
  }

  /** After the first failure of a batch nothing more of it is written: `commit` will refuse all of it. */
  #stage(write: () => void): void {
    if (this.#broken !== undefined) return
    if (!this.isWhole) {
      this.#broken = new StoreError("damaged", "the database is damaged: it is only read")
      return
    }
    try {
      if (!this.#inTransaction) this.#sql.begin.run()
      this.#inTransaction = true
      this.#journal.added(0)
      write()
    } catch (cause) {
      this.#broken = asStoreError(cause)
    }
  }

  /** A log that damage keeps from being written to is closed for writing: it must not fail every batch anew. */
  #stageLog(ref: number, write: () => void): void {
    const isFirst = this.#broken === undefined
    this.#stage(write)
    if (isFirst && this.#broken?.code === "damaged") this.#unwritable.add(ref)
  }
}
