/** What may be said at all, and to whom: checked when a person sends, before anything is saved. */
import { utf8 } from "../bytes.ts"
import { MAX_TEXT_BYTES } from "../protocol/content.ts"
import type { Conversation } from "./conversation.ts"
import { ClientError } from "./errors.ts"
import type { Trust } from "./events.ts"
import { unheardInviter } from "./link.ts"

/**
 * @param trust in the other person of a direct chat; undefined in rooms.
 * @throws ClientError `message-empty`, `message-too-long`, `key-changed`, `blocked`.
 */
export function checkOutgoing(text: string, trust: Trust | undefined): void {
  if (text.trim().length === 0) throw new ClientError("message-empty", "there is nothing in this message")
  const bytes = utf8(text).length
  if (bytes > MAX_TEXT_BYTES) {
    throw new ClientError(
      "message-too-long",
      `the message has ${bytes} bytes; at most ${MAX_TEXT_BYTES} fit. Send it in parts`,
    )
  }
  if (trust === "changed") {
    throw new ClientError(
      "key-changed",
      "the keys did not match; nothing is sent until they have been compared again",
    )
  }
  if (trust === "blocked") throw new ClientError("blocked", "this person is blocked")
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
