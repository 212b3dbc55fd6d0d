/**
 * What a running client does for its disk (PROTOCOL.md §15, §16): overwritten secrets leave the log within the hour,
 * and while the disk is full nothing is fetched that could not be saved.
 */
import { utf8 } from "../bytes.ts"
import { ClientError } from "./errors.ts"
import { RUNNING } from "./profile.ts"
import type { ClientStore } from "./store.ts"

/** Written and deleted to see whether there is room again: about as much as thirty messages take. */
const ROOM_TO_WRITE = utf8("room to write")
const ROOM_TO_WRITE_BYTES = 65_536

/** Whether the disk has room for more than a few messages. @throws ClientError other than `storage`. */
export function hasRoom(store: ClientStore): boolean {
  return unlessFull(() => {
    store.transaction("ordered", (tx) => tx.put("meta", ROOM_TO_WRITE, new Uint8Array(ROOM_TO_WRITE_BYTES)))
    store.transaction("ordered", (tx) => tx.delete("meta", ROOM_TO_WRITE))
  })
}

/** Truncates the store's log; a disk that is full keeps it until there is room. */
export function tidyIfPossible(store: ClientStore): void {
  unlessFull(() => store.tidy())
}

/** The process ends as it should: the next one need not ask what became of this one. */
export function endCleanly(store: ClientStore): void {
  unlessFull(() => store.transaction("synced", (tx) => tx.delete("meta", RUNNING)))
  tidyIfPossible(store)
}

function unlessFull(act: () => void): boolean {
  try {
    act()
    return true
  } catch (cause) {
    if (cause instanceof ClientError && cause.code === "storage") return false
    throw cause
  }
}
