/** People in a simulated world: the real engine on a simulated disk, network and clock; they can die at any save. */
import { createMlsEngine } from "../../src/crypto/mls.ts"
import type { MlsEngine } from "../../src/crypto/mls-engine.ts"
import { sodiumReady } from "../../src/crypto/sodium.ts"
import { ClientError } from "../../src/client/errors.ts"
import type { MessageView, StampedEvent, TranscriptLine } from "../../src/client/events.ts"
import type { Messenger } from "../../src/client/messenger.ts"
import { openClient } from "../../src/client/open.ts"
import { createProfile, setRelay } from "../../src/client/profile.ts"
import type { ClientStore, Durability } from "../../src/client/store.ts"
import { MemoryDisk } from "../../src/client/store-memory.ts"
import { silentLog } from "../../src/platform/log.ts"
import type { Network } from "../../src/platform/network.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Random } from "../../src/platform/random.ts"
import { seeded, seededRandom, type SimProcess, type World } from "./sim.ts"
import type { SimRelay } from "./sim-relay.ts"

/** Each familiar name stands for this many accounts; the world's seed says which of them it is. */
const FAMILIAR = 8

export interface SimPeopleOptions {
  /** The same few accounts in all worlds, so that whoever runs very many of them computes their keys once. */
  familiar?: boolean
  /** How likely a committed transaction is the process's last act: what it wanted to send is never sent. */
  crashAfterSave?: number
  engine?: (random: Random) => MlsEngine
  /** After each synced transaction: what was to be saved before it leaves is, or is not and never leaves. */
  saved?: (isKept: boolean) => void
  /** What stands between the client and its network. */
  network?: (real: Network) => Network
}

export class SimPerson {
  readonly name: string
  readonly disk = new MemoryDisk()
  readonly events: StampedEvent["event"][] = []
  /** What `send` promised: on this person's disk, and to arrive once. */
  readonly promised: { room: string; text: string }[] = []
  crashes = 0
  /** From now on it dies only when it is told to. */
  immortal = false
  readonly #world: World
  readonly #options: SimPeopleOptions
  #running: { process: SimProcess; client: Messenger; store: ClientStore } | undefined

  private constructor(world: World, name: string, options: SimPeopleOptions) {
    this.#world = world
    this.name = name
    this.#options = options
  }

  /** A new profile that knows the relay; not started. */
  static async create(
    world: World,
    relay: SimRelay,
    secrets: { admission: Uint8Array; roomSecret: Uint8Array },
    name: string,
    options: SimPeopleOptions = {},
  ) {
    return SimPerson.on(
      world,
      name,
      (store, deps) => {
        const random = options.familiar ? familiarRandom(name, world.seed) : deps.random
        createProfile(store, { random, clock: deps.clock }, name)
        setRelay(store, nodePrimitives, { kind: "link", ...relay.address, pin: relay.relayId, ...secrets })
      },
      options,
    )
  }

  /** Somebody whose new disk `fill` writes; not started. */
  static async on(
    world: World,
    name: string,
    fill: (store: ClientStore, deps: SimProcess) => void,
    options: SimPeopleOptions = {},
  ) {
    await sodiumReady()
    const made = new SimPerson(world, name, options)
    const store = made.disk.open()
    fill(store, world.process(name))
    store.close()
    return made
  }

  get isUp(): boolean {
    return this.#running !== undefined
  }

  get process(): SimProcess {
    return this.#running!.process
  }

  /** What the running client has on its disk. */
  get store(): ClientStore {
    return this.#running!.store
  }

  get client(): Messenger {
    return this.#running!.client
  }

  async start(): Promise<void> {
    const process = this.#world.process(this.name)
    const makeEngine = this.#options.engine ?? ((random: Random) => createMlsEngine(nodePrimitives, random))
    const store = this.#mortal(this.disk.open(), process)
    const client = await openClient({
      store,
      clock: process.clock,
      random: process.random,
      primitives: nodePrimitives,
      network: this.#options.network?.(process.network) ?? process.network,
      engine: makeEngine(process.random),
      log: silentLog,
    })
    client.on(({ event }) => {
      if (process.alive) this.events.push(event)
    })
    this.#running = { process, client, store }
    client.start()
  }

