/**
 * The relay's store on a disk: entries in append-only segments (`log.ts`), everything else in SQLite
 * (`store-sqlite.ts`), and one commit for both (PROTOCOL.md §16.3).
 *
 *     only entries:   log written and synced
 *     only the rest:  SQLite commits
 *     both:           log written and synced as a joint batch ─▶ SQLite commits with the batch's number
 *
 * A joint batch that SQLite refuses is cut off again before anything else is written; after a crash in between, the
 * next start cuts it off. A channel's row in SQLite may be behind the log, which is read at the start.
 */
import type { Millis } from "../platform/clock.ts"
import type { SegmentFolder } from "../platform/segment-files.ts"
import type { DoorStore } from "./door-store.ts"
import { StoreError } from "./errors.ts"
import type { About, Held } from "./held.ts"
import type { LogRecord } from "./log-format.ts"
import { asLogError, type LogSetup } from "./log-state.ts"
import { LogTending } from "./log-tending.ts"
import { EntryLog } from "./log.ts"
import { copyStore } from "./store-disk-copy.ts"
import { heldOfChannel } from "./store-disk-held.ts"
import { channelOf, LogRows } from "./store-disk-rows.ts"
import { logName, moveEntries, secretOf } from "./store-disk-move.ts"
import { SqliteRelayStore } from "./store-sqlite.ts"
import type { SqliteStoreOptions } from "./store-sqlite-open.ts"
import type {
  ChannelRow,
  HeaderCount,
  HeaderRow,
  NewEntry,
  OldEntry,
  PackageCount,
  RelayStore,
  StoredEntry,
} from "./store.ts"

export interface DiskStoreOptions
  extends Omit<SqliteStoreOptions, "isBesideLog">, Omit<LogSetup, "secret" | "folder"> {
  /** The folder of the log with this name, beside the database; made when missing. */
  folderOf(name: string): SegmentFolder
}

export class DiskRelayStore implements RelayStore {
  readonly incarnation: Uint8Array
  readonly isWhole: boolean
  readonly door: DoorStore
  readonly #sql: SqliteRelayStore
  readonly #log: EntryLog
  readonly #tending: LogTending
  readonly #rows: LogRows
  /** After a failed write or sync nobody knows what is on the disk: nothing is said of it any more. */
  #isDead = false
  #broken: StoreError | undefined
  /** Logs that nothing could be written to since the process began. */
  readonly #unwritable = new Set<number>()

  /** @throws StoreError `unsuitable`, `damaged`, `in-use`, `full` or `failed`. */
  constructor(options: DiskStoreOptions) {
    this.#sql = new SqliteRelayStore({ ...options, isBesideLog: true })
    try {
      const { incarnation, isWhole, door, beside } = this.#sql
      this.incarnation = incarnation
      this.isWhole = isWhole
      this.door = door
      const secret = beside.isInUse ? secretOf(beside.secret()) : moveEntries(this.#sql, options)
      const folder = options.folderOf(logName(secret))
      const rowOf = (ref: number) => channelOf(this.#sql, ref)
      this.#log = new EntryLog({ ...options, folder, secret }, rowOf, beside.number())
      this.#tending = new LogTending(this.#log, folder)
      this.#rows = new LogRows(beside, this.#sql, this.#log)
    } catch (cause) {
      this.#sql.close()
      throw cause
    }
  }

  /** What the start found of the log not to be as it was written. */
  get damage(): EntryLog["damage"] {
    return this.#log.damage
  }

  get staged(): boolean {
    return this.#log.staged || this.#sql.staged || this.#broken !== undefined
  }

  findChannel(channelId: Uint8Array): ChannelRow | undefined {
    const row = this.#sql.findChannel(channelId)
    return row && this.#current(row)
  }

  createChannel(channelId: Uint8Array): number {
    return this.#sql.createChannel(channelId)
  }

  append(ref: number, entry: NewEntry): void {
    const { seq, time, position, weight, check, eid, before, blobHash, bytes, head, tokenHash } = entry
    this.#stage(ref, () => {
      if (tokenHash !== undefined) this.#sql.beside.addToken(ref, position, tokenHash)
      const nextPosition = tokenHash === undefined ? this.#nextPosition(ref) : position + 1
      if (this.#sql.broken === undefined)
        this.#log.append(
          { ref, seq, time, position, weight, check, eid, before, blobHash, bytes },
          { head, nextPosition },
        )
    })
  }

