/**
 * Strangers and members who want the relay to stop serving others, against the built program over real connections:
 * half-open connections, bytes that trickle, lengths that announce four gigabytes, hellos that are nobody's, requests as
 * fast as they can be written, and readers that do not read. Others write on all the while, nothing accepted is lost,
 * everything is closed in its time, and memory stays bounded.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { afterAll, expect, test } from "vitest"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { systemRandom } from "../../src/platform/random.ts"
import { ALPN, EXPORTER_BYTES, tlsNetwork } from "../../src/platform/tls.ts"
import { encodeFrame } from "../../src/protocol/framing.ts"
import { encodeMessage } from "../../src/protocol/messages.ts"
import { parseInvitation } from "../../src/protocol/address.ts"
import { channelOf } from "../support/channels.ts"
import { builtProgram, type RelayRun } from "../support/program.ts"
import { cyclesOf, figures, IN_MEMORY } from "../support/reality.ts"
import { expectKept, RelayLoad } from "../support/relay-load.ts"
import { RelayPerson } from "../support/relay-people.ts"
import { WireClient } from "../support/wire-client.ts"

const MANY = cyclesOf({ check: 400, slow: 5_000 })
/** Beyond what serving the honest takes. */
const MOST_MEMORY_KIB = 200 * 1_024
const STALLED_MS = 5_000
const program = builtProgram(IN_MEMORY)
const sockets = new Set<Socket>()
afterAll(() => {
  for (const socket of sockets) socket.destroy()
})

interface Stage {
  relay: RelayRun
  link: { port: number; pin: Uint8Array; admission: Uint8Array | undefined }
}

const memoryOf = ({ child }: RelayRun) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0)

/** Resolves when the other side has ended it. */
function held(socket: Socket): { socket: Socket; ended: Promise<void> } {
  sockets.add(socket)
  socket.on("error", () => {})
  socket.resume()
  const ended = new Promise<void>((resolve) =>
    socket.once("close", () => {
      sockets.delete(socket)
      resolve()
    }),
  )
  return { socket, ended }
}

/** A connection through TLS that has said nothing yet. */
async function shaken({
  link,
}: Stage): Promise<{ socket: Socket; ended: Promise<void>; exporter: Uint8Array }> {
  const socket = connectTls({
    host: "127.0.0.1",
    port: link.port,
    ALPNProtocols: [ALPN],
    rejectUnauthorized: false,
    minVersion: "TLSv1.3",
    ecdhCurve: "X25519MLKEM768",
  })
  const it = held(socket)
  await Promise.race([new Promise((resolve) => socket.once("secureConnect", resolve)), it.ended])
  const exporter = socket.destroyed
    ? new Uint8Array(32)
    : socket.exportKeyingMaterial(EXPORTER_BYTES, "EXPORTER-secure-chat-v1", Buffer.alloc(0))
  return { ...it, exporter: new Uint8Array(exporter) }
}

async function many<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const all: T[] = []
  while (all.length < count)
    all.push(...(await Promise.all(Array.from({ length: Math.min(50, count - all.length) }, make))))
  return all
}

