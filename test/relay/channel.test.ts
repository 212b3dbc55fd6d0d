/** The rules of a log: what is appended, what is refused, what a reader gets and where it may go on. */
import { describe, expect, test } from "vitest"
import { toHex } from "../../src/bytes.ts"
import { EMPTY_HEAD, nextHead } from "../../src/crypto/hash.ts"
import { ENTRY_KINDS } from "../../src/protocol/envelope.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { CoreBench, describe as line, eidOf, handshake, open, upload } from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"
import { ROOM, type Room, room } from "../support/room-bench.ts"

describe("append", () => {
  test("an unknown channel opens empty, and is stored with its first entry only", async () => {
    const bench = new CoreBench()
    const { wire } = await bench.join("alice")
    const opened = await wire.expect(open(ROOM), "opened")
    expect(opened).toMatchObject({ resumed: true, lastSeq: 0, nextPosition: 0 })
    expect(toHex(opened.incarnation)).toBe(toHex(bench.store.incarnation))
    expect(bench.store.findChannel(ROOM)).toBeUndefined()
    await wire.ask(handshake(opened.handle, 0, sealedEntry(bench.random, { kind: "handshake" })))
    expect(bench.store.findChannel(ROOM)).toMatchObject({ lastSeq: 1, nextPosition: 1 })
  })

  test("one channel has one handle, on every connection", async () => {
    const bench = new CoreBench()
    const { wire: alice } = await bench.join("alice")
    const { wire: bob } = await bench.join("bob")
    const handles = [await alice.expect(open(ROOM), "opened"), await bob.expect(open(ROOM), "opened")].map(
      ({ handle }) => handle,
    )
    expect(handles[0]).toBe(handles[1])
  })

  test("a message reaches everybody in the uploaded bytes; its author gets it too, and that it is accepted", async () => {
    const { alice, bob, handle, message, bench } = await room()
    const entry = message()
    const answers = await alice.ask(upload(handle, 0, entry))
    expect(answers.map(line)).toEqual(["accepted", "entry"])
    expect(answers[0]).toEqual({ type: "accepted", handle, eid: eidOf(entry), seq: 2, time: bench.now })
    const [delivered] = bob.take()
    expect(delivered).toEqual({ type: "entry", handle, seq: 2, time: bench.now, position: 0, entry })
    // One buffer serves them all.
    expect(bob.frames.at(-1)).toBe(alice.frames.at(-1))
  })

  test("a handshake is delivered as an entry at its position", async () => {
    const { alice, bob, handle, commit, bench } = await room()
    const entry = commit()
    const answers = await bob.ask(handshake(handle, 1, entry, { tokenHash: new Uint8Array(32).fill(3) }))
    expect(answers.map(line)).toEqual(["accepted", "entry"])
    expect(alice.take()).toEqual([{ type: "entry", handle, seq: 2, time: bench.now, position: 1, entry }])
    const { ref } = bench.store.findChannel(ROOM)!
    expect(toHex(bench.store.tokenHash(ref, 1)!)).toBe("03".repeat(32))
  })

  test.each([
    [0, "stale"],
    [1, "accepted"],
    [2, "stale"],
  ])("with two handshakes made, a message sealed at %i is %s", async (position, answer) => {
    const { alice, handle, commit, message } = await room()
    await alice.ask(handshake(handle, 1, commit()))
    const entry = message()
    const [first] = await alice.ask(upload(handle, position, entry))
    expect(first).toMatchObject({ type: answer, ...(answer === "stale" && { nextPosition: 2 }) })
  })

  test("before any handshake every message is stale", async () => {
    const bench = new CoreBench()
    const { wire } = await bench.join("alice")
    const { handle } = await wire.expect(open(ROOM), "opened")
    expect(await wire.expect(upload(handle, 0, sealedEntry(bench.random)), "stale")).toMatchObject({
      nextPosition: 0,
    })
  })

  test.each([
    [0, "conflict"],
    [1, "accepted"],
    [2, "conflict"],
  ])("a handshake that expects %i where 1 is next: %s", async (expected, answer) => {
    const { alice, handle, commit } = await room()
    const [first] = await alice.ask(handshake(handle, expected, commit()))
    expect(first).toMatchObject({ type: answer, ...(answer === "conflict" && { nextPosition: 1 }) })
  })

  test("of many handshakes for one position in one batch, exactly one is accepted", async () => {
    const { bench, alice, bob, handle, commit } = await room()
    for (let n = 0; n < 5; n++) {
      alice.post(handshake(handle, 1, commit()))
      bob.post(handshake(handle, 1, commit()))
    }
    await bench.settle()
    const kinds = [...alice.take(), ...bob.take()].map(line)
    expect(kinds.filter((kind) => kind === "accepted")).toHaveLength(1)
    expect(kinds.filter((kind) => kind === "conflict")).toHaveLength(9)
    expect(kinds.filter((kind) => kind === "entry")).toHaveLength(2)
  })

  test("the eid is looked at first: a repeat is accepted with its first number, whatever its position", async () => {
    const { alice, bob, handle, message, commit, bench } = await room()
    const [text, change] = [message(), commit()]
    const first = await alice.expect(upload(handle, 0, text), "accepted")
    const second = await alice.expect(handshake(handle, 1, change), "accepted")
    bob.take()
    bench.now += 5_000
    expect(await bob.ask(upload(handle, 0, text))).toEqual([first])
    expect(await bob.ask(handshake(handle, 0, change))).toEqual([second])
    expect(await bob.ask(handshake(handle, 9, change))).toEqual([second])
    // The same again within one batch as the original.
    const twice = message()
    alice.post(upload(handle, 1, twice))
    alice.post(upload(handle, 1, twice))
    await bench.settle()
    expect(alice.take().map(line)).toEqual(["accepted", "accepted", "entry"])
  })

  test.each<[string, (room: Room) => Of<"entry"> | Of<"handshake">, keyof typeof REFUSALS]>([
    ["a handle that was never opened", ({ message }) => upload(99, 0, message()), "unknown-channel"],
    ["a handshake on that handle", ({ commit }) => handshake(99, 1, commit()), "unknown-channel"],
    ["a handshake as a message", ({ handle, commit }) => upload(handle, 0, commit()), "bad-request"],
    ["a message as a handshake", ({ handle, message }) => handshake(handle, 1, message()), "bad-request"],
    [
      "a letter",
      ({ handle, bench }) => upload(handle, 0, sealedEntry(bench.random, { kind: "letter" })),
      "bad-request",
    ],
    ["bytes that are no entry", ({ handle }) => upload(handle, 0, Uint8Array.of(1, 2, 3)), "bad-request"],
    [
      "an entry of an unknown kind",
      ({ handle }) => upload(handle, 0, new Uint8Array(99).fill(9)),
      "bad-request",
    ],
    [
      "an entry that is too long",
      ({ handle, bench }) => upload(handle, 0, sealedEntry(bench.random, {}, 62_000)),
      "too-large",
    ],
    [
      "an entry whose blob is not here",
      ({ handle, bench }) =>
        upload(handle, 0, sealedEntry(bench.random, { blobHash: bench.random.bytes(32) })),
      "missing-blob",
    ],
  ])("%s is rejected by its eid, and the connection goes on", async (_, make, code) => {
    const it = await room()
    const message = make(it)
    const answers = await it.alice.ask(message)
    expect(answers).toEqual([
      { type: "rejected", handle: message.handle, eid: eidOf(message.entry), code: REFUSALS[code] },
    ])
    expect(it.alice.closed).toBe(false)
    expect(it.bob.take()).toEqual([])
  })

  test("a handle belongs to the connection that opened it", async () => {
    const { bench, handle, message } = await room()
    const { wire: carol } = await bench.join("carol")
    expect((await carol.ask(upload(handle, 0, message()))).map(line)).toEqual([
      `rejected ${REFUSALS["unknown-channel"]}`,
    ])
    const { handle: again } = await carol.expect(open(ROOM), "opened")
    expect(again).toBe(handle)
    await carol.ask({ type: "close", handle })
    expect((await carol.ask(upload(handle, 0, message()))).map(line)).toEqual([
      `rejected ${REFUSALS["unknown-channel"]}`,
    ])
  })

  test("after close nothing is delivered any more", async () => {
    const { alice, bob, handle, message } = await room()
    await bob.ask({ type: "close", handle })
    await alice.ask(upload(handle, 0, message()))
    expect(bob.take()).toEqual([])
  })

  test("quotas: entries, and bytes with those of blobs, are refused and never pushed out", async () => {
    const { alice, handle, message } = await room({ limits: { channelEntries: 3 } })
    const answers: string[] = []
    for (let n = 0; n < 4; n++) answers.push((await alice.ask(upload(handle, 0, message()))).map(line)[0]!)
    expect(answers).toEqual([
      "accepted",
      "accepted",
      `rejected ${REFUSALS.quota}`,
      `rejected ${REFUSALS.quota}`,
    ])
    const small = await room({ limits: { channelBytes: 1_000 } })
    expect(
      (await small.alice.ask(upload(small.handle, 0, sealedEntry(small.bench.random, {}, 900)))).map(line),
    ).toEqual([`rejected ${REFUSALS.quota}`])
    await small.alice.expect(upload(small.handle, 0, small.message()), "accepted")
  })

  test("the head that the relay keeps is the one that every reader computes", async () => {
    const { bench, alice, bob, handle, message, commit, first } = await room()
    await alice.ask(upload(handle, 0, message()))
    bench.now += 77
    await alice.ask(handshake(handle, 1, commit()))
    let head = nextHead(EMPTY_HEAD, 1, ENTRY_KINDS.handshake, eidOf(first), bench.now - 77)
    for (const { seq, time, entry } of bob.of("entry"))
      head = nextHead(head, seq, entry[0]!, eidOf(entry), time)
    expect(toHex(bench.store.findChannel(ROOM)!.head)).toBe(toHex(head))
  })

  test("time never goes back, whatever the clock does", async () => {
    const { bench, alice, handle, message } = await room()
    const before = await alice.expect(upload(handle, 0, message()), "accepted")
    bench.now -= 3_600_000
    const after = await alice.expect(upload(handle, 0, message()), "accepted")
    expect(after.time).toBe(before.time)
  })
})

