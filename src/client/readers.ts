/** Who has one of our messages (PROTOCOL.md §13.4): read off the rows of the members, kept nowhere else. */
import { ByteReader, concat, equalBytes, fromBase64Url, toHex } from "../bytes.ts"
import type { Conversation } from "./conversation.ts"
import { ClientError } from "./errors.ts"
import type { MessageView, ReceiptView } from "./events.ts"
import { confirmedBy } from "./peers.ts"
import { getRecord, type LineRecord, messageKey, type PeerRecord, UNPLACED } from "./records.ts"
import { KEPT_FOR_MS } from "./sent.ts"

const RANK: Readonly<Record<ReceiptView["state"], number>> = { failed: 0, relayed: 1, delivered: 2, read: 3 }

type OwnLine = LineRecord & { kind: "message" }

/** In rooms, for own messages that the relay has; undefined for all others. */
export function countOf(
  conversation: Conversation,
  line: OwnLine,
  place: Uint8Array,
): MessageView["receipts"] {
  const { record } = conversation
  const isWaiting = line.state === undefined || line.state === "queued" || line.state === "failed"
  if (record.kind !== "everyone" || !line.own || isWaiting) return undefined
  const states = people(conversation, line, place).map(({ state }) => state)
  const read = states.filter((state) => state === "read").length
  const delivered = read + states.filter((state) => state === "delivered").length
  return { delivered, read, of: states.length }
}

/** @throws ClientError `unknown-name`. */
export function readersOf(conversation: Conversation, messageId: string): ReceiptView[] {
  const { room, context, contacts } = conversation
  const id = /^m_([A-Za-z0-9_-]{22})$/.exec(messageId)?.[1]
  const names =
    id === undefined ? [] : contacts.line(contacts.own).map((own) => messageKey(room, own, fromBase64Url(id)))
  const place = names.map((name) => context.store.get("message", name)).find((each) => each !== undefined)
  const line = place && getRecord<LineRecord>(context.store, "line", concat(room, place))
  if (!place || line?.kind !== "message" || !line.own)
    throw new ClientError("unknown-name", "there is no message of yours with this id in this room")
  // A line without a state was found in the log: an older copy of this profile sent it, and told us nothing.
  if (line.state === "queued" || line.state === undefined) return []
  return people(conversation, line, place).map(({ accountId, state }) => ({
    person: contacts.ref(accountId),
    state: line.state === "failed" ? "failed" : state,
  }))
}

/**
 * Other people who were there when the message took its place: one has it when a device of theirs has it, under
 * whichever of their keys.
 */
function people(
  conversation: Conversation,
  line: OwnLine,
  place: Uint8Array,
): { accountId: Uint8Array; state: ReceiptView["state"] }[] {
  const best = new Map<string, { accountId: Uint8Array; state: ReceiptView["state"] }>()
  const { contacts } = conversation
  for (const peer of audience(conversation, place)) {
    const state = stateAt(conversation, line, peer)
    const person = toHex(contacts.newest(peer.accountId)?.entry.accountId ?? peer.accountId)
    const known = best.get(person)
    if (!known || RANK[state] > RANK[known.state]) best.set(person, { accountId: peer.accountId, state })
  }
  return [...best.values()]
}

/** Devices of other people that were there when the message took its place. */
function audience({ peers, contacts }: Conversation, place: Uint8Array): PeerRecord[] {
  const order = new ByteReader(place).u64()
  return peers
    .all()
    .filter(
      (peer) =>
        (peer.since <= order || order >= UNPLACED) && !contacts.isSamePerson(peer.accountId, contacts.own),
    )
}

function stateAt(conversation: Conversation, line: OwnLine, peer: PeerRecord): ReceiptView["state"] {
  const { chain } = conversation.record
  // What everybody has is written on the line: it outlives the chain it was said in.
  if (line.state === "read") return "read"
  const isOfChain = chain && line.place && equalBytes(line.place.chainId, chain.chainId)
  const { delivered, read } = isOfChain ? confirmedBy(peer, chain) : { delivered: 0, read: 0 }
  const n = line.place?.n ?? 0
  if (isOfChain && read > n) return "read"
  if (line.state === "delivered" || (isOfChain && delivered > n)) return "delivered"
  return conversation.context.clock.now() - line.at > KEPT_FOR_MS ? "failed" : "relayed"
}
