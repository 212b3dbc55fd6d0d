/** The relay's core on a table: connections are numbers, answers are lists, and the disk obeys. */
import { toHex } from "../../src/bytes.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import { createRelayKey } from "../../src/platform/certificate.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import type { Random } from "../../src/platform/random.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { encodeFrame, FrameDecoder } from "../../src/protocol/framing.ts"
import {
  type ClientMessage,
  decodeRelayMessage,
  encodeMessage,
  type MessageName,
  type Of,
  type RelayMessage,
} from "../../src/protocol/messages.ts"
import { DEFAULT_LIMITS, type RelayLimits } from "../../src/relay/config.ts"
import type { RelayEffect } from "../../src/relay/effects.ts"
import type { OperatorEvent } from "../../src/relay/operator.ts"
import { Relay } from "../../src/relay/relay.ts"
import type { Approval } from "../../src/relay/succession.ts"
import { MemoryDisk, MemoryRelayStore, type MemoryStoreFaults } from "../../src/relay/store-memory.ts"
import { StoreError } from "../../src/relay/errors.ts"
import type { RelayStore } from "../../src/relay/store.ts"
import { openTokenOf, proofAt, tokenHashAt } from "./channels.ts"
import { MemoryHeadFile, signerOf } from "./heads.ts"
import { RelayPerson, type TestDevice } from "./relay-people.ts"
import { seeded, seededRandom } from "./sim.ts"

await sodiumReady()

export const ADMISSION = new Uint8Array(16).fill(0xad)
export const RELAY_SEED = new Uint8Array(32).fill(0x1d)
export const START = 1_800_000_000_000

export interface BenchOptions {
  open?: boolean
  limits?: Partial<RelayLimits>
  disk?: MemoryDisk
  headFile?: MemoryHeadFile
  now?: number
  /** In place of the one in memory, which `bench.store` remains. */
  store?: RelayStore
  failAt?: MemoryStoreFaults["failAt"]
  seed?: number
}

/** One fake connection. */
export class Wire {
  readonly id: number
  readonly exporter: Uint8Array
  readonly bench: CoreBench
  closed = false
  trusted = false
  /** Everything received and not yet taken. */
  inbox: RelayMessage[] = []
  /** Frames exactly as they were handed over. */
  frames: Uint8Array[] = []
  /** Whether it shows tokens by itself: the opening when a channel is open, and a position's before it uses it. */
  proves = true
  /** Channels by handle. */
  readonly channels = new Map<number, Uint8Array>()
  readonly #decoder = new FrameDecoder()
  readonly #opening: Uint8Array[] = []

  constructor(bench: CoreBench, id: number, exporter: Uint8Array) {
    this.bench = bench
    this.id = id
    this.exporter = exporter
  }

  /** Sends in one batch with whatever else was staged; nothing is answered before `bench.settle()`. */
  post(message: ClientMessage): void {
    if (message.type === "open") this.#opening.push(message.channelId)
    const position = positionUsed(message)
    const channelId = "handle" in message ? this.channels.get(message.handle) : undefined
    if (this.proves && channelId && position !== undefined && "handle" in message)
      this.#step(proofAt(message.handle, channelId, position))
    const isBlank = message.type === "handshake" && message.tokenHash === NO_HASH && channelId !== undefined
    this.#step(isBlank ? { ...message, tokenHash: tokenHashAt(channelId, message.expect) } : message)
  }

