/** Every connection has its share of a round; what it said stays in order, and nothing is lost. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { Inbound } from "../../src/relay/inbound.ts"
import { MESSAGE_NUMBERS } from "../../src/protocol/messages.ts"
import type { RelayEvent } from "../../src/relay/relay.ts"
import { MOST_WAITING, NEWCOMERS_A_ROUND, Rounds, SHARE } from "../../src/relay/rounds.ts"

let made = 0
const frame = (id: number, bytes = 1): RelayEvent => {
  const bytesOf = new Uint8Array(bytes)
  new DataView(bytesOf.buffer).setUint8(0, made++ % 256)
  return { kind: "frame", id, frame: bytesOf }
}
const frames = (id: number, count: number, bytes = 1) => Array.from({ length: count }, () => frame(id, bytes))
const gone = (id: number): RelayEvent => ({ kind: "disconnected", id })
const of = (id: number, events: readonly RelayEvent[]) =>
  events.filter((event) => "id" in event && event.id === id)

test.each([
  ["small requests", 200, 10, SHARE],
  ["entries of 1 KiB", 200, 1_100, SHARE / 2],
  ["frames of the largest kind", 20, 65_536, 1],
])("a share of %s", (_, count, bytes, most) => {
  const rounds = new Rounds()
  const sent = frames(1, count, bytes)
  const taken = [...rounds.offer(1, sent)]
  expect(taken).toHaveLength(most)
  expect(rounds.offer(1, frames(1, 1))).toEqual([])
  expect(rounds.offer(2, frames(2, 1))).toHaveLength(1)
  taken.push(...rounds.next())
  expect(taken).toEqual(sent.slice(0, 2 * most))
})

test("looks weigh twice, since each id is looked up on the disk", () => {
  const rounds = new Rounds()
  const look = (): RelayEvent => ({
    kind: "frame",
    id: 1,
    frame: Uint8Array.of(0, 0, 0, 1, MESSAGE_NUMBERS.look),
  })
  expect(rounds.offer(1, Array.from({ length: SHARE }, look))).toHaveLength(SHARE / 2)
})

test("whoever has had its share in several pieces waits as well, and the end of a connection goes with its last frame", () => {
  const rounds = new Rounds()
  const sent = frames(1, SHARE + 1)
  for (const event of sent.slice(0, SHARE)) expect(rounds.offer(1, [event])).toEqual([event])
  expect(rounds.offer(1, [gone(1)])).toEqual([gone(1)])
  expect(rounds.offer(2, frames(2, SHARE - 1))).toHaveLength(SHARE - 1)
  expect(rounds.offer(2, [frame(2), frame(2), gone(2)])).toHaveLength(1)
  expect(rounds.next().map(({ kind }) => kind)).toEqual(["frame", "disconnected"])
  expect(rounds.isEmpty).toBe(true)
})

test("whatever is sent comes out, each connection in order, and never more than a share in a round", () => {
  const step = fc.record({
    id: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 0, max: 90 }),
    bytes: fc.constantFrom(1, 900, 3_000, 65_536),
    how: fc.constantFrom("offer", "keep", "next"),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const rounds = new Rounds()
      const sent: RelayEvent[] = []
      const taken: RelayEvent[] = []
      let round: RelayEvent[] = []
      const check = () => {
        for (const id of [1, 2, 3]) {
          const theirs = of(id, round)
          const weight = theirs
            .slice(0, -1)
            .reduce((sum, event) => sum + (event.kind === "frame" ? 1 + (event.frame.length >> 10) : 0), 0)
          expect(weight).toBeLessThan(SHARE)
        }
      }
      for (const { id, count, bytes, how } of steps) {
        const more = frames(id, how === "next" ? 0 : count, bytes)
        sent.push(...more)
        const now = how === "offer" ? rounds.offer(id, more) : how === "next" ? rounds.next() : []
        if (how === "keep") rounds.keep(id, more)
        round = how === "next" ? [...now] : [...round, ...now]
        taken.push(...now)
        check()
      }
      taken.push(...rounds.all())
      for (const id of [1, 2, 3]) expect(of(id, taken)).toEqual(of(id, sent))
    }),
  )
})

/** A driver of which the test says when a commit runs and when the waiting events have been looked at. */
function stage() {
  const due: (() => void)[] = []
  const taken: RelayEvent[] = []
  const reading: string[] = []
  const state = { isCommitting: false, isOpen: true }
  const inbound = new Inbound({
    soon: (run) => void due.push(run),
    isCommitting: () => state.isCommitting,
    isOpen: () => state.isOpen,
    take: (events) => void taken.push(...events),
    read: (id, isOn) => void reading.push(`${id} ${isOn ? "on" : "off"}`),
  })
  const turn = () => {
    for (const run of due.splice(0)) run()
  }
  inbound.trust(1)
  inbound.trust(2)
  return { inbound, state, taken, reading, due, turn, take: () => taken.splice(0) }
}

