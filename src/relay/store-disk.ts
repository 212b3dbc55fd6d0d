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
import type { Random } from "../platform/random.ts"
import { ByteReader, u64 } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { DoorStore } from "./door-store.ts"
import { StoreError } from "./errors.ts"
import type { About, Held } from "./held.ts"
import { EntryLog } from "./log.ts"
import { LOG_SECRET_BYTES, type LogRecord } from "./log-format.ts"
import { type KnownChannel } from "./log-open.ts"
import { asLogError, type LogSetup } from "./log-state.ts"
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

export interface DiskStoreOptions extends SqliteStoreOptions, Omit<LogSetup, "secret"> {
  random: Random
}

/** Rows of `meta`: the log's id and secret, and the number of the newest batch that SQLite knows. */
const SECRET_NOTE = "log"
const NUMBER_NOTE = "batch"
const NUMBER_BYTES = 8
const CHANNELS_A_READ = 1_000

export class DiskRelayStore implements RelayStore {
  readonly incarnation: Uint8Array
  readonly isWhole: boolean
  readonly door: DoorStore
  readonly #sql: SqliteRelayStore
  readonly #log: EntryLog
  #broken: StoreError | undefined
  /** Logs that nothing could be written to since the process began. */
  readonly #unwritable = new Set<number>()

  /** @throws StoreError `unsuitable`, `damaged`, `in-use`, `full` or `failed`. */
  constructor(options: DiskStoreOptions) {
    this.#sql = new SqliteRelayStore(options)
    try {
      this.incarnation = this.#sql.incarnation
      this.isWhole = this.#sql.isWhole
      this.door = this.#sql.door
      const secret = this.#secret(options.random)
      this.#log = new EntryLog({ ...options, secret }, channelsOf(this.#sql), this.#known())
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
    const { head, tokenHash, ...row } = entry
    this.#stage(ref, () => {
      if (tokenHash !== undefined) this.#sql.addToken(ref, entry.position, tokenHash)
      const nextPosition = tokenHash === undefined ? this.#nextPosition(ref) : entry.position + 1
      if (this.#sql.broken === undefined) this.#log.append({ ref, ...row }, { head, nextPosition })
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
      this.#sql.setBase(ref, seq + 1, base)
      if (end !== undefined) this.#sql.setEnd(end)
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
    return this.#sql.held(about)
  }

  async commit(): Promise<void> {
    const isJoint = this.#log.staged && this.#sql.staged
    if (isJoint) this.#sql.putNote(NUMBER_NOTE, u64(this.#log.number + 1))
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
      if (!(cause instanceof StoreError && cause.code === "failed")) this.#log.cutOff()
      this.#giveUp(cause)
    }
    this.#log.finish()
  }

  tidy(): void {
    this.#sql.tidy()
  }

  tidyAll(): void {
    this.#sql.tidyAll()
  }

  get reusableBytes(): number {
    return this.#sql.reusableBytes
  }

  limitPages(pages: number): void {
    this.#sql.limitPages(pages)
  }

  close(): void {
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

  #giveUp(cause: unknown): never {
    this.#sql.rollBack()
    this.#log.rollBack()
    throw cause
  }

  #nextPosition(ref: number): number {
    return this.#log.end(ref)?.nextPosition ?? 0
  }

  #current(row: ChannelRow): ChannelRow {
    const end = this.#log.end(row.ref)
    if (end === undefined) return row
    const { lastSeq, head, nextPosition, weight } = end
    return { ...row, lastSeq, head, nextPosition, weight }
  }

  #secret(random: Random): Uint8Array {
    const known = this.#sql.readNote(SECRET_NOTE)
    if (known !== undefined) {
      if (known instanceof Uint8Array && known.length === LOG_SECRET_BYTES) return known
      throw new StoreError("damaged", "the database does not say which log of entries is its own")
    }
    const secret = random.bytes(LOG_SECRET_BYTES)
    this.#sql.putNote(SECRET_NOTE, secret)
    this.#sql.commitNow()
    return secret
  }

  #known(): number {
    const known = this.#sql.readNote(NUMBER_NOTE)
    if (known === undefined) return 0
    if (known instanceof Uint8Array && known.length === NUMBER_BYTES) return new ByteReader(known).u64()
    throw new StoreError("damaged", "the database does not say how far the log of entries goes")
  }
}

function* channelsOf(sql: SqliteRelayStore): Iterable<KnownChannel> {
  let rows: ChannelRow[]
  let last = -1
  do {
    rows = sql.channelsAfter(last, CHANNELS_A_READ)
    for (const { ref, firstSeq, lastSeq, nextPosition, weight, head } of rows) {
      yield { ref, firstSeq, lastSeq, nextPosition, weight, head }
      last = ref
    }
  } while (rows.length === CHANNELS_A_READ)
}

function storedEntry({ seq, time, position, before, check, bytes }: LogRecord): StoredEntry {
  return { seq, time, position, before, check, bytes }
}
