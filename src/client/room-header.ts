/**
 * The sealed header of a link room (PROTOCOL.md §12.1): what a newcomer needs to come in, at a place and under a key
 * that follow from the link's secret. While the link is closed there is none.
 */
import { equalBytes, isZero } from "../bytes.ts"
import { externalKey, headerKeys, nextLinkSecret } from "../crypto/channel-keys.ts"
import { channelIdOf } from "../crypto/hash.ts"
import { openHeader, sealHeader } from "../crypto/envelope-seal.ts"
import type { GroupState } from "../crypto/mls-engine.ts"
import { wipe } from "../crypto/sodium.ts"
import { decodeRoomHeader, encodeRoomHeader, type RoomHeader } from "../protocol/content.ts"
import { ProtocolError, refusalName } from "../protocol/errors.ts"
import type { Of } from "../protocol/messages.ts"
import { getBlob } from "./blobs.ts"
import type { Conversation } from "./conversation.ts"
import { openingToken } from "./proving.ts"

/** `S_g` and g (PROTOCOL.md §12.5). */
export interface RoomLink {
  /** 32 bytes. */
  secret: Uint8Array
  generation: number
  /** Where the headers of generations before lay, newest last; absent: none that we know of. */
  former?: readonly Uint8Array[]
  /** We have given an invitation out: whoever comes by it wants to hear us, however many others answer. */
  invited?: boolean
}

/** So many former links are watched: what somebody puts where one of them led is taken away again. */
const FORMER_HEADERS = 3

/** What lies at the relay under `id`; no bytes: nothing does, and what did is deleted. */
export interface SealedHeader {
  id: Uint8Array
  bytes: Uint8Array
}

/** `no-header`: the relay has none there. `nonsense`: it has, or keeps, something that leads nowhere. */
export type FoundHeader =
  | { kind: "found"; answer: Of<"header">; header: RoomHeader }
  | { kind: "no-header" }
  | { kind: "nonsense" }

/**
 * The link as of a state that the room is in, or will be in with our commit: the epoch in which a closed link opens
 * again makes the next secret, so whoever was removed by its commit never learns it, and neither does the relay.
 *
 * RangeError for a state that is further on than the one commit: our own bug.
 *
 * @param link the one before; ours, unless somebody else's led us there.
 */
export async function linkAt(
  { context, record }: Conversation,
  state: GroupState,
  link: RoomLink = record.link!,
): Promise<RoomLink> {
  const { parameters } = state
  const generation = parameters.kind === "link" ? parameters.generation : link.generation
  if (generation === link.generation) return link
  if (generation !== link.generation + 1) throw new RangeError("a link that leapt over a generation")
  const { headerId } = headerKeys(context.primitives, link.secret, context.relayId())
  const secret = await nextLinkSecret(context.engine, state, record.channelId, generation)
  return { secret, generation, former: [...(link.former ?? []), headerId].slice(-FORMER_HEADERS) }
}

/** The room's header as of a handshake that took `position`. */
export async function makeHeader(
  conversation: Conversation,
  state: GroupState,
  position: number,
  appendTokenBytes: Uint8Array,
  before?: RoomLink,
): Promise<SealedHeader> {
  const { context, record } = conversation
  const { engine, primitives, random } = context
  const link = await linkAt(conversation, state, before)
  const { headerId, headerKey } = headerKeys(primitives, link.secret, context.relayId())
  if (state.parameters.kind === "link" && !state.parameters.open)
    return { id: headerId, bytes: new Uint8Array(0) }
  const plain = encodeRoomHeader({
    channelId: record.channelId,
    generation: link.generation,
    position,
    incarnation: record.incarnation,
    cursor: record.cursor,
    head: record.head,
    openToken: openingToken(conversation)!,
    appendToken: appendTokenBytes,
    externalKey: await externalKey(engine, state, record.channelId),
    groupInfo: await engine.groupInfo(state),
  })
  const bytes = sealHeader(headerKey, headerId, position, plain, random)
  wipe(plain)
  return { id: headerId, bytes }
}

/** `done` gets the room's header as it is now. Nobody hears of a connection that ended meanwhile. */
export function askHeader(
  conversation: Conversation,
  link: RoomLink,
  done: (found: FoundHeader) => Promise<void> | void,
): void {
  const { context, now, record } = conversation
  const { headerId, headerKey } = headerKeys(context.primitives, link.secret, context.relayId())
  now.busy = true
  const finish = (found: FoundHeader): Promise<void> | void => {
    now.busy = false
    return conversation.now === now ? done(found) : undefined
  }
  const judge = (answer: Of<"header">, bytes: Uint8Array): FoundHeader => {
    const plain = openHeader(headerKey, headerId, answer.position, bytes)
    const header = plain && readHeader(plain)
    const fits =
      header !== undefined &&
      equalBytes(header.channelId, record.channelId) &&
      equalBytes(channelIdOf(header.openToken), record.channelId) &&
      header.generation === link.generation &&
      header.position === answer.position &&
      answer.position < answer.nextPosition
    if (!fits) return { kind: "nonsense" }
    if (!record.opening) conversation.save("ordered", { opening: header.openToken })
    now.wayIn = { position: header.position, token: header.appendToken }
    return { kind: "found", answer, header }
  }
  context.link.ask({ type: "getHeader", headerId }, (answer) => {
    if (answer.type === "header") {
      if (isZero(answer.blob)) return finish(judge(answer, answer.header))
      return getBlob(context.link, context.primitives, answer.blob, (bytes) =>
        finish(bytes instanceof Uint8Array ? judge(answer, bytes) : { kind: "nonsense" }),
      )
    }
    const isMissing = answer.type === "refused" && refusalName(answer.code) === "unknown-channel"
    return finish({ kind: isMissing ? "no-header" : "nonsense" })
  })
}

function readHeader(plain: Uint8Array): RoomHeader | undefined {
  try {
    return decodeRoomHeader(plain)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}
