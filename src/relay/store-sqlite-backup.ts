/** A copy of the database while it is written to: SQLite's own, page by page, so that nobody waits for it. */
import type Database from "better-sqlite3-multiple-ciphers"
import { asStoreError } from "./store-sqlite-open.ts"

/** Pages at a time: about a megabyte, a few milliseconds. */
const STEP_PAGES = 256

/**
 * @param path an empty file. The copy is what the store held at the end; what is staged then is in it only if it is
 * committed. @throws StoreError; the file is then of no use.
 */
export async function copyDatabase(db: Database, path: string): Promise<void> {
  try {
    await db.backup(path, { progress: () => STEP_PAGES })
  } catch (cause) {
    throw asStoreError(cause)
  }
}
