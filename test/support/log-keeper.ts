/**
 * Writers of an `EntryLog` on a simulated disk, with what a database beside it would keep: rows of channels and the
 * number of the newest batch, which change in one step. Remembers what was promised, and looks whether it was kept.
 */
import { concat, toHex } from "../../src/bytes.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { crcChecksum } from "../../src/platform/segment-files.ts"
import { checkOf } from "../../src/relay/damage.ts"
import type { LogEnd, LogRecord } from "../../src/relay/log-format.ts"
import type { KnownChannel } from "../../src/relay/log-open.ts"
import { LogTending } from "../../src/relay/log-tending.ts"
import { EntryLog } from "../../src/relay/log.ts"
import { type Chance, seeded } from "./sim.ts"
import { DeadDisk, type SimSegments } from "./sim-segments.ts"

export const SECRET = Uint8Array.from({ length: 32 }, (_, at) => at * 7 + 1)
const DAY_MS = 86_400_000

export interface Database {
  rows: Map<number, KnownChannel>
  number: number
}

interface Promised {
  firstSeq: number
  /** eids of all entries that ever were, from number 1 on. */
  eids: string[]
  head: string
  nextPosition: number
  weight: number
}

export function randomBytes(chance: Chance, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => chance.below(256))
}

export function nextRecord(
  chance: Chance,
  ref: number,
  { lastSeq, head, nextPosition }: { lastSeq: number; head: Uint8Array; nextPosition: number },
  now: number,
  length = 60 + chance.below(300),
): { record: LogRecord; after: { head: Uint8Array; nextPosition: number } } {
  const isHandshake = chance.below(8) === 0
  const bytes = concat(Uint8Array.of(isHandshake ? 2 : 1), randomBytes(chance, length - 1))
  const [seq, before] = [lastSeq + 1, head]
  const position = isHandshake ? nextPosition : Math.max(0, nextPosition - 1)
  const eid = nodePrimitives.sha("sha256", bytes)
  const check = checkOf(nodePrimitives, { before, seq, time: now, position }, eid)
  const blobHash = chance.below(5) === 0 ? randomBytes(chance, 32) : undefined
  const record = { ref, seq, time: now, position, weight: length, check, eid, before, blobHash, bytes }
  const after = {
    head: nextHead(before, seq, bytes[0]!, eid, now),
    nextPosition: isHandshake ? position + 1 : nextPosition,
  }
  return { record, after }
}

export class LogKeeper {
  readonly database: Database
  disk: SimSegments
  log: EntryLog
  tending: LogTending
  now = 1_000_000
  /** Whether the process dies after the log has the batch and before the database has. */
  diesBeforeDatabase: () => boolean = () => false
  /** What was acknowledged. */
  promised = new Map<number, Promised>()
  /** What the batch under way would add. */
  #coming = new Map<number, Promised>()
  /** The rows that change with it. */
  #rows = new Map<number, KnownChannel>()
  readonly #chance: Chance
  readonly #segmentBytes: number
  readonly #maxEntries: number

  constructor(
    disk: SimSegments,
    seed: number,
    segmentBytes = 8_000,
    maxEntries = 1_000_000,
    database: Database = { rows: new Map(), number: 0 },
  ) {
    this.database = database
    this.#maxEntries = maxEntries
    this.#chance = seeded(seed)
    this.#segmentBytes = segmentBytes
    this.disk = disk
    const log = this.#opened()
    this.log = log
    this.tending = new LogTending(log, disk)
  }

