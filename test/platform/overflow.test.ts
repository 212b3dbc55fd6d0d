/** Strangers whom a second process makes TLS of: real processes, over loopback. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, connect as connectTcp, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, test } from "vitest"
import { concat, equalBytes } from "../../src/bytes.ts"
import { createCertificate, createRelayKey } from "../../src/platform/certificate.ts"
import type { LogFields } from "../../src/platform/log.ts"
import type { CloseReason, Connection, Listener } from "../../src/platform/network.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { MOST_FAILURES } from "../../src/platform/strangers.ts"
import { listenTls, tlsNetwork } from "../../src/platform/tls.ts"
import { encodeFrame } from "../../src/protocol/framing.ts"

const key = createRelayKey(systemRandom)
const terminator = fileURLToPath(new URL("../../src/cli/tls-terminator.ts", import.meta.url))
/** So long somebody has to be there to count as served. */
const SETTLED_MS = 1_050
const LIMITS = {
  connections: 100,
  newcomers: 8,
  handshakes: 64,
  waitingHandshakes: 100,
  handshakeMs: 2_000,
  helloMs: 2_000,
}
const opened = new Map<number, Connection>()
const received = new Map<number, Uint8Array>()
const closed: number[] = []
const logged: { event: string; fields: LogFields }[] = []
const cleanup: (() => unknown)[] = []
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "overflow-"))
  cleanup.push(() => rmSync(folder, { recursive: true }))
  for (const list of [opened, received]) list.clear()
  for (const list of [closed, logged]) list.length = 0
})
afterEach(async () => {
  for (const undo of cleanup.splice(0).toReversed()) await undo()
})

test("who comes after a crowd that does not log in is heard as if there were nothing between", async () => {
  const { port } = await crowded()
  const size = 3_000_000
  const large = systemRandom.bytes(size)
  const client = dial(port)
  const there = await client.opened
  // Not whole: nobody is told.
  const frame = encodeFrame(Uint8Array.of(1, 2, 3))
  there.send(frame.subarray(0, 3))
  await pause(50)
  expect(opened.size).toBe(0)
  there.send(frame.subarray(3))
  const { id, connection } = await newest()
  expect(log("tls-terminator.started")).toHaveLength(1)
  expect(connection.remote).toBe("127.0.0.1")
  expect(equalBytes(connection.exporter, there.exporter)).toBe(true)
  expect(received.get(id)).toEqual(frame)
  there.send(large)
  connection.send(large)
  await until(() => received.get(id)!.length === frame.length + size && client.data().length === size)
  expect(equalBytes(received.get(id)!.subarray(frame.length), large)).toBe(true)
  expect(equalBytes(client.data(), large)).toBe(true)
})

test("a first packet in pieces is the same handshake, whoever gets which", async () => {
  const { port } = await crowded()
  const pieces = createServer((from) => {
    const to = connectTcp(port, "127.0.0.1").setNoDelay(true)
    for (const socket of [from, to]) socket.on("error", () => {})
    cleanup.push(() => to.destroy())
    const waiting: Buffer[] = []
    const drip = setInterval(() => {
      const piece = waiting.shift()
      if (piece !== undefined) to.write(piece)
    }, 1)
    cleanup.push(() => clearInterval(drip))
    from.on("data", (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 50) waiting.push(chunk.subarray(at, at + 50))
    })
    to.on("data", (chunk) => from.write(chunk))
    from.once("close", () => to.destroy())
  })
  await new Promise<void>((done) => void pieces.listen(0, "127.0.0.1", done))
  cleanup.push(() => pieces.close())
  const at = (pieces.address() as AddressInfo).port
  for (let round = 0; round < 5; round++) {
    const { client, id, closed: over } = await through(at)
    expect(received.get(id)).toEqual(encodeFrame(Uint8Array.of(1)))
    client.close()
    await over
  }
})

test("either end ends it; last words arrive", async () => {
  const { port } = await crowded()
  const first = await through(port)
  first.client.close()
  await until(() => closed.includes(first.id))
  const second = await through(port)
  const last = systemRandom.bytes(200_000)
  second.connection.send(last)
  second.connection.close()
  expect(await second.closed).toEqual({ kind: "ended" })
  expect(equalBytes(second.data(), last)).toBe(true)
  const third = await through(port)
  third.connection.drop!()
  await third.closed
  await until(() => [second.id, third.id].every((id) => closed.includes(id)))
})

test("whoever says nothing whole is cut in time, and gives up its place before; nobody is told of either", async () => {
  const { port } = await crowded()
  const silent = Array.from({ length: LIMITS.newcomers }, () => dial(port))
  await Promise.all(silent.map((client) => client.opened))
  const began = performance.now()
  const next = dial(port)
  ;(await next.opened).send(Uint8Array.of(0))
  await Promise.race(silent.map((client) => client.closed))
  expect(performance.now() - began).toBeLessThan(LIMITS.helloMs / 2)
  await Promise.all([...silent, next].map((client) => client.closed))
  expect(opened.size).toBe(0)
})

