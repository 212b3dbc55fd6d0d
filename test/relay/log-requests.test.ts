/** Inboxes, headers and what is only passed on. */
import { channelOf } from "../support/channels.ts"
import { describe, expect, test } from "vitest"
import { REFUSALS } from "../../src/protocol/errors.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { CoreBench, describe as line, handshake, NO_HASH, open, upload } from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"
import { ROOM, room } from "../support/room-bench.ts"

describe("inbox", () => {
  test("strangers write letters into it and see nothing; its device reads them all", async () => {
    const bench = new CoreBench()
    const { person, wire: owner } = await bench.join("alice")
    const { wire: stranger } = await bench.join("bob")
    const inbox = person.device.inboxId
    const letters = [1, 2].map(() => sealedEntry(bench.random, { kind: "letter" }))
    const { handle, ...there } = await stranger.expect(open(inbox, { cursor: 3 }), "opened")
    expect(there).toMatchObject({ resumed: true, lastSeq: 0, nextPosition: 0 })
    // A letter's position says nothing, whatever its sender wrote there.
    const answers = await stranger.ask(upload(handle, 42, letters[0]!))
    expect(answers.map(line)).toEqual(["accepted"])
    owner.take()
    expect((await owner.ask(open(inbox))).map(line)).toEqual(["opened", "entry"])
    await stranger.ask(upload(handle, 7, letters[1]!))
    const [second] = owner.take()
    expect(second).toMatchObject({ type: "entry", seq: 2, position: 0 })
    expect(stranger.take().map(line)).toEqual(["accepted"].slice(1))
    const look: Of<"look"> = { type: "look", rid: 1, channelIds: [inbox] }
    expect((await stranger.expect(look, "looked")).lastSeqs).toEqual([0])
    expect((await owner.expect(look, "looked")).lastSeqs).toEqual([2])
  })

  test.each<[string, (bench: CoreBench, handle: number) => Of<"entry"> | Of<"handshake">]>([
    ["message", (bench, handle) => upload(handle, 0, sealedEntry(bench.random))],
    ["handshake", (bench, handle) => handshake(handle, 0, sealedEntry(bench.random, { kind: "handshake" }))],
  ])("a %s does not belong there", async (_, make) => {
    const bench = new CoreBench()
    const { person } = await bench.join("alice")
    const { wire } = await bench.join("bob")
    const { handle } = await wire.expect(open(person.device.inboxId), "opened")
    expect((await wire.ask(make(bench, handle))).map(line)).toEqual([`rejected ${REFUSALS["bad-request"]}`])
  })

  test("it holds so many letters", async () => {
    const bench = new CoreBench({ limits: { inboxLetters: 1 } })
    const { person } = await bench.join("alice")
    const { wire } = await bench.join("bob")
    const { handle } = await wire.expect(open(person.device.inboxId), "opened")
    const letter = () => upload(handle, 0, sealedEntry(bench.random, { kind: "letter" }))
    expect((await wire.ask(letter())).map(line)).toEqual(["accepted"])
    expect((await wire.ask(letter())).map(line)).toEqual([`rejected ${REFUSALS.quota}`])
  })

  test("a device that was removed leaves an inbox that nobody else can read", async () => {
    const bench = new CoreBench()
    const { person, wire } = await bench.join("alice")
    const old = person.device
    const phone = person.anotherDevice()
    const entry = person.update(person.registration(), 1, {}, [phone])
    await wire.ask({ type: "register", rid: 1, admission: new Uint8Array(16), entry })
    const { wire: bob } = await bench.join("bob")
    const { handle } = await bob.expect(open(old.inboxId), "opened")
    await bob.expect(upload(handle, 0, sealedEntry(bench.random, { kind: "letter" })), "accepted")
    expect((await bob.ask(open(old.inboxId))).map(line)).toEqual(["opened"])
  })
})

