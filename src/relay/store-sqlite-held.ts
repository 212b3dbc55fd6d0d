/**
 * `RelayStore.held` in SQLite. The columns are those that the database itself names, so that one which somebody adds
 * is told with the others, whether or not anybody thought of it.
 */
import { toHex } from "../bytes.ts"
import { asCount, type About, type Held, HELD_ENTRIES, HELD_PIECES, HELD_TABLES } from "./held.ts"
import type { SqlDatabase, Statement } from "./store-sqlite-schema.ts"

type Key = Uint8Array | string
type Row = Record<string, unknown>

const KEY = "(SELECT key FROM asked)"
const REF = `(SELECT ref FROM channel WHERE id = ${KEY})`
const ENDS = ["ASC", "DESC"].map(
  (order) =>
    `SELECT * FROM (SELECT rowid FROM entry WHERE ref = ${REF} ORDER BY seq ${order} LIMIT ${HELD_ENTRIES})`,
)
const ENTRIES = `SELECT rowid FROM (${ENDS.join(" UNION ")})`
/** Those that a log beside the database names come with the question. */
const BLOBS = `SELECT unhex(value) FROM json_each((SELECT hashes FROM asked))
  UNION SELECT blob_hash FROM entry WHERE rowid IN (${ENTRIES}) AND blob_hash IS NOT NULL
  UNION SELECT blob_hash FROM header WHERE ref = ${REF} AND blob_hash IS NOT NULL`

/** The rows of each table that belong to a key. */
const ROWS: Readonly<Record<string, string>> = {
  meta: `meta WHERE ${KEY} IS NOT NULL`,
  directory: `directory WHERE entry_index IN (SELECT value FROM json_each(${KEY}, '$.entries'))`,
  door: `door WHERE key = unhex(json_extract(${KEY}, '$.account'))`,
  package: `package WHERE owner = ${KEY}`,
  generation: `generation WHERE owner = ${KEY}`,
  channel: `channel WHERE id = ${KEY}`,
  entry: `entry WHERE rowid IN (${ENTRIES})`,
  token: `token WHERE ref = ${REF}`,
  header: `header WHERE ref = ${REF}`,
  blob: `blob WHERE hash IN (${BLOBS})`,
  blob_piece: `(SELECT * FROM blob_piece WHERE hash IN (${BLOBS}) LIMIT ${HELD_PIECES})`,
}

interface Question {
  columns: readonly string[]
  statement: Statement<[Key, string], Row>
}

export class SqliteHeld {
  readonly #questions = new Map<About["kind"], Question[]>()

  constructor(db: SqlDatabase) {
    for (const kind of ["relay", "account", "device", "channel"] as const)
      this.#questions.set(
        kind,
        HELD_TABLES[kind].map((table) => question(db, table)),
      )
  }

  /** As the disk has it: what stands in a damaged row may be anything. */
  about(about: About, blobs: readonly Uint8Array[]): Held[] {
    const hashes = JSON.stringify(blobs.map(toHex))
    const key = keyOf(about)
    return (this.#questions.get(about.kind) ?? []).flatMap(({ columns, statement }) => {
      const row = statement.get(key, hashes) ?? {}
      return columns.flatMap((column, at) => {
        const rows = asCount(row[`rows${at}`])
        const [least, most, bytes] = [`least${at}`, `most${at}`, `bytes${at}`].map((name) =>
          asCount(row[name]),
        )
        return rows === 0 ? [] : [{ column, rows, least: least!, most: most!, bytes: bytes! }]
      })
    })
  }
}

function question(db: SqlDatabase, table: string): Question {
  const names = db
    .prepare<[string], { name: string }>("SELECT name FROM pragma_table_info(?)")
    .all(table)
    .map(({ name }) => name)
  const sums = names.map((name, at) => {
    const isNumber = `typeof("${name}") = 'integer'`
    return `count("${name}") AS rows${at},
      min(CASE WHEN ${isNumber} THEN "${name}" END) AS least${at},
      max(CASE WHEN ${isNumber} THEN "${name}" END) AS most${at},
      sum(CASE WHEN ${isNumber} THEN 0 ELSE length("${name}") END) AS bytes${at}`
  })
  return {
    columns: names.map((name) => `${table}.${name}`),
    statement: db.prepare(
      `WITH asked(key, hashes) AS (VALUES (?, ?)) SELECT ${sums.join(", ")} FROM ${ROWS[table]}`,
    ),
  }
}

function keyOf(about: About): Key {
  switch (about.kind) {
    case "relay":
      return ""
    case "account":
      return JSON.stringify({ entries: about.entries, account: toHex(about.accountId) })
    case "device":
      return about.owner
    case "channel":
      return about.channelId
  }
}
