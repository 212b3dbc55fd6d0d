/**
 * What a ratchet tree may look like, beyond what the library checks (PROTOCOL.md §10.4): the nodes that a commit or a
 * joiner brings in, and which leaves a commit changed.
 *
 * The library compares new keys with nothing and asks leaves for capabilities only later: one leaf with another's key,
 * with a key that cannot be encrypted to, or with odd capabilities would make every later commit fail for everybody.
 */
import { encodeCapabilities } from "ts-mls/capabilities.js"
import type { LeafNode } from "ts-mls/leafNode.js"
import type { Node, RatchetTree } from "ts-mls/ratchetTree.js"
import { equalBytes, toHex } from "../bytes.ts"
import type { SuiteName } from "./mls-engine.ts"
import { capabilitiesOf, isUsableKey, MAX_MEMBERS } from "./mls-profile.ts"
import { isSameDevice, type Owner, type Roster } from "./mls-roster.ts"

const MAX_NODES = 2 * MAX_MEMBERS - 1

/** A tree that somebody hands us, before the library walks it: sizes and indices that it would trip over. */
export function judgeShape(tree: RatchetTree): string | undefined {
  if (tree.length > MAX_NODES) return "a group above its largest size"
  const leaves = (tree.length + 1) / 2
  for (const [index, node] of tree.entries()) {
    if (node !== undefined && (node.nodeType === "leaf") !== (index % 2 === 0))
      return "a tree with a node out of place"
    if (node?.nodeType === "parent" && node.parent.unmergedLeaves.some((leaf) => leaf >= leaves)) {
      return "a tree with an unmerged leaf outside it"
    }
  }
  return undefined
}

/** The nodes of `after` that are not those of `before`: usable keys that no other node has, and our capabilities. */
export function judgeNewNodes(suite: SuiteName, before: RatchetTree, after: RatchetTree): string | undefined {
  const capabilities = encodeCapabilities(capabilitiesOf(suite))
  const isNew = (node: Node, index: number) => before[index] !== node
  const fresh = after.flatMap((node, index) =>
    node !== undefined && isNew(node, index) ? [{ node, index }] : [],
  )
  for (const { node } of fresh) {
    if (!isUsableKey(suite, hpkeKey(node))) return "a node with a key that cannot be used"
    if (node.nodeType === "leaf" && !hasProfile(node.leaf, capabilities))
      return "a leaf that is not of the profile"
  }
  return hasRepeatedKey(after, fresh) ? "a key that is in the tree twice" : undefined
}

/** Everybody in a tree that somebody hands us: each leaf with an owner, each device once. */
export function judgeOwners(roster: Roster, tree: RatchetTree): string | undefined {
  const seen = new Set<string>()
  for (const node of tree) {
    if (node?.nodeType !== "leaf") continue
    const owner = roster.owner(node.leaf.credential)
    if (owner === undefined || !roster.isCertified(node.leaf.credential, node.leaf.signaturePublicKey)) {
      return "a leaf without a valid certificate"
    }
    seen.add(toHex(owner.accountId) + toHex(owner.deviceId))
  }
  const leaves = tree.filter((node) => node?.nodeType === "leaf").length
  return seen.size === leaves ? undefined : "a device with two leaves"
}

/** What may happen to the leaves: these go, these come, and one may be renewed. */
export interface LeafChanges {
  removed: readonly number[]
  /** One for each leaf that comes. */
  added: readonly Owner[]
  /** The committer's leaf; undefined for an external commit. */
  renewed: number | undefined
}

/** Whether exactly the announced leaves changed. The last line: whatever the proposals said, this is what happened. */
export function judgeLeaves(
  roster: Roster,
  before: RatchetTree,
  after: RatchetTree,
  changes: LeafChanges,
): string | undefined {
  const came: LeafNode[] = []
  for (let node = 0; node < Math.max(before.length, after.length); node += 2) {
    const [old, present] = [leafAt(before, node), leafAt(after, node)]
    if (old === present) continue
    if (
      node / 2 === changes.renewed &&
      old !== undefined &&
      present !== undefined &&
      roster.sameDevice(old, present)
    )
      continue
    if (old !== undefined && !changes.removed.includes(node / 2)) return "a leaf that changed without leave"
    if (present !== undefined) came.push(present)
  }
  const owners = came.map((leaf) => roster.owner(leaf.credential))
  const expected = changes.added.every((owner) =>
    owners.some((one) => one !== undefined && isSameDevice(one, owner)),
  )
  return expected && owners.length === changes.added.length ? undefined : "a newcomer that nobody announced"
}

function leafAt(tree: RatchetTree, node: number): LeafNode | undefined {
  const entry = tree[node]
  return entry?.nodeType === "leaf" ? entry.leaf : undefined
}

function hasProfile(leaf: LeafNode, capabilities: Uint8Array): boolean {
  return leaf.extensions.length === 0 && equalBytes(encodeCapabilities(leaf.capabilities), capabilities)
}

function hasRepeatedKey(tree: RatchetTree, fresh: readonly { node: Node; index: number }[]): boolean {
  return fresh.some(({ node, index }) =>
    tree.some((other, place) => other !== undefined && place !== index && sharesKey(node, other)),
  )
}

function sharesKey(a: Node, b: Node): boolean {
  if (equalBytes(hpkeKey(a), hpkeKey(b))) return true
  return (
    a.nodeType === "leaf" &&
    b.nodeType === "leaf" &&
    equalBytes(a.leaf.signaturePublicKey, b.leaf.signaturePublicKey)
  )
}

function hpkeKey(node: Node): Uint8Array {
  return node.nodeType === "leaf" ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey
}
