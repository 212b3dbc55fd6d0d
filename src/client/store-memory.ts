/**
 * The client's store in memory, for tests and the simulation, with what real disks do: they lose what was not synced
 * when the power goes, fill up, fail, come back from an old backup, and give back other bytes than they were given.
 *
 * A `MemoryDisk` outlives the stores that are opened on it, as a file does. Transactions since the last "synced" one
 * lie in its page cache: a crash may take the newest of them, and a synced transaction makes all before it durable.
 */
import { compareBytes, toHex } from "../bytes.ts"
import { ClientError } from "./errors.ts"
import { TABLES } from "./store.ts"
import type { ClientStore, Durability, Range, Row, StoreWriter, TableName } from "./store.ts"

type Write =
  | { kind: "put"; table: TableName; key: Uint8Array; value: Uint8Array }
  | { kind: "delete"; table: TableName; key: Uint8Array }

/** Rows in key order. */
type Tables = Record<TableName, Row[]>

/** How a disk says no: `full` until there is room again, `failed` for good. */
export type DiskFault = "full" | "failed"

/** A whole disk, as a backup program would copy it. */
export class DiskSnapshot {
  readonly tables: Tables
  readonly damaged: ReadonlySet<string>

  constructor(tables: Tables, damaged: ReadonlySet<string>) {
    this.tables = tables
    this.damaged = damaged
  }
}

export class MemoryDisk {
  /** What survives any crash. */
  #platter = emptyTables()
  /** Committed and not synced, oldest first. */
  #cache: (readonly Write[])[] = []
  #open: MemoryStore | undefined
  #writes = 0
  #syncs = 0
  #failAt: { write: number; fault: DiskFault } | undefined
  #failSyncAt: number | undefined
  /** Table and key of the rows whose bytes are not what was written. */
  #damaged = new Set<string>()