describe("an empty channel", () => {
  test.each([
    [0, ["accepted", "entry"]],
    [1, ["accepted", "entry"]],
    [77_000, ["accepted", "entry"]],
    [2 ** 48, ["accepted", "entry"]],
    [2 ** 48 + 1, [`rejected ${REFUSALS["bad-request"]}`]],
  ])("takes its first handshake at %i: %j", async (position, answers) => {
    const bench = new CoreBench()
    const { wire } = await bench.join("alice")
    const { handle } = await wire.expect(open(ROOM), "opened")
    const commit = () => sealedEntry(bench.random, { kind: "handshake" })
    const header = { headerId: new Uint8Array(32).fill(1), header: Uint8Array.of(1) }
    expect((await wire.ask(handshake(handle, position, commit(), header))).map(line)).toEqual(answers)
    if (answers.length === 1) return expect(bench.store.findChannel(ROOM)).toBeUndefined()
    // From there on it is like any other.
    expect(bench.store.findChannel(ROOM)).toMatchObject({ lastSeq: 1, nextPosition: position + 1 })
    expect(bench.store.findHeader(header.headerId)).toMatchObject({ position, nextPosition: position + 1 })
    expect((await wire.ask(handshake(handle, position + 2, commit()))).map(line)).toEqual([
      position + 2 > 2 ** 48 ? `rejected ${REFUSALS["bad-request"]}` : "conflict",
    ])
    const message = sealedEntry(bench.random)
    expect((await wire.ask(upload(handle, position, message))).map(line)).toEqual(["accepted", "entry"])
  })

  test("of two who fill it in one batch, the first says where it begins", async () => {
    const bench = new CoreBench()
    const { wire } = await bench.join("alice")
    const { handle } = await wire.expect(open(ROOM), "opened")
    const commit = () => sealedEntry(bench.random, { kind: "handshake" })
    wire.take()
    for (const position of [5, 9, 6]) wire.post(handshake(handle, position, commit()))
    await bench.settle()
    expect(wire.take().map(line).filter((each) => each !== "entry")).toEqual(["accepted", "conflict", "accepted"]) // prettier-ignore
  })
})

