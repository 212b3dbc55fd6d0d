/**
 * A stage on whatever is under it: a simulated world, or real sockets and disks. The relay is the real one, core and
 * driver, behind the lying relay; the people are the real client.
 */
import { equalBytes } from "../bytes.ts"
import type { Messenger } from "../client/messenger.ts"
import { openClient } from "../client/open.ts"
import { createProfile, readIdentity, setRelay } from "../client/profile.ts"
import type { ClientStore } from "../client/store.ts"
import type { ClientEvent } from "../client/events.ts"
import { type LogSigner, signHead } from "../crypto/checkpoint.ts"
import { labelledHash } from "../crypto/hash.ts"
import { leafHash, MerkleTree } from "../crypto/merkle.ts"
import type { MlsEngine } from "../crypto/mls-engine.ts"
import type { Clock } from "../platform/clock.ts"
import type { Log } from "../platform/log.ts"
import type { Address, Listener, ListenHandler, Network } from "../platform/network.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import type { Soon } from "../platform/soon.ts"
import { MAX_DIRECTORY_ENTRY_BYTES } from "../protocol/messages.ts"
import { DEFAULT_LIMITS } from "../relay/config.ts"
import { type RunningRelay, startRelay } from "../relay/server.ts"
import type { RelayStore } from "../relay/store.ts"
import type { HeadFile } from "../relay/tree-log.ts"
import { LyingRelay } from "./lying-relay.ts"
import {
  type Actor,
  type Dice,
  mustBe,
  PATIENCE_MS,
  type Profile,
  type Promised,
  type Stage,
} from "./stage.ts"

/** What one program has of the world. */
export interface Program {
  clock: Clock
  random: Random
  network: Network
  soon: Soon
}

export interface Ground {
  primitives: Primitives
  log: Log
  relayId: Uint8Array
  /** Signs the heads of the relay's directory. */
  signer: LogSigner
  /** Where the relay can be dialled, once it listens. */
  address(listener: Listener): Address
  program(name: string): Program
  listen(program: Program, handler: ListenHandler): Promise<Listener>
  relayStore(): RelayStore
  /** A new disk for a person. */
  clientStore(): ClientStore
  engine(random: Random): MlsEngine
  until(isSo: () => boolean, ms: number): Promise<boolean>
  pause(ms: number): Promise<void>
  /** Waits for what goes on by itself, while time passes. */
  settled<T>(work: Promise<T>): Promise<T>
}

interface Started extends Actor {
  client: Messenger
}

export interface Scene {
  stage: Stage
  /** Everybody stops, then the relay. */
  close(): Promise<void>
}

export async function openScene(ground: Ground, dice: Dice): Promise<Scene> {
  const lying = new LyingRelay()
  const { random, network } = ground.program("attacker")
  const [admission, roomSecret] = [random.bytes(16), random.bytes(32)]
  const store = ground.relayStore()
  const { listener, running } = await startLyingRelay(ground, lying, store, admission)
  const address = ground.address(listener)
  const pin = { kind: "spki" as const, sha256: ground.relayId }
  const invitation = { kind: "link" as const, ...address, pin: ground.relayId, admission, roomSecret }
  const profiles: Profile[] = []
  const actors: Started[] = []
  const gone = new Set<Actor>()

  const prepare = (name: string): Profile => {
    const disk = ground.clientStore()
    const { random: chance, clock } = ground.program(name)
    createProfile(disk, { random: chance, clock }, name)
    setRelay(disk, ground.primitives, invitation)
    const { accountId } = readIdentity(disk).account
    const profile = { name, store: disk, accountId }
    profiles.push(profile)
    return profile
  }
  const start = async (
    profile: Profile,
    change: (real: MlsEngine) => MlsEngine,
    isAttacker: boolean,
  ): Promise<Started> => {
    const { clock, random: chance, network: wire } = ground.program(profile.name)
    const client = await openClient({
      store: profile.store,
      clock,
      random: chance,
      primitives: ground.primitives,
      network: wire,
      engine: change(ground.engine(chance)),
      log: ground.log,
    })
    const events: ClientEvent[] = []
    client.on(({ event }) => void events.push(event))
    client.start()
    const actor = { ...profile, client, events, isAttacker }
    actors.push(actor)
    return actor
  }
  const isStarted = (profile: Profile) => actors.some(({ store: disk }) => disk === profile.store)

  const promises: Promised[] = []
  const stage: Stage = {
    relay: lying,
    dice,
    random,
    primitives: ground.primitives,
    engine: ground.engine(random),
    network,
    address,
    pin,
    roomSecret,
    actors,
    promises,
    seen: new Set(),
    prepare,
    profile: (accountId) => {
      const found = profiles.find((each) => equalBytes(each.accountId, accountId))
      if (found === undefined) throw new RangeError("nobody's account")
      return found
    },
    join: async (
      name,
      { engine = (real: MlsEngine) => real, isKeptOut = false, isAttacker = false } = {},
    ) => {
      const prepared = profiles.find((profile) => profile.name === name && !isStarted(profile))
      const actor = await start(prepared ?? prepare(name), engine, isAttacker)
      if (!isKeptOut) {
        const isHere = () => actor.events.some((event) => event.type === "sync.done")
        await mustBe(stage, isHere, `${name} to be here`)
      }
      return actor
    },
    resigned: (answer, change) => {
      const sha = (bytes: Uint8Array) => ground.primitives.sha("sha256", bytes)
      const tree = new MerkleTree(sha)
      tree.append(leafHash(sha, answer.opening))
      for (let at = 0; tree.size < answer.head.size; at++)
        tree.append(leafHash(sha, change(store.readDirectory(at, 1, MAX_DIRECTORY_ENTRY_BYTES)[0]!)))
      const place = { log: answer.head.log, size: tree.size, root: tree.root() }
      return { ...answer, head: signHead(ground.signer, ground.relayId, place) }
    },
    leave: async (actor) => {
      gone.add(actor)
      await ground.settled(actor.client.stop())
    },
    until: (isSo, ms = PATIENCE_MS) => ground.until(isSo, ms),
    pause: (ms) => ground.pause(ms),
  }
  const close = async () => {
    for (const actor of actors) if (!gone.has(actor)) await ground.settled(actor.client.stop())
    for (const profile of profiles) if (!isStarted(profile)) profile.store.close()
    await ground.settled(running.stop())
    store.close()
  }
  return { stage, close }
}

/** The last signed head of a relay that lives once. */
class Forgetful implements HeadFile {
  read(): undefined {
    return undefined
  }

  write(): void {
    // It is never asked for.
  }
}

async function startLyingRelay(
  ground: Ground,
  lying: LyingRelay,
  store: RelayStore,
  admission: Uint8Array,
): Promise<{ listener: Listener; running: RunningRelay }> {
  const program = ground.program("relay")
  let listener: Listener | undefined
  const running = await startRelay({
    listen: async (handler) => (listener = await ground.listen(program, lying.between(handler))),
    clock: program.clock,
    soon: program.soon,
    store,
    primitives: ground.primitives,
    relayId: ground.relayId,
    heads: { signer: ground.signer, file: new Forgetful(), now: () => program.clock.now() },
    config: {
      name: "a relay that lies",
      admissionHash: labelledHash("admission", admission),
      limits: { ...DEFAULT_LIMITS, connectionsPerAddress: 1_000, newPerSecond: 1_000 },
    },
    onEvent: () => {},
    onFatal: (error) => {
      throw error instanceof Error ? error : new Error("the relay gave up")
    },
  })
  if (listener === undefined) throw new RangeError("the relay does not listen")
  return { listener, running }
}
