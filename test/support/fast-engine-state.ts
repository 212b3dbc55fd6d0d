/**
 * The stand-in's state: the same face, sharing and ratchets as the real one, over SHA-256 instead of MLS.
 *
 *     init + commit secret ─▶ joiner ─▶ epoch ─▶ init', exporter, external, authenticator, confirmation, per leaf two ratchets
 *
 * Every secret has memory of its own and is shared between states by reference exactly where it did not change, so that
 * whoever wipes too much or goes on with a wiped state fails here as there.
 */
import { succession } from "../../src/crypto/mls-roster.ts"
import { concat, equalBytes, u32, u64, utf8 } from "../../src/bytes.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import type {
  Consumed,
  GroupState,
  LeafIdentity,
  Member,
  RoomParameters,
  SuiteName,
} from "../../src/crypto/mls-engine.ts"
import { encodeParameters } from "../../src/crypto/mls-parameters.ts"
import { MAX_FORWARD_GENERATIONS, MAX_KEPT_GENERATIONS } from "../../src/crypto/mls-profile.ts"
import { wipe } from "../../src/crypto/sodium.ts"
import type { Primitives } from "../../src/platform/primitives.ts"

export const SECRET_BYTES = 32
export const TAG_BYTES = 16

/** SHA-256 over a label and parts; the parts are of fixed length, or the last one is the only one that is not. */
export type Hash = (label: string, ...parts: readonly Uint8Array[]) => Uint8Array

export function hashOver(primitives: Primitives): Hash {
  const prefixes = new Map<string, Uint8Array>()
  return (label, ...parts) => {
    let prefix = prefixes.get(label)
    if (prefix === undefined) prefixes.set(label, (prefix = utf8(`stand-in/${label}\0`)))
    return primitives.sha("sha256", concat(prefix, ...parts))
  }
}

/** A place in the tree. Immutable, shared by all states that hold it. */
export interface Leaf {
  /** As it travels and is hashed. */
  bytes: Uint8Array
  identity: LeafIdentity
  accountId: Uint8Array
  certificate: Uint8Array
  /** What the account certified: one key for all leaves that a program makes. */
  stemKey: Uint8Array
  /** Stands for the signature key: the hash of a secret. */
  leafKey: Uint8Array
  /** The stem's word for the leaf key. */
  binding: Uint8Array
  /** Stands for the HPKE key: what commit secrets are sealed to. */
  pathKey: Uint8Array
}

export interface Tree {
  leaves: readonly (Leaf | undefined)[]
  /** Everybody in it. */
  members: readonly Member[]
}

/** One sender's message keys; `kept` holds the secrets of generations that were skipped. */
export interface Ratchet {
  secret: Uint8Array
  generation: number
  kept: Readonly<Record<number, Uint8Array>>
}

export interface LeafKeys {
  /** Of this leaf's commits; one serves all that it may offer in an epoch. */
  handshake: Uint8Array
  application: Ratchet
}

/** In the order they are stored in. */
export const SCHEDULE = ["init", "exporter", "external", "authenticator", "confirmation"] as const
export type Schedule = Readonly<Record<(typeof SCHEDULE)[number], Uint8Array>>

export interface Inside {
  suite: SuiteName
  groupId: Uint8Array
  epoch: number
  parameters: RoomParameters
  tree: Tree
  /** Hash of every commit so far: two histories never agree on an epoch. */
  transcript: Uint8Array
  /** Of this epoch; what its members prove that they hold its secrets. */
  confirmation: Uint8Array
  active: boolean
  ownLeaf: number
  leafSecret: Uint8Array
  pathSecret: Uint8Array
  schedule: Schedule
  keys: readonly (LeafKeys | undefined)[]
}

export class FastGroup implements GroupState {
  readonly #inside: Inside

  constructor(inside: Inside) {
    this.#inside = inside
  }

  /** RangeError for a state of another engine. */
  static of(state: GroupState): FastGroup {
    if (state instanceof FastGroup) return state
    throw new RangeError("a group state of another engine")
  }

  get inside(): Inside {
    return this.#inside
  }

  get suite(): SuiteName {
    return this.#inside.suite
  }

  get groupId(): Uint8Array {
    return this.#inside.groupId
  }

  get epoch(): number {
    return this.#inside.epoch
  }

  get parameters(): RoomParameters {
    return this.#inside.parameters
  }

  get ownLeaf(): number {
    return this.#inside.ownLeaf
  }

  get members(): readonly Member[] {
    return this.#inside.tree.members
  }

  get epochAuthenticator(): Uint8Array {
    return this.#inside.schedule.authenticator.slice()
  }
}

export function insideOf(state: GroupState): Inside {
  return FastGroup.of(state).inside
}

export function assertActive(inside: Inside): void {
  if (!inside.active) throw new CryptoError("not-allowed", "this device was removed from the group")
}

export function treeOf(leaves: readonly (Leaf | undefined)[]): Tree {
  const members = leaves.flatMap((leaf, index) => (leaf === undefined ? [] : [memberOf(leaf, index)]))
  return { leaves, members }
}

export function memberOf({ identity, accountId, leafKey }: Leaf, leaf: number): Member {
  return { leaf, accountId, ...identity, ...succession(identity), leafKey }
}