test("of a thousand requests at once others wait for one share at most, and none is lost", () => {
  const { inbound, turn, take, due } = stage()
  inbound.arrived(1, frames(1, 1_000))
  inbound.arrived(2, frames(2, 1))
  expect(of(2, take())).toHaveLength(1)
  let sum = SHARE
  while (due.length > 0) {
    turn()
    inbound.arrived(2, frames(2, 1))
    const now = take()
    expect(of(1, now).length).toBeLessThanOrEqual(SHARE)
    expect(of(2, now)).toHaveLength(1)
    sum += of(1, now).length
  }
  expect(sum).toBe(1_000)
})

test("what comes during a commit waits for it, and then each has its share; what else waited goes before", () => {
  const { inbound, state, turn, take, due } = stage()
  state.isCommitting = true
  inbound.arrived(1, frames(1, 100))
  inbound.closed(1)
  inbound.arrived(2, frames(2, 2))
  turn()
  expect(take()).toEqual([])
  state.isCommitting = false
  inbound.commitEnded([{ kind: "tick" }], 0)
  const first = take()
  expect(first[0]).toEqual({ kind: "tick" })
  expect([of(1, first).length, of(2, first).length]).toEqual([SHARE, 2])
  // The next commit begins before the round that is due.
  state.isCommitting = true
  turn()
  expect(take()).toEqual([])
  state.isCommitting = false
  inbound.commitEnded([], 0)
  expect(take().at(-1)).toEqual(gone(1))
  expect(due).toEqual([])
})

test("nothing more is read from where much waits, nor from where the core wants nothing", () => {
  const { inbound, turn, reading, due } = stage()
  inbound.arrived(1, frames(1, SHARE + MOST_WAITING))
  expect(reading).toEqual([])
  inbound.arrived(1, frames(1, 1))
  expect(reading.splice(0)).toEqual(["1 off"])
  inbound.setReading(1, false)
  while (due.length > 0) turn()
  expect(reading).toEqual([])
  inbound.setReading(1, true)
  expect(reading.splice(0)).toEqual(["1 on"])
  inbound.setReading(1, false)
  inbound.arrived(1, frames(1, 2 * MOST_WAITING))
  inbound.setReading(1, true)
  expect(reading.splice(0)).toEqual(["1 off"])
  while (due.length > 0) turn()
  expect(reading).toEqual(["1 on"])
})

test("a relay that stops lets nobody wait", () => {
  const { inbound, state, take, due } = stage()
  inbound.arrived(1, frames(1, 1_000))
  state.isOpen = false
  inbound.close()
  inbound.arrived(1, frames(1, 100))
  inbound.closed(1)
  expect(take()).toHaveLength(1_101)
  expect(due).toHaveLength(1)
})

