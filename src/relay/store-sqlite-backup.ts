/** A copy of the database while it is written to: SQLite's own, page by page, so that nobody waits for it. */
import type Database from "better-sqlite3-multiple-ciphers"
import { StoreError } from "./errors.ts"
import { asStoreError } from "./store-sqlite-open.ts"

/** Pages at a time: about a megabyte, a few milliseconds. */
const STEP_PAGES = 256
/** A copy cannot begin while a transaction is open, which on a busy relay is often. */
const MAX_BEGINNINGS = 10_000

/**
 * The copy is what the store held at the end; what is staged then is in it only if it is committed.
 *
 * @param path an empty file. @param pause a moment: a commit on a slow disk may not use up all beginnings.
 * @throws StoreError; the file is then of no use.
 */
export async function copyDatabase(db: Database, path: string, pause: () => Promise<void>): Promise<void> {
  try {
    for (let beginning = 0; beginning < MAX_BEGINNINGS; beginning++) {
      const copied = await db.backup(path, { progress: () => STEP_PAGES })
      // Locked at its first step, the library takes the nothing that it has copied for all there is.
      if ((copied as { totalPages: number }).totalPages > 0) return
      await pause()
    }
  } catch (cause) {
    throw asStoreError(cause)
  }
  throw new StoreError("in-use", "the relay was too busy for a copy of its store; try again")
}
