/** The real network over loopback: who is refused, when, and that the rest arrives whole and in order. */
import { type AddressInfo, createServer as createTcpServer } from "node:net"
import { connect, createServer, type ConnectionOptions, type TLSSocket, type TlsOptions } from "node:tls"
import { afterEach, beforeEach, expect, test } from "vitest"
import { concat, equalBytes, utf8 } from "../../src/bytes.ts"
import { createCertificate, createRelayKey, type RelayKey } from "../../src/platform/certificate.ts"
import type { CloseReason, Connection, Listener, Pin } from "../../src/platform/network.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { listenTls, MAX_HANDSHAKES, tlsNetwork } from "../../src/platform/tls.ts"
import { ALPN } from "../../src/platform/tls-server.ts"

const tag = systemRandom.bytes(32)
const key = createRelayKey(systemRandom)
const relayPin: Pin = { kind: "spki", sha256: key.spkiSha256 }
const cleanup: (() => unknown)[] = []

interface Seen {
  opened: Map<number, Connection>
  received: Map<number, Uint8Array>
  drained: number
  closed: number[]
  /** What the relay does with what it receives. */
  onReceived: (connection: Connection, bytes: Uint8Array) => void
}
let seen: Seen
let listener: Listener

beforeEach(async () => {
  seen = { opened: new Map(), received: new Map(), drained: 0, closed: [], onReceived: () => {} }
  listener = await listen(0)
})

afterEach(async () => {
  for (const undo of cleanup.splice(0).toReversed()) await undo()
})

test("both ends are told, with the same exporter, and talk both ways", async () => {
  seen.onReceived = (connection, bytes) => connection.send(concat(utf8("echo "), bytes))
  const client = dial(relayPin)
  const connection = await client.opened
  connection.send(utf8("hel"))
  connection.send(utf8("lo"))
  await until(() => client.text() === "echo hello")
  const [atRelay] = seen.opened.values()
  expect(connection.exporter).toHaveLength(32)
  expect(connection.exporter).toEqual(atRelay!.exporter)
  expect(atRelay!.remote).toBe("127.0.0.1")
  connection.close()
  expect(await client.closed).toEqual({ kind: "ended" })
  await until(() => seen.closed.length === 1)
})

test("two connections have different exporters", async () => {
  const [one, two] = await Promise.all([dial(relayPin).opened, dial(relayPin).opened])
  expect(one.exporter).not.toEqual(two.exporter)
})

test("a wrong pin is refused before a byte is written", async () => {
  const other = createRelayKey(systemRandom)
  const client = dial({ kind: "spki", sha256: other.spkiSha256 })
  expect(await client.closed).toEqual({ kind: "wrong-pin", seen: key.spkiSha256 })
  await until(() => seen.closed.length === seen.opened.size)
  expect(client.wasOpened()).toBe(false)
  expect([...seen.received.values()]).toEqual([])
})

test("a twelve-word pin decides from key and tag", async () => {
  const asked: unknown[] = []
  const decide = (answer: boolean): Pin => ({
    kind: "certificate-tag",
    accepts: (...facts) => (asked.push(facts), answer),
  })
  await dial(decide(true)).opened
  expect((await dial(decide(false)).closed).kind).toBe("wrong-pin")
  expect(asked).toEqual([
    [key.spkiSha256, tag],
    [key.spkiSha256, tag],
  ])
})

test.each<[string, ConnectionOptions]>([
  ["TLS 1.2", { maxVersion: "TLSv1.2", minVersion: "TLSv1.2", ecdhCurve: "auto" }],
  ["a classical group", { ecdhCurve: "X25519" }],
  ["another application protocol", { ALPNProtocols: ["http/1.1"] }],
  ["no application protocol", { ALPNProtocols: [] }],
])("the relay refuses a client with %s", async (_, wrong) => {
  const socket = rawClient(wrong)
  socket.on("secureConnect", () => socket.write("hello"))
  await closedOf(socket)
  expect(seen.opened.size).toBe(0)
})

test("the control: the same client with the right options is let in", async () => {
  const socket = rawClient({})
  await until(() => seen.opened.size === 1)
  expect(socket.getEphemeralKeyInfo()).not.toMatchObject({ name: "X25519" })
  expect(socket.getProtocol()).toBe("TLSv1.3")
})