describe("headers", () => {
  const ID = new Uint8Array(32).fill(0x44)
  const header = (byte: number) => new Uint8Array(20).fill(byte)
  const getHeader: Of<"getHeader"> = { type: "getHeader", rid: 8, headerId: ID }

  test("a header comes with its handshake, and goes with the next", async () => {
    const { alice, bob, handle, commit, message } = await room()
    expect((await bob.ask(getHeader)).map(line)).toEqual([`refused ${REFUSALS["unknown-channel"]}`])
    await alice.ask(handshake(handle, 1, commit(), { headerId: ID, header: header(1) }))
    bob.take()
    const found = { type: "header", rid: 8, position: 1, nextPosition: 2, blob: NO_HASH, header: header(1) }
    expect(await bob.ask(getHeader)).toEqual([found])
    await alice.ask(upload(handle, 1, message()))
    // A handshake without a header leaves the old one, which then says that it is older.
    await alice.ask(handshake(handle, 2, commit()))
    expect(await bob.expect(getHeader, "header")).toEqual({ ...found, nextPosition: 3 })
    await alice.ask(handshake(handle, 3, commit(), { headerId: ID, header: header(3) }))
    expect(await bob.expect(getHeader, "header")).toMatchObject({
      position: 3,
      nextPosition: 4,
      header: header(3),
    })
    await alice.ask(handshake(handle, 4, commit(), { headerId: ID }))
    bob.take()
    expect((await bob.ask(getHeader)).map(line)).toEqual([`refused ${REFUSALS["unknown-channel"]}`])
  })

  test("a handshake that loses changes no header", async () => {
    const { alice, bob, handle, commit } = await room()
    await alice.ask(handshake(handle, 1, commit(), { headerId: ID, header: header(1) }))
    bob.take()
    expect(
      (await bob.ask(handshake(handle, 1, commit(), { headerId: ID, header: header(2) }))).map(line),
    ).toEqual(["conflict"])
    expect(await bob.expect(getHeader, "header")).toMatchObject({ header: header(1) })
  })

  test.each([
    [1, `refused ${REFUSALS["bad-request"]}`],
    [2, "done"],
    [3, `refused ${REFUSALS["bad-request"]}`],
  ])("a header alone mends the last one: expecting %i where 2 is next is %s", async (expected, answer) => {
    const { alice, bob, handle, commit } = await room()
    await alice.ask(handshake(handle, 1, commit(), { headerId: ID, header: header(1) }))
    bob.take()
    const mend = {
      type: "putHeader",
      rid: 2,
      handle,
      expect: expected,
      headerId: ID,
      headerBlob: NO_HASH,
      header: header(2),
    } as const
    expect((await bob.ask(mend)).map(line)).toEqual([answer])
    expect(await bob.expect(getHeader, "header")).toMatchObject({
      position: 1,
      nextPosition: 2,
      header: header(answer === "done" ? 2 : 1),
    })
  })

  test("another channel cannot take a header over; a channel has four, and a handshake's takes the oldest one's place", async () => {
    const { bench, alice, bob, handle, commit } = await room()
    await alice.ask(handshake(handle, 1, commit(), { headerId: ID, header: header(1) }))
    bob.take()
    const { handle: other } = await bob.expect(open(channelOf(5)), "opened")
    const stolen = handshake(other, 0, commit(), { headerId: ID, header: header(2) })
    expect((await bob.ask(stolen)).map(line)).toEqual([`rejected ${REFUSALS["not-allowed"]}`])
    const answers: string[] = []
    for (let n = 2; n <= 5; n++) {
      const change = { headerId: new Uint8Array(32).fill(n), header: header(n) }
      answers.push((await alice.ask(handshake(handle, n, commit(), change))).map(line)[0]!)
    }
    expect(answers).toEqual(["accepted", "accepted", "accepted", "accepted"])
    const { ref, nextPosition } = bench.store.findChannel(ROOM)!
    expect([nextPosition, bench.store.countHeaders(ref).count]).toEqual([6, 4])
    expect(bench.store.findHeader(ID)).toBeUndefined()
    const mended = { headerId: new Uint8Array(32).fill(6), headerBlob: NO_HASH, header: header(6) }
    const put = { type: "putHeader" as const, rid: 9, handle, expect: 6, ...mended }
    expect((await alice.ask(put)).map(line)).toEqual([`refused ${REFUSALS.quota}`])
  })
})

describe("ephemeral", () => {
  test("goes to the other readers as it came, and is kept nowhere", async () => {
    const { bench, alice, bob, handle } = await room()
    const before = bench.store.findChannel(ROOM)
    const message = { type: "ephemeral", handle, body: Uint8Array.of(1, 2, 3) } as const
    expect(await alice.ask(message)).toEqual([])
    expect(bob.take()).toEqual([message])
    expect(bench.store.findChannel(ROOM)).toEqual(before)
  })

  test("one that is too long, or on a handle that is not one's own, goes nowhere", async () => {
    const { alice, bob, handle } = await room()
    await alice.ask({ type: "ephemeral", handle, body: new Uint8Array(4_097) })
    await alice.ask({ type: "ephemeral", handle: handle + 1, body: Uint8Array.of(1) })
    expect(bob.take()).toEqual([])
  })
})
