/**
 * A group's live state as the engine hands it out: the library's value behind a face that shows no secret.
 *
 * `settle` makes every new state the same whether it was just computed or loaded from rows: no kept epoch, and no
 * ratchet at a place in the secret tree where nobody can send (inner nodes, blank leaves).
 */
import type { ClientState } from "ts-mls/clientState.js"
import type { GenerationSecret, SecretTree, SecretTreeNode } from "ts-mls/secretTree.js"
import { CryptoError } from "./errors.ts"
import type { Consumed, GroupState, Member, RoomParameters, SuiteName } from "./mls-engine.ts"
import { decodeParameters } from "./mls-parameters.ts"
import { type EngineContext, suiteNamed } from "./mls-profile.ts"
import { wipe } from "./sodium.ts"

/** Stands where nobody can send. */
export const UNUSED_NODE: SecretTreeNode = Object.freeze({
  handshake: emptyRatchet(),
  application: emptyRatchet(),
})

export class LiveGroup implements GroupState {
  readonly suite: SuiteName
  readonly parameters: RoomParameters
  readonly epoch: number
  readonly ownLeaf: number
  readonly #client: ClientState
  readonly #context: EngineContext

  /** @throws CryptoError `bad-group` for a suite or parameters that are not ours. */
  constructor(context: EngineContext, client: ClientState) {
    const { cipherSuite, extensions, epoch } = client.groupContext
    const suite = suiteNamed(cipherSuite)
    const parameters = decodeParameters(extensions)
    if (suite === undefined || parameters === undefined)
      throw new CryptoError("bad-group", "not a group of ours")
    this.suite = suite
    this.parameters = parameters
    this.epoch = Number(epoch)
    this.ownLeaf = client.privatePath.leafIndex
    this.#client = client
    this.#context = context
  }

  /** RangeError for a state of another engine: our own bug. */
  static of(state: GroupState): LiveGroup {
    if (state instanceof LiveGroup) return state
    throw new RangeError("a group state of another engine")
  }

  get client(): ClientState {
    return this.#client
  }

  get groupId(): Uint8Array {
    return this.#client.groupContext.groupId
  }

  get members(): readonly Member[] {
    return this.#context.roster.members(this.#client.ratchetTree)
  }

  get epochAuthenticator(): Uint8Array {
    return this.#client.keySchedule.epochAuthenticator.slice()
  }

  /** False once this device is removed. */
  get active(): boolean {
    return this.#client.groupActiveState.kind === "active"
  }
}

/** A new state in its settled form. The secrets that are dropped from it are wiped. */
export function settle(context: EngineContext, client: ClientState): ClientState {
  const { ratchetTree } = client
  const secretTree = client.secretTree.map((node, index) => {
    if (ratchetTree[index]?.nodeType === "leaf") return node
    if (node !== UNUSED_NODE) wipe(...nodeSecrets(node))
    return UNUSED_NODE
  })
  return { ...client, secretTree, historicalReceiverData: new Map(), clientConfig: context.config }
}

/** The state of a device that was removed: it sends and reads nothing any more. */
export function removed(client: ClientState): ClientState {
  return { ...client, groupActiveState: { kind: "removedFromGroup" } }
}

export function consumed(secrets: readonly Uint8Array[]): Consumed {
  return { wipe: () => wipe(...secrets) }
}

/** Overwrites the secrets of `ended` that `live` does not hold too: states share what did not change. */
export function wipeEnded(ended: ClientState, live: ClientState | undefined): void {
  const kept = new Set(live === undefined ? [] : stateSecrets(live))
  for (const secret of stateSecrets(ended)) if (!kept.has(secret)) wipe(secret)
}

function stateSecrets(client: ClientState): Uint8Array[] {
  // The library's interface has no index signature, but every field of it is a secret.
  const schedule: Uint8Array[] = Object.values<Uint8Array>({ ...client.keySchedule })
  return [
    ...schedule,
    ...Object.values(client.privatePath.privateKeys),
    client.signaturePrivateKey,
    ...treeSecrets(client.secretTree),
  ]
}

function treeSecrets(tree: SecretTree): Uint8Array[] {
  return tree.flatMap(nodeSecrets)
}

function nodeSecrets({ handshake, application }: SecretTreeNode): Uint8Array[] {
  return [handshake, application].flatMap(({ secret, unusedGenerations }) => [
    secret,
    ...Object.values(unusedGenerations),
  ])
}

function emptyRatchet(): GenerationSecret {
  return Object.freeze({ secret: new Uint8Array(0), generation: 0, unusedGenerations: Object.freeze({}) })
}
