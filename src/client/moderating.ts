/**
 * What a moderator does to a link room (PROTOCOL.md §12.5). What a person wants is saved as a wish first, and done by the
 * commits that lead there; which of them is next is read off the room's parameters, so a crash, a lost race or another
 * moderator's help between two of them changes nothing:
 *
 *     open, g ──ban, or reset: the link closes, its header goes──▶ closed, g ──the banned leave──▶ open, g + 1
 *
 * The second commit is every moderator's business: whoever began it does it at once, the others when it is not done.
 */
import { equalBytes, toHex } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import type { GroupChange, GroupState, LinkParameters, Member } from "../crypto/mls-engine.ts"
import {
  includes,
  MAX_BANNED,
  MAX_MODERATORS,
  withAccount,
  withoutAccount,
} from "../crypto/mls-parameters.ts"
import type { Millis } from "../platform/clock.ts"
import type { Update } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { doorstepOf } from "./doorstep.ts"
import type { RoleChange } from "./events.ts"
import { proposeCommit } from "./joining.ts"

/** What this person wants of a link room and has not got yet. `from`: the link's generation when they said so. */
export type LinkWish =
  | { kind: "ban" | "unban" | "promote" | "demote"; account: Uint8Array }
  | { kind: "reset"; from: number }

/** So long a moderator waits, for each one before it in the list and once more, before it finishes what another began. */
export const FINISH_AFTER_MS: Millis = 5_000

/** The rules of a link room; undefined in a direct chat, and while this device is not in the room. */
export function linkParameters(group: GroupState | undefined): LinkParameters | undefined {
  return group?.parameters.kind === "link" ? group.parameters : undefined
}

/** Whether nothing is left to do for it. */
function isDone(wish: LinkWish, now: LinkParameters): boolean {
  switch (wish.kind) {
    case "ban":
      return includes(now.banned, wish.account) && now.open
    case "unban":
      return !includes(now.banned, wish.account)
    case "promote":
      return includes(now.moderators, wish.account)
    case "demote":
      return !includes(now.moderators, wish.account)
    case "reset":
      return now.generation > wish.from && now.open
  }
}

/** The parameters that this wish asks for now; undefined when its next step is to open the link again. */
function wanted(wish: LinkWish, now: LinkParameters): LinkParameters | undefined {
  switch (wish.kind) {
    case "ban": {
      if (includes(now.banned, wish.account)) return undefined
      const moderators = withoutAccount(now.moderators, wish.account)
      return { ...now, open: false, moderators, banned: withAccount(now.banned, wish.account) }
    }
    case "unban":
      return { ...now, banned: withoutAccount(now.banned, wish.account) }
    case "promote":
      return { ...now, moderators: withAccount(now.moderators, wish.account) }
    case "demote":
      return { ...now, moderators: withoutAccount(now.moderators, wish.account) }
    case "reset":
      return now.open ? { ...now, open: false } : undefined
  }
}

/** Whether a wish can be granted by this room at all. The answer is the reason why not. */
export function refusalOf(wish: LinkWish, group: GroupState, own: Uint8Array): string | undefined {
  const now = linkParameters(group)
  if (!now) return "this is no room that people join by a link"
  if (!includes(now.moderators, own)) return "only a moderator of this room can do that"
  const isThere = (account: Uint8Array) =>
    group.members.some(({ accountId }) => equalBytes(accountId, account))
  switch (wish.kind) {
    case "ban":
      if (equalBytes(wish.account, own)) return "you cannot remove yourself"
      return now.banned.length < MAX_BANNED || includes(now.banned, wish.account)
        ? undefined
        : `a room keeps out at most ${MAX_BANNED} people; let somebody back in first`
    case "promote":
      if (includes(now.banned, wish.account)) return "this person was removed; let them back in first"
      if (!isThere(wish.account)) return "a moderator must be in the room"
      return now.moderators.length < MAX_MODERATORS || includes(now.moderators, wish.account)
        ? undefined
        : `a room has at most ${MAX_MODERATORS} moderators`
    case "demote": {
      const left = withoutAccount(now.moderators, wish.account)
      return left.some(isThere) ? undefined : "a room keeps at least one moderator who is in it"
    }
    case "unban":
    case "reset":
      return undefined
  }
}

