/**
 * What strangers and members can do to a relay over real connections so that it serves nobody else: the same for the
 * test that others write on (`test/reality/relay-attacks.test.ts`) and for the show that says how fast (`test/bench`).
 */
import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { systemRandom } from "../../src/platform/random.ts"
import { tlsNetwork } from "../../src/platform/tls.ts"
import { ALPN } from "../../src/platform/tls-server.ts"
import { EXPORTER_BYTES } from "../../src/platform/socket-connection.ts"
import { encodeFrame } from "../../src/protocol/framing.ts"
import { type ClientMessage, encodeMessage } from "../../src/protocol/messages.ts"
import { channelOf } from "./channels.ts"
import { RelayPerson, sealedEntry } from "./relay-people.ts"
import { WireClient } from "./wire-client.ts"

export interface FloodTarget {
  port: number
  /** 32 bytes. */
  pin: Uint8Array
  admission: Uint8Array | undefined
  /** From how many addresses strangers come, 8 usually, which is enough that ports do not run out. */
  machines?: number
}

const MACHINES = 8
const STRANGERS = 60
/** For a burst to be accepted, on a busy machine. */
const BURST_MS = 60_000
/** Connections that are opened at once. */
const AT_ONCE = 50
const ENTRY_BYTES = 1_000
/** Of members, each of whom has one. */
const FIRST_CHANNEL = 0x55_00
/** Longer than the relay gives a handshake. */
const HALF_OPEN_MS = 15_000

interface Held {
  socket: Socket
  /** Resolves when it is over. */
  ended: Promise<void>
}

export class Floods {
  /** Connections that nobody has ended yet. */
  readonly open = new Set<Socket>()
  readonly #target: FloodTarget
  #source = 0
  #members = 0

  constructor(target: FloodTarget) {
    this.#target = target
  }

  end(): void {
    for (const socket of this.open) socket.destroy()
  }

  /** Connections that never say a byte. Resolves when the relay has ended them, like all that follow. */
  async halfOpen(count: number): Promise<void> {
    const all = await many(count, async () =>
      this.#hold(connectTcp({ port: this.#target.port, host: "127.0.0.1", localAddress: this.#from() })),
    )
    // Where the system's queue was full, this side alone believes that there is a connection: a byte tells.
    const ask = setTimeout(() => {
      for (const { socket } of all) if (!socket.destroyed) socket.write(Uint8Array.of(0))
    }, HALF_OPEN_MS)
    await over(all)
    clearTimeout(ask)
  }

  /** After the TLS handshake, a byte of a hello five times a second. */
  async trickle(count: number): Promise<void> {
    const all = await many(count, () => this.#shaken())
    const hello = encodeFrame(new Uint8Array(2_000))
    let at = 0
    const drip = setInterval(() => {
      for (const { socket } of all) if (!socket.destroyed) socket.write(hello.subarray(at, at + 1))
      at++
    }, 200)
    await over(all)
    clearInterval(drip)
  }

  /** Frames that announce four gigabytes. */
  async lengths(count: number): Promise<void> {
    const all = await many(count, () => this.#shaken())
    for (const { socket } of all) socket.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3))
    await over(all)
  }

