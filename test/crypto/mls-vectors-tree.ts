/** The working group's vectors about trees and protected messages; see `mls-vectors.ts`. */
import { encode } from "ts-mls/codec/tlsEncoder.js"
import { commitEncoder } from "ts-mls/commit.js"
import { applyUpdatePathSecret } from "ts-mls/createCommit.js"
import { verifyLeafNodeSignature, verifyLeafNodeSignatureKeyPackage } from "ts-mls/leafNode.js"
import { protectApplicationData, protectProposal, unprotectPrivateMessage } from "ts-mls/messageProtection.js"
import { protectProposalPublic, unprotectPublicMessage } from "ts-mls/messageProtectionPublic.js"
import { verifyParentHashes } from "ts-mls/parentHash.js"
import { pathToRoot } from "ts-mls/pathSecrets.js"
import { mergePrivateKeyPaths, toPrivateKeyPath } from "ts-mls/privateKeyPath.js"
import { decodeProposal, proposalEncoder } from "ts-mls/proposal.js"
import {
  addLeafNode,
  decodeRatchetTree,
  getHpkePublicKey,
  ratchetTreeEncoder,
  removeLeafNode,
  resolution,
  updateLeafNode,
} from "ts-mls/ratchetTree.js"
import { createSecretTree } from "ts-mls/secretTree.js"
import { treeHash, treeHashRoot } from "ts-mls/treeHash.js"
import { leafWidth, root, toLeafIndex, toNodeIndex } from "ts-mls/treemath.js"
import { applyUpdatePath, createUpdatePath, decodeUpdatePath } from "ts-mls/updatePath.js"
import { deriveSecret } from "ts-mls/crypto/kdf.js"
import { fromHex, toHex } from "../../src/bytes.ts"
import { alike, checking, CONFIG, context, decoded, EMPTY, messageOf, same } from "./mls-vectors.ts"

interface ProtectionVector extends Record<
  | "group_id"
  | "tree_hash"
  | "confirmed_transcript_hash"
  | "signature_priv"
  | "signature_pub"
  | "encryption_secret"
  | "sender_data_secret"
  | "membership_key"
  | "proposal"
  | "proposal_priv"
  | "proposal_pub"
  | "commit"
  | "commit_priv"
  | "commit_pub"
  | "application"
  | "application_priv",
  string
> {
  epoch: number
}
interface OperationVector extends Record<
  "proposal" | "tree_before" | "tree_after" | "tree_hash_before" | "tree_hash_after",
  string
> {
  proposal_sender: number
}
interface ValidationVector {
  tree: string
  group_id: string
  tree_hashes: string[]
  resolutions: number[][]
}
interface PrivateLeaf {
  index: number
  encryption_priv: string
  signature_priv: string
  path_secrets: { node: number; path_secret: string }[]
}
interface TreeKemVector extends Record<"group_id" | "confirmed_transcript_hash" | "ratchet_tree", string> {
  epoch: number
  leaves_private: PrivateLeaf[]
  update_paths: {
    sender: number
    update_path: string
    path_secrets: (string | null)[]
    commit_secret: string
    tree_hash_after: string
  }[]
}

export const messageProtection = checking<ProtectionVector>(async (v, suite) => {
  const gc = context(v, suite, BigInt(v.epoch), v.tree_hash)
  const sender = 1
  const [signaturePublic, signaturePrivate] = [fromHex(v.signature_pub), fromHex(v.signature_priv)]
  const [senderData, membership] = [fromHex(v.sender_data_secret), fromHex(v.membership_key)]
  const tree = await createSecretTree(2, fromHex(v.encryption_secret), suite.kdf)
  const { keyRetentionConfig, paddingConfig } = CONFIG
  const openPrivate = async (message: ReturnType<typeof privateOf>) => {
    const args = [senderData, message, tree, [], gc, keyRetentionConfig, suite, signaturePublic] as const
    return (await unprotectPrivateMessage(...(args as unknown as Parameters<typeof unprotectPrivateMessage>)))
      .content.content
  }
  const openPublic = async (hex: string) => {
    const { publicMessage } = messageOf("mls_public_message", hex)
    return (await unprotectPublicMessage(membership, gc, [], publicMessage, suite, signaturePublic)).content
  }
  const privateOf = (hex: string) => messageOf("mls_private_message", hex).privateMessage
  const bytes = (content: Awaited<ReturnType<typeof openPrivate>>): Uint8Array => {
    if (content.contentType === "application") return content.applicationData
    if (content.contentType === "commit") return encode(commitEncoder)(content.commit)
    return encode(proposalEncoder)(content.proposal)
  }
  same(bytes(await openPrivate(privateOf(v.proposal_priv))), v.proposal)
  same(bytes(await openPrivate(privateOf(v.commit_priv))), v.commit)
  same(bytes(await openPrivate(privateOf(v.application_priv))), v.application)
  same(bytes(await openPublic(v.proposal_pub)), v.proposal)
  same(bytes(await openPublic(v.commit_pub)), v.commit)

  const application = fromHex(v.application)
  const sealing = [EMPTY, gc, tree, sender, paddingConfig, suite] as const
  const message = await protectApplicationData(signaturePrivate, senderData, application, ...sealing)
  same(bytes(await openPrivate(message.privateMessage)), v.application)
  const proposal = decoded(decodeProposal, v.proposal)
  const proposed = await protectProposal(signaturePrivate, senderData, proposal, ...sealing)
  same(bytes(await openPrivate(proposed.privateMessage)), v.proposal)
  const open = await protectProposalPublic(signaturePrivate, membership, gc, EMPTY, proposal, sender, suite)
  const read = await unprotectPublicMessage(membership, gc, [], open.publicMessage, suite, signaturePublic)
  same(bytes(read.content), v.proposal)
})

