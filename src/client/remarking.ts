/**
 * What this person says about messages (PROTOCOL.md §13.7): answered, edited, taken back, reacted to. Saved like every
 * message before anything is sent.
 */
import { equalBytes, fromBase64Url } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { RemarkContent } from "../protocol/content.ts"
import { isReaction, MAX_REACTIONS, type MessageRef, sortedReactions } from "../protocol/remarks.ts"
import type { Remarks } from "./client.ts"
import type { Context, Update } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import type { Contacts } from "./contacts.ts"
import { ClientError } from "./errors.ts"
import type { MessageName, MessageView } from "./events.ts"
import type { Run } from "./keys.ts"
import { checkOutgoing, checkRoom } from "./outgoing.ts"
import { dropQueued } from "./own-entries.ts"
import { personId } from "./person-ref.ts"
import { countOf } from "./readers.ts"
import { messageKey } from "./records.ts"
import { foldRemarks, lineOf, type MessageLine, refOf, remarksOn } from "./remarks.ts"
import { takeRemark, whereIn } from "./remark-store.ts"
import { seenMessage } from "./remark-views.ts"
import type { Rooms } from "./rooms.ts"
import { outboxOf, queueInside } from "./sending.ts"

interface Found {
  place: Uint8Array
  line: MessageLine
}

export class Remarking implements Remarks {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #rooms: Rooms
  readonly #run: Run

  constructor(context: Context, contacts: Contacts, rooms: Rooms, run: Run) {
    this.#context = context
    this.#contacts = contacts
    this.#rooms = rooms
    this.#run = run
  }

  find(roomId: string, message: MessageName): MessageView {
    const conversation = this.#rooms.byId(roomId)
    const { line, place } = this.#found(conversation, message)
    return seenMessage(whereIn(conversation, this.#context.store), line, countOf(conversation, line, place))
  }

  edit(roomId: string, message: MessageName, text: string): Promise<void> {
    return this.#do(roomId, (conversation) => {
      const found = this.#own(conversation, message)
      checkOutgoing(text, conversation)
      if (found.line.state === "failed")
        throw new ClientError(
          "not-yours",
          "this message did not arrive, so there is nothing to edit: say it anew",
        )
      if (this.#folded(conversation, found.line).edit?.text === text) return
      const about = refOf(found.line)
      this.#queue(conversation, { type: "edit", about, at: this.#moment(conversation, about), text })
    })
  }

  delete(roomId: string, message: MessageName): Promise<void> {
    return this.#do(roomId, (conversation) => {
      const { line } = this.#own(conversation, message)
      checkOutgoing("delete", conversation)
      const about = refOf(line)
      this.#queue(conversation, { type: "delete", about, at: this.#moment(conversation, about) })
    })
  }

  react(roomId: string, message: MessageName, reaction: string, on: boolean): Promise<void> {
    return this.#do(roomId, (conversation) => {
      if (!isReaction(reaction))
        throw new ClientError(
          "bad-reaction",
          "a reaction is one emoji, or a short word between colons like :yes:",
        )
      const { line } = this.#there(conversation, message)
      checkOutgoing(reaction, conversation)
      const before = [...this.#folded(conversation, line).reactions].flatMap(([each, accounts]) =>
        accounts.some((account) => this.#contacts.isOwn(account)) ? [each] : [],
      )
      if (before.includes(reaction) === on) return
      const reactions = sortedReactions(
        on ? [...before, reaction] : before.filter((each) => each !== reaction),
      )
      if (reactions.length > MAX_REACTIONS)
        throw new ClientError(
          "bad-reaction",
          `at most ${MAX_REACTIONS} reactions of one person fit a message`,
        )
      const about = refOf(line)
      this.#queue(conversation, { type: "reaction", about, at: this.#moment(conversation, about), reactions })
    })
  }

  /** What a text that answers this message names. @throws as `find`, and ClientError `message-deleted`. */
  answered(conversation: Conversation, message: MessageName | undefined): MessageRef | undefined {
    return message && refOf(this.#there(conversation, message).line)
  }

  #do(roomId: string, action: (conversation: Conversation) => void): Promise<void> {
    return this.#run(async () => {
      const conversation = this.#rooms.byId(roomId)
      checkRoom(conversation)
      action(conversation)
      await conversation.advance()
    })
  }

  /** After everything that this person has said about it, whatever their clocks said then. */
  #moment(conversation: Conversation, about: MessageRef): Millis {
    const own = remarksOn(whereIn(conversation, this.#context.store), about).filter(({ account }) =>
      this.#contacts.isOwn(account),
    )
    const times = own.flatMap(({ edit, gone, reaction }) => [edit?.at ?? 0, gone ?? 0, reaction?.at ?? 0])
    return Math.min(
      Number.MAX_SAFE_INTEGER,
      Math.max(this.#context.clock.now(), ...times.map((at) => at + 1)),
    )
  }

  #queue(conversation: Conversation, content: RemarkContent): void {
    conversation.save("synced", {}, (update) => {
      if (content.type === "delete") this.#withdraw(conversation, update, content.about)
      queueInside(conversation, update, content)
      takeRemark(conversation, update, content, this.#contacts.own, undefined, true)
    })
  }

  /** What has no number yet does not leave any more: the words of a deleted message least of all. */
  #withdraw(conversation: Conversation, update: Update, { messageId, author }: MessageRef): void {
    for (const own of outboxOf(update.tx, conversation.room)) {
      const { content, payload } = own.record
      if (payload) continue
      const isText = content.type === "text" && equalBytes(content.messageId, messageId)
      const isEdit =
        content.type === "edit" &&
        equalBytes(content.about.messageId, messageId) &&
        equalBytes(content.about.author, author)
      if (isText || isEdit) dropQueued(conversation, update, own)
    }
  }

  #folded(conversation: Conversation, line: MessageLine) {
    const remarks = remarksOn(whereIn(conversation, this.#context.store), refOf(line))
    return foldRemarks(this.#contacts, line.account, remarks)
  }

  #own(conversation: Conversation, message: MessageName): Found {
    const found = this.#there(conversation, message)
    if (!found.line.own)
      throw new ClientError("not-yours", "only whoever wrote a message may change it or take it back")
    return found
  }

  #there(conversation: Conversation, message: MessageName): Found {
    const found = this.#found(conversation, message)
    if (found.line.isGone || this.#folded(conversation, found.line).isGone)
      throw new ClientError("message-deleted", "this message was deleted")
    return found
  }

  /** Two people may have used one id: then it names nothing. */
  #found(conversation: Conversation, { id, from }: MessageName): Found {
    const encoded = /^m_([A-Za-z0-9_-]{22})$/.exec(id)?.[1]
    const messageId = encoded === undefined ? undefined : fromBase64Url(encoded)
    const where = whereIn(conversation, this.#context.store)
    const lines = new Map<string, Found>()
    for (const author of messageId ? this.#authors(from?.id) : []) {
      if (!where.store.get("message", messageKey(conversation.room, author, messageId!))) continue
      const found = lineOf(where, { author, messageId: messageId! })
      if (found) lines.set(personId(found.line.account), found)
    }
    const [found, second] = lines.values()
    if (!found) throw new ClientError("unknown-message", "there is no message with this id in this room")
    if (second)
      throw new ClientError("unknown-message", "two people have used this id: nobody can say which is meant")
    return found
  }

  #authors(id: string | undefined): Uint8Array[] {
    const others = [...this.#contacts.lineage.contacts()].map(({ entry }) => entry.accountId)
    return [this.#contacts.own, ...others].filter((account) => id === undefined || personId(account) === id)
  }
}
