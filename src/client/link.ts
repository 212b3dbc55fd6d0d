/**
 * What a person does with the link of a room, and as its moderator (PROTOCOL.md §12.5): the guests' face of
 * `moderating.ts`. Each wish resolves when it is on disk; the room's lines and events say when it is done.
 */
import { equalBytes } from "../bytes.ts"
import type { GroupState, LinkParameters } from "../crypto/mls-engine.ts"
import { includes } from "../crypto/mls-parameters.ts"
import { printLink } from "../protocol/address.ts"
import type { Contacts } from "./contacts.ts"
import { personId } from "./person-ref.ts"
import type { Context } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { ClientError } from "./errors.ts"
import type { LinkView, PersonRef } from "./events.ts"
import { addWish, linkParameters, type LinkWish, refusalOf } from "./moderating.ts"
import { readRelay } from "./profile.ts"
import type { Rooms } from "./rooms.ts"

export interface RoomLinks {
  /** Undefined for a direct chat, and while this device is not in the room. */
  view(roomId: string): LinkView | undefined
  /** Whoever gave us the invitation, as long as they have not been heard in the room; undefined otherwise. */
  unheardInviter(roomId: string): PersonRef | undefined
  /** The person says something here although whoever invited them has not been heard. */
  goOnWithout(roomId: string): Promise<void>
  /** An invitation to the relay and the room, from this person. @throws ClientError `not-in-room`, `link-closed`. */
  invitation(roomId: string): Promise<string>
  /** @throws ClientError `not-in-room`, `not-allowed`, `unknown-name`; so do the others. */
  remove(roomId: string, personId: string): Promise<void>
  letBack(roomId: string, personId: string): Promise<void>
  promote(roomId: string, personId: string): Promise<void>
  /** Oneself too, when another moderator is left. */
  demote(roomId: string, personId: string): Promise<void>
  /** Replaces the link by one that nobody knows who is not in the room. */
  reset(roomId: string): Promise<void>
}

/** Does something as an event of the engine's queue. */
type Run = <T>(action: () => Promise<T> | T) => Promise<T>

export class LinkControl implements RoomLinks {
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

  view(roomId: string): LinkView | undefined {
    const { group, record } = this.#rooms.byId(roomId)
    const now = linkParameters(group)
    if (!now) return undefined
    const refs = (accounts: readonly Uint8Array[]) => accounts.map((account) => this.#contacts.ref(account))
    return {
      open: now.open,
      generation: now.generation,
      moderators: refs(now.moderators),
      banned: refs(now.banned),
      isModerator: now.moderators.some((account) => equalBytes(account, this.#own)),
      isBusy: (record.wishes ?? []).length > 0,
    }
  }

  unheardInviter(roomId: string): PersonRef | undefined {
    const inviter = unheardInviter(this.#rooms.byId(roomId))
    return inviter && this.#contacts.ref(inviter)
  }

  goOnWithout(roomId: string): Promise<void> {
    return this.#run(() => this.#rooms.byId(roomId).save("synced", { inviter: undefined }))
  }

  invitation(roomId: string): Promise<string> {
    return this.#run(() => {
      const conversation = this.#rooms.byId(roomId)
      const relay = readRelay(this.#context.store)
      const { link, channelId } = conversation.record
      const now = linkParameters(conversation.group)
      if (!now || !link || !relay) throw notInRoom()
      if (!now.open)
        throw new ClientError("link-closed", "the link is being replaced just now; ask again in a moment")
      if (!link.invited) conversation.save("synced", { link: { ...link, invited: true } })
      const { host, port, admission } = relay
      const { generation } = link
      // On an open relay the first secret is none, and everybody computes it.
      const isComputed = generation === 0 && relay.roomSecret === undefined
      return printLink({
        host,
        port,
        pin: this.#context.relayId(),
        admission,
        roomSecret: isComputed ? undefined : link.secret,
        room: generation > 0 ? { channelId, generation } : undefined,
        inviter: this.#own,
        directory: this.#context.heads().toTell(),
      })
    })
  }

  remove(roomId: string, id: string): Promise<void> {
    return this.#wish(roomId, (group) => {
      const accounts = this.#accounts(id)
      const inside = accounts.slice(1).filter((account) => hasLeaf(group, account))
      return wishes("ban", [accounts[0]!, ...inside])
    })
  }

  letBack(roomId: string, id: string): Promise<void> {
    return this.#wish(roomId, (_, { banned }) => wishes("unban", this.#listed(id, banned)))
  }

  promote(roomId: string, id: string): Promise<void> {
    return this.#wish(roomId, (group) => {
      const accounts = this.#accounts(id)
      const inside = accounts.find((account) => hasLeaf(group, account))
      return wishes("promote", [inside ?? accounts[0]!])
    })
  }

  demote(roomId: string, id: string): Promise<void> {
    return this.#wish(roomId, (_, { moderators }) => wishes("demote", this.#listed(id, moderators)))
  }

  reset(roomId: string): Promise<void> {
    return this.#wish(roomId, (_, { generation }) => [{ kind: "reset", from: generation }])
  }

  get #own(): Uint8Array {
    return this.#context.identity.account.accountId
  }

  /** All that a person has had, newest first: a room may know them by a key that was given up since. */
  #accounts(id: string): Uint8Array[] {
    const newest = id === personId(this.#own) ? this.#own : this.#contacts.findById(id).entry.accountId
    const all = this.#contacts.history(newest).map(({ entry }) => entry.accountId)
    return [newest, ...all.filter((account) => !equalBytes(account, newest)).reverse()]
  }

  /** Those of a person that a room's list holds, or the newest, which is not on it. */
  #listed(id: string, list: readonly Uint8Array[]): Uint8Array[] {
    const accounts = this.#accounts(id)
    const listed = accounts.filter((account) => includes(list, account))
    return listed.length > 0 ? listed : accounts.slice(0, 1)
  }

  #wish(roomId: string, make: (group: GroupState, now: LinkParameters) => LinkWish[]): Promise<void> {
    return this.#run(async () => {
      const conversation = this.#rooms.byId(roomId)
      const { group } = conversation
      const now = linkParameters(group)
      if (!group || !now) throw notInRoom()
      const made = make(group, now)
      const refusal = made.map((wish) => refusalOf(wish, group, this.#own)).find((why) => why !== undefined)
      if (refusal !== undefined) throw new ClientError("not-allowed", refusal)
      for (const wish of made) addWish(conversation, wish)
      await conversation.advance()
    })
  }
}

/** Whoever the invitation is from, until something that they signed has come since we came in ourselves. */
export function unheardInviter({ record, peers }: Conversation): Uint8Array | undefined {
  const { inviter } = record
  const isHeard =
    inviter && peers.all().some(({ accountId, isHere }) => isHere && equalBytes(accountId, inviter))
  return isHeard ? undefined : inviter
}

function wishes(kind: Exclude<LinkWish["kind"], "reset">, accounts: readonly Uint8Array[]): LinkWish[] {
  return accounts.map((account) => ({ kind, account }))
}

function hasLeaf({ members }: GroupState, account: Uint8Array): boolean {
  return members.some(({ accountId }) => equalBytes(accountId, account))
}

function notInRoom(): ClientError {
  return new ClientError("not-in-room", "you are not in a room that people join by a link")
}
