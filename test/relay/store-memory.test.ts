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

/** A channel with three entries, and the store that made it. */
async function three() {
  const disk = new MemoryDisk(bytes(9, 16))
  const store = new MemoryRelayStore(disk)
  const ref = store.createChannel(bytes(1))
  for (let seq = 1; seq <= 3; seq++) store.append(ref, newEntry(seq))
  await store.commit()
  return { disk, store, ref }
}

test("a backup is what was committed, also while something is staged, and nothing later changes it", async () => {
  const { disk, store, ref } = await three()
  store.append(ref, newEntry(4))
  store.createChannel(bytes(2))
  store.putGeneration(bytes(3), bytes(4))
  const backup = disk.snapshot()
  // What was staged is staged still, and the commit keeps it.
  expect(store.findChannel(bytes(1))?.lastSeq).toBe(4)
  await store.commit()
  store.dropEntries(ref, 2, bytes(2), 1)
  await store.commit()
  store.append(ref, newEntry(5))
  store.crash()
  expect(new MemoryRelayStore(disk).findChannel(bytes(1))).toMatchObject({ firstSeq: 3, lastSeq: 4 })
  for (let life = 0; life < 2; life++) {
    disk.restore(backup)
    const again = new MemoryRelayStore(disk)
    expect(again.incarnation).toEqual(store.incarnation)
    expect(again.findChannel(bytes(1))).toMatchObject({ firstSeq: 1, lastSeq: 3, head: bytes(3) })
    expect(again.readEntries(ref, 0, 9, 1e6).map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(again.findEntry(ref, newEntry(4).eid)).toBeUndefined()
    expect([again.findChannel(bytes(2)), again.findGeneration(bytes(3))]).toEqual([undefined, undefined])
    again.append(ref, newEntry(4))
    await again.commit()
  }
})

test("a crash after a backup that was taken while something was staged loses it", async () => {
  const { disk, store, ref } = await three()
  store.append(ref, newEntry(4))
  disk.snapshot()
  store.crash("lost")
  expect(new MemoryRelayStore(disk).findChannel(bytes(1))?.lastSeq).toBe(3)
})

test("single rows go bad, each in its way, and the others do not", async () => {
  const { disk, store, ref } = await three()
  const read = () => store.readEntries(ref, 0, 9, 1e6).map(({ seq }) => seq)
  const before = store.readEntry(ref, 2)!
  disk.damage(bytes(1), 2, "altered")
  expect(read()).toEqual([1, 2, 3])
  expect(store.readEntry(ref, 2)!.bytes).not.toEqual(before.bytes)
  expect(store.readEntry(ref, 2)!.bytes).toHaveLength(before.bytes.length)
  // Whoever was given it keeps what was given.
  expect(before.bytes).toEqual(newEntry(2).bytes)
  disk.damage(bytes(1), 2, "unreadable")
  expect(read).toThrow(expect.objectContaining({ code: "damaged" }))
  expect(() => store.readEntry(ref, 2)).toThrow(expect.objectContaining({ code: "damaged" }))
  expect(store.readEntry(ref, 3)!.seq).toBe(3)
  disk.damage(bytes(1), 3, "missing")
  expect([store.readEntry(ref, 3), store.findEntry(ref, newEntry(3).eid)]).toEqual([undefined, undefined])
  expect(() => disk.damage(bytes(1), 4, "altered")).toThrow(RangeError)
  expect(() => disk.damage(bytes(7), 1, "altered")).toThrow(RangeError)
})

test("faults are asked for with what they would break", async () => {
  const asked: string[] = []
  const store = new MemoryRelayStore(new MemoryDisk(bytes(9, 16)), {
    failAt: (n, kind) => {
      asked.push(`${n} ${kind}`)
      return kind === "sync" && n === 3 ? "failed" : undefined
    },
  })
  store.addDirectoryEntry(0, bytes(1))
  store.addDirectoryEntry(1, bytes(1))
  await expect(store.commit()).rejects.toMatchObject({ code: "failed" })
  expect(asked).toEqual(["1 write", "2 write", "3 sync"])
  expect(store.directorySize()).toBe(0)
})
