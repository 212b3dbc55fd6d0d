/**
 * The client's store in memory, for tests and the simulation, with the two things that real disks do:
 * they lose what was not synced when the power goes, and they refuse to write.
 *
 * A `MemoryDisk` outlives the stores that are opened on it, as a file does. Transactions since the last "synced" one
 * lie in its page cache: a crash may take the newest of them, and a synced transaction makes all before it durable.
 */
import { compareBytes } from "../bytes.ts"
import { ClientError } from "./errors.ts"
import { TABLES } from "./store.ts"
import type { ClientStore, Durability, Range, Row, StoreWriter, TableName } from "./store.ts"

type Write =
  | { kind: "put"; table: TableName; key: Uint8Array; value: Uint8Array }
  | { kind: "delete"; table: TableName; key: Uint8Array }

/** Rows in key order. */
type Tables = Record<TableName, Row[]>

export class MemoryDisk {
  /** What survives any crash. */
  readonly #platter = emptyTables()
  /** Committed and not synced, oldest first. */
  #cache: (readonly Write[])[] = []
  #open: MemoryStore | undefined
  #writes = 0
  #failAt: number | undefined

  /** Opens the store that the disk holds. One at a time. */
  open(): ClientStore {
    if (this.#open) throw new RangeError("this disk's store is open already")
    const tables = copyTables(this.#platter)
    for (const writes of this.#cache) for (const write of writes) apply(tables, write)
    this.#open = new MemoryStore(this, tables)
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

  /** Writes since the disk was made: every put, every delete and every commit counts one. */
  get writes(): number {
    return this.#writes
  }

  /** From write number `write` on the disk refuses (ClientError `storage`); undefined: it works again. */
  failAt(write: number | undefined): void {
    this.#failAt = write
  }

  /** For the store: counts a write, or refuses it. */
  claimWrite(): void {
    if (this.#failAt !== undefined && this.#writes + 1 >= this.#failAt) {
      throw new ClientError("storage", "the disk refused to write")
    }
    this.#writes++
  }

  /** For the store: takes a committed transaction. */
  keep(writes: readonly Write[], durability: Durability): void {
    this.#cache.push(writes)
    if (durability === "synced") this.#sync()
  }

  /** For the store: a clean end syncs, as closing a database does. */
  closed(): void {
    this.#sync()
    this.#open = undefined
  }

  #sync(): void {
    for (const writes of this.#cache) for (const write of writes) apply(this.#platter, write)
    this.#cache = []
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

  constructor(disk: MemoryDisk, tables: Tables) {
    this.#disk = disk
    this.#tables = tables
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    this.#usable()
    const rows = this.#tables[table]
    const row = rows[lowerBound(rows, key)]
    return row && compareBytes(row.key, key) === 0 ? row.value.slice() : undefined
  }

  range(table: TableName, { from, to, reverse, limit }: Range): readonly Row[] {
    this.#usable()
    const rows = this.#tables[table]
    const [first, last] = bounds(rows, from, to)
    const wanted = Math.min(limit ?? Infinity, last - first)
    const taken = reverse ? rows.slice(last - wanted, last).reverse() : rows.slice(first, first + wanted)
    return taken.map(copyRow)
  }

  count(table: TableName, { from, to, limit }: Range): number {
    this.#usable()
    const [first, last] = bounds(this.#tables[table], from, to)
    return Math.min(limit ?? Infinity, last - first)
  }

  transaction<T>(durability: Durability, body: (tx: StoreWriter) => T): T {
    this.#usable()
    if (this.#state === "in-transaction") throw new RangeError("a transaction inside a transaction")
    const done: Write[] = []
    const undo: Write[] = []
    const write = (fresh: Write) => {
      if (this.#state !== "in-transaction") throw new RangeError("a transaction used after its end")
      this.#disk.claimWrite()
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
      this.#disk.claimWrite()
      this.#disk.keep(done, durability)
      return result
    } catch (cause) {
      for (const taken of undo.toReversed()) apply(this.#tables, taken)
      throw cause
    } finally {
      this.#state = "open"
    }
  }

  tidy(): void {
    this.#usable()
  }

  close(): void {
    if (this.#state === "closed" || this.#state === "dead") return
    this.#state = "closed"
    this.#disk.closed()
  }

  /** For the disk: the machine is gone, and so is whoever held this store. */
  die(): void {
    this.#state = "dead"
  }

  #usable(): void {
    if (this.#state === "closed") throw new RangeError("the store is closed")
    if (this.#state === "dead") throw new RangeError("the store's machine has crashed")
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
