import { channelOf, ROOM } from "../support/channels.ts"
import { describe, expect, test } from "vitest"
import { leaseFor, TurnQueue } from "../../src/relay/turns.ts"
import { CoreBench, handshake, open, upload, type Wire } from "../support/core-bench.ts"
import { sealedEntry } from "../support/relay-people.ts"

test.each([
  [0, 1_000],
  [1, 1_001],
  [1_024, 1_001],
  [300_000, 1_293],
])("a header of %i bytes leases for %i ms", (bytes, ms) => expect(leaseFor(bytes)).toBe(ms))

describe("the queue", () => {
  const LEASE = () => 1_000
  const script: [string, number, string | undefined][] = [
    // what happens, when, who has got the turn then
    ["", 0, undefined],
    ["+a", 0, "a"],
    ["+a", 10, undefined], // holding already
    ["+b", 20, undefined],
    ["+c", 30, undefined],
    ["+b", 40, undefined], // twice in the queue would be twice served
    ["-a", 50, "b"],
    ["+a", 60, undefined],
    ["", 1_049, undefined],
    ["", 1_050, "c"], // b's lease is over
    ["-b", 1_060, undefined],
    ["-c", 1_070, "a"],
    ["-a", 1_080, undefined],
    ["+b", 9_000, "b"],
  ]
  const queue = new TurnQueue<string>()
  test.each(script)("%s at %i: %s", (event, now, granted) => {
    if (event[0] === "+") queue.take(event[1]!)
    if (event[0] === "-") queue.leave(event[1]!)
    expect(queue.step(LEASE, now)?.owner).toBe(granted)
  })

  test("it wants to be woken when a lease ends that somebody waits for", () => {
    const waiting = new TurnQueue<string>()
    expect(waiting.nextStep).toBeUndefined()
    waiting.take("a")
    waiting.step(LEASE, 500)
    expect(waiting.nextStep).toBeUndefined()
    waiting.take("b")
    expect(waiting.nextStep).toBe(1_500)
  })
})

describe("at the relay", () => {
  async function three() {
    const bench = new CoreBench()
    const wires: Wire[] = []
    for (const name of ["alice", "bob", "carol"]) wires.push((await bench.join(name)).wire)
    let handle = 0
    for (const wire of wires) handle = (await wire.expect(open(ROOM), "opened")).handle
    const commit = () => sealedEntry(bench.random, { kind: "handshake" })
    await wires[0]!.ask(handshake(handle, 0, commit()))
    for (const wire of wires) wire.take()
    const granted = () => wires.map((wire) => wire.take().filter(({ type }) => type === "granted").length)
    return { bench, wires: wires as [Wire, Wire, Wire], handle, commit, granted }
  }

  test("first come, first served; a handshake ends the turn, and the next one starts up to date", async () => {
    const { wires, handle, commit, granted, bench } = await three()
    for (const wire of wires) wire.post({ type: "turn", handle })
    await bench.settle()
    expect(granted()).toEqual([1, 0, 0])
    await wires[0].ask(handshake(handle, 1, commit()))
    const answers = wires[1].take()
    // The entry comes before the turn: whoever has it knows what it builds on.
    expect(answers.map(({ type }) => type)).toEqual(["entry", "granted"])
    expect(answers[1]).toMatchObject({ handle, nextPosition: 2, leaseMs: 1_000 })
    await wires[1].ask({ type: "turnDone", handle })
    expect(granted()).toEqual([0, 0, 1])
  })

  test("a connection waits in 64 places, and in others when it has got its turn", async () => {
    const { bench, wires } = await three()
    const [holder, greedy] = wires
    const handles: number[] = []
    for (let n = 0; n < 70; n++) {
      const channel = open(channelOf(n))
      const { handle } = await holder.expect(channel, "opened")
      await greedy.expect(channel, "opened")
      await holder.expect({ type: "turn", handle }, "granted")
      handles.push(handle)
    }
    const ask = (some: readonly number[]) => {
      for (const handle of some) greedy.post({ type: "turn", handle })
    }
    const granted = () => greedy.take().filter(({ type }) => type === "granted").length
    ask(handles)
    await bench.settle()
    await greedy.ask({ type: "close", handle: handles[0]! })
    await greedy.ask({ type: "turnDone", handle: handles[1]! })
    await holder.drop()
    expect(granted()).toBe(62)
    ask(handles.slice(64))
    await bench.settle()
    expect(granted()).toBe(6)
  })

  test("a message, a lost race or somebody else's handshake does not end it", async () => {
    const { wires, handle, commit, granted } = await three()
    for (const wire of wires) await wire.ask({ type: "turn", handle })
    granted()
    await wires[0].ask(upload(handle, 0, sealedEntry({ bytes: (n) => new Uint8Array(n) })))
    await wires[0].ask(handshake(handle, 9, commit()))
    await wires[2].ask(handshake(handle, 1, commit()))
    expect(granted()).toEqual([0, 0, 0])
  })

  test("a lease that runs out, a close and a disconnect pass the turn on", async () => {
    const { wires, handle, granted, bench } = await three()
    await bench.pass(0)
    bench.now += 700
    for (const wire of wires) await wire.ask({ type: "turn", handle })
    granted()
    await bench.pass(300) // the sweep of every second, due before the lease ends
    expect(bench.relay.nextTick).toBe(bench.now + 700)
    await bench.pass(699)
    expect(granted()).toEqual([0, 0, 0])
    await bench.pass(1)
    expect(granted()).toEqual([0, 1, 0])
    await wires[1].ask({ type: "close", handle })
    expect(granted()).toEqual([0, 0, 1])
    await wires[0].ask({ type: "turn", handle })
    await wires[2].drop()
    expect(granted()).toEqual([1, 0, 0])
  })

  test("a large header makes the lease longer", async () => {
    const { wires, handle, commit, bench } = await three()
    const header = new Uint8Array(30_000)
    await wires[0].ask(handshake(handle, 1, commit(), { headerId: new Uint8Array(32).fill(1), header }))
    wires[0].take()
    await wires[0].ask({ type: "turn", handle })
    await bench.settle()
    const [first] = await wires[0].ask({ type: "turnDone", handle })
    expect(first).toBeUndefined()
    expect((await wires[1].expect({ type: "turn", handle }, "granted")).leaseMs).toBe(1_030)
  })
})
