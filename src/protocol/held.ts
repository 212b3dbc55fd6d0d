/** What the relay tells about whoever asks what it holds (PROTOCOL.md §5.8). */

/** Numbers of `kind` in `seen`, for ever. */
export const HELD_SUBJECTS = {
  /** The relay itself; no id. */
  relay: 1,
  /** What the process knows of this account and connection, and no disk does; no id. */
  memory: 2,
  /** id: accountId. */
  account: 3,
  /** id: accountId ‖ deviceId. */
  device: 4,
  /** A device's inbox; id: channelId. */
  inbox: 5,
  /** A channel that is open on this connection; id: channelId. */
  channel: 6,
} as const

export type HeldSubjectKind = keyof typeof HELD_SUBJECTS

/**
 * Everything that a relay may say it holds: each column of its store as `table.column`, and what is in memory only. A
 * test holds this list against the real tables; words for each are in `tui/sees-words.ts`.
 */
export const HELD_NAMES = [
  "meta.name",
  "meta.value",
  "memory.address",
  "memory.heard",
  "memory.channels",
  "memory.day",
  "memory.uploads",
  "memory.updates",
  "memory.packages",
  "memory.letters",
  "memory.handshakes",
  "memory.overdue",
  "memory.logins",
  "memory.asked",
  "directory.entry_index",
  "directory.bytes",
  "door.kind",
  "door.key",
  "door.value",
  "package.id",
  "package.owner",
  "package.last_resort",
  "package.bytes",
  "generation.owner",
  "generation.record",
  "channel.ref",
  "channel.id",
  "channel.first_seq",
  "channel.base",
  "channel.last_seq",
  "channel.head",
  "channel.next_position",
  "channel.next_unconfirmed",
  "channel.weight",
  "entry.ref",
  "entry.seq",
  "entry.time",
  "entry.position",
  "entry.weight",
  "entry.blob_hash",
  "entry.eid",
  "entry.before",
  "entry.check_sum",
  "entry.bytes",
  "token.ref",
  "token.position",
  "token.hash",
  "header.id",
  "header.ref",
  "header.position",
  "header.blob_hash",
  "header.inline",
  "blob.hash",
  "blob.total",
  "blob.pins",
  "blob.loose_since",
  "blob_piece.hash",
  "blob_piece.at",
  "blob_piece.bytes",
] as const

export type HeldName = (typeof HELD_NAMES)[number]
