/**
 * A device that has to join a room again and knows only a former link asks for the present one by letter (PROTOCOL.md
 * §12.5). Whoever is in the room tells an account that is in it too. The answer is believed in nothing: it says where a
 * header may lie, and what lies there is checked like any other.
 */
import { equalBytes, toHex } from "../bytes.ts"
import { labelledHash } from "../crypto/hash.ts"
import { admits } from "../crypto/mls-parameters.ts"
import type { Millis } from "../platform/clock.ts"
import {
  decodeLinkBody,
  encodeLinkBody,
  type Letter,
  LETTER_KINDS,
  type LinkBody,
} from "../protocol/content.ts"
import { ProtocolError } from "../protocol/errors.ts"
import type { Contacts } from "./contacts.ts"
import type { Context } from "./context.ts"
import type { Conversation } from "./conversation.ts"
import { doorstepOf } from "./doorstep.ts"
import { writeLetter } from "./inbox.ts"
import { linkParameters } from "./moderating.ts"
import type { RoomLink } from "./room-header.ts"
import { prefixRange } from "./store.ts"

/** So many people are asked at once; the next time others. */
const ASKED_AT_ONCE = 8
const ASK_EVERY_MS: Millis = 10_000
/** A device that asks more often is not answered. */
const GIVE_EVERY_MS: Millis = 5_000

/** On one connection: whom we have asked, and the links that they named. */
export interface Seeking {
  readonly asked: Set<string>
  readonly offers: RoomLink[]
  askAt: Millis
}

/** Where to look for the header now: where somebody has told us to, or where our own link leads. */
export function linkToTry({ now, record }: Conversation): RoomLink {
  return now.door?.seeking?.offers[0] ?? record.link!
}

/** What somebody named leads nowhere. */
export function dropOffer({ now }: Conversation, link: RoomLink): void {
  const { offers } = now.door?.seeking ?? {}
  if (offers?.[0] === link) offers.shift()
}

/** Nothing lies where our link leads. Whoever has been in the room asks those who may be in it still. */
export function askForLink(conversation: Conversation): void {
  const { context, contacts, room, record } = conversation
  const time = context.clock.now()
  const wasHere = context.store.count("line", { ...prefixRange(room), limit: 1 }) > 0
  const seeking = (doorstepOf(conversation).seeking ??= { asked: new Set(), offers: [], askAt: 0 })
  if (!wasHere || time < seeking.askAt) return
  seeking.askAt = time + ASK_EVERY_MS
  const chosen = candidates(conversation, seeking.asked)
  // Everybody has been asked: some may have been away.
  if (chosen.length === 0) seeking.asked.clear()
  for (const accountId of chosen) {
    seeking.asked.add(toHex(accountId))
    const body = labelledHash("room", record.channelId)
    writeLetter(context, contacts, accountId, { kind: LETTER_KINDS["ask-link"], counter: 0, body })
  }
}

/** Members that we know of first, then whoever is online. */
function candidates({ peers, contacts, context }: Conversation, asked: ReadonlySet<string>): Uint8Array[] {
  const own = toHex(context.identity.account.accountId)
  const online = contacts.others().map(({ entry }) => entry.accountId)
  const all = [
    ...peers.all().map(({ accountId }) => accountId),
    ...online.filter((accountId) => contacts.onlineSince(accountId) !== undefined),
  ]
  const byName = new Map(all.map((accountId) => [toHex(accountId), accountId]))
  return [...byName]
    .filter(([name]) => name !== own && !asked.has(name))
    .slice(0, ASKED_AT_ONCE)
    .map(([, accountId]) => accountId)
}

/** Somebody asks for the link of a room: they get it when their account is in it with us. */
export function giveLink(context: Context, contacts: Contacts, from: Uint8Array, letter: Letter): void {
  const conversation = context
    .rooms()
    .find(({ channelId, group }) => linkParameters(group) && isNamed(channelId, letter.body))
  const parameters = linkParameters(conversation?.group)
  if (!conversation || !parameters?.open || !admits(parameters, from)) return
  const { record, group, log, given, channelId } = conversation
  const isMember = group!.members.some(({ accountId }) => equalBytes(accountId, from))
  if (!isMember || record.rejoin || record.uncertain || record.problem || !log.isCaughtUp(record)) return
  // A key in doubt gets nothing that it could use.
  const trust = contacts.trust(from)
  if (trust !== "verified" && trust !== "unverified") return
  const time = context.clock.now()
  const asker = toHex(letter.deviceId)
  if (time - (given.get(asker) ?? -GIVE_EVERY_MS) < GIVE_EVERY_MS) return
  given.set(asker, time)
  const { secret, generation } = record.link!
  const body = encodeLinkBody({ channelId, generation, secret })
  writeLetter(context, contacts, from, { kind: LETTER_KINDS.link, counter: 0, body }, letter.deviceId)
}

/** Somebody whom we have asked names a link: it is tried next. */
export async function takeLink(context: Context, from: Uint8Array, { body }: Letter): Promise<void> {
  const named = readable(body)
  const conversation = context
    .rooms()
    .find(
      ({ record, channelId }) =>
        named && record.kind === "everyone" && equalBytes(channelId, named.channelId),
    )
  const seeking = conversation?.now.door?.seeking
  if (!named || !conversation || !seeking?.asked.delete(toHex(from))) return
  const { record } = conversation
  const { secret, generation } = named
  if (generation <= record.link!.generation || seeking.offers.some((each) => equalBytes(each.secret, secret)))
    return
  seeking.offers.push({ secret, generation, ...(record.link!.former && { former: record.link!.former }) })
  conversation.now.notBefore = 0
  await conversation.advance()
}

function isNamed(channelId: Uint8Array, name: Uint8Array): boolean {
  return equalBytes(labelledHash("room", channelId), name)
}

function readable(bytes: Uint8Array): LinkBody | undefined {
  try {
    return decodeLinkBody(bytes)
  } catch (cause) {
    if (cause instanceof ProtocolError) return undefined
    throw cause
  }
}
