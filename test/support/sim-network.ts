/**
 * The simulated network. Links fail the way TCP fails: bytes arrive late and cut anywhere, or the connection dies
 * and what was under way is gone. TCP never drops, repeats or reorders bytes, so neither does this.
 */
import { equalBytes, toHex } from "../../src/bytes.ts"
import type { Millis } from "../../src/platform/clock.ts"
import type {
  Address,
  CloseReason,
  Connection,
  DialHandler,
  Listener,
  ListenHandler,
  Network,
  Pin,
} from "../../src/platform/network.ts"
import type { SimProcess, World } from "./sim.ts"

export interface LinkQuality {
  /** Each piece takes from `fastestMs` to `slowestMs`. */
  fastestMs: Millis
  slowestMs: Millis
  /** How likely a piece is the connection's last. */
  cutChance: number
}

/** Whom a dialer finds: the pin it is recognised by. */
export interface ServerIdentity {
  spkiSha256: Uint8Array
  tag: Uint8Array
}

interface Server {
  owner: SimProcess
  identity: ServerIdentity
  handler: ListenHandler
}

/** What happens to one end of a link. */
interface End {
  owner: SimProcess
  received(bytes: Uint8Array): void
  drained(): void
  closed(reason: CloseReason): void
}

/** As in `platform/tls.ts`. */
const CLOSE_DEADLINE_MS: Millis = 5_000

export class SimNetwork {
  readonly #world: World
  readonly #servers = new Map<string, Server>()
  readonly #links = new Set<SimLink>()
  readonly #offline = new Set<SimProcess>()
  readonly #frozen = new Set<SimProcess>()
  #lastId = 0
  quality: LinkQuality
  /** Sees every byte that travels, as a listener on the wire would if there were no TLS. */
  tap: (bytes: Uint8Array, from: string, to: string) => void = () => {}
  /** How many connections broke by `cutChance`. */
  cuts = 0

  constructor(world: World, quality: LinkQuality) {
    this.#world = world
    this.quality = quality
  }