const ATTACKS: readonly { name: string; run(stage: Stage): Promise<unknown> }[] = [
  {
    name: "half-open connections",
    run: ({ link }) =>
      Promise.all(Array.from({ length: MANY }, () => held(connectTcp(link.port, "127.0.0.1")).ended)),
  },
  {
    name: "bytes that trickle",
    async run(stage) {
      const all = await many(MANY / 4, () => shaken(stage))
      const hello = encodeFrame(new Uint8Array(2_000))
      let at = 0
      const drip = setInterval(() => {
        for (const { socket } of all) if (!socket.destroyed) socket.write(hello.subarray(at, at + 1))
        at++
      }, 200)
      await Promise.all(all.map(({ ended }) => ended))
      clearInterval(drip)
    },
  },
  {
    name: "lengths of four gigabytes",
    async run(stage) {
      const all = await many(MANY, () => shaken(stage))
      for (const { socket } of all) socket.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3))
      await Promise.all(all.map(({ ended }) => ended))
    },
  },
  {
    name: "hellos that nobody signed",
    async run(stage) {
      const person = new RelayPerson("nobody", systemRandom)
      await many(MANY, async () => {
        const { socket, ended, exporter } = await shaken(stage)
        const hello = person.hello(stage.link.pin, exporter)
        socket.write(encodeFrame(encodeMessage({ ...hello, signature: new Uint8Array(64) })))
        await ended
      })
    },
  },
  {
    name: "requests as fast as they go",
    async run(stage) {
      const flooder = await member(stage, "flooder")
      const channelIds = Array.from({ length: 1_000 }, (_, i) => new Uint8Array(32).fill(i % 256))
      for (let i = 0; i < MANY; i++) flooder.send({ type: "look", rid: i + 1, channelIds })
      for (let i = 0; i < 10 * MANY; i++) flooder.send({ type: "ping", token: 1 })
      await new Promise((wake) => setTimeout(wake, 3_000))
      flooder.close()
    },
  },
  {
    name: "somebody who asks and never reads",
    async run(stage) {
      const { socket, ended, exporter } = await shaken(stage)
      const person = new RelayPerson("frozen", systemRandom)
      const say = (message: Parameters<typeof encodeMessage>[0]) =>
        socket.write(encodeFrame(encodeMessage(message)))
      say(person.hello(stage.link.pin, exporter))
      say({
        type: "register",
        rid: 1,
        admission: stage.link.admission ?? new Uint8Array(16),
        entry: person.registration(),
      })
      // Until it is in.
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      socket.pause()
      // In waves, so that each is answered; the system's own buffers take the first megabytes.
      for (let wave = 0; wave < 60; wave++) {
        for (let i = 0; i < 40; i++) say({ type: "getDirectory", rid: 2 + i, from: 0 })
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
      const end = setTimeout(() => socket.destroy(), STALLED_MS + 10_000)
      await ended
      clearTimeout(end)
    },
  },
]

async function member({ link }: Stage, name: string): Promise<WireClient> {
  const open = Promise.withResolvers<void>()
  const client = new WireClient({
    network: tlsNetwork,
    address: { host: "127.0.0.1", port: link.port },
    pin: { kind: "spki", sha256: link.pin },
    relayId: link.pin,
    person: new RelayPerson(name, systemRandom),
    ...(link.admission && { admission: link.admission }),
    channelId: channelOf(0x55),
    onMessage: ({ type }) => type === "opened" && open.resolve(),
  })
  client.connect()
  await open.promise
  return client
}

test("whatever strangers and members do, the others write on", { timeout: 300_000 }, async () => {
  await sodiumReady()
  const limits = { handshakeMs: 3_000, helloMs: 3_000, stalledMs: STALLED_MS }
  writeFileSync(program.path("limits.json"), JSON.stringify({ limits }))
  const relay = await program.relay("relay", "--config", program.path("limits.json"))
  const link = parseInvitation(relay.invitation)
  if (link.kind !== "link") throw new Error("no link")
  const stage: Stage = { relay, link: { port: link.port, pin: link.pin, admission: link.admission } }
  const load = new RelayLoad(relay.invitation)
  load.start()
  await load.more(300)
  const memory = memoryOf(relay)
  let most = memory
  const watch = setInterval(() => (most = Math.max(most, memoryOf(relay))), 100)
  const during: Record<string, number> = {}
  for (const { name, run } of ATTACKS) {
    const before = load.accepted
    await Promise.all([run(stage), load.more(100)])
    during[`accepted during ${name}`] = load.accepted - before
  }
  clearInterval(watch)
  await load.more(100)
  // Whoever has not come in by now is welcome still.
  const late = await member(stage, "newcomer")
  late.close()
  load.stop()
  expect(sockets.size).toBe(0)
  // Each was ended for what it did, not because it went away.
  const counts = (await program.run(["relay", "metrics", "--data", "relay"])).out
  const ended = (why: string) =>
    Number(new RegExp(`cut_total\\{why="${why}"\\} (\\d+)`).exec(counts)?.[1] ?? 0)
  expect([ended("late") >= MANY / 4, ended("slow")]).toEqual([true, 1])
  expect(most - memory).toBeLessThan(MOST_MEMORY_KIB)
  const { code } = await relay.stop()
  expect(code).toBe(0)
  expectKept(load, program.path("relay"), program.path("copy"))
  figures("attacks on the relay", {
    connections: MANY,
    "KiB before": memory,
    "KiB at most": most,
    ...during,
    lost: 0,
  })
})
