/** All conversations of a profile: found by id, name, person or handle; made when they are first needed. */
import { equalBytes, toHex } from "../bytes.ts"
import { directKeys, roomKeys } from "../crypto/channel-keys.ts"
import { CryptoError } from "../crypto/errors.ts"
import { type Letter, LETTER_KINDS } from "../protocol/content.ts"
import type { Contacts } from "./contacts.ts"
import { roomId } from "./contacts.ts"
import type { Context } from "./context.ts"
import { Conversation } from "./conversation.ts"
import { ClientError } from "./errors.ts"
import type { RoomRef } from "./events.ts"
import type { RoomWay } from "./profile.ts"
import { giveLink, takeLink } from "./link-letters.ts"
import { follow, mayFollow } from "./following.ts"
import { type ConversationRecord, decodeRecordIfSound, newConversation, putRecord } from "./records.ts"
import { giveGroup, loseGroup, takeGroup } from "./rejoining.ts"
import { MAX_REOPENINGS, reopen } from "./reopening.ts"
import { goOnAll } from "./restoring.ts"
import type { RoomLink } from "./room-header.ts"

export class Rooms {
  readonly #context: Context
  readonly #contacts: Contacts
  readonly #byRoom = new Map<string, Conversation>()
  /** By person and key. Each costs a key agreement, and every connection asks for all of them. */
  readonly #directChannels = new Map<string, Uint8Array>()

  constructor(context: Context, contacts: Contacts) {
    this.#context = context
    this.#contacts = contacts
  }