  findEntry(ref: number, eid: Uint8Array): { seq: number; time: Millis } | undefined {
    if (this.#unwritable.has(ref)) throw new StoreError("damaged", "nothing can be added to this log")
    return this.#log.find(ref, eid)
  }

  headAt(ref: number, seq: number): Uint8Array | undefined {
    return this.#log.read(ref, seq + 1)?.before
  }

  readEntries(ref: number, after: number, count: number, maxBytes: number): StoredEntry[] {
    return this.#log.readFrom(ref, after + 1, count, maxBytes).map(storedEntry)
  }

  readEntry(ref: number, seq: number): StoredEntry | undefined {
    const record = this.#log.read(ref, seq)
    return record && storedEntry(record)
  }

  channelsAfter(ref: number, count: number): ChannelRow[] {
    return this.#sql.channelsAfter(ref, count).map((row) => this.#current(row))
  }

  oldEntries(ref: number, before: Millis, count: number): OldEntry[] {
    if (this.#unwritable.has(ref)) return []
    const records = this.#log.readFrom(ref, 0, count, Infinity)
    const kept = records.findIndex(({ time }) => time >= before)
    return (kept < 0 ? records : records.slice(0, kept)).map(({ seq, weight, blobHash }) => ({
      seq,
      weight,
      blobHash,
    }))
  }

  dropEntries(ref: number, seq: number, base: Uint8Array, weight: number): void {
    this.#stage(ref, () => {
      const end = this.#log.drop(ref, seq, weight)
      this.#sql.beside.setBase(ref, seq + 1, base)
      if (end !== undefined) this.#sql.beside.setEnd(end)
    })
  }

  tokenHash(ref: number, position: number): Uint8Array | undefined {
    return this.#sql.tokenHash(ref, position)
  }

  countTokens(ref: number, after: number): number {
    return this.#sql.countTokens(ref, after)
  }

  confirm(ref: number, position: number): void {
    this.#sql.confirm(ref, position)
  }

