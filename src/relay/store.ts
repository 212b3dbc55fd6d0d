/**
 * `RelayStore`: what the relay keeps, and when (PROTOCOL.md §16). Three pass one contract test: `store-disk.ts`,
 * which the relay has; `store-sqlite.ts`, which copies and earlier versions are; and `store-memory.ts` for tests.
 *
 * Writes are *staged*: the store's own reads see them at once, the disk has them only when `commit` resolves,
 * and all of them vanish together when it rejects. So one sync serves every frame of a tick. A staged write
 * never throws for the disk's sake: what went wrong is remembered, and `commit` rejects with it.
 *
 * Byte arguments belong to the store afterwards; byte results are not changed by it and must not be changed
 * by the caller. No method learns who asks: nobody's authorship and nobody's subscription is kept.
 */
import type { Millis } from "../platform/clock.ts"
import type { DoorStore } from "./door-store.ts"
import type { About, Held } from "./held.ts"

/** A channel that has, or had, entries. `ref` names it in the calls below and is valid until a failed commit. */
export interface ChannelRow {
  ref: number
  /** Number of the oldest entry that is kept; `lastSeq` + 1 when none is. */
  firstSeq: number
  /** Running hash before it, 32 bytes. */
  base: Uint8Array
  /** Number of the newest entry that ever was, from 1. */
  lastSeq: number
  /** Running hash after it, 32 bytes (PROTOCOL.md §9). */
  head: Uint8Array
  /** Where the next handshake goes, from 0. */
  nextPosition: number
  /** The newest position whose token somebody other than its author has shown; -1 for none. */
  confirmed: number
  /** Sum of the kept entries' weights. */
  weight: number
}

export interface NewEntry {
  /** `lastSeq` + 1. */
  seq: number
  time: Millis
  /** A handshake's own position, or the one that a message was sealed at. */
  position: number
  eid: Uint8Array
  /** The running hash without this entry, and with it. */
  before: Uint8Array
  head: Uint8Array
  /** What tells a row that was altered: `checkOf` in `damage.ts`. */
  check: Uint8Array
  /** The blob that it pins. */
  blobHash: Uint8Array | undefined
  /** The entry as uploaded. */
  bytes: Uint8Array
  /** What counts against the channel's quota: these bytes and those of the entry's blob. */
  weight: number
  /** A handshake moves `nextPosition` to `position` + 1 and leaves the hash of its append token. */
  tokenHash: Uint8Array | undefined
}

/** What a reader is given. */
export interface LogEntry {
  seq: number
  time: Millis
  position: number
  bytes: Uint8Array
}

export interface StoredEntry extends LogEntry {
  before: Uint8Array
  check: Uint8Array
}

/** What there is to know of an entry that is to be dropped. */
export interface OldEntry {
  seq: number
  weight: number
  blobHash: Uint8Array | undefined
}

export interface HeaderRow {
  /** The channel whose header it is. */
  ref: number
  /** The handshake that it was made with. */
  position: number
  /** The blob that holds it; undefined when `inline` does. */
  blobHash: Uint8Array | undefined
  inline: Uint8Array
}

export interface PackageCount {
  oneUse: number
  lastResort: boolean
}

export interface HeaderCount {
  count: number
  largest: number
  oldest: Uint8Array | undefined
}

/** So many token hashes before the newest confirmed position tell a reader that catches up from one that cannot. */
export const KEPT_TOKENS = 256

/** What a start found of the log of entries: pieces that are not as they were written, and what is not there at all. */
export interface LogDamage {
  pieces: number
  bytes: number
  /** Newer than all that are there. */
  batches: number
  /** Of channels of which the log has anything; of the others their rows say how many there should be. */
  entries: number
}

export interface RelayStore {
  /** 16 random bytes made with the store: another value means another history. */
  readonly incarnation: Uint8Array
  /** Without it nothing is written any more: every `commit` of something is `damaged`. */
  readonly isWhole: boolean
  /** Whether anything awaits `commit`. */
  readonly staged: boolean