  #step(message: ClientMessage): void {
    this.bench.relay.step(
      { kind: "frame", id: this.id, frame: encodeFrame(encodeMessage(message)) },
      this.bench.now,
    )
  }

  #met({ handle, position }: Of<"entry">): void {
    const channelId = this.channels.get(handle)
    if (this.proves && channelId) this.bench.owed.push(() => this.#step(proofAt(handle, channelId, position)))
  }

  #opened({ handle, nextPosition }: Of<"opened">): void {
    const channelId = this.#opening.shift()
    // Opened by bytes that did not go through `post`.
    if (!channelId) return
    const token = openTokenOf(channelId)
    this.channels.set(handle, channelId)
    if (!this.proves || !token) return
    if (nextPosition > 0) this.bench.owed.push(() => this.#step(proofAt(handle, channelId, nextPosition - 1)))
    this.bench.owed.push(() => this.#step({ type: "proveOpening", handle, token }))
  }

  /** Sends one message, lets it be committed, and takes what came back; what came before is dropped. */
  async ask(message: ClientMessage): Promise<RelayMessage[]> {
    this.take()
    this.post(message)
    await this.bench.settle()
    return this.take()
  }

  /** Sends one message and takes the only answer of that type. */
  async expect<K extends MessageName>(message: ClientMessage, type: K): Promise<Of<K>> {
    const answers = await this.ask(message)
    const found = answers.filter((answer) => answer.type === type)
    if (found.length !== 1)
      throw new Error(`wanted one ${type}, got ${answers.map(describe).join(", ") || "nothing"}`)
    return found[0] as unknown as Of<K>
  }

  take(): RelayMessage[] {
    return this.inbox.splice(0)
  }

  of<K extends MessageName>(type: K): Of<K>[] {
    return this.inbox.filter((message) => message.type === type) as unknown as Of<K>[]
  }

  receive(frame: Uint8Array): void {
    this.frames.push(frame)
    for (const body of this.#decoder.push(frame)) {
      const message = decodeRelayMessage(body)
      this.inbox.push(message)
      if (message.type === "opened") this.#opened(message)
      if (message.type === "entry" && message.entry[0] === HANDSHAKE) this.#met(message)
      if (message.type === "refused" && message.rid === OPEN_RID) this.#opening.shift()
    }
  }

  async drop(): Promise<void> {
    this.bench.relay.step({ kind: "disconnected", id: this.id }, this.bench.now)
    await this.bench.settle()
  }

  async drained(): Promise<void> {
    this.bench.relay.step({ kind: "drained", id: this.id }, this.bench.now)
    await this.bench.settle()
  }
}

export class CoreBench {
  readonly random: Random
  readonly relayId: Uint8Array
  readonly headFile: MemoryHeadFile
  readonly disk: MemoryDisk
  readonly store: MemoryRelayStore
  readonly relay: Relay
  readonly events: OperatorEvent[] = []
  readonly wires = new Map<number, Wire>()
  now: number
  /** What the operator has noted down, by the hash of its code in hex. */
  readonly approvals = new Map<string, Approval>()
  /** Tokens to show in the next batch. */
  readonly owed: (() => void)[] = []
  readonly #used: RelayStore
  #lastId = 0

  constructor(options: BenchOptions = {}) {
    this.now = options.now ?? START
    this.random = seededRandom(seeded(options.seed ?? 1))
    this.relayId = createRelayKey({ bytes: () => RELAY_SEED }).spkiSha256
    this.headFile = options.headFile ?? new MemoryHeadFile()
    this.disk = options.disk ?? new MemoryDisk(this.random.bytes(16))
    this.store = new MemoryRelayStore(this.disk, options.failAt ? { failAt: options.failAt } : {})
    this.#used = options.store ?? this.store
    this.relay = new Relay({
      store: this.#used,
      primitives: nodePrimitives,
      relayId: this.relayId,
      heads: { signer: signerOf(RELAY_SEED), file: this.headFile, now: () => this.now },
      config: {
        name: "bench",
        admissionHash: options.open === true ? undefined : labelledHash("admission", ADMISSION),
        limits: { ...DEFAULT_LIMITS, ...options.limits },
      },
    })
  }

