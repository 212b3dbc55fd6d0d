/**
 * `RelayStore` in memory, for tests and the simulation: same contract, plus a disk that can fail and a
 * process that can die. Each staged write leaves the way back on a list, which a failed commit or a crash walks.
 */
import { compareBytes, fromHex, toHex } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import { StoreError } from "./errors.ts"
import type { DoorStore } from "./door-store.ts"
import type { About, Held } from "./held.ts"
import { heldInMemory } from "./store-memory-held.ts"
import {
  type Blob,
  type EntryRow,
  type Log,
  MemoryDisk,
  newRow,
  noteName,
  rowName,
  type Shelf,
  within,
} from "./store-memory-disk.ts"
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

export { MemoryDisk }

/** ENOSPC, EIO, and a page that the database finds damaged. */
export type StoreFault = "full" | "failed" | "damaged"

export interface MemoryStoreFaults {
  /** Asked at every staged write and every commit, which count from 1; an answer is what breaks there. */
  failAt?: (operation: number, kind: "write" | "sync") => StoreFault | undefined
  /** What a sync takes: `commit` waits for it. */
  sync?: () => Promise<void>
}

export class MemoryRelayStore implements RelayStore {
  readonly #disk: MemoryDisk
  readonly #faults: MemoryStoreFaults
  /** What is staged, and the way back. */
  #writes: (() => () => void)[] = []
  #undo: (() => void)[] = []
  #operation = 0
  #broken: StoreFault | undefined
  #dead = false

