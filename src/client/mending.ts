/**
 * A void handshake may have brought a header of its own (PROTOCOL.md §12.2), and leads newcomers into a room of its
 * author's making. Members put the room's header back: whoever comes first, unless the room has moved on. Whoever was
 * led astray hears nobody, notices by what does not open, and joins again.
 */
import { appendToken } from "../crypto/channel-keys.ts"
import { MAX_INLINE_HEADER_BYTES } from "../protocol/messages.ts"
import { putBlob } from "./blobs.ts"
import type { Conversation } from "./conversation.ts"
import { canSpeak } from "./proving.ts"
import { makeHeader } from "./room-header.ts"

/** Members wait this long for each leaf before theirs, so that mostly one of them mends. */
const PER_LEAF_MS = 100
/** A newcomer who has heard few for this long may be in a room of somebody's making. */
const HEARD_WITHIN_MS = 10_000
const NO_HASH = new Uint8Array(32)
const NOTHING = new Uint8Array(0)

/** @param position the void handshake's. */
export function mendSoon(conversation: Conversation, position: number): void {
  const { context, group, record } = conversation
  if (record.kind !== "everyone" || !group || isMostlyUnheard(conversation)) return
  conversation.mending?.()
  conversation.mending = context.later(context.clock.now() + group.ownLeaf * PER_LEAF_MS, () =>
    mend(conversation, position),
  )
}

/**
 * Came by the link, and half of those in the list or more have said nothing since: perhaps the room that they are in is
 * another one. Whoever made this one needs to be in it alone only to be heard, so one voice is no proof.
 */
export function isMostlyUnheard({ record, group, peers }: Conversation): boolean {
  // The room's first entry is its creation: whoever made the room came by no link.
  const cameByLink = record.kind === "everyone" && record.joinedAt > 1
  const others = (group?.members.length ?? 1) - 1
  return cameByLink && others > 0 && peers.here * 2 <= others
}

/**
 * Whether something that does not open makes us doubt that we are where the others are. Not before they had time to be
 * heard, and so only once in a while: a stranger's noise would keep us joining.
 */
export function isLost(conversation: Conversation): boolean {
  const { record, context } = conversation
  return isMostlyUnheard(conversation) && context.clock.now() - record.healing.at > HEARD_WITHIN_MS
}

/**
 * The room has no header, or none that makes sense: it is asked for again in a while. Whoever is in the room puts its
 * own there meanwhile, for where everybody looks for one nobody comes in; which one it is, the relay decides.
 */
export async function missHeader(
  conversation: Conversation,
  why: "no-header" | "shut-out" = "no-header",
): Promise<void> {
  const { record, group } = conversation
  conversation.pause(why)
  // Alone, and nothing leads to anybody else: whoever is elsewhere finds our header and comes here.
  if (group?.members.length === 1 && record.uncertain) conversation.save("ordered", { uncertain: undefined })
  if (record.nextPosition > 0) await mend(conversation, record.nextPosition - 1)
}

async function mend(conversation: Conversation, position: number): Promise<void> {
  const { context, group, log, record, now } = conversation
  const { link, primitives } = context
  const isLatest = record.nextPosition === position + 1 && log.isCaughtUp(record)
  // Whoever is to join again would lead others, and themselves, into what they have to leave. And the token in a header
  // is one that the relay knows: a void handshake is mended by a commit, which brings a header.
  if (!group || record.rejoin || !isLatest || conversation.pending || !canSpeak(conversation)) return
  if (context.heads().isDistrusted) return
  const token = await appendToken(context.engine, group, record.channelId)
  const { id, bytes } = await makeHeader(conversation, group, position, token)
  const put = (headerId: Uint8Array, headerBlob: Uint8Array, header: Uint8Array): void => {
    if (conversation.now !== now || log.handle === undefined) return
    const place = { handle: log.handle, expect: position + 1 }
    // A refusal says that the room has moved on meanwhile.
    link.ask({ type: "putHeader", ...place, headerId, headerBlob, header }, () => {})
  }
  // Where a link led that is no more, nothing may lie: whoever was removed knows the place, and what opens it.
  for (const former of record.link?.former ?? []) put(former, NO_HASH, NOTHING)
  if (bytes.length <= MAX_INLINE_HEADER_BYTES) return put(id, NO_HASH, bytes)
  const hash = primitives.sha("sha256", bytes)
  putBlob(link, hash, bytes, (problem) => (problem ? undefined : put(id, hash, NOTHING)))
}