describe("resume", () => {
  /** A log of five entries, and the head after each. */
  async function log() {
    const it = await room()
    const heads = [EMPTY_HEAD]
    for (let n = 0; n < 4; n++) await it.alice.ask(upload(it.handle, 0, it.message()))
    const { ref, head } = it.bench.store.findChannel(ROOM)!
    for (let seq = 1; seq <= 4; seq++) heads.push(it.bench.store.headAt(ref, seq)!)
    heads.push(head)
    const { wire } = await it.bench.join("carol")
    return { ...it, heads, carol: wire, incarnation: it.bench.store.incarnation }
  }
  const OTHER = new Uint8Array(16).fill(1)

  test.each<[string, (l: Awaited<ReturnType<typeof log>>) => Partial<Of<"open">>, boolean, number[]]>([
    ["from the beginning", () => ({}), true, [1, 2, 3, 4, 5]],
    ["from the middle", (l) => ({ incarnation: l.incarnation, cursor: 3, head: l.heads[3]! }), true, [4, 5]],
    ["from the end", (l) => ({ incarnation: l.incarnation, cursor: 5, head: l.heads[5]! }), true, []],
    [
      "with a head that is not ours",
      (l) => ({ incarnation: l.incarnation, cursor: 3, head: l.heads[4]! }),
      false,
      [1, 2, 3, 4, 5],
    ],
    [
      "with the last head, changed",
      (l) => ({ incarnation: l.incarnation, cursor: 5, head: l.heads[4]! }),
      false,
      [1, 2, 3, 4, 5],
    ],
    [
      "beyond the end",
      (l) => ({ incarnation: l.incarnation, cursor: 6, head: l.heads[5]! }),
      false,
      [1, 2, 3, 4, 5],
    ],
    [
      "from another store",
      (l) => ({ incarnation: OTHER, cursor: 3, head: l.heads[3]! }),
      false,
      [1, 2, 3, 4, 5],
    ],
    ["from another store's beginning", () => ({ incarnation: OTHER }), true, [1, 2, 3, 4, 5]],
  ])("%s", async (_, from, resumed, seqs) => {
    const it = await log()
    const answers = await it.carol.ask(open(ROOM, from(it)))
    expect(answers[0]).toMatchObject({ type: "opened", resumed, lastSeq: 5, nextPosition: 1 })
    expect(answers.slice(1).map((answer) => answer.type === "entry" && answer.seq)).toEqual(seqs)
  })

  test("what is appended in the batch of the open arrives once, and in order", async () => {
    const { bench, alice, carol, handle, message } = await log()
    alice.post(upload(handle, 0, message()))
    carol.post(open(ROOM))
    alice.post(upload(handle, 0, message()))
    await bench.settle()
    expect(carol.of("opened")[0]).toMatchObject({ lastSeq: 7 })
    expect(carol.of("entry").map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
    await alice.ask(upload(handle, 0, message()))
    expect(carol.of("entry").map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  test("opening again starts again, with the same handle", async () => {
    const { carol, alice, handle, message } = await log()
    await carol.ask(open(ROOM))
    const answers = await carol.ask(open(ROOM))
    expect(answers.map(line)).toEqual(["opened", "entry", "entry", "entry", "entry", "entry"])
    await alice.ask(upload(handle, 0, message()))
    expect(carol.take().map(line)).toEqual(["entry"])
  })

  test("after a crash the same log goes on under another handle", async () => {
    const { bench, heads, incarnation } = await log()
    bench.store.crash()
    const again = new CoreBench({ disk: bench.disk, seed: 9 })
    const { wire } = await again.join("dave")
    const opened = await wire.expect(open(ROOM, { incarnation, cursor: 4, head: heads[4]! }), "opened")
    expect(opened).toMatchObject({ resumed: true, lastSeq: 5 })
  })

  test("look tells the ends of many logs at once", async () => {
    const { carol } = await log()
    const looked = await carol.expect(
      { type: "look", rid: 4, channelIds: [ROOM, new Uint8Array(32)] },
      "looked",
    )
    expect(looked).toMatchObject({ rid: 4, lastSeqs: [5, 0] })
  })

  test("a connection may have so many channels open", async () => {
    const bench = new CoreBench({ limits: { channelsPerConnection: 2 } })
    const { wire } = await bench.join("alice")
    const answers: string[] = []
    for (let n = 1; n <= 3; n++) answers.push(...(await wire.ask(open(new Uint8Array(32).fill(n)))).map(line))
    expect(answers).toEqual(["opened", "opened", `refused ${REFUSALS.quota}`])
  })
})
