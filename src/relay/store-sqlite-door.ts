/** `DoorStore` in SQLite; the table is in `store-sqlite-schema.ts`. */
import type { DoorStore, Note, NoteKind } from "./door-store.ts"
import { checkRow } from "./store-sqlite-open.ts"
import type { SqlDatabase } from "./store-sqlite-schema.ts"

/** The store's own ways to write within the batch, and to read. */
export interface Ways {
  stage(write: () => void): void
  read<T>(read: () => T): T
}

export function sqliteDoor(db: SqlDatabase, { stage, read }: Ways): DoorStore {
  const all = db.prepare<[NoteKind], Note>("SELECT key, value FROM door WHERE kind = ? ORDER BY key")
  const put = db.prepare<[NoteKind, Uint8Array, Uint8Array]>(
    "INSERT OR REPLACE INTO door (kind, key, value) VALUES (?, ?, ?)",
  )
  const drop = db.prepare<[NoteKind, Uint8Array]>("DELETE FROM door WHERE kind = ? AND key = ?")
  return {
    all: (kind) => {
      const notes = read(() => all.all(kind))
      for (const note of notes) checkRow(note, ["key", "value"], [])
      return notes
    },
    put: (kind, { key, value }) => stage(() => void put.run(kind, key, value)),
    drop: (kind, key) => stage(() => void drop.run(kind, key)),
  }
}
