/**
 * What SQLite says when a disk misbehaves, in our three words (PROTOCOL.md §16): `storage` did not happen and may
 * work later; after `storage-failed` nobody knows what is on the disk; `database-damaged` is about bytes already there.
 */
import { ClientError } from "./errors.ts"

/** Runs something of SQLite's and turns its errors into ours; other errors pass. */
export function translated<T>(run: () => T): T {
  try {
    return run()
  } catch (cause) {
    throw faultOf(cause) ?? cause
  }
}

/** Undefined for what SQLite did not say, or what is our own fault. */
export function faultOf(cause: unknown): ClientError | undefined {
  // The library's own word for a folder that is missing; SQLite is not asked then.
  if (cause instanceof TypeError && cause.message.startsWith("Cannot open database")) {
    return new ClientError("storage", "the folder of the database does not exist", { cause })
  }
  if (!isSqliteError(cause)) return undefined
  const { code } = cause
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return new ClientError("database-damaged", "the database is damaged or belongs to another key", { cause })
  }
  // A full disk and, on Unix, only that is FULL: the write that found no room was taken back whole.
  if (code === "SQLITE_FULL") return new ClientError("storage", "the disk is full", { cause })
  // Reads and writes, syncs and truncations. After a failed sync the kernel calls pages clean that never reached the
  // disk, so that trying again on the same file would succeed and mean nothing.
  if (code.startsWith("SQLITE_IOERR")) {
    return new ClientError("storage-failed", `the disk failed (${code})`, { cause })
  }
  if (/^SQLITE_(CANTOPEN|READONLY|BUSY|LOCKED|PERM|NOLFS|NOMEM)/.test(code)) {
    return new ClientError("storage", `the disk refused (${code}): it may not be writable`, { cause })
  }
  if (!code.startsWith("SQLITE_")) return undefined
  return new ClientError("database-damaged", `the database does not fit (${code})`, { cause })
}

/** By name: only the store itself may import the library. */
function isSqliteError(cause: unknown): cause is Error & { code: string } {
  return (
    cause instanceof Error &&
    cause.name === "SqliteError" &&
    "code" in cause &&
    typeof cause.code === "string"
  )
}
