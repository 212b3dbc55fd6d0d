/** Slow readers: nothing queues up for them, and nothing is lost to them. */
import { ROOM } from "../support/channels.ts"
import { expect, test } from "vitest"
import { concat } from "../../src/bytes.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { encodeFrame } from "../../src/protocol/framing.ts"
import { encodeMessage } from "../../src/protocol/messages.ts"
import { acceptedFrame, entryFrame, SLICE_BYTES } from "../../src/relay/delivery.ts"
import { SLOW_BYTES, STUCK_BYTES } from "../../src/relay/effects.ts"
import type { RelayEvent } from "../../src/relay/relay.ts"
import { CoreBench, describe as line, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"

async function room() {
  const bench = new CoreBench()
  const { wire: alice } = await bench.join("alice")
  const { wire: bob, person } = await bench.join("bob")
  const { handle } = await alice.expect(open(ROOM), "opened")
  await bob.expect(open(ROOM), "opened")
  await alice.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
  bob.take()
  await bob.drained()
  const big = sealedEntry(bench.random, {}, 60_000)
  /** Alice says `count` large things and reads what comes of it; bob does not read. */
  const say = async (count: number) => {
    for (let n = 0; n < count; n++) {
      // A fresh entry each: the same bytes would be a repeat.
      await alice.ask(upload(handle, 0, concat(big, Uint8Array.of(n >> 8, n & 255))))
      await alice.drained()
    }
  }
  const seqs = (wire: Wire) => wire.of("entry").map(({ seq }) => seq)
  return { bench, alice, bob, person, handle, say, seqs }
}

test("a reader that does not read gets at most a little more than the bound; then everything, in order", async () => {
  const { bob, say, seqs } = await room()
  await say(100)
  const given = bob.frames.reduce((sum, frame) => sum + frame.length, 0)
  expect(given).toBeLessThan(SLOW_BYTES + 2 * 65_536)
  expect(seqs(bob).length).toBeGreaterThan(10)
  let rounds = 0
  while (seqs(bob).length < 100 && rounds < 200) {
    const before = bob.frames.length
    await bob.drained()
    const slice = bob.frames.slice(before).reduce((sum, frame) => sum + frame.length, 0)
    expect(slice).toBeLessThan(SLICE_BYTES + 65_536)
    rounds++
  }
  expect(seqs(bob)).toEqual(Array.from({ length: 100 }, (_, at) => at + 2))
  // Once at the end it is fed live again.
  await say(1)
  expect(bob.closed).toBe(false)
})

test("a backlog is given in slices while its reader drains them", async () => {
  const { bench, say, seqs } = await room()
  await say(40)
  const { wire: carol } = await bench.join("carol")
  await carol.drained()
  carol.take()
  carol.post(open(ROOM))
  await bench.settle()
  const first = seqs(carol).length
  expect(first).toBeGreaterThan(1)
  expect(first).toBeLessThan(8)
  for (let n = 0; n < 20; n++) await carol.drained()
  expect(seqs(carol)).toEqual(Array.from({ length: 41 }, (_, at) => at + 1))
})

test("closing while behind ends the feeding", async () => {
  const { bench, bob, handle, say } = await room()
  await say(30)
  await bob.ask({ type: "close", handle })
  const before = bob.frames.length
  await bob.drained()
  await bench.pass(1)
  expect(bob.frames.length).toBe(before)
})

test("a slow reader does without ephemeral frames, and is asked to come again for large answers", async () => {
  const { alice, bob, handle, say } = await room()
  await say(30)
  bob.take()
  await alice.ask({ type: "ephemeral", handle, body: Uint8Array.of(1) })
  expect(bob.of("ephemeral")).toEqual([])
  expect((await bob.ask({ type: "getDirectory", rid: 1, from: 0 })).map(line)).toEqual([
    `refused ${REFUSALS.busy}`,
  ])
  await bob.drained()
  await alice.ask({ type: "ephemeral", handle, body: Uint8Array.of(1) })
  expect(bob.of("ephemeral")).toHaveLength(1)
})

test("an entry leaves in memory of its own, which all readers share", async () => {
  const { bench, alice, bob, handle } = await room()
  const carol = await bench.join("carol")
  await carol.wire.expect(open(ROOM), "opened")
  const frame = encodeFrame(encodeMessage(upload(handle, 0, sealedEntry(bench.random))))
  const chunk = new Uint8Array(16_384)
  chunk.set(frame, 100)
  bench.relay.step(frameOf(alice, chunk, 100, 100 + frame.length), bench.now)
  await bench.settle()
  const given = [bob, carol.wire].map((reader) => reader.frames.at(-1)!)
  expect(given.map(({ length, buffer }) => [length, buffer.byteLength])).toEqual([
    [frame.length, frame.length],
    [frame.length, frame.length],
  ])
  expect(given[0]!.buffer).toBe(given[1]!.buffer)
})

test("neighbouring ephemeral frames leave as one piece of what was read, or of one copy for several readers", async () => {
  const { bench, alice, bob, handle } = await room()
  const carol = (await bench.join("carol")).wire
  await carol.expect(open(ROOM), "opened")
  const frames = [1, 2, 3].map((byte) =>
    encodeFrame(encodeMessage({ type: "ephemeral", handle, body: Uint8Array.of(byte) })),
  )
  const [{ length }] = frames as [Uint8Array]
  const chunk = new Uint8Array(16_384)
  // The first two stand beside each other, the third does not.
  const places = [100, 100 + length, 500]
  for (const [at, frame] of frames.entries()) chunk.set(frame, places[at])
  bob.take()
  carol.take()
  for (const at of places) bench.relay.step(frameOf(alice, chunk, at, at + length), bench.now)
  await bench.settle()
  expect(bob.frames.slice(-2)).toEqual([concat(frames[0]!, frames[1]!), frames[2]])
  expect(carol.frames.slice(-2)).toEqual(bob.frames.slice(-2))
  const inChunk = [bob, carol].map((reader) => reader.frames.at(-2)!.buffer === chunk.buffer)
  expect(inChunk.filter(Boolean)).toHaveLength(1)
})

test("who asks and asks and never reads is dropped", async () => {
  const { bench, bob } = await room()
  const ids = Array.from({ length: 1_000 }, () => ROOM)
  let asked = 0
  while (!bob.closed && asked < 5_000) {
    bob.post({ type: "look", rid: 1, channelIds: ids })
    await bench.settle()
    bob.take()
    asked++
  }
  const given = bob.frames.reduce((sum, frame) => sum + frame.length, 0)
  expect(bob.closed).toBe(true)
  expect(given).toBeLessThan(STUCK_BYTES + 65_536)
})

test("the frame made from the store is the one that was delivered live", () => {
  const entry = sealedEntry({ bytes: (length) => new Uint8Array(length).fill(7) })
  const fields = { handle: 0xfedc_ba98, seq: 2 ** 40 + 5, time: 1_800_000_000_123, position: 2 ** 33 }
  const live = encodeFrame(encodeMessage({ type: "entry", ...fields, entry }))
  expect(entryFrame(fields.handle, { ...fields, bytes: entry })).toEqual(live)
})

test("the answer that is written in one go is the one that the codec writes", () => {
  const fields = { handle: 0xfedc_ba98, seq: 2 ** 40 + 5, time: 1_800_000_000_123 }
  const eid = Uint8Array.from({ length: 32 }, (_, at) => at + 1)
  const written = encodeFrame(encodeMessage({ type: "accepted", ...fields, eid }))
  expect(acceptedFrame(fields.handle, eid, fields)).toEqual(written)
})

test("a batch that is more than may wait for a reader ends nobody: it is given from the log", async () => {
  const { bench, alice, bob, handle, seqs } = await room()
  const big = sealedEntry(bench.random, {}, 60_000)
  const count = Math.ceil(STUCK_BYTES / 60_000) + 1
  for (let n = 0; n < count; n++) alice.post(upload(handle, 0, concat(big, Uint8Array.of(n >> 8, n & 255))))
  await bench.settle()
  const given = bob.frames.reduce((sum, frame) => sum + frame.length, 0)
  expect(given).toBeLessThan(SLOW_BYTES)
  for (let n = 0; n < count && seqs(bob).length < count; n++) await bob.drained()
  expect(seqs(bob)).toEqual(Array.from({ length: count }, (_, at) => at + 2))
  expect(bob.closed).toBe(false)
})

function frameOf({ id }: Wire, chunk: Uint8Array, from: number, to: number): RelayEvent {
  return { kind: "frame", id, frame: chunk.subarray(from, to) }
}
