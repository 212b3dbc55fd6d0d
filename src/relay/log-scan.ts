/**
 * Reads a segment from its bytes, as a start finds them: batch after batch, and where one is not whole, whatever is.
 * What stands behind the last whole batch of the last segment is the rest of a write that nobody was told of; what
 * stands before a whole one is damage. Pure: the same bytes lead to the same findings.
 */
import type { Checksum } from "../platform/segment-files.ts"
import {
  BATCH_FLAGS,
  type BatchHead,
  batchHeadAt,
  endAt,
  isWholeBatch,
  type Keys,
  type LogEnd,
  type LogRecord,
  recordAt,
  viewOf,
  SIZES,
} from "./log-format.ts"

export interface Scan {
  keys: Keys
  checksum: Checksum
  /** Number that the first batch has at least. */
  next: number
  /** Batches up to this one were on the disk once: missing, they are damage. */
  known: number
  /** Nothing was written behind this segment. */
  isLast: boolean
  /** What is not whole at its end is the rest of a write that nobody was told of. */
  mayBeTorn: boolean
}

export interface Findings {
  /** Behind the last batch: the segment goes on, or is cut, there. */
  end: number
  /** Of the last batch; `next` − 1 when there was none. */
  number: number
  /** A batch that the database does not know has others behind it: the two are not of the same time. */
  isAhead: boolean
  /** Pieces that are not as they were written. */
  damaged: { from: number; to: number }[]
}

export interface Visitor {
  /** Byte fields are views of the segment's bytes. */
  record(record: LogRecord, at: number, size: number): void
  end(end: LogEnd): void
}

/**
 * Tells the visitor what is there, in order. A last batch of which the database had a part and does not know is a tail
 * like any other: nobody was told of it.
 */
export function scanSegment(bytes: Uint8Array, scan: Scan, visitor: Visitor): Findings {
  const { keys, known, isLast, mayBeTorn } = scan
  const view = viewOf(bytes)
  const found: Findings = { end: SIZES.head, number: scan.next - 1, isAhead: false, damaged: [] }
  let at = SIZES.head
  let isOver = false
  while (at < bytes.length) {
    const head = wholeBatchAt(bytes, view, at, scan, found.number)
    if (head !== undefined) {
      if ((head.flags & BATCH_FLAGS.joint) !== 0 && head.number > known) {
        found.isAhead = !isLast || nextBatch(bytes, view, at, scan, head.number) !== undefined
        break
      }
      visitBatch(bytes, view, at, head, keys, visitor)
      found.number = head.number
      at += head.length
      found.end = at
      continue
    }
    const next: number | undefined = isOver ? undefined : nextBatch(bytes, view, at, scan, found.number)
    isOver = next === undefined
    if (isOver && mayBeTorn && !wasWhole(view, at, keys, found.number, known)) break
    const to = next ?? endOfDamage(bytes, view, at, keys)
    found.damaged.push({ from: at, to })
    const lost = batchHeadAt(view, at, keys)
    if (lost !== undefined && isOver) found.number = Math.max(found.number, lost.number)
    // Of so many at most nobody knows the numbers, which are not given out again.
    if (lost === undefined && isOver && isLast) found.number += Math.ceil((to - at) / SIZES.batch)
    salvage(bytes, view, at, to, keys, visitor)
    at = to
    found.end = at
  }
  return found
}

function wholeBatchAt(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  { keys, checksum }: Scan,
  before: number,
): BatchHead | undefined {
  const head = batchHeadAt(view, at, keys)
  if (head === undefined || head.number <= before) return undefined
  return isWholeBatch(bytes, view, at, head, keys, checksum) ? head : undefined
}

/** Where the next whole batch begins; its mark is a secret, so that few places are looked at closely. */
function nextBatch(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  scan: Scan,
  before: number,
): number | undefined {
  for (let at = from + 8; at + SIZES.batch <= bytes.length; at += 8)
    if (view.getUint32(at) === scan.keys.batch && wholeBatchAt(bytes, view, at, scan, before)) return at
  return undefined
}

/** Whether the batch there is one that the disk once had in full. */
function wasWhole(view: DataView, at: number, keys: Keys, before: number, known: number): boolean {
  const head = batchHeadAt(view, at, keys)
  return (head?.number ?? before + 1) <= known
}

function endOfDamage(bytes: Uint8Array, view: DataView, at: number, keys: Keys): number {
  const head = batchHeadAt(view, at, keys)
  return head === undefined ? bytes.length : Math.min(at + head.length, bytes.length)
}

function visitBatch(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  head: BatchHead,
  keys: Keys,
  visitor: Visitor,
): void {
  let at = from + SIZES.batch
  for (let nth = 0; nth < head.records; nth++) {
    const record = recordAt(bytes, view, at, keys)
    // The checksum fitted: this program wrote it so, or an enemy who has the disk.
    if (record === undefined) return
    visitor.record(record, at, record.size)
    at += record.size
  }
  for (let nth = 0; nth < head.ends; nth++, at += SIZES.end) {
    const end = endAt(bytes, view, at, keys)
    if (end !== undefined) visitor.end(end)
  }
}

/** Whatever is whole between the two: fields of records, of which the entries may be altered, and ends. */
function salvage(
  bytes: Uint8Array,
  view: DataView,
  from: number,
  to: number,
  keys: Keys,
  visitor: Visitor,
): void {
  for (let at = from; at + 4 <= to;) {
    const record = recordAt(bytes, view, at, keys)
    if (record !== undefined && at + record.size <= to) {
      visitor.record(record, at, record.size)
      at += record.size
      continue
    }
    const end = endAt(bytes, view, at, keys)
    if (end !== undefined) visitor.end(end)
    at += end === undefined ? 8 : SIZES.end
  }
}
