/**
 * `RelayStore` in memory, for tests and the simulation: same contract, plus a disk that can fail and a
 * process that can die. Each staged write leaves the way back on a list, which a failed commit or a crash walks.
 */
import { toHex } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import { StoreError } from "./errors.ts"
import {
  type ChannelRow,
  type HeaderRow,
  KEPT_TOKENS,
  type NewEntry,
  type PackageCount,
  type RelayStore,
  type StoredEntry,
} from "./store.ts"

interface Log {
  row: ChannelRow
  entries: StoredEntry[]
  heads: Uint8Array[]
  seqByEid: Map<string, number>
  tokens: Map<number, Uint8Array>
}

interface Blob {
  hash: Uint8Array
  bytes: Uint8Array
  pins: number
  looseSince: Millis
}

interface Shelf {
  oneUse: Uint8Array[]
  lastResort: Uint8Array | undefined
}

/** What survives the process: hand the same disk to the next store. */
export class MemoryDisk {
  readonly channels = new Map<string, number>()
  readonly logs: Log[] = []
  readonly headers = new Map<string, HeaderRow>()
  readonly blobs = new Map<string, Blob>()
  readonly directory: Uint8Array[] = []
  readonly packages = new Map<string, Shelf>()
  readonly generations = new Map<string, Uint8Array>()
  readonly incarnation: Uint8Array

  /** @param incarnation 16 random bytes. */
  constructor(incarnation: Uint8Array) {
    this.incarnation = incarnation
  }
}

export interface MemoryStoreFaults {
  /** Asked at every staged write and every commit, which count from 1; an answer is what breaks there. */
  failAt?: (operation: number) => "full" | "failed" | undefined
  /** What a sync takes: `commit` waits for it. */
  sync?: () => Promise<void>
}

export class MemoryRelayStore implements RelayStore {
  readonly #disk: MemoryDisk
  readonly #faults: MemoryStoreFaults
  #undo: (() => void)[] = []
  #operation = 0
  #broken: "full" | "failed" | undefined
  #dead = false

  constructor(disk: MemoryDisk, faults: MemoryStoreFaults = {}) {
    this.#disk = disk
    this.#faults = faults
  }

  get incarnation(): Uint8Array {
    return this.#disk.incarnation
  }

  get staged(): boolean {
    return this.#undo.length > 0 || this.#broken !== undefined
  }

