/**
 * The disk under `MemoryRelayStore`, for tests and the simulation. It survives the process, can be copied and put
 * back as a backup is, and parts of it can go bad. A batch is one transaction, so a power cut in the middle of its
 * sync leaves all of it or nothing: what was staged is taken back from here or stays, never in part.
 */
import { toHex } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { Note, NoteKind } from "./door-store.ts"
import type { ChannelRow, HeaderRow, StoredEntry } from "./store.ts"

export interface EntryRow extends StoredEntry {
  eid: Uint8Array
  weight: number
  blobHash: Uint8Array | undefined
}

export interface Log {
  row: ChannelRow
  /** By number, oldest first. */
  entries: Map<number, EntryRow>
  seqByEid: Map<string, number>
  tokens: Map<number, Uint8Array>
}

export interface Blob {
  hash: Uint8Array
  bytes: Uint8Array
  pins: number
  looseSince: Millis
}

export interface Shelf {
  oneUse: Uint8Array[]
  lastResort: Uint8Array | undefined
}

/** What is on the disk at one moment. Rows are replaced and never changed, so copies share them. */
export interface MemorySnapshot {
  channels: Map<string, number>
  logs: Log[]
  headers: Map<string, HeaderRow>
  blobs: Map<string, Blob>
  directory: Uint8Array[]
  packages: Map<string, Shelf>
  generations: Map<string, Uint8Array>
  /** By kind and key, as `noteName` has them. */
  notes: Map<string, Note & { kind: NoteKind }>
  /** Rows that no read gets past, as `rowName` has them. */
  unreadable: Set<string>
}

/** Takes what is staged off the disk; the answer puts it back. */
export type Suspend = () => () => void

export class MemoryDisk implements MemorySnapshot {
  channels = new Map<string, number>()
  logs: Log[] = []
  headers = new Map<string, HeaderRow>()
  blobs = new Map<string, Blob>()
  directory: Uint8Array[] = []
  packages = new Map<string, Shelf>()
  generations = new Map<string, Uint8Array>()
  notes = new Map<string, Note & { kind: NoteKind }>()
  unreadable = new Set<string>()
  readonly incarnation: Uint8Array
  #suspend: Suspend = () => () => {}

  /** @param incarnation 16 random bytes. */
  constructor(incarnation: Uint8Array) {
    this.incarnation = incarnation
  }

  /** The store that works on this disk from now on. */
  openedBy(suspend: Suspend): void {
    this.#suspend = suspend
  }

  /** A backup of what is committed at this moment. */
  snapshot(): MemorySnapshot {
    const resume = this.#suspend()
    const copy = copyOf(this)
    resume()
    return copy
  }

  /** Puts a backup back: the same incarnation, older contents. Only while no process uses the disk. */
  restore(snapshot: MemorySnapshot): void {
    Object.assign(this, copyOf(snapshot))
  }

  /** Spoils one stored entry: no read gets past it, or one bit of it is another, or it is not there. */
  damage(channelId: Uint8Array, seq: number, how: "unreadable" | "altered" | "missing"): void {
    const ref = this.channels.get(toHex(channelId))
    const log = ref === undefined ? undefined : this.logs[ref]
    const row = log?.entries.get(seq)
    if (log === undefined || row === undefined) throw new RangeError(`there is no entry ${seq} to damage`)
    if (how === "unreadable") this.unreadable.add(rowName(log.row.ref, seq))
    else if (how === "missing") log.entries.delete(seq)
    else log.entries.set(seq, { ...row, bytes: row.bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) })
  }

  /** One bit of a stored blob is another from now on. */
  damageBlob(hash: Uint8Array): void {
    const blob = this.blobs.get(toHex(hash))
    if (blob === undefined) throw new RangeError("there is no such blob to damage")
    const bytes = blob.bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
    this.blobs.set(toHex(hash), { ...blob, bytes })
  }
}

export function noteName(kind: NoteKind, key: Uint8Array): string {
  return `${kind} ${toHex(key)}`
}

export function rowName(ref: number, seq: number): string {
  return `${ref}:${seq}`
}

function copyOf(from: MemorySnapshot): MemorySnapshot {
  return {
    channels: new Map(from.channels),
    logs: from.logs.map(({ row, entries, seqByEid, tokens }) => ({
      row,
      entries: new Map(entries),
      seqByEid: new Map(seqByEid),
      tokens: new Map(tokens),
    })),
    headers: new Map(from.headers),
    blobs: new Map(from.blobs),
    directory: [...from.directory],
    packages: new Map(from.packages),
    generations: new Map(from.generations),
    notes: new Map(from.notes),
    unreadable: new Set(from.unreadable),
  }
}

export function newRow(ref: number): ChannelRow {
  const none = new Uint8Array(32)
  return {
    ref,
    firstSeq: 1,
    base: none,
    lastSeq: 0,
    head: none,
    nextPosition: 0,
    confirmed: -1,
    weight: 0,
  }
}

/** The longest start of `items` within `maxBytes`, but never nothing. */
export function within<T>(items: readonly T[], maxBytes: number, size: (item: T) => number): T[] {
  let bytes = 0
  const cut = items.findIndex((item, at) => (bytes += size(item)) > maxBytes && at > 0)
  return cut < 0 ? [...items] : items.slice(0, cut)
}