  constructor(disk: MemoryDisk, faults: MemoryStoreFaults = {}) {
    this.#disk = disk
    this.#faults = faults
    disk.openedBy(() => this.#suspend())
  }

  get incarnation(): Uint8Array {
    return this.#disk.incarnation
  }

  get isWhole(): boolean {
    return true
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
    const row = newRow(ref)
    this.#stage(() => {
      channels.set(key, ref)
      logs.push({ row, entries: new Map(), seqByEid: new Map(), tokens: new Map() })
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
      const { head, tokenHash, ...row } = entry
      log.entries.set(entry.seq, row)
      log.seqByEid.set(toHex(entry.eid), entry.seq)
      if (tokenHash !== undefined) log.tokens.set(entry.position, tokenHash)
      log.row = {
        ...before,
        lastSeq: entry.seq,
        head,
        nextPosition: tokenHash === undefined ? before.nextPosition : entry.position + 1,
        weight: before.weight + entry.weight,
      }
      return () => {
        log.entries.delete(entry.seq)
        log.seqByEid.delete(toHex(entry.eid))
        if (tokenHash !== undefined) log.tokens.delete(entry.position)
        log.row = before
      }
    })
  }

  findEntry(ref: number, eid: Uint8Array): { seq: number; time: Millis } | undefined {
    const log = this.#log(ref)
    const entry = log.entries.get(log.seqByEid.get(toHex(eid)) ?? 0)
    return entry && { seq: entry.seq, time: entry.time }
  }

  headAt(ref: number, seq: number): Uint8Array | undefined {
    return this.readEntry(ref, seq + 1)?.before
  }

  readEntries(ref: number, after: number, count: number, maxBytes: number): StoredEntry[] {
    const { row } = this.#log(ref)
    const found: StoredEntry[] = []
    for (let seq = Math.max(after + 1, row.firstSeq); seq <= row.lastSeq && found.length < count; seq++) {
      const entry = this.readEntry(ref, seq)
      if (entry !== undefined) found.push(entry)
    }
    return within(found, maxBytes, (entry) => entry.bytes.length)
  }

  readEntry(ref: number, seq: number): StoredEntry | undefined {
    if (this.#disk.unreadable.has(rowName(ref, seq)))
      throw new StoreError("damaged", "the simulated disk cannot read this")
    return this.#log(ref).entries.get(seq)
  }

  channelsAfter(ref: number, count: number): ChannelRow[] {
    return this.#disk.logs.slice(ref + 1, ref + 1 + count).map((log) => ({ ...log.row }))
  }

  oldEntries(ref: number, before: Millis, count: number): OldEntry[] {
    const old: EntryRow[] = []
    for (const entry of this.#log(ref).entries.values()) {
      if (entry.time >= before || old.length >= count) break
      old.push(entry)
    }
    return old.map(({ seq, weight, blobHash }) => ({ seq, weight, blobHash }))
  }

  dropEntries(ref: number, seq: number, base: Uint8Array, weight: number): void {
    this.#stage(() => {
      const log = this.#log(ref)
      const { row, entries, seqByEid } = log
      log.entries = new Map([...entries].filter(([number]) => number > seq))
      log.seqByEid = new Map([...seqByEid].filter(([, number]) => number > seq))
      log.row = { ...row, firstSeq: seq + 1, base, weight: Math.max(row.weight - weight, 0) }
      return () => Object.assign(log, { row, entries, seqByEid })
    })
  }

  tokenHash(ref: number, position: number): Uint8Array | undefined {
    return this.#log(ref).tokens.get(position)
  }

  countTokens(ref: number, after: number): number {
    return [...this.#log(ref).tokens.keys()].filter((position) => position > after).length
  }

  confirm(ref: number, position: number): void {
    this.#stage(() => {
      const log = this.#log(ref)
      const { row, tokens } = log
      log.row = { ...row, confirmed: position }
      log.tokens = new Map([...tokens].filter(([each]) => each > position - KEPT_TOKENS))
      return () => Object.assign(log, { row, tokens })
    })
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

  countHeaders(ref: number): HeaderCount {
    const found = [...this.#disk.headers].filter(([, header]) => header.ref === ref)
    const sizes = found.map(
      ([, { blobHash, inline }]) => (blobHash && this.findBlob(blobHash)?.total) ?? inline.length,
    )
    const lowest = found.toSorted(([a, one], [b, other]) => one.position - other.position || (a < b ? -1 : 1))
    const oldest = lowest[0] && fromHex(lowest[0][0])
    return { count: sizes.length, largest: Math.max(0, ...sizes), oldest }
  }

  findBlob(hash: Uint8Array): { total: number } | undefined {
    const blob = this.#disk.blobs.get(toHex(hash))
    return blob === undefined ? undefined : { total: blob.bytes.length }
  }

  addBlob(hash: Uint8Array, bytes: Uint8Array, now: Millis): void {
    const { pins, looseSince } = this.#disk.blobs.get(toHex(hash)) ?? { pins: 0, looseSince: now }
    this.#stage(() => replace(this.#disk.blobs, toHex(hash), { hash, bytes, pins, looseSince }))
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

  dropLooseBlobs(before: Millis, count: number): number {
    const isLoose = ([, blob]: [string, Blob]) => blob.pins === 0 && blob.looseSince < before
    const loose = [...this.#disk.blobs].filter(isLoose).slice(0, count)
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

  readonly door: DoorStore = {
    all: (kind) =>
      [...this.#disk.notes.values()]
        .filter((note) => note.kind === kind)
        .map(({ key, value }) => ({ key, value }))
        .sort((a, b) => compareBytes(a.key, b.key)),
    put: (kind, note) =>
      this.#stage(() => replace(this.#disk.notes, noteName(kind, note.key), { ...note, kind })),
    drop: (kind, key) => this.#stage(() => replace(this.#disk.notes, noteName(kind, key), undefined)),
  }

  held(about: About): Held[] {
    return heldInMemory(this.#disk, about)
  }

  async commit(): Promise<void> {
    if (this.#undo.length > 0) this.#broken ??= this.#faults.failAt?.(++this.#operation, "sync")
    if (this.#faults.sync !== undefined && this.staged) await this.#faults.sync()
    if (this.#dead) throw new StoreError("failed", "the process died during the sync")
    const broken = this.#broken
    this.#broken = undefined
    if (broken !== undefined) {
      this.#rollBack()
      throw new StoreError(broken, `the simulated disk is ${broken}`)
    }
    this.#writes = []
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
    this.#writes = []
    this.#undo = []
  }

  #stage(write: () => () => void): void {
    if (this.#dead) throw new StoreError("failed", "the process is dead")
    this.#broken ??= this.#faults.failAt?.(++this.#operation, "write")
    this.#writes.push(write)
    this.#undo.push(write())
  }

  #rollBack(): void {
    for (const undo of this.#undo.reverse()) undo()
    this.#writes = []
    this.#undo = []
  }

  #suspend(): () => void {
    const writes = this.#writes
    this.#rollBack()
    return () => {
      this.#writes = writes
      this.#undo = writes.map((write) => write())
    }
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
