/**
 * The contract of the client's store (PROTOCOL.md §16): ordered tables of bytes, and transactions that cover
 * everything one event changes (group state, history, outbox and cursor go to disk together or not at all).
 *
 * All calls are synchronous. Keys are compared as unsigned bytes. What the records in the tables look like
 * is `records.ts`'s business; a store only keeps them.
 */

/** Names are part of the format on disk. */
export const TABLES = [
  "meta", // keys, name, relay, counters
  "person", // accountId
  "index", // u64 log ‖ u64 leaf: name hash, accountId and leaf hash of each entry of the directory's log
  "conversation", // room: the id of its first channel
  "group", // room ‖ row key: live MLS state, in rows
  "pending", // room: a commit that is offered and not yet met in the log
  "pendingGroup", // room ‖ row key: the state after it
  "outbox", // room ‖ u64: messages that the relay has not accepted
  "sent", // room ‖ u64: own payloads that stand in the log and are not confirmed by everybody
  "line", // room ‖ u64 ‖ u16: transcript
  "message", // room ‖ 16 bytes of author and message id: place of the line
  "remark", // room ‖ 16 bytes of author and message id ‖ accountId: what that account has said about the message
  "waiting", // room ‖ accountId ‖ 16 bytes of author and message id: remarks whose message is not here
  "chain", // room ‖ chainId: newest payload of each chain
  "payload", // room ‖ chainId ‖ u64 n: each payload, for whoever has missed it
  "gap", // room ‖ chainId ‖ u64 from: payloads that have not arrived
  "peer", // room ‖ accountId ‖ deviceId: what a member's device and we owe each other
  "seen", // room ‖ start of eid: every entry read, for the day when the relay's log begins anew
  "heads", // room ‖ u64 seq: the newest running hashes
  "handshake", // room ‖ u64: the newest handshakes, to refill a log that was lost
  "token", // room ‖ u64 position: append tokens in this life of the log
  "package", // reference: own key packages not used yet
  "used", // hash of every Welcome joined and every package used: kept for ever
  "verification", // 16 bytes: verifications that are open, or were lately
  "quarantine", // room ‖ u64 seq: entries that did not open
  "journal", // u64: kept events
] as const
export type TableName = (typeof TABLES)[number]

export interface Range {
  /** First key, inclusive; undefined: from the start. */
  from?: Uint8Array
  /** Last key, exclusive; undefined: to the end. */
  to?: Uint8Array
  /** Largest first. */
  reverse?: boolean
  limit?: number
}

export interface Row {
  key: Uint8Array
  value: Uint8Array
}

export interface StoreReader {
  /** A copy that the caller owns. */
  get(table: TableName, key: Uint8Array): Uint8Array | undefined
  /** Copies, in key order. */
  range(table: TableName, range: Range): readonly Row[]
  count(table: TableName, range: Range): number
}

/** Valid only inside its transaction; reads see what it wrote. */
export interface StoreWriter extends StoreReader {
  put(table: TableName, key: Uint8Array, value: Uint8Array): void
  delete(table: TableName, key: Uint8Array): void
  deleteRange(table: TableName, range: Pick<Range, "from" | "to">): void
}

/**
 * `synced`: on the platter before the call returns; for anything with a consequence outside (something is sent).
 * `ordered`: may be lost together with everything after it in a power cut, never torn; for what is received.
 */
export type Durability = "synced" | "ordered"

export interface ClientStore extends StoreReader {
  /**
   * Runs `body` and commits; when it throws, nothing of it happened and the error is passed on.
   * @throws ClientError `storage` when the disk is full, with everything before intact; `database-damaged`;
   * `storage-failed` when nobody knows what is on the disk, and from then on from every call.
   */
  transaction<T>(durability: Durability, body: (tx: StoreWriter) => T): T
  /**
   * As a synced transaction, for a body that only deletes, and no more than about a thousand rows: it works on a full
   * disk as well, since it may use the room that was put aside for it.
   */
  shrink<T>(body: (tx: StoreWriter) => T): T
  /** Truncates the write-ahead log, so that overwritten secrets leave the disk. */
  tidy(): void
  close(): void
}

/** The smallest key above every key that starts with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  const next = prefix.slice()
  for (let i = next.length - 1; i >= 0; i--) {
    if (next[i]! < 0xff) {
      next[i]!++
      return next.slice(0, i + 1)
    }
  }
  return undefined
}

export function prefixRange(prefix: Uint8Array): Range {
  const to = afterPrefix(prefix)
  return to === undefined ? { from: prefix } : { from: prefix, to }
}
