/**
 * What a hostile member, or somebody with the link, can make with the MLS library past our engine's rules. Made commits
 * are sound by the standard; that nobody follows them is our policy's doing (PROTOCOL.md §10.4).
 */
import type { ClientConfig } from "ts-mls/clientConfig.js"
import type { ClientState } from "ts-mls/clientState.js"
import { createCommit, joinGroupExternal } from "ts-mls/createCommit.js"
import { createProposal } from "ts-mls/createMessage.js"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import { ratchetTreeFromExtension } from "ts-mls/groupInfo.js"
import { generateKeyPackageWithKey } from "ts-mls/keyPackage.js"
import type { LeafNode } from "ts-mls/leafNode.js"
import type { Proposal } from "ts-mls/proposal.js"
import { emptyPskIndex } from "ts-mls/pskIndex.js"
import { equalBytes } from "../bytes.ts"
import type { GroupState, LeafSigner, SuiteName } from "../crypto/mls-engine.ts"
import { capabilitiesOf, clientConfig, librarySuite } from "../crypto/mls-profile.ts"
import { mlsSuite } from "../crypto/mls-provider.ts"
import { encodeCredential, Roster } from "../crypto/mls-roster.ts"
import { LiveGroup } from "../crypto/mls-state.ts"
import { decodeMlsAs, encodeMls } from "../crypto/mls-wire.ts"
import type { Primitives } from "../platform/primitives.ts"
import type { Random } from "../platform/random.ts"

interface Chance {
  primitives: Primitives
  random: Random
}

const LIFETIME = { notBefore: 0n, notAfter: 2n ** 63n - 1n }
const LIBRARY = clientConfig(new Roster(), { validateCredential: async () => true })

/** The library with nothing of ours in its way. @param isVictim whose leaf an external commit takes out. */
function lax(isVictim: (leaf: LeafNode) => boolean = () => false): ClientConfig {
  return {
    ...LIBRARY,
    keyPackageEqualityConfig: {
      compareKeyPackages: () => false,
      compareKeyPackageToLeafNode: (_, leaf) => isVictim(leaf),
    },
  }
}

function suiteOf({ primitives, random }: Chance, suite: SuiteName): CiphersuiteImpl {
  return mlsSuite(primitives, random, librarySuite(suite))
}

function insideOf(state: GroupState): ClientState {
  return { ...LiveGroup.of(state).client, clientConfig: lax() }
}

async function packageOf(signer: LeafSigner, cs: CiphersuiteImpl, suite: SuiteName) {
  const keys = await cs.signature.keygen()
  const credential = encodeCredential(signer.identity, signer.certify(keys.publicKey))
  return generateKeyPackageWithKey(credential, capabilitiesOf(suite), LIFETIME, [], keys, cs)
}

async function commitOf(
  client: ClientState,
  cs: CiphersuiteImpl,
  proposals: Proposal[],
): Promise<Uint8Array> {
  const options = { extraProposals: proposals, ratchetTreeExtension: true }
  const made = await createCommit({ state: client, cipherSuite: cs, pskIndex: emptyPskIndex }, options)
  return encodeMls(made.commit)
}

/** A member's commit that removes another person's leaf. */
export function removalOf(chance: Chance, state: GroupState, leaf: number): Promise<Uint8Array> {
  const proposal: Proposal = { proposalType: "remove", remove: { removed: leaf } }
  return commitOf(insideOf(state), suiteOf(chance, state.suite), [proposal])
}

/** A member's commit with which its own leaf becomes somebody else's, certified by that other account. */
export function becoming(chance: Chance, state: GroupState, other: LeafSigner): Promise<Uint8Array> {
  const client = insideOf(state)
  const ratchetTree = client.ratchetTree.slice()
  const node = 2 * client.privatePath.leafIndex
  const own = ratchetTree[node]
  if (own?.nodeType !== "leaf") throw new RangeError("no own leaf")
  const credential = encodeCredential(other.identity, other.certify(own.leaf.signaturePublicKey))
  ratchetTree[node] = { nodeType: "leaf", leaf: { ...own.leaf, credential } }
  return commitOf({ ...client, ratchetTree }, suiteOf(chance, state.suite), [])
}

/** A member's proposal to add somebody, alone: whoever commits next would execute it. */
export async function proposalToAdd(
  chance: Chance,
  state: GroupState,
  guest: LeafSigner,
): Promise<Uint8Array> {
  const cs = suiteOf(chance, state.suite)
  const { publicPackage } = await packageOf(guest, cs, state.suite)
  const add: Proposal = { proposalType: "add", add: { keyPackage: publicPackage } }
  return encodeMls((await createProposal(insideOf(state), false, add, cs)).message)
}

/**
 * A stranger's external commit that also removes this account's leaf. Undefined where it has none: the library would
 * look for it without end.
 */
export async function joinOver(
  chance: Chance,
  suite: SuiteName,
  groupInformation: Uint8Array,
  signer: LeafSigner,
  victim: Uint8Array,
): Promise<Uint8Array | undefined> {
  const groupInfo = decodeMlsAs("mls_group_info", groupInformation)?.groupInfo
  if (groupInfo === undefined) throw new RangeError("not group information")
  const cs = suiteOf(chance, suite)
  const { publicPackage, privatePackage } = await packageOf(signer, cs, suite)
  const roster = new Roster()
  const isVictim = (leaf: LeafNode) => {
    const owner = roster.owner(leaf.credential)
    return owner !== undefined && equalBytes(owner.accountId, victim)
  }
  const tree = ratchetTreeFromExtension(groupInfo)
  if (!tree?.some((node) => node?.nodeType === "leaf" && isVictim(node.leaf))) return undefined
  const joined = await joinGroupExternal(
    groupInfo,
    publicPackage,
    privatePackage,
    true,
    cs,
    undefined,
    lax(isVictim),
  )
  return encodeMls({ wireformat: "mls_public_message", publicMessage: joined.publicMessage })
}
