/**
 * A simulated world in which anybody may lie. Every person is the real engine; what lies is put between it and the
 * wire (a relay that rewrites what it hands out), or inside it (a member whose client seals other things).
 */
import type { ClientEvent } from "../../src/client/events.ts"
import type { Messenger } from "../../src/client/messenger.ts"
import { type ClientDeps, openClient } from "../../src/client/open.ts"
import { createProfile, noteApproval, setRelay } from "../../src/client/profile.ts"
import type { ClientStore } from "../../src/client/store.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { certificateTag, invitationSecrets } from "../../src/crypto/invitation-words.ts"
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { silentLog } from "../../src/platform/log.ts"
import type { Connection, DialHandler, Network } from "../../src/platform/network.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Link } from "../../src/protocol/address.ts"
import { encodeFrame, FrameDecoder } from "../../src/protocol/framing.ts"
import { decodePayload, encodePayload, type Payload } from "../../src/protocol/content.ts"
import {
  type ClientMessage,
  decodeClientMessage,
  decodeRelayMessage,
  encodeMessage,
  type RelayMessage,
} from "../../src/protocol/messages.ts"
import type { RelayLimits } from "../../src/relay/config.ts"
import { seededRandom, type SimProcess, World } from "./sim.ts"
import { SimRelay } from "./sim-relay.ts"

/** One person's wire, as whoever holds the relay sees it. Each of the two answers what goes on instead of a message. */
export class Wire {
  /** What the relay says, before the client sees it. */
  down: (message: RelayMessage) => readonly RelayMessage[] = (message) => [message]
  /** What the client says, before the relay sees it. */
  up: (message: ClientMessage) => readonly ClientMessage[] = (message) => [message]
  /** Everything that was said, before it was rewritten. */
  readonly said: ClientMessage[] = []
  readonly heard: RelayMessage[] = []
  dials = 0
  /** Told when the client stops reading, and goes on. */
  setReading: (isReading: boolean) => void = () => {}
  #handler: DialHandler | undefined
  #connection: Connection | undefined

  /** Makes the relay say something. */
  say(...messages: readonly RelayMessage[]): void {
    for (const message of messages) this.#handler?.received(encodeFrame(encodeMessage(message)))
  }

  /** Makes the relay send bytes that are no message. */
  sayBytes(bytes: Uint8Array): void {
    this.#handler?.received(bytes)
  }

  /** Says something to the relay in this person's name. */
  ask(message: ClientMessage): void {
    this.#connection?.send(encodeFrame(encodeMessage(message)))
  }

  over(inner: Network): Network {
    return { dial: (address, pin, handler) => inner.dial(address, pin, this.#between(handler)) }
  }

  #between(handler: DialHandler): DialHandler {
    const [fromRelay, fromClient] = [new FrameDecoder(), new FrameDecoder()]
    this.dials++
    return {
      opened: (connection) => {
        this.#handler = handler
        this.#connection = connection
        const { exporter, remote } = connection
        handler.opened({
          exporter,
          remote,
          close: () => connection.close(),
          setReading: (isReading) => this.setReading(isReading),
          send: (bytes) => {
            for (const body of fromClient.push(bytes)) {
              const message = decodeClientMessage(body)
              this.said.push(message)
              for (const each of this.up(message)) connection.send(encodeFrame(encodeMessage(each)))
            }
          },
        })
      },
      received: (bytes) => {
        for (const body of fromRelay.push(bytes)) {
          const message = decodeRelayMessage(body)
          this.heard.push(message)
          this.say(...this.down(message))
        }
      },
      closed: (reason) => handler.closed(reason),
    }
  }
}

export interface Guest {
  readonly name: string
  readonly client: Messenger
  readonly store: ClientStore
  readonly disk: MemoryDisk
  readonly wire: Wire
  readonly process: SimProcess
  readonly events: ClientEvent[]
  /** Texts of a room, in order. @param to as for `findRoom`. */
  texts(to: string): string[]
  /** Codes of the notices of a room, in order. */
  notices(to: string): string[]
  write(to: string, text: string): Promise<string>
}

export interface GuestOptions extends Partial<Pick<ClientDeps, "discovery" | "log">> {
  /** A modified client: what stands between it and the group engine. */
  engine?: (real: MlsEngine) => MlsEngine
  /** The operator's code for a name whose key was lost. */
  approval?: Uint8Array
  /** Carries on with what is on this disk. */
  disk?: MemoryDisk
  /** Instead of the one that the relay's operator gives out. */
  invitation?: Link
  wire?: Wire
  /** What stands between the client and its disk. */
  store?: (real: ClientStore) => ClientStore
}

export const MINUTE = 60_000

export class HostileWorld {
  readonly world: World
  readonly relay: SimRelay
  readonly admission: Uint8Array
  readonly roomSecret: Uint8Array