test.each<[string, TlsOptions, CloseReason["kind"]]>([
  ["TLS 1.2", { maxVersion: "TLSv1.2", minVersion: "TLSv1.2", ecdhCurve: "auto" }, "unreachable"],
  ["a classical group", { ecdhCurve: "X25519" }, "unreachable"],
  ["another application protocol", { ALPNProtocols: ["http/1.1"] }, "unreachable"],
  ["no application protocol", { ALPNProtocols: [] }, "failed"],
])("the client refuses a relay with %s, and writes nothing", async (_, wrong, kind) => {
  const { port, received } = await rawServer(wrong)
  const client = dial(relayPin, port)
  expect((await client.closed).kind).toBe(kind)
  expect(client.wasOpened()).toBe(false)
  expect(received()).toBe(0)
})

test("no session is resumed, even for a client that offers one", async () => {
  const first = rawClient({})
  const session = await new Promise<Buffer>((resolve) => void first.once("session", resolve))
  const second = rawClient({ session })
  await until(() => seen.opened.size === 2)
  expect(second.isSessionReused()).toBe(false)
})

test("nobody there, and somebody who says nothing of use, are unreachable", async () => {
  const { port } = await rawServer({})
  await cleanup.pop()!()
  expect(await dial(relayPin, port).closed).toEqual({ kind: "unreachable", detail: "ECONNREFUSED" })

  const hangsUp = createTcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
  await new Promise<void>((done) => void hangsUp.listen(0, "127.0.0.1", done))
  cleanup.push(() => hangsUp.close())
  const reason = await dial(relayPin, (hangsUp.address() as AddressInfo).port).closed
  expect(reason.kind).toBe("unreachable")
})

test("large transfers arrive whole; drained comes when all has left", async () => {
  const size = 8_000_000
  const large = systemRandom.bytes(size)
  const client = dial(relayPin)
  await client.opened
  await until(() => seen.opened.size === 1)
  const [connection] = seen.opened.values()
  for (let at = 0; at < size; at += 100_003) connection!.send(large.subarray(at, at + 100_003))
  expect(seen.drained).toBe(0)
  await until(() => client.bytes() === size)
  expect(equalBytes(client.data(), large)).toBe(true)
  await until(() => seen.drained > 0)
})

test("a reader that stands still holds drained back", async () => {
  const socket = rawClient({})
  socket.pause()
  await until(() => seen.opened.size === 1)
  const [connection] = seen.opened.values()
  connection!.send(new Uint8Array(40_000_000))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(seen.drained).toBe(0)
  socket.resume()
  await until(() => seen.drained === 1)
})

