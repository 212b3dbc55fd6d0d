/**
 * Coming back into a group whose state this device has lost or may not use any more (PROTOCOL.md §12.4): by the header
 * where a room has one; in a direct chat with group information from the other person's device, asked for by letter.
 *
 *     lost ──▶ read to the end of the log ──▶ header, or letter and answer ──▶ external commit ──▶ fresh leaf
 *                                                    └── no answer in a minute ──▶ the chat is opened anew
 */
import { equalBytes, toHex } from "../bytes.ts"
import { appendToken, externalKey } from "../crypto/channel-keys.ts"
import { CryptoError } from "../crypto/errors.ts"
import {
  decodeGroupInfo,
  encodeGroupInfo,
  FORMS,
  type GroupInfoBody,
  type Letter,
  LETTER_KINDS,
  MAX_LETTER_BODY_BYTES,
} from "../protocol/content.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Conversation } from "./conversation.ts"
import { sendLetter } from "./inbox.ts"
import { joinOrOpen, propose } from "./joining.ts"
import { canSpeak } from "./proving.ts"
import { packEntry } from "./sealing.ts"
import type { RejoinReason } from "./records.ts"
import { unfixOutbox } from "./sending.ts"
import { prefixRange } from "./store.ts"

/** So long the other side has to answer, before the chat is opened anew. */
export const ANSWER_PATIENCE_MS = 60_000
const ASK_EVERY_MS = 10_000
/** A device that asks more often is not answered. */
const GIVE_EVERY_MS = 5_000

/** The group state cannot be used: it is forgotten, and this device joins again. Never replaced by an older one. */
export function loseGroup(conversation: Conversation, why: RejoinReason): void {
  const { room, context } = conversation
  const since = context.clock.now()
  conversation.save("synced", { member: false, rejoin: { why, since } }, (update) => {
    update.tx.deleteRange("group", prefixRange(room))
    update.tx.deleteRange("pendingGroup", prefixRange(room))
    update.tx.delete("pending", room)
    unfixOutbox(conversation, update)
  })
  conversation.forgetGroup()
  conversation.pending = undefined
}

/** Takes the next step back into the group. @returns true while nothing else may be done. */
export async function rejoinIfDue(conversation: Conversation): Promise<boolean> {
  const { record, context, now, pending } = conversation
  if (!record.rejoin) return false
  if (pending) return false
  if (record.kind === "everyone") return joinOrOpen(conversation)
  const time = context.clock.now()
  // A minute of being connected: the other side cannot answer what we cannot ask.
  now.askingSince ??= time
  if (time >= now.askingSince + ANSWER_PATIENCE_MS) return false
  if (time >= now.askAt) {
    now.askAt = time + ASK_EVERY_MS
    sendLetter(conversation, { kind: LETTER_KINDS["ask-group"], counter: record.counter })
  }
  conversation.wakeAt(Math.min(now.askAt, now.askingSince + ANSWER_PATIENCE_MS))
  return true
}

/** Whether nobody has answered: the channel is given up then. */
export function isUnanswered({ record, now, context, pending }: Conversation): boolean {
  if (!record.rejoin || record.kind !== "direct" || pending) return false
  return now.askingSince !== undefined && context.clock.now() >= now.askingSince + ANSWER_PATIENCE_MS
}

/** The other person's device asks for the group: it gets what it needs to take over its own leaf, and nothing else. */
export async function giveGroup(conversation: Conversation, from: Uint8Array, letter: Letter): Promise<void> {
  const { group, record, context, channelId, log, given } = conversation
  const time = context.clock.now()
  const asker = toHex(letter.deviceId)
  const isMember = group?.members.some(
    ({ accountId, deviceId }) => equalBytes(accountId, from) && equalBytes(deviceId, letter.deviceId),
  )
  if (!group || !isMember || record.rejoin || record.uncertain || letter.counter !== record.counter) return
  if (conversation.isInDoubt || record.problem || !log.isCaughtUp(record) || !canSpeak(conversation)) return
  if (time - (given.get(asker) ?? -GIVE_EVERY_MS) < GIVE_EVERY_MS) return
  given.set(asker, time)
  const body = encodeGroupInfo({
    position: record.nextPosition - 1,
    appendToken: await appendToken(context.engine, group, channelId),
    externalKey: await externalKey(context.engine, group, channelId),
    groupInfo: await context.engine.groupInfo(group),
  })
  // More leaves than a letter can tell of: the chat is opened anew instead (PROTOCOL.md §11.5).
  if (body.length > MAX_LETTER_BODY_BYTES) return
  sendLetter(
    conversation,
    { kind: LETTER_KINDS["group-info"], counter: record.counter, body },
    letter.deviceId,
  )
}

/** Group information has come: it is good for one external commit at the end of the log. */
export async function takeGroup(conversation: Conversation, { counter, body }: Letter): Promise<void> {
  const { record, context, log, pending, expected, now } = conversation
  if (!record.rejoin || record.kind !== "direct" || pending || counter !== record.counter) return
  if (!log.isCaughtUp(record) || record.rescanTo !== undefined) return
  const info = readable(body)
  // Made for another place of the log than the one we are at: the next answer may fit.
  if (!info || info.position !== record.nextPosition - 1) return
  try {
    const commit = await context.engine.joinExternal(info.groupInfo, expected, context.identity.signer)
    const sealed = packEntry(
      context,
      "handshake",
      info.externalKey,
      record.channelId,
      FORMS.mls,
      commit.bytes,
    )
    now.askingSince = context.clock.now()
    const proof = { position: info.position, token: info.appendToken }
    await propose(conversation, "join", sealed, commit.state, record.nextPosition, commit.consumed, { proof })
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause
    context.log.write("warn", "rejoin.refused", { detail: cause.message })
  }
}

function readable(body: Uint8Array): GroupInfoBody | undefined {
  try {
    return decodeGroupInfo(body)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}
