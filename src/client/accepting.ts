/** Position 0 of a direct chat, written by the other side (PROTOCOL.md §11.3): checked, and joined by its Welcome. */
import { equalBytes } from "../bytes.ts"
import { CryptoError } from "../crypto/errors.ts"
import { labelledHash } from "../crypto/hash.ts"
import { decodeOpening, FORMS } from "../protocol/content.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Conversation } from "./conversation.ts"
import { openingKeys } from "./proving.ts"
import { quarantine } from "./quarantine.ts"
import { type Arrival, become, dropPending } from "./reading.ts"
import type { PackageRecord } from "./packages.ts"
import { getRecord } from "./records.ts"
import { unpackEntry } from "./sealing.ts"
import { putHead } from "./seen.ts"

export async function acceptOpening(conversation: Conversation, arrival: Arrival): Promise<void> {
  const { context, record, expected, channelId, room } = conversation
  const { entry, place, blob, message } = arrival
  try {
    const opened = unpackEntry(entry!, openingKeys(conversation).open, channelId, blob)
    if (opened?.form !== FORMS.opening) throw new CryptoError("bad-join", "it does not open")
    const { accountId, welcome } = decodeOpening(opened.body)
    const used = labelledHash("welcome", welcome)
    const references = await context.engine.welcomeReferences(welcome)
    const reference = references.find((each) => context.store.get("package", each) !== undefined)
    const own = reference && getRecord<PackageRecord>(context.store, "package", reference)
    if (!reference || !own) throw new CryptoError("bad-join", "it is for none of our packages")
    if (context.store.get("used", used) || context.store.get("used", reference))
      throw new CryptoError("bad-join", "it was used before")
    const { state, signer } = await context.engine.joinWelcome(welcome, own, expected)
    if (
      !equalBytes(signer.accountId, accountId) ||
      !equalBytes(accountId, record.peer!) ||
      state.epoch !== 1
    ) {
      throw new CryptoError("bad-join", "another person signed it")
    }
    const healing = { at: 0, due: true, messages: 0, lastOwn: false }
    await become(
      conversation,
      arrival,
      state,
      (update) => {
        update.tx.put("used", used, Uint8Array.of(1))
        update.tx.put("used", reference, Uint8Array.of(1))
        update.tx.delete("package", reference)
        conversation.notice(update, message.seq, { code: "chat-opened" })
        update.keep(
          { at: context.clock.now(), type: "room.joined", room },
          { type: "room.joined", room: conversation.ref },
        )
      },
      {
        ...place,
        nextPosition: 1,
        joinedAt: message.seq,
        healing,
        reopenDue: false,
        rejoin: undefined,
      },
      [signer.leafKey],
    )
  } catch (cause) {
    if (!(cause instanceof CryptoError || cause instanceof ProtocolError)) throw cause
    const { pending } = conversation
    // A chat without a group, of which something has been read: `advance` gives the channel up.
    conversation.save("ordered", { ...place, nextPosition: 1 }, (update) => {
      putHead(conversation.room, update.tx, place.cursor, place.head)
      quarantine(conversation, update, message, cause.message)
      if (pending) dropPending(conversation, update)
    })
    if (pending) context.engine.wipeEnded(pending.state, undefined)
  }
}
