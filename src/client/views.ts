/** What guests see of conversations: views are made when they are asked for, never stored. */
import { equalBytes, toHex } from "../bytes.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import type { Conversation } from "./conversation.ts"
import type { RoomMember, RoomView } from "./events.ts"
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
    if (contacts.isOwn(accountId) || (own && equalBytes(accountId, own.accountId))) continue
    const newest = contacts.newest(accountId)?.entry.accountId ?? accountId
    const before = people.get(toHex(newest))
    const ref = contacts.ref(accountId)
    const isKnown = ref.trust !== "replaced" || before?.former.some(({ id }) => id === ref.id) === true
    people.set(toHex(newest), {
      person: before?.person ?? contacts.view(newest),
      here: (before?.here ?? false) || (peers.of(member)?.isHere ?? false),
      former: [...(before?.former ?? []), ...(isKnown ? [] : [ref])],
    })
  }
  return [...people.values()]
}
