/** `RelayStore.held` of a channel whose entries are in the log: fields of records, told like columns of a table. */
import { type About, type Held, HELD_ENTRIES } from "./held.ts"
import type { LogRecord } from "./log-format.ts"
import type { EntryLog } from "./log.ts"
import type { SqliteRelayStore } from "./store-sqlite.ts"

/** Each field of a record by its name in what is told; one that is added to records needs a line here. */
const FIELDS = {
  ref: "entry.ref",
  seq: "entry.seq",
  time: "entry.time",
  position: "entry.position",
  weight: "entry.weight",
  blobHash: "entry.blob_hash",
  eid: "entry.eid",
  before: "entry.before",
  check: "entry.check_sum",
  bytes: "entry.bytes",
} as const satisfies Record<keyof LogRecord, string>

export function heldOfChannel(
  sql: SqliteRelayStore,
  log: EntryLog,
  about: About & { kind: "channel" },
): Held[] {
  const row = sql.findChannel(about.channelId)
  if (row === undefined) return []
  const { ref } = row
  const records = ends(log, ref)
  const blobs = records.flatMap(({ blobHash }) => blobHash ?? [])
  const { lastSeq, nextPosition, weight } = log.end(ref) ?? row
  // The row may be behind the log, which has the same fields.
  const newest = new Map([
    ["channel.last_seq", lastSeq],
    ["channel.next_position", nextPosition],
    ["channel.weight", weight],
  ])
  const found = sql.held(about, blobs).map((held) => {
    const value = newest.get(held.column)
    return value === undefined ? held : { ...held, least: value, most: value }
  })
  const fields = Object.entries(FIELDS) as [keyof LogRecord, string][]
  return [...found, ...fields.flatMap(([field, column]) => summed(column, records, field))]
}

/** The oldest entries and the newest. */
function ends(log: EntryLog, ref: number): LogRecord[] {
  const first = log.first(ref)
  const from = Math.max(first + HELD_ENTRIES, (log.end(ref)?.lastSeq ?? 0) - HELD_ENTRIES + 1)
  return [
    ...log.readFrom(ref, first, HELD_ENTRIES, Infinity).filter(({ seq }) => seq < from),
    ...log.readFrom(ref, from, HELD_ENTRIES, Infinity),
  ]
}

function summed(column: string, records: readonly LogRecord[], field: keyof LogRecord): Held[] {
  const values = records.map((record) => record[field])
  const [numbers, others] = [
    values.filter((value) => typeof value === "number"),
    values.filter((value) => value instanceof Uint8Array),
  ]
  const rows = numbers.length + others.length
  if (rows === 0) return []
  const bytes = others.reduce((sum, { length }) => sum + length, 0)
  const [least, most] = numbers.length === 0 ? [0, 0] : [Math.min(...numbers), Math.max(...numbers)]
  return [{ column, rows, least, most, bytes }]
}