  /** kill -9 and, in the worst case, the power too: of what was not synced the oldest `kept` transactions survive. */
  crash(kept = this.#world.chance.below(this.disk.unsynced + 1)): void {
    const running = this.#running
    if (!running) return
    this.#running = undefined
    this.crashes++
    running.process.kill()
    this.disk.crash(kept)
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (!running) return
    this.#running = undefined
    try {
      await running.client.stop()
    } catch (cause) {
      if (!(cause instanceof ClientError)) throw cause
      // A disk that fails has what it had, and the program ends all the same.
      this.disk.crash(this.disk.unsynced)
    }
    running.process.kill()
  }

  /** Says something; what is promised is noted only once `send` has resolved. */
  async say(to: string, text: string): Promise<void> {
    const { client, process } = this.#running!
    const room = client.findRoom(to)
    if (room.kind === "direct") await client.openChat(client.findPerson(to).id)
    await client.send(room.id, text)
    if (process.alive) this.promised.push({ room: to, text })
  }

  /**
   * Says something about a message that `pick` chooses: of all that are here, of one's own for an edit or a deletion.
   * What was promised of it follows; when this dies on the way, nothing is promised of it any more.
   */
  async remark(
    to: string,
    act: "edit" | "delete" | "react" | "reply",
    word: string,
    pick: (among: readonly MessageView[]) => MessageView,
  ): Promise<void> {
    const { client, process } = this.#running!
    const room = client.findRoom(to)
    const isOwn = act === "edit" || act === "delete"
    const among = this.messages(to).filter(({ own, state }) => !isOwn || (own && state !== "failed"))
    if (among.length === 0) return
    const message = pick(among)
    if (act === "reply") {
      await client.send(room.id, word, message)
      if (process.alive) this.promised.push({ room: to, text: word })
      return
    }
    if (act === "react") {
      const isOn = !message.reactions?.some(({ reaction, own }) => own && reaction === word)
      return client.remarks.react(room.id, message, word, isOn)
    }
    const at = this.promised.findIndex((each) => each.room === to && each.text === message.text)
    if (at >= 0) this.promised.splice(at, 1)
    if (act === "delete") return client.remarks.delete(room.id, message)
    // The number of an author's words stays their beginning.
    const text = `${message.text} ${word}`
    await client.remarks.edit(room.id, message, text)
    if (process.alive && at >= 0) this.promised.push({ room: to, text })
  }

  /** What is there to be read. */
  messages(to: string): MessageView[] {
    return this.lines(to).flatMap((line) =>
      line.kind === "message" && !line.message.deleted ? [line.message] : [],
    )
  }

  lines(to: string): readonly TranscriptLine[] {
    const { client } = this.#running!
    return client.transcript(client.findRoom(to).id, 100_000)
  }

  texts(to: string): string[] {
    return this.messages(to).map(({ text }) => text)
  }

  notices(to: string): string[] {
    return this.lines(to).flatMap((line) => (line.kind === "notice" ? [line.notice.code] : []))
  }

  #kept<T>(durability: Durability, save: () => T): T {
    let isKept = false
    try {
      const result = save()
      isKept = true
      return result
    } finally {
      if (durability === "synced") this.#options.saved?.(isKept)
    }
  }

  /** Dies, if chance says so, between a save and everything that was to follow it. */
  #mortal(store: ClientStore, process: SimProcess): ClientStore {
    const { crashAfterSave = 0 } = this.#options
    return {
      get: (table, key) => store.get(table, key),
      range: (table, range) => store.range(table, range),
      count: (table, range) => store.count(table, range),
      tidy: () => store.tidy(),
      shrink: (body) => store.shrink(body),
      close: () => store.close(),
      transaction: (durability, body) => {
        const result = this.#kept(durability, () => store.transaction(durability, body))
        if (process.alive && this.#running && !this.immortal && this.#world.chance.chance(crashAfterSave))
          this.crash()
        return result
      },
    }
  }
}

function familiarRandom(name: string, seed: number): Random {
  const number = [...name].reduce((sum, letter) => (Math.imul(sum, 31) + letter.codePointAt(0)!) | 0, 7)
  return seededRandom(seeded(FAMILIAR * number + (seed % FAMILIAR)))
}
