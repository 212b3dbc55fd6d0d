/**
 * The relay beside mosquitto, nats-server and ngircd: the built program and Debian's, each a process on loopback, under
 * the same load from `loadgen/`, over TLS 1.3, with messages of the size of our smallest envelope. Rounds are
 * interleaved; medians are printed, and the goals with the ratios that they are about.
 *
 *     npm run bench -- relay-peers [--rounds 5] [--only pairs,fanout,durable,latency,connections,idle]
 *
 * What each promises is not the same, and is said in each line: `entry` is synced to the disk before anything is
 * answered or delivered, and its author reads it as well; `ephemeral` is forwarded and kept nowhere, as by NATS and
 * MQTT's QoS 0; JetStream and mosquitto answer before the disk has it.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs"
import { join } from "node:path"
import { buildProgram } from "../../.config/build.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { systemRandom } from "../../src/platform/random.ts"
import {
  buildGenerator,
  type Figures,
  missingForConnections,
  missingForLoad,
  programAt,
  runLoad,
} from "./loadgen/generator.ts"
import { Crowd } from "./loadgen/plan.ts"
import {
  type PeerName,
  PEERS,
  type RelayServer,
  scratchFolder,
  type Server,
  startPeer,
  startRelay,
} from "./loadgen/servers.ts"
import { inTurns, medianOf, number, option, printRounds, type Rounds } from "./loadgen/table.ts"

/** The entry of the smallest bucket: 1,024 padded bytes, tag, kind, blob hash and nonce. */
const ENTRY_BYTES = 1_097
/** A line of IRC holds no more. */
const IRC_BYTES = 400
const IDLE = [1_000, 10_000] as const
/** Seconds for one load, and for thousands to come in. */
const PATIENCE = 90
const IDLE_PATIENCE = 400
const PARTS = ["pairs", "fanout", "durable", "latency", "connections", "idle"] as const
type Part = (typeof PARTS)[number]

const ROUNDS = Number(option("rounds") ?? 5)
const only = option("only")?.split(",") ?? PARTS

interface Contestant {
  server: PeerName | "relay"
  protocol: string
  isTls: boolean
  bytes?: number
}

const ENTRY = "secure-chat, entry (on disk)"
const EPHEMERAL = "secure-chat, ephemeral"
const NATS = "NATS"
const QOS0 = "mosquitto QoS 0"
const QOS1 = "mosquitto QoS 1"
const IRC = "ngircd, 400 B"
const LIMIT = "C++ without TLS (the limit)"
const JETSTREAM = "JetStream file (not synced)"
const KEPT = "mosquitto QoS 1, snapshots"
const CONTESTANTS: Readonly<Record<string, Contestant>> = {
  [ENTRY]: { server: "relay", protocol: "secure-chat", isTls: true },
  [EPHEMERAL]: { server: "relay", protocol: "secure-chat-ephemeral", isTls: true },
  [NATS]: { server: "natsTls", protocol: "nats", isTls: true },
  [QOS0]: { server: "mosquittoTls", protocol: "mqtt0", isTls: true },
  [QOS1]: { server: "mosquittoTls", protocol: "mqtt1", isTls: true },
  [IRC]: { server: "ngircdTls", protocol: "irc", isTls: true, bytes: IRC_BYTES },
  [LIMIT]: { server: "reference", protocol: "nats", isTls: false },
  [JETSTREAM]: { server: "jetstream", protocol: "jetstream", isTls: true },
  [KEPT]: { server: "mosquittoKept", protocol: "mqtt1", isTls: true },
}

const LIVE = [ENTRY, EPHEMERAL, NATS, QOS0, QOS1, IRC, LIMIT]
const DURABLE = [ENTRY, JETSTREAM, KEPT]

class Stage {
  readonly #folder: string
  readonly #generator: string
  readonly #reference: string
  readonly #servers = new Map<string, Server>()
  #crowd: Crowd | undefined

  constructor(folder: string) {
    this.#folder = folder
    const { generator, reference } = buildGenerator(folder)
    this.#generator = generator
    this.#reference = reference
  }

  /** Of those asked for, the ones that are installed. */
  static present(names: readonly string[]): string[] {
    return names.filter((name) => {
      const { server } = CONTESTANTS[name]!
      return server === "relay" || programAt(PEERS[server].program) !== undefined
    })
  }