/** Does the next thing that is missing. @returns true when something was asked for or offered. */
export async function moderateIfDue(conversation: Conversation): Promise<boolean> {
  const { group, record, pending, context } = conversation
  const now = linkParameters(group)
  if (!group || !now || pending || record.uncertain) return false
  const own = context.identity.account.accountId
  const wishes = (record.wishes ?? []).filter((wish) => !isDone(wish, now))
  const possible = wishes.filter((wish) => refusalOf(wish, group, own) === undefined)
  if (possible.length !== (record.wishes ?? []).length) keepWishes(conversation, wishes, possible)
  if (!includes(now.moderators, own)) return false
  const change = nextChange(conversation, group, now, possible)
  if (!change) return false
  if (conversation.now.turn !== "granted") conversation.askTurn()
  else await attempt(conversation, change)
  return true
}

function nextChange(
  conversation: Conversation,
  group: GroupState,
  now: LinkParameters,
  wishes: readonly LinkWish[],
): GroupChange | undefined {
  const own = conversation.context.identity.account.accountId
  for (const wish of wishes) {
    const parameters = wanted(wish, now)
    if (parameters) return { parameters }
  }
  if (now.open) {
    doorstepOf(conversation).closedSince = undefined
    return undefined
  }
  const time = conversation.context.clock.now()
  const closedSince = (doorstepOf(conversation).closedSince ??= time)
  const rank = now.moderators.findIndex((each) => equalBytes(each, own)) + 1
  const at = wishes.length > 0 ? time : closedSince + rank * FINISH_AFTER_MS
  if (time < at) {
    conversation.wakeAt(at)
    return undefined
  }
  const out = group.members.filter(({ accountId }) => includes(now.banned, accountId))
  return {
    remove: out.map(({ leaf }) => leaf),
    parameters: { ...now, open: true, generation: now.generation + 1 },
  }
}

/** What cannot be granted any more is dropped, and said: the room may have changed since it was asked for. */
function keepWishes(
  conversation: Conversation,
  open: readonly LinkWish[],
  possible: readonly LinkWish[],
): void {
  const { group, context } = conversation
  conversation.save("ordered", { wishes: possible }, (update) => {
    for (const wish of open) {
      if (possible.includes(wish)) continue
      const detail = refusalOf(wish, group!, context.identity.account.accountId)!
      update.tell({ type: "error", code: "not-done", detail })
    }
    update.tell({ type: "room.changed", room: conversation.ref })
  })
}

async function attempt(conversation: Conversation, change: GroupChange): Promise<void> {
  try {
    await proposeCommit(conversation, change)
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause
    // Not one that the rules foresee; asked again on the next event, it would be refused again.
    conversation.endTurn()
    conversation.save("ordered", { wishes: [] }, (update) =>
      update.tell({ type: "error", code: "not-done", detail: cause.message }),
    )
  }
}

/** The person wants something of the room: kept until it is done. */
export function addWish(conversation: Conversation, wish: LinkWish): void {
  const wishes = (conversation.record.wishes ?? []).filter((each) => !isSame(each, wish))
  conversation.save("synced", { wishes: [...wishes, wish] }, (update) =>
    update.tell({ type: "room.changed", room: conversation.ref }),
  )
}

/** Of two wishes about one person the later counts. */
function isSame(a: LinkWish, b: LinkWish): boolean {
  if (a.kind === "reset" || b.kind === "reset") return a.kind === b.kind
  const kinds = [a.kind, b.kind].sort().join()
  const isPair = a.kind === b.kind || kinds === "ban,unban" || kinds === "demote,promote"
  return isPair && equalBytes(a.account, b.account)
}

/** What a moderator's commit changed, as lines. */
export function roleNotices(
  conversation: Conversation,
  update: Update,
  seq: number,
  after: GroupState,
  author: Member | undefined,
): void {
  const [old, now] = [linkParameters(conversation.group), linkParameters(after)]
  if (!old || !now || !author) return
  const by = author.accountId
  const say = (code: RoleChange, before: readonly Uint8Array[], then: readonly Uint8Array[]) => {
    const known = new Set(before.map(toHex))
    for (const account of then)
      if (!known.has(toHex(account))) conversation.notice(update, seq, { code, account, by })
  }
  say("removed", old.banned, now.banned)
  say("let-back", now.banned, old.banned)
  say("moderator", old.moderators, now.moderators)
  // Whoever was removed is no moderator any more, which need not be said twice.
  say("no-moderator", [...now.moderators, ...now.banned], old.moderators)
  if (now.generation > old.generation) conversation.notice(update, seq, { code: "link-reset", by })
}
