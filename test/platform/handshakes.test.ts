/** Who waits, whose handshake is next, and who gives up a place: as a table, and for any order of events. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { Handshakes } from "../../src/platform/handshakes.ts"

const PLENTY = 1_000

interface Options {
  waiting?: number
  begun?: number
  perSecond?(address: string): number
}

function lobby({ waiting = PLENTY, begun = PLENTY, perSecond = () => Infinity }: Options = {}) {
  const limits = { handshakes: begun, waitingHandshakes: waiting }
  const handshakes = new Handshakes(limits, perSecond)
  const cut: string[] = []
  const it = { now: 0, handshakes, limits, cut, enter, ready, begin, beginAll }
  let last = 0
  function enter(address: string): string | undefined {
    const end = `${address} ${++last}`
    return handshakes.enter(end, address, () => void cut.push(end), it.now) ? end : undefined
  }
  function ready(address: string): string | undefined {
    const end = enter(address)
    if (end !== undefined) handshakes.spoke(end)
    return end
  }
  function begin(): string | undefined {
    return handshakes.next(it.now)
  }
  function beginAll(): string[] {
    const all: string[] = []
    for (let end = begin(); end !== undefined; end = begin()) all.push(end)
    return all
  }
  return it
}

test("whoever holds the most gives its oldest place to somebody else", () => {
  const { cut, enter } = lobby({ waiting: 8 })
  for (let n = 0; n < 8; n++) enter("10.0.0.66")
  expect(enter("10.0.0.66")).toBeUndefined()
  expect(enter("10.0.0.1")).toBeDefined()
  expect(enter("10.0.0.2")).toBeDefined()
  expect(cut).toEqual(["10.0.0.66 1", "10.0.0.66 2"])
})

test("nobody is cut for somebody who holds as many, and a place that was left is free", () => {
  const { handshakes, cut, enter } = lobby({ waiting: 4 })
  const [first] = ["a", "b", "c", "d"].map(enter)
  expect(enter("e")).toBeUndefined()
  expect(enter("a")).toBeUndefined()
  handshakes.left(first!)
  expect(enter("e")).toBeDefined()
  expect(cut).toEqual([])
})

test("two who share never throw each other out in turns", () => {
  const { cut, enter } = lobby({ waiting: 6 })
  for (let n = 0; n < 6; n++) enter("a")
  for (let n = 0; n < 6; n++) enter("b")
  for (let n = 0; n < 6; n++) enter("a")
  expect(cut).toHaveLength(3)
})

test("whoever says nothing is never begun, and holds up nobody", () => {
  const { enter, ready, beginAll } = lobby()
  for (let n = 0; n < 100; n++) enter("10.0.0.66")
  ready("10.0.0.1")
  expect(beginAll()).toEqual(["10.0.0.1 101"])
})

test("addresses take turns, each its own in the order in which they spoke", () => {
  const { handshakes, enter, ready, beginAll } = lobby()
  const [late, early] = [enter("a"), enter("a")]
  handshakes.spoke(early!)
  for (let n = 0; n < 3; n++) ready("a")
  ready("b")
  ready("c")
  ready("b")
  handshakes.spoke(late!)
  expect(beginAll()).toEqual(["a 2", "b 6", "c 7", "a 3", "b 8", "a 4", "a 5", "a 1"])
})

test("an address begins a burst and then its rate; others do not wait for it, and it loses nothing by waiting", () => {
  const it = lobby({ perSecond: (address) => (address === "127.0.0.1" ? Infinity : 10) })
  for (let n = 0; n < 30; n++) it.ready("a")
  for (let n = 0; n < 30; n++) it.ready("127.0.0.1")
  it.ready("b")
  const first = it.beginAll()
  expect(first.filter((end) => end.startsWith("a "))).toHaveLength(20)
  expect(first.filter((end) => end.startsWith("127"))).toHaveLength(30)
  expect(first.indexOf("b 61")).toBeLessThan(4)
  expect(it.handshakes.wakeAt(it.now)).toBeCloseTo(100)
  it.now = 99
  expect(it.begin()).toBeUndefined()
  it.now = 301
  expect(it.beginAll()).toEqual(["a 21", "a 22", "a 23"])
  it.now = 10_000
  expect(it.beginAll()).toHaveLength(7)
  expect(it.handshakes.wakeAt(it.now)).toBe(Infinity)
})

test("an address that goes and comes back has saved up no more than its burst", () => {
  const it = lobby({ perSecond: () => 1 })
  for (let round = 0; round < 3; round++) {
    it.now = round * 100_000
    for (let n = 0; n < 5; n++) it.ready("a")
    const begun = it.beginAll()
    expect(begun).toHaveLength(2)
    for (const end of begun) it.handshakes.left(end)
    it.now += 3_000
    for (const end of it.beginAll()) it.handshakes.left(end)
    it.now += 3_000
    for (const end of it.beginAll()) it.handshakes.left(end)
  }
})

test("handshakes in progress: the address that stops halfway most often gives one up", () => {
  const it = lobby({ begun: 4 })
  for (let n = 0; n < 6; n++) it.ready("10.0.0.66")
  expect(it.beginAll()).toHaveLength(4)
  it.ready("10.0.0.1")
  expect(it.begin()).toBe("10.0.0.1 7")
  expect(it.cut).toEqual(["10.0.0.66 1"])
  // What waits of the same address goes on waiting, until one is through.
  expect(it.begin()).toBeUndefined()
  it.handshakes.left("10.0.0.66 2")
  expect(it.begin()).toBe("10.0.0.66 5")
})

test("limits that change hold from then on", () => {
  const it = lobby({ begun: 1 })
  it.ready("a")
  it.ready("a")
  expect(it.beginAll()).toHaveLength(1)
  it.limits.handshakes = 2
  expect(it.beginAll()).toHaveLength(1)
})

test("whatever happens, bounds hold, nobody is begun twice or after the end, and whoever is ready is begun in the end", () => {
  const step = fc.record({
    what: fc.constantFrom("enter", "enter", "spoke", "next", "next", "left", "time"),
    who: fc.nat({ max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const it = lobby({ waiting: 6, begun: 3, perSecond: (address) => (address === "a0" ? Infinity : 5) })
      const state = new Map<string, "waiting" | "ready" | "begun">()
      const count = (...of: string[]) => [...state.values()].filter((value) => of.includes(value)).length
      const settle = () => {
        for (const end of it.cut.splice(0)) {
          expect(state.has(end)).toBe(true)
          state.delete(end)
        }
        expect(count("waiting", "ready")).toBeLessThanOrEqual(6)
        expect(count("begun")).toBeLessThanOrEqual(3)
      }
      for (const { what, who } of steps) {
        const some = [...state.keys()][who % Math.max(1, state.size)]
        if (what === "enter") {
          const end = it.enter(`a${who % 4}`)
          if (end !== undefined) state.set(end, "waiting")
        } else if (what === "time") it.now += who * 10
        else if (what === "next") {
          const end = it.begin()
          if (end !== undefined) {
            expect(state.get(end)).toBe("ready")
            state.set(end, "begun")
          }
        } else if (some !== undefined && what === "spoke") {
          it.handshakes.spoke(some)
          if (state.get(some) === "waiting") state.set(some, "ready")
        } else if (some !== undefined) {
          it.handshakes.left(some)
          state.delete(some)
        }
        settle()
      }
      for (let n = 0; n < 10; n++) {
        for (const [end, value] of state) {
          if (value !== "begun") continue
          it.handshakes.left(end)
          state.delete(end)
        }
        it.now += 1_000
        for (const end of it.beginAll()) state.set(end, "begun")
        settle()
      }
      expect(count("ready")).toBe(0)
    }),
  )
})
