/**
 * The stand-in's commits: made, and judged as the real engine judges them (PROTOCOL.md §10.4, §10.5). Who may do what is
 * decided by the same rules, `crypto/mls-policy.ts`.
 *
 *     bytes ─▶ parse, group, epoch ─▶ tag of a member ─▶ signature, packages, rules ─▶ wrapped secret, confirmation ─▶ tree
 *              └─ void                └─ uncertain       └─ void                      └─ uncertain                    └─ void
 */
import { concat, equalBytes, u32 } from "../../src/bytes.ts"
import { CryptoError } from "../../src/crypto/errors.ts"
import type { Applied, Commit, GroupChange, Member, RosterChange } from "../../src/crypto/mls-engine.ts"
import { judgeCommitter, judgeExternal, judgeMember, memberAt } from "../../src/crypto/mls-policy.ts"
import { wipe } from "../../src/crypto/sodium.ts"
import {
  type FastContext,
  inspectKeyPackage,
  isCertified,
  leafKeyOf,
  ownerOf,
  pathFor,
  renewedLeaf,
  signed,
  unwrap,
} from "./fast-engine-keys.ts"
import {
  assertActive,
  changedTree,
  consumed,
  contextOf,
  epochOf,
  FastGroup,
  hasRepeatedKey,
  type Inside,
  joinerSecret,
  type Leaf,
  memberOf,
  nextPublic,
  SECRET_BYTES,
  TAG_BYTES,
  type Tree,
} from "./fast-engine-state.ts"
import {
  type Change,
  decode,
  kindOf,
  placed,
  readChange,
  startPlaced,
  writeChange,
} from "./fast-engine-wire.ts"
import { welcomeFor } from "./fast-engine-welcome.ts"

const MAX_BODY_BYTES = 1_000_000

type Failure = Extract<Applied, { kind: "void" | "uncertain" }>

/** @throws CryptoError `not-allowed`, `bad-package`. */
export function commit(
  context: FastContext,
  state: FastGroup,
  { add = [], remove = [], parameters }: GroupChange,
): Commit {
  const { hash } = context
  const { inside } = state
  assertActive(inside)
  const packages = add.map((bytes) => inspectKeyPackage(context, bytes))
  if (packages.some(({ suite }) => suite !== inside.suite))
    throw new CryptoError("bad-package", "a package of another suite")
  const plan = {
    added: packages.map(({ leaf }) => ownerOf(leaf)),
    removed: remove,
    externalInit: false,
    parameters,
  }
  const refusal = judgeMember(state, inside.ownLeaf, plan)
  if (refusal !== undefined) throw new CryptoError("not-allowed", refusal)

  const renewed = renewedLeaf(context, inside.tree.leaves[inside.ownLeaf]!)
  const commitSecret = context.random.bytes(SECRET_BYTES)
  const change: Change = {
    added: add,
    removed: remove,
    parameters,
    leaf: renewed.leaf,
    externalInit: undefined,
    path: pathFor(context, inside.tree, [inside.ownLeaf, ...remove], commitSecret),
  }
  const { tree, places } = changedTree(
    inside.tree,
    remove,
    packages.map(({ leaf }) => leaf),
    { leaf: inside.ownLeaf, by: renewed.leaf },
  )
  if (hasRepeatedKey(tree)) throw new CryptoError("bad-package", "a key that is in the tree twice")
  const content = writeChange(change)
  const signature = signed(
    hash,
    leafKeyOf(hash, inside.leafSecret),
    "commit",
    concat(contextOf(hash, inside), content),
  )
  const next = nextPublic(hash, inside, tree, concat(signature, content), parameters)
  const nextContext = contextOf(hash, next)
  const joiner = joinerSecret(hash, inside.schedule.init, commitSecret, nextContext)
  // Deriving the epoch wipes the joiner's secret, which the Welcome still needs.
  const forWelcome = joiner.slice()
  const epoch = epochOf(hash, joiner, nextContext, tree)
  const made: Inside = {
    ...next,
    ...epoch,
    active: true,
    ownLeaf: inside.ownLeaf,
    leafSecret: inside.leafSecret,
    pathSecret: renewed.pathSecret,
  }
  const welcome = packages.length === 0 ? undefined : welcomeFor(context, made, forWelcome, packages)
  wipe(commitSecret, forWelcome)
  const { handshake } = inside.keys[inside.ownLeaf]!
  const header = startPlaced("member", inside).done()
  const body = concat(u32(inside.ownLeaf), content, signature, epoch.confirmation)
  return {
    bytes: concat(header, u32(body.length), body, tagOf(context, handshake, header, body)),
    state: new FastGroup(made),
    welcome: places.length === 0 ? undefined : welcome,
    consumed: consumed([handshake, inside.schedule.init]),
  }
}

