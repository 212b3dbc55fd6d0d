/**
 * Who may change a group, and how (PROTOCOL.md §10.4). The library checks signatures and keys; it would let an
 * outsider's external commit remove anybody, and a member commit under another name. These rules are what forbids that.
 *
 * Each rule is a pure function of the state and the commit, so all members answer alike. An answer is the reason of a
 * refusal, or undefined.
 */
import type { Proposal } from "ts-mls/proposal.js"
import type { GroupState, Member, RoomParameters } from "./mls-engine.ts"
import { admits, decodeParameters } from "./mls-parameters.ts"
import { MAX_MEMBERS } from "./mls-profile.ts"
import { isModerator, judgeParameters } from "./mls-roles.ts"
import { accountsOf, isSameAccount, isSameDevice, type Owner, type Roster, takesOver } from "./mls-roster.ts"

/** What the rules look at. */
export type JudgedGroup = Pick<GroupState, "members" | "epoch" | "parameters">

/** What a commit wants to do, as far as it is allowed at all. */
export interface Plan {
  added: readonly Owner[]
  /** Leaves. */
  removed: readonly number[]
  /** An external commit's proposal. */
  externalInit: boolean
  /** What the room's parameters become; undefined: what they are. */
  parameters?: RoomParameters | undefined
}

/** A commit's proposals, when they are of the kinds that a commit may carry; else the reason of the refusal. */
export function planOf(roster: Roster, proposals: readonly Proposal[]): Plan | string {
  const added: Owner[] = []
  const removed: number[] = []
  const parameters: RoomParameters[] = []
  let inits = 0
  for (const proposal of proposals) {
    switch (proposal.proposalType) {
      case "add": {
        const owner = roster.owner(proposal.add.keyPackage.leafNode.credential)
        if (owner === undefined) return "an added leaf without an owner"
        added.push(owner)
        break
      }
      case "remove":
        removed.push(proposal.remove.removed)
        break
      case "external_init":
        inits++
        break
      case "group_context_extensions": {
        const changed = decodeParameters(proposal.groupContextExtensions.extensions)
        if (changed === undefined) return "room parameters that are none"
        parameters.push(changed)
        break
      }
      default:
        return `a commit with a proposal of type ${proposal.proposalType}`
    }
  }
  if (inits > 1) return "more than one external_init proposal"
  if (parameters.length > 1) return "more than one change of the room's parameters"
  return { added, removed, externalInit: inits === 1, parameters: parameters[0] }
}

/** May this member make this commit? @param committer a member, by leaf. */
export function judgeMember(group: JudgedGroup, committer: number, plan: Plan): string | undefined {
  const author = memberAt(group, committer)
  if (author === undefined) return "a commit by nobody in the group"
  if (plan.externalInit) return "a member's commit with an external_init proposal"
  // Until the commit that takes it out is made, it could only be in that one's way.
  if (!admitsOwner(group.parameters, author)) return "a commit by somebody who is banned"
  // Together they would let a member put itself or a stranger into somebody's place unnoticed.
  if (plan.added.length > 0 && plan.removed.length > 0) return "a commit that adds and removes"
  if (plan.added.length > 0 && plan.parameters !== undefined)
    return "a commit that adds and changes the room's parameters"
  if (group.members.length + plan.added.length > MAX_MEMBERS) return "a group above its largest size"
  return (
    judgeRemovals(group, author, plan) ??
    judgeAdditions(group, author, plan.added) ??
    (plan.parameters && judgeParameters(group.parameters, plan.parameters, author, staying(group, plan)))
  )
}

/** May this newcomer join by external commit, taking over the leaves that it removes? */
export function judgeExternal(group: JudgedGroup, newcomer: Owner, plan: Plan): string | undefined {
  if (!plan.externalInit || plan.added.length > 0 || plan.removed.length > 1 || plan.parameters !== undefined)
    return "not the shape of an external commit"
  const present = group.members.find((member) => takesOver(member, newcomer))
  if (isShutOut(group.parameters, newcomer, plan.removed.length === 1)) return SHUT_OUT
  if (plan.removed.length === 1) {
    if (present?.leaf !== plan.removed[0]) return "an external commit that removes somebody else"
    // The parameters name two accounts; one that takes the place of either is a third, and opens a chat of its own.
    return admitsOwner(group.parameters, newcomer) ? undefined : "a third person in a chat of two"
  }
  if (group.parameters.kind !== "link") return "a chat of two that somebody joined from outside"
  if (present !== undefined) return "a device that is in the group already"
  return group.members.length < MAX_MEMBERS ? undefined : "a group above its largest size"
}

/** The answer to a newcomer who is well-formed and may not come in. */
export const SHUT_OUT = "somebody who is banned, or a closed link"

/** Whether a link room refuses this account: a ban counts for everybody, a closed link for whoever has no leaf yet. */
function isShutOut(parameters: RoomParameters, newcomer: Owner, isReplacement: boolean): boolean {
  if (parameters.kind !== "link") return false
  return !admitsOwner(parameters, newcomer) || (!parameters.open && !isReplacement)
}

/** Nobody who is banned comes back, or goes on, as the account that takes its own place. */
function admitsOwner(parameters: RoomParameters, owner: Pick<Owner, "accountId" | "succeeds">): boolean {
  return parameters.kind === "direct"
    ? admits(parameters, owner.accountId)
    : accountsOf(owner).every((accountId) => admits(parameters, accountId))
}

/** A committer stays who it was. */
export function judgeCommitter(before: Member, after: Owner | undefined): string | undefined {
  if (after === undefined) return "a committer's leaf without an owner"
  return isSameDevice(before, after) ? undefined : "a committer that became somebody else"
}

export function memberAt(group: JudgedGroup, leaf: number): Member | undefined {
  return group.members.find((member) => member.leaf === leaf)
}

function staying({ members }: JudgedGroup, { removed }: Plan): Member[] {
  return members.filter(({ leaf }) => !removed.includes(leaf))
}

function judgeRemovals(
  group: JudgedGroup,
  author: Member,
  { removed, parameters = group.parameters }: Plan,
): string | undefined {
  for (const leaf of removed) {
    const target = memberAt(group, leaf)
    if (target === undefined) return "a removal of nobody"
    if (target.leaf === author.leaf) return "a member that removes its own leaf"
    // Whoever is taken out without a ban would be back by the link at once.
    const isMeant = isModerator(group.parameters, author) && !admitsOwner(parameters, target)
    if (!isSameAccount(target, author) && !isMeant) return "a removal of another person's device"
  }
  return new Set(removed).size === removed.length ? undefined : "a leaf removed twice"
}

function judgeAdditions(group: JudgedGroup, author: Member, added: readonly Owner[]): string | undefined {
  for (const [index, newcomer] of added.entries()) {
    const others = [...group.members, ...added.slice(0, index)]
    if (others.some((member) => takesOver(member, newcomer) || takesOver(newcomer, member)))
      return "a device that is in the group already"
    if (!admitsOwner(group.parameters, newcomer)) return "somebody whom the room does not admit"
    if (group.parameters.kind === "link" && !group.parameters.open && !isSameAccount(newcomer, author))
      return "a device added while the link is closed"
    // The one commit that opens a chat brings in the other person's devices; later each person brings only their own.
    const opening = group.epoch === 0
    if (group.parameters.kind === "direct" && !opening && !isSameAccount(newcomer, author)) {
      return "a device added by the other person"
    }
  }
  return undefined
}
