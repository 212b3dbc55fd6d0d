/** A relay that lies to one person about who there is, and signs its lie as an honest one signs the truth. */
import { signHead } from "../../src/crypto/checkpoint.ts"
import { leafHash, MerkleTree } from "../../src/crypto/merkle.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import type { Of, RelayMessage } from "../../src/protocol/messages.ts"
import { decodeHeadMemory, decodeOpening, type SignedHead } from "../../src/protocol/tree-head.ts"
import type { HostileWorld, Wire } from "./hostile.ts"

const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)
const PAGE = 16

export interface Lie {
  /** What this person is told is in the directory. @param real what is. */
  entries?: (real: readonly Uint8Array[]) => readonly Uint8Array[]
  /** Another leaf 0, and hence another log. */
  opening?: () => Uint8Array
  /** Of what is signed, the last thing to be changed. */
  head?: (head: SignedHead) => SignedHead
  /** Hands out other entries than it signed. */
  handedOut?: (told: readonly Uint8Array[]) => readonly Uint8Array[]
}

/** From now on this person hears of the directory what `lie` says. */
export function lieTo(world: HostileWorld, wire: Wire, lie: Lie): LyingDirectory {
  return new LyingDirectory(world, wire, lie)
}

/** Everything that one wire hears of the directory; `lie` may be changed at any time. */
export class LyingDirectory {
  lie: Lie
  /** Heads that were given out, newest last. */
  readonly signed: SignedHead[] = []
  readonly #world: HostileWorld
  readonly #wire: Wire

  constructor(world: HostileWorld, wire: Wire, lie: Lie) {
    this.#world = world
    this.#wire = wire
    this.lie = lie
    wire.up = (message) => {
      if (message.type === "getHead") return this.#say(this.headAnswer(message.rid))
      if (message.type === "getDirectory") return this.#say(this.#page(message))
      return [message]
    }
    wire.down = (message) => {
      if (message.type === "ready") return [{ ...message, directorySize: this.entries.length }]
      return [message.type === "directoryGrew" ? { ...message, size: this.entries.length } : message]
    }
  }

  get entries(): readonly Uint8Array[] {
    const { directory } = this.#world.relay.disk
    return this.lie.entries?.(directory) ?? directory
  }

  get opening(): Uint8Array {
    return this.lie.opening?.() ?? decodeHeadMemory(this.#world.relay.headFile.bytes!).opening
  }

  headAnswer(rid: number): Of<"treeHead"> {
    const { signer, relayId } = this.#world.relay
    const tree = new MerkleTree(sha)
    for (const leaf of [this.opening, ...this.entries]) tree.append(leafHash(sha, leaf))
    const { log } = decodeOpening(this.opening)
    const made = signHead(signer, relayId, { log, size: tree.size, root: tree.root() })
    const head = this.lie.head?.(made) ?? made
    this.signed.push(head)
    return { type: "treeHead", rid, relayPublic: signer.relayPublic, opening: this.opening, head }
  }

  #page({ rid, from }: Of<"getDirectory">): Of<"directory"> {
    const told = this.lie.handedOut?.(this.entries) ?? this.entries
    return { type: "directory", rid, from, size: told.length, entries: told.slice(from, from + PAGE) }
  }

  #say(message: RelayMessage): [] {
    this.#wire.say(message)
    return []
  }
}
