/**
 * Somebody's commit, applied or refused (PROTOCOL.md §10.4, §10.5).
 *
 *     bytes ─▶ parse, epoch, group ─▶ library: signature ─▶ proposals judged ─▶ path leaf judged ─▶ library: path secret,
 *              └─ void                          └─ void       └─ void            └─ void           confirmation tag ─▶ tree judged
 *                                                                                                  └─ uncertain        └─ void
 *
 * What fails before our own keys are asked fails for every member alike: void. What fails with them may have
 * worked for others: uncertain. The library says neither, so the trial watches how far a commit came.
 */
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import type { Credential } from "ts-mls/credential.js"
import type { IncomingMessageCallback } from "ts-mls/incomingMessageAction.js"
import type { LeafNode } from "ts-mls/leafNode.js"
import { processPrivateMessage, processPublicMessage } from "ts-mls/processMessages.js"
import { emptyPskIndex } from "ts-mls/pskIndex.js"
import type { ClientState } from "ts-mls/clientState.js"
import { equalBytes } from "../bytes.ts"
import type { Applied, Member, RosterChange } from "./mls-engine.ts"
import { sameParameters } from "./mls-parameters.ts"
import { judgeCommitter, judgeExternal, judgeMember, memberAt, type Plan, planOf } from "./mls-policy.ts"
import type { EngineContext } from "./mls-profile.ts"
import type { Owner } from "./mls-roster.ts"
import { consumed, LiveGroup, removed, settle, wipeEnded } from "./mls-state.ts"
import { judgeLeaves, judgeNewNodes } from "./mls-tree.ts"
import { decodeMls, type MessageOf } from "./mls-wire.ts"

type CommitMessage = MessageOf<"mls_private_message"> | MessageOf<"mls_public_message">
type Failure = Extract<Applied, { kind: "void" | "uncertain" }>

/** Errors by which the library answers what everybody can check. */
const PUBLIC_ERRORS: ReadonlySet<string> = new Set([
  "ValidationError",
  "CodecError",
  "CryptoVerificationError",
])

export async function applyCommit(
  context: EngineContext,
  group: LiveGroup,
  bytes: Uint8Array,
): Promise<Applied> {
  if (!group.active) return { kind: "uncertain", reason: "this device was removed" }
  const message = decodeMls(bytes)
  const commit = asCommit(message)
  if (commit === undefined) return voided("not a commit")
  const misplaced = judgePlace(group, commit)
  if (misplaced !== undefined) return voided(misplaced)

  const trial = new Trial(context, group, externalLeaf(commit))
  const client = { ...group.client, clientConfig: { ...context.config, authService: trial.authService } }
  let result: { newState: ClientState; consumed: Uint8Array[] }
  try {
    result =
      commit.wireformat === "mls_private_message"
        ? await processPrivateMessage(client, commit.privateMessage, emptyPskIndex, trial.suite, trial.decide)
        : await processPublicMessage(client, commit.publicMessage, emptyPskIndex, trial.suite, trial.decide)
  } catch (error) {
    return trial.failure(error)
  }
  return finish(context, group, trial, result.newState, result.consumed)
}

/** Watches one commit on its way through the library, and answers its questions. */
class Trial {
  readonly #context: EngineContext
  readonly #group: LiveGroup
  readonly #newcomer: LeafNode | undefined
  #refusal: string | undefined
  #unopened = false
  #unconfirmed = false
  plan: Plan | undefined
  committer: Member | undefined
  /** By this device itself, which does not know it. */
  ownLeaf = false
  /** This device's leaf is taken over or removed. */
  selfRemoved = false

  constructor(context: EngineContext, group: LiveGroup, newcomer: LeafNode | undefined) {
    this.#context = context
    this.#group = group
    this.#newcomer = newcomer
  }