  findHeader(headerId: Uint8Array): (HeaderRow & { nextPosition: number }) | undefined {
    const found = this.#sql.findHeader(headerId)
    return found && { ...found, nextPosition: this.#log.end(found.ref)?.nextPosition ?? found.nextPosition }
  }

  putHeader(headerId: Uint8Array, header: HeaderRow): void {
    this.#sql.putHeader(headerId, header)
  }

  deleteHeader(headerId: Uint8Array): void {
    this.#sql.deleteHeader(headerId)
  }

  countHeaders(ref: number): HeaderCount {
    return this.#sql.countHeaders(ref)
  }

  findBlob(hash: Uint8Array): { total: number } | undefined {
    return this.#sql.findBlob(hash)
  }

  addBlob(hash: Uint8Array, bytes: Uint8Array, now: Millis): void {
    this.#sql.addBlob(hash, bytes, now)
  }

  readBlob(hash: Uint8Array, offset: number, length: number): Uint8Array {
    return this.#sql.readBlob(hash, offset, length)
  }

  pinBlob(hash: Uint8Array, change: 1 | 0 | -1, now: Millis): void {
    this.#sql.pinBlob(hash, change, now)
  }

  dropLooseBlobs(before: Millis, count: number): number {
    return this.#sql.dropLooseBlobs(before, count)
  }

  directorySize(): number {
    return this.#sql.directorySize()
  }

  readDirectory(index: number, count: number, maxBytes: number): Uint8Array[] {
    return this.#sql.readDirectory(index, count, maxBytes)
  }

  addDirectoryEntry(index: number, bytes: Uint8Array): void {
    this.#sql.addDirectoryEntry(index, bytes)
  }

  countPackages(owner: Uint8Array): PackageCount {
    return this.#sql.countPackages(owner)
  }

  addPackage(owner: Uint8Array, keyPackage: Uint8Array): void {
    this.#sql.addPackage(owner, keyPackage)
  }

  setLastResort(owner: Uint8Array, keyPackage: Uint8Array): void {
    this.#sql.setLastResort(owner, keyPackage)
  }

  takePackage(owner: Uint8Array): { keyPackage: Uint8Array; lastResort: boolean } | undefined {
    return this.#sql.takePackage(owner)
  }

  dropPackages(owner: Uint8Array): void {
    this.#sql.dropPackages(owner)
  }

  findGeneration(owner: Uint8Array): Uint8Array | undefined {
    return this.#sql.findGeneration(owner)
  }

  putGeneration(owner: Uint8Array, record: Uint8Array): void {
    this.#sql.putGeneration(owner, record)
  }

  dropGeneration(owner: Uint8Array): void {
    this.#sql.dropGeneration(owner)
  }

  held(about: About): Held[] {
    return about.kind === "channel" ? heldOfChannel(this.#sql, this.#log, about) : this.#sql.held(about)
  }

  async commit(): Promise<void> {
    const isJoint = this.#log.staged && this.#sql.staged
    if (isJoint) this.#sql.beside.setNumber(this.#log.number + 1)
    const broken = this.#broken ?? this.#sql.broken
    this.#broken = undefined
    if (broken !== undefined) this.#giveUp(broken)
    try {
      await this.#log.write(isJoint)
    } catch (cause) {
      this.#giveUp(asLogError(cause))
    }
    try {
      this.#sql.commitNow()
    } catch (cause) {
      // After a failure nobody knows whether SQLite has the batch: the next start does, and cuts it off or not.
      if (!isFailure(cause)) this.#cutOff()
      this.#giveUp(cause)
    }
    this.#log.finish()
  }

  tidy(): void {
    this.#sql.tidy()
    if (!this.isWhole) return
    try {
      this.#rows.step()
      this.#tending.step(this.#rows.known)
    } catch (cause) {
      this.#isDead ||= isFailure(cause)
      throw cause
    }
  }

  tidyAll(): void {
    this.#sql.tidyAll()
  }

  /** Room inside the database is no room for entries: for these only what the file system has free counts. */
  get reusableBytes(): number {
    return 0
  }

  /** What the log of entries takes of the disk. */
  get logBytes(): number {
    return this.#log.state.bytes
  }

  /**
   * A copy of everything in one file, as a database whose entries are in its table. What is staged is not in it.
   * @param path an empty file. @param pause lets others have their turn. @throws StoreError.
   */
  async copyTo(path: string, pause: () => Promise<void>): Promise<void> {
    this.#log.hold()
    try {
      await copyStore(this.#sql, this.#log, path, pause)
    } finally {
      this.#log.release()
    }
  }

  limitPages(pages: number): void {
    this.#sql.limitPages(pages)
  }

  settings(): ReturnType<SqliteRelayStore["settings"]> {
    return this.#sql.settings()
  }

  close(): void {
    this.#sql.rollBack()
    this.#log.rollBack()
    try {
      if (this.isWhole && !this.#isDead) this.#rows.all()
    } catch (cause) {
      // The log has it all, and the next start reads it there.
      if (!(cause instanceof StoreError)) throw cause
    }
    this.#log.close()
    this.#sql.close()
  }

  #stage(ref: number, write: () => void): void {
    if (this.#broken !== undefined || this.#sql.broken !== undefined) return
    if (!this.isWhole) {
      this.#broken = new StoreError("damaged", "the database is damaged: it is only read")
      return
    }
    try {
      write()
    } catch (cause) {
      if (!(cause instanceof StoreError)) throw cause
      this.#broken = cause
    }
    if ((this.#broken ?? this.#sql.broken)?.code === "damaged") this.#unwritable.add(ref)
  }

  #cutOff(): void {
    try {
      this.#log.cutOff()
    } catch (cause) {
      this.#giveUp(cause)
    }
  }

  #giveUp(cause: unknown): never {
    this.#isDead ||= isFailure(cause)
    this.#sql.rollBack()
    this.#log.rollBack()
    throw cause
  }

  #nextPosition(ref: number): number {
    return (this.#log.end(ref) ?? channelOf(this.#sql, ref))?.nextPosition ?? 0
  }

  #current(row: ChannelRow): ChannelRow {
    const end = this.#log.end(row.ref)
    if (end === undefined) return row
    const { lastSeq, head, nextPosition, weight } = end
    return { ...row, lastSeq, head, nextPosition, weight }
  }
}

function isFailure(cause: unknown): boolean {
  return cause instanceof StoreError && cause.code === "failed"
}

function storedEntry({ seq, time, position, before, check, bytes }: LogRecord): StoredEntry {
  return { seq, time, position, before, check, bytes }
}
