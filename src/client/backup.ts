/**
 * What a backup holds once its seal is open (PROTOCOL.md §15.1): when it was made, then the rows of a keepsake.
 *
 *     content = v u8 = 1 ‖ made at u64 ‖ row …          row = length u8 ‖ table ‖ key bytes(256) ‖ value bytes(4 MiB)
 *
 * Rows come from somebody who had the words, and are checked all the same: a table, or a name in `meta`, that no
 * keepsake has is refused, so that a backup can bring no group state; lengths are checked before anything is held.
 */
import { ByteReader, ByteWriter, toHex, utf8 } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import { Pieces } from "../crypto/pieces.ts"
import type { Millis } from "../platform/clock.ts"
import { DIRECTORY_CURSOR } from "./contacts.ts"
import { JOURNAL_COUNTER } from "./context.ts"
import type { Kept } from "./keepsake.ts"
import { ACCOUNT_ROWS } from "./profile.ts"
import type { TableName } from "./store.ts"

export const MAX_BACKUP_KEY_BYTES = 256
/** A line of 16 KiB of text takes up to six times that as JSON. */
export const MAX_BACKUP_VALUE_BYTES = 4_194_304

const VERSION = 1
const START_BYTES = 1 + 8
/** The tables that a keepsake has rows of, and the rows of `meta`. */
const TABLES_KEPT: readonly TableName[] = ["meta", "person", "conversation", "line", "remark", "journal"]
const META_KEPT: ReadonlySet<string> = new Set(
  [...ACCOUNT_ROWS, DIRECTORY_CURSOR, JOURNAL_COUNTER].map((key) => toHex(key)),
)

/** The content of a backup, row by row. @throws RangeError for a row that is not to leave its device. */
export function* encodeBackup(madeAt: Millis, rows: Iterable<Kept>): Generator<Uint8Array> {
  yield new ByteWriter().u8(VERSION).u64(madeAt).done()
  for (const { table, key, value } of rows) {
    if (!isKept(table, key) || key.length > MAX_BACKUP_KEY_BYTES || value.length > MAX_BACKUP_VALUE_BYTES)
      throw new RangeError(`a row of ${table} that no backup takes`)
    const name = utf8(table)
    yield new ByteWriter().u8(name.length).raw(name).sized(key).sized(value).done()
  }
}

/** A backup's content while it is read. Like what it is read from, nothing of it counts before the rows have ended. */
export interface BackupContent {
  madeAt: Millis
  /** @throws CryptoError `bad-backup`. */
  rows: Generator<Kept>
}

/** @param pieces of any size. @throws CryptoError `bad-backup`, `backup-newer`, and what `pieces` throw. */
export function decodeBackup(pieces: Iterable<Uint8Array>): BackupContent {
  const input = new Pieces(pieces)
  const start = new ByteReader(exactly(input, START_BYTES))
  const version = start.u8()
  if (version > VERSION)
    throw new CryptoError("backup-newer", "a newer secure-chat wrote this backup; update the program")
  if (version !== VERSION) throw new CryptoError("bad-backup", "the beginning of this backup makes no sense")
  return { madeAt: moment(start), rows: readRows(input) }
}

function moment(start: ByteReader): Millis {
  try {
    return start.u64()
  } catch (cause) {
    throw new CryptoError("bad-backup", "the beginning of this backup makes no sense", { cause })
  }
}

function* readRows(input: Pieces): Generator<Kept> {
  for (;;) {
    const [nameBytes] = input.take(1)
    if (nameBytes === undefined) return
    const name = toHex(exactly(input, nameBytes))
    const table = TABLES_KEPT.find((known) => toHex(utf8(known)) === name)
    const key = sized(input, MAX_BACKUP_KEY_BYTES)
    if (table === undefined || !isKept(table, key))
      throw new CryptoError("bad-backup", "this backup holds what no backup may hold")
    yield { table, key, value: sized(input, MAX_BACKUP_VALUE_BYTES) }
  }
}

function isKept(table: TableName, key: Uint8Array): boolean {
  return table === "meta" ? META_KEPT.has(toHex(key)) : TABLES_KEPT.includes(table)
}

function sized(input: Pieces, max: number): Uint8Array {
  const length = new ByteReader(exactly(input, 4)).u32()
  if (length > max) throw new CryptoError("bad-backup", "this backup holds what no backup may hold")
  return exactly(input, length)
}

function exactly(input: Pieces, length: number): Uint8Array {
  const bytes = input.take(length)
  if (bytes.length < length) throw new CryptoError("bad-backup", "this backup ends in the middle")
  return bytes
}