  /** The network as one process sees it. */
  of(
    owner: SimProcess,
  ): Network & { listen(port: number, identity: ServerIdentity, handler: ListenHandler): Promise<Listener> } {
    return {
      dial: (address, pin, handler) => this.#dial(owner, address, pin, handler),
      listen: async (port, identity, handler) => {
        const place = `${owner.name}:${port}`
        if (this.#servers.has(place)) throw new Error(`port busy: ${place}`)
        this.#servers.set(place, { owner, identity, handler })
        return { port, close: async () => void this.#servers.delete(place) }
      },
    }
  }

  /** The process's cable is pulled or put back. */
  setOnline(process: SimProcess, online: boolean): void {
    this.#world.note(`${process.name} goes ${online ? "online" : "offline"}`)
    if (online) this.#offline.delete(process)
    else this.#offline.add(process)
    if (!online) for (const link of this.#linksOf(process)) link.cut()
  }

  /** A frozen process (a closed laptop, SIGSTOP) reads nothing; its connections stay. */
  setFrozen(process: SimProcess, frozen: boolean): void {
    if (frozen) this.#frozen.add(process)
    else this.#frozen.delete(process)
    if (!frozen) for (const link of this.#linksOf(process)) link.resume()
  }

  /** Breaks every connection there is. */
  cutAll(): void {
    this.#world.note("all links are cut")
    for (const link of this.#links) link.cut()
  }

  get connections(): number {
    return this.#links.size
  }

  processDied(process: SimProcess): void {
    for (const [place, server] of this.#servers) if (server.owner === process) this.#servers.delete(place)
    for (const link of this.#linksOf(process)) link.cut()
  }

  isFrozen(process: SimProcess): boolean {
    return this.#frozen.has(process)
  }

  linkEnded(link: SimLink): void {
    this.#links.delete(link)
  }

  delay(): Millis {
    const { fastestMs, slowestMs } = this.quality
    return fastestMs + this.#world.chance.below(slowestMs - fastestMs + 1)
  }

  #linksOf(process: SimProcess): SimLink[] {
    return [...this.#links].filter((link) => link.joins(process))
  }

  #dial(owner: SimProcess, { host, port }: Address, pin: Pin, handler: DialHandler): void {
    const place = `${host}:${port}`
    this.#world.note(`${owner.name} dials ${place}`)
    owner.clock.wakeAt(this.#world.clock.now() + this.delay(), () => {
      const server = this.#servers.get(place)
      if (server === undefined || this.#offline.has(owner) || this.#offline.has(server.owner)) {
        return handler.closed({ kind: "unreachable", detail: "nobody answers" })
      }
      const { spkiSha256, tag } = server.identity
      const fits = pin.kind === "spki" ? equalBytes(pin.sha256, spkiSha256) : pin.accepts(spkiSha256, tag)
      if (!fits) return handler.closed({ kind: "wrong-pin", seen: spkiSha256.slice() })
      this.#connect(owner, server, handler)
    })
  }

  #connect(owner: SimProcess, server: Server, handler: DialHandler): void {
    const id = ++this.#lastId
    const exporter = server.owner.random.bytes(32)
    const { handler: listening } = server
    const dialing: End = {
      owner,
      received: (bytes) => handler.received(bytes),
      drained: () => {},
      closed: (reason) => handler.closed(reason),
    }
    const accepting: End = {
      owner: server.owner,
      received: (bytes) => listening.received(id, bytes),
      drained: () => listening.drained(id),
      closed: () => listening.closed(id),
    }
    const link = new SimLink(this.#world, dialing, accepting)
    this.#links.add(link)
    listening.opened(id, link.connection(accepting, exporter.slice(), owner.name))
    handler.opened(link.connection(dialing, exporter, server.owner.name))
  }
}

/** One connection: two pipes with a common life. */
export class SimLink {
  readonly #world: World
  readonly #pipes: readonly [Pipe, Pipe]
  readonly #ends: readonly [End, End]
  #alive = true

  constructor(world: World, a: End, b: End) {
    this.#world = world
    this.#ends = [a, b]
    const ended = () => this.#end({ kind: "ended" })
    this.#pipes = [new Pipe(world, a, b, this, ended), new Pipe(world, b, a, this, ended)]
  }

  get alive(): boolean {
    return this.#alive
  }

  joins(process: SimProcess): boolean {
    return this.#ends.some((end) => end.owner === process)
  }

  connection(end: End, exporter: Uint8Array, remote: string): Connection {
    const pipe = this.#pipes[this.#ends.indexOf(end)]!
    return {
      exporter,
      remote,
      send: (bytes) => {
        if (this.#alive && end.owner.alive) pipe.send(bytes)
      },
      close: () => {
        if (this.#alive && end.owner.alive) pipe.finish()
      },
    }
  }

  /** What is under way is lost; both ends notice a little later. */
  cut(): void {
    this.#end({ kind: "failed", detail: "the connection broke" })
  }

  resume(): void {
    for (const pipe of this.#pipes) pipe.arm()
  }

  #end(reason: CloseReason): void {
    if (!this.#alive) return
    this.#alive = false
    this.#world.network.linkEnded(this)
    for (const end of this.#ends) {
      end.owner.clock.wakeAt(this.#world.clock.now() + this.#world.network.delay(), () => end.closed(reason))
    }
  }
}

/** Bytes on their way in one direction. */
class Pipe {
  readonly #world: World
  readonly #from: End
  readonly #to: End
  readonly #link: SimLink
  readonly #ended: () => void
  readonly #pieces: { at: Millis; bytes: Uint8Array; isLast: boolean }[] = []
  #readyAt: Millis = 0
  #isArmed = false
  #isFinished = false

  constructor(world: World, from: End, to: End, link: SimLink, ended: () => void) {
    this.#world = world
    this.#from = from
    this.#to = to
    this.#link = link
    this.#ended = ended
  }

  send(bytes: Uint8Array): void {
    if (this.#isFinished) return
    const { chance, network } = this.#world
    network.tap(bytes, this.#from.owner.name, this.#to.owner.name)
    // One write arrives in one to three pieces, cut anywhere.
    const cuts = Array.from({ length: chance.below(3) }, () => chance.below(bytes.length)).sort(
      (a, b) => a - b,
    )
    let start = 0
    for (const end of [...cuts, bytes.length]) {
      if (end > start) this.#push(bytes.slice(start, end), chance.chance(network.quality.cutChance))
      start = end
    }
  }

  /** Ends the link once everything sent before has arrived; a peer that does not read is not waited for long. */
  finish(): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#world.clock.wakeAt(this.#world.clock.now() + CLOSE_DEADLINE_MS, () => this.#link.cut())
    this.#push(new Uint8Array(0), false)
  }

  arm(): void {
    const next = this.#pieces[0]
    if (next === undefined || this.#isArmed || !this.#link.alive) return
    this.#isArmed = true
    // The wire outlives both programs; only their handlers do not.
    this.#world.clock.wakeAt(next.at, () => {
      this.#isArmed = false
      this.#deliver()
    })
  }

  #push(bytes: Uint8Array, isLast: boolean): void {
    this.#readyAt = Math.max(this.#readyAt, this.#world.clock.now() + this.#world.network.delay())
    this.#pieces.push({ at: this.#readyAt, bytes, isLast })
    this.arm()
  }

  #deliver(): void {
    if (!this.#link.alive || this.#world.network.isFrozen(this.#to.owner)) return
    const piece = this.#pieces.shift()!
    if (piece.isLast) {
      this.#world.network.cuts++
      this.#world.note(`link ${this.#from.owner.name} > ${this.#to.owner.name} dies`)
      return this.#link.cut()
    }
    if (piece.bytes.length === 0) return this.#ended()
    this.#world.note(
      `${this.#from.owner.name} > ${this.#to.owner.name} ${toHex(piece.bytes.subarray(0, 8))} ${piece.bytes.length}`,
    )
    this.#to.received(piece.bytes)
    if (this.#pieces.length === 0 && this.#link.alive) this.#from.drained()
    this.arm()
  }
}
