/**
 * Leaves of this account that the directory does not list any more: a lost or restored device's (PROTOCOL.md §10.4).
 * Until they are gone, whoever holds that device's keys reads along. Nobody else may remove them.
 */
import { equalBytes } from "../bytes.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import type { DirectoryEntry } from "../protocol/directory-entry.ts"
import type { Conversation } from "./conversation.ts"
import { proposeCommit } from "./joining.ts"

/** Removes them, one commit for all. @returns true when something was asked for or offered. */
export async function removeStaleLeaves(conversation: Conversation): Promise<boolean> {
  const { group, pending, record, contacts, context, now } = conversation
  const own = contacts.get(context.identity.account.accountId)?.entry
  if (!group || !own || pending || record.uncertain) return false
  const stale = staleLeaves(group, own, context.identity.device.deviceId)
  if (stale.length === 0) return false
  if (now.turn !== "granted") conversation.askTurn()
  else await proposeCommit(conversation, { remove: stale })
  return true
}

/** None while the directory that we have read does not list this very device: it is older than we are. */
export function staleLeaves(
  group: Pick<GroupState, "members" | "ownLeaf">,
  { accountId, devices }: Pick<DirectoryEntry, "accountId" | "devices">,
  deviceId: Uint8Array,
): number[] {
  const isListed = (id: Uint8Array) => devices.some((device) => equalBytes(device.deviceId, id))
  if (!isListed(deviceId)) return []
  return group.members
    .filter((member) => equalBytes(member.accountId, accountId) && !isListed(member.deviceId))
    .map(({ leaf }) => leaf)
    .filter((leaf) => leaf !== group.ownLeaf)
}
