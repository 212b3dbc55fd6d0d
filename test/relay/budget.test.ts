/** What one account may add in a day: the rest is refused, and nothing old makes way. */
import { channelOf } from "../support/channels.ts"
import { describe, expect, test } from "vitest"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { Budget } from "../../src/relay/budget.ts"
import { CoreBench, describe as line, handshake, open, upload } from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"
import { ROOM, room } from "../support/room-bench.ts"

const HOUR = 3_600_000
const START = 480_000 * HOUR
const QUOTA = REFUSALS.quota

describe("the count", () => {
  function budget() {
    let now = START
    const it = new Budget({ accountEntries: 10, accountBytes: 1_000 }, () => now)
    return { it, pass: (ms: number) => void (now += ms) }
  }

  test("is by account, of entries and of bytes", () => {
    const { it } = budget()
    it.use("alice", 9, 900)
    expect(it.allows("alice", 1, 100)).toBe(true)
    expect(it.allows("alice", 2, 100)).toBe(false)
    expect(it.allows("alice", 1, 101)).toBe(false)
    expect(it.allows("bob", 10, 1_000)).toBe(true)
    expect(it.allows("bob", 11, 1)).toBe(false)
  })

  test("goes after 24 hours, hour by hour, and not before", () => {
    const { it, pass } = budget()
    it.use("alice", 5, 5)
    pass(10 * HOUR)
    it.use("alice", 5, 5)
    expect(it.allows("alice", 1, 1)).toBe(false)
    pass(14 * HOUR - 1)
    expect(it.allows("alice", 1, 1)).toBe(false)
    pass(1)
    expect([it.allows("alice", 5, 1), it.allows("alice", 6, 1)]).toEqual([true, false])
    pass(10 * HOUR)
    it.sweep()
    expect(it.allows("alice", 10, 1_000)).toBe(true)
  })

  test("of a batch that was not kept is given back, and of a kept one is not", () => {
    const { it } = budget()
    it.use("alice", 4, 400)
    it.settle(true)
    it.use("alice", 6, 600)
    expect(it.allows("alice", 1, 1)).toBe(false)
    it.settle(false)
    it.settle(false)
    expect([it.allows("alice", 6, 600), it.allows("alice", 7, 1)]).toEqual([true, false])
  })

  test("from ahead of a clock that was set back is forgiven", () => {
    const { it, pass } = budget()
    it.use("alice", 10, 1)
    pass(-2 * HOUR)
    expect(it.allows("alice", 1, 1)).toBe(true)
  })
})

describe("the relay", () => {
  test("refuses what is too much for a day, in all channels together, and takes repeats and others' entries", async () => {
    const { bench, alice, bob, handle, message } = await room({ limits: { accountEntries: 3 } })
    const kept = [message(), message()]
    for (const entry of kept) await alice.ask(upload(handle, 0, entry))
    expect((await alice.ask(upload(handle, 0, message()))).map(line)).toEqual([`rejected ${QUOTA}`])
    const { handle: other } = await alice.expect(open(channelOf(1)), "opened")
    const commit = sealedEntry(bench.random, { kind: "handshake" })
    expect((await alice.ask(handshake(other, 0, commit))).map(line)).toEqual([`rejected ${QUOTA}`])
    expect((await alice.ask(upload(handle, 0, kept[1]!))).map(line)).toEqual(["accepted"])
    bob.take()
    expect((await bob.ask(upload(handle, 0, message()))).map(line)).toEqual(["accepted", "entry"])
    expect(bench.store.findChannel(ROOM)).toMatchObject({ firstSeq: 1, lastSeq: 4 })
    bench.now += 25 * HOUR
    expect((await alice.ask(upload(handle, 0, message()))).map(line)).toEqual(["accepted", "entry"])
  })

  test("counts uploads by their size, once, and before it takes any of it into memory", async () => {
    const bench = new CoreBench({ limits: { accountBytes: 1_000 } })
    const { wire } = await bench.join("alice")
    const put = (byte: number, size: number) => {
      const chunk = new Uint8Array(size).fill(byte)
      const hash = nodePrimitives.sha("sha256", chunk)
      return wire.ask({ type: "putBlob", rid: 1, hash, total: size, offset: 0, chunk })
    }
    expect((await put(1, 600)).map(line)).toEqual(["blobStored"])
    expect((await put(1, 600)).map(line)).toEqual(["blobStored"])
    expect((await put(2, 401)).map(line)).toEqual([`refused ${QUOTA}`])
    expect((await put(3, 400)).map(line)).toEqual(["blobStored"])
    const { wire: bob } = await bench.join("bob")
    const { handle } = await wire.expect(open(ROOM), "opened")
    await bob.expect(open(ROOM), "opened")
    const commit = sealedEntry(bench.random, { kind: "handshake" })
    expect((await wire.ask(handshake(handle, 0, commit))).map(line)).toEqual([`rejected ${QUOTA}`])
    expect((await bob.ask(handshake(handle, 0, commit))).map(line)).toEqual(["accepted", "entry"])
  })

  test("a full disk uses up nobody's day", async () => {
    let full = false
    const failAt = () => (full ? ("full" as const) : undefined)
    const { alice, handle, message } = await room({ limits: { accountEntries: 3 }, failAt })
    full = true
    for (let n = 0; n < 9; n++)
      expect((await alice.ask(upload(handle, 0, message()))).map(line)).toEqual([
        `rejected ${REFUSALS.storage}`,
      ])
    full = false
    expect((await alice.ask(upload(handle, 0, message()))).map(line)).toEqual(["accepted", "entry"])
  })
})
