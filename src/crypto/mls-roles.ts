/**
 * Who may change a link room's parameters, and how (PROTOCOL.md §10.4). Pure, like all of §10.4: the state and the commit
 * decide, so all members answer alike. An answer is the reason of a refusal, or undefined.
 *
 *     open, generation g ──ban or close──▶ closed, g ──the banned are out──▶ open, g + 1
 */
import type { LinkParameters, Member, RoomParameters } from "./mls-engine.ts"
import { admits, includes } from "./mls-parameters.ts"
import { accountsOf, type Owner } from "./mls-roster.ts"

/** Whether this account, or the one that handed over to it, may change who is in the room, and how one gets in. */
export function isModerator(
  parameters: RoomParameters,
  owner: Pick<Owner, "accountId" | "succeeds">,
): boolean {
  return (
    parameters.kind === "link" &&
    accountsOf(owner).some((accountId) => includes(parameters.moderators, accountId))
  )
}

/**
 * Other parameters in a member's commit.
 * @param staying who is in the group afterwards.
 */
export function judgeParameters(
  before: RoomParameters,
  after: RoomParameters,
  author: Pick<Owner, "accountId" | "succeeds">,
  staying: readonly Member[],
): string | undefined {
  if (before.kind !== "link" || after.kind !== "link") return "other parameters of a chat of two"
  if (!isModerator(before, author)) return "other parameters by somebody who is no moderator"
  return judgeLink(before, after, staying) ?? judgeModerators(before, after, staying)
}

/** Whoever is banned knows the link: it closes with the ban, and opens under another secret once they are out. */
function judgeLink(
  before: LinkParameters,
  after: LinkParameters,
  staying: readonly Member[],
): string | undefined {
  const opens = after.open && !before.open
  if (after.generation !== before.generation + (opens ? 1 : 0)) return "a link generation out of its turn"
  const bans = after.banned.some((accountId) => !includes(before.banned, accountId))
  if (bans && after.open) return "a ban that leaves the link open"
  if (opens && staying.some((member) => accountsOf(member).some((accountId) => !admits(after, accountId))))
    return "a link that opens with somebody banned inside"
  return undefined
}

/** A moderator is somebody who is there, or the room would be nobody's. */
function judgeModerators(
  before: LinkParameters,
  after: LinkParameters,
  staying: readonly Member[],
): string | undefined {
  const isThere = (accountId: Uint8Array) => staying.some((member) => includes(accountsOf(member), accountId))
  const isNew = (accountId: Uint8Array) => !includes(before.moderators, accountId)
  if (after.moderators.some((accountId) => isNew(accountId) && !isThere(accountId)))
    return "a moderator who is not in the group"
  return after.moderators.some(isThere) ? undefined : "a group without a moderator"
}
