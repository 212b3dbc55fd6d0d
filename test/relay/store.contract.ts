/** What every `RelayStore` must do. Each implementation's test file runs this with its own way to make one. */
import { describe, expect, test } from "vitest"
import { NOTE_KINDS } from "../../src/relay/door-store.ts"
import { StoreError } from "../../src/relay/errors.ts"
import type { RelayStore } from "../../src/relay/store.ts"
import { bytes, newEntry, plain, same, type StoreHarness } from "../support/store-harness.ts"
import { logContract } from "./store-log.contract.ts"

export function storeContract(make: () => StoreHarness): void {
  const CHANNEL = bytes(0xc1)
  const OWNER = bytes(0x0e, 48)

  logContract(make)

  test("a device has one generation record, which is replaced and dropped", async () => {
    const harness = make()
    const { store } = harness
    expect(store.findGeneration(OWNER)).toBeUndefined()
    store.putGeneration(OWNER, bytes(1, 40))
    same(store.findGeneration(OWNER), bytes(1, 40))
    store.putGeneration(OWNER, bytes(2, 41))
    store.putGeneration(bytes(0x0f, 48), bytes(3, 1))
    await store.commit()
    const again = harness.crash()
    same(again.findGeneration(OWNER), bytes(2, 41))
    again.dropGeneration(OWNER)
    await again.commit()
    expect(again.findGeneration(OWNER)).toBeUndefined()
    same(again.findGeneration(bytes(0x0f, 48)), bytes(3, 1))
  })

  test("the operator's notes are put, replaced and dropped, and a batch that was lost takes its own along", async () => {
    const harness = make()
    const { store } = harness
    const all = (from: RelayStore) =>
      from.door.all(NOTE_KINDS.ban).map(({ key, value }) => [key[0], value[0], value.length])
    store.door.put(NOTE_KINDS.ban, { key: bytes(2), value: bytes(1, 8) })
    store.door.put(NOTE_KINDS.ban, { key: bytes(1), value: bytes(1, 8) })
    store.door.put(NOTE_KINDS.listed, { key: bytes(1), value: bytes(3, 5) })
    store.door.put(NOTE_KINDS.ban, { key: bytes(1), value: bytes(2, 9) })
    expect(all(store)).toEqual([
      [1, 2, 9],
      [2, 1, 8],
    ])
    await store.commit()
    store.door.drop(NOTE_KINDS.ban, bytes(1))
    store.door.drop(NOTE_KINDS.ban, bytes(9))
    const again = harness.crash()
    expect(all(again)).toHaveLength(2)
    again.door.drop(NOTE_KINDS.ban, bytes(1))
    await again.commit()
    expect(all(harness.crash())).toEqual([[2, 1, 8]])
  })

  test("headers are put, replaced and deleted", async () => {
    const { store } = make()
    const ref = store.createChannel(CHANNEL)
    const id = bytes(0xd1)
    expect(store.findHeader(id)).toBeUndefined()
    store.putHeader(id, { ref, position: 0, blobHash: undefined, inline: bytes(1, 9) })
    await store.commit()
    expect(store.findHeader(id)?.blobHash).toBeUndefined()
    store.putHeader(id, { ref, position: 1, blobHash: bytes(2), inline: new Uint8Array(0) })
    store.append(ref, newEntry(1, { position: 4, tokenHash: bytes(1) }))
    same(store.findHeader(id), {
      ref,
      position: 1,
      blobHash: bytes(2),
      inline: new Uint8Array(0),
      nextPosition: 5,
    })
    same(store.countHeaders(ref), { count: 1, largest: 0, oldest: id })
    store.addBlob(bytes(2), bytes(7, 500), 1_000)
    store.putHeader(bytes(0xd2), { ref, position: 1, blobHash: undefined, inline: bytes(1, 9) })
    const [first] = [id, bytes(0xd2)].toSorted(Buffer.compare)
    same(store.countHeaders(ref), { count: 2, largest: 500, oldest: first })
    store.putHeader(bytes(0xd3), { ref, position: 0, blobHash: undefined, inline: bytes(1, 9) })
    same(store.countHeaders(ref), { count: 3, largest: 500, oldest: bytes(0xd3) })
    store.deleteHeader(bytes(0xd3))
    expect(store.countHeaders(ref + 1)).toEqual({ count: 0, largest: 0, oldest: undefined })
    store.deleteHeader(id)
    await store.commit()
    expect(store.findHeader(id)).toBeUndefined()
  })

  describe("blobs", () => {
    const HASH = bytes(0xb1)
    const CONTENT = Uint8Array.from({ length: 150_000 }, (_, at) => at % 251)

    test.each([
      [0, 10],
      [0, 49_152],
      [49_152, 49_152],
      [49_000, 400],
      [40_000, 60_000],
      [149_990, 49_152],
      [150_000, 10],
    ])("a read at %i of %i bytes gives exactly those", async (offset, length) => {
      const { store } = make()
      store.addBlob(HASH, CONTENT.slice(), 1_000)
      await store.commit()
      expect(store.findBlob(HASH)).toEqual({ total: CONTENT.length })
      same(store.readBlob(HASH, offset, length), CONTENT.slice(offset, offset + length))
    })

    test("a blob that nothing needs goes after its time; a pinned one stays until it is let go", async () => {
      const { store } = make()
      const [loose, pinned, released] = [bytes(1), bytes(2), bytes(3)]
      for (const hash of [loose, pinned, released]) store.addBlob(hash, bytes(7, 100), 1_000)
      store.pinBlob(pinned, 1, 1_000)
      store.pinBlob(released, 1, 1_000)
      await store.commit()
      expect(store.dropLooseBlobs(1_000, 9)).toBe(0)
      expect(store.dropLooseBlobs(1_001, 9)).toBe(1)
      await store.commit()
      expect([loose, pinned, released].map((hash) => store.findBlob(hash)?.total)).toEqual([
        undefined,
        100,
        100,
      ])
      store.pinBlob(released, -1, 5_000)
      await store.commit()
      expect(store.dropLooseBlobs(5_000, 9)).toBe(0)
      expect(store.dropLooseBlobs(5_001, 9)).toBe(1)
      expect(store.readBlob(released, 0, 10).length).toBe(0)
      store.addBlob(loose, bytes(7, 100), 6_000)
      store.pinBlob(loose, 0, 7_000)
      await store.commit()
      expect(store.dropLooseBlobs(7_000, 9)).toBe(0)
      expect(store.dropLooseBlobs(7_001, 9)).toBe(1)
    })

    test("loose blobs go a few at a time", async () => {
      const { store } = make()
      for (let byte = 1; byte <= 5; byte++) store.addBlob(bytes(byte), bytes(7, 100), 1_000)
      await store.commit()
      expect([2, 2, 2, 2].map((count) => store.dropLooseBlobs(2_000, count))).toEqual([2, 2, 1, 0])
    })

    test("adding a blob again puts its bytes in order, and leaves its pins", async () => {
      const harness = make()
      const { store } = harness
      store.addBlob(HASH, CONTENT.slice(0, 60_000), 1_000)
      store.pinBlob(HASH, 1, 1_000)
      await store.commit()
      store.addBlob(HASH, CONTENT.slice(), 2_000)
      await store.commit()
      for (const each of [store, harness.crash()]) {
        expect(each.findBlob(HASH)).toEqual({ total: CONTENT.length })
        same(each.readBlob(HASH, 0, 200_000), CONTENT.slice())
        expect(each.dropLooseBlobs(9_000, 9)).toBe(0)
      }
    })

    test("adding the same blob again changes nothing", async () => {
      const { store } = make()
      store.addBlob(HASH, CONTENT.slice(), 1_000)
      store.pinBlob(HASH, 1, 1_000)
      store.addBlob(HASH, CONTENT.slice(), 2_000)
      await store.commit()
      expect(store.dropLooseBlobs(9_000, 9)).toBe(0)
      same(store.readBlob(HASH, 0, 5), CONTENT.slice(0, 5))
    })
  })

  test("the directory is a list that only grows", async () => {
    const { store } = make()
    for (let index = 0; index < 5; index++) store.addDirectoryEntry(index, bytes(index, 100))
    await store.commit()
    expect(store.directorySize()).toBe(5)
    same(store.readDirectory(3, 10, 1_000), [bytes(3, 100), bytes(4, 100)])
    expect(store.readDirectory(0, 2, 1_000)).toHaveLength(2)
    expect(store.readDirectory(0, 9, 350)).toHaveLength(3)
    expect(store.readDirectory(0, 9, 1)).toHaveLength(1)
    expect(store.readDirectory(5, 9, 1_000)).toEqual([])
    expect(() => store.addDirectoryEntry(4, bytes(0))).toThrow(RangeError)
  })

  test("key packages go out once, oldest first; the last-resort one stays", async () => {
    const { store } = make()
    expect(store.takePackage(OWNER)).toBeUndefined()
    store.setLastResort(OWNER, bytes(8, 50))
    store.addPackage(OWNER, bytes(1, 50))
    store.addPackage(OWNER, bytes(2, 50))
    store.setLastResort(OWNER, bytes(9, 50))
    await store.commit()
    expect(store.countPackages(OWNER)).toEqual({ oneUse: 2, lastResort: true })
    expect(store.countPackages(bytes(0x0f, 48))).toEqual({ oneUse: 0, lastResort: false })
    const taken = Array.from({ length: 4 }, () => store.takePackage(OWNER))
    await store.commit()
    same(taken, [
      { keyPackage: bytes(1, 50), lastResort: false },
      { keyPackage: bytes(2, 50), lastResort: false },
      { keyPackage: bytes(9, 50), lastResort: true },
      { keyPackage: bytes(9, 50), lastResort: true },
    ])
    store.dropPackages(OWNER)
    await store.commit()
    expect(store.takePackage(OWNER)).toBeUndefined()
  })

  describe("commit", () => {
    const channelOf = (store: RelayStore) => store.findChannel(CHANNEL)?.ref ?? store.createChannel(CHANNEL)
    const nextOf = (store: RelayStore) => (store.findChannel(CHANNEL)?.lastSeq ?? 0) + 1
    /** One write of every kind, each after what the ones before left. */
    const writes: ((store: RelayStore) => void)[] = [
      (store) => {
        const next = nextOf(store)
        store.append(channelOf(store), newEntry(next, { position: next - 1, tokenHash: bytes(next) }))
      },
      (store) => {
        const header = { position: nextOf(store), blobHash: undefined, inline: bytes(nextOf(store), 20) }
        store.putHeader(bytes(0xd1), { ref: channelOf(store), ...header })
      },
      (store) => store.addBlob(bytes(nextOf(store)), bytes(nextOf(store), 60_000), 1_000),
      (store) => store.pinBlob(bytes(2), 1, 1_000),
      (store) => store.addDirectoryEntry(store.directorySize(), bytes(nextOf(store), 40)),
      (store) => store.addPackage(OWNER, bytes(nextOf(store), 40)),
      (store) => store.setLastResort(OWNER, bytes(nextOf(store), 41)),
      (store) => store.putGeneration(OWNER, bytes(nextOf(store), 42)),
      (store) => {
        const { firstSeq, lastSeq } = store.findChannel(CHANNEL)!
        if (firstSeq < lastSeq) store.dropEntries(channelOf(store), firstSeq, bytes(firstSeq), 110)
      },
      (store) => {
        const { nextPosition, confirmed } = store.findChannel(CHANNEL)!
        if (confirmed < nextPosition - 1) store.confirm(channelOf(store), nextPosition - 1)
      },
      (store) => void store.takePackage(OWNER),
      (store) => void store.dropLooseBlobs(2_000, 1),
    ]
    const stageEverything = (store: RelayStore) => {
      for (const write of writes.slice(0, 8)) write(store)
    }

    function everything(store: RelayStore) {
      const row = store.findChannel(CHANNEL)
      const ref = row?.ref ?? -1
      return plain([
        row,
        row && store.readEntries(ref, 0, 100, 1e6),
        row && [0, 1, 2].map((position) => store.tokenHash(ref, position)),
        row && [1, 2, 3].map((seq) => store.findEntry(ref, newEntry(seq).eid)),
        store.findGeneration(OWNER),
        store.findHeader(bytes(0xd1)),
        [1, 2, 3].map((byte) => store.findBlob(bytes(byte))),
        store.readDirectory(0, 100, 1e6),
        store.countPackages(OWNER),
      ])
    }

    test("says whether anything waits for it", async () => {
      const { store } = make()
      expect(store.staged).toBe(false)
      await store.commit()
      store.addDirectoryEntry(0, bytes(1))
      expect(store.staged).toBe(true)
      await store.commit()
      expect(store.staged).toBe(false)
    })

    test("what was committed survives a crash, and nothing else does", async () => {
      const harness = make()
      stageEverything(harness.store)
      await harness.store.commit()
      const committed = everything(harness.store)
      const { incarnation } = harness.store
      stageEverything(harness.store)
      expect(everything(harness.store)).not.toEqual(committed)
      const reopened = harness.crash()
      expect(everything(reopened)).toEqual(committed)
      same(reopened.incarnation, incarnation)
    })

    test("wherever the process dies, what is there is what the last commit left: nothing in part", async () => {
      const LIVES = 3
      for (let deadAt = 0; deadAt <= writes.length * LIVES; deadAt++) {
        const harness = make()
        let committed = everything(harness.store)
        let operations = 0
        for (let life = 0; life < LIVES && operations < deadAt; life++) {
          for (const write of writes) {
            if (operations++ < deadAt) write(harness.store)
          }
          if (operations > deadAt) break
          await harness.store.commit()
          committed = everything(harness.store)
        }
        expect(everything(harness.crash()), `operation ${deadAt}`).toEqual(committed)
      }
    }, 60_000)

    test("a full disk takes the whole batch back, reading goes on, and writing does when there is room", async () => {
      const harness = make()
      stageEverything(harness.store)
      await harness.store.commit()
      const committed = everything(harness.store)
      harness.fillDisk()
      // More than any page that still has room could take.
      for (let n = 0; n < 20; n++) harness.store.addPackage(OWNER, bytes(1, 8_000))
      stageEverything(harness.store)
      const failure = await harness.store.commit().catch((cause: unknown) => cause)
      expect(failure).toBeInstanceOf(StoreError)
      expect(failure).toMatchObject({ code: "full" })
      expect(everything(harness.store)).toEqual(committed)
      expect(harness.store.staged).toBe(false)
      harness.emptyDisk()
      stageEverything(harness.store)
      await harness.store.commit()
      const after = everything(harness.store)
      expect(after).not.toEqual(committed)
      expect(everything(harness.crash())).toEqual(after)
    })
  })
}
