/** The relay and its peers, each a process of its own on a free port of loopback, ended by its id. */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { tmpdir } from "node:os"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { createCertificate, createRelayKey } from "../../../src/platform/certificate.ts"
import { systemRandom } from "../../../src/platform/random.ts"
import { parseInvitation } from "../../../src/protocol/address.ts"
import { pinned, pinTo, programAt } from "./generator.ts"

const PROGRAM = fileURLToPath(new URL("../../../dist/secure-chat.js", import.meta.url))
const GROUP = new URL("group.mjs", import.meta.url).href
const STOP_MS = 8_000
const START_MS = 10_000

export interface Server {
  port: number
  pid: number
  stop(): Promise<void>
}

export interface RelayServer extends Server {
  /** 32 bytes. */
  pin: Uint8Array
  /** 16 bytes. */
  admission: Uint8Array
  invitation: string
}

const running = new Set<ChildProcess>()
// Before the folders, which are registered later.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL")
})

/** A folder that goes with this process, however it ends. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1))

/** Nothing here is held back by a limit: what it costs is measured, not what is allowed. */
const NO_LIMITS = {
  connections: 30_000,
  newcomers: 30_000,
  connectionsPerAddress: 100_000,
  newPerSecond: 10_000,
  handshakes: 10_000,
  requestsPerSecond: 1_000_000,
  personRequestsPerSecond: 1_000_000,
  addressRequestsPerSecond: 10_000_000,
  bytesPerSecond: 2 ** 36,
  accountEntries: 1_000_000_000,
  accountBytes: 2 ** 40,
  channelEntries: 1_000_000_000,
  channelBytes: 2 ** 40,
  people: 1_000_000,
}

export interface RelayOptions {
  /** In the place of none at all. */
  limits?: Readonly<Record<string, number | boolean>>
  /** For OpenSSL before 3.5: see `group.mjs`. */
  isPlainGroup?: boolean
  /** Flags of Node. */
  flags?: readonly string[]
  /** Another build than the newest. */
  program?: string
  /** Its own thread has the first core, and what collects garbage for it both. */
  areAllCores?: boolean
}

/** As `packaging/` starts a relay (decision 0055). */
const PACKAGED_FLAGS = ["--max-semi-space-size=4"]

/** The built program, in a fresh folder under `folder`. */
export async function startRelay(folder: string, options: RelayOptions = {}): Promise<RelayServer> {
  const home = join(folder, `relay-${running.size}-${Date.now()}`)
  mkdirSync(home, { recursive: true })
  const config = join(home, "limits.json")
  writeFileSync(config, JSON.stringify({ limits: options.limits ?? NO_LIMITS }))
  const flags = [
    ...PACKAGED_FLAGS,
    ...(options.flags ?? []),
    ...(options.isPlainGroup === true ? ["--import", GROUP] : []),
  ]
  const where = ["--data", join(home, "data"), "--host", "127.0.0.1", "--port", "0", "--no-discovery"]
  const command = [
    process.execPath,
    ...flags,
    options.program ?? PROGRAM,
    "relay",
    "start",
    "--json",
    "--config",
    config,
  ]
  const child = start([...command, ...where], home, {}, options.areAllCores)
  const ready = await new Promise<{ port: number; invitation: string }>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const said = JSON.parse(line) as { type: string; port: number; invitation: string }
      if (said.type === "relay.ready") resolve(said)
    })
    child.once("close", () => reject(new Error(`the relay ended: ${complaintsOf(home)}`)))
  })
  const link = parseInvitation(ready.invitation)
  if (link.kind !== "link" || link.admission === undefined) throw new Error("no link")
  // Its own thread, that is: whatever collects garbage for it has been there before, and stays where it likes.
  if (options.areAllCores === true) pinTo(0, child.pid!)
  const { pin, admission } = link
  return { ...serverOf(child, ready.port), pin, admission, invitation: ready.invitation }
}

/** A peer by its name, as `PEERS` has it. */
export async function startPeer(folder: string, name: PeerName, reference: string): Promise<Server> {
  const home = join(folder, `${name}-${running.size}-${Date.now()}`)
  mkdirSync(home, { recursive: true })
  const port = await freePort()
  const child = start(PEERS[name].start({ home, port, reference }), home, { PORT: String(port) })
  await listening(port, child)
  return serverOf(child, port)
}

interface Place {
  home: string
  port: number
  reference: string
}