export function apply(context: FastContext, state: FastGroup, bytes: Uint8Array): Applied {
  const { inside } = state
  if (!inside.active) return { kind: "uncertain", reason: "this device was removed" }
  const kind = kindOf(bytes)
  if (kind !== "member" && kind !== "external") return voided("not a commit")
  const length = startPlaced(kind, inside).done().length
  const header = bytes.subarray(0, length)
  const place = decode(header, (from) => placed(from, kind))
  if (place === undefined) return voided("not a commit, or one of another group")
  if (!equalBytes(place.groupId, inside.groupId)) return voided("a commit of another group")
  if (place.epoch !== inside.epoch) return voided("a commit of another epoch")
  if (place.suite !== inside.suite) return voided("a commit of another suite")
  const body = bytes.subarray(length)
  return kind === "member"
    ? applyMember(context, state, header, body)
    : applyExternal(context, state, bodyOf(body))
}

interface Body {
  change: Change
  content: Uint8Array
  signature: Uint8Array
  confirmation: Uint8Array
}

function applyMember(context: FastContext, state: FastGroup, header: Uint8Array, body: Uint8Array): Applied {
  const { inside } = state
  const outside = decode(body, (from) => ({ sealed: from.sized(MAX_BODY_BYTES), tag: from.raw(TAG_BYTES) }))
  if (outside === undefined) return voided("not a commit")
  const { sealed, tag } = outside
  const leaf = decode(sealed.subarray(0, 4), (from) => from.u32())
  const handshake = inside.keys[leaf ?? -1]?.handshake
  if (leaf === undefined || handshake === undefined) return uncertain("a commit of nobody in the group")
  if (!equalBytes(tagOf(context, handshake, header, sealed), tag))
    return uncertain("a commit that does not open")
  const found = bodyOf(sealed.subarray(4))
  const committer = memberAt(state, leaf)
  if (found === undefined || committer === undefined) return voided("not a commit")
  if (!isSigned(context, inside, found)) return voided("a commit with a bad signature")
  const packages = packagesOf(context, inside, found.change.added)
  if (packages === undefined) return voided("an added package that is none")
  const { removed } = found.change
  const plan = {
    added: packages.map(ownerOf),
    removed,
    externalInit: found.change.externalInit !== undefined,
    parameters: found.change.parameters,
  }
  if (!isCertified(context, found.change.leaf)) return voided("a leaf without a valid certificate")
  const refusal = judgeMember(state, leaf, plan) ?? judgeCommitter(committer, ownerOf(found.change.leaf))
  if (refusal !== undefined) return voided(refusal)
  if (leaf === inside.ownLeaf) return uncertain("a commit of this device that it does not know")
  const spent = [handshake, inside.schedule.init]
  if (removed.includes(inside.ownLeaf)) return removedByOthers(state, removed, undefined, committer, spent)
  const { tree } = changedTree(inside.tree, removed, packages, { leaf, by: found.change.leaf })
  return finish(context, state, found, tree, inside.schedule.init, committer, spent)
}

function applyExternal(context: FastContext, state: FastGroup, found: Body | undefined): Applied {
  const { inside } = state
  const init = found?.change.externalInit
  if (found === undefined) return voided("not a commit")
  const { removed, leaf, added } = found.change
  if (removed.some((each) => inside.tree.leaves[each] === undefined)) return voided("a removal of nobody")
  if (!isSigned(context, inside, found)) return voided("a commit with a bad signature")
  if (!isCertified(context, leaf)) return voided("an external commit without a certified leaf")
  if (added.length > 0) return voided("not the shape of an external commit")
  const refusal = judgeExternal(state, ownerOf(leaf), {
    added: [],
    removed,
    externalInit: init !== undefined,
    parameters: found.change.parameters,
  })
  if (refusal !== undefined || init === undefined)
    return voided(refusal ?? "not the shape of an external commit")
  const spent = [inside.schedule.init]
  if (removed.includes(inside.ownLeaf)) return removedByOthers(state, removed, leaf, undefined, spent)
  const secret = unwrap(context.hash, context.hash("external key", inside.schedule.external), init)
  if (secret === undefined) return uncertain("an external commit that does not open")
  const { tree } = changedTree(inside.tree, removed, [leaf])
  return finish(context, state, found, tree, secret, undefined, spent)
}