test("a frame that no stranger may send is the relay's to refuse", async () => {
  const { port } = await crowded()
  const client = dial(port)
  const words = Uint8Array.of(255, 255, 255, 255, 1)
  ;(await client.opened).send(words)
  const { id, connection } = await newest()
  await until(() => equalBytes(received.get(id) ?? new Uint8Array(0), words))
  connection.close()
  expect(await client.closed).toEqual({ kind: "ended" })
})

test("when the second process dies, its connections end, the others stay, and who comes is begun here", async () => {
  const { port, member } = await crowded()
  const lost = await through(port)
  process.kill(log("tls-terminator.started")[0]!["pid"] as number, "SIGKILL")
  await lost.closed
  await until(() => closed.includes(lost.id) && log("tls-terminator.ended").length > 0)
  expect(log("tls-terminator.ended")).toEqual([{ how: "SIGKILL" }])
  const client = dial(port)
  await client.opened
  // Whoever is begun here is known of before it says anything.
  await newest()
  expect(log("tls-terminator.started")).toHaveLength(1)
  expect(await member()).toBe(true)
})

test("a listener that closes takes the second process with it, and those that it holds", async () => {
  const { port, listener } = await crowded()
  const client = await through(port)
  client.connection.send(new Uint8Array(1_000))
  client.connection.close()
  const pid = log("tls-terminator.started")[0]!["pid"] as number
  await listener.close()
  await client.closed
  expect(client.data()).toHaveLength(1_000)
  await until(() => !isAlive(pid))
  expect(log("tls-terminator.ended")).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test("who finds the local socket and is no child of ours is cut", async () => {
  await crowded()
  const local = connectTcp(join(folder, "tls"))
  local.write(new Uint8Array(200))
  await new Promise((done) => void local.once("close", done).resume())
  expect(opened.size).toBe(0)
})

test("where no local socket can be made, everybody is begun here", async () => {
  rmSync(folder, { recursive: true })
  writeFileSync(folder, "")
  const { port } = await crowded()
  expect(log("tls-terminator.unusable")).toHaveLength(1)
  await dial(port).opened
  await newest()
})

test("a second process that cannot be started costs one newcomer its connection, and no more", async () => {
  const { port } = await crowded({ program: join(folder, "nobody") })
  expect((await dial(port).closed).kind).toBe("unreachable")
  await dial(port).opened
  await newest()
  expect(log("tls-terminator.ended")).toEqual([{ how: "it cannot be started" }])
})

/** A listener with a member who is served, and a crowd that came and went. Those are forgotten again. */
async function crowded(other: { program?: string } = {}) {
  const tag = new Uint8Array(32)
  const certificatePem = createCertificate({ key, tag, notBefore: 0, random: systemRandom })
  const listener = await listenTls(
    {
      host: "127.0.0.1",
      port: 0,
      privatePem: key.privatePem,
      certificatePem,
      limits: LIMITS,
      overflow: {
        folder,
        program: process.execPath,
        args: [terminator],
        log: { write: (_, event, fields = {}) => void logged.push({ event, fields }) },
        ...other,
      },
    },
    {
      opened: (id, connection) => void opened.set(id, connection),
      received: (id, bytes) =>
        void received.set(id, concat(received.get(id) ?? new Uint8Array(0), bytes.slice())),
      drained: () => {},
      closed: (id) => void closed.push(id),
    },
  )
  cleanup.push(() => listener.close())
  const { port }: Listener = listener
  const served = dial(port)
  const there = await served.opened
  const { id, connection } = await newest()
  connection.loggedIn!()
  await pause(SETTLED_MS)
  const member = async () => {
    const before = received.get(id)?.length ?? 0
    there.send(Uint8Array.of(1))
    await until(() => (received.get(id)?.length ?? 0) > before)
    return !closed.includes(id)
  }
  await member()
  for (let n = 0; n < MOST_FAILURES; n++) {
    const stranger = dial(port)
    ;(await stranger.opened).close()
    await stranger.closed
  }
  await until(() => closed.length === MOST_FAILURES)
  opened.clear()
  return { port, listener, member }
}

/** Somebody who has said a whole thing. */
async function through(port: number) {
  opened.clear()
  const there = dial(port)
  const client = await there.opened
  client.send(encodeFrame(Uint8Array.of(1)))
  return { ...there, client, ...(await newest()) }
}

async function newest() {
  await until(() => opened.size > 0)
  const [[id, connection]] = [...opened].toReversed() as [[number, Connection]]
  return { id, connection }
}

function log(event: string): LogFields[] {
  return logged.filter((line) => line.event === event).map(({ fields }) => fields)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function dial(port: number) {
  const chunks: Uint8Array[] = []
  const open = Promise.withResolvers<Connection>()
  const over = Promise.withResolvers<CloseReason>()
  tlsNetwork.dial(
    { host: "127.0.0.1", port },
    { kind: "spki", sha256: key.spkiSha256 },
    {
      opened(connection) {
        cleanup.push(() => connection.close())
        open.resolve(connection)
      },
      received: (bytes) => void chunks.push(bytes.slice()),
      closed: (reason) => over.resolve(reason),
    },
  )
  return { opened: open.promise, closed: over.promise, data: () => concat(...chunks) }
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms))
}

/** Waits for the network, at most as long as the test may take. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2)
}