test("drained comes once for all that was sent, also in several ticks", async () => {
  const socket = rawClient({})
  socket.pause()
  await until(() => seen.opened.size === 1)
  const [connection] = seen.opened.values()
  for (let tick = 0; tick < 3; tick++) {
    connection!.send(new Uint8Array(10_000_000))
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.resume()
  let bytes = 0
  socket.on("data", (chunk: Buffer) => (bytes += chunk.length))
  await until(() => seen.drained > 0)
  expect(bytes).toBeGreaterThan(15_000_000) // the rest is in the system's buffers
  await until(() => bytes === 30_000_000)
  expect(seen.drained).toBe(1)
})

test("what waits for a reader is kept as it was said, and not the memory that it is a small piece of", async () => {
  const client = dial(relayPin)
  const reader = await client.opened
  reader.setReading!(false)
  await until(() => seen.opened.size === 1)
  const [connection] = seen.opened.values()
  const said: Uint8Array[] = []
  // More than the system takes for somebody who does not read.
  for (let n = 0; n < 2_000; n++) {
    const chunk = systemRandom.bytes(65_536)
    const piece = chunk.subarray(100, 10_100)
    said.push(piece.slice())
    connection!.send(piece)
    // A piece that still lies in the chunk would change with it.
    chunk.fill(0)
  }
  expect(seen.drained).toBe(0)
  reader.setReading!(true)
  await until(() => client.bytes() === 20_000_000)
  expect(equalBytes(client.data(), concat(...said))).toBe(true)
})

test("after close, the owner hears only closed", async () => {
  seen.onReceived = (connection) => {
    connection.send(new Uint8Array(100_000))
    connection.close()
  }
  const client = dial(relayPin)
  const connection = await client.opened
  connection.send(new Uint8Array(5_000_000))
  await client.closed
  await until(() => seen.closed.length === 1)
  expect(seen.received.get(1)!.length).toBeLessThanOrEqual(65_536) // the chunk at which it closed
  expect(seen.drained).toBe(0)
})

test("what was sent before close still arrives; what comes after it is not sent", async () => {
  const client = dial(relayPin)
  const connection = await client.opened
  const large = systemRandom.bytes(3_000_000)
  connection.send(large)
  connection.close()
  connection.send(utf8("late"))
  connection.close()
  expect(await client.closed).toEqual({ kind: "ended" })
  await until(() => seen.closed.length === 1)
  expect(equalBytes(seen.received.get(1)!, large)).toBe(true)
})

test("a finished handshake gives its place back", async () => {
  const wanted = MAX_HANDSHAKES + 20
  while (seen.opened.size < wanted) {
    const more = Math.min(40, wanted - seen.opened.size)
    await Promise.all(Array.from({ length: more }, () => dial(relayPin).opened))
    await until(() => seen.opened.size % 40 === 0 || seen.opened.size === wanted)
  }
})

test("a busy port is an error with a code, and so is a foreign address", async () => {
  await expect(listen(listener.port)).rejects.toMatchObject({ name: "PlatformError", code: "port-busy" })
  await expect(listen(0, "192.0.2.1")).rejects.toMatchObject({ code: "no-such-address" })
})

test("a listener that closes takes its connections with it and frees the port", async () => {
  const client = dial(relayPin)
  await client.opened
  await until(() => seen.opened.size === 1)
  const { port } = listener
  await listener.close()
  expect(["ended", "failed"]).toContain((await client.closed).kind)
  expect(seen.closed).toEqual([1])
  await (await listen(port)).close()
})

function certificatePem(of: RelayKey): string {
  return createCertificate({ key: of, tag, notBefore: 0, random: systemRandom })
}

async function listen(port: number, host = "127.0.0.1"): Promise<Listener> {
  const made = await listenTls(
    { host, port, privatePem: key.privatePem, certificatePem: certificatePem(key) },
    {
      opened: (id, connection) => void seen.opened.set(id, connection),
      received(id, bytes) {
        seen.received.set(id, concat(seen.received.get(id) ?? new Uint8Array(0), bytes))
        seen.onReceived(seen.opened.get(id)!, bytes)
      },
      drained: () => void seen.drained++,
      closed: (id) => void seen.closed.push(id),
    },
  )
  cleanup.push(() => made.close())
  return made
}

function dial(pin: Pin, port = listener.port) {
  const chunks: Uint8Array[] = []
  const opened = Promise.withResolvers<Connection>()
  const closed = Promise.withResolvers<CloseReason>()
  let wasOpened = false
  tlsNetwork.dial({ host: "127.0.0.1", port }, pin, {
    opened(connection) {
      wasOpened = true
      cleanup.push(() => connection.close())
      opened.resolve(connection)
    },
    received: (bytes) => void chunks.push(bytes.slice()),
    closed: (reason) => closed.resolve(reason),
  })
  const data = () => concat(...chunks)
  return {
    opened: opened.promise,
    closed: closed.promise,
    wasOpened: () => wasOpened,
    data,
    bytes: () => chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    text: () => Buffer.from(data()).toString(),
  }
}

const RIGHT = { ALPNProtocols: [ALPN], ecdhCurve: "X25519MLKEM768", minVersion: "TLSv1.3" } as const

function rawClient(options: ConnectionOptions): TLSSocket {
  const socket = connect({
    ...RIGHT,
    host: "127.0.0.1",
    port: listener.port,
    rejectUnauthorized: false,
    ...options,
  })
  socket.on("error", () => {})
  cleanup.push(() => socket.destroy())
  return socket
}

function closedOf(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => void socket.once("close", () => resolve()))
}

/** A relay with the right key and something wrong. */
async function rawServer(options: TlsOptions) {
  let received = 0
  const server = createServer(
    { ...RIGHT, key: key.privatePem, cert: certificatePem(key), ...options },
    (socket) => {
      socket.on("error", () => {})
      socket.on("data", (chunk) => (received += chunk.length))
    },
  )
  server.on("tlsClientError", () => {})
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done))
  cleanup.push(() => new Promise((done) => void server.close(done)))
  return { port: (server.address() as AddressInfo).port, received: () => received }
}

/** Waits for the network, at most as long as the test may take. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}
