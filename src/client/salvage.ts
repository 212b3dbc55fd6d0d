/**
 * A new profile from a damaged one (PROTOCOL.md §15.3): all rows that can still be read of what may be carried, in a
 * new database, with a new device. What is damaged is never mended and never deleted; whoever calls keeps the old file.
 */
import { toHex } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import type { Clock } from "../platform/clock.ts"
import type { Random } from "../platform/random.ts"
import { DIRECTORY_CURSOR } from "./contacts.ts"
import { JOURNAL_COUNTER } from "./context.ts"
import { ClientError } from "./errors.ts"
import { type Kept, keepsake, type RowSource } from "./keepsake.ts"
import { ACCOUNT_ROWS } from "./profile.ts"
import { isSound, restoreProfile } from "./restoring.ts"
import { makeSpareDatabase, type PageRows, readPages } from "./store-sqlite-pages.ts"
import type { ClientStore, Row, TableName } from "./store.ts"

/** A copy of the damaged database, which reading changes, and room for another file. */
export interface SalvageFiles {
  /** The copy; its log lies beside it. */
  copy: string
  /** A file that does not exist yet. */
  spare: string
  pages: number
  /** Puts the first page of the spare in the place of the copy's. */
  takeFirstPage(): void
}

export interface Salvaged {
  /** How many rows were brought: people, conversations, lines and the like. */
  rows: number
  /** About how many places could not be read; each may have been many rows. */
  places: number
}

const KEPT_META: ReadonlySet<string> = new Set(
  [...ACCOUNT_ROWS, DIRECTORY_CURSOR, JOURNAL_COUNTER].map((key) => toHex(key)),
)
const RECORD_START = "{".charCodeAt(0)
const BY_KEY_BYTES: Readonly<Record<number, readonly TableName[]>> = {
  8: ["journal"],
  32: ["person", "conversation"],
  42: ["line"],
  80: ["remark"],
}

/**
 * Reads what can be read and makes a profile of it in `into`, in one transaction.
 * @throws ClientError `database-damaged` when the account's keys are lost, and with them everything that was sealed to
 * them; `already-joined` for a store that is not new.
 */
export function salvage(
  files: SalvageFiles,
  key: Uint8Array,
  into: ClientStore,
  deps: { random: Random; clock: Clock },
): Salvaged {
  const found = readCopy(files, key)
  const salvaged: Salvaged = { rows: 0, places: 0 }
  try {
    restoreProfile(into, deps, counted(keepsake(sourceOf(found)), salvaged))
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause
    throw new ClientError("database-damaged", "the keys of this profile's account cannot be read any more", {
      cause,
    })
  }
  return salvaged
}

function readCopy(files: SalvageFiles, key: Uint8Array): PageRows {
  try {
    return readPages(files.copy, key)
  } catch (cause) {
    if (!(cause instanceof ClientError && cause.code === "database-damaged")) throw cause
  }
  // Without the first page nothing opens; it holds no rows, and any database under this key has one that fits.
  makeSpareDatabase(files.spare, key, files.pages)
  files.takeFirstPage()
  const { rows, places } = readPages(files.copy, key)
  return { rows, places: places + 1 }
}

function* counted(rows: Generator<Kept, { places: number }>, salvaged: Salvaged): Generator<Kept> {
  for (;;) {
    const next = rows.next()
    if (next.done) {
      salvaged.places = next.value.places
      return
    }
    salvaged.rows++
    yield next.value
  }
}

/** Each row goes where its key and its value say that it belongs; a keepsake has few tables, and no two are alike. */
function sourceOf({ rows, places }: PageRows): RowSource {
  const byTable = new Map<TableName, Row[]>()
  for (const row of rows) {
    const table = tableOf(row)
    if (!table) continue
    const known = byTable.get(table)
    if (known) known.push(row)
    else byTable.set(table, [row])
  }
  return function* (table) {
    yield* byTable.get(table) ?? []
    // Where anything is lost it may have been people, so the directory is read again.
    if (table === "person") for (let i = 0; i < places; i++) yield undefined
  }
}

function tableOf(row: Row): TableName | undefined {
  if (KEPT_META.has(toHex(row.key))) return "meta"
  // Group rows, keys and sealed entries are no records.
  if (row.value[0] !== RECORD_START) return undefined
  return (BY_KEY_BYTES[row.key.length] ?? []).find((table) => isSound({ table, ...row }))
}
