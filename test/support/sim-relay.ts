/** The real relay, core and driver, in a simulated world: it can crash and come back with the same disk. */
import { toHex } from "../../src/bytes.ts"
import { labelledHash } from "../../src/crypto/hash.ts"
import type { LogSigner } from "../../src/crypto/checkpoint.ts"
import { createRelayKey } from "../../src/platform/certificate.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import type { Address, Pin } from "../../src/platform/network.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { DEFAULT_LIMITS, type RelayLimits } from "../../src/relay/config.ts"
import type { OperatorEvent } from "../../src/relay/operator.ts"
import { type RunningRelay, startRelay } from "../../src/relay/server.ts"
import { MemoryDisk, MemoryRelayStore, type MemoryStoreFaults } from "../../src/relay/store-memory.ts"
import { type Approval, approvalHash } from "../../src/relay/succession.ts"
import { MemoryHeadFile, signerOf } from "./heads.ts"
import { type SimProcess, seededRandom, type World } from "./sim.ts"

export const SIM_RELAY_HOST = "relay"
export const SIM_RELAY_PORT = 7_667

export interface SimRelayOptions {
  /** 16 bytes; undefined for an open relay. */
  admission?: Uint8Array
  limits?: Partial<RelayLimits>
  /** How long a sync takes, in virtual milliseconds. */
  syncMs?: number
  /** How likely the power goes in the middle of a sync. */
  crashInSync?: number
  failAt?: MemoryStoreFaults["failAt"]
}

export class SimRelay {
  readonly #world: World
  readonly #options: SimRelayOptions
  /** What the operator has noted down, by the hash of its code in hex. */
  readonly approvals = new Map<string, Approval>()
  /** What survives a crash. */
  disk: MemoryDisk
  readonly relayId: Uint8Array
  /** Of the relay's own key. */
  readonly seed: Uint8Array
  /** The file that no backup holds. */
  headFile = new MemoryHeadFile()
  readonly tag: Uint8Array
  readonly events: OperatorEvent[] = []
  /** From now on it dies only when it is told to. */
  immortal = false
  crashesInSync = 0
  /** What made the driver give up, if anything did. */
  fatal: unknown
  #running: { process: SimProcess; store: MemoryRelayStore; relay: RunningRelay } | undefined

  constructor(world: World, options: SimRelayOptions = {}) {
    this.#world = world
    this.#options = options
    const random = seededRandom(world.chance)
    this.disk = new MemoryDisk(random.bytes(16))
    const seed = random.bytes(32)
    this.relayId = createRelayKey({ bytes: () => seed }).spkiSha256
    this.seed = seed
    this.tag = random.bytes(32)
  }

  get address(): Address {
    return { host: SIM_RELAY_HOST, port: SIM_RELAY_PORT }
  }

  get signer(): LogSigner {
    return signerOf(this.seed)
  }

  get pin(): Pin {
    return { kind: "spki", sha256: this.relayId }
  }

  get isUp(): boolean {
    return this.#running !== undefined
  }

  async start(): Promise<void> {
    await sodiumReady()
    const { admission, limits, syncMs = 0, failAt } = this.#options
    const process = this.#world.process(SIM_RELAY_HOST)
    const sync = () => {
      this.#mayDieWithin(process, syncMs)
      return new Promise<void>((resolve) => void process.clock.wakeAt(process.clock.now() + syncMs, resolve))
    }
    const store = new MemoryRelayStore(this.disk, { ...(failAt && { failAt }), ...(syncMs > 0 && { sync }) })
    const relay = await startRelay({
      listen: (handler) =>
        process.network.listen(SIM_RELAY_PORT, { spkiSha256: this.relayId, tag: this.tag }, handler),
      clock: process.clock,
      soon: process.soon,
      store,
      primitives: nodePrimitives,
      relayId: this.relayId,
      heads: { signer: this.signer, file: this.headFile, now: () => process.clock.now() },
      config: {
        name: "simulated relay",
        admissionHash: admission && labelledHash("admission", admission),
        limits: { ...DEFAULT_LIMITS, connectionsPerAddress: 1_000, newPerSecond: 1_000, ...limits },
      },
      approvals: (hash) => this.approvals.get(toHex(hash)),
      onEvent: (event) => void this.events.push(event),
      onFatal: (error) => {
        this.fatal = error
        this.crash()
      },
    })
    this.#running = { process, store, relay }
    this.#world.note("relay starts")
  }

  /** The operator lets whoever has the code take this name's place, for a day. @param code 16 bytes. */
  approve(name: string, code: Uint8Array): void {
    const until = this.#world.clock.now() + 24 * 3_600_000
    this.approvals.set(toHex(approvalHash(code)), { name, until })
  }

  /** kill -9, or the power: what was staged is lost, or was just synced and never answered. */
  crash(staged: "lost" | "kept" = "lost"): void {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    running.process.kill()
    running.store.crash(staged)
  }

  /** Half of what is being synced now may be on the disk: the store keeps all of it or nothing. */
  #mayDieWithin(process: SimProcess, ms: number): void {
    const { chance, clock } = this.#world
    if (this.immortal || !chance.chance(this.#options.crashInSync ?? 0)) return
    const staged = chance.pick(["lost", "kept"] as const)
    process.clock.wakeAt(clock.now() + chance.below(ms), () => {
      this.crashesInSync++
      this.crash(staged)
    })
  }

  /** A clean end. */
  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    await running.relay.stop()
    running.process.kill()
    running.store.close()
  }
}