  /** What the driver does at the end of a batch. */
  async settle(): Promise<RelayEffect[]> {
    let effects: RelayEffect[]
    try {
      await this.#used.commit()
      effects = this.relay.committed()
    } catch (cause) {
      if (!(cause instanceof StoreError)) throw cause
      effects = this.relay.commitFailed(cause.code === "damaged" ? "damaged" : "full")
    }
    const asked = effects.filter((effect) => effect.kind === "look-up-approval")
    for (const effect of effects) if (effect.kind !== "look-up-approval") this.#perform(effect)
    for (const { id, hash } of asked) {
      this.relay.step({ kind: "approval", id, hash, found: this.approvals.get(toHex(hash)) }, this.now)
    }
    if (asked.length + this.owed.length === 0) return effects
    for (const show of this.owed.splice(0)) show()
    return [...effects, ...(await this.settle())]
  }

  async pass(ms: number): Promise<void> {
    this.now += ms
    this.relay.step({ kind: "tick" }, this.now)
    await this.settle()
  }

  async connect(remote = "127.0.0.1"): Promise<Wire> {
    const wire = new Wire(this, ++this.#lastId, this.random.bytes(32))
    this.wires.set(wire.id, wire)
    this.relay.step({ kind: "connected", id: wire.id, exporter: wire.exporter, remote }, this.now)
    await this.settle()
    return wire
  }

  person(name: string): RelayPerson {
    return new RelayPerson(name, this.random)
  }

  hello(wire: Wire, person: RelayPerson, device: TestDevice = person.device): Of<"hello"> {
    return person.hello(this.relayId, wire.exporter, device)
  }

  /** Registers and logs in; takes everything that came. */
  async join(name: string, person = this.person(name)): Promise<{ person: RelayPerson; wire: Wire }> {
    const wire = await this.connect()
    await wire.ask(this.hello(wire, person))
    await wire.expect(
      { type: "register", rid: 1, admission: ADMISSION, entry: person.registration() },
      "ready",
    )
    return { person, wire }
  }

  /** Logs in somebody who is registered. */
  async comeBack(person: RelayPerson, device: TestDevice = person.device): Promise<Wire> {
    const wire = await this.connect()
    await wire.expect(this.hello(wire, person, device), "ready")
    return wire
  }

  #perform(effect: Exclude<RelayEffect, { kind: "look-up-approval" }>): void {
    if (effect.kind === "reading") return
    if (effect.kind === "report") return void this.events.push(effect.event)
    const wire = this.wires.get(effect.id)!
    if (effect.kind === "send") wire.receive(effect.frame)
    else if (effect.kind === "trust") wire.trusted = true
    else wire.closed = true
  }
}

/** One line about a message, for a failing test. */
export function describe(message: RelayMessage): string {
  return "code" in message ? `${message.type} ${message.code}` : message.type
}

export const NO_HASH = new Uint8Array(32)
const OPEN_RID = 7
const HANDSHAKE = 2

/** The newest position whose token the message needs, if the sender is up to date. */
function positionUsed(message: ClientMessage): number | undefined {
  if (message.type === "entry") return message.position
  if (message.type === "handshake" || message.type === "putHeader")
    return message.expect > 0 ? message.expect - 1 : undefined
  return undefined
}

/** An `open` from the beginning, or from a place. */
export function open(channelId: Uint8Array, from: Partial<Of<"open">> = {}): Of<"open"> {
  return {
    type: "open",
    rid: OPEN_RID,
    channelId,
    incarnation: new Uint8Array(16),
    cursor: 0,
    head: NO_HASH,
    ...from,
  }
}

export function handshake(
  handle: number,
  expect: number,
  entry: Uint8Array,
  more: Partial<Of<"handshake">> = {},
): Of<"handshake"> {
  const empty = { tokenHash: NO_HASH, headerId: NO_HASH, headerBlob: NO_HASH, header: new Uint8Array(0) }
  return { type: "handshake", handle, expect, ...empty, entry, ...more }
}

export function upload(handle: number, position: number, entry: Uint8Array): Of<"entry"> {
  return { type: "entry", handle, seq: 0, time: 0, position, entry }
}

export function eidOf(entry: Uint8Array): Uint8Array {
  return nodePrimitives.sha("sha256", entry)
}