export const treeOperations = checking<OperationVector>(async (v, suite) => {
  const before = decoded(decodeRatchetTree, v.tree_before)
  same(await treeHashRoot(before, suite.hash), v.tree_hash_before)
  const proposal = decoded(decodeProposal, v.proposal)
  const sender = toLeafIndex(v.proposal_sender)
  const after = () => {
    if (proposal.proposalType === "add") return addLeafNode(before, proposal.add.keyPackage.leafNode)[0]
    if (proposal.proposalType === "update") return updateLeafNode(before, proposal.update.leafNode, sender)
    if (proposal.proposalType === "remove")
      return removeLeafNode(before, toLeafIndex(proposal.remove.removed))
    throw new Error(`a proposal of type ${proposal.proposalType}`)
  }
  same(encode(ratchetTreeEncoder)(after()), v.tree_after)
  same(await treeHashRoot(after(), suite.hash), v.tree_hash_after)
})

export const treeValidation = checking<ValidationVector>(async (v, suite) => {
  const tree = decoded(decodeRatchetTree, v.tree)
  for (const [index, expected] of v.resolutions.entries()) {
    const node = toNodeIndex(index)
    alike(resolution(tree, node), expected)
    same(await treeHash(tree, node, suite.hash), v.tree_hashes[index]!)
  }
  alike(await verifyParentHashes(tree, suite.hash), true)
  for (const [index, node] of tree.entries()) {
    if (node?.nodeType !== "leaf") continue
    const { leaf } = node
    const valid =
      leaf.leafNodeSource === "key_package"
        ? await verifyLeafNodeSignatureKeyPackage(leaf, suite.signature)
        : await verifyLeafNodeSignature(leaf, fromHex(v.group_id), index / 2, suite.signature)
    alike(valid, true)
  }
})

export const treeKem = checking<TreeKemVector>(async (v, suite) => {
  const tree = decoded(decodeRatchetTree, v.ratchet_tree)
  const people = await Promise.all(v.leaves_private.map(privateLeaf))
  for (const update of v.update_paths) {
    const path = decoded(decodeUpdatePath, update.update_path)
    const sender = toLeafIndex(update.sender)
    const updated = await applyUpdatePath(tree, sender, path, suite.hash)
    same(await treeHashRoot(updated, suite.hash), update.tree_hash_after)
    const gc = context(v, suite, BigInt(v.epoch), update.tree_hash_after)
    for (const person of people) {
      if (person.leafIndex === update.sender) continue
      const { nodeIndex, pathSecret } = await applyUpdatePathSecret(
        updated,
        person,
        sender,
        gc,
        path,
        [],
        suite,
      )
      same(pathSecret, update.path_secrets[person.leafIndex]!)
      same(await commitSecret(updated, nodeIndex, pathSecret), update.commit_secret)
    }
    const signer = v.leaves_private.find((leaf) => leaf.index === update.sender)
    const before = { ...gc, epoch: gc.epoch - 1n }
    const created = await createUpdatePath(tree, sender, before, fromHex(signer!.signature_priv), suite)
    const [ownTree, ownPath, secrets] = created
    const ownContext = { ...gc, treeHash: await treeHashRoot(ownTree, suite.hash) }
    const own = new Set<string>()
    for (const person of people) {
      if (person.leafIndex === update.sender) continue
      const args = [ownTree, person, sender, ownContext, ownPath, [], suite] as const
      const { nodeIndex, pathSecret } = await applyUpdatePathSecret(
        ...(args as unknown as Parameters<typeof applyUpdatePathSecret>),
      )
      alike(secrets.find((secret) => secret.nodeIndex === nodeIndex)?.secret, pathSecret)
      own.add(toHex(await commitSecret(ownTree, nodeIndex, pathSecret)))
    }
    alike(own.size, 1)
  }

  async function privateLeaf(leaf: PrivateLeaf) {
    const own = { leafIndex: leaf.index, privateKeys: { [leaf.index * 2]: fromHex(leaf.encryption_priv) } }
    const known: Record<number, Uint8Array> = {}
    for (const { node, path_secret: secret } of leaf.path_secrets) known[node] = fromHex(secret)
    for (const [node, secret] of Object.entries(known)) {
      const { publicKey } = await suite.hpke.deriveKeyPair(await deriveSecret(secret, "node", suite.kdf))
      alike(await suite.hpke.exportPublicKey(publicKey), getHpkePublicKey(tree[Number(node)]!))
    }
    return mergePrivateKeyPaths(own, await toPrivateKeyPath(known, leaf.index, suite))
  }

  async function commitSecret(of: typeof tree, node: number, secret: Uint8Array): Promise<Uint8Array> {
    const path = await pathToRoot(of, toNodeIndex(node), secret, suite.kdf)
    return deriveSecret(path[root(leafWidth(of.length))]!, "path", suite.kdf)
  }
})
