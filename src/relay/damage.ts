/**
 * Entries that the disk gives back as something else, or not at all (PROTOCOL.md §5.5). A row carries the running
 * hash before it, so the log goes on behind a place that cannot be read; nothing is deleted and nothing is guessed.
 */
import { ByteWriter, equalBytes, isZero } from "../bytes.ts"
import { HASH_BYTES, nextHead } from "../crypto/hash.ts"
import type { Primitives } from "../platform/primitives.ts"
import { ENTRY_KINDS } from "../protocol/envelope.ts"
import type { Channel } from "./channel.ts"
import type { Core } from "./core.ts"
import { isDamage, StoreError } from "./errors.ts"
import type { ChannelRow, RelayStore, StoredEntry } from "./store.ts"

/** The relay guards against decay with it and not against an enemy, who would write a fitting one. */
const CHECK_BYTES = 8
/** Written anew for each check, and filled by it. */
const COVERED = new Uint8Array(HASH_BYTES + 8 + 8 + 8 + HASH_BYTES)
/** How many rows are looked at in a row before others have their turn. */
const ROWS_A_STEP = 256
/** Ranges that the operator was told of; beyond, one may be told again. */
const MAX_TOLD = 10_000

/** Entries that cannot be read, and where the log goes on behind them. */
export interface DamagedRange {
  from: number
  to: number
  /** Running hash after `to`. */
  head: Uint8Array
  /** What the next handshake after `to` takes. */
  nextPosition: number
}

type Checked = Pick<StoredEntry, "seq" | "time" | "position" | "before">

/** What an entry's row is checked with when it is read: 8 bytes over everything that a reader relies on. */
export function checkOf(
  primitives: Pick<Primitives, "sha">,
  { before, seq, time, position }: Checked,
  eid: Uint8Array,
): Uint8Array {
  const covered = new ByteWriter(COVERED).raw(before).u64(seq).u64(time).u64(position).raw(eid).done()
  return primitives.sha("sha256", covered).slice(0, CHECK_BYTES)
}

/** Whether a row is the one that was written as number `seq`. Its values may be of any type. */
export function isIntact(primitives: Primitives, row: StoredEntry, seq: number): boolean {
  const numbers = [row.seq, row.time, row.position]
  return (
    row.seq === seq &&
    numbers.every((number) => Number.isSafeInteger(number) && number >= 0) &&
    [row.before, row.check, row.bytes].every((value) => value instanceof Uint8Array) &&
    equalBytes(row.check, checkOf(primitives, row, primitives.sha("sha256", row.bytes)))
  )
}

/** Whether a reader can be given it: the row as it was written, and the blob that holds the rest of it. */
export function isServable({ primitives, blobs }: Core, row: StoredEntry, seq: number): boolean {
  if (!isIntact(primitives, row, seq)) return false
  const blobHash = row.bytes.subarray(1, 1 + HASH_BYTES)
  return row.bytes.length <= HASH_BYTES || isZero(blobHash) || blobs.find(blobHash) !== undefined
}

/** The entry, if the disk still has it as it was. */
export function readIntact(
  store: RelayStore,
  primitives: Primitives,
  ref: number,
  seq: number,
): StoredEntry | undefined {
  try {
    const row = store.readEntry(ref, seq)
    return row !== undefined && isIntact(primitives, row, seq) ? row : undefined
  } catch (cause) {
    if (isDamage(cause)) return undefined
    throw cause
  }
}

type LogEnds = Pick<Channel, "firstSeq" | "base" | "lastSeq" | "head">

/** The running hash after an entry from firstSeq−1 on; undefined where the disk no longer tells it. */
export function headAfter(
  store: RelayStore,
  primitives: Primitives,
  ref: number,
  { firstSeq, base, lastSeq, head }: LogEnds,
  seq: number,
): Uint8Array | undefined {
  if (seq === lastSeq) return head
  if (seq === firstSeq - 1) return base
  const next = readIntact(store, primitives, ref, seq + 1)
  if (next !== undefined) return next.before
  const own = readIntact(store, primitives, ref, seq)
  return own && headWith(primitives, own)
}

function headWith(primitives: Primitives, { before, seq, bytes, time }: StoredEntry): Uint8Array {
  return nextHead(before, seq, bytes[0]!, primitives.sha("sha256", bytes), time)
}

/**
 * Refuses a channel whose row does not say of the log what its last entry says: nobody could go on reading there, and
 * what is added would be in two minds. @throws StoreError `damaged`.
 */
export function checkEnd(store: RelayStore, primitives: Primitives, row: ChannelRow): void {
  const { ref, firstSeq, base, lastSeq, head, nextPosition } = row
  const areNumbers = [firstSeq, lastSeq, nextPosition].every(
    (each) => Number.isSafeInteger(each) && each >= 0,
  )
  const areHashes = [base, head].every((each) => each instanceof Uint8Array && each.length === HASH_BYTES)
  const last = readIntact(store, primitives, ref, lastSeq)
  const isOrdered = firstSeq > 0 && firstSeq <= lastSeq + 1
  const isWhole =
    areNumbers &&
    areHashes &&
    isOrdered &&
    (last === undefined || equalBytes(headWith(primitives, last), head))
  if (!isWhole || readIntact(store, primitives, ref, lastSeq + 1) !== undefined)
    throw new StoreError("damaged", "the row of a channel is damaged")
}

interface Findings {
  /** By `from`. */
  ranges: Map<number, DamagedRange>
  /** Where a search that began at an entry goes on. */
  reached: Map<number, number>
}

export class Damage {
  readonly #core: Core
  readonly #findings = new WeakMap<Channel, Findings>()
  readonly #told = new Set<string>()

  constructor(core: Core) {
    this.#core = core
  }

  /**
   * The entries from `from` on that cannot be read, of which `from` is one. Looks at some rows at a time.
   * @returns undefined when it has not come to the end of them: ask again, after others had their turn.
   */
  rangeFrom(channel: Channel, from: number): DamagedRange | undefined {
    const findings: Findings = this.#findings.get(channel) ?? { ranges: new Map(), reached: new Map() }
    this.#findings.set(channel, findings)
    const known = findings.ranges.get(from)
    if (known !== undefined) return known
    const range = this.#search(channel, from, findings)
    if (range === undefined) return undefined
    findings.ranges.set(from, range)
    this.#tell(channel, range)
    return range
  }

  #search(channel: Channel, from: number, { reached }: Findings): DamagedRange | undefined {
    const { store, primitives } = this.#core
    const start = reached.get(from) ?? from + 1
    const end = Math.min(start + ROWS_A_STEP, channel.lastSeq + 1)
    for (let seq = start; seq < end; seq++) {
      const row = readIntact(store, primitives, channel.ref!, seq)
      if (row !== undefined && isServable(this.#core, row, seq))
        return { from, to: seq - 1, head: row.before, nextPosition: positionBefore(row) }
    }
    if (end > channel.lastSeq)
      return { from, to: channel.lastSeq, head: channel.head, nextPosition: channel.nextPosition }
    reached.set(from, end)
    return undefined
  }

  #tell(channel: Channel, { from, to }: DamagedRange): void {
    const name = `${channel.key} ${from}`
    if (this.#told.has(name)) return
    if (this.#told.size >= MAX_TOLD) this.#told.clear()
    this.#told.add(name)
    this.#core.effects.report({ type: "storage.damaged", entries: to - from + 1 })
  }
}

/** What the next handshake would have taken just before this entry came. */
function positionBefore({ position, bytes }: StoredEntry): number {
  return bytes[0] === ENTRY_KINDS.message ? position + 1 : position
}
