/** Rows of channels in the database, which may be behind the log: read at the start, and brought up to it now and then. */
import { isDamage } from "./errors.ts"
import type { KnownChannel } from "./log-open.ts"
import type { EntryLog } from "./log.ts"
import type { SqliteBeside } from "./store-sqlite-beside.ts"
import type { SqliteRelayStore } from "./store-sqlite.ts"
import type { ChannelRow } from "./store.ts"

const CHANNELS_A_READ = 1_000

export function* channelsOf(sql: SqliteRelayStore): Iterable<KnownChannel> {
  let rows: ChannelRow[]
  let last = -1
  do {
    rows = sql.channelsAfter(last, CHANNELS_A_READ)
    for (const row of rows) yield known(row)
    last = rows.at(-1)?.ref ?? last
  } while (rows.length === CHANNELS_A_READ)
}

export function channelOf(sql: SqliteRelayStore, ref: number): KnownChannel | undefined {
  const [row] = sql.channelsAfter(ref - 1, 1)
  return row?.ref === ref ? known(row) : undefined
}

function known({ ref, firstSeq, lastSeq, nextPosition, weight, head }: ChannelRow): KnownChannel {
  return { ref, firstSeq, lastSeq, nextPosition, weight, head }
}

/** Rows that are brought up between two batches. */
const ROWS_A_STEP = 500

/** A segment is given up only when the database knows what was in it of the channels. */
export class LogRows {
  /** Batches up to this one have left what they say of channels in the database: at the start nobody knows of any. */
  known = 0
  readonly #beside: SqliteBeside
  readonly #sql: Pick<SqliteRelayStore, "commitNow">
  readonly #log: EntryLog
  /** Channels whose rows wait, and up to which batch they are brought. */
  #behind: { refs: number[]; number: number } | undefined
  #isStuck = false

  constructor(beside: SqliteBeside, sql: Pick<SqliteRelayStore, "commitNow">, log: EntryLog) {
    this.#beside = beside
    this.#sql = sql
    this.#log = log
  }

  /** Some of them, when a segment is full. Only between batches. @throws StoreError `full` or `failed`. */
  step(): void {
    if (this.#behind === undefined && !this.#isStuck && this.#log.sealedAfter(this.known)) this.#begin()
    try {
      this.#bringUp(ROWS_A_STEP)
    } catch (cause) {
      // A row that cannot be written to costs the room of some segments, and nobody an answer.
      if (!isDamage(cause)) throw cause
      this.#behind = undefined
      this.#isStuck = true
    }
  }

  /** All of them. @throws StoreError. */
  all(): void {
    this.#begin()
    this.#bringUp(Infinity)
  }

  #begin(): void {
    const waiting = this.#behind?.refs ?? []
    this.#behind = { refs: [...waiting, ...this.#log.takeDirty()], number: this.#log.number }
  }

  #bringUp(count: number): void {
    if (this.#behind === undefined) return
    const { refs, number } = this.#behind
    const some = refs.slice(0, count)
    const isLast = some.length === refs.length
    for (const ref of some) {
      const end = this.#log.end(ref)
      if (end !== undefined) this.#beside.setEnd(end)
    }
    // Batches that came while it was done may have left a later number.
    if (isLast && number > this.#beside.number()) this.#beside.setNumber(number)
    this.#sql.commitNow()
    this.#behind = isLast ? undefined : { refs: refs.slice(count), number }
    if (isLast) this.known = number
  }
}
