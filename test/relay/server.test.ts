/** The driver: frames from any cut of the stream, one commit for many, and nothing said before it. */
import { ROOM } from "../support/channels.ts"
import { beforeAll, describe, expect, test } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import type { Connection, ListenHandler } from "../../src/platform/network.ts"
import { encodeFrame, FrameDecoder } from "../../src/protocol/framing.ts"
import {
  type ClientMessage,
  decodeRelayMessage,
  encodeMessage,
  type RelayMessage,
} from "../../src/protocol/messages.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { DEFAULT_LIMITS } from "../../src/relay/config.ts"
import { StoreError } from "../../src/relay/errors.ts"
import type { OperatorEvent } from "../../src/relay/operator.ts"
import { type RelayServerSetup, startRelay } from "../../src/relay/server.ts"
import { MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { MemoryDisk } from "../../src/relay/store-memory-disk.ts"
import { RelayPerson, sealedEntry } from "../support/relay-people.ts"
import { SimRelay, type SimRelayOptions } from "../support/sim-relay.ts"
import { seededRandom, World } from "../support/sim.ts"
import { WireClient } from "../support/wire-client.ts"
import { someHeads } from "../support/heads.ts"

beforeAll(sodiumReady)

async function world(options: SimRelayOptions = {}) {
  const sim = new World(5, { fastestMs: 1, slowestMs: 1 })
  const relay = new SimRelay(sim, options)
  await relay.start()
  const random = seededRandom(sim.chance)
  const client = (name: string, onMessage: (message: RelayMessage) => void = () => {}) => {
    const { network } = sim.process(name)
    const { address, pin, relayId } = relay
    const person = new RelayPerson(name, random)
    const made = new WireClient({ network, address, pin, relayId, person, channelId: ROOM, onMessage })
    made.connect()
    return made
  }
  return { sim, relay, random, client }
}

/** A connection that speaks in raw bytes. */
async function raw(it: Awaited<ReturnType<typeof world>>) {
  const seen: string[] = []
  let connection: Connection | undefined
  const decoder = new FrameDecoder()
  it.sim.process("raw").network.dial(it.relay.address, it.relay.pin, {
    opened: (opened) => void (connection = opened),
    received: (bytes) => seen.push(...decoder.push(bytes).map((body) => decodeRelayMessage(body).type)),
    closed: () => seen.push("closed"),
  })
  await it.sim.run(10)
  return { seen, connection: connection! }
}

test("a client registers, writes and reads", async () => {
  const it = await world()
  const alice = it.client("alice")
  await it.sim.run(100)
  const first = alice.offer(sealedEntry(it.random, { kind: "handshake" }), true)
  await it.sim.run(100)
  const second = alice.offer(sealedEntry(it.random))
  await it.sim.run(100)
  expect([...alice.accepted]).toEqual([
    [first, 1],
    [second, 2],
  ])
  expect(alice.log.map(({ eid }) => eid)).toEqual([first, second])
  expect(it.relay.events.map(({ type }) => type)).toEqual(["person.registered", "client.connected"])
})

test("a length above the limit is answered before the body is there, and nothing after it is read", async () => {
  const it = await world()
  const { seen, connection } = await raw(it)
  connection.send(Uint8Array.of(0, 0, 0x10, 1))
  connection.send(encodeFrame(encodeMessage({ type: "ping", token: 1 })))
  await it.sim.run(50)
  expect(seen).toEqual(["refused", "closed"])
})

test("frames come out however the stream is cut", async () => {
  const it = await world()
  const { seen, connection } = await raw(it)
  const ping = encodeFrame(encodeMessage({ type: "ping", token: 7 }))
  for (const byte of ping) connection.send(Uint8Array.of(byte))
  connection.send(Uint8Array.from([...ping, ...ping]))
  await it.sim.run(200)
  expect(seen).toEqual(["pong", "pong", "pong"])
})

test("a silent stranger is closed after ten seconds, a silent member is pinged", async () => {
  const it = await world()
  const { seen } = await raw(it)
  const pings: string[] = []
  const alice = it.client("alice", ({ type }) => void (type === "ping" && pings.push(type)))
  await it.sim.run(60_000)
  expect(seen).toEqual(["closed"])
  expect(pings).toEqual(["ping", "ping"])
  expect(alice.isOpen).toBe(true)
})

describe("commits", () => {
  test("nothing is answered or delivered before the sync is through", async () => {
    const it = await world({ syncMs: 500 })
    const heard: string[] = []
    const alice = it.client("alice", ({ type }) => void heard.push(type))
    await it.sim.run(2_000)
    heard.length = 0
    alice.offer(sealedEntry(it.random, { kind: "handshake" }), true)
    await it.sim.run(450)
    expect(heard).toEqual([])
    await it.sim.run(100)
    expect(heard).toEqual(["accepted", "entry"])
  })

  test("what arrives during a sync is one next batch", async () => {
    let operations = 0
    let syncs = 0
    const it = await world({ syncMs: 100, failAt: () => void operations++ })
    const clients = ["a", "b", "c", "d"].map((name) => it.client(name))
    await it.sim.run(3_000)
    clients[0]!.offer(sealedEntry(it.random, { kind: "handshake" }), true)
    await it.sim.run(1_000)
    const start = it.sim.clock.now()
    operations = 0
    const eids = clients.flatMap((client) =>
      Array.from({ length: 25 }, () => client.offer(sealedEntry(it.random))),
    )
    const isDone = () =>
      clients.every((client) => eids.every((eid) => client.log.some((entry) => entry.eid === eid)))
    expect(await it.sim.runUntil(isDone, 5_000)).toBe(true)
    syncs = (it.sim.clock.now() - start) / 100
    // A hundred entries: each is one staged write, and so few syncs served them all.
    expect(syncs).toBeLessThan(5)
    expect(operations).toBeLessThan(110)
  })

  test("a full disk refuses, and the relay goes on", async () => {
    let full = false
    const it = await world({ failAt: () => (full ? "full" : undefined) })
    const heard: string[] = []
    const alice = it.client("alice", ({ type }) => void heard.push(type))
    await it.sim.run(200)
    full = true
    heard.length = 0
    const eid = alice.offer(sealedEntry(it.random, { kind: "handshake" }), true)
    await it.sim.run(100)
    expect(heard).toEqual(["rejected"])
    expect(it.relay.events.at(-1)).toEqual({ type: "storage.trouble", refused: 2 })
    full = false
    alice.close()
    await it.sim.run(100)
    alice.connect()
    await it.sim.run(200)
    expect(alice.accepted.get(eid)).toBe(1)
  })

  test("a failed sync stops the relay: nothing is answered any more, and it says so once", async () => {
    let failing = false
    const it = await world({ failAt: () => (failing ? "failed" : undefined) })
    const heard: string[] = []
    const alice = it.client("alice", ({ type }) => void heard.push(type))
    await it.sim.run(200)
    failing = true
    heard.length = 0
    alice.offer(sealedEntry(it.random, { kind: "handshake" }), true)
    await it.sim.run(200)
    expect(it.relay.fatal).toMatchObject({ code: "failed" })
    expect(heard).toEqual([])
    expect(alice.isOpen).toBe(false)
    expect(it.relay.isUp).toBe(false)
  })

  test("stopping ends the connections, and what was being written is written", async () => {
    const it = await world({ syncMs: 100 })
    const alice = it.client("alice")
    await it.sim.run(2_000)
    const eid = alice.offer(sealedEntry(it.random, { kind: "handshake" }), true)
    await it.sim.run(20)
    const stopped = it.relay.stop()
    await it.sim.run(500)
    await stopped
    expect(alice.isOpen).toBe(false)
    await it.relay.start()
    alice.connect()
    await it.sim.run(1_000)
    expect(alice.log.map((entry) => entry.eid)).toEqual([eid])
  })
})

test("a reader that is frozen for an hour finds its connection gone, and everything in the log", async () => {
  const it = await world()
  const frozen = it.sim.process("frozen")
  const reader = new WireClient({
    network: frozen.network,
    address: it.relay.address,
    pin: it.relay.pin,
    relayId: it.relay.relayId,
    person: new RelayPerson("reader", it.random),
    channelId: ROOM,
  })
  reader.connect()
  const alice = it.client("alice")
  await it.sim.run(500)
  alice.offer(sealedEntry(it.random, { kind: "handshake" }), true)
  await it.sim.run(500)
  it.sim.network.setFrozen(frozen, true)
  for (let n = 0; n < 60; n++) {
    alice.offer(sealedEntry(it.random, {}, 50_000))
    await it.sim.run(60_000)
  }
  expect(
    it.relay.events.some((event) => event.type === "client.disconnected" && event.name === "reader"),
  ).toBe(true)
  it.sim.network.setFrozen(frozen, false)
  reader.connect()
  await it.sim.run(60_000)
  expect(reader.log.length).toBe(61)
  expect(reader.resets).toBe(0)
})

/** The driver alone, with a store whose tidying does as told. */
async function driver(tidy: () => void = () => {}, disk?: RelayServerSetup["disk"]) {
  const store = new MemoryRelayStore(new MemoryDisk(new Uint8Array(16)))
  store.tidy = tidy
  const events: OperatorEvent[] = []
  const fatal: unknown[] = []
  let soon: () => void = () => {}
  let handler: ListenHandler | undefined
  const relay = await startRelay({
    listen: async (given) => {
      handler = given
      return { port: 0, close: async () => {} }
    },
    clock: { now: () => 1_800_000_000_000, wakeAt: () => () => {} },
    soon: (run) => void (soon = run),
    store,
    primitives: nodePrimitives,
    relayId: new Uint8Array(32),
    heads: someHeads(),
    config: { name: "x", admissionHash: undefined, limits: DEFAULT_LIMITS },
    ...(disk && { disk }),
    onEvent: (event) => void events.push(event),
    onFatal: (error) => void fatal.push(error),
  })
  const sent: string[] = []
  let bytesSent = 0
  const decoder = new FrameDecoder()
  const exporter = new Uint8Array(32).fill(3)
  const connection = {
    exporter,
    remote: "127.0.0.1",
    send: (bytes: Uint8Array) => {
      bytesSent += bytes.length
      sent.push(...decoder.push(bytes).map((body) => decodeRelayMessage(body).type))
    },
    close: () => void sent.push("closed"),
  }
  const person = new RelayPerson("alice", systemRandom)
  handler!.opened(1, connection)
  const post = (message: ClientMessage) => handler!.received(1, encodeFrame(encodeMessage(message)))
  post(person.hello(new Uint8Array(32), exporter))
  post({ type: "register", rid: 1, admission: new Uint8Array(16), entry: person.registration() })
  const commit = async () => {
    soon()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  return {
    relay,
    handler: handler!,
    soon: () => soon(),
    bytesSent: () => bytesSent,
    store,
    sent,
    events,
    fatal,
    post,
    commit,
  }
}

test("what has left during a commit does not count what the commit makes leave", async () => {
  const it = await driver()
  const before = it.bytesSent()
  it.soon()
  it.handler.drained(1)
  await it.commit()
  expect(it.sent).toContain("ready")
  const answer = await it.relay.operate({ do: "clients" })
  expect(answer).toMatchObject({ clients: [{ unread: it.bytesSent() - before }] })
})

describe("tidying the store, which comes after the answers", () => {
  test("a sync that fails there ends the relay, which answers nothing more", async () => {
    const it = await driver(() => {
      throw new StoreError("failed", "a sync failed")
    })
    await it.commit()
    expect(it.sent).toEqual(["registerFirst", "done", "ready", "directoryGrew", "closed"])
    expect(it.fatal).toMatchObject([{ code: "failed" }])
    it.post({ type: "ping", token: 1 })
    await it.commit()
    expect(it.sent.at(-1)).toBe("closed")
    expect(it.fatal.length).toBe(1)
  })

  test("a full disk there costs the ballast, and nobody an answer", async () => {
    const ballast: string[] = []
    const disk = {
      space: { look: () => ({ freeBytes: 1e12, totalBytes: 2e12 }) },
      ballast: { take: () => ballast.push("take") > 0, release: () => void ballast.push("release") },
      storeBytes: () => 0,
    }
    const it = await driver(() => {
      throw new StoreError("full", "no space")
    }, disk)
    it.store.tidyAll = () => void ballast.push("tidy")
    expect(ballast).toEqual(["take"])
    await it.commit()
    expect(ballast).toEqual(["take", "release", "tidy"])
    it.post({ type: "ping", token: 1 })
    expect(it.sent).toEqual(["registerFirst", "done", "ready", "directoryGrew", "pong"])
    expect(it.events.map(({ type }) => type)).toEqual([
      "person.registered",
      "client.connected",
      "storage.low",
    ])
    expect(it.fatal).toEqual([])
  })
})