  /** Reads all conversations from the store; one whose group state is damaged has lost it, and joins again. */
  async load(): Promise<void> {
    for (const { value } of this.#context.store.range("conversation", {})) {
      const record = decodeRecordIfSound<ConversationRecord>(value)
      // Made again, as a conversation without a group, when it is next needed; what was said in it is still there.
      if (!record) {
        this.#context.log.write("error", "conversation.damaged")
        continue
      }
      const conversation = new Conversation(this.#context, this.#contacts, record)
      this.#byRoom.set(toHex(conversation.room), conversation)
      try {
        await conversation.load()
      } catch (cause) {
        if (!isDamage(cause)) throw cause
        this.#context.log.write("error", "group.damaged", { detail: cause.message })
        loseGroup(conversation, "damaged")
      }
    }
    goOnAll(this.#context, this.all())
  }

  all(): readonly Conversation[] {
    return [...this.#byRoom.values()]
  }

  /** @throws ClientError `unknown-name`. */
  byId(id: string): Conversation {
    for (const conversation of this.#byRoom.values()) if (conversation.ref.id === id) return conversation
    throw new ClientError("unknown-name", "there is no such room")
  }

  byHandle(handle: number): Conversation | undefined {
    for (const conversation of this.#byRoom.values())
      if (conversation.log.handle === handle) return conversation
    return undefined
  }

  /** The chat with whoever has, or had, this account. */
  with(accountId: Uint8Array): Conversation | undefined {
    for (const conversation of this.#byRoom.values()) {
      const { peer } = conversation.record
      if (peer && this.#contacts.isSamePerson(peer, accountId)) return conversation
    }
    return undefined
  }

  refOf(room: Uint8Array): RoomRef {
    return this.#byRoom.get(toHex(room))?.ref ?? { id: roomId(room), name: "?", kind: "direct" }
  }

  /** Where `send TO` goes; the chat need not exist. @throws ClientError `unknown-name`, `ambiguous-name`. */
  find(to: string): RoomRef {
    for (const { ref } of this.#byRoom.values()) {
      if (ref.id === to || (ref.kind === "everyone" && to.toLowerCase() === "#everyone")) return ref
    }
    if (to.startsWith("#"))
      throw new ClientError("unknown-name", `there is no room called "${to}"; #everyone is the one there is`)
    const { accountId } = this.#contacts.find(to).entry
    const { name } = this.#contacts.ref(accountId)
    return this.with(accountId)?.ref ?? { id: roomId(this.directChannel(accountId)), name, kind: "direct" }
  }

  /** @param accountId of somebody in the directory. */
  ensureDirect(accountId: Uint8Array): Conversation {
    return (
      this.with(accountId) ??
      this.#create(newConversation(this.directChannel(accountId), "direct", accountId, undefined))
    )
  }

  /** Somebody says that a chat has been opened, or opened anew, in the channel of this counter; or asks for its group. */
  async takeLetter(from: Uint8Array, letter: Letter): Promise<void> {
    const { kind, counter } = letter
    if (kind === LETTER_KINDS["ask-link"]) return giveLink(this.#context, this.#contacts, from, letter)
    if (kind === LETTER_KINDS.link) return takeLink(this.#context, from, letter)
    const conversation = this.ensureDirect(from)
    if (mayFollow(conversation)) follow(conversation)
    if (!conversation.record.peer || !equalBytes(conversation.record.peer, from))
      return conversation.advance()
    if (kind === LETTER_KINDS["ask-group"]) return giveGroup(conversation, from, letter)
    if (kind === LETTER_KINDS["group-info"]) return takeGroup(conversation, letter)
    // Only forwards, and not without end: an old letter, or one that counts to the sky, changes nothing.
    if (kind === LETTER_KINDS.reopen && counter > conversation.record.counter && counter <= MAX_REOPENINGS) {
      reopen(conversation, counter, "theirs")
    }
    await conversation.advance()
  }

  /** @param way from the invitation; an open relay has no secret of its own, and one that everybody can compute. */
  ensureEveryone({ secret, room, inviter: named }: RoomWay): void {
    const { accountId } = this.#context.identity.account
    // One's own invitation, on another device: nobody waits for oneself.
    const inviter = named && equalBytes(named, accountId) ? undefined : named
    const channel =
      room?.channelId ?? roomKeys(this.#context.primitives, secret, this.#context.relayId()).channel
    const generation = room?.generation ?? 0
    const known = this.all().find(({ record }) => record.kind === "everyone")
    if (known) return takeWay(known, channel, { secret, generation }, inviter)
    this.#create({ ...newConversation(channel, "everyone", undefined, { secret, generation }), inviter })
  }

  /** Where the chat with this person is, or would be opened. */
  directChannel(accountId: Uint8Array): Uint8Array {
    const { primitives, identity, relayId } = this.#context
    const { accountX } = this.#contacts.get(accountId)!.entry
    const name = toHex(accountId) + toHex(accountX)
    let channel = this.#directChannels.get(name)
    if (channel === undefined) {
      channel = directKeys(primitives, identity.account, { accountId, x: accountX }, relayId(), 0).channel
      this.#directChannels.set(name, channel)
    }
    return channel
  }

  #create(record: ConversationRecord): Conversation {
    const conversation = new Conversation(this.#context, this.#contacts, record)
    this.#context.update("ordered", (update) => {
      putRecord(update.tx, "conversation", record.room, record)
      update.after(() => this.#byRoom.set(toHex(record.room), conversation))
      update.tell({ type: "room.changed", room: conversation.ref })
    })
    return conversation
  }
}

/** A newer invitation than the one that is known: for whoever is not in the room, and perhaps was removed from it. */
function takeWay(
  conversation: Conversation,
  channel: Uint8Array,
  link: RoomLink,
  inviter: Uint8Array | undefined,
): void {
  const { record, group, pending } = conversation
  const isNewer = link.generation > record.link!.generation
  if (group || pending || !isNewer || !equalBytes(channel, record.channelId)) return
  const problem = record.problem === "removed" ? undefined : record.problem
  conversation.save("synced", { link, inviter, problem }, (update) =>
    update.tell({ type: "room.changed", room: conversation.ref }),
  )
}

export function isDamage(cause: unknown): cause is Error {
  if (cause instanceof CryptoError) return cause.code === "bad-group"
  return cause instanceof ClientError && cause.code === "database-damaged"
}
