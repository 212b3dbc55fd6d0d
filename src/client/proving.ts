/**
 * Append tokens, from a member's side (PROTOCOL.md §5.7): what is shown to the relay, and what may be done with it.
 * Tokens are shown in the order of their positions, once for each subscription, and as soon as there is a new one: so
 * the relay learns that a handshake was good from somebody other than its author.
 *
 *     opened ──the confirmed one, our epoch's, the opening──▶ reading ──handshake applied: its token──▶ speaking
 *        ▲                                                      └──one that nobody can show: an empty commit──┘
 *        └─── a while later ─── cut: others have a newer one
 */
import { concat, equalBytes, u64 } from "../bytes.ts"
import { directKeys, type OpeningKeys, roomKeys } from "../crypto/channel-keys.ts"
import { channelIdOf } from "../crypto/hash.ts"
import type { Of } from "../protocol/messages.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import { localOf } from "./records.ts"
import { prefixRange } from "./store.ts"

/** Tokens of positions that are kept, in case that one of them is the confirmed one (PROTOCOL.md §18.3). */
const KEPT_TOKENS = 64

/** A token and the position that it is of. */
export interface PositionProof {
  position: number
  token: Uint8Array
}

/** Whether the newest handshake is the one that opened our epoch: only then the relay takes what we say. */
export function canSpeak({ record, now }: Conversation): boolean {
  const { epochAt, nextPosition } = record
  return epochAt !== undefined && epochAt === nextPosition - 1 && now.mute !== epochAt
}

/** After `opened`: what we have of the tokens that it asks for. */
export function proveAll(conversation: Conversation, { resumed, nextUnconfirmed }: Of<"opened">): void {
  const { context, room, now } = conversation
  if (resumed) {
    const key = concat(room, u64(nextUnconfirmed))
    const known = context.store.range("token", { ...prefixRange(room), to: key, reverse: true, limit: 1 })[0]
    if (known) prove(conversation, { position: localOf(known.key), token: known.value })
    proveEpoch(conversation)
  }
  if (now.wayIn) prove(conversation, now.wayIn)
  const { handle } = conversation.log
  const token = openingToken(conversation)
  if (handle !== undefined && token) context.link.send({ type: "proveOpening", handle, token })
}

/** The token of the epoch that we are in. */
export function proveEpoch(conversation: Conversation): void {
  const { record, keys } = conversation
  if (record.epochAt !== undefined && keys)
    prove(conversation, { position: record.epochAt, token: keys.append })
}

export function prove({ log, now, context }: Conversation, { position, token }: PositionProof): void {
  if (log.handle === undefined || position <= now.proven) return
  now.proven = position
  context.link.send({ type: "prove", handle: log.handle, position, token })
}

/** Keeps a token of this life of the log. */
export function keepToken({ room }: Conversation, { tx }: Update, { position, token }: PositionProof): void {
  tx.put("token", concat(room, u64(position)), token)
  const kept = tx.range("token", { ...prefixRange(room), reverse: true, limit: KEPT_TOKENS + 1 })
  if (kept.length > KEPT_TOKENS) tx.delete("token", kept.at(-1)!.key)
}

/** What a channel is opened with. Of a room: as its first link has it. */
export function openingKeys(conversation: Conversation): OpeningKeys {
  const { context, contacts, record } = conversation
  const { primitives, identity } = context
  if (record.kind === "everyone") return roomKeys(primitives, record.link!.secret, context.relayId())
  const peer = contacts.get(record.peer!)!.entry
  return directKeys(
    primitives,
    identity.account,
    { accountId: peer.accountId, x: peer.accountX },
    context.relayId(),
    record.counter,
  )
}

/** What the channel's id is made of. Undefined for somebody with a later link, who has read no header yet. */
export function openingToken(conversation: Conversation): Uint8Array | undefined {
  const { record } = conversation
  if (record.opening) return record.opening
  const { token } = openingKeys(conversation)
  return equalBytes(channelIdOf(token), record.channelId) ? token : undefined
}
