/**
 * A stand-in `MlsEngine` for simulations of very many worlds: no public-key cryptography but the account's certificates,
 * and otherwise alike in everything that delivery depends on. It passes `test/crypto/engine.contract.ts`.
 *
 * It protects nothing from anybody who reads it (see `fast-engine-keys.ts`); attacks are tested on the real engine.
 */
import { concat, equalBytes, u32, u8, utf8 } from "../../src/bytes.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import type { GroupState, MlsEngine, Opened } from "../../src/crypto/mls-engine.ts"
import { admits, firstParameters } from "../../src/crypto/mls-parameters.ts"
import { accountOf } from "../../src/crypto/mls-roster.ts"
import type { Primitives } from "../../src/platform/primitives.ts"
import type { Random } from "../../src/platform/random.ts"
import { apply, commit } from "./fast-engine-commit.ts"
import {
  type Certificates,
  createKeyPackage,
  type FastContext,
  inspectKeyPackage,
  leafKeyOf,
  newLeaf,
} from "./fast-engine-keys.ts"
import { changedRows, stateOf } from "./fast-engine-rows.ts"
import {
  assertActive,
  consumed,
  contextOf,
  epochOf,
  FastGroup,
  hashOver,
  type Inside,
  insideOf,
  SECRET_BYTES,
  TAG_BYTES,
  takeKey,
  treeOf,
  withRatchet,
  wipeEnded,
} from "./fast-engine-state.ts"
import { decode, placed, startPlaced } from "./fast-engine-wire.ts"
import { groupInfo, joinExternal, joinWelcome, welcomeReferences } from "./fast-engine-welcome.ts"

const MAX_PLAIN_BYTES = 2 ** 24

/**
 * `sodiumReady()` comes first. The same randomness gives the same bytes.
 * @param certificates answers already known; the engines of one world may share them.
 */
export function createFastEngine(
  primitives: Primitives,
  random: Random,
  certificates: Certificates = new Map(),
): MlsEngine {
  const hash = hashOver(primitives)
  const context: FastContext = { hash, random, certificates, stems: new WeakMap() }
  return {
    createKeyPackage: async (suite, signer, notBefore, notAfter) =>
      createKeyPackage(context, suite, signer, notBefore, notAfter),
    async inspectKeyPackage(bytes) {
      const { leaf, suite, notAfter, reference } = inspectKeyPackage(context, bytes)
      return { ...leaf.identity, accountId: leaf.accountId, suite, notAfter, reference }
    },
    async create(suite, groupId, expected, signer) {
      const founder = accountOf(signer.identity)
      const parameters = firstParameters(expected, founder)
      if (!admits(parameters, founder)) throw new CryptoError("not-allowed", "somebody else's chat of two")
      const { leaf, leafSecret, pathSecret } = newLeaf(context, signer)
      const tree = treeOf([leaf])
      const start = { suite, groupId: groupId.slice(), epoch: 0, parameters, tree }
      const begun = { ...start, transcript: new Uint8Array(SECRET_BYTES) }
      const secrets = epochOf(hash, random.bytes(SECRET_BYTES), contextOf(hash, begun), tree)
      return new FastGroup({ ...begun, ...secrets, active: true, ownLeaf: 0, leafSecret, pathSecret })
    },
    commit: async (state, change) => commit(context, FastGroup.of(state), change),
    groupInfo: async (state) => groupInfo(context, insideOf(state)),
    joinExternal: async (info, expected, signer, replaces) =>
      joinExternal(context, info, expected, signer, replaces),
    joinWelcome: async (welcome, own, expected) => joinWelcome(context, welcome, own, expected),
    welcomeReferences: async (welcome) => welcomeReferences(welcome),
    apply: async (state, bytes) => apply(context, FastGroup.of(state), bytes),
    seal: async (state, plain, authenticatedData) => seal(context, insideOf(state), plain, authenticatedData),
    open: async (state, bytes) => open(context, FastGroup.of(state), bytes),
    async export(state, label, exporterContext, length) {
      const { exporter } = insideOf(state).schedule
      const blocks = Array.from({ length: Math.ceil(length / SECRET_BYTES) }, (_, n) =>
        hash("export", exporter, u32(n), u8(label.length), utf8(label), exporterContext),
      )
      return concat(...blocks).slice(0, length)
    },
    rows: (before, after) => changedRows(before && insideOf(before), insideOf(after)),
    load: async (rows) => new FastGroup(stateOf(rows)),
    wipeEnded: (ended, live) => wipeEnded(insideOf(ended), live && insideOf(live)),
  }
}

function seal(context: FastContext, inside: Inside, plain: Uint8Array, authenticatedData: Uint8Array) {
  assertActive(inside)
  const { ownLeaf } = inside
  const { generation } = inside.keys[ownLeaf]!.application
  const taken = takeKey(context.hash, inside.keys[ownLeaf]!.application, generation)
  if (typeof taken === "string") throw new RangeError(taken)
  const message = startPlaced("message", inside)
    .sized(authenticatedData)
    .u32(ownLeaf)
    .u32(generation)
    .sized(plain)
    .done()
  const state: GroupState = new FastGroup(withRatchet(inside, ownLeaf, taken.ratchet))
  const bytes = concat(
    message,
    tagOf(context, inside, taken.key, leafKeyOf(context.hash, inside.leafSecret), message),
  )
  return { state, bytes, generation, consumed: consumed([...taken.used, taken.key]) }
}

function open(context: FastContext, state: FastGroup, bytes: Uint8Array): Opened {
  const { inside, members } = state
  const refused = (reason: string): Opened => ({ kind: "refused", reason })
  if (!inside.active) return refused("this device was removed")
  const message = decode(bytes, (from) => ({
    ...placed(from, "message"),
    authenticatedData: from.sized(MAX_PLAIN_BYTES).slice(),
    leaf: from.u32(),
    generation: from.u32(),
    plain: from.sized(MAX_PLAIN_BYTES).slice(),
    tag: from.raw(TAG_BYTES),
  }))
  if (message === undefined) return refused("not a message")
  const { leaf, generation, plain, authenticatedData } = message
  if (!equalBytes(message.groupId, inside.groupId)) return refused("a message of another group")
  if (message.epoch !== inside.epoch) return refused("a message of another epoch")
  const ratchet = inside.keys[leaf]?.application
  const sender = members.find((member) => member.leaf === leaf)
  if (ratchet === undefined || sender === undefined) return refused("a message of nobody in the group")
  const taken = takeKey(context.hash, ratchet, generation)
  if (typeof taken === "string") return refused(taken)
  const covered = bytes.subarray(0, bytes.length - TAG_BYTES)
  if (!equalBytes(message.tag, tagOf(context, inside, taken.key, sender.leafKey, covered)))
    return refused("a message that does not open")
  return {
    kind: "opened",
    state: new FastGroup(withRatchet(inside, leaf, taken.ratchet)),
    plain,
    authenticatedData,
    sender,
    generation,
    consumed: consumed([...taken.used, taken.key]),
  }
}

/** The transcript is in it as the group's context is in MLS: a message of a fork does not open. */
function tagOf(
  { hash }: FastContext,
  inside: Inside,
  key: Uint8Array,
  leafKey: Uint8Array,
  message: Uint8Array,
): Uint8Array {
  return hash("message", key, leafKey, inside.transcript, message).subarray(0, TAG_BYTES)
}
