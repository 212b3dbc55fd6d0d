/** Sockets that come, speak, hang up and come back between the same two ends. */
import { EventEmitter } from "node:events"
import type { Socket } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { endOf, Lobby } from "../../src/platform/lobby.ts"

class FakeSocket extends EventEmitter {
  readonly localAddress = "10.0.0.1"
  readonly remoteAddress: string | undefined
  readonly remotePort: number
  readableLength = 0
  destroyed = false

  constructor(remoteAddress: string | undefined, remotePort: number) {
    super()
    this.remoteAddress = remoteAddress
    this.remotePort = remotePort
  }

  says(bytes = 1_500): void {
    this.readableLength = bytes
    this.emit("readable")
  }

  /** As a socket does, it tells later. */
  destroy(): void {
    this.destroyed = true
    setImmediate(() => this.emit("close"))
  }
}

function lobby(places: number, handshakeMs = 60_000) {
  const begun: FakeSocket[] = []
  const limits = { handshakes: places, waitingHandshakes: places, handshakeMs }
  const made = new Lobby(
    limits,
    () => Infinity,
    (socket) => void begun.push(socket as unknown as FakeSocket),
  )
  const enter = (port: number, address: string | undefined = "10.0.0.66") => {
    const socket = new FakeSocket(address, port)
    made.enter(socket as unknown as Socket)
    return socket
  }
  const end = (socket: FakeSocket) => endOf(socket as unknown as Socket)
  const run = async () => {
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  // Nothing of it outlives the test.
  onTestFinished(() => made.close())
  return { made, begun, enter, end, run }
}

test("the same two ends again take the place of the first, and no place is lost by it", async () => {
  const { made, begun, enter, end, run } = lobby(3)
  for (let round = 0; round < 20; round++) {
    const first = enter(1)
    if (round % 2 === 0) first.says()
    if (round % 4 === 0) await run()
    const second = enter(1)
    expect([first.destroyed, second.destroyed]).toEqual([true, false])
    await run()
    second.says()
    await run()
    expect(begun.at(-1)).toBe(second)
    made.left(end(second))
  }
  const others = [enter(2), enter(3), enter(4)]
  expect(others.map(({ destroyed }) => destroyed)).toEqual([false, false, false])
  for (const socket of others) socket.says()
  await run()
  expect(begun.slice(-3)).toEqual(others)
})

test("whoever is gone before its turn, or has no address, is never begun", async () => {
  const { begun, enter, run } = lobby(3)
  const gone = enter(1)
  gone.says()
  gone.destroyed = true
  expect(enter(2, "").destroyed).toBe(true)
  await run()
  expect(begun).toEqual([])
})

test("a handshake that is not done in time is cut, and one that is done is not", async () => {
  const { made, enter, end } = lobby(3, 20)
  const [silent, slow, done] = [enter(1), enter(2), enter(3)]
  slow.says()
  done.says()
  made.left(end(done))
  const closed = (socket: FakeSocket) => new Promise((resolve) => void socket.once("close", resolve))
  await Promise.all([closed(silent), closed(slow)])
  expect(done.destroyed).toBe(false)
})

test("whoever is through keeps nothing of it but an ear for errors", async () => {
  const { made, begun, enter, end, run } = lobby(3)
  const socket = enter(1)
  socket.says()
  await run()
  expect(begun).toEqual([socket])
  made.left(end(socket))
  expect(socket.eventNames()).toEqual(["error"])
  expect(socket.emit("error", new Error("reset"))).toBe(true)
})

test("whoever leaves is ended in turn, one at a time, and handshakes have every other turn", async () => {
  const { made, begun, enter, run } = lobby(30)
  const order: string[] = []
  for (let n = 0; n < 4; n++) made.end(() => order.push(`${n} ended, ${begun.length} begun`))
  for (let port = 0; port < 8; port++) enter(port).says()
  expect(order).toEqual([])
  for (let turns = 0; turns < 8; turns++) await run()
  expect(order).toEqual(["0 ended, 1 begun", "1 ended, 2 begun", "2 ended, 3 begun", "3 ended, 4 begun"])
  expect(begun).toHaveLength(8)
})

test("in a turn of the event loop one is ended, in order, also who comes meanwhile", async () => {
  const { made } = lobby(3)
  const done: number[] = []
  for (let n = 0; n < 3; n++) made.end(() => done.push(n))
  for (let most = 1; done.length < 4; most++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (most === 1) made.end(() => done.push(3))
    expect(done.length).toBeLessThanOrEqual(most)
  }
  expect(done).toEqual([0, 1, 2, 3])
})

test("a lobby that closes ends everybody at once, and once", async () => {
  const { made, run } = lobby(3)
  const done: number[] = []
  for (let n = 0; n < 10; n++) made.end(() => done.push(n))
  made.close()
  expect(done).toHaveLength(10)
  await run()
  expect(done).toHaveLength(10)
})
