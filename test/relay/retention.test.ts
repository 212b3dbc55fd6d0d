/** What is old goes, in small steps; what the log was stays known; readers are told where it begins. */
import { channelOf } from "../support/channels.ts"
import { describe, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { LOOSE_BLOB_MS, RETENTION_MS } from "../../src/relay/config.ts"
import { StoreError } from "../../src/relay/errors.ts"
import { RETENTION_EVERY_MS, RETENTION_STEP_ENTRIES } from "../../src/relay/retention.ts"
import {
  ADMISSION,
  CoreBench,
  describe as line,
  handshake,
  NO_HASH,
  open,
  upload,
  type Wire,
} from "../support/core-bench.ts"
import { LogReader } from "../support/log-reader.ts"
import { sealedEntry } from "../support/relay-people.ts"
import { ROOM, room } from "../support/room-bench.ts"

const DAY = 86_400_000

/** Lets the time go by as a relay notices it: in steps that are no leap. */
async function pass(bench: CoreBench, ms: number): Promise<void> {
  for (const end = bench.now + ms; bench.now < end;)
    await bench.pass(Math.min(RETENTION_EVERY_MS, end - bench.now))
}

/** Ten entries, one each day, of which the first and the sixth are handshakes; the tenth is an hour old. */
async function log(options: ConstructorParameters<typeof CoreBench>[0] = {}) {
  const bench = new CoreBench(options)
  const { wire, person } = await bench.join("alice")
  await wire.drop()
  /** Alice comes for a moment, with the room open: nobody keeps a connection for days. */
  const visit = async () => {
    const alice = await bench.comeBack(person)
    const { handle } = await alice.expect(open(ROOM), "opened")
    await alice.drained()
    alice.take()
    return { alice, handle }
  }
  const message = () => sealedEntry(bench.random)
  for (let seq = 1; seq <= 10; seq++) {
    if (seq > 1) await pass(bench, DAY)
    const { alice, handle } = await visit()
    const commit = sealedEntry(bench.random, { kind: "handshake" })
    if (seq === 1 || seq === 6) await alice.ask(handshake(handle, seq === 1 ? 0 : 1, commit))
    else await alice.ask(upload(handle, seq > 6 ? 1 : 0, message()))
    await alice.drop()
  }
  const reader = await bench.comeBack(person)
  const whole = new LogReader()
  await whole.read(reader, ROOM)
  expect(whole.entries.size).toBe(10)
  await pass(bench, RETENTION_EVERY_MS)
  /** Lets so many days pass, and alice come again. */
  const after = async (days: number): Promise<Wire> => {
    await pass(bench, days * DAY)
    return bench.comeBack(person)
  }
  return { bench, whole, after, visit, message, row: () => bench.store.findChannel(ROOM)! }
}

describe("what is older than 30 days", () => {
  test.each([
    [20, 1],
    [21, 2],
    [24, 5],
    [25, 6],
    [29, 10],
    [30, 11],
    [90, 11],
  ])("after %i days the log begins with entry %i", async (days, firstSeq) => {
    const { bench, whole, after, row } = await log()
    const carol = await after(days)
    expect(row()).toMatchObject({ firstSeq, lastSeq: 10, nextPosition: 2 })
    expect(toHex(row().head)).toBe(toHex(whole.head))
    const reader = new LogReader()
    const opened = await reader.read(carol, ROOM)
    expect(opened).toMatchObject({ resumed: firstSeq === 1, firstSeq, lastSeq: 10, nextPosition: 2 })
    expect([...reader.entries]).toEqual([...whole.entries].filter(([seq]) => seq >= firstSeq))
    expect(toHex(reader.head)).toBe(toHex(whole.head))
    expect(reader.damaged).toEqual([])
    const kept = [...reader.entries.values()].reduce((sum, entry) => sum + entry.length / 2, 0)
    expect(row().weight).toBe(kept)
    expect(bench.disk.logs[row().ref]!.entries.size).toBe(11 - firstSeq)
  })

  test("resuming: at the beginning's edge and behind it, but not before, and never from 0", async () => {
    const { bench, whole, after, row } = await log()
    const heads = [...Array(10).keys()].map((seq) => bench.store.headAt(row().ref, seq)!).concat([whole.head])
    const carol = await after(24)
    const { incarnation } = bench.store
    for (let cursor = 0; cursor <= 10; cursor++) {
      for (const head of [heads[cursor]!, NO_HASH.map(() => 9)]) {
        const {
          resumed,
          firstSeq,
          head: base,
        } = await carol.expect(open(ROOM, { incarnation, cursor, head }), "opened")
        expect(resumed, `cursor ${cursor}`).toBe(cursor >= 4 && head === heads[cursor])
        expect([firstSeq, toHex(base)]).toEqual([5, toHex(heads[4]!)])
      }
    }
  })

  test("an empty log keeps its numbers and positions, and goes on; its eids are forgotten", async () => {
    const { bench, whole, after, row } = await log()
    const carol = await after(90)
    const first = Uint8Array.from(Buffer.from(whole.entries.get(1)!, "hex"))
    const { incarnation } = bench.store
    const end = { incarnation, cursor: 10, head: whole.head }
    expect(await carol.expect(open(ROOM, end), "opened")).toMatchObject({ resumed: true, firstSeq: 11 })
    const opened = await carol.expect(open(ROOM), "opened")
    const { handle } = opened
    expect(opened).toMatchObject({ resumed: false, firstSeq: 11, lastSeq: 10, nextPosition: 2 })
    expect(toHex(opened.head)).toBe(toHex(whole.head))
    // Empty it is, and new it is not: no other position than the next is taken.
    const commit = sealedEntry(bench.random, { kind: "handshake" })
    for (const position of [0, 1, 3])
      expect((await carol.ask(handshake(handle, position, commit))).map(line)).toEqual(["conflict"])
    expect(await carol.ask(handshake(handle, 2, commit))).toMatchObject([
      { type: "accepted", seq: 11 },
      { type: "entry", seq: 11, position: 2 },
    ])
    expect(await carol.ask(handshake(handle, 3, first))).toMatchObject([{ seq: 12 }, { position: 3 }])
    expect(await carol.expect({ type: "look", rid: 1, channelIds: [ROOM] }, "looked")).toMatchObject({
      lastSeqs: [12],
    })
    expect(row()).toMatchObject({ firstSeq: 11, lastSeq: 12, nextPosition: 4 })
  })

  test("what expired counts against no quota any more: neither entries nor bytes", async () => {
    for (const limits of [{ channelEntries: 10 }, { channelBytes: 1_600 }]) {
      const { after, message } = await log({ limits })
      const quota = `rejected ${REFUSALS.quota}`
      const tries = async (days: number) => {
        const alice = await after(days)
        const { handle } = await alice.expect(open(ROOM), "opened")
        await alice.drained()
        return (await alice.ask(upload(handle, 1, message()))).map(line)
      }
      expect(await tries(20)).toEqual([quota])
      expect(await tries(1)).toEqual(["accepted", "entry"])
      expect(await tries(0)).toEqual([quota])
      expect(await tries(1)).toEqual(["accepted", "entry"])
      expect(await tries(0)).toEqual([quota])
    }
  })

  test("letters expire as well, and make room in the inbox", async () => {
    const bench = new CoreBench({ limits: { inboxLetters: 2 } })
    const { wire, person } = await bench.join("alice")
    const { handle } = await wire.expect(open(person.device.inboxId), "opened")
    const letter = () => upload(handle, 0, sealedEntry(bench.random, { kind: "letter" }))
    await wire.ask(letter())
    await wire.ask(letter())
    expect((await wire.ask(letter())).map(line)).toEqual([`rejected ${REFUSALS.quota}`])
    await pass(bench, RETENTION_MS + RETENTION_EVERY_MS)
    const later = await bench.comeBack(person)
    await later.ask(open(person.device.inboxId))
    expect((await later.ask(letter())).map(line)).toEqual(["accepted", "entry"])
    expect(bench.store.findChannel(person.device.inboxId)).toMatchObject({ firstSeq: 3, lastSeq: 3 })
  })

  test("its blobs go with it, unless something else needs them", async () => {
    const { bench, alice, handle } = await room()
    const contents = [1, 2].map((byte) => new Uint8Array(500).fill(byte))
    const [loose, shared] = contents.map((chunk) => nodePrimitives.sha("sha256", chunk))
    for (const [n, chunk] of contents.entries())
      await alice.ask({ type: "putBlob", rid: 1, hash: [loose!, shared!][n]!, total: 500, offset: 0, chunk })
    for (const blobHash of [loose!, shared!])
      await alice.ask(upload(handle, 0, sealedEntry(bench.random, { blobHash }, 0)))
    const header = { headerId: new Uint8Array(32).fill(1), headerBlob: shared!, header: new Uint8Array(0) }
    await alice.expect({ type: "putHeader", rid: 2, handle, expect: 1, ...header }, "done")
    expect(bench.store.findChannel(ROOM)!.weight).toBeGreaterThan(1_000)
    await pass(bench, RETENTION_MS + RETENTION_EVERY_MS + LOOSE_BLOB_MS + 60_001)
    expect(bench.store.findChannel(ROOM)).toMatchObject({ firstSeq: 4, weight: 0 })
    expect(bench.store.findBlob(loose!)).toBeUndefined()
    expect(bench.store.findBlob(shared!)).toEqual({ total: 500 })
  })

  test("header and token hashes stay", async () => {
    const { bench, alice, handle, commit } = await room()
    const header = {
      headerId: new Uint8Array(32).fill(1),
      header: Uint8Array.of(5),
      tokenHash: NO_HASH.map(() => 7),
    }
    await alice.ask(handshake(handle, 1, commit(), header))
    await pass(bench, RETENTION_MS + RETENTION_EVERY_MS)
    const { ref, firstSeq, lastSeq } = bench.store.findChannel(ROOM)!
    expect([firstSeq, lastSeq]).toEqual([3, 2])
    expect(bench.store.findHeader(header.headerId)).toMatchObject({ position: 1, nextPosition: 2 })
    expect(bench.store.tokenHash(ref, 1)![0]).toBe(7)
  })
})

describe("the clock", () => {
  test("a leap drops nothing for an hour, and nothing at all when it is taken back by then", async () => {
    const { bench, row } = await log()
    await bench.pass(3 * 365 * DAY)
    await pass(bench, RETENTION_EVERY_MS - 1)
    expect(row().firstSeq).toBe(1)
    bench.now -= 3 * 365 * DAY
    await pass(bench, 5 * RETENTION_EVERY_MS)
    expect(row().firstSeq).toBe(1)
    await bench.pass(3 * 365 * DAY)
    await pass(bench, RETENTION_EVERY_MS + 60_000)
    expect(row().firstSeq).toBe(11)
  })

  test("a relay that starts looks an hour later at the earliest", async () => {
    const { bench } = await log()
    const later = new CoreBench({ disk: bench.disk, seed: 2 })
    later.now = bench.now + 90 * DAY
    await later.pass(0)
    expect(later.relay.nextTick - later.now).toBeLessThanOrEqual(60_000)
    await later.pass(RETENTION_EVERY_MS - 1)
    expect(later.store.findChannel(ROOM)!.firstSeq).toBe(1)
    await later.pass(1)
    expect(later.store.findChannel(ROOM)!.firstSeq).toBe(11)
  })
})

describe("the work", () => {
  test("many thousand old entries go in steps, soon after one another, and nobody waits for them", async () => {
    const bench = new CoreBench({ limits: { accountEntries: Infinity } })
    const { wire, person } = await bench.join("alice")
    const COUNT = 3_000
    const { handle } = await wire.expect(open(ROOM), "opened")
    await wire.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
    for (let n = 1; n < COUNT; n++) {
      wire.post(upload(handle, 0, sealedEntry(bench.random, {}, 20)))
      if (n % 250 === 0) await bench.settle()
      await wire.drained()
      wire.take()
    }
    await bench.settle()
    for (let n = 0; n < 700; n++)
      bench.store.createChannel(nodePrimitives.sha("sha256", Uint8Array.of(n, n >> 8)))
    await bench.store.commit()
    await wire.drop()
    await bench.pass(RETENTION_MS)
    await bench.pass(RETENTION_EVERY_MS - 1)
    const left = () => bench.disk.logs[0]!.entries.size
    expect(left()).toBe(COUNT)
    let steps = 0
    while (left() > 0) {
      const before = left()
      await bench.pass(bench.relay.nextTick - bench.now)
      expect(before - left()).toBeLessThanOrEqual(RETENTION_STEP_ENTRIES)
      if (before > left()) steps++
      else if (steps > 0) throw new Error("a step that drops nothing")
      if (left() > 0 && steps > 0) expect(bench.relay.nextTick - bench.now).toBeLessThanOrEqual(50)
    }
    expect(steps).toBe(Math.ceil(COUNT / RETENTION_STEP_ENTRIES))
    const back = await bench.comeBack(person)
    expect(await back.expect(open(ROOM), "opened")).toMatchObject({ firstSeq: COUNT + 1, lastSeq: COUNT })
  })

  test("many old blobs go a few at a time", async () => {
    const bench = new CoreBench()
    for (let n = 0; n < 20; n++) bench.store.addBlob(Uint8Array.of(n), new Uint8Array(10), bench.now)
    await bench.store.commit()
    await bench.pass(0)
    await bench.pass(LOOSE_BLOB_MS + 60_000)
    const sizes = [bench.disk.blobs.size]
    while (bench.disk.blobs.size > 0 && sizes.length < 9) {
      expect(bench.relay.nextTick - bench.now).toBeLessThanOrEqual(50)
      await bench.pass(50)
      sizes.push(bench.disk.blobs.size)
    }
    expect(sizes).toEqual([12, 4, 0])
  })

  test("a batch that is not kept drops nothing, and the pass begins again", async () => {
    let full = false
    const { bench, row } = await log({ failAt: () => (full ? "full" : undefined) })
    full = true
    await pass(bench, 90 * DAY)
    expect(row()).toMatchObject({ firstSeq: 1, lastSeq: 10 })
    expect(bench.events.at(-1)).toMatchObject({ type: "storage.trouble" })
    full = false
    await bench.pass(60_000)
    await bench.pass(60_000)
    expect(row()).toMatchObject({ firstSeq: 11, lastSeq: 10 })
  })

  test("what cannot be read is passed over where it is, and expires with the rest", async () => {
    const { bench, after, row } = await log()
    bench.disk.damage(ROOM, 4, "unreadable")
    bench.disk.damage(ROOM, 5, "altered")
    // The log would begin with entry 5, and neither row beside the place tells the hash there.
    await after(24)
    expect(row().firstSeq).toBe(4)
    await after(2)
    expect(row().firstSeq).toBe(7)
  })

  test("a log whose old rows cannot be looked at stays, and the next one does not", async () => {
    const { bench, visit, row } = await log()
    const { alice } = await visit()
    const { handle } = await alice.expect(open(channelOf(9)), "opened")
    await alice.ask(handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
    const { ref } = row()
    const oldEntries = bench.store.oldEntries.bind(bench.store)
    bench.store.oldEntries = (of, before, count) => {
      if (of === ref) throw new StoreError("damaged", "a page is damaged")
      return oldEntries(of, before, count)
    }
    await pass(bench, 90 * DAY)
    expect(row().firstSeq).toBe(1)
    expect(bench.store.findChannel(channelOf(9))).toMatchObject({ firstSeq: 2, lastSeq: 1 })
  })

  test("a log that is cut under somebody who is far behind tells them to come again", async () => {
    const { bench, alice, handle } = await room()
    const big = () => sealedEntry(bench.random, {}, 60_000)
    const person = bench.person("dora")
    const dora = await bench.connect()
    await dora.ask(bench.hello(dora, person))
    await dora.ask({ type: "register", rid: 1, admission: ADMISSION, entry: person.registration() })
    for (let n = 0; n < 30; n++) {
      await alice.ask(upload(handle, 0, big()))
      await alice.drained()
    }
    dora.post(open(ROOM))
    await bench.settle()
    const { seq } = dora.of("entry").at(-1)!
    expect(seq).toBeLessThan(10)
    // Alive enough not to be dropped, and reading nothing, for longer than usual relays bear.
    const act = { do: "limits", set: { stalledMs: Number.MAX_SAFE_INTEGER } } as const
    bench.relay.step({ kind: "operator", act, answered: () => {} }, bench.now)
    for (const end = bench.now + RETENTION_MS + 2 * RETENTION_EVERY_MS; bench.now < end;) {
      await bench.pass(40_000)
      for (const wire of [alice, dora]) wire.post({ type: "pong", token: 0 })
    }
    expect(bench.store.findChannel(ROOM)!.firstSeq).toBe(32)
    dora.take()
    await dora.drained()
    expect([dora.take().map(line), dora.closed]).toEqual([[`refused ${REFUSALS.busy}`], true])
  }, 300_000)
})
