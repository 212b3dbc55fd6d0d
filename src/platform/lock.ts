/**
 * One process at a time. The lock is SQLite's exclusive lock on a file that holds nothing else: the system frees
 * it when the process ends however it ends, and keeps it while the process is stopped, unlike any lock that
 * judges by the age of a file. Two writers of one profile would use the same ratchet keys twice.
 */
import { closeSync, openSync } from "node:fs"
import Database from "better-sqlite3-multiple-ciphers"
import { fileError, PlatformError, systemCode } from "./errors.ts"

export interface Lock {
  release(): void
}

/** Those that are held: one that nobody points to would be closed, and free, when the memory is tidied. */
const held = new Set<InstanceType<typeof Database>>()

/**
 * Takes the lock at once or not at all. The file stays behind, empty, mode 0600.
 * @throws PlatformError `in-use` while another process, or this one, holds it.
 */
export function takeLock(path: string): Lock {
  createOnce(path)
  let database: InstanceType<typeof Database> | undefined
  try {
    database = new Database(path, { timeout: 0 })
    // Nothing is ever written, and on a full disk a journal could not be made.
    database.pragma("journal_mode = MEMORY")
    database.exec("BEGIN EXCLUSIVE")
  } catch (cause) {
    database?.close()
    throw lockError(cause, path)
  }
  const own = database
  held.add(own)
  return {
    release: () => {
      held.delete(own)
      own.close()
    },
  }
}

/**
 * Never opens a file that exists: closing any handle of a locked file would free the lock that
 * this process holds on it.
 */
function createOnce(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600))
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw fileError(error, path)
  }
}

function lockError(cause: unknown, path: string): unknown {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  if (code.startsWith("SQLITE_BUSY"))
    return new PlatformError("in-use", `another process holds ${path}`, { cause })
  if (code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY")) {
    return new PlatformError("not-permitted", `${path} may not be used by this user`, { cause })
  }
  if (code.startsWith("SQLITE_"))
    return new PlatformError("disk-failed", `${path} cannot be locked (${code})`, { cause })
  return fileError(cause, path)
}
