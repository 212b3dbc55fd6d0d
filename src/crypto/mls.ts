/**
 * The group engine over the MLS library (PROTOCOL.md §10): what `mls-engine.ts` promises, put together.
 * With the other `mls*.ts` files the only place that knows the library; each call returns new state.
 */
import { type ClientState, createGroup } from "ts-mls/clientState.js"
import { createCommit } from "ts-mls/createCommit.js"
import { createApplicationMessage } from "ts-mls/createMessage.js"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import { mlsExporter } from "ts-mls/keySchedule.js"
import type { PrivateMessage } from "ts-mls/privateMessage.js"
import { processPrivateMessage } from "ts-mls/processMessages.js"
import type { Proposal } from "ts-mls/proposal.js"
import { emptyPskIndex } from "ts-mls/pskIndex.js"
import { equalBytes } from "../bytes.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"
import { CryptoError } from "./errors.ts"
import { applyCommit } from "./mls-apply.ts"
import type {
  Commit,
  ExpectedParameters,
  GroupChange,
  GroupState,
  LeafSigner,
  LinkParameters,
  MlsEngine,
  Opened,
  SuiteName,
} from "./mls-engine.ts"
import { groupInformation, joinByExternalCommit, joinByWelcome, referencesOf } from "./mls-join.ts"
import { createKeyPackage, generateLeaf, inspectKeyPackage } from "./mls-keypackage.ts"
import { admits, encodeParameters, firstParameters } from "./mls-parameters.ts"
import { judgeMember, planOf } from "./mls-policy.ts"
import { clientConfig, type EngineContext, librarySuite } from "./mls-profile.ts"
import { mlsSuite } from "./mls-provider.ts"
import { accountOf, Roster } from "./mls-roster.ts"
import { changedRows, stateOf } from "./mls-rows.ts"
import { consumed, LiveGroup, settle, wipeEnded } from "./mls-state.ts"
import { judgeNewNodes } from "./mls-tree.ts"
import { decodeMlsAs, encodeMls } from "./mls-wire.ts"
import { wipe } from "./sodium.ts"

const LABEL_PREFIX = "secure-chat/v1 "
const ANY_TIME = { notBefore: 0n, notAfter: 2n ** 63n - 1n }

/** `sodiumReady()` comes first. The same randomness gives the same bytes. */
export function createMlsEngine(primitives: Primitives, random: Random): MlsEngine {
  const roster = new Roster()
  const suiteOf = (suite: SuiteName): CiphersuiteImpl => mlsSuite(primitives, random, librarySuite(suite))
  const context: EngineContext = {
    suites: { xwing: suiteOf("xwing"), classic: suiteOf("classic") },
    roster,
    config: clientConfig(roster, roster.authService),
  }
  return {
    createKeyPackage: (suite, signer, notBefore, notAfter) =>
      createKeyPackage(context, suite, signer, notBefore, notAfter),
    async inspectKeyPackage(bytes) {
      const { owner, suite, notAfter, reference } = await inspectKeyPackage(context, bytes)
      const { accountEd, accountX, deviceId, accountId } = owner
      return { accountEd, accountX, deviceId, accountId, suite, notAfter, reference }
    },
    create: (suite, groupId, parameters, signer) => create(context, suite, groupId, parameters, signer),
    commit: (state, change) => commit(context, LiveGroup.of(state), change),
    groupInfo: (state) => groupInformation(context, LiveGroup.of(state)),
    joinExternal: (groupInfo, expected, signer, replaces) =>
      joinByExternalCommit(context, groupInfo, expected, signer, replaces),
    joinWelcome: (welcome, own, expected) => joinByWelcome(context, welcome, own, expected),
    welcomeReferences: async (welcome) => referencesOf(welcome),
    apply: (state, bytes) => applyCommit(context, LiveGroup.of(state), bytes),
    seal: (state, plain, authenticatedData) => seal(context, LiveGroup.of(state), plain, authenticatedData),
    open: (state, bytes) => open(context, LiveGroup.of(state), bytes),
    export(state, label, exporterContext, length) {
      const { suite, client } = LiveGroup.of(state)
      const secret = client.keySchedule.exporterSecret
      return mlsExporter(secret, LABEL_PREFIX + label, exporterContext, length, context.suites[suite])
    },
    rows: (before, after) => changedRows(before && LiveGroup.of(before).client, LiveGroup.of(after).client),
    load: async (rows) => new LiveGroup(context, stateOf(context, rows)),
    wipeEnded: (ended, live) => wipeEnded(LiveGroup.of(ended).client, live && LiveGroup.of(live).client),
  }
}

async function create(
  context: EngineContext,
  suite: SuiteName,
  groupId: Uint8Array,
  expected: ExpectedParameters,
  signer: LeafSigner,
): Promise<GroupState> {
  const founder = accountOf(signer.identity)
  const parameters = firstParameters(expected, founder)
  if (!admits(parameters, founder)) throw new CryptoError("not-allowed", "somebody else's chat of two")
  const { publicPackage, privatePackage } = await generateLeaf(context, suite, signer, ANY_TIME)
  const extensions = encodeParameters(parameters)
  const cs = context.suites[suite]
  const client = await createGroup(
    groupId.slice(),
    publicPackage,
    privatePackage,
    extensions,
    cs,
    context.config,
  )
  wipe(privatePackage.initPrivateKey)
  return new LiveGroup(context, settle(context, client))
}