function finish(
  context: FastContext,
  state: FastGroup,
  { change, content, signature, confirmation }: Body,
  tree: Tree,
  init: Uint8Array,
  committer: Member | undefined,
  spent: readonly Uint8Array[],
): Applied {
  const { hash } = context
  const { inside } = state
  const wrapped = change.path.find(({ leaf }) => leaf === inside.ownLeaf)?.wrapped
  const ownKey = hash("path key", inside.pathSecret)
  const commitSecret = wrapped && unwrap(hash, ownKey, wrapped)
  if (commitSecret === undefined) return uncertain("a commit secret that does not open")
  const next = nextPublic(hash, inside, tree, concat(signature, content), change.parameters)
  const nextContext = contextOf(hash, next)
  const epoch = epochOf(hash, joinerSecret(hash, init, commitSecret, nextContext), nextContext, tree)
  if (!equalBytes(epoch.confirmation, confirmation)) return uncertain("a confirmation that differs")
  if (hasRepeatedKey(tree)) return voided("a key that is in the tree twice")
  const { ownLeaf, leafSecret, pathSecret } = inside
  const applied = new FastGroup({ ...next, ...epoch, active: true, ownLeaf, leafSecret, pathSecret })
  const isNew = (member: Member, others: readonly Member[]) =>
    member.leaf !== committer?.leaf &&
    !others.some((other) => other.leaf === member.leaf && equalBytes(other.leafKey, member.leafKey))
  const roster: RosterChange = {
    added: applied.members.filter((member) => isNew(member, state.members)),
    removed: state.members.filter((member) => isNew(member, applied.members)),
    committer,
    selfRemoved: false,
  }
  return { kind: "applied", state: applied, change: roster, consumed: consumed(spent) }
}

/** A device that is out cannot follow; the proposals say what became of the others. */
function removedByOthers(
  { inside, members }: FastGroup,
  removed: readonly number[],
  newcomer: Leaf | undefined,
  committer: Member | undefined,
  spent: readonly Uint8Array[],
): Applied {
  const place = newcomer && changedTree(inside.tree, removed, [newcomer]).places[0]!
  const change: RosterChange = {
    added: newcomer === undefined ? [] : [memberOf(newcomer, place!)],
    removed: members.filter(({ leaf }) => removed.includes(leaf)),
    committer,
    selfRemoved: true,
  }
  return {
    kind: "applied",
    state: new FastGroup({ ...inside, active: false }),
    change,
    consumed: consumed(spent),
  }
}

/** The leaves of packages that may be added; undefined when one may not. */
function packagesOf(context: FastContext, inside: Inside, added: readonly Uint8Array[]): Leaf[] | undefined {
  try {
    const found = added.map((bytes) => inspectKeyPackage(context, bytes))
    return found.every(({ suite }) => suite === inside.suite) ? found.map(({ leaf }) => leaf) : undefined
  } catch (error) {
    if (error instanceof CryptoError) return undefined
    throw error
  }
}

function isSigned({ hash }: FastContext, inside: Inside, { change, content, signature }: Body): boolean {
  return equalBytes(
    signature,
    signed(hash, change.leaf.leafKey, "commit", concat(contextOf(hash, inside), content)),
  )
}

function bodyOf(bytes: Uint8Array): Body | undefined {
  const end = bytes.length - 2 * SECRET_BYTES
  if (end < 0) return undefined
  const content = bytes.slice(0, end)
  const change = decode(content, readChange)
  const signature = bytes.slice(end, end + SECRET_BYTES)
  return change && { change, content, signature, confirmation: bytes.slice(end + SECRET_BYTES) }
}

function tagOf(
  { hash }: FastContext,
  handshake: Uint8Array,
  header: Uint8Array,
  body: Uint8Array,
): Uint8Array {
  return hash("commit", handshake, header, body).subarray(0, TAG_BYTES)
}

function voided(reason: string): Failure {
  return { kind: "void", reason }
}

function uncertain(reason: string): Failure {
  return { kind: "uncertain", reason }
}
