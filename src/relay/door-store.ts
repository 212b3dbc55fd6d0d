/**
 * What the operator has decided about coming in, as the store keeps it (PROTOCOL.md §16.3): notes of a few kinds, each
 * under a key, changed in the batch's own transaction. `door.ts` knows what they say.
 */

/** Numbers on the disk, for ever. */
export const NOTE_KINDS = {
  /** Key: the first account of a person, 32 bytes. */
  ban: 1,
  /** Key: H("admission", code), 32 bytes. */
  invitation: 2,
  /** Key: an account that asks to be let in, 32 bytes. */
  waiting: 3,
  /** Key: an account that was let in, 32 bytes. */
  admitted: 4,
  /** Key: a folded name in UTF-8 that may come in. */
  listed: 5,
  /** Key: none. */
  mode: 6,
} as const
export type NoteKind = (typeof NOTE_KINDS)[keyof typeof NOTE_KINDS]

export interface Note {
  key: Uint8Array
  value: Uint8Array
}

/** The staged writes belong to the store's batch; reads see them at once. */
export interface DoorStore {
  /** @throws StoreError `damaged`. */
  all(kind: NoteKind): Note[]
  /** In the place of the one that has this key. */
  put(kind: NoteKind, note: Note): void
  drop(kind: NoteKind, key: Uint8Array): void
}
