import { expect, test } from "vitest"
import { concat, u64 } from "../../src/bytes.ts"
import { type OutboxRecord, putRecord } from "../../src/client/records.ts"
import { firstInOutbox, inOutbox } from "../../src/client/sending.ts"
import { openMemoryStore } from "../../src/client/store-memory.ts"

const room = new Uint8Array(32).fill(7)
const otherRoom = new Uint8Array(32).fill(8)
const eidOf = (number: number) => new Uint8Array(32).fill(number)

function row(content: OutboxRecord["content"], eid?: Uint8Array): OutboxRecord {
  const sealed = eid && { entry: Uint8Array.of(1), eid, position: 3, blob: undefined }
  return { content, payload: undefined, line: undefined, sealed }
}

test("a message that is on its way is found by its entry's name, also when a sign of life has overtaken it", () => {
  const store = openMemoryStore()
  store.transaction("synced", (tx) => {
    putRecord(tx, "outbox", concat(room, u64(0)), row({ type: "alive" }, eidOf(1)))
    putRecord(tx, "outbox", concat(room, u64(5)), row({ type: "receipt" }, eidOf(2)))
    putRecord(tx, "outbox", concat(room, u64(6)), row({ type: "beacon" }))
    putRecord(tx, "outbox", concat(otherRoom, u64(1)), row({ type: "beacon" }, eidOf(3)))
  })
  expect(firstInOutbox(store, room)?.record.content.type).toBe("alive")
  expect(inOutbox(store, room, eidOf(1))?.record.content.type).toBe("alive")
  expect(inOutbox(store, room, eidOf(2))?.record.content.type).toBe("receipt")
  expect(inOutbox(store, room, eidOf(3))).toBeUndefined()
})
