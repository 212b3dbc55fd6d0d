/**
 * This person's next key (PROTOCOL.md §8.2, §14.3): made here, signed by the one before, which is then forgotten. All of
 * it is one change of the store; the next start is the new account, and the relay hears of it then.
 */
import { createAccount, handOver } from "../crypto/identity.ts"
import { decodeDirectoryEntry, DIRECTORY_KINDS } from "../protocol/directory-entry.ts"
import type { Contacts } from "./contacts.ts"
import type { Context } from "./context.ts"
import { hashOfEntry, personRecord } from "./entries.ts"
import { ClientError } from "./errors.ts"
import { forgetInboxPlace } from "./inbox.ts"
import { DEVICE_CERTIFICATE_MS, putNextAccount } from "./profile.ts"
import { putRecord } from "./records.ts"
import { signedEntry } from "./registering.ts"

/** @throws ClientError `not-now` without a connection, or while a conversation is finding its way. */
export function rotate(context: Context, contacts: Contacts): void {
  const { identity, random, clock } = context
  const last = contacts.get(contacts.own)
  if (!context.mayTalk() || context.heads().isDistrusted || !last)
    throw new ClientError("not-now", "a new key is made while the relay is connected")
  for (const { record, pending, log } of context.rooms()) {
    if (
      record.rejoin ||
      record.uncertain ||
      record.rescanTo !== undefined ||
      pending ||
      !log.isCaughtUp(record)
    )
      throw new ClientError("not-now", "a conversation is still being read or joined; try again in a moment")
  }
  const account = createAccount(random)
  const former = handOver(identity.account, account.accountId)
  const at = clock.now()
  const next = { account, former, inboxId: random.bytes(32), certificateEnd: at + DEVICE_CERTIFICATE_MS }
  const { name, seq } = last.entry
  const entry = signedEntry(
    { ...next, device: identity.device },
    {
      kind: DIRECTORY_KINDS.rotate,
      name,
      seq: seq + 1,
      previous: hashOfEntry(last.entry),
      origin: { kind: "rotate", ...former },
    },
  )
  context.update("synced", (update) => {
    const { tx } = update
    putNextAccount(tx, next)
    putRecord(tx, "person", contacts.own, personRecord({ ...last, successor: account.accountId }))
    putRecord(
      tx,
      "person",
      account.accountId,
      personRecord({
        entry: decodeDirectoryEntry(entry),
        trust: "unverified",
        firstSeenAt: at,
        origin: { kind: "rotate", account: contacts.own },
      }),
    )
    // Packages name the key before, and nobody may be added under it.
    tx.deleteRange("package", {})
    forgetInboxPlace(tx)
    for (const conversation of context.rooms()) {
      if (conversation.record.kind === "everyone" && !conversation.record.member) continue
      conversation.put(update, { rejoin: { why: "rotated", since: at } })
    }
  })
}
