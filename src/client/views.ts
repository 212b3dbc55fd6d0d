/** What guests see of conversations: views are made when they are asked for, never stored. */
import { equalBytes, toHex } from "../bytes.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import type { Conversation } from "./conversation.ts"
import type { PersonRef, RoomMember, RoomView } from "./events.ts"
import { doubtOf } from "./following.ts"

/** @param withoutSecret whether anybody on the network can compute the room's key. */
export function roomView(conversation: Conversation, withoutSecret: boolean): RoomView {
  const { record, contacts, group, now, context } = conversation
  const stopped = record.problem ?? doubtOf(conversation)
  const problem = stopped ?? (group ? undefined : now.door?.problem)
  const peer = record.peer && (contacts.newest(record.peer)?.entry.accountId ?? record.peer)
  const isWaiting = now.notBefore > context.clock.now()
  return {
    ...conversation.ref,
    peer: peer && contacts.view(peer),
    unread: record.unread,
    lastAt: record.lastAt,
    state: stopped
      ? "stopped"
      : isWaiting
        ? "waiting"
        : group || record.kind === "direct"
          ? "open"
          : "joining",
    problem,
    members: group ? membersOf(conversation, group) : [],
    ownFormer: group ? ownFormerOf(conversation, group) : [],
    // Once the link was replaced there is a secret, whatever the relay began with.
    withoutSecret: record.kind === "everyone" && withoutSecret && record.link?.generation === 0,
  }
}

/** People, whatever the number of their devices, and of the keys that they have had. */
function membersOf(
  { peers, contacts }: Conversation,
  { members, ownLeaf }: GroupState,
): readonly RoomMember[] {
  const own = members.find(({ leaf }) => leaf === ownLeaf)
  const people = new Map<string, RoomMember>()
  for (const member of members) {
    const { accountId } = member
    if (contacts.isSamePerson(accountId, contacts.own)) continue
    if (own && equalBytes(accountId, own.accountId)) continue
    const newest = contacts.newest(accountId)?.entry.accountId ?? accountId
    const before = people.get(toHex(newest))
    people.set(toHex(newest), {
      person: before?.person ?? contacts.view(newest),
      here: (before?.here ?? false) || (peers.of(member)?.isHere ?? false),
      former: withFormer(before?.former ?? [], contacts.ref(accountId)),
    })
  }
  return [...people.values()]
}

/** Keys that this person had and lost, and that have not left the room yet. */
function ownFormerOf({ contacts }: Conversation, { members }: GroupState): readonly PersonRef[] {
  return members
    .filter(({ accountId }) => contacts.isSamePerson(accountId, contacts.own) && !contacts.isOwn(accountId))
    .reduce<readonly PersonRef[]>((all, { accountId }) => withFormer(all, contacts.ref(accountId)), [])
}

/** Each key once, whatever the number of its devices. */
function withFormer(former: readonly PersonRef[], ref: PersonRef): readonly PersonRef[] {
  return ref.trust !== "replaced" || former.some(({ id }) => id === ref.id) ? former : [...former, ref]
}
