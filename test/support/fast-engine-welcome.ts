/** The stand-in's ways into a group: group information for an external commit, or a Welcome (PROTOCOL.md §11, §12). */
import { concat, equalBytes, toHex } from "../../src/bytes.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import type {
  Commit,
  ExpectedParameters,
  LeafSigner,
  Member,
  OwnKeyPackage,
} from "../../src/crypto/mls-engine.ts"
import { admits, fits } from "../../src/crypto/mls-parameters.ts"
import { judgeExternal, SHUT_OUT } from "../../src/crypto/mls-policy.ts"
import { MAX_EPOCH } from "../../src/crypto/mls-profile.ts"
import { takesOver } from "../../src/crypto/mls-roster.ts"
import { wipe } from "../../src/crypto/sodium.ts"
import {
  type FastContext,
  hashedReference,
  type inspectKeyPackage,
  isCertified,
  leafKeyOf,
  newLeaf,
  ownerOf,
  ownPackage,
  pathFor,
  signed,
  unwrap,
  wrap,
} from "./fast-engine-keys.ts"
import {
  changedTree,
  consumed,
  contextOf,
  epochOf,
  FastGroup,
  hasRepeatedKey,
  type Inside,
  joinerSecret,
  nextPublic,
  SECRET_BYTES,
  TAG_BYTES,
} from "./fast-engine-state.ts"
import {
  type Change,
  decode,
  type InfoContent,
  readInfo,
  readWelcome,
  startPlaced,
  writeChange,
  writeInfo,
  writeWelcome,
} from "./fast-engine-wire.ts"

export interface ExpectedGroup {
  groupId: Uint8Array
  parameters: ExpectedParameters
}

export function groupInfo({ hash }: FastContext, inside: Inside): Uint8Array {
  const content = writeInfo({
    ...inside,
    externalKey: hash("external key", inside.schedule.external),
    signer: inside.ownLeaf,
  })
  return concat(content, signed(hash, leafKeyOf(hash, inside.leafSecret), "info", content))
}

/** For each package the joiner's secret, and the group as it is after the commit. */
export function welcomeFor(
  context: FastContext,
  made: Inside,
  joiner: Uint8Array,
  packages: readonly ReturnType<typeof inspectKeyPackage>[],
): Uint8Array {
  const info = groupInfo(context, made)
  return writeWelcome({
    suite: made.suite,
    secrets: packages.map(({ ref, initKey }) => ({ ref, wrapped: wrap(context, initKey, joiner) })),
    info,
    tag: welcomeTag(context, joiner, info),
  })
}

/** @throws CryptoError `bad-join`, `shut-out`. */
export function joinExternal(
  context: FastContext,
  bytes: Uint8Array,
  expected: ExpectedGroup,
  signer: LeafSigner,
  replaces: number | undefined,
): Commit {
  const { hash, random } = context
  const info = checkedInfo(context, bytes, expected)
  const own = newLeaf(context, signer)
  if (!isCertified(context, own.leaf))
    throw new CryptoError("bad-signature", "a signer that does not certify its own leaves")
  const owner = ownerOf(own.leaf)
  const { members } = info.tree
  const former = members.find((member) => takesOver(member, owner))
  if (replaces !== undefined && replaces !== former?.leaf)
    throw refusal("a leaf to replace that is not this device's")
  if (former !== undefined && members.length === 1) throw refusal("a group of nobody else")
  const removed = former === undefined ? [] : [former.leaf]
  const { epoch, parameters } = info
  const forbidden = judgeExternal({ members, epoch, parameters }, owner, {
    added: [],
    removed,
    externalInit: true,
  })
  if (forbidden === SHUT_OUT) throw new CryptoError("shut-out", forbidden)
  if (forbidden !== undefined) throw refusal(forbidden)

  const [init, commitSecret] = [random.bytes(SECRET_BYTES), random.bytes(SECRET_BYTES)]
  const change: Change = {
    added: [],
    removed,
    parameters: undefined,
    leaf: own.leaf,
    externalInit: wrap(context, info.externalKey, init),
    path: pathFor(context, info.tree, removed, commitSecret),
  }
  const content = writeChange(change)
  const signature = signed(hash, own.leaf.leafKey, "commit", concat(contextOf(hash, info), content))
  const { tree, places } = changedTree(info.tree, removed, [own.leaf])
  const next = nextPublic(hash, info, tree, concat(signature, content))
  const nextContext = contextOf(hash, next)
  const secrets = epochOf(hash, joinerSecret(hash, init, commitSecret, nextContext), nextContext, tree)
  wipe(init, commitSecret)
  const { leafSecret, pathSecret } = own
  const state = new FastGroup({
    ...next,
    ...secrets,
    active: true,
    ownLeaf: places[0]!,
    leafSecret,
    pathSecret,
  })
  const header = startPlaced("external", info).done()
  return {
    bytes: concat(header, content, signature, secrets.confirmation),
    state,
    welcome: undefined,
    consumed: consumed([]),
  }
}

