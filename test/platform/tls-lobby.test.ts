/** Who waits for a TLS handshake, and who is cut: over loopback. */
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from "node:net"
import { afterEach, beforeEach, expect, test } from "vitest"
import { concat, utf8 } from "../../src/bytes.ts"
import { createCertificate, createRelayKey } from "../../src/platform/certificate.ts"
import type { CloseReason, Connection } from "../../src/platform/network.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { type ListenLimits, listenTls, tlsNetwork } from "../../src/platform/tls.ts"

const key = createRelayKey(systemRandom)
const cleanup: (() => unknown)[] = []
const opened = new Map<number, Connection>()
let echoes = false

beforeEach(() => {
  opened.clear()
  echoes = false
})
afterEach(async () => {
  for (const undo of cleanup.splice(0).toReversed()) await undo()
})

const FEW = {
  connections: 1_000,
  newcomers: 1_000,
  handshakes: 8,
  waitingHandshakes: 16,
  handshakeMs: 60_000,
  helloMs: 60_000,
}

test("strangers who say nothing keep nobody out, until all places to wait are theirs", async () => {
  const port = await listen(FEW)
  await connected(port, FEW.waitingHandshakes - 1)
  await dial(port).opened
  const last = await connected(port, 1)
  // Written before, so accepted before: the relay has them all.
  expect((await dial(port).closed).kind).toBe("unreachable")
  last[0]!.destroy()
  await untilLetIn(port)
})

test("a stranger who stops in the middle of a handshake holds no more than its share of places", async () => {
  const port = await listen(FEW)
  const strangers = await connected(port, FEW.handshakes)
  // The beginning of a record, and nothing more.
  for (const socket of strangers) socket.write(Uint8Array.of(22))
  const waits = dial(port)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(waits.wasOpened()).toBe(false)
  strangers[0]!.destroy()
  await waits.opened
})

test("whoever has waited for the whole of its time is cut, whether it spoke or not", async () => {
  const port = await listen({ ...FEW, handshakes: 0, handshakeMs: 100 })
  const [silent, other] = await connected(port, 2)
  other!.write(Uint8Array.of(22))
  await Promise.all([silent, other].map((socket) => new Promise((done) => void socket!.once("close", done))))
  expect(opened.size).toBe(0)
})

test.each([
  ["hangs up", (socket: Socket) => void socket.end()],
  ["begins with more than any handshake does", (socket: Socket) => void socket.write(new Uint8Array(60_000))],
])("somebody who %s is cut at once", async (_, act) => {
  const port = await listen({ ...FEW, handshakes: 0 })
  const [socket] = await connected(port, 1)
  socket!.resume()
  act(socket!)
  await new Promise((done) => void socket!.once("close", done))
})

test("a first packet in pieces, and all of it at once, are the same handshake", async () => {
  const port = await listen(FEW)
  const pieces = createServer((from) => {
    const to = connectTcp(port, "127.0.0.1")
    cleanup.push(() => to.destroy())
    to.setNoDelay(true)
    const waiting: Buffer[] = []
    const drip = setInterval(() => {
      const piece = waiting.shift()
      if (piece !== undefined) to.write(piece)
    }, 1)
    cleanup.push(() => clearInterval(drip))
    from.on("data", (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 100) waiting.push(chunk.subarray(at, at + 100))
    })
    to.on("data", (chunk) => from.write(chunk))
    for (const socket of [from, to]) socket.on("error", () => {})
    from.once("close", () => to.destroy())
  })
  await new Promise<void>((done) => void pieces.listen(done))
  cleanup.push(() => pieces.close())
  echoes = true
  const client = dial((pieces.address() as AddressInfo).port)
  const connection = await client.opened
  connection.send(utf8("hello"))
  await until(() => client.text() === "hello")
  connection.close()
  await client.closed
})

test("a crowd larger than all handshakes at once is let in, one after the other", async () => {
  const port = await listen({ ...FEW, waitingHandshakes: 100 })
  await Promise.all(Array.from({ length: 60 }, () => dial(port).opened))
  await until(() => opened.size === 60)
})

/** @returns the port. */
async function listen(limits: ListenLimits): Promise<number> {
  const tag = new Uint8Array(32)
  const certificatePem = createCertificate({ key, tag, notBefore: 0, random: systemRandom })
  const made = await listenTls(
    { host: "127.0.0.1", port: 0, privatePem: key.privatePem, certificatePem, limits },
    {
      opened: (id, connection) => void opened.set(id, connection),
      received: (id, bytes) => echoes && opened.get(id)!.send(bytes.slice()),
      drained: () => {},
      closed: () => {},
    },
  )
  cleanup.push(() => made.close())
  return made.port
}

function dial(port: number) {
  const chunks: Uint8Array[] = []
  const open = Promise.withResolvers<Connection>()
  const closed = Promise.withResolvers<CloseReason>()
  let wasOpened = false
  tlsNetwork.dial(
    { host: "127.0.0.1", port },
    { kind: "spki", sha256: key.spkiSha256 },
    {
      opened(connection) {
        wasOpened = true
        cleanup.push(() => connection.close())
        open.resolve(connection)
      },
      received: (bytes) => void chunks.push(bytes.slice()),
      closed: (reason) => closed.resolve(reason),
    },
  )
  return {
    opened: open.promise,
    closed: closed.promise,
    wasOpened: () => wasOpened,
    text: () => Buffer.from(concat(...chunks)).toString(),
  }
}

/** Connections that have said nothing yet. */
async function connected(port: number, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connectTcp(port, "127.0.0.1"))
  cleanup.push(() => sockets.forEach((socket) => socket.destroy()))
  for (const socket of sockets) socket.on("error", () => {})
  await Promise.all(sockets.map((socket) => new Promise((done) => void socket.once("connect", done))))
  return sockets
}

async function untilLetIn(port: number): Promise<void> {
  await until(async () => {
    const again = dial(port)
    return Promise.race([again.opened.then(() => true), again.closed.then(() => false)])
  })
}

/** Waits for the network, at most as long as the test may take. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}