  private constructor(seed: number, limits: Partial<RelayLimits>, words: Uint8Array | undefined) {
    // The group library compares lifetimes with the real clock when it adds somebody.
    this.world = new World(seed, { start: Date.now(), slowestMs: 3 })
    const random = seededRandom(this.world.chance)
    const spoken = words && invitationSecrets(nodePrimitives, words)
    this.admission = spoken?.admission ?? random.bytes(16)
    this.roomSecret = spoken?.room ?? random.bytes(32)
    this.relay = new SimRelay(this.world, { admission: this.admission, limits })
    if (words) this.wearTag(certificateTag(nodePrimitives, words, this.relay.relayId))
  }

  /** @param words the 16 bytes of a twelve-word invitation. */
  static async create(
    seed = 1,
    limits: Partial<RelayLimits> = {},
    words?: Uint8Array,
  ): Promise<HostileWorld> {
    await sodiumReady()
    const made = new HostileWorld(seed, limits, words)
    await made.relay.start()
    return made
  }

  /** What the relay's certificate carries from its next start on. */
  wearTag(tag: Uint8Array): void {
    Object.assign(this.relay, { tag })
  }

  get invitation() {
    const { admission, roomSecret, relay } = this
    return { kind: "link" as const, ...relay.address, pin: relay.relayId, admission, roomSecret }
  }

  /** Somebody new, or back from their disk; started, and not waited for. */
  async start(name: string, options: GuestOptions = {}): Promise<Guest> {
    const {
      wire = new Wire(),
      disk = new MemoryDisk(),
      engine = (real: MlsEngine) => real,
      store: wrap = (real: ClientStore) => real,
      invitation = this.invitation,
      approval,
      ...parts
    } = options
    const process = this.world.process(name)
    const { clock, random, network } = process
    const store = wrap(disk.open())
    if (options.disk === undefined) {
      createProfile(store, { random, clock }, name)
      setRelay(store, nodePrimitives, invitation)
      if (approval) noteApproval(store, approval)
    }
    const client = await openClient({
      store,
      clock,
      random,
      primitives: nodePrimitives,
      network: wire.over(network),
      engine: engine(createMlsEngine(nodePrimitives, random)),
      log: silentLog,
      ...parts,
    })
    const events: ClientEvent[] = []
    client.on(({ event }) => void events.push(event))
    client.start()
    const lines = (to: string) => client.transcript(client.findRoom(to).id, 1_000)
    return {
      name,
      client,
      store,
      disk,
      wire,
      process,
      events,
      texts: (to) => lines(to).flatMap((line) => (line.kind === "message" ? [line.message.text] : [])),
      notices: (to) => lines(to).flatMap((line) => (line.kind === "notice" ? [line.notice.code] : [])),
      write: async (to, text) => {
        const room = to.startsWith("#")
          ? client.findRoom(to)
          : await client.openChat(client.findPerson(to).id)
        return (await client.send(room.id, text)).id
      },
    }
  }

  /** Somebody new, once everything that was stored for them has been read. */
  async join(name: string, options: GuestOptions = {}): Promise<Guest> {
    const guest = await this.start(name, options)
    await this.until(() => guest.events.some((event) => event.type === "sync.done"), `${name} to be here`)
    return guest
  }