  /** Hellos with a signature that is none. */
  async hellos(count: number): Promise<void> {
    const person = new RelayPerson("nobody", systemRandom)
    await many(count, async () => {
      const { socket, ended, exporter } = await this.#shaken()
      const hello = person.hello(this.#target.pin, exporter)
      socket.write(encodeFrame(encodeMessage({ ...hello, signature: new Uint8Array(64) })))
      await ended
    })
  }

  /** Sixty at a time finish a handshake, hang up and come again. @returns how often. */
  async strangers(ms: number): Promise<number> {
    const until = performance.now() + ms
    let times = 0
    const comeAgain = async () => {
      while (performance.now() < until) {
        const { socket, ended } = await this.#shaken()
        socket.destroy()
        await ended
        times++
      }
    }
    await Promise.all(Array.from({ length: STRANGERS }, comeAgain))
    return times
  }

  /** A member who has been quiet, and then offers so many entries at one moment. */
  async burst(count: number): Promise<void> {
    const member = await this.member("burst")
    member.offer(sealedEntry(systemRandom, { kind: "handshake" }), true)
    const entries = Array.from({ length: count }, () => sealedEntry(systemRandom, {}, ENTRY_BYTES))
    for (const entry of entries) member.offer(entry)
    const until = performance.now() + BURST_MS
    while (member.accepted.size <= count && performance.now() < until) await pause(10)
    member.close()
  }

  /** A member who asks for much, and often. */
  async requests(count: number, ms = 3_000): Promise<void> {
    const flooder = await this.member("flooder")
    const channelIds = Array.from({ length: 1_000 }, (_, i) => new Uint8Array(32).fill(i % 256))
    for (let i = 0; i < count; i++) flooder.send({ type: "look", rid: i + 1, channelIds })
    for (let i = 0; i < 10 * count; i++) flooder.send({ type: "ping", token: 1 })
    await pause(ms)
    flooder.close()
  }

  /** A member who fills a channel as fast as the relay takes it. @returns how many entries it took. */
  async fill(ms: number): Promise<number> {
    const filler = await this.member("filler")
    filler.offer(sealedEntry(systemRandom, { kind: "handshake" }), true)
    const until = performance.now() + ms
    while (performance.now() < until) {
      while (filler.waiting < 256) filler.offer(sealedEntry(systemRandom, {}, ENTRY_BYTES))
      await pause(1)
    }
    filler.close()
    return filler.accepted.size
  }

  /** A member who wants all key packages of somebody. */
  async keyPackages(victim: RelayPerson, ms: number): Promise<void> {
    const taker = await this.member("taker")
    const { accountId, device } = victim
    const until = performance.now() + ms
    for (let rid = 10; performance.now() < until; rid++) {
      for (let i = 0; i < 20; i++)
        taker.send({ type: "takePackage", rid: rid * 20 + i, accountId, deviceId: device.keys.deviceId })
      await pause(10)
    }
    taker.close()
  }

  /** A member who asks, and reads nothing. @param patience after which it gives up itself. */
  async frozen(patience: number): Promise<void> {
    const { socket, ended, exporter } = await this.#shaken()
    const person = new RelayPerson("frozen", systemRandom)
    const say = (message: ClientMessage) => socket.write(encodeFrame(encodeMessage(message)))
    const { pin, admission = new Uint8Array(16) } = this.#target
    say(person.hello(pin, exporter))
    say({ type: "register", rid: 1, admission, entry: person.registration() })
    // Until it is in.
    await pause(1_000)
    socket.pause()
    // In waves, so that each is answered; the system's own buffers take the first megabytes.
    for (let wave = 0; wave < 60; wave++) {
      for (let i = 0; i < 40; i++) say({ type: "getDirectory", rid: 2 + i, from: 0 })
      await pause(30)
    }
    const end = setTimeout(() => socket.destroy(), patience)
    await ended
    clearTimeout(end)
  }

  /** Somebody who has come in and opened a channel of their own. */
  async member(name: string): Promise<WireClient> {
    const { port, pin, admission } = this.#target
    const isOpen = Promise.withResolvers<void>()
    const client = new WireClient({
      network: tlsNetwork,
      address: { host: "127.0.0.1", port },
      pin: { kind: "spki", sha256: pin },
      relayId: pin,
      // A name is one person's for ever.
      person: new RelayPerson(`${name} ${this.#members}`, systemRandom),
      ...(admission && { admission }),
      channelId: channelOf(FIRST_CHANNEL + this.#members++),
      onMessage: ({ type }) => type === "opened" && isOpen.resolve(),
    })
    client.connect()
    await isOpen.promise
    return client
  }

  /** A connection through TLS that has said nothing yet. */
  async #shaken(): Promise<Held & { exporter: Uint8Array }> {
    const from = { localAddress: this.#from() } // which the types lack
    const socket = connectTls({
      ...from,
      host: "127.0.0.1",
      port: this.#target.port,
      ALPNProtocols: [ALPN],
      rejectUnauthorized: false,
      minVersion: "TLSv1.3",
      ecdhCurve: "X25519MLKEM768",
    })
    const it = this.#hold(socket)
    await Promise.race([new Promise((resolve) => socket.once("secureConnect", resolve)), it.ended])
    const exporter = socket.destroyed
      ? new Uint8Array(32)
      : socket.exportKeyingMaterial(EXPORTER_BYTES, "EXPORTER-secure-chat-v1", Buffer.alloc(0))
    return { ...it, exporter: new Uint8Array(exporter) }
  }

  #hold(socket: Socket): Held {
    this.open.add(socket)
    socket.on("error", () => {})
    socket.resume()
    const ended = new Promise<void>((resolve) =>
      socket.once("close", () => {
        this.open.delete(socket)
        resolve()
      }),
    )
    return { socket, ended }
  }

  /** Nobody else comes from there. */
  #from(): string {
    const { machines = MACHINES } = this.#target
    return process.platform === "linux" ? `127.0.1.${1 + (this.#source++ % machines)}` : "127.0.0.1"
  }
}

const pause = (ms: number) => new Promise((wake) => setTimeout(wake, ms))

async function over(all: readonly Held[]): Promise<void> {
  await Promise.all(all.map(({ ended }) => ended))
}

async function many<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const all: T[] = []
  while (all.length < count) {
    const some = Math.min(AT_ONCE, count - all.length)
    all.push(...(await Promise.all(Array.from({ length: some }, make))))
  }
  return all
}