/** How each peer is set up: without limits, without a log, with the same kind of certificate as the relay. */
export const PEERS = {
  mosquitto: { program: "mosquitto", start: (at: Place) => mosquitto(at, false, false) },
  mosquittoTls: { program: "mosquitto", start: (at: Place) => mosquitto(at, true, false) },
  mosquittoKept: { program: "mosquitto", start: (at: Place) => mosquitto(at, true, true) },
  nats: { program: "nats-server", start: (at: Place) => nats(at, false, false) },
  natsTls: { program: "nats-server", start: (at: Place) => nats(at, true, false) },
  jetstream: { program: "nats-server", start: (at: Place) => nats(at, true, true) },
  ngircdTls: { program: "ngircd", start: ngircd },
  reference: { program: "sh", start: ({ reference }: Place) => [reference] },
} as const satisfies Record<string, { program: string; start(at: Place): string[] }>
export type PeerName = keyof typeof PEERS

function mosquitto({ home, port }: Place, isTls: boolean, isKept: boolean): string[] {
  const lines = [
    "user root", "allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 0",
    "set_tcp_nodelay true", "log_type error", `persistence ${isKept}`, `persistence_location ${home}/`,
    "autosave_interval 5", `listener ${port} 127.0.0.1`,
  ] // prettier-ignore
  if (isTls) lines.push(...Object.entries(certificate(home)).map(([kind, path]) => `${kind}file ${path}`))
  return [programAt("mosquitto")!, "-c", written(home, "mosquitto.conf", lines)]
}

function nats({ home, port }: Place, isTls: boolean, isKept: boolean): string[] {
  const lines = ["host: 127.0.0.1", `port: ${port}`, "max_connections: 60000"]
  const { cert, key } = certificate(home)
  if (isTls) lines.push(`tls { cert_file: "${cert}", key_file: "${key}", timeout: 30 }`)
  if (isKept) lines.push(`jetstream { store_dir: "${home}/stream", max_file: 20G }`)
  return [programAt("nats-server")!, "-c", written(home, "nats.conf", lines)]
}

function ngircd({ home, port }: Place): string[] {
  const { cert, key } = certificate(home)
  const lines = [
    "[Global]", "Name = irc.local", "Info = x", "Listen = 127.0.0.1", "ServerUID = root", "ServerGID = root",
    "MotdPhrase = hi", "[Limits]", "MaxConnections = 0", "MaxConnectionsIP = 0", "MaxJoins = 0",
    "MaxNickLength = 20", "MaxPenaltyTime = 0", "PingTimeout = 600", "PongTimeout = 600", "[Options]",
    "DNS = no", "Ident = no", "PAM = no", "[SSL]", `CertFile = ${cert}`, `KeyFile = ${key}`, `Ports = ${port}`,
  ] // prettier-ignore
  return [programAt("ngircd")!, "-n", "-f", written(home, "ngircd.conf", lines)]
}

function certificate(home: string): { cert: string; key: string } {
  const key = createRelayKey(systemRandom)
  const parts = { key, tag: new Uint8Array(32), notBefore: Date.now() - 60_000, random: systemRandom }
  return {
    cert: written(home, "cert.pem", [createCertificate(parts)]),
    key: written(home, "key.pem", [key.privatePem]),
  }
}

function written(home: string, name: string, lines: readonly string[]): string {
  const path = join(home, name)
  writeFileSync(path, `${lines.join("\n")}\n`)
  return path
}

function start(
  command: readonly string[],
  home: string,
  env: NodeJS.ProcessEnv = {},
  areAllCores = false,
): ChildProcess {
  const [program, ...args] = areAllCores ? command : pinned(0, command)
  const child = spawn(program!, args, {
    cwd: home,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (said.length < 65_536) writeFileSync(join(home, "errors"), (said += text))
  })
  child.stdout.resume()
  running.add(child)
  child.once("close", () => running.delete(child))
  return child
}

function serverOf(child: ChildProcess, port: number): Server {
  return {
    port,
    pid: child.pid!,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        const cut = setTimeout(() => child.kill("SIGKILL"), STOP_MS)
        child.once("close", () => {
          clearTimeout(cut)
          resolve()
        })
        child.kill("SIGTERM")
      }),
  }
}

function complaintsOf(home: string): string {
  const path = join(home, "errors")
  return existsSync(path) ? readFileSync(path, "utf8") : ""
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const until = performance.now() + START_MS
  while (performance.now() < until && child.exitCode === null) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => (socket.destroy(), resolve(true)))
      socket.once("error", () => resolve(false))
    })
    if (isThere) return
    await new Promise((wake) => setTimeout(wake, 50))
  }
  throw new Error("it does not listen")
}
