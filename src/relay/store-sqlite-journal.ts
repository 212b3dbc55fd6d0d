/** The journal of `store-sqlite.ts`: how much of it may be filled, and when it is moved to its place. */
import { asStoreError, PAGE_BYTES } from "./store-sqlite-open.ts"
import type { Statements } from "./store-sqlite-schema.ts"

/** Asking for the journal's length costs as much as a write: it is asked when a part of it may have been filled. */
const LOOKS = 8
/** At most so many pages change with a write, apart from those of its bytes. */
const PAGES_PER_WRITE = 5

export class SqliteJournal {
  readonly #sql: Statements
  readonly #pages: number
  /** An upper bound of what was added since its length was asked for. */
  #since = 0

  /** @param pages how much gathers. */
  constructor(sql: Statements, pages: number) {
    this.#sql = sql
    this.#pages = pages
  }

  /** @param bytes of one write. */
  added(bytes: number): void {
    this.#since += PAGES_PER_WRITE + bytes / PAGE_BYTES
  }

  /** Moves it when there is much of it. @throws StoreError. */
  tidy(): void {
    if (this.#since < this.#pages / LOOKS) return
    this.#since = 0
    try {
      const { log, checkpointed } = this.#sql.journalSize.get()!
      if (log - checkpointed >= this.#pages) this.#sql.moveJournal.get()
    } catch (cause) {
      throw asStoreError(cause)
    }
  }
}
