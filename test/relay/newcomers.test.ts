/** Connections that have not logged in: a few places, shared fairly, and never those of members. */
import { connect as connectTls } from "node:tls"
import { expect, onTestFinished, test } from "vitest"
import { createCertificate, createRelayKey } from "../../src/platform/certificate.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { afterWaitingEvents } from "../../src/platform/soon.ts"
import { listenTls, tlsNetwork } from "../../src/platform/tls.ts"
import { ALPN } from "../../src/platform/tls-server.ts"
import type { ListenHandler } from "../../src/platform/network.ts"
import { encodeFrame } from "../../src/protocol/framing.ts"
import { type ClientMessage, encodeMessage } from "../../src/protocol/messages.ts"
import { REFUSALS } from "../../src/protocol/errors.ts"
import { DEFAULT_LIMITS, type RelayLimits } from "../../src/relay/config.ts"
import { Newcomers } from "../../src/relay/newcomers.ts"
import { startRelay } from "../../src/relay/server.ts"
import { Session } from "../../src/relay/session.ts"
import { MemoryDisk, MemoryRelayStore } from "../../src/relay/store-memory.ts"
import { ROOM } from "../support/channels.ts"
import { ADMISSION, CoreBench, describe as line, type Wire } from "../support/core-bench.ts"
import { someHeads } from "../support/heads.ts"
import { RelayPerson } from "../support/relay-people.ts"
import { WireClient } from "../support/wire-client.ts"

const session = (id: number, remote: string) => new Session(id, new Uint8Array(32), remote, 0)

test.each([
  ["there is room", "", []],
  ["one address holds all: its own oldest", "a1 a2 a3 a4 a5", [[5, 1]]],
  ["another holds the most: that one's oldest", "a1 a2 b3 a4 b5", [[5, 1]]],
  [
    "others hold one each: whoever has been here for longest",
    "a1 b2 c3 d4 e5 f6",
    [
      [5, 1],
      [6, 2],
    ],
  ],
  ["an address was here before with another", "a1 b2 a3 -1 c4 d5 e6", [[6, 2]]],
  ["ports do not matter", "a:1 a:2 a:3 b4 c5", [[5, 1]]],
  ["somebody has left, or logged in", "a1 a2 a3 -2 b4 b5", []],
  ["whoever left twice gave up one place", "a1 a2 a3 -2 -2 b4 b5 b6", [[6, 4]]],
] as const)("whose place is taken when %s", (_, steps, taken) => {
  const newcomers = new Newcomers({ ...DEFAULT_LIMITS, newcomers: 4 })
  const all = new Map<number, Session>()
  const displaced: [number, number][] = []
  for (const step of steps.split(" ").filter(Boolean)) {
    const id = Number(/\d+$/.exec(step))
    if (step.startsWith("-")) newcomers.left(all.get(id)!)
    else {
      all.set(id, session(id, `10.0.0.${step.codePointAt(0)!}${step.includes(":") ? `:${id}` : ""}`))
      for (const gone of newcomers.enter(all.get(id)!)) displaced.push([id, gone.id])
    }
  }
  expect(displaced).toEqual(taken)
})

test("a limit that is lowered holds with the next one who comes", () => {
  const limits: RelayLimits = { ...DEFAULT_LIMITS, newcomers: 100 }
  const newcomers = new Newcomers(limits)
  for (let id = 0; id < 50; id++) expect(newcomers.enter(session(id, `10.0.${id % 2}.1`))).toEqual([])
  limits.newcomers = 20
  const gone = newcomers.enter(session(50, "10.0.9.1"))
  expect(gone.map(({ id }) => id)).toEqual(Array.from({ length: 31 }, (_, id) => id))
  expect(newcomers.enter(session(51, "10.0.9.1"))).toHaveLength(1)
})

/** Strangers and others at a relay that has few places for them. */
const few = () => new CoreBench({ limits: { newcomers: 16, newPerSecond: 1_000 } })

