/** What may be said at all, and to whom: checked when a person sends, before anything is saved. */
import { utf8 } from "../bytes.ts"
import { MAX_TEXT_BYTES } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import { ClientError } from "./errors.ts"
import { doubtOf } from "./following.ts"
import { unheardInviter } from "./link.ts"

/**
 * @throws ClientError `message-empty`, `message-too-long`; `key-changed`, `keys-differ`, `blocked`, `closed`.
 */
export function checkOutgoing(text: string, conversation: Conversation): void {
  if (text.trim().length === 0) throw new ClientError("message-empty", "there is nothing in this message")
  const bytes = utf8(text).length
  if (bytes > MAX_TEXT_BYTES) {
    throw new ClientError(
      "message-too-long",
      `the message has ${bytes} bytes; at most ${MAX_TEXT_BYTES} fit. Send it in parts`,
    )
  }
  const doubt = doubtOf(conversation)
  if (doubt === "key-changed") throw new ClientError("key-changed", whyStopped(conversation))
  if (doubt === "keys-differ")
    throw new ClientError(
      "keys-differ",
      "the keys did not match; nothing is sent until they have been compared again",
    )
  if (doubt === "blocked") throw new ClientError("blocked", "this person is blocked")
  if (doubt === "closed") throw new ClientError("closed", "this person has closed their account")
}

function whyStopped({ record }: Conversation): string {
  return record.peer
    ? "this person's key was replaced; nothing is sent until you decide"
    : "the key of somebody here was replaced; nothing is sent until you decide"
}

/**
 * Whether anything may be said in this room now (PROTOCOL.md §12.3).
 * @throws ClientError `removed`, `inviter-unheard`.
 */
export function checkRoom(conversation: Conversation): void {
  if (conversation.record.problem === "removed")
    throw new ClientError("removed", "you were removed from this room; nothing can be sent there")
  const inviter = unheardInviter(conversation)
  if (!inviter) return
  const { name } = conversation.contacts.ref(inviter)
  throw new ClientError(
    "inviter-unheard",
    `${name}, whose invitation brought you here, has not been heard in this room yet, so it may not be the one you were invited to`,
  )
}