/** @throws CryptoError `bad-join`, or `bad-package` for an own package that cannot be read. */
export function joinWelcome(
  context: FastContext,
  bytes: Uint8Array,
  own: Pick<OwnKeyPackage, "public" | "private">,
  expected: ExpectedGroup,
): { state: FastGroup; signer: Member } {
  const { hash } = context
  const mine = ownPackage(hash, own)
  const welcome = decoded(bytes)
  if (welcome.suite !== mine.suite) throw refusal("a Welcome of another suite")
  const wrapped = welcome.secrets.find(({ ref }) => equalBytes(ref, mine.ref))?.wrapped
  const joiner = wrapped && unwrap(hash, hash("init key", mine.initSecret), wrapped)
  if (joiner === undefined || !equalBytes(welcomeTag(context, joiner, welcome.info), welcome.tag))
    throw refusal("a Welcome that does not open")
  const info = checkedInfo(context, welcome.info, expected)
  const ownLeaf = info.tree.members.find(({ leafKey }) => equalBytes(leafKey, mine.leaf.leafKey))?.leaf
  if (ownLeaf === undefined || !equalBytes(info.tree.leaves[ownLeaf]!.bytes, mine.leaf.bytes))
    throw refusal("a Welcome without this device's leaf")
  const secrets = epochOf(hash, joiner, contextOf(hash, info), info.tree)
  if (!equalBytes(secrets.confirmation, info.confirmation)) throw refusal("a confirmation that differs")
  const { suite, groupId, epoch, parameters, tree, transcript } = info
  const { leafSecret, pathSecret } = mine
  const state = new FastGroup({
    suite,
    groupId,
    epoch,
    parameters,
    tree,
    transcript,
    ...secrets,
    active: true,
    ownLeaf,
    leafSecret,
    pathSecret,
  })
  const signer = state.members.find(({ leaf }) => leaf === info.signer)
  if (signer === undefined || signer.leaf === ownLeaf) throw refusal("a Welcome that nobody else signed")
  if (parameters.kind === "direct") {
    const isThere = (id: Uint8Array) => state.members.some(({ accountId }) => equalBytes(accountId, id))
    if (!parameters.accountIds.every(isThere)) throw refusal("a chat of two without one of them")
  }
  return { state, signer }
}

/** @throws CryptoError `bad-join`. */
export function welcomeReferences(bytes: Uint8Array): readonly Uint8Array[] {
  return decoded(bytes).secrets.map(({ ref }) => hashedReference(ref))
}

function checkedInfo(context: FastContext, bytes: Uint8Array, expected: ExpectedGroup): InfoContent {
  const info = decode(bytes, readInfo)
  if (info === undefined) throw refusal("not group information")
  const { tree, parameters } = info
  if (!equalBytes(info.groupId, expected.groupId)) throw refusal("another group")
  if (info.epoch > MAX_EPOCH) throw refusal("an epoch out of range")
  if (!fits(parameters, expected.parameters)) throw refusal("other room parameters")
  const signer = tree.leaves[info.signer]
  const content = bytes.subarray(0, bytes.length - SECRET_BYTES)
  if (
    signer === undefined ||
    !equalBytes(info.signature, signed(context.hash, signer.leafKey, "info", content))
  )
    throw refusal("group information that no member signed")
  if (!tree.leaves.every((leaf) => leaf === undefined || isCertified(context, leaf)))
    throw refusal("a leaf without a valid certificate")
  const devices = new Set(tree.members.map((each) => toHex(each.accountId) + toHex(each.deviceId)))
  if (devices.size !== tree.members.length) throw refusal("a device with two leaves")
  if (hasRepeatedKey(tree)) throw refusal("a key that is in the tree twice")
  if (parameters.kind === "direct" && !tree.members.every(({ accountId }) => admits(parameters, accountId)))
    throw refusal("a third person in a chat of two")
  return info
}

function welcomeTag({ hash }: FastContext, joiner: Uint8Array, info: Uint8Array): Uint8Array {
  return hash("welcome", joiner, info).subarray(0, TAG_BYTES)
}

function decoded(bytes: Uint8Array) {
  const welcome = decode(bytes, readWelcome)
  if (welcome === undefined) throw refusal("not a Welcome")
  return welcome
}

function refusal(why: string): CryptoError {
  return new CryptoError("bad-join", why)
}