test("with all places taken by strangers who say nothing, members stay and others come in", async () => {
  const bench = few()
  const { wire: alice, person } = await bench.join("alice")
  const strangers: Wire[] = []
  for (let n = 0; n < 40; n++) strangers.push(await bench.connect("10.0.0.66"))
  expect(strangers.map(({ closed }) => closed)).toEqual(strangers.map((_, n) => n < 24))
  // From elsewhere, and from where the strangers are.
  for (const remote of ["10.0.0.1", "10.0.0.66"]) {
    const phone = await bench.connect(remote)
    const newcomer = bench.person(`newcomer at ${remote}`)
    const register = {
      type: "register" as const,
      rid: 1,
      admission: ADMISSION,
      entry: newcomer.registration(),
    }
    await phone.expect(bench.hello(phone, newcomer), "registerFirst")
    await phone.expect(register, "ready")
  }
  expect(alice.closed).toBe(false)
  await bench.comeBack(person)
  const { cut, connections } = bench.relay.monitor.snapshot(bench.now)
  // Each who came took one place, and gave it back with the login.
  expect(cut).toEqual({ crowded: 25, superseded: 1 })
  expect(connections.members).toBe(4)
})

test("whoever was refused and does not hang up is in the way of nobody, and of strangers are few", async () => {
  const bench = few()
  for (let n = 0; n < 16; n++) {
    const wire = await bench.connect("10.0.0.66")
    await wire.ask({ type: "turn", handle: 1 })
    expect(wire.closed).toBe(true)
  }
  expect(bench.relay.connections).toBe(16)
  const effects = bench.relay.step(
    { kind: "connected", id: 99, exporter: new Uint8Array(32), remote: "10.0.0.1" },
    bench.now,
  )
  expect(effects).toBeUndefined()
  expect(await bench.settle()).toEqual([{ kind: "drop", id: 1 }])
  // It was told already why.
  expect(bench.relay.monitor.snapshot(bench.now).cut).toEqual({})
})

test("all members' places taken: nobody else logs in or registers, but a device in its own place does", async () => {
  const bench = new CoreBench({ limits: { connections: 2 } })
  const { person: alice } = await bench.join("alice")
  const { wire: bobs, person: bob } = await bench.join("bob")
  const busy = [`refused ${REFUSALS.busy}`]
  const carol = bench.person("carol")
  const wire = await bench.connect()
  await wire.expect(bench.hello(wire, carol), "registerFirst")
  const entry = carol.registration()
  expect((await wire.ask({ type: "register", rid: 1, admission: ADMISSION, entry })).map(line)).toEqual(busy)
  const asks = await bench.connect()
  await asks.expect(bench.hello(asks, bench.person("dave")), "registerFirst")
  const nothing = { type: "register", rid: 1, admission: ADMISSION, entry: Uint8Array.of(0) } as const
  expect((await asks.ask(nothing)).map(line)).toEqual(busy)
  await bench.comeBack(alice)
  await bobs.drop()
  const again = await bench.connect()
  await again.expect(bench.hello(again, carol), "registerFirst")
  await again.expect({ type: "register", rid: 1, admission: ADMISSION, entry }, "ready")
  const late = await bench.connect()
  expect((await late.ask(bench.hello(late, bob))).map(line)).toEqual(busy)
})