  findChannel(channelId: Uint8Array): ChannelRow | undefined
  /** The new channel's `ref`. */
  createChannel(channelId: Uint8Array): number
  append(ref: number, entry: NewEntry): void
  /** A repeated entry is recognised by its eid, for as long as it is stored. */
  findEntry(ref: number, eid: Uint8Array): { seq: number; time: Millis } | undefined
  /** The running hash after an entry, as the next one's row has it; undefined when there is none. */
  headAt(ref: number, seq: number): Uint8Array | undefined
  /**
   * Entries `after`+1 … in order: at most `count`, at most `maxBytes` together but always one if there is one.
   * As the disk has them: some may be missing or altered. @throws StoreError `damaged`, and for one that cannot be
   * read nothing of the others either.
   */
  readEntries(ref: number, after: number, count: number, maxBytes: number): StoredEntry[]
  /** One entry. @throws StoreError `damaged`. */
  readEntry(ref: number, seq: number): StoredEntry | undefined
  /** Channels whose `ref` is larger, in order. */
  channelsAfter(ref: number, count: number): ChannelRow[]
  /** The oldest entries, up to the first that is not older than `before`: at most `count`. */
  oldEntries(ref: number, before: Millis, count: number): OldEntry[]
  /**
   * The log begins after `seq` from now on. @param base the running hash there.
   * @param weight what the dropped entries weighed together.
   */
  dropEntries(ref: number, seq: number, base: Uint8Array, weight: number): void
  /** The token hash of a position. None is forgotten from `KEPT_TOKENS` before the confirmed one on. */
  tokenHash(ref: number, position: number): Uint8Array | undefined
  /** How many positions after this one have a token hash. */
  countTokens(ref: number, after: number): number
  /** This position is confirmed now. @param position above the one so far. */
  confirm(ref: number, position: number): void

  /** With the position that the header's channel has reached since. */
  findHeader(headerId: Uint8Array): (HeaderRow & { nextPosition: number }) | undefined
  putHeader(headerId: Uint8Array, header: HeaderRow): void
  deleteHeader(headerId: Uint8Array): void
  /** How many headers a channel has, the bytes of the largest, and the id of the one of the lowest position. */
  countHeaders(ref: number): HeaderCount

  findBlob(hash: Uint8Array): { total: number } | undefined
  /** A whole, verified blob, in the place of what there may be under its name. It is kept while pinned, and until `dropLooseBlobs` passes `now`. */
  addBlob(hash: Uint8Array, bytes: Uint8Array, now: Millis): void
  /** Up to `length` bytes from `offset`; shorter only at the end of the blob. */
  readBlob(hash: Uint8Array, offset: number, length: number): Uint8Array
  /** One more (+1) or one less (−1) entry or header needs the blob; 0 only says that somebody will soon. */
  pinBlob(hash: Uint8Array, change: 1 | 0 | -1, now: Millis): void
  /** Forgets blobs that nothing has pinned since `before`, at most `count`. @returns how many. */
  dropLooseBlobs(before: Millis, count: number): number

  directorySize(): number
  /** At most `count` entries from `index` on, at most `maxBytes` together but always one if there is one. */
  readDirectory(index: number, count: number, maxBytes: number): Uint8Array[]
  /** @param index must be the size so far. */
  addDirectoryEntry(index: number, bytes: Uint8Array): void

  /** @param owner 48 bytes: accountId ‖ deviceId. */
  countPackages(owner: Uint8Array): PackageCount
  addPackage(owner: Uint8Array, keyPackage: Uint8Array): void
  setLastResort(owner: Uint8Array, keyPackage: Uint8Array): void
  /** The oldest one-use package, which is gone with the commit; else the last-resort one, which stays. */
  takePackage(owner: Uint8Array): { keyPackage: Uint8Array; lastResort: boolean } | undefined
  dropPackages(owner: Uint8Array): void

  /** The generation record of a device, as it sealed it for itself. */
  findGeneration(owner: Uint8Array): Uint8Array | undefined
  putGeneration(owner: Uint8Array, record: Uint8Array): void
  dropGeneration(owner: Uint8Array): void

  /** What the operator has decided about coming in. */
  readonly door: DoorStore

  /** What is kept about somebody, column by column. @throws StoreError `damaged`. */
  held(about: About): Held[]

  /**
   * Moves what commits left in the journal to its place, when there is much of it. Only between batches.
   * @throws StoreError `full` (what was committed stays; go on) or `failed` (stop the process).
   */
  tidy(): void
  /** The same at once. What the journal has above its size goes back to the disk with the next commit. */
  tidyAll(): void
  /** Bytes that were freed inside the store and are used again before it grows. */
  readonly reusableBytes: number

  /** @throws StoreError `full` or `damaged` (nothing was kept; go on), or `failed` (stop the process). */
  commit(): Promise<void>
  close(): void
}