test("of newcomers who all say something at once a few are heard in each round, in turns, and members at once", () => {
  const { inbound, turn, take, due } = stage()
  const ids = Array.from({ length: 30 }, (_, n) => 10 + n)
  // The first ones go on and on.
  for (const id of ids) inbound.arrived(id, frames(id, id < 20 ? 16 : 1))
  inbound.arrived(ids[25]!, [{ kind: "malformed", id: ids[25]! }])
  const rounds: number[][] = []
  for (; ; turn()) {
    inbound.arrived(1, frames(1, 1))
    const now = take()
    expect(of(1, now)).toHaveLength(1)
    rounds.push(now.flatMap((event) => ("id" in event && event.id !== 1 ? event.id : [])))
    if (due.length === 0) break
  }
  for (const heard of rounds) {
    const each = new Set(heard)
    expect(each.size).toBeLessThanOrEqual(NEWCOMERS_A_ROUND)
    for (const id of each) expect(heard.filter((other) => other === id).length).toBeLessThanOrEqual(4 + 1)
  }
  const turns = Math.ceil(ids.length / NEWCOMERS_A_ROUND)
  expect(new Set(rounds.slice(0, turns + 1).flat()).size).toBe(ids.length)
  expect(rounds.flat()).toHaveLength(10 * 16 + 20 + 1)
})

test("after a commit newcomers are heard for about as long as it took", () => {
  const { inbound, state, take } = stage()
  state.isCommitting = true
  for (let id = 10; id < 300; id++) inbound.arrived(id, frames(id, 1))
  state.isCommitting = false
  inbound.commitEnded([], 100)
  expect(take()).toHaveLength(100)
})

test("whoever hangs up is gone at once, and what was not heard yet is forgotten", () => {
  const { inbound, turn, take, due } = stage()
  for (let id = 10; id < 40; id++) inbound.arrived(id, frames(id, 1))
  expect(take()).toHaveLength(NEWCOMERS_A_ROUND)
  for (let id = 10; id < 60; id++) inbound.closed(id)
  expect(take()).toEqual(Array.from({ length: 50 }, (_, n) => gone(10 + n)))
  while (due.length > 0) turn()
  expect(take()).toEqual([])
})

test("a newcomer who says more than can be anything is ended, and holds no memory", () => {
  const { inbound, turn, take, due, state } = stage()
  state.isCommitting = true
  for (let n = 0; n < 3; n++) inbound.arrived(10, frames(10, 10_000))
  inbound.arrived(11, frames(11, 16))
  state.isCommitting = false
  inbound.commitEnded([], 0)
  while (due.length > 0) turn()
  const taken = take()
  expect(of(10, taken)).toEqual([{ kind: "malformed", id: 10 }])
  expect(of(11, taken)).toHaveLength(16)
})

test("members who hang up are heard to the end", () => {
  const { inbound, turn, take, due, state } = stage()
  state.isCommitting = true
  inbound.arrived(1, frames(1, 100))
  inbound.closed(1)
  state.isCommitting = false
  inbound.commitEnded([], 0)
  expect(take()).toHaveLength(SHARE)
  turn()
  expect(take()).toHaveLength(100 - SHARE + 1)
  // The number is nobody's then.
  inbound.arrived(1, frames(1, 17))
  while (due.length > 0) turn()
  expect(take().length).toBeLessThan(17)
})

test("whoever has logged in has a member's share, and what waits of it stays in order", () => {
  const { inbound, turn, take } = stage()
  const sent = frames(10, 18)
  inbound.arrived(10, sent)
  expect(take()).toEqual(sent.slice(0, 4))
  inbound.trust(10)
  turn()
  expect(take()).toEqual(sent.slice(4))
  inbound.arrived(10, frames(10, 1))
  expect(take()).toHaveLength(1)
})

test("a newcomer whose frames come one by one is one who was heard", () => {
  const rounds = new Rounds(() => true)
  const taken = (id: number) => rounds.offer(id, [frame(id)]).length
  const first = Array.from({ length: NEWCOMERS_A_ROUND }, (_, id) => taken(id))
  expect([...first, taken(0), taken(99)]).toEqual([...first.map(() => 1), 1, 0])
})