  readonly decide: IncomingMessageCallback = (incoming) => {
    if (incoming.kind === "proposal") return this.#refuse("a proposal outside a commit")
    const plan = planOf(
      this.#context.roster,
      incoming.proposals.map(({ proposal }) => proposal),
    )
    if (typeof plan === "string") return this.#refuse(plan)
    const { senderLeafIndex: leaf } = incoming
    const refusal = leaf === undefined ? this.#judgeNewcomer(plan) : judgeMember(this.#group, leaf, plan)
    if (refusal !== undefined) return this.#refuse(refusal)
    this.plan = plan
    this.committer = leaf === undefined ? undefined : memberAt(this.#group, leaf)
    this.ownLeaf = leaf === this.#group.ownLeaf
    this.selfRemoved = plan.removed.includes(this.#group.ownLeaf)
    // The library cannot follow a takeover of our own leaf, and must not follow our own commit.
    return this.ownLeaf || (this.selfRemoved && leaf === undefined) ? "reject" : "accept"
  }

  get authService() {
    return {
      validateCredential: async (credential: Credential, key: Uint8Array): Promise<boolean> => {
        if (!this.#context.roster.isCertified(credential, key)) return false
        // After the proposals the library asks about one more leaf: the one that the commit's path brings.
        if (this.committer !== undefined) {
          this.#refusal = judgeCommitter(this.committer, this.#context.roster.owner(credential))
        }
        return this.#refusal === undefined
      },
    }
  }

  /** The suite, which notes what failed: the library has one error for a bad signature and a bad confirmation tag. */
  get suite(): CiphersuiteImpl {
    const suite = this.#context.suites[this.#group.suite]
    const { hpke, hash } = suite
    return {
      ...suite,
      hash: {
        ...hash,
        verifyMac: async (key, mac, data) => {
          const fits = await hash.verifyMac(key, mac, data)
          // Only the confirmation tag is a MAC here: members' commits are never public messages.
          if (!fits) this.#unconfirmed = true
          return fits
        },
      },
      hpke: {
        ...hpke,
        decryptAead: async (key, nonce, aad, sealed) => {
          this.#unopened = true
          const plain = await hpke.decryptAead(key, nonce, aad, sealed)
          this.#unopened = false
          return plain
        },
      },
    }
  }

  get refusal(): string | undefined {
    return this.#refusal
  }

  get newcomer(): LeafNode | undefined {
    return this.#newcomer
  }

  failure(error: unknown): Failure {
    if (this.#refusal !== undefined) return voided(this.#refusal)
    const reason = error instanceof Error ? error.message : "the commit cannot be applied"
    if (this.#unopened || this.#unconfirmed) return { kind: "uncertain", reason }
    // A path secret that does not open throws an error of ours, and one that is missing an error of the runtime.
    const isPublic = this.plan === undefined || (error instanceof Error && PUBLIC_ERRORS.has(error.name))
    return isPublic ? voided(reason) : { kind: "uncertain", reason }
  }

  /** Whose leaves the commit brings, whatever its kind. */
  newcomers(plan: Plan): readonly Owner[] {
    const owner = this.#newcomer && this.#context.roster.owner(this.#newcomer.credential)
    return owner === undefined ? plan.added : [owner]
  }

  #judgeNewcomer(plan: Plan): string | undefined {
    const { roster } = this.#context
    const leaf = this.#newcomer
    const owner = leaf && roster.owner(leaf.credential)
    if (
      leaf === undefined ||
      owner === undefined ||
      !roster.isCertified(leaf.credential, leaf.signaturePublicKey)
    ) {
      return "an external commit without a certified leaf"
    }
    return judgeExternal(this.#group, owner, plan)
  }

  #refuse(reason: string): "reject" {
    this.#refusal = reason
    return "reject"
  }
}

function finish(
  context: EngineContext,
  group: LiveGroup,
  trial: Trial,
  client: ClientState,
  used: readonly Uint8Array[],
): Applied {
  const { plan, refusal } = trial
  if (refusal !== undefined || plan === undefined) return voided(refusal ?? "not a commit")
  if (trial.ownLeaf) return { kind: "uncertain", reason: "a commit of this device that it does not know" }
  const old = group.client
  if (trial.selfRemoved) {
    const state = new LiveGroup(context, removed(old))
    return {
      kind: "applied",
      state,
      change: changeWithoutUs(context, group, trial, plan),
      consumed: consumed(used),
    }
  }

  const settled = settle(context, client)
  const wrong =
    judgeLeaves(context.roster, old.ratchetTree, settled.ratchetTree, {
      removed: plan.removed,
      added: trial.newcomers(plan),
      renewed: trial.committer?.leaf,
    }) ?? judgeNewNodes(group.suite, old.ratchetTree, settled.ratchetTree)
  if (wrong !== undefined) {
    wipeEnded(settled, old)
    return voided(wrong)
  }
  const state = new LiveGroup(context, settled)
  if (!sameParameters(state.parameters, plan.parameters ?? group.parameters)) {
    wipeEnded(settled, old)
    return voided("other parameters than were proposed")
  }
  const change = {
    added: state.members.filter((member) => isNew(member, group.members, trial.committer)),
    removed: group.members.filter((member) => isNew(member, state.members, trial.committer)),
    committer: trial.committer,
    selfRemoved: false,
  }
  return { kind: "applied", state, change, consumed: consumed(used) }
}

/** In `members` but not in `others`. A committer may renew its leaf key and is still the same member. */
function isNew(member: Member, others: readonly Member[], committer: Member | undefined): boolean {
  if (member.leaf === committer?.leaf) return false
  return !others.some((other) => other.leaf === member.leaf && equalBytes(other.leafKey, member.leafKey))
}

/** We cannot compute the new tree any more; the proposals say what it is. */
function changeWithoutUs(context: EngineContext, group: LiveGroup, trial: Trial, plan: Plan): RosterChange {
  const removedMembers = group.members.filter((member) => plan.removed.includes(member.leaf))
  // A newcomer takes the first free leaf, and ours is free now.
  const taken = new Set(group.members.map((member) => member.leaf))
  let free = 0
  while (taken.has(free) && free !== group.ownLeaf) free++
  const added = trial.newcomer === undefined ? [] : [context.roster.member(trial.newcomer, free)]
  return { added, removed: removedMembers, committer: trial.committer, selfRemoved: true }
}

function asCommit(message: ReturnType<typeof decodeMls>): CommitMessage | undefined {
  if (message?.wireformat === "mls_private_message") {
    return message.privateMessage.contentType === "commit" ? message : undefined
  }
  if (message?.wireformat !== "mls_public_message") return undefined
  const { content } = message.publicMessage
  return content.contentType === "commit" && content.sender.senderType === "new_member_commit"
    ? message
    : undefined
}

/** The leaf that an external commit brings; it travels in the clear inside our seal. */
function externalLeaf(commit: CommitMessage): LeafNode | undefined {
  if (commit.wireformat !== "mls_public_message") return undefined
  const { content } = commit.publicMessage
  return content.contentType === "commit" ? content.commit.path?.leafNode : undefined
}

/** Of this group, of this epoch, and with leaves that exist: the library would walk for ever after one that does not. */
function judgePlace(group: LiveGroup, commit: CommitMessage): string | undefined {
  const { groupContext, ratchetTree } = group.client
  const header =
    commit.wireformat === "mls_private_message" ? commit.privateMessage : commit.publicMessage.content
  if (!equalBytes(header.groupId, groupContext.groupId)) return "a commit of another group"
  if (header.epoch !== groupContext.epoch) return "a commit of another epoch"
  if (commit.wireformat === "mls_private_message") return undefined
  const { content } = commit.publicMessage
  const proposals = content.contentType === "commit" ? content.commit.proposals : []
  for (const entry of proposals) {
    if (entry.proposalOrRefType === "reference") return "a commit that refers to proposals"
    const { proposal } = entry
    if (proposal.proposalType === "remove" && ratchetTree[2 * proposal.remove.removed]?.nodeType !== "leaf") {
      return "a removal of nobody"
    }
  }
  return undefined
}

function voided(reason: string): Failure {
  return { kind: "void", reason }
}
