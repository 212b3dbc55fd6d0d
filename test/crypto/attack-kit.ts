/** What a hostile member or outsider can make with the MLS library itself, past the engine's own rules. */
import type { ClientConfig } from "ts-mls/clientConfig.js"
import type { ClientState } from "ts-mls/clientState.js"
import {
  createCommit,
  createGroupInfoWithExternalPubAndRatchetTree,
  joinGroupExternal,
} from "ts-mls/createCommit.js"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import type { GroupInfo } from "ts-mls/groupInfo.js"
import { generateKeyPackageWithKey, type KeyPackage, type PrivateKeyPackage } from "ts-mls/keyPackage.js"
import type { LeafNode } from "ts-mls/leafNode.js"
import type { Proposal } from "ts-mls/proposal.js"
import { emptyPskIndex } from "ts-mls/pskIndex.js"
import type { RatchetTree } from "ts-mls/ratchetTree.js"
import type { Capabilities } from "ts-mls/capabilities.js"
import { capabilitiesOf, clientConfig, librarySuite } from "../../src/crypto/mls-profile.ts"
import { mlsSuite } from "../../src/crypto/mls-provider.ts"
import { encodeCredential, Roster } from "../../src/crypto/mls-roster.ts"
import { LiveGroup } from "../../src/crypto/mls-state.ts"
import { encodeMls } from "../../src/crypto/mls-wire.ts"
import type { GroupState, SuiteName } from "../../src/crypto/mls-engine.ts"
import { nodePrimitives } from "../../src/platform/primitives.ts"
import { type Person, seededRandom } from "./support.ts"

const LIFETIME = { notBefore: 0n, notAfter: 2n ** 63n - 1n }
const LIBRARY = clientConfig(new Roster(), { validateCredential: async () => true })
/** The library with nothing of ours in its way. */
const LAX: ClientConfig = {
  ...LIBRARY,
  keyPackageEqualityConfig: { compareKeyPackages: () => false, compareKeyPackageToLeafNode: () => false },
}

export function referenceSuiteOf(suite: SuiteName): CiphersuiteImpl {
  return mlsSuite(nodePrimitives, seededRandom(`attacker ${suite}`), librarySuite(suite))
}

export function insideOf(state: GroupState): ClientState {
  return { ...LiveGroup.of(state).client, clientConfig: LAX }
}

export async function packageOf(
  person: Person,
  cs: CiphersuiteImpl,
  suite: SuiteName,
  capabilities: Capabilities = capabilitiesOf(suite),
): Promise<{ publicPackage: KeyPackage; privatePackage: PrivateKeyPackage }> {
  const keys = await cs.signature.keygen()
  const credential = encodeCredential(person.signer.identity, person.signer.certify(keys.publicKey))
  return generateKeyPackageWithKey(credential, capabilities, LIFETIME, [], keys, cs)
}

export function addOf(keyPackage: KeyPackage): Proposal {
  return { proposalType: "add", add: { keyPackage } }
}

export function removeOf(leaf: number): Proposal {
  return { proposalType: "remove", remove: { removed: leaf } }
}

/** A member's commit with any proposals, from any version of its state. */
export async function memberCommit(
  client: ClientState,
  cs: CiphersuiteImpl,
  proposals: Proposal[] = [],
  wireAsPublicMessage = false,
): Promise<{ bytes: Uint8Array; state: ClientState; welcome: Uint8Array | undefined }> {
  const made = await createCommit(
    { state: client, cipherSuite: cs, pskIndex: emptyPskIndex },
    { extraProposals: proposals, wireAsPublicMessage, ratchetTreeExtension: true },
  )
  return {
    bytes: encodeMls(made.commit),
    state: made.newState,
    welcome: made.welcome && encodeMls({ wireformat: "mls_welcome", welcome: made.welcome }),
  }
}

/** The state with another leaf in its own place, which its next commit then announces. */
export function disguised(client: ClientState, change: Partial<LeafNode>): ClientState {
  const ratchetTree: RatchetTree = client.ratchetTree.slice()
  const node = 2 * client.privatePath.leafIndex
  const own = ratchetTree[node]
  if (own?.nodeType !== "leaf") throw new Error("no own leaf")
  ratchetTree[node] = { nodeType: "leaf", leaf: { ...own.leaf, ...change } as LeafNode }
  return { ...client, ratchetTree }
}

/** An external commit that also removes whichever leaf `victim` picks. */
export async function externalCommit(
  groupInfo: GroupInfo,
  keys: { publicPackage: KeyPackage; privatePackage: PrivateKeyPackage },
  cs: CiphersuiteImpl,
  victim?: (leaf: LeafNode) => boolean,
) {
  const config: ClientConfig = {
    ...LAX,
    keyPackageEqualityConfig: {
      compareKeyPackages: () => false,
      compareKeyPackageToLeafNode: (_, leaf) => victim?.(leaf) ?? false,
    },
  }
  const { publicPackage, privatePackage } = keys
  const joined = await joinGroupExternal(
    groupInfo,
    publicPackage,
    privatePackage,
    victim !== undefined,
    cs,
    undefined,
    config,
  )
  return {
    ...joined,
    bytes: encodeMls({ wireformat: "mls_public_message", publicMessage: joined.publicMessage }),
  }
}

export function groupInfoOf(client: ClientState, cs: CiphersuiteImpl): Promise<GroupInfo> {
  return createGroupInfoWithExternalPubAndRatchetTree(client, [], cs)
}
