/** Rows of the database and the log beside it, at every moment at which a process can be killed. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { openRelayStore } from "../../src/cli/relay-store.ts"
import { u64 } from "../../src/bytes.ts"
import { bytes, newEntry, plain } from "../support/store-harness.ts"
import { segmentsIn } from "../support/relay-store-files.ts"
import type { DiskRelayStore } from "../../src/relay/store-disk.ts"
import type { NewEntry } from "../../src/relay/store.ts"

const scratch = mkdtempSync(join(tmpdir(), "relay-rows-"))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let made = 0
const freshFolder = () => {
  const path = join(scratch, `relay-${++made}`)
  mkdirSync(path)
  return path
}
const NO_DAMAGE = { pieces: 0, bytes: 0, batches: 0, entries: 0 }
const channelId = (n: number) => Buffer.concat([bytes(0xcc, 24), u64(n)])

function add(store: DiskRelayStore, channel: number, overrides: Partial<NewEntry> = {}): void {
  const id = channelId(channel)
  const row = store.findChannel(id)
  const eid = Buffer.concat([id.subarray(0, 28), u64(row?.lastSeq ?? 0).subarray(4)])
  store.append(row?.ref ?? store.createChannel(id), newEntry((row?.lastSeq ?? 0) + 1, { eid, ...overrides }))
}

/** What a killed process leaves. */
function killed(folder: string): DiskRelayStore {
  const copy = freshFolder()
  cpSync(folder, copy, { recursive: true })
  return openRelayStore(join(copy, "relay.db"))
}

test("while rows of many channels are brought up, a little at a time, what comes with them is no older", async () => {
  const folder = freshFolder()
  const store = openRelayStore(join(folder, "relay.db"), { segmentBytes: 200_000 })
  let channels = 0
  for (; channels < 1_300; channels++) add(store, channels)
  await store.commit()
  store.tidy()
  for (let n = 0; n < 6; n++) {
    // Some entries alone, some with a channel of their own: the database has a part of that batch.
    for (let channel = 0; channel < 30; channel++) add(store, channel)
    if (n % 2 === 0) add(store, channels++)
    await store.commit()
    store.tidy()
    const again = killed(folder)
    for (let channel = 0; channel < channels; channel++)
      expect([n, channel, again.findChannel(channelId(channel))?.lastSeq]).toEqual([
        n,
        channel,
        store.findChannel(channelId(channel))!.lastSeq,
      ])
    expect(again.damage).toEqual(NO_DAMAGE)
    again.close()
  }
  store.close()
})

test("what a killed process left out of the rows is in them before its segment goes", async () => {
  const folder = freshFolder()
  const first = openRelayStore(join(folder, "relay.db"), { segmentBytes: 20_000 })
  add(first, 1, { tokenHash: bytes(9) })
  for (let n = 0; n < 2; n++) add(first, 1)
  for (let n = 0; n < 100; n++) add(first, 2)
  await first.commit()
  // The newest batch is one that the database has a part of, and the rows of the others are behind.
  add(first, 3)
  await first.commit()
  const wanted = plain(first.findChannel(channelId(1)))
  const store = killed(folder)
  first.close()
  const { ref, lastSeq, head, weight } = store.findChannel(channelId(2))!
  store.dropEntries(ref, lastSeq, head, weight)
  await store.commit()
  for (let n = 0; n < 10; n++) store.tidy()
  expect(segmentsIn(join(scratch, `relay-${made}`))[0]).toMatch(/0000000002.segment$/)
  const again = killed(join(scratch, `relay-${made}`))
  expect(plain(again.findChannel(channelId(1)))).toEqual(wanted)
  again.close()
  store.close()
})

test("a relay of which everything has expired starts again", async () => {
  const folder = freshFolder()
  const path = join(folder, "relay.db")
  const store = openRelayStore(path)
  for (let n = 0; n < 50; n++) add(store, n % 3)
  await store.commit()
  for (let channel = 0; channel < 3; channel++) {
    const { ref, lastSeq, head, weight } = store.findChannel(channelId(channel))!
    store.dropEntries(ref, lastSeq, head, weight)
  }
  await store.commit()
  for (let n = 0; n < 20; n++) store.tidy()
  expect(store.logBytes).toBeLessThan(100)
  expect(segmentsIn(folder)).toHaveLength(1)
  store.close()
  const again = openRelayStore(path)
  expect(again.damage).toEqual(NO_DAMAGE)
  expect(again.findChannel(channelId(0))).toMatchObject({ firstSeq: 18, lastSeq: 17 })
  add(again, 0)
  await again.commit()
  again.close()
  const last = openRelayStore(path)
  expect(last.findChannel(channelId(0))).toMatchObject({ firstSeq: 18, lastSeq: 18 })
  last.close()
})
