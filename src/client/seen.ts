/**
 * What of a log has been read (PROTOCOL.md §5.5, §13.2): the names of its entries, so that a log that begins anew shows
 * nothing twice, and its newest running hashes, against which other members' words are held.
 */
import { ByteReader, concat, equalBytes, u64, u8 } from "../bytes.ts"
import type { Millis } from "../platform/clock.ts"
import type { Conversation } from "./conversation.ts"
import type { Update } from "./context.ts"
import type { LogPlace } from "./channel-log.ts"
import { prefixRange } from "./store.ts"

/** `payload`: our own, by its number. `handshake`: by its row in the table. */
export type Seen = { kind: "other" } | { kind: "payload" | "handshake"; number: number }

const EID_BYTES = 16
const KINDS = ["other", "payload", "handshake"] as const
/** Longer than anything lives at the relay, and a week for a clock that was wrong. */
export const SEEN_FOR_MS: Millis = 37 * 24 * 3_600_000
/** Running hashes kept per conversation. */
export const KEPT_HEADS = 256
/** Rows looked at in one go. */
const SWEEP = 1_000

export function readSeen({ context, room }: Conversation, eid: Uint8Array): Seen | undefined {
  const value = context.store.get("seen", seenKey(room, eid))
  if (!value) return undefined
  const from = new ByteReader(value)
  from.u64()
  const kind = KINDS[from.u8()] ?? "other"
  const number = from.u64()
  return kind === "other" ? { kind } : { kind, number }
}

/** Notes an entry as understood, and the running hash with it: what did not open may open in another life of the log. */
export function putSeen(
  { context, room }: Conversation,
  { tx }: Update,
  eid: Uint8Array,
  { cursor, head }: LogPlace,
  seen: Seen,
): void {
  const number = seen.kind === "other" ? 0 : seen.number
  const value = concat(u64(context.clock.now()), u8(KINDS.indexOf(seen.kind)), u64(number))
  tx.put("seen", seenKey(room, eid), value)
  putHead(room, tx, cursor, head)
}

/** Only the running hash. */
export function putHead(room: Uint8Array, tx: Update["tx"], cursor: number, head: Uint8Array): void {
  tx.put("heads", concat(room, u64(cursor)), head)
  if (cursor > KEPT_HEADS) tx.delete("heads", concat(room, u64(cursor - KEPT_HEADS)))
}

/** The log begins anew: what was kept says nothing about it. */
export function forgetHeads({ room }: Conversation, { tx }: Update): void {
  tx.deleteRange("heads", prefixRange(room))
}

/** Whether our log has another running hash there; unknown places contradict nothing. */
export function contradicts({ context, room }: Conversation, seq: number, head: Uint8Array): boolean {
  const own = context.store.get("heads", concat(room, u64(seq)))
  return own !== undefined && !equalBytes(own, head)
}

/** Forgets names that no log can hold any more; `after` says where to go on, undefined that this was all. */
export function sweepSeen(
  { context, room }: Conversation,
  after: Uint8Array | undefined,
): Uint8Array | undefined {
  const range = prefixRange(room)
  const rows = context.store.range("seen", { ...range, ...(after ? { from: after } : {}), limit: SWEEP })
  const before = context.clock.now() - SEEN_FOR_MS
  const old = rows.filter(({ value }) => new ByteReader(value).u64() < before)
  if (old.length > 0) context.update("ordered", ({ tx }) => old.forEach(({ key }) => tx.delete("seen", key)))
  return rows.length < SWEEP ? undefined : concat(rows.at(-1)!.key, u8(0))
}

function seenKey(room: Uint8Array, eid: Uint8Array): Uint8Array {
  return concat(room, eid.subarray(0, EID_BYTES))
}