  #opened(): EntryLog {
    const setup = {
      folder: this.disk,
      secret: SECRET,
      checksum: crcChecksum,
      segmentBytes: this.#segmentBytes,
      maxEntries: this.#maxEntries,
    }
    const rowOf = (ref: number) => structuredClone(this.database.rows.get(ref))
    return new EntryLog(setup, rowOf, this.database.number)
  }

  /** A new process on what is left. What was under way is now either promised or gone, all of it. */
  reopen(disk: SimSegments): void {
    this.disk = disk
    this.log = this.#opened()
    this.tending = new LogTending(this.log, disk)
    const coming = this.#coming
    this.#coming = new Map()
    this.#rows = new Map()
    if (coming.size > 0 && [...coming].every(([ref, each]) => this.#fits(ref, each)))
      for (const [ref, each] of coming) this.promised.set(ref, each)
  }

  /** Another keeper of the same promises, on a disk and a database of its own. */
  on(disk: SimSegments): LogKeeper {
    const other = new LogKeeper(disk, 1, this.#segmentBytes, this.#maxEntries, structuredClone(this.database))
    other.promised = new Map(this.promised)
    other.now = this.now
    return other
  }

  append(ref: number, length?: number): void {
    const chance = this.#chance
    this.now += 1 + chance.below(DAY_MS / 50)
    if (!this.database.rows.has(ref) && !this.#rows.has(ref))
      this.#rows.set(ref, { ref, firstSeq: 1, lastSeq: 0, nextPosition: 0, weight: 0, head: EMPTY_HEAD })
    const end = this.end(ref) ?? { lastSeq: 0, head: EMPTY_HEAD, nextPosition: 0 }
    const { record, after } = nextRecord(chance, ref, end, this.now, length)
    this.log.append(record, after)
    const before = this.#latest(ref)
    this.#coming.set(ref, {
      ...before,
      eids: [...before.eids, toHex(record.eid)],
      head: toHex(after.head),
      nextPosition: after.nextPosition,
      weight: before.weight + record.weight,
    })
  }

  /** As the last entry left the channel. */
  end(ref: number): LogEnd | undefined {
    return this.log.end(ref) ?? this.database.rows.get(ref)
  }

  drop(ref: number, count: number): void {
    const before = this.#latest(ref)
    const seq = Math.min(before.firstSeq - 1 + count, before.eids.length)
    if (seq < before.firstSeq) return
    const weight = this.log
      .readFrom(ref, before.firstSeq, seq - before.firstSeq + 1, Infinity)
      .reduce((sum, record) => sum + record.weight, 0)
    const end = this.log.drop(ref, seq, weight)!
    this.#rows.set(ref, { ...end, firstSeq: seq + 1 })
    this.#coming.set(ref, { ...before, firstSeq: seq + 1, weight: before.weight - weight })
  }

  /** @throws what the disk does. */
  async commit(): Promise<void> {
    const isJoint = this.#rows.size > 0
    await this.log.write(isJoint)
    if (isJoint) {
      if (this.diesBeforeDatabase()) throw new DeadDisk("the process died")
      for (const [ref, row] of this.#rows) this.database.rows.set(ref, { ...row, ...this.#endOf(ref) })
      this.database.number = this.log.number
    }
    this.log.finish()
    for (const [ref, each] of this.#coming) this.promised.set(ref, each)
    this.#coming = new Map()
    this.#rows = new Map()
  }

  /** The database refuses: the batch never was. */
  async refuse(): Promise<void> {
    await this.log.write(true)
    this.log.cutOff()
    this.rollBack()
  }

  rollBack(): void {
    this.log.rollBack()
    this.#coming = new Map()
    this.#rows = new Map()
  }

  /** Brings the rows up to the log, and gives back what can be. */
  tend(): void {
    for (const ref of this.log.takeDirty()) {
      const row = this.database.rows.get(ref)
      if (row !== undefined) this.database.rows.set(ref, { ...row, ...this.#endOf(ref) })
    }
    this.database.number = this.log.number
    while (this.tending.step(this.database.number));
  }

  /** Channels of which not all is there that was promised, or something else is. */
  broken(): number[] {
    const promised = [...this.promised].filter(([ref, each]) => !this.#fits(ref, each)).map(([ref]) => ref)
    const others = [...this.log.state.channels.keys()].filter((ref) => !this.promised.has(ref))
    return [...promised, ...others.filter((ref) => this.end(ref)!.lastSeq > 0)]
  }

  #endOf(ref: number) {
    const end = this.log.end(ref)
    if (end === undefined) return {}
    const { lastSeq, nextPosition, weight, head } = end
    return { lastSeq, nextPosition, weight, head }
  }

  #latest(ref: number): Promised {
    const none = { firstSeq: 1, eids: [], head: toHex(EMPTY_HEAD), nextPosition: 0, weight: 0 }
    return this.#coming.get(ref) ?? this.promised.get(ref) ?? none
  }

  #fits(ref: number, { firstSeq, eids, head, nextPosition, weight }: Promised): boolean {
    const end = this.end(ref)
    const found = this.log.readFrom(ref, 0, 100_000, Infinity)
    const names = found.map(({ bytes }) => toHex(nodePrimitives.sha("sha256", bytes)))
    const isSame =
      end?.lastSeq === eids.length &&
      toHex(end.head) === head &&
      end.nextPosition === nextPosition &&
      end.weight === weight &&
      (this.log.first(ref) === firstSeq || firstSeq > eids.length) &&
      JSON.stringify(names) === JSON.stringify(eids.slice(firstSeq - 1)) &&
      found.every(({ seq }, at) => seq === firstSeq + at)
    return isSame && found.every(({ eid, seq }) => this.log.find(ref, eid)?.seq === seq)
  }
}
