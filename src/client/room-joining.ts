/** How a device comes into a link room: by the header that its link leads to, or by making the room (PROTOCOL.md §12.2). */
import { CryptoError } from "../crypto/errors.ts"
import { wipe } from "../crypto/sodium.ts"
import { FORMS, type RoomHeader } from "../protocol/content.ts"
import type { Of } from "../protocol/messages.ts"
import type { Conversation } from "./conversation.ts"
import { propose } from "./joining.ts"
import { askForLink, dropOffer, linkToTry } from "./link-letters.ts"
import { missHeader } from "./mending.ts"
import { openingKeys } from "./proving.ts"
import { askHeader, type RoomLink } from "./room-header.ts"
import { packEntry } from "./sealing.ts"

/** Takes the next step into the room. @returns true when it has asked for something or must wait. */
export function joinRoom(conversation: Conversation): boolean {
  const { log, record, now } = conversation
  if (log.handle === undefined) {
    if (log.isOpening) return true
    if (record.cursor > 0) return false
    // The header says where in the log to start: what was said before we came cannot be read by us.
    askHeader(conversation, record.link!, (found) => {
      if (found.kind === "nonsense") return missHeader(conversation)
      return startAt(conversation, found.kind === "found" ? found.header : undefined)
    })
    return true
  }
  if (!log.isCaughtUp(record)) return false
  if (now.turn !== "granted") {
    conversation.askTurn()
    return true
  }
  const link = linkToTry(conversation)
  askHeader(conversation, link, (found) => {
    if (found.kind === "found") return joinByHeader(conversation, link, found.answer, found.header)
    dropOffer(conversation, link)
    return found.kind === "no-header" ? createRoom(conversation) : missHeader(conversation)
  })
  return true
}

function startAt(conversation: Conversation, header: RoomHeader | undefined): void {
  if (header) {
    const { incarnation, cursor, head } = header
    conversation.save("ordered", { incarnation, cursor, head })
  }
  conversation.open()
}

async function joinByHeader(
  conversation: Conversation,
  link: RoomLink,
  answer: Of<"header">,
  header: RoomHeader,
): Promise<void> {
  const { context, record, expected } = conversation
  // It leads to where we are already: others have yet to come, and are heard here when they do.
  if (conversation.group && !record.rejoin && header.position === record.epochAt)
    return conversation.pause("no-header")
  // A large header takes a while: a handshake that came meanwhile has taken the place that this one names.
  if (record.nextPosition > answer.nextPosition) return missHeader(conversation)
  try {
    const commit = await context.engine.joinExternal(header.groupInfo, expected, context.identity.signer)
    const { parameters } = commit.state
    // Inside it says of which link the room is now; the header was another's to write.
    if (parameters.kind !== "link" || parameters.generation !== header.generation) {
      context.engine.wipeEnded(commit.state, undefined)
      dropOffer(conversation, link)
      return await missHeader(conversation)
    }
    const sealed = packEntry(
      context,
      "handshake",
      header.externalKey,
      record.channelId,
      FORMS.mls,
      commit.bytes,
    )
    wipe(header.externalKey)
    const proof = { position: header.position, token: header.appendToken }
    const way = { proof, link: link === record.link ? undefined : link }
    await propose(conversation, "join", sealed, commit.state, answer.nextPosition, commit.consumed, way)
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause
    dropOffer(conversation, link)
    await missHeader(conversation, cause.code === "shut-out" ? "shut-out" : "no-header")
  }
}

async function createRoom(conversation: Conversation): Promise<void> {
  const { context, record, expected } = conversation
  // A log without a header: its first handshake never had one, or the relay hides it. Either way it is not ours to
  // replace. And a link of a later generation is of a room that somebody has made.
  if (record.nextPosition > 0 || record.link!.generation > 0) {
    askForLink(conversation)
    return missHeader(conversation)
  }
  const state = await context.engine.create(
    "xwing",
    expected.groupId,
    expected.parameters,
    context.identity.signer,
  )
  const { open } = openingKeys(conversation)
  const sealed = packEntry(
    context,
    "handshake",
    open,
    record.channelId,
    FORMS.creation,
    context.identity.account.accountId,
  )
  await propose(conversation, "creation", sealed, state, 0, undefined)
}
