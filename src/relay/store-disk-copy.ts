/**
 * A copy of the whole store in one file, made while it is written to: the database page by page, and the entries of the
 * log into its table. It is what an earlier version had, so that putting it back is the way that those come forward.
 */
import type { LogEnd } from "./log-format.ts"
import type { EntryLog } from "./log.ts"
import { SqliteRelayStore } from "./store-sqlite.ts"
import { channelsOf } from "./store-disk-rows.ts"

/** Entries at a time, in a transaction of their own: a few milliseconds. */
const COUNT = 256
const NO_RANDOM = {
  bytes: (): never => {
    throw new RangeError("a copy has all that it needs")
  },
}

/** What is copied of one log: as it was when the database was copied. */
interface Part extends LogEnd {
  firstSeq: number
}

/** The caller holds the log. @throws StoreError; the file is then of no use. */
export async function copyStore(
  sql: SqliteRelayStore,
  log: EntryLog,
  path: string,
  pause: () => Promise<void>,
): Promise<void> {
  await sql.copyTo(path, pause)
  // Nothing has run since the last page was copied: the log is of the same moment.
  const ends = new Map<number, LogEnd>()
  for (const ref of log.state.channels.keys()) {
    const end = log.keptEnd(ref)
    if (end !== undefined) ends.set(ref, { ...end })
  }
  const copy = new SqliteRelayStore({ path, random: NO_RANDOM, isBesideLog: true })
  try {
    const parts: Part[] = [...channelsOf(copy)].map((row) => ({ ...row, ...ends.get(row.ref) }))
    for (const part of parts) await copyEntries(copy, log, part, pause)
    copy.beside.standsAlone(parts)
    copy.tidyAll()
  } finally {
    copy.close()
  }
}

async function copyEntries(
  copy: SqliteRelayStore,
  log: EntryLog,
  { ref, firstSeq, lastSeq }: Part,
  pause: () => Promise<void>,
): Promise<void> {
  for (let from = firstSeq; from <= lastSeq; from += COUNT) {
    copy.beside.takeIn(log.readHeld(ref, from, Math.min(from + COUNT - 1, lastSeq)))
    await pause()
  }
}
