/** What every `RelayStore` must do. Each implementation's test file runs this with its own way to make one. */
import { describe, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { StoreError } from "../../src/relay/errors.ts"
import { KEPT_TOKENS, type NewEntry, type RelayStore } from "../../src/relay/store.ts"

export interface StoreHarness {
  store: RelayStore
  /** The process ends without warning; a new one opens the same disk. */
  crash(): RelayStore
  /** The next staged write or commit finds the disk full. */
  fillDisk(): void
  /** There is room again. */
  emptyDisk(): void
}

export const bytes = (byte: number, length = 32) => new Uint8Array(length).fill(byte)

export function newEntry(seq: number, overrides: Partial<NewEntry> = {}): NewEntry {
  const eid = new Uint8Array(32)
  new DataView(eid.buffer).setUint32(0, seq)
  return {
    seq,
    time: 1_000 + seq,
    position: 0,
    eid,
    before: bytes((seq - 1) % 256),
    head: bytes(seq % 256),
    check: bytes(seq % 256, 8),
    blobHash: undefined,
    bytes: bytes(seq % 256, 100),
    weight: 110,
    tokenHash: undefined,
    ...overrides,
  }
}

/** Results without regard to which kind of byte array they are made of. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_, v: unknown) => (v instanceof Uint8Array ? toHex(v) : asBytes(v))),
  )
// A Buffer turns itself into an object before the replacer sees it.
const asBytes = (v: unknown): unknown =>
  typeof v === "object" && v !== null && "type" in v && v.type === "Buffer" && "data" in v
    ? toHex(Uint8Array.from(v.data as number[]))
    : v

export function storeContract(make: () => StoreHarness): void {
  const CHANNEL = bytes(0xc1)
  const OWNER = bytes(0x0e, 48)

  const same = (seen: unknown, wanted: unknown) => expect(plain(seen)).toEqual(plain(wanted))

  describe("channels", () => {
    test("an unknown channel is not there", () => {
      expect(make().store.findChannel(CHANNEL)).toBeUndefined()
    })

    test("appended entries are read in order, with what the row says of them", async () => {
      const { store } = make()
      const ref = store.createChannel(CHANNEL)
      for (let seq = 1; seq <= 5; seq++) store.append(ref, newEntry(seq))
      await store.commit()
      const row = { lastSeq: 5, head: bytes(5), nextPosition: 0, weight: 550 }
      same(store.findChannel(CHANNEL), { ref, firstSeq: 1, base: bytes(0), ...row })
      same(
        store.readEntries(ref, 2, 10, 1_000).map((entry) => entry.seq),
        [3, 4, 5],
      )
      const fifth = { seq: 5, time: 1_005, position: 0, before: bytes(4), check: bytes(5, 8) }
      const { seq, time, position, before, check, bytes: content } = store.readEntries(ref, 4, 10, 1_000)[0]!
      same({ seq, time, position, before, check, content }, { ...fifth, content: bytes(5, 100) })
      same(store.readEntry(ref, 5), store.readEntries(ref, 4, 1, 1)[0])
      expect(store.readEntry(ref, 6)).toBeUndefined()
      same(store.headAt(ref, 3), bytes(3))
      expect(store.headAt(ref, 5)).toBeUndefined()
      same(store.findEntry(ref, newEntry(4).eid), { seq: 4, time: 1_004 })
      expect(store.findEntry(ref, newEntry(6).eid)).toBeUndefined()
    })

    test("channels do not see each other", async () => {
      const { store } = make()
      const first = store.createChannel(CHANNEL)
      const second = store.createChannel(bytes(0xc2))
      store.append(first, newEntry(1))
      await store.commit()
      expect(second).not.toBe(first)
      expect(store.findEntry(second, newEntry(1).eid)).toBeUndefined()
      expect(store.readEntries(second, 0, 10, 1_000)).toEqual([])
      expect(store.findChannel(bytes(0xc2))?.lastSeq).toBe(0)
    })

    test.each([
      [10, 1_000, [1, 2, 3, 4, 5]],
      [2, 1_000, [1, 2]],
      [10, 250, [1, 2]],
      [10, 300, [1, 2, 3]],
      [10, 1, [1]],
    ])("a read of %i entries and %i bytes gives %j", async (count, maxBytes, wanted) => {
      const { store } = make()
      const ref = store.createChannel(CHANNEL)
      for (let seq = 1; seq <= 5; seq++) store.append(ref, newEntry(seq))
      await store.commit()
      expect(store.readEntries(ref, 0, count, maxBytes).map((entry) => entry.seq)).toEqual(wanted)
    })

    test("a handshake moves the position and leaves its token hash, the last 256 of them", async () => {
      const { store } = make()
      const ref = store.createChannel(CHANNEL)
      const last = KEPT_TOKENS + 2
      for (let seq = 1; seq <= last + 1; seq++) {
        store.append(ref, newEntry(seq, { position: seq - 1, tokenHash: bytes(seq % 256) }))
      }
      await store.commit()
      expect(store.findChannel(CHANNEL)?.nextPosition).toBe(last + 1)
      expect(store.tokenHash(ref, last - KEPT_TOKENS)).toBeUndefined()
      same(store.tokenHash(ref, last - KEPT_TOKENS + 1), bytes((last - KEPT_TOKENS + 2) % 256))
      same(store.tokenHash(ref, last), bytes((last + 1) % 256))
    })
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
    expect(store.countHeaders(ref)).toEqual({ count: 1, largest: 0 })
    store.addBlob(bytes(2), bytes(7, 500), 1_000)
    store.putHeader(bytes(0xd2), { ref, position: 1, blobHash: undefined, inline: bytes(1, 9) })
    expect(store.countHeaders(ref)).toEqual({ count: 2, largest: 500 })
    expect(store.countHeaders(ref + 1)).toEqual({ count: 0, largest: 0 })
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

    test("adding a blob again changes nothing", async () => {
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
    /** One write of every kind. */
    function stageEverything(store: RelayStore) {
      const ref = store.findChannel(CHANNEL)?.ref ?? store.createChannel(CHANNEL)
      const next = (store.findChannel(CHANNEL)?.lastSeq ?? 0) + 1
      store.append(ref, newEntry(next, { position: next - 1, tokenHash: bytes(next) }))
      store.putHeader(bytes(0xd1), { ref, position: next, blobHash: undefined, inline: bytes(next, 20) })
      store.addBlob(bytes(next), bytes(next, 60_000), 1_000)
      store.pinBlob(bytes(1), 1, 1_000)
      store.addDirectoryEntry(store.directorySize(), bytes(next, 40))
      store.addPackage(OWNER, bytes(next, 40))
      store.setLastResort(OWNER, bytes(next, 41))
    }

    function everything(store: RelayStore) {
      const row = store.findChannel(CHANNEL)
      const ref = row?.ref ?? -1
      return plain([
        row,
        row && store.readEntries(ref, 0, 100, 1e6),
        row && [0, 1, 2].map((position) => store.tokenHash(ref, position)),
        row && [1, 2, 3].map((seq) => store.findEntry(ref, newEntry(seq).eid)),
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
