/** What every `RelayStore` must do with channels and their entries; a part of `store.contract.ts`. */
import { describe, expect, test } from "vitest"
import { KEPT_TOKENS } from "../../src/relay/store.ts"
import { bytes, newEntry, same, type StoreHarness } from "../support/store-harness.ts"

export function logContract(make: () => StoreHarness): void {
  const CHANNEL = bytes(0xc1)

  describe("channels", () => {
    test("an unknown channel is not there", () => {
      expect(make().store.findChannel(CHANNEL)).toBeUndefined()
    })

    test("appended entries are read in order, with what the row says of them", async () => {
      const { store } = make()
      const ref = store.createChannel(CHANNEL)
      for (let seq = 1; seq <= 5; seq++) store.append(ref, newEntry(seq))
      await store.commit()
      const row = { lastSeq: 5, head: bytes(5), nextPosition: 0, confirmed: -1, weight: 550 }
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

    test("a handshake moves the position and leaves its token hash; old ones go when a newer one is confirmed", async () => {
      const { store } = make()
      const ref = store.createChannel(CHANNEL)
      const last = KEPT_TOKENS + 2
      for (let seq = 1; seq <= last + 1; seq++) {
        store.append(ref, newEntry(seq, { position: seq - 1, tokenHash: bytes(seq % 256) }))
      }
      await store.commit()
      expect(store.findChannel(CHANNEL)).toMatchObject({ nextPosition: last + 1, confirmed: -1 })
      expect([store.countTokens(ref, -1), store.countTokens(ref, last - 2)]).toEqual([last + 1, 2])
      same(store.tokenHash(ref, 0), bytes(1))
      store.confirm(ref, last)
      await store.commit()
      expect(store.findChannel(CHANNEL)?.confirmed).toBe(last)
      expect(store.tokenHash(ref, last - KEPT_TOKENS)).toBeUndefined()
      same(store.tokenHash(ref, last - KEPT_TOKENS + 1), bytes((last - KEPT_TOKENS + 2) % 256))
      same(store.tokenHash(ref, last), bytes((last + 1) % 256))
    })
  })

  describe("the oldest entries", () => {
    async function ten() {
      const harness = make()
      const { store } = harness
      store.createChannel(bytes(0xc0))
      const ref = store.createChannel(CHANNEL)
      for (let seq = 1; seq <= 10; seq++)
        store.append(ref, newEntry(seq, { blobHash: seq % 4 === 0 ? bytes(seq) : undefined }))
      await store.commit()
      return { harness, store, ref }
    }

    test.each([
      [1_001, 99, []],
      [1_004, 99, [1, 2, 3]],
      [1_004, 2, [1, 2]],
      [9_999, 99, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ])("older than %i, at most %i: %j", async (before, count, wanted) => {
      const { store, ref } = await ten()
      const old = store.oldEntries(ref, before, count)
      expect(old.map(({ seq }) => seq)).toEqual(wanted)
      for (const { seq, weight, blobHash } of old)
        same({ weight, blobHash }, { weight: 110, blobHash: seq % 4 === 0 ? bytes(seq) : undefined })
    })

    test("an old entry behind a newer one waits for it: the clock had been set back", async () => {
      const { store, ref } = await ten()
      store.append(ref, newEntry(11, { time: 5 }))
      await store.commit()
      expect(store.oldEntries(ref, 1_003, 99).map(({ seq }) => seq)).toEqual([1, 2])
    })

    test("are dropped up to a number, and the row says where the log begins", async () => {
      const { harness, store, ref } = await ten()
      store.dropEntries(ref, 4, bytes(4), 440)
      await store.commit()
      const row = { ref, lastSeq: 10, head: bytes(10), nextPosition: 0, confirmed: -1 }
      for (const each of [store, harness.crash()]) {
        same(each.findChannel(CHANNEL), { ...row, firstSeq: 5, base: bytes(4), weight: 660 })
        expect(each.readEntries(ref, 0, 99, 1e6).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9, 10])
        expect(each.findEntry(ref, newEntry(4).eid)).toBeUndefined()
        same(each.findEntry(ref, newEntry(5).eid), { seq: 5, time: 1_005 })
        expect(each.readEntry(ref, 4)).toBeUndefined()
        same(each.headAt(ref, 4), bytes(4))
      }
    })

    test("all of them, and the log goes on where it was", async () => {
      const { store, ref } = await ten()
      store.dropEntries(ref, 10, bytes(10), 99_999)
      await store.commit()
      const row = {
        ref,
        firstSeq: 11,
        base: bytes(10),
        lastSeq: 10,
        head: bytes(10),
        nextPosition: 0,
        confirmed: -1,
      }
      same(store.findChannel(CHANNEL), { ...row, weight: 0 })
      // The same bytes again are another entry.
      store.append(ref, newEntry(11, { eid: newEntry(1).eid }))
      await store.commit()
      same(store.findEntry(ref, newEntry(1).eid), { seq: 11, time: 1_011 })
    })

    test("channels are listed in order, a few at a time", async () => {
      const { store, ref } = await ten()
      store.createChannel(bytes(0xc2))
      await store.commit()
      const all = store.channelsAfter(-1, 99)
      expect(all).toHaveLength(3)
      same(all[1], store.findChannel(CHANNEL))
      expect(store.channelsAfter(-1, 2).map((row) => row.ref)).toEqual(all.slice(0, 2).map((row) => row.ref))
      expect(store.channelsAfter(ref, 99).map((row) => row.ref)).toEqual([all[2]!.ref])
      expect(store.channelsAfter(all[2]!.ref, 99)).toEqual([])
    })
  })
}
