/**
 * What a running client does for its disk (PROTOCOL.md §15, §16): overwritten secrets leave the log within the hour,
 * and while the disk is full nothing is fetched that could not be saved.
 */
import { utf8 } from "../bytes.ts"
import type { Context } from "./context.ts"
import { ClientError } from "./errors.ts"
import type { ClientStore } from "./store.ts"

const HOUR_MS = 3_600_000
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

/** Tidies every hour from now on, as events of the queue. @returns what ends it. */
export function tidyHourly({ store, clock, later }: Context): () => void {
  let cancel = () => {}
  const wait = () => {
    cancel = later(clock.now() + HOUR_MS, () => {
      wait()
      tidyIfPossible(store)
    })
  }
  wait()
  return () => cancel()
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
