/**
 * Makes TLS of strangers in a process beside this one (`terminator.ts`), which is started when there is need of it:
 *
 *     socket ──take──▶ terminator: TLS, the first whole frame ──local socket──▶ arrived
 *
 * From then on it passes on what both sides say, for as long as the connection lasts. When that process ends, so do the
 * connections that it holds, and for a while nobody goes there.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { createServer, type Server, type Socket } from "node:net"
import { constants, setPriority } from "node:os"
import { concat } from "../bytes.ts"
import { decodeArrival, MOST_ARRIVAL_BYTES, TOKEN_BYTES } from "./arrival.ts"
import type { Millis } from "./clock.ts"
import { closeFollows, type Elsewhere } from "./lobby.ts"
import { placeFor } from "./local-socket.ts"
import type { Log } from "./log.ts"
import type { ConnectionFacts } from "./socket-connection.ts"
import type { TerminatorGuest, TerminatorLimits, TerminatorOrders } from "./terminator.ts"
import type { TlsKeys } from "./tls-server.ts"

export interface OverflowSetup {
  /** For the local socket: of mode 0700, and made when missing. */
  folder: string
  /** What runs `runTerminator`. */
  program: string
  args: readonly string[]
  log: Log
}

export interface OverflowEvents {
  /** @param first said already; a view that nobody changes. */
  /** It will not be heard of again. */
  taken(socket: Socket): void
  arrived(socket: Socket, facts: ConnectionFacts, first: Uint8Array): void
  /** `state` may be another one. */
  changed(): void
}

/** Sockets that are being handed over: one, and one that follows it at once. */
const MOST_ON_THEIR_WAY = 2
/** A process that takes nothing for so long does not work, though it may take a while to start. */
const STUCK_MS: Millis = 10_000
/** Until it is tried again. */
const BROKEN_MS: Millis = 60_000
/** From a connection on the local socket to its header. */
const ARRIVAL_MS: Millis = 5_000

export class Overflow implements Elsewhere {
  readonly #setup: OverflowSetup
  readonly #keys: TlsKeys
  readonly #limits: TerminatorLimits
  readonly #events: OverflowEvents
  readonly #token = new Uint8Array(randomBytes(TOKEN_BYTES))
  readonly #server: Server
  readonly #locals = new Set<Socket>()
  readonly #onTheirWay = new Set<Socket>()
  #place: ReturnType<typeof placeFor> | undefined
  #child: ChildProcess | undefined
  #stuck: NodeJS.Timeout | undefined
  #brokenUntil: Millis = Infinity

  constructor(setup: OverflowSetup, keys: TlsKeys, limits: TerminatorLimits, events: OverflowEvents) {
    this.#setup = setup
    this.#keys = keys
    this.#limits = limits
    this.#events = events
    this.#server = createServer((socket) => this.#greet(socket))
  }

  /** Before that, and when it fails, it is `broken`. */
  async open(): Promise<void> {
    try {
      this.#place = placeFor(this.#setup.folder, "tls")
    } catch {
      return this.#setup.log.write("warn", "tls-terminator.unusable")
    }
    const { at } = this.#place
    await new Promise<void>((done) => {
      this.#server.once("error", () => {
        this.#setup.log.write("warn", "tls-terminator.unusable")
        done()
      })
      this.#server.listen(at, () => {
        this.#brokenUntil = -Infinity
        done()
      })
    })
    this.#server.on("error", () => {})
  }

  get state(): "free" | "busy" | "broken" {
    if (performance.now() < this.#brokenUntil) return "broken"
    return this.#onTheirWay.size < MOST_ON_THEIR_WAY ? "free" : "busy"
  }

  take(socket: Socket): void {
    const said = (socket.read() as Uint8Array | null) ?? new Uint8Array(0)
    this.#events.taken(socket)
    this.#child ??= this.#start()
    if (this.#child === undefined) return void socket.destroy()
    this.#onTheirWay.add(socket)
    this.#stuck ??= setTimeout(() => this.#child?.kill("SIGKILL"), STUCK_MS).unref()
    const guest: TerminatorGuest = { kind: "guest", limits: this.#limitsNow(), said }
    this.#child.send(guest, socket, {}, (failure) => {
      if (!this.#onTheirWay.delete(socket)) return
      if (failure !== null) socket.destroy()
      clearTimeout(this.#stuck)
      this.#stuck = undefined
      this.#events.changed()
    })
  }

  close(): void {
    this.#brokenUntil = Infinity
    clearTimeout(this.#stuck)
    this.#server.close()
    for (const socket of [...this.#onTheirWay, ...this.#locals]) socket.destroy()
    // It sees to what is on its way, and ends.
    if (this.#child?.connected === true) this.#child.disconnect()
    this.#place?.remove()
  }

  #start(): ChildProcess | undefined {
    const { program, args, log } = this.#setup
    const child = started(program, args)
    if (child?.pid === undefined) {
      child?.on("error", () => {}) // it says so once more, later
      this.#broken("it cannot be started")
      return undefined
    }
    child.on("error", () => {}) // "exit" follows
    child.once("exit", (code, signal) => {
      if (this.#child !== child) return
      this.#child = undefined
      this.#broken(signal ?? `${code}`)
    })
    // Those who are served already come first.
    lowerPriority(child.pid)
    const { privatePem, certificatePem } = this.#keys
    const orders: TerminatorOrders = {
      kind: "orders",
      privatePem,
      certificatePem,
      limits: this.#limitsNow(),
      at: this.#place!.at,
      token: this.#token,
    }
    child.send(orders, () => {})
    log.write("info", "tls-terminator.started", { pid: child.pid })
    return child
  }

  /** As they are now, and no more than can be sent. */
  #limitsNow(): TerminatorLimits {
    const { handshakes, waitingHandshakes, handshakeMs, newcomers, helloMs } = this.#limits
    return { handshakes, waitingHandshakes, handshakeMs, newcomers, helloMs }
  }

  #broken(how: string): void {
    clearTimeout(this.#stuck)
    this.#stuck = undefined
    for (const socket of this.#onTheirWay) socket.destroy()
    this.#onTheirWay.clear()
    if (this.#brokenUntil === Infinity) return
    this.#brokenUntil = performance.now() + BROKEN_MS
    this.#setup.log.write("warn", "tls-terminator.ended", { how })
    this.#events.changed()
  }

  #greet(socket: Socket): void {
    socket.on("error", closeFollows)
    this.#locals.add(socket)
    socket.once("close", () => this.#locals.delete(socket))
    const late = setTimeout(() => socket.destroy(), ARRIVAL_MS)
    const gone = () => clearTimeout(late)
    socket.once("close", gone)
    let said: Uint8Array = new Uint8Array(0)
    const listen = (bytes: Uint8Array) => {
      said = concat(said, bytes)
      const arrival = decodeArrival(said, this.#token)
      if (arrival === undefined && said.length < MOST_ARRIVAL_BYTES) return
      if (arrival === undefined || arrival === "foreign") return void socket.destroy()
      gone()
      socket.off("close", gone).off("data", listen)
      this.#events.arrived(socket, arrival.facts, arrival.rest)
    }
    socket.on("data", listen)
  }
}

/** Undefined, or without an id, when the system has no room for another process. */
function started(program: string, args: readonly string[]): ChildProcess | undefined {
  try {
    return spawn(program, args, { stdio: ["ignore", "ignore", "ignore", "ipc"], serialization: "advanced" })
  } catch {
    return undefined
  }
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It is gone, or the system does not allow it.
  }
}
