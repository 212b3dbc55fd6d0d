/**
 * A member who holds the link and means harm: its own commits are damaged so that nobody can know whether others could
 * follow them, and between them it appends noise, with headers of noise, wherever the relay takes it.
 */
import { headerKeys, roomKeys } from "../../src/crypto/channel-keys.ts"
import type { Commit, MlsEngine } from "../../src/crypto/mls-engine.ts"
import { equalBytes } from "../../src/bytes.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Random } from "../../src/platform/random.ts"
import { encodeEntry } from "../../src/protocol/envelope.ts"
import type { Of } from "../../src/protocol/messages.ts"
import { Wire } from "./hostile.ts"
import { SimPerson } from "./sim-people.ts"
import type { SimRelay } from "./sim-relay.ts"
import { seededRandom, type World } from "./sim.ts"

const NO_HASH = new Uint8Array(32)
/** Each of its commits is damaged with this chance. */
const SPOILED = 0.7

export class Adversary {
  readonly person: SimPerson
  noises = 0
  spoiled = 0
  said = 0
  readonly #world: World
  readonly #relayId: Uint8Array
  readonly #roomSecret: Uint8Array
  readonly #wire: Wire
  readonly #random: Random

  private constructor(
    world: World,
    relayId: Uint8Array,
    roomSecret: Uint8Array,
    wire: Wire,
    person: SimPerson,
  ) {
    this.#world = world
    this.#relayId = relayId
    this.#roomSecret = roomSecret
    this.#wire = wire
    this.person = person
    this.#random = seededRandom(world.chance)
  }

  static async create(
    world: World,
    relay: SimRelay,
    secrets: { admission: Uint8Array; roomSecret: Uint8Array },
    engine: (random: Random) => MlsEngine,
  ): Promise<Adversary> {
    const wire = new Wire()
    const person = await SimPerson.create(world, relay, secrets, "mallory", {
      network: (real) => wire.over(real),
      engine: (random) => spoiling(engine(random), (commit) => made.#spoil(commit)),
    })
    const made: Adversary = new Adversary(world, relay.relayId, secrets.roomSecret, wire, person)
    return made
  }

  /** Does one harmful thing, if it is connected. */
  async act(): Promise<void> {
    const { person } = this
    if (!person.isUp) return person.start()
    const dice = this.#world.chance.below(10)
    if (dice < 2) return person.stop()
    if (dice < 4) return this.#speak()
    const opened = this.#opened()
    if (!opened) return
    this.noises++
    const { handle } = opened
    const position = this.#nextPosition(opened)
    if (dice < 7)
      return this.#wire.ask({
        type: "entry",
        handle,
        seq: 0,
        time: 0,
        position: Math.max(0, position - 1),
        entry: this.#noise("message"),
      })
    const hasHeader = this.#world.chance.chance(0.5)
    this.#wire.ask({
      type: "handshake",
      handle,
      expect: position,
      tokenHash: this.#random.bytes(32),
      headerId: hasHeader ? headerKeys(nodePrimitives, this.#roomSecret, this.#relayId).headerId : NO_HASH,
      headerBlob: NO_HASH,
      header: hasHeader ? this.#random.bytes(2_000) : new Uint8Array(0),
      entry: this.#noise("handshake"),
    })
  }

  #noise(kind: "message" | "handshake"): Uint8Array {
    const nonce = this.#random.bytes(24)
    return encodeEntry({ kind, blobHash: undefined, nonce, sealed: this.#random.bytes(1_040) })
  }

  /** In the room of its own making, in which honest people may find themselves. */
  async #speak(): Promise<void> {
    try {
      await this.person.say("#everyone", `mallory ${++this.said}`)
    } catch {
      // Not in, not up: nobody misses it.
    }
  }

  #spoil(commit: Commit): Commit {
    if (!this.#world.chance.chance(SPOILED)) return commit
    this.spoiled++
    const last = commit.bytes.length - 1
    return { ...commit, bytes: commit.bytes.map((byte, i) => (i === last ? byte ^ 1 : byte)) }
  }

  /** The room as the present connection knows it. */
  #opened(): Of<"opened"> | undefined {
    const { channel } = roomKeys(nodePrimitives, this.#roomSecret, this.#relayId)
    const { said, heard } = this.#wire
    const open = said.findLast((each) => each.type === "open" && equalBytes(each.channelId, channel))
    return heard.findLast(
      (each): each is Of<"opened"> =>
        each.type === "opened" && open?.type === "open" && each.rid === open.rid,
    )
  }

  #nextPosition({ handle, nextPosition }: Of<"opened">): number {
    const last = this.#wire.heard.findLast(
      (each) => each.type === "entry" && each.handle === handle && each.entry[0] === 2,
    )
    return last?.type === "entry" ? Math.max(last.position + 1, nextPosition) : nextPosition
  }
}

function spoiling(real: MlsEngine, spoil: (commit: Commit) => Commit): MlsEngine {
  return {
    ...real,
    commit: async (...what) => spoil(await real.commit(...what)),
    joinExternal: async (...what) => spoil(await real.joinExternal(...what)),
  }
}