  /** Two people whose direct chat is open, and who have each said a word; they know each other. */
  async pair(a: GuestOptions = {}, b: GuestOptions = {}): Promise<[alice: Guest, bob: Guest]> {
    const alice = await this.join("alice", a)
    const bob = await this.join("bob", b)
    await this.until(
      () => alice.client.people().length === 1 && bob.client.people().length === 1,
      "them to meet",
    )
    await alice.write("bob", "hello bob")
    await this.until(() => arrived(bob, "alice", "hello bob"), "alice's hello")
    await bob.write("alice", "hello alice")
    await this.until(() => arrived(alice, "bob", "hello alice"), "bob's hello")
    return [alice, bob]
  }

  /** Throws, with the end of the trace, when it does not come to be so. */
  async until(isSo: () => boolean, what: string, ms = 5 * MINUTE): Promise<void> {
    if (await this.world.runUntil(isSo, ms)) return
    throw new Error(`waited in vain for ${what}:\n${this.world.notes.slice(-12).join("\n")}`)
  }

  eidOf(entry: Uint8Array): Uint8Array {
    return nodePrimitives.sha("sha256", entry)
  }

  run(ms: number): Promise<void> {
    return this.world.run(ms)
  }

  /** The person's process dies as it stands; what was synced, and `kept` of what was not, survives. */
  crash(guest: Guest, kept = 0): void {
    guest.process.kill()
    guest.disk.crash(kept)
  }

  async stop(guest: Guest): Promise<void> {
    const stopped = guest.client.stop()
    await this.world.settle()
    await stopped
  }
}

/** A modified client that says something else than it was told to. @param forge gets each payload before it is sealed. */
export function forging(forge: (payload: Payload) => Payload | Uint8Array): (real: MlsEngine) => MlsEngine {
  return (real) => ({
    ...real,
    seal: (state, plain, authenticatedData) => {
      const forged = forge(decodePayload(plain))
      return real.seal(
        state,
        forged instanceof Uint8Array ? forged : encodePayload(forged),
        authenticatedData,
      )
    },
  })
}

/** A disk after whose `saves`th transaction from now on the process is no more. */
export function lastWish() {
  let left = Number.POSITIVE_INFINITY
  let die = () => {}
  const store = (real: ClientStore): ClientStore => ({
    get: (table, key) => real.get(table, key),
    range: (table, range) => real.range(table, range),
    count: (table, range) => real.count(table, range),
    tidy: () => real.tidy(),
    shrink: (body) => real.shrink(body),
    close: () => real.close(),
    transaction: (durability, body) => {
      const result = real.transaction(durability, body)
      if (--left === 0) die()
      return result
    },
  })
  const arm = (saves: number, how: () => void) => {
    left = saves
    die = how
  }
  return { store, arm }
}

/** Whether a text stands in a room once. */
export function arrived(guest: Guest, to: string, text: string): boolean {
  try {
    return guest.texts(to).filter((each) => each === text).length === 1
  } catch {
    // Nobody by that name, or no chat with them, yet.
    return false
  }
}

/** The state of one's own message; undefined when it was never written. */
export function stateOf(guest: Guest, to: string, text: string): string | undefined {
  const { client } = guest
  const { id } = client.findRoom(to)
  if (!client.rooms().some((room) => room.id === id)) return undefined
  for (const line of client.transcript(id, 1_000)) {
    if (line.kind === "message" && line.message.own && line.message.text === text) return line.message.state
  }
  return undefined
}

/** How often the person's connection was given up because the relay made no sense. */
export function distrusts(guest: Guest): number {
  return guest.events.filter(
    (event) => event.type === "relay.disconnected" && event.why === "relay-inconsistent",
  ).length
}

/** What a client said, of one type. */
export function saidOf<K extends ClientMessage["type"]>(wire: Wire, type: K) {
  return wire.said.filter((message): message is Extract<ClientMessage, { type: K }> => message.type === type)
}
