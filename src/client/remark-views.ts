/** What guests see of a message once everything that was said about it is counted (PROTOCOL.md §13.7). */
import { compareBytes, utf8 } from "../bytes.ts"
import type { MessageRef } from "../protocol/remarks.ts"
import type { Contacts } from "./contacts.ts"
import type { ClientEvent, MessageView, ReactionView, ReplyView, RoomRef } from "./events.ts"
import { messageIdText, messageView } from "./lines.ts"
import type { JournalRecord } from "./journal.ts"
import {
  type Folded,
  foldRemarks,
  lineOf,
  type MessageLine,
  refOf,
  remarksOn,
  type Where,
} from "./remarks.ts"

/** Of a message that is answered so much is shown, in characters. */
const QUOTED_LENGTH = 200

/** @param receipts of our own messages in rooms. */
export function seenMessage(
  where: Where,
  line: MessageLine,
  receipts?: MessageView["receipts"],
): MessageView {
  const view = messageView(line, where.contacts, receipts)
  const replyTo = line.replyTo && replyView(where, line.replyTo)
  const more = { ...(replyTo && { replyTo }), ...(line.isGone && { deleted: true as const }) }
  if (!line.isRemarked) return { ...view, ...more }
  const folded = foldRemarks(where.contacts, line.account, remarksOn(where, refOf(line)))
  return { ...view, ...more, ...remarked(where.contacts, folded, line) }
}

function remarked(contacts: Contacts, folded: Folded, line: MessageLine): Partial<MessageView> {
  const unsent = folded.unsent && { unsent: folded.unsent }
  if (folded.isGone || line.isGone) return { text: "", deleted: true, ...unsent }
  const { edit } = folded
  const reactions = reactionViews(contacts, folded)
  return {
    ...(edit && { text: edit.text, edited: edit.at }),
    ...(reactions.length > 0 && { reactions }),
    ...unsent,
  }
}

/** Most first, then by their bytes. */
function reactionViews(contacts: Contacts, { reactions }: Folded): ReactionView[] {
  return [...reactions]
    .map(([reaction, accounts]) => ({
      reaction,
      people: accounts.map((account) => contacts.ref(account)),
      own: accounts.some((account) => contacts.isOwn(account)),
    }))
    .sort((a, b) => b.people.length - a.people.length || compareBytes(utf8(a.reaction), utf8(b.reaction)))
}

function replyView(where: Where, ref: MessageRef): ReplyView {
  const found = lineOf(where, ref)
  const id = messageIdText(ref.messageId)
  const from = where.contacts.ref(found?.line.account ?? ref.author)
  if (!found) return { id, from, state: "unknown", text: "" }
  // What a reply answers is shown without what that one answers.
  const { text, deleted } = seenMessage(where, { ...found.line, replyTo: undefined })
  if (deleted) return { id, from, state: "deleted", text: "" }
  return { id, from, state: "there", text: firstLine(text) }
}

function firstLine(text: string): string {
  const line = text.trimStart().split("\n", 1)[0] ?? ""
  return Array.from(line.slice(0, 2 * QUOTED_LENGTH))
    .slice(0, QUOTED_LENGTH)
    .join("")
}

/** As the message is now; undefined when it is not here. */
export function remarkEvent(
  where: Where,
  room: RoomRef,
  record: Extract<JournalRecord, { about: MessageRef }>,
): ClientEvent | undefined {
  const found = lineOf(where, record.about)
  if (!found) return undefined
  const message = seenMessage(where, found.line)
  const from = where.contacts.ref(record.by)
  switch (record.type) {
    case "message.edited":
      return { type: "message.edited", room, from, message }
    case "message.deleted":
      return { type: "message.deleted", room, from, message: { id: message.id, from: message.from } }
    case "message.reaction":
      return {
        type: "message.reaction",
        room,
        from,
        message: { id: message.id, from: message.from },
        reactions: record.reactions,
      }
  }
}