  /** Opens the store that the disk holds. One at a time. */
  open(): ClientStore {
    if (this.#open) throw new RangeError("this disk's store is open already")
    this.#open = new MemoryStore(this, this.#tablesAfter(this.#cache.length))
    return this.#open
  }

  /** How many transactions a crash could take now. */
  get unsynced(): number {
    return this.#cache.length
  }

  /** The power goes: of the transactions that are not synced the oldest `kept` survive. The open store is dead. */
  crash(kept: number): void {
    this.#cache = this.#cache.slice(0, kept)
    this.#open?.die()
    this.#open = undefined
  }

  /** A copy of everything, with the oldest `kept` of what is not synced; all of it when not given. */
  snapshot(kept = this.#cache.length): DiskSnapshot {
    return new DiskSnapshot(this.#tablesAfter(kept), new Set(this.#damaged))
  }

  /** Puts an older (or another) disk's contents in the place of this one's. The open store is dead. */
  restore(snapshot: DiskSnapshot): void {
    this.crash(0)
    this.#platter = copyTables(snapshot.tables)
    this.#damaged = new Set(snapshot.damaged)
  }

  /** Writes since the disk was made: every put, every delete and every commit counts one. */
  get writes(): number {
    return this.#writes
  }

  /** Syncs since the disk was made: one for each synced transaction and each clean end. */
  get syncs(): number {
    return this.#syncs
  }

  /** From write number `write` on the disk refuses; undefined: it works again. A store that saw it fail stays dead. */
  failAt(write: number | undefined, fault: DiskFault = "full"): void {
    this.#failAt = write === undefined ? undefined : { write, fault }
  }

  /** From sync number `sync` on syncing fails: what it was to make durable may be there after a crash, or not. */
  failSyncAt(sync: number | undefined): void {
    this.#failSyncAt = sync
  }

  /** Fills the disk up (`true`), or makes room again. */
  fill(isFull: boolean): void {
    this.failAt(isFull ? this.#writes + 1 : undefined)
  }

  /** From now on these bytes cannot be read, and nothing can be written over them. */
  damage(table: TableName, key: Uint8Array): void {
    this.#damaged.add(placeOf(table, key))
  }

  /** For the store. @throws ClientError `database-damaged`. */
  checkRow(table: TableName, key: Uint8Array): void {
    if (this.#damaged.size > 0 && this.#damaged.has(placeOf(table, key))) {
      throw new ClientError("database-damaged", "the disk gave back other bytes than it was given")
    }
  }

  /** For the store: counts a write, or refuses it. @throws ClientError `storage`, `storage-failed`. */
  claimWrite(mayUseReserve: boolean): void {
    if (this.#failAt !== undefined && this.#writes + 1 >= this.#failAt.write) {
      if (this.#failAt.fault === "failed") throw new ClientError("storage-failed", "the disk failed to write")
      if (!mayUseReserve) throw new ClientError("storage", "the disk is full")
      // The reserve is for what is under way, and full means full again afterwards.
      this.#failAt.write++
    }
    this.#writes++
  }

  /** For the store: takes a transaction. @throws ClientError `storage`, `storage-failed`. */
  commit(writes: readonly Write[], durability: Durability, mayUseReserve: boolean): void {
    try {
      this.claimWrite(mayUseReserve)
    } catch (cause) {
      // Nobody knows how far a failing disk got.
      if (this.#failAt?.fault === "failed") this.#cache.push(writes)
      throw cause
    }
    this.#cache.push(writes)
    if (durability === "synced") this.sync()
  }

  /** For the store. @throws ClientError `storage-failed`. */
  sync(): void {
    if (this.#failSyncAt !== undefined && this.#syncs + 1 >= this.#failSyncAt) {
      throw new ClientError("storage-failed", "the disk failed to sync")
    }
    this.#syncs++
    for (const writes of this.#cache) for (const write of writes) apply(this.#platter, write)
    this.#cache = []
  }

  /** For the store: nobody has it open any more. */
  closed(): void {
    this.#open = undefined
  }

  #tablesAfter(kept: number): Tables {
    const tables = copyTables(this.#platter)
    for (const writes of this.#cache.slice(0, kept)) for (const write of writes) apply(tables, write)
    return tables
  }
}

/** A store on a disk of its own. */
export function openMemoryStore(): ClientStore {
  return new MemoryDisk().open()
}

class MemoryStore implements ClientStore {
  readonly #disk: MemoryDisk
  readonly #tables: Tables
  #state: "open" | "in-transaction" | "closed" | "dead" = "open"
  #failure: ClientError | undefined

  constructor(disk: MemoryDisk, tables: Tables) {
    this.#disk = disk
    this.#tables = tables
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    this.#usable()
    const rows = this.#tables[table]
    const row = rows[lowerBound(rows, key)]
    if (!row || compareBytes(row.key, key) !== 0) return undefined
    this.#disk.checkRow(table, key)
    return row.value.slice()
  }

  range(table: TableName, { from, to, reverse, limit }: Range): readonly Row[] {
    this.#usable()
    const rows = this.#tables[table]
    const [first, last] = bounds(rows, from, to)
    const wanted = Math.min(limit ?? Infinity, last - first)
    const taken = reverse ? rows.slice(last - wanted, last).reverse() : rows.slice(first, first + wanted)
    for (const { key } of taken) this.#disk.checkRow(table, key)
    return taken.map(copyRow)
  }

  count(table: TableName, { from, to, limit }: Range): number {
    this.#usable()
    const [first, last] = bounds(this.#tables[table], from, to)
    return Math.min(limit ?? Infinity, last - first)
  }

  transaction<T>(durability: Durability, body: (tx: StoreWriter) => T): T {
    return this.#transact(durability, body, false)
  }

  shrink<T>(body: (tx: StoreWriter) => T): T {
    return this.#transact("synced", body, true)
  }

  tidy(): void {
    this.#usable()
    this.#guarded(() => {
      // Folding the log into the database needs room as well.
      this.#disk.claimWrite(false)
      this.#disk.sync()
    })
  }

  close(): void {
    if (this.#state === "closed" || this.#state === "dead") return
    this.#state = "closed"
    this.#disk.closed()
    // A clean end syncs, as closing a database does; after a failure there is nothing left to promise.
    if (!this.#failure) this.#disk.sync()
  }

  /** For the disk: the machine is gone, and so is whoever held this store. */
  die(): void {
    this.#state = "dead"
  }

  #transact<T>(durability: Durability, body: (tx: StoreWriter) => T, mayUseReserve: boolean): T {
    this.#usable()
    if (this.#state === "in-transaction") throw new RangeError("a transaction inside a transaction")
    const done: Write[] = []
    const undo: Write[] = []
    const write = (fresh: Write) => {
      this.#usable()
      if (this.#state !== "in-transaction") throw new RangeError("a transaction used after its end")
      this.#disk.checkRow(fresh.table, fresh.key)
      this.#guarded(() => this.#disk.claimWrite(mayUseReserve))
      undo.push(apply(this.#tables, fresh))
      done.push(fresh)
    }
    const tx: StoreWriter = {
      get: (table, key) => this.get(table, key),
      range: (table, range) => this.range(table, range),
      count: (table, range) => this.count(table, range),
      put: (table, key, value) => write({ kind: "put", table, key: key.slice(), value: value.slice() }),
      delete: (table, key) => write({ kind: "delete", table, key: key.slice() }),
      deleteRange: (table, range) => {
        for (const { key } of this.range(table, range)) write({ kind: "delete", table, key })
      },
    }
    this.#state = "in-transaction"
    try {
      const result = body(tx)
      // The machine may have died in the body, and the disk may have failed where nobody looked.
      this.#usable()
      this.#guarded(() => this.#disk.commit(done, durability, mayUseReserve))
      return result
    } catch (cause) {
      for (const taken of undo.toReversed()) apply(this.#tables, taken)
      throw cause
    } finally {
      if (this.#state === "in-transaction") this.#state = "open"
    }
  }

  #guarded(act: () => void): void {
    try {
      act()
    } catch (cause) {
      if (cause instanceof ClientError && cause.code === "storage-failed") this.#failure = cause
      throw cause
    }
  }

  #usable(): void {
    if (this.#state === "closed") throw new RangeError("the store is closed")
    if (this.#state === "dead") throw new RangeError("the store's machine has crashed")
    if (this.#failure) throw this.#failure
  }
}

/** @returns the write that takes this one back. */
function apply(tables: Tables, write: Write): Write {
  const rows = tables[write.table]
  const at = lowerBound(rows, write.key)
  const found = rows[at]
  const old = found && compareBytes(found.key, write.key) === 0 ? found : undefined
  if (write.kind === "put") rows.splice(at, old ? 1 : 0, { key: write.key, value: write.value })
  else if (old) rows.splice(at, 1)
  if (old) return { kind: "put", table: write.table, key: old.key, value: old.value }
  return { kind: "delete", table: write.table, key: write.key }
}

/** The place of the first row whose key is not below `key`. */
function lowerBound(rows: readonly Row[], key: Uint8Array): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareBytes(rows[middle]!.key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function bounds(
  rows: readonly Row[],
  from: Uint8Array | undefined,
  to: Uint8Array | undefined,
): [number, number] {
  const first = from ? lowerBound(rows, from) : 0
  const last = to ? lowerBound(rows, to) : rows.length
  return [first, Math.max(first, last)]
}

function emptyTables(): Tables {
  return Object.fromEntries(TABLES.map((table) => [table, []])) as unknown as Tables
}

/** Rows are never changed in place, so the two may share them. */
function copyTables(tables: Tables): Tables {
  return Object.fromEntries(TABLES.map((table) => [table, [...tables[table]]])) as unknown as Tables
}

function copyRow({ key, value }: Row): Row {
  return { key: key.slice(), value: value.slice() }
}

function placeOf(table: TableName, key: Uint8Array): string {
  return `${table} ${toHex(key)}`
}