  findChannel(channelId: Uint8Array): ChannelRow | undefined {
    const ref = this.#disk.channels.get(toHex(channelId))
    return ref === undefined ? undefined : { ...this.#log(ref).row }
  }

  createChannel(channelId: Uint8Array): number {
    const { channels, logs } = this.#disk
    const key = toHex(channelId)
    const ref = logs.length
    const row = { ref, lastSeq: 0, head: new Uint8Array(32), nextPosition: 0, weight: 0 }
    this.#stage(() => {
      channels.set(key, ref)
      logs.push({ row, entries: [], heads: [], seqByEid: new Map(), tokens: new Map() })
      return () => {
        channels.delete(key)
        logs.pop()
      }
    })
    return ref
  }

  append(ref: number, entry: NewEntry): void {
    this.#stage(() => {
      const log = this.#log(ref)
      const before = log.row
      const dropped = entry.tokenHash === undefined ? undefined : log.tokens.get(entry.position - KEPT_TOKENS)
      log.entries.push({ seq: entry.seq, time: entry.time, position: entry.position, bytes: entry.bytes })
      log.heads.push(entry.head)
      log.seqByEid.set(toHex(entry.eid), entry.seq)
      if (entry.tokenHash !== undefined) {
        log.tokens.set(entry.position, entry.tokenHash)
        log.tokens.delete(entry.position - KEPT_TOKENS)
      }
      log.row = {
        ref,
        lastSeq: entry.seq,
        head: entry.head,
        nextPosition: entry.tokenHash === undefined ? before.nextPosition : entry.position + 1,
        weight: before.weight + entry.weight,
      }
      return () => {
        log.entries.pop()
        log.heads.pop()
        log.seqByEid.delete(toHex(entry.eid))
        if (entry.tokenHash !== undefined) log.tokens.delete(entry.position)
        if (dropped !== undefined) log.tokens.set(entry.position - KEPT_TOKENS, dropped)
        log.row = before
      }
    })
  }

  findEntry(ref: number, eid: Uint8Array): { seq: number; time: Millis } | undefined {
    const log = this.#log(ref)
    const seq = log.seqByEid.get(toHex(eid))
    return seq === undefined ? undefined : { seq, time: log.entries[seq - 1]!.time }
  }

  headAt(ref: number, seq: number): Uint8Array | undefined {
    return this.#log(ref).heads[seq - 1]
  }

  readEntries(ref: number, after: number, count: number, maxBytes: number): StoredEntry[] {
    return within(this.#log(ref).entries.slice(after, after + count), maxBytes, (entry) => entry.bytes.length)
  }

  tokenHash(ref: number, position: number): Uint8Array | undefined {
    return this.#log(ref).tokens.get(position)
  }

  findHeader(headerId: Uint8Array): (HeaderRow & { nextPosition: number }) | undefined {
    const header = this.#disk.headers.get(toHex(headerId))
    return header && { ...header, nextPosition: this.#log(header.ref).row.nextPosition }
  }

  putHeader(headerId: Uint8Array, header: HeaderRow): void {
    this.#stage(() => replace(this.#disk.headers, toHex(headerId), header))
  }

  deleteHeader(headerId: Uint8Array): void {
    this.#stage(() => replace(this.#disk.headers, toHex(headerId), undefined))
  }

  countHeaders(ref: number): { count: number; largest: number } {
    const sizes = [...this.#disk.headers.values()]
      .filter((header) => header.ref === ref)
      .map(({ blobHash, inline }) => (blobHash && this.findBlob(blobHash)?.total) ?? inline.length)
    return { count: sizes.length, largest: Math.max(0, ...sizes) }
  }

  findBlob(hash: Uint8Array): { total: number } | undefined {
    const blob = this.#disk.blobs.get(toHex(hash))
    return blob === undefined ? undefined : { total: blob.bytes.length }
  }

  addBlob(hash: Uint8Array, bytes: Uint8Array, now: Millis): void {
    if (this.findBlob(hash) !== undefined) return
    this.#stage(() => replace(this.#disk.blobs, toHex(hash), { hash, bytes, pins: 0, looseSince: now }))
  }

  readBlob(hash: Uint8Array, offset: number, length: number): Uint8Array {
    return this.#disk.blobs.get(toHex(hash))?.bytes.subarray(offset, offset + length) ?? new Uint8Array(0)
  }

  pinBlob(hash: Uint8Array, change: 1 | 0 | -1, now: Millis): void {
    const key = toHex(hash)
    const blob = this.#disk.blobs.get(key)
    if (blob === undefined) return
    const pins = blob.pins + change
    this.#stage(() => replace(this.#disk.blobs, key, { ...blob, pins, looseSince: now }))
  }

  dropLooseBlobs(before: Millis): number {
    const loose = [...this.#disk.blobs].filter(([, blob]) => blob.pins === 0 && blob.looseSince < before)
    for (const [key] of loose) this.#stage(() => replace(this.#disk.blobs, key, undefined))
    return loose.length
  }

  directorySize(): number {
    return this.#disk.directory.length
  }

  readDirectory(index: number, count: number, maxBytes: number): Uint8Array[] {
    return within(this.#disk.directory.slice(index, index + count), maxBytes, (entry) => entry.length)
  }

  addDirectoryEntry(index: number, bytes: Uint8Array): void {
    const { directory } = this.#disk
    if (index !== directory.length) throw new RangeError(`directory entry ${index} of ${directory.length}`)
    this.#stage(() => {
      directory.push(bytes)
      return () => directory.pop()
    })
  }

  countPackages(owner: Uint8Array): PackageCount {
    const shelf = this.#shelf(owner)
    return { oneUse: shelf.oneUse.length, lastResort: shelf.lastResort !== undefined }
  }

  addPackage(owner: Uint8Array, keyPackage: Uint8Array): void {
    const { oneUse, lastResort } = this.#shelf(owner)
    this.#putShelf(owner, { oneUse: [...oneUse, keyPackage], lastResort })
  }

  setLastResort(owner: Uint8Array, keyPackage: Uint8Array): void {
    this.#putShelf(owner, { oneUse: this.#shelf(owner).oneUse, lastResort: keyPackage })
  }

  takePackage(owner: Uint8Array): { keyPackage: Uint8Array; lastResort: boolean } | undefined {
    const { oneUse, lastResort } = this.#shelf(owner)
    const [oldest, ...rest] = oneUse
    if (oldest === undefined)
      return lastResort === undefined ? undefined : { keyPackage: lastResort, lastResort: true }
    this.#putShelf(owner, { oneUse: rest, lastResort })
    return { keyPackage: oldest, lastResort: false }
  }

  dropPackages(owner: Uint8Array): void {
    this.#stage(() => replace(this.#disk.packages, toHex(owner), undefined))
  }

  findGeneration(owner: Uint8Array): Uint8Array | undefined {
    return this.#disk.generations.get(toHex(owner))
  }

  putGeneration(owner: Uint8Array, record: Uint8Array): void {
    this.#stage(() => replace(this.#disk.generations, toHex(owner), record))
  }

  dropGeneration(owner: Uint8Array): void {
    this.#stage(() => replace(this.#disk.generations, toHex(owner), undefined))
  }

  async commit(): Promise<void> {
    if (this.#undo.length > 0) this.#broken ??= this.#faults.failAt?.(++this.#operation)
    if (this.#faults.sync !== undefined && this.staged) await this.#faults.sync()
    if (this.#dead) throw new StoreError("failed", "the process died during the sync")
    const broken = this.#broken
    this.#broken = undefined
    if (broken !== undefined) {
      this.#rollBack()
      throw new StoreError(broken, `the simulated disk is ${broken}`)
    }
    this.#undo = []
  }

  tidy(): void {}

  tidyAll(): void {}

  get reusableBytes(): number {
    return 0
  }

  close(): void {
    this.#rollBack()
  }

  /**
   * The process dies now. What was committed is on the disk; what was staged is gone, or, as when the power
   * fails after the sync and before the answer, it is all there. The store is unusable afterwards.
   */
  crash(staged: "lost" | "kept" = "lost"): void {
    this.#dead = true
    if (staged === "lost" || this.#broken !== undefined) this.#rollBack()
    this.#undo = []
  }

  #stage(write: () => () => void): void {
    if (this.#dead) throw new StoreError("failed", "the process is dead")
    this.#broken ??= this.#faults.failAt?.(++this.#operation)
    this.#undo.push(write())
  }

  #rollBack(): void {
    for (const undo of this.#undo.reverse()) undo()
    this.#undo = []
  }

  #log(ref: number): Log {
    const log = this.#disk.logs[ref]
    if (log === undefined) throw new RangeError(`no channel has ref ${ref}`)
    return log
  }

  #shelf(owner: Uint8Array): Shelf {
    return this.#disk.packages.get(toHex(owner)) ?? { oneUse: [], lastResort: undefined }
  }

  #putShelf(owner: Uint8Array, shelf: Shelf): void {
    this.#stage(() => replace(this.#disk.packages, toHex(owner), shelf))
  }
}

/** Sets or, for undefined, deletes; the returned function takes it back. */
function replace<T>(map: Map<string, T>, key: string, value: T | undefined): () => void {
  const before = map.get(key)
  put(map, key, value)
  return () => put(map, key, before)
}

function put<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

/** The longest start of `items` within `maxBytes`, but never nothing. */
function within<T>(items: readonly T[], maxBytes: number, size: (item: T) => number): T[] {
  let bytes = 0
  const cut = items.findIndex((item, at) => (bytes += size(item)) > maxBytes && at > 0)
  return cut < 0 ? [...items] : items.slice(0, cut)
}
