import { expect, test } from "vitest"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { bytes, newEntry } from "../support/store-harness.ts"
import { storeContract } from "./store.contract.ts"

storeContract(() => {
  const disk = new MemoryDisk(bytes(9, 16))
  let full = false
  const open = () => new MemoryRelayStore(disk, { failAt: () => (full ? "full" : undefined) })
  const harness = {
    store: open(),
    crash: () => {
      harness.store.crash()
      harness.store = open()
      return harness.store
    },
    fillDisk: () => void (full = true),
    emptyDisk: () => void (full = false),
  }
  return harness
})

test("the disk dies at each operation in turn, and the batch is all there or not at all", async () => {
  const batch = (store: MemoryRelayStore) => {
    const ref = store.createChannel(bytes(1))
    store.append(ref, newEntry(1))
    store.addDirectoryEntry(0, bytes(2))
  }
  const OPERATIONS = 4 // three writes and the commit
  for (let deadAt = 1; deadAt <= OPERATIONS + 1; deadAt++) {
    const disk = new MemoryDisk(bytes(9, 16))
    const store = new MemoryRelayStore(disk, { failAt: (n) => (n === deadAt ? "failed" : undefined) })
    batch(store)
    const kept = await store.commit().then(
      () => true,
      () => false,
    )
    expect(kept, `operation ${deadAt}`).toBe(deadAt > OPERATIONS)
    const after = new MemoryRelayStore(disk)
    expect(after.directorySize(), `operation ${deadAt}`).toBe(kept ? 1 : 0)
    expect(after.findChannel(bytes(1))?.lastSeq, `operation ${deadAt}`).toBe(kept ? 1 : undefined)
  }
})

test("a crash during the sync rejects the commit and keeps what it is told to keep", async () => {
  for (const staged of ["lost", "kept"] as const) {
    const disk = new MemoryDisk(bytes(9, 16))
    let finish = () => {}
    const store = new MemoryRelayStore(disk, { sync: () => new Promise((resolve) => (finish = resolve)) })
    store.addDirectoryEntry(0, bytes(1))
    const commit = store.commit()
    store.crash(staged)
    finish()
    await expect(commit).rejects.toMatchObject({ code: "failed" })
    expect(new MemoryRelayStore(disk).directorySize()).toBe(staged === "kept" ? 1 : 0)
  }
})
