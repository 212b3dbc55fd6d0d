/**
 * Who may change a group, and how (PROTOCOL.md §10.4). The library checks signatures and keys; it would let an
 * outsider's external commit remove anybody, and a member commit under another name. These rules are what forbids that.
 *
 * Each rule is a pure function of the state and the commit, so all members answer alike. An answer is the reason of a
 * refusal, or undefined.
 */
import type { Proposal } from "ts-mls/proposal.js"
import type { GroupState, Member } from "./mls-engine.ts"
import { admits, MAX_MEMBERS } from "./mls-profile.ts"
import { isSameAccount, isSameDevice, type Owner, type Roster } from "./mls-roster.ts"

/** What the rules look at. */
export type JudgedGroup = Pick<GroupState, "members" | "epoch" | "parameters">

/** What a commit wants to do, as far as it is allowed at all. */
export interface Plan {
  added: readonly Owner[]
  /** Leaves. */
  removed: readonly number[]
  /** An external commit's proposal. */
  externalInit: boolean
}

/** A commit's proposals, when they are of the kinds that a commit may carry; else the reason of the refusal. */
export function planOf(roster: Roster, proposals: readonly Proposal[]): Plan | string {
  const added: Owner[] = []
  const removed: number[] = []
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
      default:
        return `a commit with a proposal of type ${proposal.proposalType}`
    }
  }
  if (inits > 1) return "more than one external_init proposal"
  return { added, removed, externalInit: inits === 1 }
}

/** May this member make this commit? @param committer a member, by leaf. */
export function judgeMember(group: JudgedGroup, committer: number, plan: Plan): string | undefined {
  const author = memberAt(group, committer)
  if (author === undefined) return "a commit by nobody in the group"
  if (plan.externalInit) return "a member's commit with an external_init proposal"
  // Together they would let a member put itself or a stranger into somebody's place unnoticed.
  if (plan.added.length > 0 && plan.removed.length > 0) return "a commit that adds and removes"
  if (group.members.length + plan.added.length > MAX_MEMBERS) return "a group above its largest size"
  return judgeRemovals(group, author, plan.removed) ?? judgeAdditions(group, author, plan.added)
}

/** May this newcomer join by external commit, taking over the leaves that it removes? */
export function judgeExternal(group: JudgedGroup, newcomer: Owner, plan: Plan): string | undefined {
  if (!plan.externalInit || plan.added.length > 0 || plan.removed.length > 1)
    return "not the shape of an external commit"
  const present = group.members.find((member) => isSameDevice(member, newcomer))
  if (plan.removed.length === 1) {
    return present?.leaf === plan.removed[0] ? undefined : "an external commit that removes somebody else"
  }
  if (group.parameters.kind !== "link") return "a chat of two that somebody joined from outside"
  if (present !== undefined) return "a device that is in the group already"
  return group.members.length < MAX_MEMBERS ? undefined : "a group above its largest size"
}

/** A committer stays who it was. */
export function judgeCommitter(before: Member, after: Owner | undefined): string | undefined {
  if (after === undefined) return "a committer's leaf without an owner"
  return isSameDevice(before, after) ? undefined : "a committer that became somebody else"
}

export function memberAt(group: JudgedGroup, leaf: number): Member | undefined {
  return group.members.find((member) => member.leaf === leaf)
}

function judgeRemovals(group: JudgedGroup, author: Member, removed: readonly number[]): string | undefined {
  for (const leaf of removed) {
    const target = memberAt(group, leaf)
    if (target === undefined) return "a removal of nobody"
    if (target.leaf === author.leaf) return "a member that removes its own leaf"
    // There are no roles: nobody removes anybody else.
    if (!isSameAccount(target, author)) return "a removal of another person's device"
  }
  return new Set(removed).size === removed.length ? undefined : "a leaf removed twice"
}

function judgeAdditions(group: JudgedGroup, author: Member, added: readonly Owner[]): string | undefined {
  for (const [index, newcomer] of added.entries()) {
    const others = [...group.members, ...added.slice(0, index)]
    if (others.some((member) => isSameDevice(member, newcomer)))
      return "a device that is in the group already"
    if (!admits(group.parameters, newcomer.accountId)) return "a third person in a chat of two"
    // The one commit that opens a chat brings in the other person's devices; later each person brings only their own.
    const opening = group.epoch === 0
    if (group.parameters.kind === "direct" && !opening && !isSameAccount(newcomer, author)) {
      return "a device added by the other person"
    }
  }
  return undefined
}