test("while the disk is not done, no more come in than have places, and afterwards they do again", async () => {
  const store = new MemoryRelayStore(new MemoryDisk(systemRandom.bytes(16)))
  const disk = { done: () => {} }
  const commit = store.commit.bind(store)
  store.commit = () => new Promise<void>((done) => (disk.done = done)).then(commit)
  const held: { handler?: ListenHandler; soon: () => void } = { soon: () => {} }
  await startRelay({
    listen: async (handler) => {
      held.handler = handler
      return { port: 0, close: async () => {} }
    },
    clock: { now: () => 1_800_000_000_000, wakeAt: () => () => {} },
    soon: (run) => void (held.soon = run),
    store,
    primitives: nodePrimitives,
    relayId: new Uint8Array(32),
    heads: someHeads(),
    config: { name: "slow disk", admissionHash: undefined, limits: { ...DEFAULT_LIMITS, newcomers: 16 } },
    onEvent: () => {},
    onFatal: (error) => expect.unreachable(String(error)),
  })
  const handler = held.handler!
  const ended: number[] = []
  const open = (id: number) => {
    const exporter = new Uint8Array(32)
    const end = () => void ended.push(id)
    handler.opened(id, { exporter, remote: "10.0.0.9", send: () => {}, close: end, drop: end })
  }
  open(1)
  const person = new RelayPerson("alice", systemRandom)
  const say = (message: ClientMessage) => handler.received(1, encodeFrame(encodeMessage(message)))
  say(person.hello(new Uint8Array(32), new Uint8Array(32)))
  say({ type: "register", rid: 1, admission: new Uint8Array(16), entry: person.registration() })
  held.soon()
  for (let id = 2; id < 30; id++) open(id)
  expect(ended).toEqual(Array.from({ length: 12 }, (_, n) => 18 + n))
  // They are nobody, whatever they still say.
  handler.received(20, encodeFrame(encodeMessage({ type: "ping", token: 1 })))
  for (const id of ended.splice(0)) handler.closed(id)
  const settle = async () => {
    disk.done()
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  await settle()
  held.soon()
  await settle()
  open(30)
  expect(ended).toEqual([2])
})

test("over real TLS: strangers who never hang up are ended, and people come in beside them", async () => {
  const key = createRelayKey(systemRandom)
  const tag = new Uint8Array(32)
  const certificatePem = createCertificate({ key, tag, notBefore: 0, random: systemRandom })
  const limits = { ...DEFAULT_LIMITS, newcomers: 16 }
  const relayId = key.spkiSha256
  const relay = await startRelay({
    listen: (handler) =>
      listenTls({ host: "127.0.0.1", port: 0, privatePem: key.privatePem, certificatePem, limits }, handler),
    clock: systemClock,
    soon: afterWaitingEvents,
    store: new MemoryRelayStore(new MemoryDisk(systemRandom.bytes(16))),
    primitives: nodePrimitives,
    relayId,
    heads: someHeads(),
    config: { name: "few", admissionHash: undefined, limits },
    onEvent: () => {},
    onFatal: (error) => expect.unreachable(String(error)),
  })
  onTestFinished(() => relay.stop())
  for (let n = 0; n < 24; n++) {
    const stays = { allowHalfOpen: true } // which the types lack
    const socket = connectTls({
      ...stays,
      host: "127.0.0.1",
      port: relay.port,
      ALPNProtocols: [ALPN],
      rejectUnauthorized: false,
      ecdhCurve: "X25519MLKEM768",
    })
    socket.on("error", () => {})
    onTestFinished(() => void socket.destroy())
  }
  const seen = () => relay.monitor.snapshot()
  while (seen().connections.opened < 24 || seen().connections.open > 16) await afterAWhile()
  await Promise.all(
    ["alice", "bob"].map(
      (name) =>
        new Promise<void>((isOpen) => {
          const person = new RelayPerson(name, systemRandom)
          const client = new WireClient({
            network: tlsNetwork,
            address: { host: "127.0.0.1", port: relay.port },
            pin: { kind: "spki", sha256: relayId },
            relayId,
            person,
            channelId: ROOM,
            onMessage: ({ type }) => type === "opened" && isOpen(),
          })
          client.connect()
          onTestFinished(() => client.close())
        }),
    ),
  )
  const { cut, connections } = seen()
  expect([connections.members, cut.crowded! >= 8]).toEqual([2, true])
})

const afterAWhile = () => new Promise((wake) => void setTimeout(wake, 2))
