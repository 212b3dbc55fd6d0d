/**
 * Ways into a group: external commit over a header's group information, or a Welcome (PROTOCOL.md §11, §12).
 *
 * What is checked proves that somebody who knows the channel's keys wrote it, and that each leaf's key was certified by
 * its account. It does not prove that the people listed are there: published key packages can be put into an invented
 * tree. The client therefore counts a member as here only once that leaf has signed something since.
 */
import { joinGroup } from "ts-mls/clientState.js"
import { createGroupInfoWithExternalPubAndRatchetTree, joinGroupExternal } from "ts-mls/createCommit.js"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import { type GroupInfo, ratchetTreeFromExtension } from "ts-mls/groupInfo.js"
import type { KeyPackage, PrivateKeyPackage } from "ts-mls/keyPackage.js"
import { makeKeyPackageRef } from "ts-mls/keyPackage.js"
import { emptyPskIndex } from "ts-mls/pskIndex.js"
import type { RatchetTree } from "ts-mls/ratchetTree.js"
import { decryptGroupInfo, decryptGroupSecrets, type Welcome } from "ts-mls/welcome.js"
import { equalBytes } from "../bytes.ts"
import { CryptoError } from "./errors.ts"
import type {
  Commit,
  ExpectedParameters,
  LeafSigner,
  Member,
  OwnKeyPackage,
  RoomParameters,
} from "./mls-engine.ts"
import { generateLeaf, hashedReference, ownPackage } from "./mls-keypackage.ts"
import { admits, decodeParameters, fits } from "./mls-parameters.ts"
import { judgeExternal, SHUT_OUT } from "./mls-policy.ts"
import { type EngineContext, MAX_EPOCH, suiteNamed } from "./mls-profile.ts"
import { takesOver } from "./mls-roster.ts"
import { consumed, LiveGroup, settle } from "./mls-state.ts"
import { judgeNewNodes, judgeOwners, judgeShape } from "./mls-tree.ts"
import { decodeMlsAs, encodeMls } from "./mls-wire.ts"
import { wipe } from "./sodium.ts"

/** The group that the caller means to join. */
export interface ExpectedGroup {
  groupId: Uint8Array
  parameters: ExpectedParameters
}

const ANY_TIME = { notBefore: 0n, notAfter: 2n ** 63n - 1n }

/** Signed by this member, with tree and external key. */
export async function groupInformation(context: EngineContext, group: LiveGroup): Promise<Uint8Array> {
  const suite = context.suites[group.suite]
  const groupInfo = await createGroupInfoWithExternalPubAndRatchetTree(group.client, [], suite)
  return encodeMls({ wireformat: "mls_group_info", groupInfo })
}

/** @throws CryptoError `bad-join`, `shut-out`. */
export async function joinByExternalCommit(
  context: EngineContext,
  bytes: Uint8Array,
  expected: ExpectedGroup,
  signer: LeafSigner,
  replaces: number | undefined,
): Promise<Commit> {
  const groupInfo = decodeMlsAs("mls_group_info", bytes)?.groupInfo
  if (groupInfo === undefined) throw refusal("not group information")
  const { suite, tree } = checkGroupInfo(context, groupInfo, expected)
  const leaf = await generateLeaf(context, suite, signer, ANY_TIME)
  const owner = context.roster.owner(leaf.publicPackage.leafNode.credential)
  if (owner === undefined) throw new RangeError("an own leaf without an owner")

  // A device has one leaf: whichever it had is taken over, whether or not the caller still knew of it.
  const former = context.roster.members(tree).find((member) => takesOver(member, owner))
  if (replaces !== undefined && replaces !== former?.leaf)
    throw refusal("a leaf to replace that is not this device's")
  // Taking the last leaf out would leave a tree of nothing, which the library cannot hold for a moment. Nobody loses by it:
  // as soon as somebody else is there, it works.
  if (former !== undefined && context.roster.members(tree).length === 1)
    throw refusal("a group of nobody else")
  const joined = await attempt(() =>
    joinGroupExternal(
      groupInfo,
      leaf.publicPackage,
      leaf.privatePackage,
      former !== undefined,
      context.suites[suite],
      undefined,
      context.config,
    ),
  )
  // The commit brought its own leaf key; what the package was made with is of no use to anybody.
  wipe(leaf.privatePackage.initPrivateKey, leaf.privatePackage.hpkePrivateKey)

  // What the others will ask of this commit, asked by ourselves first.
  const before = new LiveGroup(context, {
    ...joined.newState,
    ratchetTree: tree,
    groupContext: groupInfo.groupContext,
  })
  const plan = { added: [], removed: former === undefined ? [] : [former.leaf], externalInit: true }
  const forbidden = judgeExternal(before, owner, plan)
  if (forbidden === SHUT_OUT) throw new CryptoError("shut-out", forbidden)
  if (forbidden !== undefined) throw refusal(forbidden)
  return {
    bytes: encodeMls({ wireformat: "mls_public_message", publicMessage: joined.publicMessage }),
    state: new LiveGroup(context, settle(context, joined.newState)),
    welcome: undefined,
    consumed: consumed([]),
  }
}