/** What comes, takes the first free place; free places at the end are no places. */
export function changedTree(
  tree: Tree,
  removed: readonly number[],
  added: readonly Leaf[],
  renewed?: { leaf: number; by: Leaf },
): { tree: Tree; places: readonly number[] } {
  const next = [...tree.leaves]
  for (const leaf of removed) next[leaf] = undefined
  if (renewed) next[renewed.leaf] = renewed.by
  const places = added.map((leaf) => {
    const blank = next.indexOf(undefined)
    const place = blank < 0 ? next.length : blank
    next[place] = leaf
    return place
  })
  while (next.length > 0 && next.at(-1) === undefined) next.pop()
  return { tree: treeOf(next), places }
}

/** A key that two leaves have would make two of them one. */
export function hasRepeatedKey(tree: Tree): boolean {
  const leaves = tree.leaves.filter((leaf) => leaf !== undefined)
  return leaves.some((one, index) =>
    leaves
      .slice(index + 1)
      .some((other) => equalBytes(one.leafKey, other.leafKey) || equalBytes(one.pathKey, other.pathKey)),
  )
}

/** What a state says to everybody. */
export type PublicState = Pick<Inside, "suite" | "groupId" | "epoch" | "parameters" | "tree" | "transcript">

/** Stands for the GroupContext. */
export function contextOf(hash: Hash, state: PublicState): Uint8Array {
  const { suite, groupId, epoch, parameters, tree, transcript } = state
  const shape = tree.leaves.map((leaf) => leaf?.bytes ?? new Uint8Array(1))
  return hash(
    `context ${suite}`,
    transcript,
    u64(epoch),
    u32(groupId.length),
    groupId,
    encodeParameters(parameters)[0]!.extensionData,
    ...shape,
  )
}

/** The same group one commit later, before its secrets. @param commit signature, then content. */
export function nextPublic(
  hash: Hash,
  before: PublicState,
  tree: Tree,
  commit: Uint8Array,
  parameters: RoomParameters = before.parameters,
): PublicState {
  const { suite, groupId, epoch, transcript } = before
  return {
    suite,
    groupId,
    epoch: epoch + 1,
    parameters,
    tree,
    transcript: hash("transcript", transcript, commit),
  }
}

export interface EpochSecrets {
  schedule: Schedule
  keys: readonly (LeafKeys | undefined)[]
  confirmation: Uint8Array
}

export function joinerSecret(
  hash: Hash,
  init: Uint8Array,
  commitSecret: Uint8Array,
  context: Uint8Array,
): Uint8Array {
  return hash("joiner", init, commitSecret, context)
}

/** Everything that follows from a joiner's secret; both secrets on the way are wiped. */
export function epochOf(hash: Hash, joiner: Uint8Array, context: Uint8Array, tree: Tree): EpochSecrets {
  const secret = hash("epoch", joiner, context)
  const schedule = Object.fromEntries(SCHEDULE.map((name) => [name, hash(name, secret)])) as Schedule
  const keys = tree.leaves.map((leaf, index): LeafKeys | undefined =>
    leaf === undefined
      ? undefined
      : {
          handshake: hash("handshake", secret, u32(index)),
          application: { secret: hash("application", secret, u32(index)), generation: 0, kept: {} },
        },
  )
  wipe(secret, joiner)
  return { schedule, keys, confirmation: hash("confirm", schedule.confirmation, context) }
}

/** The key of one generation and the ratchet behind it; a string says why there is none. Each key is given once. */
export function takeKey(
  hash: Hash,
  ratchet: Ratchet,
  generation: number,
): { key: Uint8Array; ratchet: Ratchet; used: readonly Uint8Array[] } | string {
  if (generation < ratchet.generation) {
    const secret = ratchet.kept[generation]
    if (secret === undefined) return "a generation in the past"
    const { [generation]: _, ...kept } = ratchet.kept
    return { key: hash("key", secret), ratchet: { ...ratchet, kept }, used: [secret] }
  }
  if (generation - ratchet.generation > MAX_FORWARD_GENERATIONS) return "a generation too far ahead"
  let { secret, kept } = ratchet
  const used: Uint8Array[] = []
  if (generation > ratchet.generation) {
    const all = new Map(Object.entries(kept).map(([n, each]) => [Number(n), each]))
    for (let n = ratchet.generation; n < generation; n++) {
      all.set(n, secret)
      secret = hash("next", secret)
    }
    const oldest = [...all.keys()]
      .sort((a, b) => a - b)
      .slice(0, Math.max(0, all.size - MAX_KEPT_GENERATIONS))
    for (const n of oldest) {
      used.push(all.get(n)!)
      all.delete(n)
    }
    kept = Object.fromEntries(all)
  }
  const key = hash("key", secret)
  used.push(secret)
  return { key, ratchet: { secret: hash("next", secret), generation: generation + 1, kept }, used }
}

export function withRatchet(inside: Inside, leaf: number, application: Ratchet): Inside {
  const keys = inside.keys.slice()
  keys[leaf] = { ...keys[leaf]!, application }
  return { ...inside, keys }
}

export function consumed(secrets: readonly Uint8Array[]): Consumed {
  return { wipe: () => wipe(...secrets) }
}

/** Overwrites the secrets of `ended` that `live` does not hold too. */
export function wipeEnded(ended: Inside, live: Inside | undefined): void {
  const shared = new Set(live === undefined ? [] : secretsOf(live))
  for (const secret of secretsOf(ended)) if (!shared.has(secret)) wipe(secret)
}

function secretsOf(inside: Inside): Uint8Array[] {
  const secrets = [inside.leafSecret, inside.pathSecret, ...SCHEDULE.map((name) => inside.schedule[name])]
  for (const keys of inside.keys) {
    if (keys === undefined) continue
    secrets.push(keys.handshake, keys.application.secret, ...Object.values(keys.application.kept))
  }
  return secrets
}