  async load(
    name: string,
    mode: string,
    options: Readonly<Record<string, number>>,
    isFresh = false,
  ): Promise<Figures | undefined> {
    const { server, protocol, isTls, bytes = ENTRY_BYTES } = CONTESTANTS[name]!
    const { port, pid } = await this.#server(server)
    const plan: Record<string, string> = server === "relay" ? { plan: this.#plan(options["count"]!) } : {}
    const tls: Record<string, true> = isTls ? { tls: true } : {}
    const all = { size: bytes, ...options, ...tls, ...plan, groups: "X25519" }
    const load = { protocol, mode, port, pid, options: all }
    const figures = await runLoad(this.#generator, load, isFresh ? IDLE_PATIENCE : PATIENCE)
    if (isFresh) await this.#end(server)
    return figures
  }

  async end(): Promise<void> {
    for (const name of this.#servers.keys()) await this.#end(name)
  }

  async #end(name: string): Promise<void> {
    const server = this.#servers.get(name)
    this.#servers.delete(name)
    await server?.stop()
    if (name === "relay") this.#crowd = undefined
  }

  async #server(name: PeerName | "relay"): Promise<Server> {
    let server = this.#servers.get(name)
    if (server !== undefined) return server
    if (name === "relay") {
      const relay = await startRelay(this.#folder, { isPlainGroup: true })
      this.#people(relay)
      server = relay
    } else server = await startPeer(this.#folder, name, this.#reference)
    this.#servers.set(name, server)
    return server
  }

  #people({ pin, admission }: RelayServer): void {
    this.#crowd = new Crowd(pin, admission, only.includes("idle") ? Math.max(...IDLE) : 1_100)
  }

  /** Fresh channels for each run. */
  #plan(count: number): string {
    const path = join(this.#folder, "plan")
    this.#crowd!.write(path, count)
    return path
  }
}

/** How often one write after the other is on this disk, and how often with as many bytes as 32 entries. */
function syncRate(folder: string, bytes: number): number {
  const file = openSync(join(folder, "syncs"), "w")
  const piece = systemRandom.bytes(bytes)
  const began = performance.now()
  let count = 0
  while (performance.now() - began < 1_000) {
    writeSync(file, piece)
    fdatasyncSync(file)
    count++
  }
  closeSync(file)
  return (count / (performance.now() - began)) * 1_000
}

const goals: { name: string; what: string; is: number; bound: number; isAtLeast: boolean }[] = []
function goal(name: string, what: string, is: number, comparison: "<=" | ">=", bound: number): void {
  goals.push({ name, what, is, bound, isAtLeast: comparison === ">=" })
}

const CPU = ["µs CPU each", "cpuMicros", 2] as const
const SPEED = ["a second", "perSecond", 0] as const
const P50 = ["p50 ms", "p50Micros", 2, 0.001] as const
const P99 = ["p99 ms", "p99Micros", 2, 0.001] as const
const WRITES = ["writes each", "writesPerMessage", 2] as const

async function contest(
  stage: Stage,
  names: readonly string[],
  mode: string,
  options: Readonly<Record<string, number>>,
): Promise<Rounds> {
  const runs = Stage.present(names).map((name) => [name, () => stage.load(name, mode, options)] as const)
  // A server that has run for a while is measured: ours is compiled by what it does most.
  for (const name of Stage.present(names))
    await stage.load(name, mode, { ...options, warm: 0, seconds: WARM_UP_SECONDS })
  return inTurns(ROUNDS, Object.fromEntries(runs))
}

const WARM_UP_SECONDS = 3
const TIMES = { warm: 0.4, seconds: 1.2 }

async function pairs(stage: Stage): Promise<void> {
  const ratio = (rounds: Rounds, of: string, to: string) =>
    medianOf(rounds, of, "cpuMicros") / medianOf(rounds, to, "cpuMicros")
  for (const window of [16, 1]) {
    const rounds = await contest(stage, LIVE, "pairs", { count: 50, window, ...TIMES })
    printRounds(
      `50 pairs, ${window} on their way in each: for each message that arrived`,
      rounds,
      [CPU, SPEED, WRITES],
      NATS,
    )
    if (window === 16) {
      goal("G1", "ephemeral, CPU to NATS", ratio(rounds, EPHEMERAL, NATS), "<=", 1)
      goal("G1", "ephemeral, CPU to mosquitto QoS 0", ratio(rounds, EPHEMERAL, QOS0), "<=", 0.12)
      goal("G2", "ephemeral over TLS, CPU to C++ without", ratio(rounds, EPHEMERAL, LIMIT), "<=", 2)
      goal("G10", "entry, CPU to mosquitto QoS 1", ratio(rounds, ENTRY, QOS1), "<=", 0.25)
      goal("G13", "ephemeral, writes a message", medianOf(rounds, EPHEMERAL, "writesPerMessage"), "<=", 0.2)
    } else {
      goal("G3", "ephemeral one by one, CPU to NATS", ratio(rounds, EPHEMERAL, NATS), "<=", 1.1)
      goal("G3", "ephemeral one by one, CPU to mosquitto", ratio(rounds, EPHEMERAL, QOS0), "<=", 1.1)
    }
  }
}

async function fanout(stage: Stage): Promise<void> {
  const names = LIVE.filter((name) => name !== QOS1)
  for (const [count, window] of [
    [10, 16],
    [100, 16],
    [1_000, 16],
    [1_000, 1],
  ] as const) {
    const rounds = await contest(stage, names, "fanout", { count, window, ...TIMES })
    printRounds(
      `one to ${number(count, 0)}, ${window} on their way: for each copy delivered`,
      rounds,
      [CPU, SPEED, WRITES],
      NATS,
    )
    if (count < 1_000) continue
    const cpu = (name: string) => medianOf(rounds, name, "cpuMicros")
    if (window === 16) {
      goal("G5", "entry to 1,000, deliveries a CPU second to NATS", cpu(NATS) / cpu(ENTRY), ">=", 1.4)
      goal("G5", "the same to mosquitto", cpu(QOS0) / cpu(ENTRY), ">=", 9)
    } else {
      goal("G6", "one entry to 1,000, CPU to NATS", cpu(ENTRY) / cpu(NATS), "<=", 1.15)
      goal("G6", "the same to mosquitto", cpu(ENTRY) / cpu(QOS0), "<=", 1)
      goal(
        "G13",
        "writes for each socket and tick",
        medianOf(rounds, EPHEMERAL, "writesPerMessage"),
        "<=",
        1.05,
      )
    }
  }
}

async function durable(stage: Stage, folder: string): Promise<void> {
  for (const [count, window] of [
    [50, 32],
    [50, 1],
    [1, 1],
  ] as const) {
    const rounds = await contest(stage, DURABLE, "durable", { count, window, ...TIMES })
    const disk = ["disk B each", "diskBytesPerMessage", 0] as const
    printRounds(
      `${count} publishers, ${window} unanswered each, nobody reads: acknowledged`,
      rounds,
      [SPEED, CPU, P50, P99, disk],
      JETSTREAM,
    )
    const speed = medianOf(rounds, ENTRY, "perSecond") / medianOf(rounds, JETSTREAM, "perSecond")
    const cpu = medianOf(rounds, ENTRY, "cpuMicros") / medianOf(rounds, JETSTREAM, "cpuMicros")
    if (window === 32) {
      goal("G7", "entries, acknowledged a second to JetStream", speed, ">=", 2)
      goal("G7", "entries, CPU to JetStream", cpu, "<=", 0.5)
      const written = medianOf(rounds, ENTRY, "diskBytesPerMessage") / ENTRY_BYTES
      goal("G9", "bytes on the disk, to the entry's own", written, "<=", 1.1)
    } else if (count === 50) goal("G8", "one by one, a second to JetStream", speed, ">=", 0.9)
  }
  const alone = number(syncRate(folder, ENTRY_BYTES), 0)
  console.log(
    `  the disk's own pace: ${alone} syncs a second of one entry, ${number(syncRate(folder, 32 * ENTRY_BYTES), 0)} of 32`,
  )
}

/** At half of what the slowest of them manages, the same for all: from when it was to be sent. */
async function latency(stage: Stage): Promise<void> {
  const names = [ENTRY, EPHEMERAL, NATS, QOS0]
  const most = await inTurns(1, Object.fromEntries(Stage.present(names).map((name) =>
    [name, () => stage.load(name, "pairs", { count: 50, window: 16, ...TIMES })] as const))) // prettier-ignore
  const rate = Math.floor(Math.min(...[...most.keys()].map((name) => medianOf(most, name, "perSecond"))) / 2)
  const rounds = await contest(stage, names, "pairs", { count: 50, rate, ...TIMES })
  printRounds(
    `50 pairs, ${number(rate, 0)} messages a second, half of what the slowest manages`,
    rounds,
    [P50, P99, CPU],
    NATS,
  )
  for (const [figure, bound] of [
    ["p50Micros", 1.15],
    ["p99Micros", 2],
  ] as const) {
    const is = medianOf(rounds, EPHEMERAL, figure) / medianOf(rounds, NATS, figure)
    goal("G4", `ephemeral, ${figure.slice(0, 3)} to NATS`, is, "<=", bound)
  }
}

async function connections(stage: Stage): Promise<void> {
  // The first time everybody registers; that is not measured.
  await stage.load(ENTRY, "handshakes", { count: 500 })
  const names = [ENTRY, NATS, QOS0, IRC]
  const rounds = await contest(stage, names, "handshakes", { count: 500, "at-once": 16 })
  printRounds("connect, TLS 1.3 with X25519, and login", rounds, [CPU, SPEED, P50, P99], NATS)
  const cpu = medianOf(rounds, ENTRY, "cpuMicros") / medianOf(rounds, NATS, "cpuMicros")
  goal("G12", "connect and authenticate, CPU to NATS, which does not authenticate", cpu, "<=", 1.4)
  goal("G12", "connections a second", medianOf(rounds, ENTRY, "perSecond"), ">=", 1_300)
}

async function idle(stage: Stage): Promise<void> {
  await stage.end()
  for (const count of IDLE) {
    const lacking = missingForConnections(count + 200)
    if (lacking !== undefined) {
      console.log(`\n${number(count, 0)} idle connections: left out, ${lacking}`)
      continue
    }
    const options = { count, addresses: 8, hold: 2 }
    const runs = Stage.present([ENTRY, NATS, QOS0]).map(
      (name) => [name, () => stage.load(name, "idle", options, true)] as const,
    )
    const rounds = await inTurns(1, Object.fromEntries(runs))
    const columns = [["KiB each", "kibPerConnection", 1], CPU, ["s to open all", "openSeconds", 1]] as const
    printRounds(
      `${number(count, 0)} idle connections with TLS, logged in, one channel each`,
      rounds,
      columns,
      NATS,
    )
    if (count < 10_000) continue
    const kib = (name: string) => medianOf(rounds, name, "kibPerConnection")
    goal("G11", "idle at 10,000 with TLS, KiB each", kib(ENTRY), "<=", 45)
    goal("G11", "the same to NATS", kib(ENTRY) / kib(NATS), "<=", 1.3)
  }
}

const missing = missingForLoad()
if (missing !== undefined) console.log(`left out: ${missing}`)
else {
  await sodiumReady()
  await buildProgram()
  const folder = scratchFolder("relay-peers")
  const stage = new Stage(folder)
  for (const program of new Set(Object.values(PEERS).map((peer) => peer.program)))
    if (programAt(program) === undefined)
      console.log(`without ${program}: not installed (apt-get install ${program})`)
  const parts: Record<Part, () => Promise<void>> = {
    pairs: () => pairs(stage),
    fanout: () => fanout(stage),
    durable: () => durable(stage, folder),
    latency: () => latency(stage),
    connections: () => connections(stage),
    idle: () => idle(stage),
  }
  try {
    for (const part of PARTS) if (only.includes(part)) await parts[part]()
    console.log("\ngoals")
    for (const { name, what, is, bound, isAtLeast } of goals) {
      if (!Number.isFinite(is)) continue
      const verdict = (isAtLeast ? is >= bound : is <= bound) ? "met" : "NOT MET"
      const asked = `${isAtLeast ? "at least" : "at most"} ${number(bound, 2)}`
      console.log(
        `  ${name.padEnd(4)} ${what.padEnd(64)} ${number(is, 2).padStart(10)}  ${asked.padEnd(18)} ${verdict}`,
      )
    }
  } finally {
    await stage.end()
  }
}