/** @throws CryptoError `bad-join`, or `bad-package` for an own package that cannot be read. */
export async function joinByWelcome(
  context: EngineContext,
  bytes: Uint8Array,
  own: Pick<OwnKeyPackage, "public" | "private">,
  expected: ExpectedGroup,
): Promise<{ state: LiveGroup; signer: Member }> {
  const { publicPackage, privatePackage } = ownPackage(own)
  const welcome = decodeWelcome(bytes)
  const name = suiteNamed(welcome.cipherSuite)
  if (name === undefined || welcome.cipherSuite !== publicPackage.cipherSuite)
    throw refusal("a Welcome of another suite")
  const suite = context.suites[name]
  const groupInfo = await attempt(() => unseal(suite, welcome, publicPackage, privatePackage))
  const { tree } = checkGroupInfo(context, groupInfo, expected)
  const joined = await attempt(() =>
    joinGroup(
      welcome,
      publicPackage,
      privatePackage,
      emptyPskIndex,
      suite,
      undefined,
      undefined,
      context.config,
    ),
  )
  const state = new LiveGroup(context, settle(context, joined))
  const signer = context.roster.members(tree).find((member) => member.leaf === groupInfo.signer)
  if (signer === undefined || signer.leaf === state.ownLeaf)
    throw refusal("a Welcome that nobody else signed")
  if (expected.parameters.kind === "direct") {
    const present = (id: Uint8Array) => state.members.some((member) => equalBytes(member.accountId, id))
    if (!expected.parameters.accountIds.every(present)) throw refusal("a chat of two without one of them")
  }
  return { state, signer }
}

/** @throws CryptoError `bad-join`. */
export function referencesOf(bytes: Uint8Array): readonly Uint8Array[] {
  return decodeWelcome(bytes).secrets.map(({ newMember }) => hashedReference(newMember))
}

/** Everything that can be said of a group before its secrets are touched. */
function checkGroupInfo(context: EngineContext, groupInfo: GroupInfo, expected: ExpectedGroup) {
  const { groupContext } = groupInfo
  const suite = suiteNamed(groupContext.cipherSuite)
  if (suite === undefined) throw refusal("a group of another suite")
  if (!equalBytes(groupContext.groupId, expected.groupId)) throw refusal("another group")
  if (groupContext.epoch > MAX_EPOCH) throw refusal("an epoch out of range")
  const parameters = decodeParameters(groupContext.extensions)
  if (parameters === undefined || !fits(parameters, expected.parameters))
    throw refusal("other room parameters")

  const tree = treeOf(groupInfo)
  const wrong =
    judgeShape(tree) ??
    judgeOwners(context.roster, tree) ??
    judgeNewNodes(suite, [], tree) ??
    judgeAccounts(context, tree, parameters)
  if (wrong !== undefined) throw refusal(wrong)
  return { suite, tree }
}

function judgeAccounts(
  context: EngineContext,
  tree: RatchetTree,
  parameters: RoomParameters,
): string | undefined {
  // In a link room whoever is banned may be there still, until the commit that takes them out.
  if (parameters.kind === "link") return undefined
  const admitted = context.roster.members(tree).every((member) => admits(parameters, member.accountId))
  return admitted ? undefined : "a third person in a chat of two"
}

function treeOf(groupInfo: GroupInfo): RatchetTree {
  try {
    const tree = ratchetTreeFromExtension(groupInfo)
    if (tree !== undefined) return tree
  } catch (cause) {
    throw refusal("a tree that cannot be read", cause)
  }
  throw refusal("group information without a tree")
}

/** The Welcome's group information, which the library would not show us before joining. */
async function unseal(
  suite: CiphersuiteImpl,
  welcome: Welcome,
  own: KeyPackage,
  keys: PrivateKeyPackage,
): Promise<GroupInfo> {
  const initKey = await suite.hpke.importPrivateKey(keys.initPrivateKey)
  const secrets = await decryptGroupSecrets(
    initKey,
    await makeKeyPackageRef(own, suite.hash),
    welcome,
    suite.hpke,
  )
  if (secrets === undefined) throw refusal("a Welcome without secrets")
  if (secrets.psks.length > 0) throw refusal("a Welcome that wants a pre-shared key")
  const groupInfo = await decryptGroupInfo(
    welcome,
    secrets.joinerSecret,
    new Uint8Array(suite.kdf.size),
    suite,
  )
  wipe(secrets.joinerSecret)
  if (groupInfo === undefined) throw refusal("a Welcome without group information")
  return groupInfo
}

function decodeWelcome(bytes: Uint8Array): Welcome {
  const welcome = decodeMlsAs("mls_welcome", bytes)?.welcome
  if (welcome === undefined) throw refusal("not a Welcome")
  return welcome
}

/** Every failure of the library on the way in is one and the same to the caller. */
async function attempt<T>(join: () => Promise<T>): Promise<T> {
  try {
    return await join()
  } catch (cause) {
    if (cause instanceof CryptoError && cause.code === "bad-join") throw cause
    throw refusal(cause instanceof Error ? cause.message : "the group cannot be joined", cause)
  }
}

function refusal(why: string, cause?: unknown): CryptoError {
  return new CryptoError("bad-join", why, cause === undefined ? undefined : { cause })
}