async function commit(
  context: EngineContext,
  group: LiveGroup,
  { add = [], remove = [], parameters }: GroupChange,
): Promise<Commit> {
  assertActive(group)
  const packages = await Promise.all(add.map((bytes) => inspectKeyPackage(context, bytes)))
  if (packages.some(({ suite }) => suite !== group.suite))
    throw new CryptoError("bad-package", "a package of another suite")
  const proposals: Proposal[] = [
    ...packages.map(({ keyPackage }) => ({ proposalType: "add" as const, add: { keyPackage } })),
    ...remove.map((leaf) => ({ proposalType: "remove" as const, remove: { removed: leaf } })),
    ...(parameters === undefined ? [] : [changedParameters(parameters)]),
  ]
  // A member asks of its own commit what the others will ask; afterwards it merges without asking.
  const plan = planOf(context.roster, proposals)
  const refusal = typeof plan === "string" ? plan : judgeMember(group, group.ownLeaf, plan)
  if (refusal !== undefined) throw new CryptoError("not-allowed", refusal)

  const cipherSuite = context.suites[group.suite]
  const options = { extraProposals: proposals, ratchetTreeExtension: add.length > 0 }
  const made = await attempt(() =>
    createCommit({ state: group.client, cipherSuite, pskIndex: emptyPskIndex }, options),
  )
  const settled = settle(context, made.newState)
  const wrong = judgeNewNodes(group.suite, group.client.ratchetTree, settled.ratchetTree)
  if (wrong !== undefined) throw new CryptoError("bad-package", wrong)
  return {
    bytes: encodeMls(made.commit),
    state: new LiveGroup(context, settled),
    welcome: made.welcome && encodeMls({ wireformat: "mls_welcome", welcome: made.welcome }),
    consumed: consumed(made.consumed),
  }
}

function changedParameters(parameters: LinkParameters): Proposal {
  const extensions = encodeParameters(parameters)
  return { proposalType: "group_context_extensions", groupContextExtensions: { extensions } }
}

async function seal(
  context: EngineContext,
  group: LiveGroup,
  plain: Uint8Array,
  authenticatedData: Uint8Array,
) {
  assertActive(group)
  const { client, ownLeaf, suite } = group
  const generation = client.secretTree[2 * ownLeaf]!.application.generation
  const sealed = await createApplicationMessage(client, plain, context.suites[suite], authenticatedData)
  return {
    state: new LiveGroup(context, sealed.newState),
    bytes: encodeMls({ wireformat: "mls_private_message", privateMessage: sealed.privateMessage }),
    generation,
    consumed: consumed(sealed.consumed),
  }
}

async function open(context: EngineContext, group: LiveGroup, bytes: Uint8Array): Promise<Opened> {
  const message = decodeMlsAs("mls_private_message", bytes)?.privateMessage
  const refused = (reason: string): Opened => ({ kind: "refused", reason })
  if (!group.active) return refused("this device was removed")
  if (message?.contentType !== "application") return refused("not a message")
  const { groupContext } = group.client
  if (!equalBytes(message.groupId, groupContext.groupId)) return refused("a message of another group")
  if (message.epoch !== groupContext.epoch) return refused("a message of another epoch")
  const result = await attemptOpen(context, group, message)
  if (typeof result === "string") return refused(result)
  if (result.kind !== "applicationMessage") return refused("not a message")
  const origin = originOf(group.client, result.newState)
  const sender = group.members.find((member) => member.leaf === origin.leaf)
  if (sender === undefined) return refused("a message of nobody in the group")
  return {
    kind: "opened",
    state: new LiveGroup(context, result.newState),
    plain: result.message,
    authenticatedData: message.authenticatedData,
    sender,
    generation: origin.generation,
    consumed: consumed(result.consumed),
  }
}

/** The library's answer, or its reason to refuse: hostile bytes make it throw errors of every kind. */
async function attemptOpen(context: EngineContext, group: LiveGroup, message: PrivateMessage) {
  try {
    const suite = context.suites[group.suite]
    return await processPrivateMessage(group.client, message, emptyPskIndex, suite, () => "reject")
  } catch (error) {
    return error instanceof Error ? error.message : "a message that does not open"
  }
}

/** Who sent a message and as which of theirs, read off the one ratchet that opening it moved. */
function originOf(before: ClientState, after: ClientState): { leaf: number; generation: number } {
  const moved = after.secretTree.flatMap((node, index) => (node === before.secretTree[index] ? [] : [index]))
  const [node] = moved
  if (node === undefined || moved.length !== 1 || node % 2 !== 0)
    throw new RangeError("a message moved no single ratchet")
  const [old, present] = [before.secretTree[node]!.application, after.secretTree[node]!.application]
  if (present.generation > old.generation) return { leaf: node / 2, generation: present.generation - 1 }
  const used = Object.keys(old.unusedGenerations).find(
    (kept) => present.unusedGenerations[Number(kept)] === undefined,
  )
  if (used === undefined) throw new RangeError("a message used no kept key")
  return { leaf: node / 2, generation: Number(used) }
}

function assertActive(group: LiveGroup): void {
  if (!group.active) throw new CryptoError("not-allowed", "this device was removed from the group")
}

/** The library's reasons not to make a commit: a package out of its lifetime is the usual one. */
async function attempt<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "the commit cannot be made"
    throw new CryptoError("bad-package", why, { cause })
  }
}
